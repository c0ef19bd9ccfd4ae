"""What a walk finds, in what order, under what names, and what it leaves out and says."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from traque.diagnostics import Diagnostics
from traque.errors import UsageError
from traque.sources import Entry, walk


def found(*roots: Path | str, exclude: tuple[str, ...] = ()) -> tuple[list[str], dict[str, int]]:
    """The names of the entries, and the counts of the diagnostics."""
    diagnostics = Diagnostics()
    entries = walk(roots, exclude=exclude, diagnostics=diagnostics)
    return [entry.display for entry in entries], {noted.code: noted.count for noted in diagnostics.report()}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "logs"
    for name in ("b.log", "a/z.log", "a/deep/er/x.log", ".hidden", "a-file", "A/upper.log"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def test_all_files_in_the_order_of_their_parts(tree: Path) -> None:
    names, noted = found(tree)
    assert names == [".hidden", "A/upper.log", "a/deep/er/x.log", "a/z.log", "a-file", "b.log"]
    assert not noted


def test_an_entry(tree: Path) -> None:
    (entry,) = walk([tree / "b.log"], diagnostics=Diagnostics())
    assert entry == Entry(
        path=tree / "b.log", display="b.log", size=5, mtime=(tree / "b.log").stat().st_mtime, stream=False
    )


def test_standard_input_keeps_its_place(tree: Path) -> None:
    names, _ = found(tree / "b.log", "-", tree / "a", "-")
    assert names == ["b.log", "stdin", "deep/er/x.log", "z.log"]


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        walk([tmp_path / "nowhere"], diagnostics=Diagnostics())
    assert raised.value.where.endswith("nowhere")
    assert raised.value.remedy


def test_roots_that_overlap_are_searched_once(tree: Path) -> None:
    names, noted = found(tree, tree / "a", tree / "b.log", tree)
    assert len(names) == 6
    assert noted == {"link-loop": 2, "source-duplicate": 1}
    names, _ = found(tree / "a", tree)
    assert sorted(names) == sorted(["deep/er/x.log", "z.log", ".hidden", "A/upper.log", "a-file", "b.log"])


def test_same_names_below_different_roots_stay_apart(tmp_path: Path) -> None:
    for folder in ("one/fw1", "one/fw2", "two/fw1"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "messages").write_text(folder)
    assert found(tmp_path / "one/fw1", tmp_path / "one/fw2")[0] == ["fw1/messages", "fw2/messages"]
    assert found(tmp_path / "one/fw1/messages", tmp_path / "one/fw2")[0] == ["fw1/messages", "fw2/messages"]
    names, _ = found(tmp_path / "one/fw1", tmp_path / "two/fw1")
    assert names == [f"{tmp_path}/one/fw1/messages", f"{tmp_path}/two/fw1/messages"]


def test_loops_and_links(tree: Path) -> None:
    (tree / "a" / "deep" / "up").symlink_to(tree)
    (tree / "0-first").symlink_to(tree / "a")
    (tree / "itself").symlink_to(tree / "itself")
    (tree / "again.log").symlink_to(tree / "b.log")
    (tree / "hard.log").hardlink_to(tree / "b.log")
    names, noted = found(tree)
    assert names == [".hidden", "A/upper.log", "a/deep/er/x.log", "a/z.log", "a-file", "b.log"]
    assert noted == {"link-loop": 3, "source-duplicate": 2}


def test_a_link_out_of_the_root_is_followed_once(tree: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "far.log").write_text("far")
    (tree / "link").symlink_to(outside)
    (tree / "link2").symlink_to(outside)
    (outside / "back").symlink_to(tree)
    names, noted = found(tree)
    assert "link/far.log" in names
    assert len(names) == 7
    assert noted == {"link-loop": 2}


def test_a_dangling_link_leaves_the_hunt_incomplete(tree: Path) -> None:
    (tree / "gone").symlink_to(tree / "nothing")
    diagnostics = Diagnostics()
    walk([tree], diagnostics=diagnostics)
    (noted,) = diagnostics.report()
    assert (noted.code, noted.incomplete) == ("source-unreadable", True)
    assert "gone" in noted.examples[0]


def test_what_is_not_a_file(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tree / "pipe")
    monkeypatch.chdir(tree)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        names, noted = found(tree)
    assert len(names) == 6
    assert noted == {"source-special": 2}
    assert found(Path("/dev/null")) == ([], {"source-special": 1})


def test_a_pipe_that_is_named_itself_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (entry,) = walk([tmp_path / "pipe"], diagnostics=Diagnostics())
    assert entry.stream
    assert entry.size == 0


def test_exclude(tree: Path) -> None:
    assert found(tree, exclude=("*.log",)) == ([".hidden", "a-file"], {"source-excluded": 4})
    assert found(tree, exclude=("a/*",)) == (
        [".hidden", "A/upper.log", "a-file", "b.log"],
        {"source-excluded": 2},
    )
    assert found(tree, exclude=("deep",))[0] == [".hidden", "A/upper.log", "a/z.log", "a-file", "b.log"]
    assert found(tree / "b.log", exclude=("b.*",)) == ([], {"source-excluded": 1})


def test_a_folder_that_cannot_be_listed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def denied(path: os.PathLike[str]) -> object:
        if Path(path).name == "deep":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", denied)
    diagnostics = Diagnostics()
    entries = walk([tree], diagnostics=diagnostics)
    assert len(entries) == 5
    (noted,) = diagnostics.report()
    assert (noted.code, noted.incomplete) == ("source-unreadable", True)
    assert "Permission denied" in noted.examples[0]


def test_names_in_no_encoding_and_with_controls(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.log")).write_text("x")
    (tmp_path / "line\nend\x1b[31m.log").write_text("x")
    names, _ = found(tmp_path)
    assert names == ["caf\\xe9.log", "line\nend\x1b[31m.log"]
    assert all(name.encode("utf-8") for name in names)


def test_very_deep(tmp_path: Path) -> None:
    here = tmp_path
    for _ in range(400):
        here = here / "d"
        here.mkdir()
    (here / "x.log").write_text("x")
    names, _ = found(tmp_path)
    assert names == ["d/" * 400 + "x.log"]
