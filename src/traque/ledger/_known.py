"""What the ledger knows of sources and of the files they came from.

A *source* of the ledger is a content: the text that was read, however it was wrapped. A *file* is where one
or more of them lie, so that a log that is renamed, rotated or compressed is another file of the same source.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from traque.ledger.inside import NOTHING, Inner, Inside, spelled
from traque.model import Loss
from traque.sources.duplicates import Beginning
from traque.triage.coverage import TimelineState

RULES: Final = 2
"""Raised whenever other readings come out of the same bytes, or a format is understood otherwise: what was
added under another number is read again by a hunt, and by the next ``add``."""


class Key(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Under which question a source was read: what is known of it holds for the same question only.

    ``inside`` are all networks inside the organisation, ``domains`` its own domains, ``proxies`` the networks
    of trusted proxies, ``format`` is the one that the source map gives. ``inner`` says how the rows hold what
    is inside; where they hold it as it is, domains mean nothing, and there are none.
    """

    rules: int = RULES
    zone: str = "UTC"
    year: int | None = None
    inside: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    format: str = ""
    inner: Inner = Inner.LEFT_OUT
    domains: tuple[str, ...] = ()

    def hidden(self, secret: bytes | None = None) -> Inside:
        """What its rows do not hold as it is; ``secret`` is the ledger's, where it is known."""
        if self.inner is Inner.KEPT:
            return NOTHING
        parts = (network.partition("/") for network in self.inside)
        return Inside(
            tuple((address, int(bits)) for address, _, bits in parts),
            spelled(self.domains),
            secret if self.inner is Inner.PSEUDONYMS else None,
        )


class FileId(msgspec.Struct, frozen=True, array_like=True):
    """By what a file is known to be unchanged without reading it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileId:
        """That of a file with this status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


class Note(msgspec.Struct, frozen=True, array_like=True):
    """A diagnostic; ``example`` is without the path of the file, which ``placed`` says it begins with."""

    code: str
    example: str
    count: int
    placed: bool


class Member(msgspec.Struct, frozen=True, array_like=True):
    """A source in a file: its path below the file (``""`` for the file itself), and its number.

    ``part``: the file holds only the beginning of the source, which was read elsewhere.
    """

    path: str
    number: int
    part: bool = False

    def shown(self, display: str) -> str:
        """How a hunt shows the source, where it shows the file as ``display``."""
        return f"{display}/{self.path}" if self.path else display


class KnownFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file, and the sources in it, in their order. ``path`` is absolute; ``gone`` takes it off the list."""

    path: str
    id: FileId = FileId(0, 0, 0, 0, 0)
    members: tuple[Member, ...] = ()
    notes: tuple[Note, ...] = ()
    gone: bool = False


class Head(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the first records tell, by how closely they are looked at."""

    parse_rate: float | None = None
    device: str = ""


class Look(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What records that were looked at could show; with ``control`` one has a value for its control."""

    records: int = 0
    outcomes: dict[str, int] = {}
    verdicts: dict[str, int] = {}
    by_format: dict[str, tuple[str, ...]] = {}
    control: bool = False


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that a hunt says of a source in which no indicator stands.

    ``whole`` and ``brief`` are the two readings of its head; ``near`` and ``far`` what the first 32 records
    and those behind them could show. ``year_latest`` is the date that years were reckoned from.
    """

    format: str
    encoding: str
    bytes: int
    records: int
    undated: int = 0
    complete: bool = True
    why: str = ""
    state: str = ""
    year_from: str = ""
    year_latest: datetime | None = None
    folded: bool = False
    is_lines: bool = False
    fingerprint: str = ""
    sha256: str = ""
    whole: Head = Head()
    brief: Head = Head()
    near: Look = Look()
    far: Look = Look()
    zone: str = ""
    after_file: int = 0
    told_losses: tuple[Loss, ...] = ()
    losses_beside: tuple[Loss, ...] = ()
    timeline: TimelineState = TimelineState()
    notes: tuple[Note, ...] = ()


class KnownSource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A source of the ledger.

    ``digest`` is the SHA-256 of its text (UTF-8, without byte order mark, CRLF as LF; of binary logs, of its
    bytes), ``size`` the length of that, ``head`` how it begins. ``path`` is where it was last seen, as
    a hunt would name it. ``key`` is a place in the manifest's list. ``hold`` is the reason
    of a legal hold. ``partial`` says, in words, why its rows are not all there any more: a hunt reads it
    again. ``broken`` says why it could not be read to its end. ``rows`` is how many were added, ``first``
    and ``last`` are the days (since 1970) of its first and its last time. Rows of the day
    ``until`` and later do not count: they are another source's by now. ``marks`` are of some of its lines.
    ``reading`` is a :class:`Reading`, decoded when it is needed.
    """

    number: int
    path: str = ""
    stream: str = ""
    digest: str = ""
    size: int = 0
    head: Beginning = Beginning("", "", is_short=False)
    key: int = 0
    added: datetime | None = None
    hold: str = ""
    partial: str = ""
    broken: str = ""
    rows: int = 0
    first: int | None = None
    last: int | None = None
    until: int | None = None
    marks: tuple[int, ...] = ()
    reading: msgspec.Raw = msgspec.Raw(b"null")
    gone: bool = False

    def counts(self, day: int | None) -> bool:
        """Whether its rows of a day count."""
        return self.until is None or (day is not None and day < self.until)

    def read(self) -> Reading:
        """What a hunt says of it."""
        return msgspec.json.decode(self.reading, type=Reading)


def path_key(path: Path) -> str:
    """The absolute path of a file, as text whatever its bytes."""
    return os.fsencode(os.path.abspath(path)).decode("utf-8", "backslashreplace")  # noqa: PTH100 -- no link is followed
