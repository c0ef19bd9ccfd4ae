"""Pictures as files: SVG as it is, PNG through resvg (``traque[png]``) with the packed font."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import Final

from traque.enrich.world import font
from traque.errors import UsageError

_ZOOM: Final = 2
"""Pixels of a PNG for one of the SVG: sharp on paper and on dense screens."""


def check(path: Path) -> None:
    """Raises UsageError when a picture of that name cannot be written; before any work is done."""
    ending = path.suffix.lower()
    if ending not in {".svg", ".png"}:
        raise UsageError(
            f"a picture is written as .svg or .png, not {ending or 'without an ending'}",
            where=str(path),
            remedy="give the file a name that ends so",
        )
    if not path.parent.is_dir():
        raise UsageError("there is no such folder", where=str(path.parent), remedy="make it first")
    if ending == ".png" and importlib.util.find_spec("resvg_py") is None:
        raise UsageError(
            "PNG needs the package resvg-py, which is not installed",
            where=str(path),
            remedy="pip install 'traque[png]', or name the file .svg, which needs nothing",
        )


def encode(svg: str, path: Path) -> bytes:
    """The bytes for a file of that name: :func:`check` has passed it."""
    return to_png(svg) if path.suffix.lower() == ".png" else svg.encode()


def to_png(svg: str) -> bytes:
    """The picture in twice its size, with the packed font, whatever fonts the machine has."""
    import resvg_py

    held = font()
    with tempfile.TemporaryDirectory(prefix="traque-") as folder:
        files = []
        for name, data in (("regular.ttf", held.regular), ("bold.ttf", held.bold)):
            (Path(folder) / name).write_bytes(data)
            files.append(str(Path(folder) / name))
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                zoom=_ZOOM,
                font_files=files,
                font_family="Roboto",
                sans_serif_family="Roboto",
                skip_system_fonts=True,
            )
        )
