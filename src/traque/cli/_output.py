"""Bytes to standard output and to files."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from traque.reports import Setting, printable
from traque.whole_files import replacing

_WIDEST = 140
"""Lines longer than this are hard to follow from one end to the other."""


def setting(*, closing: str = "", saved: str = "", language: str = "en") -> Setting:
    """How standard output looks: width, colour (NO_COLOR is honoured), Unicode."""
    terminal = sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    return Setting(
        width=min(shutil.get_terminal_size((100, 24)).columns, _WIDEST),
        colour=terminal and not os.environ.get("NO_COLOR"),
        unicode=encoding.startswith("utf8"),
        closing=closing,
        saved=saved,
        language=language,
    )


def write(document: bytes | Iterable[bytes]) -> None:
    """To standard output, whole or in pieces. A reader that has seen enough (``| head``) is not an error."""
    if sys.stdout is None:  # closed by the caller: >&-
        return
    try:
        sys.stdout.flush()
        sys.stdout.buffer.writelines((document,) if isinstance(document, bytes) else document)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        hush()


def document(value: object) -> None:
    """A struct to standard output, as JSON that a person can read too."""
    import msgspec

    write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def hint(text: str) -> None:
    """Say on standard error, where a person is looking, what is being done; elsewhere nothing."""
    if sys.stderr is not None and sys.stderr.isatty():
        click.echo(printable(text), err=True)


def hush() -> None:
    """Send what is left for a closed pipe nowhere, so that the interpreter's last flush does not complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def folder(path: Path) -> Path:
    """``path``, made if need be and proved writable before the work begins."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as error:
        raise click.BadParameter(
            f"cannot write in {str(path)!r}: {error.strerror or error}.", param_hint="--out"
        ) from error


def save(path: Path, document: bytes | Iterable[bytes]) -> None:
    """Write the file, given whole or in pieces, whole or not at all: a reader never finds half of it."""
    with replacing(path, durable=True) as stream:
        stream.writelines((document,) if isinstance(document, bytes) else document)
