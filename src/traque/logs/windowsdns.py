"""Windows' DNS server debug log: packets received and sent, names as labels, details on lines of their own.

Source: Microsoft Learn, "DNS logging and diagnostics". A name stands as ``(3)www(4)evil(7)example(0)``. Dates
are as the server's locale has them: with AM or PM the month comes first, else the day, unless a number says
otherwise. Details belong to their packet (see :mod:`traque.sources.framing`).
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import text_of
from traque.logs._fields import fields_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read


def _understand(record: bytes, times: tuple[TimeRule, ...]) -> Event | None:
    found = _packet().match(text_of(record[:65536]))
    if found is None:
        return None
    sent, reply = found["way"] == "Snd", found["reply"] == "R"
    port = _port().search(text_of(record[found.end() : 4096]))
    # We ask (Snd Q, Rcv R) or we are asked (Rcv Q, Snd R).
    end = "destination" if sent != reply else "source"
    code = found["code"] or ""
    pairs = [
        (f"{end}.ip", found["host"]),
        (f"{end}.port", port[1] if port else None),
        ("network.transport", found["proto"].lower()),
        ("dns.question.name", name_of(found["name"])),
        ("dns.question.type", found["type"]),
        ("dns.response_code", code if reply else None),
        ("event.action", "response" if reply else "query"),
    ]
    return Event(
        format="windowsdns",
        time=read(record, times),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=Outcome.REFUSED if reply and code == "REFUSED" else Outcome.RESOLVED,
        why=f"{found['proto']} {found['way']} {'R' if reply else 'Q'} {code}".rstrip(),
    )


def name_of(labels: str) -> str:
    """``(3)www(4)evil(7)example(0)`` as ``www.evil.example``; what stands after the end is left out."""
    return ".".join(text for _, text in _label().findall(labels) if text)


def reader(head: Head) -> RecordReader:
    """Learns from the head how dates are written."""
    lines = [line for line in head.lines if _packet().match(text_of(line))]
    times = (_layout(lines), TimeRule("auto"))
    return LineReader(times, lambda record: _understand(record, times))


def _layout(lines: list[bytes]) -> TimeRule:
    for line in lines:
        date, numbers = line[:32], re.findall(rb"\d+", line[:12])
        if len(numbers) > 2 and len(numbers[0]) == 4:
            return TimeRule("iso")
        if b" AM " in date or b" PM " in date or (len(numbers) > 1 and int(numbers[1]) > 12):
            return TimeRule("us-slash")
    return TimeRule("eu-slash")


@cache
def _packet() -> re.Pattern[str]:
    return re.compile(
        r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4} \d{1,2}:\d\d:\d\d(?: [AP]M)? +[0-9A-Fa-f]{3,8} PACKET "
        r"+[0-9A-Fa-f]{8,16} "
        r"(?P<proto>UDP|TCP) (?P<way>Snd|Rcv) (?P<host>[0-9A-Fa-f.:]+) +[0-9A-Fa-f]{4} +(?P<reply>R)? ?"
        r"(?P<op>[QNU?]) \[[0-9A-Fa-f]{4} +(?:[ADTR]+ +){0,4}(?P<code>[A-Z]\w*)?\] (?P<type>\S+) "
        r"+(?P<name>\([^\s]{1,1100})"
    )


@cache
def _label() -> re.Pattern[str]:
    return re.compile(r"\((\d{1,3})\)([^()]*+)")


@cache
def _port() -> re.Pattern[str]:
    return re.compile(r"Remote addr [0-9A-Fa-f.:]+, port (\d{1,5})")


SPEC = LogFormat(
    name="windowsdns",
    title="Windows DNS server debug log",
    example=b"1/7/2021 4:18:07 AM 0294 PACKET  000002DAEC3680D0 UDP Rcv 10.0.0.7        7822   Q "
    b"[0001   D   NOERROR] "
    b"A      (3)www(4)evil(7)example(0)",
    knows="Rcv Q and Snd R: the remote address asked; Snd Q and Rcv R: the server asked it. A "
    "question resolved a "
    "name, a response with REFUSED refused.",
    times=(TimeRule("us-slash"), TimeRule("eu-slash"), TimeRule("iso"), TimeRule("auto")),
    sniff=lambda head: specific(half(head, lambda line: _packet().match(text_of(line)))),
    reader=reader,
    outcomes=frozenset({Outcome.REFUSED, Outcome.RESOLVED}),
)
