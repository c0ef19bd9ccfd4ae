"""Bytes that are on the disk, whole, before anything names them; and what the disk refuses, in words."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from traque.errors import LedgerError

_PIECE: Final = 1 << 20
_REMEDIES: Final = {
    errno.ENOSPC: "make room, then do it again: what was committed before is intact",
    errno.EDQUOT: "make room, then do it again: what was committed before is intact",
    errno.EROFS: "the file system is mounted read-only",
    errno.EACCES: "run as a user who may write there",
    errno.EPERM: "run as a user who may write there",
}


@contextmanager
def in_words(where: Path) -> Iterator[None]:
    """What the operating system refuses inside is a LedgerError."""
    try:
        yield
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, "")
        raise LedgerError(
            f"the ledger cannot be written: {error.strerror or error}", where=str(where), remedy=remedy
        ) from error


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and have it on the disk, under its name, when this returns."""
    partial = path.with_name(f"{path.name}.part")
    try:
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync(path: Path) -> None:
    """Have a file that someone else wrote on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on the disk."""
    sync(path)


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
