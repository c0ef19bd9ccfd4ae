"""Files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from traque.whole_files import replacing


def test_the_bytes_take_the_place_of_the_old_ones(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(b"old")
    with replacing(path, mode=0o640, durable=True) as stream:
        stream.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def _half(path: Path) -> None:
    with replacing(path) as stream:
        stream.write(b"half")
        raise KeyboardInterrupt


def test_what_is_not_finished_never_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        _half(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
