"""What ``traque report`` is asked for: renderers by name, the result, the files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.errors import TraqueError, UsageError
from traque.model import HuntResult
from traque.reports import LANGUAGES, Renderer, renderers

LARGEST: Final = 4 << 30
"""Bytes of a result document that are read: far above a real one, a bound against /dev/zero."""


def chosen(names: str) -> list[Renderer]:
    """The renderers named, each once; UsageError names those that exist."""
    known = renderers()
    asked = list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    for name in asked:
        if name not in known:
            raise UsageError(
                f"there is no report format {name!r}", remedy=f"known: {', '.join(r.name for r in known)}"
            )
    if not asked:
        raise click.BadParameter("name at least one format.", param_hint="--as")
    return [known[name] for name in asked]


def in_language(name: str) -> str:
    """``name`` when reports can be written in it, else UsageError."""
    if name not in LANGUAGES:
        raise UsageError(f"no report is written in {name!r}", remedy=f"known: {', '.join(LANGUAGES)}")
    return name


def read(path: Path) -> HuntResult:
    """The result document in ``path`` (``-``: standard input), or the ``result.json`` in that folder.

    UsageError when it is not one.
    """
    from traque.reports.json_ import load, load_file

    path = path / "result.json" if path.is_dir() else path
    try:
        if str(path) != "-":
            return load_file(path, LARGEST)
        with click.open_file("-", "rb") as stream:
            return load(stream.read(LARGEST))
    except OSError as error:
        raise UsageError(
            f"cannot read the result: {error.strerror or error}", where=str(path), remedy="check the path"
        ) from error
    except TraqueError as error:
        raise UsageError(error.what, where=str(path), remedy=error.remedy) from error


def target(out: Path, asked: list[Renderer]) -> list[tuple[Renderer, Path]]:
    """Where each document goes: into the folder ``out``, or to the file ``out`` when it is a single one.

    ``out`` is a file when one format is asked for and its name has that format's extension.
    """
    from traque.cli import _output as output

    one = asked[0]
    if len(asked) == 1 and not out.is_dir() and out.suffix and out.suffix == Path(_name(one)).suffix:
        output.folder(out.parent)
        return [(one, out)]
    if out.is_file():
        raise click.BadParameter(
            f"{str(out)!r} is a file: name a folder.",
            param_hint="--out",
        )
    folder = output.folder(out)
    return [(renderer, folder / _name(renderer)) for renderer in asked]


def _name(renderer: Renderer) -> str:
    return renderer.file_name or f"{renderer.name}.txt"
