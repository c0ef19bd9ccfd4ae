"""XML for the targets that are configured in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from traque.exporters._check import run
from traque.exporters._job import Job
from traque.model.detection import Check

_QUOTES = {'"': "&quot;", "'": "&apos;"}


def text(value: str) -> str:
    """``value`` as element text or inside an attribute's quotes. What XML 1.0 cannot hold becomes ``?``."""
    kept = "".join(char if char.isprintable() else "?" for char in value)
    return escape(kept, _QUOTES)


def comment(job: Job) -> Iterator[str]:
    """The head as an XML comment, in which ``--`` must not stand."""
    yield "<!--\n"
    yield from (f"  {line.replace('--', '- -')}\n" for line in job.header())
    yield "-->\n"


def well_formed(folder: Path, name: str) -> Check:
    """What xmllint says of a file."""
    return run("xmllint", "--noout", "--nonet", name, folder=folder, install="package libxml2-utils")
