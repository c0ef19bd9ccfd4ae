"""Entry points are asked for only where a package may declare some of ours, and are then all found."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

import pytest

from traque import registry


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    registry._some_declared.cache_clear()
    yield
    registry._some_declared.cache_clear()


def _install(folder: Path, declared: str) -> None:
    package = folder / "example_plugin-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: example-plugin\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(declared)


def test_an_installed_plugin_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path, "[console_scripts]\nx = y:z\n\n[traque.logs]\nexample = example_plugin:SPEC\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = list(registry.entry_points(group="traque.logs"))
    assert [(point.name, point.module, point.attr) for point in found] == [
        ("example", "example_plugin", "SPEC")
    ]
    assert not list(registry.entry_points(group="traque.bulletins"))


def test_others_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path, "[console_scripts]\ntraque = traque.cli.main:main\n\n[other.logs]\na = b:c\n")
    (tmp_path / "old.egg-info").write_text("a file, not a folder")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing")])
    monkeypatch.setattr(sys, "meta_path", [PathFinder])  # without those of libraries that other tests load
    assert not registry._some_declared()
    assert registry.entry_points(group="traque.logs") == ()


def test_what_cannot_be_told_quickly_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "plugins.zip"
    archive.write_bytes(b"PK\5\6" + bytes(18))
    monkeypatch.setattr(sys, "path", [str(archive)])
    assert registry._some_declared()


def test_starting_does_not_import_the_slow_module() -> None:
    code = (
        "import sys, traque.hunt, traque.logs as l; l.registry(); print('importlib.metadata' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
