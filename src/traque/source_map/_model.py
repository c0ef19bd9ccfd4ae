"""A source map as it was read, and which of its tables a source belongs to."""

from __future__ import annotations

import os
from datetime import datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from traque.sources.names import shown

FILE_NAME: Final = "traque.toml"
"""The map that is used when none is named: the one of this name in the current folder."""


class MappedSource(msgspec.Struct, frozen=True, kw_only=True):
    """A ``[[source]]`` table: the sources that its globs name, and what is known of them.

    Empty means not stated. ``format`` is the name of a log format, ``tz`` an IANA zone, ``name`` the
    stream's, ``owner`` whom to ask about it; ``own``, ``internal`` and ``trusted_proxies`` are
    added to the whole estate's.
    ``line`` is where the table begins in the file.
    """

    files: tuple[str, ...]
    format: str = ""
    tz: str = ""
    year: int | None = None
    name: str = ""
    owner: str = ""
    own: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    line: int = 0


class ExpectedStream(msgspec.Struct, frozen=True, kw_only=True):
    """A ``[[stream]]`` table: a stream that the organisation says it has.

    It is there when a source's stream has its ``name``, or when one of ``files`` names a source. It stood
    there from ``since`` to ``until`` (half-open, UTC; None where that is not said). Its records are kept for
    ``retention`` days.
    """

    name: str
    files: tuple[str, ...] = ()
    owner: str = ""
    since: datetime | None = None
    until: datetime | None = None
    retention: int | None = None
    line: int = 0


class SourceMap(msgspec.Struct, frozen=True, kw_only=True):
    """A whole map. ``folder`` is where it stands: its globs lead from there."""

    path: str
    folder: Path
    tz: str = ""
    own: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    sources: tuple[MappedSource, ...] = ()
    streams: tuple[ExpectedStream, ...] = ()
    """The streams that are expected: what a hunt of the whole organisation is measured against."""

    def find(self, path: Path | None, member: str = "") -> tuple[MappedSource, str] | None:
        """The first table with a glob for this source, and the glob; None if it is in none.

        ``path`` is the file on disk (None: standard input, called ``stdin``), ``member`` the path of the
        source below it. A glob with a slash is compared with the path from the map's folder, or with the
        absolute one (``./x`` is the folder's own ``x``); without a slash also with the last part of the
        name. ``*`` also stands for slashes.
        """
        names = spellings(path, member, self.folder)
        for source in self.sources:
            for glob in source.files:
                if _named(glob, names):
                    return source, glob
        return None

    def expected(self, path: Path | None, member: str = "") -> tuple[ExpectedStream, ...]:
        """The expected streams with a glob for this source, by the rules of :meth:`find`."""
        names = spellings(path, member, self.folder)
        return tuple(stream for stream in self.streams if any(_named(glob, names) for glob in stream.files))


def _named(glob: str, names: tuple[str, ...]) -> bool:
    if "/" not in glob:
        names = (*names, names[0].rsplit("/", 1)[-1])
    return any(fnmatchcase(name, glob.removeprefix("./")) for name in names)


def spellings(path: Path | None, member: str, folder: Path) -> tuple[str, ...]:
    """The names that a source goes by in a map in ``folder``, the shortest first.

    Below the folder, the path from there; the absolute path; and both again without symbolic links.
    """
    below = f"/{member}" if member else ""
    if path is None:
        return (f"stdin{below}",)
    names = []
    plain = os.path.abspath(path)  # noqa: PTH100 -- Path.absolute() keeps the dots
    for name, root in (
        (plain, os.path.abspath(folder)),  # noqa: PTH100
        (os.path.join(_real(os.path.dirname(plain)), os.path.basename(plain)), _real(str(folder))),  # noqa: PTH118, PTH119, PTH120
    ):
        inside = os.path.relpath(name, root) if name.startswith(root.rstrip("/") + "/") else ""
        names += [inside, name]
    return tuple(dict.fromkeys(f"{shown(_slashes(name))}{below}" for name in names if name))


@lru_cache(maxsize=4096)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def _slashes(name: str) -> str:
    return name.replace(os.sep, "/")
