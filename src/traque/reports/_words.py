"""Numbers, times and verdicts as people say them. English, UTC, no locale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from traque.model import Gap, Verdict

MEANING: Final = {
    Verdict.AUTHENTICATED: (
        "An identity was accepted from it.",
        "Take the account as stolen: disable it, end its sessions, read all it did since the first record.",
    ),
    Verdict.OUTBOUND: (
        "A host of yours opened the exchange and was answered.",
        "Isolate the host, keep its memory and disk, find the process that called out.",
    ),
    Verdict.OUTBOUND_ATTEMPT: (
        "A host of yours tried to reach it: denied, unanswered, or only a name look-up.",
        "Find out what on the host asked; it can be compromised although nothing came back.",
    ),
    Verdict.SESSION: (
        "It came in and was served: data went both ways.",
        "Read what it asked for and got; look for uploads, new files and log-ins in the same minutes.",
    ),
    Verdict.AUTH_FAILED: (
        "It tried to log in and was refused.",
        "Check that the accounts it tried were not opened at other times or from other addresses.",
    ),
    Verdict.ANSWERED: (
        "It reached a service, which answered with an error or a refusal.",
        "See what it was looking for, and whether that service was vulnerable on that day.",
    ),
    Verdict.CONTACT: (
        "A control let it through; nothing more is known.",
        "Read the logs of the service behind that control at the same times.",
    ),
    Verdict.UNCLEAR: (
        "The record does not say who opened the exchange or what came of it.",
        "Read the evidence; another log of the same minute may tell.",
    ),
    Verdict.BLOCKED: (
        "A control stopped it.",
        "Nothing urgent: make sure that no other way in was open to it.",
    ),
    Verdict.TRACE: (
        "The value is named in the record, it is not a peer.",
        "Read the evidence; mostly nothing to do.",
    ),
    Verdict.SELF: (
        "The bulletin itself, a block list or a look-up of your own.",
        "Nothing to do.",
    ),
}
"""For each verdict: what a record with it says, and what to do next."""

_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")


def number(value: int) -> str:
    """``138,365``."""
    return f"{value:,}"


def count(value: int, noun: str, plural: str = "") -> str:
    """``1 record``, ``2 records``, ``3 addresses``."""
    return f"{number(value)} {noun if value == 1 else plural or noun + 's'}"


def size(value: int) -> str:
    """``1.3 GB``: decimal units, as disks and network rates have them."""
    amount, step = float(value), 0
    while amount >= 999.5 and step < len(_UNITS) - 1:  # rounds to 1000
        amount, step = amount / 1000, step + 1
    digits = 1 if step and amount < 99.95 else 0  # three figures are enough
    return f"{amount:.{digits}f} {_UNITS[step]}"


def duration(span: timedelta) -> str:
    """``3 days``, ``5 h 12 min``, ``42 s``, ``0.4 s``."""
    seconds = span.total_seconds()
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if hours >= 48:  # two days
        return count(hours // 24, "day")
    if hours:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    if minutes:
        return f"{minutes} min"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def moment(value: datetime) -> str:
    """``2020-12-29T03:12:45Z``, to the second."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value.year >= 1000 else value.isoformat()


def boundary(value: datetime) -> str:
    """A window's edge: the day alone when it is midnight."""
    return f"{value:%Y-%m-%d}" if (value.hour, value.minute, value.second) == (0, 0, 0) else moment(value)


def listing(items: Sequence[str], show: int, total: int = 0) -> str:
    """``a, b, c and 4 more``; ``a, b and c`` when all are shown. ``items`` may be the first of ``total``."""
    rest = max(total, len(items)) - min(show, len(items))
    if rest:
        return f"{', '.join(items[:show])} and {number(rest)} more"
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)


def sentence(text: str) -> str:
    """``text`` with a capital letter and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def gap(value: Gap) -> str:
    """A hole in a stream, with its dates: the whole UTC days in it, or the silence from record to record."""
    if value.kind != "days":
        return f"silent for {duration(value.end - value.start)}: {moment(value.start)} to {moment(value.end)}"
    first = (value.start + timedelta(days=1) - timedelta(microseconds=1)).date()
    last = (value.end - timedelta(days=1)).date()
    if first >= last:
        return f"no record on {first}"
    return f"no record on {count((last - first).days + 1, 'day')}: {first} to {last}"
