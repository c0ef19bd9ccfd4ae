"""Counts what was skipped, guessed or repaired, so that nothing disappears in silence."""

from __future__ import annotations

import threading
from typing import Final

import msgspec

from traque.model import Diagnostic

EXAMPLES: Final = 5
"""How many examples of each code are kept; the count is always exact."""


class Code(msgspec.Struct, frozen=True):
    """A stable name, what it says to a person, and whether it leaves the hunt incomplete."""

    name: str
    text: str
    incomplete: bool = False


CODES: Final = {
    code.name: code
    for code in (
        Code("source-unreadable", "could not be read, or not to its end", incomplete=True),
        Code(
            "source-not-searched",
            "its values are encoded and no decoder is here",
            incomplete=True,
        ),
        Code("source-limit", "reading stopped at a safety limit (archive bomb, nesting)", incomplete=True),
        Code(
            "source-unsafe-name",
            "archive member whose path leaves its root: read, with its name neutralised",
        ),
        Code("source-empty", "empty: nothing to search"),
        Code("source-duplicate", "same content as another source: reported, not counted twice"),
        Code("source-own-output", "written by traque itself: left out"),
        Code("source-excluded", "left out by --exclude"),
        Code("map-unused", "globs of the source map that named no source that was searched"),
        Code("link-loop", "directory loop or a link already followed: not entered again"),
        Code("source-special", "not a file (socket, pipe, device): left out"),
        Code("source-remark", "read whole, with something odd about its container"),
        Code(
            "format-unknown",
            "no log format recognised: every byte was searched, records are not understood",
        ),
        Code("document-irregular", "documents that are cut or not regular: from there on a line is a record"),
        Code("record-not-understood", "records with a match that the log format could not read"),
        Code("records-dropped", "records in which the device itself says that it dropped others"),
        Code("record-undated", "records without a readable time: kept and counted"),
        Code("year-guessed", "year-less times that would span more than a year"),
        Code("year-from-mtime", "year-less times: the year comes from the file's modification time"),
        Code("clock-spread", "times far outside the others in the same source"),
        Code("age-unknown", "indicators without a date, which --max-age says nothing of"),
        Code("indicator-refused", "indicators that are not hunted, with the reason in the bulletin's list"),
        Code("format-module-failed", "a module of traque or of a third party could not be loaded"),
        Code(
            "ledger-not-held",
            "indicators that a ledger cannot tell of (kinds that it does not hold, addresses inside without "
            "its key): not searched in logs that only the ledger knows",
            incomplete=True,
        ),
        Code(
            "ledger-only-host",
            "URLs whose host stands in logs that only the ledger knows, in more records than the URL: "
            "whether these state it in parts is not held",
            incomplete=True,
        ),
        Code(
            "ledger-forgotten",
            "sources that were removed from the ledger whole: where their logs are gone, nothing tells what "
            "they held",
        ),
        Code(
            "ledger-twice",
            "logs that begin like one that only the ledger knows: what is cut short is counted twice",
        ),
        Code(
            "ledger-at-most",
            "indicators that cover several values, or stand in text and bytes alike, in logs that only the "
            "ledger knows: counts are at most",
        ),
        Code(
            "ledger-own-times",
            "indicators in logs that only the ledger knows, in records of which it holds the presence only: "
            "they are dated by where such a log has its times, not by what its format makes of the record",
        ),
        Code("merge-unknown", "not known from results alone; one hunt over all these logs tells"),
        Code("result-filtered", "sightings of the whole result that are left out here"),
        Code("defanged-not-searched", "defanged values in logs (1.2.3[.]4) are not searched"),
    )
}
"""Every code that a hunt can carry."""


class Diagnostics:
    """A thread-safe tally of :data:`CODES`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._examples: dict[str, list[str]] = {}

    def note(self, code: str, example: str = "", count: int = 1) -> None:
        """Add ``count`` of ``code``; the first few examples are kept. KeyError for an unknown code."""
        name = CODES[code].name
        with self._lock:
            self._counts[name] = self._counts.get(name, 0) + count
            examples = self._examples.setdefault(name, [])
            if example and len(examples) < EXAMPLES:
                examples.append(example)

    def add(self, other: Diagnostics) -> None:
        """Add all that ``other`` was told, as if it were told now."""
        with other._lock, self._lock:
            for name, count in other._counts.items():
                self._counts[name] = self._counts.get(name, 0) + count
                examples = self._examples.setdefault(name, [])
                examples += other._examples[name][: EXAMPLES - len(examples)]

    def report(self) -> tuple[Diagnostic, ...]:
        """What was noted, the codes that leave the hunt incomplete first."""
        with self._lock:
            found = [
                Diagnostic(
                    code=name,
                    count=count,
                    examples=tuple(self._examples[name]),
                    text=CODES[name].text,
                    incomplete=CODES[name].incomplete,
                )
                for name, count in self._counts.items()
            ]
        return tuple(sorted(found, key=lambda d: (not d.incomplete, d.code)))
