"""What Suricata's and Snort's rules share: quoting of ``content``, and messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from traque.exporters._job import Item, Job
from traque.exporters._revisions import Revision
from traque.exporters._text import plain

SIDS: Final = (1_000_000, 2_000_000)
"""The range that is left to local rules."""
_AS_IS: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_./?&=+,@*~()[]!'^%$<>{}#`"
)


QUIET: Final = "threshold:type limit, track by_both, count 1, seconds 3600; "
"""One alert an hour for two ends, not one for each of their packets."""


def requested(item: Item) -> tuple[str, str]:
    """Host and path (with its query) that a request for the URL names."""
    parts = urlsplit(item.value if "://" in item.value else f"//{item.value}")
    return parts.hostname or "", (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def content(value: str | bytes) -> str:
    """``value`` as the text of ``content:"..."``: what has a meaning there stands in hex between bars."""
    written: list[str] = []
    hexed: list[str] = []
    for byte in value.encode() if isinstance(value, str) else value:
        char = chr(byte)
        if char in _AS_IS:
            if hexed:
                written.append(f"|{' '.join(hexed)}|")
                hexed.clear()
            written.append(char)
        else:
            hexed.append(f"{byte:02x}")
    if hexed:
        written.append(f"|{' '.join(hexed)}|")
    return "".join(written)


def message(job: Job, what: str) -> str:
    """The text of ``msg``: what was seen, of which bulletins; without colons, where old parsers split."""
    ids = "+".join(bulletin.id for bulletin in job.bulletins[:3])
    return plain(f"traque {what} {ids}", most=160).replace(":", "_").replace(",", "_")


class Carried:
    """What each rule of a job carries at its end: metadata, number and version.

    The metadata are bulletins, date, marking, actors, the days on which the rule was made, last changed and
    is to go. The number stays; the version rises when the rule says or finds something else than in the last
    export (not when only its expiry is renewed).
    """

    def __init__(self, job: Job, separator: str = ", ") -> None:
        self._job = job
        self._separator = separator
        self._said = separator.join(_pairs(job))

    def __call__(self, key: str, rule: str) -> str:
        """For the rule that ``key`` names and that begins with ``rule``."""
        job = self._job
        revision = job.revision(key, f"{rule}{self._said}")
        days = [f"created_at {revision.created:%Y_%m_%d}"]
        if revision.number > 1:
            days.append(f"updated_at {revision.updated:%Y_%m_%d}")
        days += [f"expires {job.expires:%Y-%m-%d}", f"traque {_word(job.version)}"]
        said = self._separator.join(filter(None, (self._said, *days)))
        return f"metadata:{said}; {identity(job, key, revision)}"


def identity(job: Job, key: str, revision: Revision) -> str:
    """``sid:1234567; rev:1;`` of the rule that ``key`` names."""
    return f"sid:{job.number(key, *SIDS)}; rev:{revision.number};"


def _pairs(job: Job) -> Iterator[str]:
    for bulletin in job.bulletins[:3]:
        pairs = [
            ("bulletin", bulletin.id),
            ("published", f"{bulletin.published:%Y-%m-%d}" if bulletin.published else ""),
            ("tlp", bulletin.tlp or ""),
            ("pap", bulletin.pap or ""),
            *(("actor", actor) for actor in bulletin.actors[:2]),
        ]
        yield from (f"{key} {_word(value)}" for key, value in pairs if value)


def _word(text: str) -> str:
    return plain(text, most=60).replace(" ", "_").replace(",", "_").replace(":", "_")
