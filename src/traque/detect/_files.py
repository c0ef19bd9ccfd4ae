"""Writes a target's files: whole or not at all, hashed on the way, nothing outside its folder."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from traque.exporters import File
from traque.model.detection import WrittenFile
from traque.whole_files import replacing

_BUFFER = 1 << 20


def write_folder(folder: Path, files: Iterable[File]) -> list[WrittenFile]:
    """Write ``files`` into a new folder and put it in the place of ``folder``, whose old files go.

    Paths in the answer begin with the folder's name. Raises OSError as the system does, and leaves the old
    folder as it was.
    """
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        fresh.chmod(0o755)
        written = [_write(fresh, file, folder.name) for file in files]
        if folder.exists():
            shutil.rmtree(folder)
        fresh.replace(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return written


def write_file(folder: Path, file: File) -> WrittenFile:
    """Write one file directly below ``folder``, whole or not at all."""
    with replacing(folder / file.name) as stream:
        size, digest = _fill(stream, file)
    return WrittenFile(path=file.name, bytes=size, sha256=digest)


def _write(folder: Path, file: File, parent: str) -> WrittenFile:
    name = PurePosixPath(file.name)
    if name.is_absolute() or ".." in name.parts:
        raise ValueError(f"{file.name!r} is not a name below its folder")
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb", buffering=_BUFFER) as stream:
        size, digest = _fill(stream, file)
    path.chmod(0o755 if file.script else 0o644)
    return WrittenFile(path=f"{parent}/{name}", bytes=size, sha256=digest)


def _fill(stream: BinaryIO, file: File) -> tuple[int, str]:
    hashed, size = hashlib.sha256(), 0
    for part in file.parts:
        data = part.encode() if isinstance(part, str) else part
        hashed.update(data)
        size += len(data)
        stream.write(data)
    return size, hashed.hexdigest()
