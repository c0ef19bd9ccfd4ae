"""Tables with a header: CSV, TSV, ``;`` and ``|``, and W3C extended logs (``#Fields:``)."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache

import msgspec

from traque.logs._documents import TIME_KEYS
from traque.logs._envelope import text_of
from traque.logs._format import AUTO, Head, LineReader, LogFormat, RecordReader, slash_order
from traque.logs._names import ecs_name, guess
from traque.model import Event, TimeRule
from traque.timestamps import read

_SEPARATORS = (",", "\t", ";", "|")
_LAYOUTS = ("iso", "epoch", "clf", "day-month", "syslog", "apache-error")
_MARK = b"#Fields:"
_CARRYING = frozenset({"_raw", "raw", "message", "Message", "full_message", "full_log", "line", "Line"})
_ENDS = frozenset({"source.ip", "destination.ip", "source.domain", "destination.domain"})


class _Table(msgspec.Struct, frozen=True):
    """The columns of a table; a blank separator means runs of white space (W3C)."""

    names: tuple[str, ...]
    separator: str
    header: bytes

    def row(self, line: bytes) -> list[str] | None:
        """The values of a row; None for the header, a comment, or another number of values."""
        if line.startswith(b"#") or line == self.header:
            return None
        text = text_of(line)
        if self.separator == " ":
            values = [quoted or bare for quoted, bare in _word().findall(text)]
        else:
            try:
                values = next(csv.reader([text], delimiter=self.separator), [])
            except csv.Error:
                return None
        return values if len(values) == len(self.names) else None


def _table(head: Head) -> _Table | None:
    """The table that the head's header describes."""
    for line in head.lines:
        if line.startswith(_MARK):
            text = text_of(line[len(_MARK) :]).strip()
            tabbed = "\t" in text
            comma = not tabbed and text.count(",") > text.count(" ")
            separator = "\t" if tabbed else "," if comma else " "
            names = [name.strip() for name in (text.split(separator) if separator != " " else text.split())]
            return _Table(tuple(names), separator, line)
    first = next((line for line in head.lines if not line.startswith(b"#")), b"")
    text = text_of(first)
    for separator in _SEPARATORS:
        if text.count(separator) < 2:
            continue
        names = [name.strip() for name in next(csv.reader([text], delimiter=separator), [])]
        if all(_name().fullmatch(name) for name in names) and len(set(names)) == len(names):
            return _Table(tuple(names), separator, first)
    return None


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z_@][\w .@()/\[\]:\-]{0,80}")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r'"([^"]*+)"|(\S+)')


def _known(names: Sequence[str]) -> int:
    return sum(1 for name in names if ecs_name(name) is not None or _is_time(name))


def _is_time(name: str) -> bool:
    return name in TIME_KEYS or name.lower().replace(" ", "").replace("-", "").endswith(
        ("time", "timestamp", "date")
    )


def sniff(head: Head) -> float:
    """A header with names that are known, and rows that fit it."""
    table = _table(head)
    if table is None or _known(table.names) < 2:
        return 0.0
    lines = [line for line in head.sample if line != table.header]
    if not lines:
        return 0.0
    fit = sum(1 for line in lines if table.row(line) is not None) / len(lines)
    if fit < 0.5:
        return 0.0
    marked = table.header.startswith(_MARK)
    return (0.6 if marked else 0.2) + 0.2 * fit


def reader(head: Head) -> RecordReader:
    """By the header in the head. A column may hold a record of another format (Splunk, Graylog)."""
    from traque.logs import wrapped

    table = _table(head) or _Table((), ",", b"")
    times = _times(table, [line for line in head.sample if table.row(line) is not None])
    carries = _CARRYING.intersection(table.names)

    def understand(record: bytes) -> Event | None:
        values = table.row(record)
        if values is None:
            return None
        event = guess("delimited", zip(table.names, values, strict=True))
        time = read(record, times)
        if carries and (event is None or not _ENDS & event.fields.keys()):
            event = wrapped.document(dict(zip(table.names, values, strict=True))) or event
            time = event.time if event is not None and event.time is not None else time
        if event is None:
            return (
                None if time is None else Event(format="delimited", time=time, why="no column name is known")
            )
        return msgspec.structs.replace(event, time=time)

    return LineReader(times, understand)


def _times(table: _Table, rows: Sequence[bytes]) -> tuple[TimeRule, ...]:
    """The rules that read the first rows: date and time side by side, else a column named as a time."""
    names = [name.lower() for name in table.names]
    if names[:2] == ["date", "time"]:
        return (TimeRule("iso"), *slash_order(rows), *AUTO)
    if table.separator == " ":
        return AUTO
    for line in rows[:5]:
        for column, name in enumerate(table.names):
            for layout in _LAYOUTS if _is_time(name) else ():
                rule = TimeRule(layout, column=column, separator=table.separator.encode())
                if read(line, (rule,)) is not None:
                    return (rule, *AUTO)
    for column, name in enumerate(table.names):
        if _is_time(name) and (rules := slash_order(rows, column, table.separator.encode())):
            return (*rules, *AUTO)
    return (*slash_order(rows), *AUTO)


SPEC = LogFormat(
    name="delimited",
    title="CSV, TSV and W3C extended logs with a header, any schema",
    example=b"time,src_ip,src_port,dst_ip,dst_port,action,bytes\n"
    b"2021-01-07T04:18:07Z,192.0.2.7,51022,203.0.113.9,22,deny,60",
    knows="Guessed from the header's names (src_ip, c-ip, dst, action, sc-status, bytes...), and said "
    "so: the source initiated unless its port is a service's; the action's word, the HTTP status "
    "or bytes back say what came of it.",
    sniff=sniff,
    reader=reader,
    ceiling=0.8,
)
