"""Zip archives of bulletins: each file in one is read as if it had been named itself.

Encrypted members are tried with the password ``infected``, and that is said. What no reader knows is noted,
not raised, as long as something else was read. Sizes, numbers and nesting are bounded
(:mod:`traque.bulletins._zip`). The bulletins keep the formats of the files that they stand in.

Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

from typing import Final

import msgspec

from traque.bulletins import _zip
from traque.bulletins._reader import BulletinReader
from traque.errors import BulletinError, EmptyBulletin, MalformedBulletin
from traque.model import Bulletin

_LIMIT: Final = 512 << 20
"""Bytes that an archive, with the archives and documents in it, may unpack to."""
_DEPTH: Final = 3
"""Archives inside one another."""
_JUNK: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def _sniff(head: bytes, _name: str) -> float:
    return 0.5 if head.startswith((_zip.MAGIC, b"PK\x05\x06")) else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    with _zip.inside(_LIMIT) as (budget, depth):
        if depth >= _DEPTH:
            raise MalformedBulletin(
                f"more than {_DEPTH} archives inside one another",
                where=name,
                remedy="unpack it, and name the files",
            )
        return _members(_zip.Archive(data, name, _LIMIT), name, budget)


def _members(archive: _zip.Archive, name: str, budget: _zip.Budget) -> tuple[Bulletin, ...]:
    from traque.bulletins import _parse

    found: list[Bulletin] = []
    failed: list[tuple[str, BulletinError]] = []
    for member in archive.names:
        if member.startswith(_JUNK) or member.endswith(_JUNK):
            continue
        path = f"{name}/{member}"
        data = archive.read(member)
        try:
            found += _parse(data, member, path)
        except BulletinError as error:
            if budget.spent:
                raise
            failed.append((member, error))
    if not found:
        if failed:
            raise failed[0][1]
        raise EmptyBulletin("there is no file in the archive", where=name, remedy="fetch it again")
    notes = [f"{member} was left out: {error.what}" for member, error in failed]
    if archive.password:
        notes.append(f"the archive was opened with the password {archive.password!r}")
    first = msgspec.structs.replace(found[0], notes=(*found[0].notes, *notes))
    return (first, *found[1:])


SPEC: Final = BulletinReader(
    name="zip",
    title="zip archives of these",
    extensions=(".zip",),
    sniff=_sniff,
    read=_read,
    binary=True,
)
"""The reader."""
