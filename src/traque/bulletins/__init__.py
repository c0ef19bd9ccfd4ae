"""Bulletins: what a CERT published, read from any of the registered formats.

::

    read(path)                  one file, one bulletin; or the folder of a MISP feed
    read_all(path)              one file, every bulletin in it (a MISP export may hold many events)
    read_bytes(data, name)      the same from memory
    from_values(["192.0.2.1"])  values without a file
    load(arguments)             what a command line names: files and bare values, merged by id

A format is one module with a frozen ``SPEC`` (:class:`~traque.bulletins._reader.BulletinReader`). Content
decides which reader reads a file; the extension only breaks a tie.
"""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Final

import msgspec

from traque.bulletins import _feed
from traque.bulletins._build import UNMARKED, Builder, Head, observe
from traque.bulletins._decode import to_utf8
from traque.bulletins._fetching import Credentials, Remote
from traque.bulletins._merge import distinct, merged
from traque.bulletins._reader import HEAD, BulletinReader
from traque.bulletins._statements import settle
from traque.errors import (
    EmptyBulletin,
    MalformedBulletin,
    ObservableError,
    UnrecognisedBulletin,
    UsageError,
)
from traque.model import Bulletin
from traque.registry import Registry, discover

__all__ = [
    "BulletinReader",
    "Credentials",
    "Remote",
    "from_values",
    "load",
    "read",
    "read_all",
    "read_bytes",
    "registry",
]

COMMAND_LINE: Final = "command-line"
"""The id of the bulletin that bare values make."""

_VALUES: Final = (
    "name a bulletin file, or values: an address, a domain name, a URL, an e-mail address or a file hash"
)

_LARGEST: Final = 1 << 30
"""Bytes of a file that are read; a larger one is no bulletin."""
_TIE: Final = 0.05
"""What a fitting extension adds to a reader's own certainty."""


@functools.cache
def registry() -> Registry[BulletinReader]:
    """Every bulletin reader, by name."""
    return discover(__name__, BulletinReader)


def read(path: Path) -> Bulletin:
    """The bulletin in ``path``.

    Raises UsageError for a path that cannot be read and for a file of several bulletins
    (:func:`read_all` gives them all), UnrecognisedBulletin, MalformedBulletin, and EmptyBulletin when
    nothing in it can be hunted.
    """
    return _only(read_all(path), str(path))


def read_all(path: Path) -> list[Bulletin]:
    """Every bulletin in ``path``, at least one of them with an indicator; raises as :func:`read`."""
    found = _at(path, str(path))
    _refuse_empty(found, str(path))
    return distinct(list(map(settle, found)))


def read_bytes(data: bytes, name: str) -> Bulletin:
    """The bulletin in ``data``, which came under ``name``; raises as :func:`read`."""
    found = _parse(data, name, "")
    _refuse_empty(found, name)
    return _only(distinct(list(map(settle, found)), name), name)


def from_values(values: Sequence[str]) -> Bulletin:
    """A bulletin of bare values (``192.0.2.1``, ``evil[.]example``).

    Raises UsageError for one that is no observable.
    """
    builder = Builder(Head(format="values", id=COMMAND_LINE, title="values given on the command line"))
    for value in values:
        try:
            observable = observe(value, None)
        except ObservableError as error:
            raise UsageError(
                f"{value!r} is neither a file nor a value to hunt: {error.what}", remedy=_VALUES
            ) from None
        builder.keep(observable, value.strip())
        if PurePath(value).suffix.lower() in _extensions():
            builder.note(
                f"{value!r} is no file here, in spite of its ending: it is hunted as {observable.kind}"
            )
    return builder.bulletin()


def load(
    arguments: Sequence[str],
    *,
    remote: Remote = Remote(),  # noqa: B008 -- frozen
    all_attributes: bool = False,
    may_be_empty: bool = False,
) -> list[Bulletin]:
    """The bulletins that a command line names, in its order, each with an id of its own.

    An argument is an existing file, else a bare value; bare values together make one bulletin. Files of
    one bulletin are made one (:mod:`traque.bulletins._merge`): those that state the same id, and prose with
    the lists that it is about. An address (``https://...``) is a value; those of ``remote`` are fetched.
    ``all_attributes`` takes also what the publisher did not mark for detection. A bulletin without
    indicators is kept beside others for its refusals. Raises as :func:`read` and :func:`from_values`;
    BulletinUnreachable for an address; EmptyBulletin when none of them holds an indicator, unless they
    ``may_be_empty``: to look at, not to hunt.
    """
    if not arguments and not remote.addresses:
        raise UsageError("no bulletin was named", remedy=_VALUES)
    found: list[Bulletin] = []
    values: list[str] = []
    for argument in arguments:
        if _is_path(argument):
            found += _at(Path(argument), argument)
        else:
            values.append(argument)
    if remote != Remote():
        from traque.bulletins import _remote

        found += _remote.fetch(remote, _parse)
    if values:
        found.append(from_values(values))
    if all_attributes:
        found = list(map(_with_unmarked, found))
    if not may_be_empty:
        _refuse_empty(found, ", ".join(bulletin.path for bulletin in found))
    return distinct(list(map(settle, merged(found))))


def _at(path: Path, written: str) -> list[Bulletin]:
    """Every bulletin at ``path``, which is a file or the folder of a MISP feed."""
    if path.is_dir():
        return _feed.read(path, lambda file: _parse(_bytes_of(file), file.name, str(file)))
    return _parse(_bytes_of(path), path.name, written)


def _parse(data: bytes, name: str, path: str) -> list[Bulletin]:
    """Every bulletin in ``data``, those without indicators too. An id that is not stated stays empty."""
    where = path or name
    if not data.strip(b"\0 \t\r\n"):
        raise EmptyBulletin("the file is empty", where=where, remedy="check that it was fetched whole")
    notes: tuple[str, ...] = ()
    reader = _reader_for(data, name, binary=True)
    if reader is None:
        data, notes = to_utf8(data, where, _what_is_read())
        reader = _reader_for(data, name, binary=False)
    if reader is None:
        raise UnrecognisedBulletin(
            f"this is not a bulletin: {_looks_like(data)}", where=where, remedy=_what_is_read()
        )
    try:
        found = reader.read(data, where)
    except RecursionError:
        raise MalformedBulletin(
            "nested too deeply to be a bulletin", where=where, remedy="check where the file comes from"
        ) from None
    return [_placed(bulletin, path, notes) for bulletin in found]


def _placed(bulletin: Bulletin, path: str, notes: tuple[str, ...]) -> Bulletin:
    own = bulletin.path or path
    return msgspec.structs.replace(
        bulletin,
        path=own,
        notes=(*notes, *bulletin.notes),
        statements=tuple(msgspec.structs.replace(said, path=own) for said in bulletin.statements),
    )


def _with_unmarked(bulletin: Bulletin) -> Bulletin:
    """The bulletin with the values that its publisher did not mark for detection among its indicators."""
    if not bulletin.unmarked:
        return bulletin
    known = {indicator.observable for indicator in bulletin.indicators}
    more = [indicator for indicator in bulletin.unmarked if indicator.observable not in known]
    taken = {f"attribute {one.id}" for one in bulletin.unmarked if one.id}
    taken.update(text for one in bulletin.unmarked for text in (one.observable.value, one.original) if text)
    return msgspec.structs.replace(
        bulletin,
        indicators=(*bulletin.indicators, *more),
        unmarked=(),
        refused=tuple(
            r for r in bulletin.refused if r.reason != UNMARKED or taken.isdisjoint((r.where, r.value))
        ),
        notes=(
            *bulletin.notes,
            f"{len(more)} values that the publisher did not mark for detection are hunted: --all-attributes",
        ),
    )


def _reader_for(data: bytes, name: str, *, binary: bool) -> BulletinReader | None:
    head, ending = data[:HEAD], PurePath(name).suffix.lower()
    scores = {reader.name: reader.sniff(head, name) for reader in registry() if reader.binary is binary}
    sure = {
        name: score + (_TIE if ending in registry()[name].extensions else 0)
        for name, score in scores.items()
        if score > 0
    }
    return registry()[max(sure, key=lambda name: sure[name])] if sure else None


def _looks_like(text: bytes) -> str:
    start = text.lstrip()[:1]
    if start in (b"{", b"["):
        return "JSON, but neither MISP events nor STIX 2 objects, and what its values mean is not known"
    return "XML of a kind that is not known" if start == b"<" else "no reader recognises it"


def _what_is_read() -> str:
    titles = "; ".join(reader.title for reader in registry())
    return f"traque reads: {titles}. Or put the values in a text file, one a line"


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            large = os.fstat(file.fileno()).st_size > _LARGEST
            data = b"" if large else file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise UsageError("there is no such file", where=str(path), remedy="check the path") from None
    except OSError as error:
        raise UsageError(
            f"the file cannot be read: {error.strerror or error}",
            where=str(path),
            remedy="check its permissions",
        ) from None
    except ValueError as error:  # a NUL byte in the path
        raise UsageError(f"this is no path: {error}", where=repr(str(path))) from None
    if large or len(data) > _LARGEST:
        raise MalformedBulletin(
            f"larger than {_LARGEST >> 20} MiB: too large to be a bulletin",
            where=str(path),
            remedy="check where the file comes from; logs are named with --in",
        )
    return data


def _is_path(argument: str) -> bool:
    try:
        return bool(argument) and Path(argument).exists()
    except OSError:  # a name too long for the file system: a hash list or a URL
        return False
    except ValueError:
        return False


def _refuse_empty(found: Iterable[Bulletin], where: str) -> None:
    bulletins = list(found)
    if any(bulletin.indicators for bulletin in bulletins):
        return
    refused = [refusal for bulletin in bulletins for refusal in bulletin.refused]
    if not refused:
        raise EmptyBulletin(
            "there is no indicator in it", where=where, remedy="name a bulletin that lists values"
        )
    reasons = Counter(refusal.reason for refusal in refused).most_common(3)
    stated = ", ".join(f"{count} x {reason}" for reason, count in reasons)
    raise EmptyBulletin(
        f"none of the values in it can be hunted: {stated}",
        where=where,
        remedy="to hunt some of them all the same, give those values on the command line"
        + (", or use --all-attributes" if any(bulletin.unmarked for bulletin in bulletins) else ""),
    )


def _extensions() -> frozenset[str]:
    return frozenset(ending for reader in registry() for ending in reader.extensions)


def _only(found: Sequence[Bulletin], where: str) -> Bulletin:
    if len(found) > 1:
        raise UsageError(
            f"the file holds {len(found)} bulletins, not one", where=where, remedy="use read_all"
        )
    return found[0]
