"""Containers made at run time, and a short way to read one."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import lz4.frame
import zstandard

from traque.diagnostics import Diagnostics
from traque.errors import SourceError
from traque.sources import Entry, Limits, open_entry


def a_log(lines: int, seed: int = 1) -> bytes:
    """A log that compresses as logs do."""
    r = random.Random(seed)
    return b"".join(
        b"2021-05-%02dT%02d:%02d:%02d+00:00 gate.example sshd[%d]: Failed password for u%d from 192.0.2.%d port %d\n"
        % (
            i % 28 + 1,
            i // 3600 % 24,
            i // 60 % 60,
            i % 60,
            r.randrange(1 << 16),
            r.randrange(99),
            i % 256,
            i,
        )
        for i in range(lines)
    )


def tar(files: dict[str, bytes], layout: int = tarfile.GNU_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=layout) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.mtime = 1_620_640_800
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, seekable: bool = True) -> bytes:
    """``seekable`` false writes sizes after the members, as a pipe makes it."""
    buffer = io.BytesIO()
    target: Any = buffer if seekable else _Pipe(buffer)
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            with archive.open(name, "w") as member:
                member.write(content)
    return buffer.getvalue()


class _Pipe:
    def __init__(self, buffer: io.BytesIO) -> None:
        self.write = buffer.write
        self.flush = buffer.flush


def old_lzma(data: bytes) -> bytes:
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def lz4_frame(data: bytes) -> bytes:
    framed: bytes = lz4.frame.compress(data, content_checksum=True, block_checksum=True)
    return framed


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": old_lzma,
    "zstd": zstd,
    "lz4": lz4_frame,
}


class Read(NamedTuple):
    """What one source gave."""

    path: str
    name: str
    container: tuple[str, ...]
    data: bytes
    error: SourceError | None


def read(
    folder: Path, data: bytes, name: str = "sample.bin", *, limits: Limits | None = None, head: bool = True
) -> list[Read]:
    """Every source in a file of that content; ``head`` looks at each before it is read."""
    return read_noting(folder, data, name, limits=limits, head=head)[0]


def read_noting(
    folder: Path, data: bytes, name: str = "sample.bin", *, limits: Limits | None = None, head: bool = True
) -> tuple[list[Read], dict[str, list[str]]]:
    """The same, with the examples of the diagnostics by code."""
    path = folder / name
    path.write_bytes(data)
    diagnostics = Diagnostics()
    entry = Entry(path=path, display=name, size=len(data), mtime=path.stat().st_mtime)
    found = []
    for source in open_entry(entry, limits=limits or Limits(), diagnostics=diagnostics):
        if head:
            source.head()
        parts: list[bytes] = []
        error = None
        try:
            parts.extend(source.chunks())
        except SourceError as raised:
            error = raised
        found.append(Read(source.path, source.name, source.container, b"".join(parts), error))
    return found, {noted.code: list(noted.examples) for noted in diagnostics.report()}
