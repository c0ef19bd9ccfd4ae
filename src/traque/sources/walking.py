"""Finds the files below the roots that a hunt was given."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import msgspec

from traque.diagnostics import Diagnostics
from traque.errors import UsageError
from traque.sources.files import Entry
from traque.sources.names import shown
from traque.sources.own import without_exports

Identity = tuple[int, int]


class _Found(msgspec.Struct, frozen=True):
    """Something below a root: its parts lead to it from there."""

    root: int
    parts: tuple[str, ...]
    path: Path
    status: os.stat_result


class Named(NamedTuple):
    """A file that has a name already: its path below a folder that was walked once, as it was shown."""

    path: Path
    name: str


def is_excluded(below: str, globs: Iterable[str]) -> bool:
    """Whether one of ``globs`` names the path below a root, or its last part."""
    last = below.rpartition("/")[2]
    return any(fnmatchcase(below, glob) or fnmatchcase(last, glob) for glob in globs)


def walk(
    paths: Sequence[Path | str | Named], *, exclude: Sequence[str] = (), diagnostics: Diagnostics
) -> list[Entry]:
    """The files at and below ``paths``, in the order of the roots, then of their path's parts.

    Folders are entered to the bottom, hidden files included. Every file and every folder is taken once,
    whatever the number of its names; a real path goes before a link to it. ``-`` is standard input.
    ``exclude`` holds globs on the path below the root and on the base name; ``*`` also matches ``/``. What
    is left out is in ``diagnostics``. UsageError when a root does not exist.
    """
    walker = _Walker(exclude, diagnostics)
    for number, path in enumerate(paths):
        if isinstance(path, Named):
            walker.named(number, path)
        elif path == "-":
            walker.standard_input(number)
        else:
            walker.root(number, Path(path))
    walker.follow_links()
    return without_exports(walker.entries(), diagnostics)


class _Walker:
    def __init__(self, exclude: Sequence[str], diagnostics: Diagnostics) -> None:
        self._exclude = tuple(exclude)
        self._diagnostics = diagnostics
        self._folders: dict[Identity, Path] = {}
        self._files: dict[Identity, _Found] = {}
        self._links: list[_Found] = []
        self._standard_input: int | None = None
        self._bases: dict[int, Path] = {}

    def standard_input(self, number: int) -> None:
        """Take standard input, once."""
        if self._standard_input is None:
            self._standard_input = number

    def root(self, number: int, path: Path) -> None:
        """Take a root, and all below it but what only a link leads to."""
        status = _status(path)
        if stat.S_ISDIR(status.st_mode):
            self._bases[number] = path
            self._descend(_Found(number, (), path, status))
        else:
            self._bases[number] = path.parent
            self._take(_Found(number, (path.name,), path, status), named=True)

    def named(self, number: int, file: Named) -> None:
        """Take a file by its name."""
        parts = tuple(file.name.split("/"))
        self._bases[number] = file.path.parents[min(len(parts), len(file.path.parents)) - 1]
        self._take(_Found(number, parts, file.path, _status(file.path)), named=True)

    def follow_links(self) -> None:
        """Take what only links lead to; links found on the way are followed after the others."""
        while self._links:
            links, self._links = self._links, []
            for link in sorted(links, key=lambda found: (found.root, found.parts)):
                if stat.S_ISDIR(link.status.st_mode):
                    self._descend(link)
                else:
                    self._take(link)

    def entries(self) -> list[Entry]:
        """All that was found, each with a name that no other has."""
        found = sorted(self._files.values(), key=lambda file: (file.root, file.parts))
        names = _distinct([(file.parts, self._bases[file.root]) for file in found])
        entries = [
            (
                file.root,
                Entry(
                    path=file.path,
                    display=name,
                    size=file.status.st_size if stat.S_ISREG(file.status.st_mode) else 0,
                    mtime=file.status.st_mtime,
                    stream=not stat.S_ISREG(file.status.st_mode),
                ),
            )
            for file, name in zip(found, names, strict=True)
        ]
        if self._standard_input is not None:
            stdin = Entry(path=None, display="stdin", size=0, mtime=None, stream=True)
            entries.append((self._standard_input, stdin))
        return [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]

    def _descend(self, top: _Found) -> None:
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            if not self._enter(folder):
                continue
            for found in self._children(folder):
                if stat.S_ISDIR(found.status.st_mode):
                    waiting.append(found)
                else:
                    self._take(found)

    def _enter(self, folder: _Found) -> bool:
        identity = (folder.status.st_dev, folder.status.st_ino)
        known = self._folders.get(identity)
        if known is not None:
            self._diagnostics.note("link-loop", f"{shown(str(folder.path))} is {shown(str(known))}")
            return False
        self._folders[identity] = folder.path
        return True

    def _children(self, folder: _Found) -> Iterator[_Found]:
        try:
            with os.scandir(folder.path) as listing:
                items = sorted(listing, key=lambda item: item.name)
        except OSError as error:
            self._unreadable(folder.path, error)
            return
        for item in items:
            path, parts = Path(item.path), (*folder.parts, item.name)
            if self._exclude and self._excluded(parts):
                continue
            try:
                status = item.stat()
            except OSError as error:
                self._unreadable(path, error)
                continue
            found = _Found(folder.root, parts, path, status)
            if item.is_symlink():
                self._links.append(found)
            else:
                yield found

    def _take(self, found: _Found, *, named: bool = False) -> None:
        mode = found.status.st_mode
        if not (stat.S_ISREG(mode) or (named and stat.S_ISFIFO(mode))):
            self._diagnostics.note("source-special", shown(str(found.path)))
            return
        if named and self._excluded(found.parts):
            return
        identity = (found.status.st_dev, found.status.st_ino)
        known = self._files.setdefault(identity, found)
        if known is not found:
            self._diagnostics.note(
                "source-duplicate", f"{shown(str(found.path))} is {shown(str(known.path))}"
            )

    def _excluded(self, parts: tuple[str, ...]) -> bool:
        below = "/".join(parts)
        if not is_excluded(below, self._exclude):
            return False
        self._diagnostics.note("source-excluded", shown(below))
        return True

    def _unreadable(self, path: Path, error: OSError) -> None:
        code = "link-loop" if error.errno == errno.ELOOP else "source-unreadable"
        self._diagnostics.note(code, f"{shown(str(path))}: {error.strerror or error}")


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except OSError as error:
        raise UsageError(
            f"nothing to search there: {error.strerror or error}",
            where=str(path),
            remedy="check the path",
        ) from error


def _distinct(found: list[tuple[tuple[str, ...], Path]]) -> list[str]:
    """The shortest kind of name that tells all apart: below the base, with the base's name, with its path."""
    names: list[str] = []
    for depth in (0, 1, None):
        names = [shown("/".join((*_last_parts(base, depth), *parts))) for parts, base in found]
        if len(set(names)) == len(names):
            break
    return names


def _last_parts(base: Path, depth: int | None) -> tuple[str, ...]:
    if depth == 0:
        return ()
    parts = base.absolute().parts
    return parts[-depth:] if depth is not None else ("", *parts[1:])
