"""The manifest: which files the ledger is made of. It is replaced whole, so that there is always one.

``docs/ledger-format.md`` describes it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from traque.errors import LedgerDamaged, LedgerError, UsageError
from traque.ledger import _disk
from traque.ledger._known import Key
from traque.ledger.facts import Fact
from traque.ledger.inside import Inner

NAME: Final = "ledger.json"
FORMAT: Final = "traque/ledger/"
VERSION: Final = 1
"""Raised with each change that a reader of the version before would not understand."""
EPOCH: Final = date(1970, 1, 1)
LARGEST: Final = 64 << 20
"""Bytes of a manifest that is read at all."""


class DataFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of the ledger; it is written once and never changed.

    ``name`` is its path below the ledger's folder. Of rows, ``kind`` is their table, ``first`` and ``last``
    the least and the greatest value in it, in hex. ``made`` is the sequence number of its commit.
    """

    name: str
    bytes: int
    rows: int
    sha256: str
    made: int
    kind: str = ""
    first: str = ""
    last: str = ""


class Settings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the ledger's keeper decided.

    ``retention_days``: rows of days further back are purged; None keeps them. ``legal_basis`` is shown, and
    means nothing to traque. ``inner`` says what becomes of addresses inside the organisation and of its own
    mail addresses. ``check`` tells the key of pseudonyms from any other (:attr:`traque.ledger.Secret.check`).
    """

    retention_days: int | None = None
    legal_basis: str = ""
    inner: Inner = Inner.LEFT_OUT
    check: str = ""


class Removed(msgspec.Struct, frozen=True, array_like=True):
    """Sources that ``forget`` removed with all they had: on which day (since 1970), and how many."""

    day: int
    sources: int

    @property
    def date(self) -> date:
        """The day."""
        return EPOCH + timedelta(days=self.day)


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one commit left.

    ``sequence`` counts the commits, ``number`` is the next source's. Of several lines for one source or file
    in ``sources`` the last counts. ``dropped`` are sources whose rows still lie in a file and do not count.
    ``forgotten`` is the day (since 1970) before which ``forget`` or retention removed the rows, ``removed``
    are the sources that ``forget`` removed whole, by day.
    """

    schema: str
    sequence: int
    written: datetime
    version: str
    number: int = 1
    settings: Settings = Settings()
    keys: tuple[Key, ...] = ()
    facts: tuple[Fact | None, ...] = ()
    rows: tuple[DataFile, ...] = ()
    sources: tuple[DataFile, ...] = ()
    dropped: tuple[int, ...] = ()
    forgotten: int | None = None
    removed: tuple[Removed, ...] = ()

    @property
    def files(self) -> tuple[DataFile, ...]:
        """All of its files."""
        return self.rows + self.sources


class _Head(msgspec.Struct, frozen=True):
    schema: str = ""


def read(folder: Path) -> Manifest:
    """The last commit.

    UsageError where there is no ledger, LedgerDamaged for a manifest that is none, LedgerError for one of
    another version.
    """
    path = folder / NAME
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            "there is no ledger here", where=str(folder), remedy="make one: traque ledger init DIR"
        ) from None
    except OSError as error:
        raise LedgerError(f"the ledger cannot be read: {error.strerror or error}", where=str(path)) from error
    try:
        head = msgspec.json.decode(data, type=_Head).schema
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        raise LedgerDamaged(
            "the manifest is damaged", where=str(path), remedy="bring it back from a copy of the ledger"
        ) from None
    if head != f"{FORMAT}{VERSION}":
        raise _other_version(head, path)
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise LedgerDamaged(f"the manifest is damaged: {error}", where=str(path)) from None
    for file_ in manifest.files:
        if file_.name.startswith("/") or ".." in file_.name.split("/") or "\\" in file_.name:
            raise LedgerDamaged(f"it names {file_.name!r}, outside of the ledger", where=str(path))
    return manifest


def commit(folder: Path, manifest: Manifest) -> None:
    """Make ``manifest`` the ledger: from the moment that its name is on the disk it is the last commit."""
    _disk.write(folder / NAME, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def _other_version(head: str, path: Path) -> LedgerError:
    number = head.removeprefix(FORMAT)
    if not head.startswith(FORMAT) or not number.isdigit():
        return LedgerError("this is not the manifest of a ledger", where=str(path))
    if int(number) > VERSION:
        return LedgerError(
            f"a newer traque wrote this ledger (version {number}; {VERSION} is the last known here)",
            where=str(path),
            remedy="use that traque, or a newer one",
        )
    return LedgerError(
        f"an older traque wrote this ledger (version {number}), and it cannot be brought to {VERSION}",
        where=str(path),
        remedy="make a new one, and add the logs to it again",
    )
