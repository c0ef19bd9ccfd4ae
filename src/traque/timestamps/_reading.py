"""The specification of time reading, which the kernel's time parser equals, byte for byte.

Plain scanning, integer arithmetic, ASCII only. A reading function takes ``(text, at)`` and answers a
:class:`~traque.model.Stamp` or None; what follows the time is ignored, except that a number is never cut
short. Rules that all layouts share:

* **Clock**: ``hh:mm:ss``, hour of one or two digits below 24, second 60 is read as 59. Fraction: a dot and
  any number of digits, or a comma and exactly 3, 6 or 9 (in CSV a comma ends a field); digits past the
  sixth are cut off.
* **Zone**: ``Z``; ``+hh``, ``+hhmm``, ``+hh:mm`` (or ``-``) up to 15 hours; or one of
  :data:`~traque.timestamps.ZONES`, in upper case. One space may stand before it, but ``+hh`` alone follows
  the clock directly. Text that is no zone leaves the time unzoned.
* **Date**: years 1970 to 2199, and the day must exist. Two-digit years: 70-99 are 1970-1999, 00-69 are
  2000-2069 (POSIX). Month and weekday names are the first three English letters, in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

from traque.model import Stamp, TimeRule
from traque.timestamps._named import read_apache_error, read_clf, read_day_month, read_syslog
from traque.timestamps._numeric import (
    read_epoch,
    read_eu_slash,
    read_fortigate,
    read_glog,
    read_iso,
    read_iso_tz,
    read_tai64n,
    read_us_slash,
    read_yymmdd,
)
from traque.timestamps._pieces import (
    MONTHS,
    SPACE,
    WEEKDAYS,
    byte_at,
    count_digits,
    is_digit,
    is_letter,
    name_at,
)

LAYOUTS: Final = MappingProxyType(
    {
        "iso": "2021-01-07T04:18:07.123456+00:00 and relatives: 'T', 't', '_', spaces or a tab between, "
        "'-', ',' or ';' too where there are seconds; '-', '/', '.' or ':' inside the date; seconds "
        "optional, AM/PM where no T stands; 20210107T041807Z, 20210107 04:18:07, 20210107041807",
        "iso-tz": "as iso; where that states no zone, the tz=+0100 that stands anywhere after it",
        "syslog": "Jan  7 04:18:07 (RFC 3164, no year); 2021 Jan  7 04:18:07; Jan  7 2021 04:18:07; a zone "
        "after it is +hhmm, or a name that ':' follows (a word there is the host's name); with a year also "
        "AM/PM",
        "clf": "07/Jan/2021:04:18:07 +0000 (web servers); a space may stand for the first ':'",
        "day-month": "Thu, 07 Jan 2021 04:18:07 +0000 (RFC 5322), 07-Jan-2021 04:18:07.123 (BIND, PHP), "
        "Jan-07-21 04:18:07 (ASSP); "
        "weekday optional, years of two or four digits, AM/PM optional",
        "epoch": "1609993087.123: seconds (10 digits), ms (13), us (16), ns (19), no letter after it; UTC",
        "fortigate": 'date=2021-01-07 time=04:18:07 and, anywhere in the text, tz="+0100" or timezone="CET"',
        "apache-error": "Fri Dec 16 01:46:23.123456 2005 (ctime); a zone may stand before or after the year",
        "us-slash": "01/07/2021 04:18:07 PM: month first; or year-less 01/07-04:18:07; seconds and "
        "AM/PM optional",
        "eu-slash": "07/01/2021 04:18:07 or 07.01.2021 04:18:07: day first, else as us-slash; both also "
        "with '-' inside the date where the year has four digits",
        "yymmdd": "210107  4:18:07 (MySQL), 210107 041807 (Hadoop), 21/01/07 04:18:07 (Spark), "
        "210107041807.123 (3proxy)",
        "glog": "I0107 04:18:07.123456 (Google's glog, Kubernetes' klog): a level's letter, month, day",
        "tai64n": "@400000005ff68b890756b5b3 (multilog): TAI as daemontools count it, 10 s before UTC",
        "auto": "at the beginning: iso, syslog, clf, day-month, apache-error, epoch, glog, tai64n, yymmdd "
        "(with slashes where a level's word follows), or a slash date that reads one way only; else the "
        "first of iso, syslog, clf, day-month, apache-error, fortigate (at its 'date=') that begins in the "
        "first 512 bytes and follows no letter or digit",
    }
)
"""Every layout by name, with what it reads."""

SKIPPED: Final = b" \t:=\"'[(*"
"""Bytes that may stand between an anchor (or the beginning) and the time."""

SEARCHED: Final = 512
"""``auto`` looks for a time that begins in this many bytes."""

_LEVELS: Final = (b"INFO", b"WARN", b"ERROR", b"DEBUG", b"FATAL", b"TRACE")


def read(record: bytes, rules: Sequence[TimeRule]) -> Stamp | None:
    """The time of ``record`` by the first of ``rules`` that reads one, else None.

    Where a rule reads: *anchor*: after the first occurrence of its bytes in the record, wherever that is.
    *column*: the bytes of that column, no further; each occurrence of ``separator`` ends one, quotes mean
    nothing. *neither*: at the beginning, after an optional UTF-8 byte order mark and an optional ``<PRI>``
    (one to three digits), which may be followed by an RFC 5424 version (one or two digits and a space).
    In all three, :data:`SKIPPED` bytes before the time are passed over. ``fortigate`` searches from there on.
    KeyError for a layout that is not one.
    """
    for rule in rules:
        reader = _readers()[rule.layout]
        text, at = record, 0
        if rule.anchor:
            at = record.find(rule.anchor)
            if at < 0:
                continue
            at += len(rule.anchor)
        elif rule.column >= 0:
            columns = record.split(rule.separator, rule.column + 1) if rule.separator else [record]
            if rule.column >= len(columns):
                continue
            text = columns[rule.column]
        else:
            at = _after_priority(record)
        while byte_at(text, at) in SKIPPED:
            at += 1
        stamp = reader(text, at)
        if stamp is not None:
            return stamp
    return None


def _after_priority(record: bytes) -> int:
    at = 3 if record.startswith(b"\xef\xbb\xbf") else 0
    if byte_at(record, at) != ord("<"):
        return at
    digits = count_digits(record, at + 1)
    end = at + 1 + digits
    if not 1 <= digits <= 3 or byte_at(record, end) != ord(">"):
        return at
    at = end + 1
    version = count_digits(record, at)
    if 1 <= version <= 2 and byte_at(record, at + version) == SPACE:
        return at + version + 1
    return at


def _read_auto(text: bytes, at: int) -> Stamp | None:
    stamp = _read_named(text, at) or read_epoch(text, at) or read_glog(text, at) or read_tai64n(text, at)
    if stamp is None and (count_digits(text, at) == 6 or _is_leveled(text, at)):
        stamp = read_yymmdd(text, at)
    if stamp is not None:
        return stamp
    by_month, by_day = read_us_slash(text, at), read_eu_slash(text, at)
    if by_month == by_day or by_day is None:
        stamp = by_month
    elif by_month is None:
        stamp = by_day
    if stamp is not None:
        return stamp
    for begin in range(at, min(len(text), at + SEARCHED)):
        before = text[begin - 1] if begin > 0 else 0
        if is_letter(before) or is_digit(before):
            continue
        stamp = _read_named(text, begin)
        if stamp is None and text.startswith(b"date=", begin):
            stamp = read_fortigate(text, begin)
        if stamp is not None:
            return stamp
    return None


def _is_leveled(text: bytes, at: int) -> bool:
    """Whether a level's word follows ``21/01/07 04:18:07``, as in the logs of Java's Hadoop and Spark."""
    return text[at + 17 : at + 18] == b" " and text.startswith(_LEVELS, at + 18)


def _read_named(text: bytes, at: int) -> Stamp | None:
    """A time in a layout that cannot be taken for another one."""
    if name_at(text, at, MONTHS) >= 0:
        return read_syslog(text, at) or read_day_month(text, at)
    if name_at(text, at, WEEKDAYS) >= 0:
        return read_apache_error(text, at) or read_day_month(text, at)
    count = count_digits(text, at)
    if count in (1, 2):
        return read_clf(text, at) or read_day_month(text, at)
    return (read_iso(text, at) or read_syslog(text, at)) if count > 0 else None


@cache
def _readers() -> MappingProxyType[str, Callable[[bytes, int], Stamp | None]]:
    return MappingProxyType(
        {
            "iso": read_iso,
            "iso-tz": read_iso_tz,
            "syslog": read_syslog,
            "clf": read_clf,
            "day-month": read_day_month,
            "epoch": read_epoch,
            "fortigate": read_fortigate,
            "apache-error": read_apache_error,
            "us-slash": read_us_slash,
            "eu-slash": read_eu_slash,
            "yymmdd": read_yymmdd,
            "glog": read_glog,
            "tai64n": read_tai64n,
            "auto": _read_auto,
        }
    )
