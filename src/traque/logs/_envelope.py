"""The syslog envelope: RFC 5424, RFC 3164, and what daemons really write.

Read are: an optional ``<PRI>``; a time as RFC 3164 has it, with a year, in ISO form (rsyslog, journald
``short-iso``, RFC 5424 with its version), or as multilog and Sophos UTM's files have it; BSD's
``<facility.severity>``; the host, which may be missing or, of UniFi devices, several words; a tag
``program[pid]:``, which may be missing too (then the rest is the message, unless the time is in ISO form:
that is any program's own log). Without a time, ``host program[pid]:`` is an envelope too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import msgspec

from traque.model import Event, Stamp, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("syslog"), TimeRule("iso"), TimeRule("tai64n"))

MONTH = "(?:J(?:an|u[nl])|Feb|Ma[ry]|A(?:pr|ug)|Sep|Oct|Nov|Dec)"
CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
"""Parts of shapes: what a byte may be is decided by the bytes before it, so that one pass suffices."""

SHAPE = (
    rf"(?:<[0-9]{{1,3}}>)?(?:(?P<time1>{MONTH} (?:[ 0-2][0-9]|3[01]) {CLOCK})"
    rf"|(?P<time2>20[0-9]{{2}}-(?:0[1-9]|1[0-2])-(?:[0-2][0-9]|3[01])T{CLOCK}(?:\.[0-9]{{1,9}})?"
    rf"(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]))) [A-Za-z0-9_][A-Za-z0-9_.%-]* "
)
"""What stands before the program's name, as a shape (:attr:`traque.logs.LogFormat.shapes`)."""


class Envelope(msgspec.Struct, frozen=True):
    """What surrounds a syslog message. ``priority`` is the PRI value, -1 when there is none."""

    time: Stamp | None
    host: str
    program: str
    message: str
    priority: int = -1

    def observer(self) -> dict[str, str | int]:
        """Who wrote the record, in ECS fields, in a new dict."""
        named = {"observer.name": self.host, "process.name": self.program}
        return {name: value for name, value in named.items() if value}

    def fields(self) -> dict[str, str | int]:
        """As :meth:`observer`, for a program that is itself one end: ``host.name`` is its machine."""
        return self.observer() | ({"host.name": self.host} if self.host else {})


def open_envelope(record: bytes) -> Envelope | None:
    """The envelope of a record, or None if it has none."""
    text = text_of(record)
    rfc5424, bsd, tag, bare = _patterns()
    if found := rfc5424.match(text):
        priority, host, program, kind, data, message = found.groups()
        if not message and data != "-":
            # All of it stands in the structured data (Juniper, Check Point).
            message = data if kind == "-" else f"{kind} {data}"
        return Envelope(
            read(record, TIMES[1:]),
            "" if host == "-" else host,
            "" if program == "-" else program,
            (message or "").removeprefix("\ufeff"),
            int(priority),
        )
    if found := bsd.match(text):
        priority, rest = found[1], text[found.end() :]
        own = priority is None and text[:1].isdigit() and "T" in found[0] and found[0].endswith(": ")
        if own and not rest.startswith("%"):
            # An ISO time that a colon ends is a program's own (GitLab): what follows is its message.
            return None
        time = read(record, TIMES)
        host, program, message = "", "", rest
        if "," in rest[:160] and (device := _device().match(rest)):
            host, rest = device[1] or device[2], rest[device.end() :]
        if tagged := tag.match(rest):
            host, program, message = tagged[1] or host, tagged[2], rest[tagged.end() :]
        elif relayed := _relay().match(rest):
            host, message = relayed[1], rest[relayed.end() :]
        elif priority is None and text[:1].isdigit():
            # An ISO time and no tag: any program's own log, whose first word is no host.
            return None
        elif " " in rest and "=" not in rest.partition(" ")[0]:
            host, _, message = rest.partition(" ")
            if message.startswith(f"{host} ") and (tagged := tag.match(message)):
                # UniFi consoles name themselves twice.
                program, message = tagged[2], message[tagged.end() :]
        return Envelope(time, host, program, message.lstrip(" "), -1 if priority is None else int(priority))
    if found := bare.match(text):
        return Envelope(None, found[1] or "", found[2], text[found.end() :])
    return None


def observed(event: Event | None, opened: Envelope | None) -> Event | None:
    """``event``, written by the envelope's host unless it names another device; None stays None."""
    if event is not None and opened is not None and opened.host:
        event.fields.setdefault("observer.name", opened.host)
    return event


def relayed(understand: Callable[[bytes], Event | None]) -> Callable[[Envelope], Event | None]:
    """A reader of messages that are whole records, by what reads such a record."""

    def message(opened: Envelope) -> Event | None:
        return observed(understand(opened.message.encode()), opened)

    return message


def text_of(record: bytes) -> str:
    """The record as text, without what ends it or byte order mark; invalid UTF-8 becomes U+FFFD."""
    return record.decode("utf-8", "replace").removeprefix("\ufeff").rstrip(" \r\n")


@cache
def _device() -> re.Pattern[str]:
    """UniFi's access points and switches: ``Office 00005e005301,UAP-6.0.14:``, or model, MAC, version."""
    return re.compile(
        r'(?:([\w.-]{1,64}) )?\(?"?(?:[\w-]{1,32},)?([0-9a-f]{12}),[\w.+-]{1,64}"?\)?:? +'
        r"(?=[\w-]{1,32}(?:\[\d{1,10}\])?: )"
    )


@cache
def _relay() -> re.Pattern[str]:
    """Who passed a whole record on: a host or ``group/stream``, or Wazuh's ``(agent) address->file``."""
    return re.compile(
        r"(?:\([^)\s]{1,64}\) )?([\w./:%>-]{1,200}) +(?=(?:[\w.:-]{1,80} +)?"
        rf"(?:<\d{{1,3}}>|{MONTH} [ \d]\d \d\d:\d\d:\d\d |20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d))"
    )


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    iso = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
    utm = r"\d{4}:\d\d:\d\d-\d\d:\d\d:\d\d"
    month = r"(?:\d{4} )?[A-Z][a-z]{2} [ \d]?\d (?:\d{4} )?\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?[+-]\d{4})?"
    levels = "TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|CRITICAL|CRIT|FATAL|SEVERE"
    host = rf"(?!(?i:{levels})\b)[A-Za-z0-9_](?:[\w.:%-]*[\w.%-])?"
    word = rf"(?!(?i:{levels})[\s:])[^\s\[\]:]+"
    data = r'(?:-|(?:\[(?:[^]"\\]|\\.|"(?:[^"\\]|\\.)*+")*+\])++)'
    return (
        re.compile(
            rf" *<(\d{{1,3}})>\d{{1,2}} (?:-|{iso}) (\S+) (\S+) \S+ (\S+) ({data})(?: (.*))?$", re.DOTALL
        ),
        re.compile(rf"(?: *<(\d{{1,3}})>)? ?(?:{iso}|{month}|{utm}|@4[0-9a-f]{{23}}):? +(?:<[\w.]+> )?"),
        re.compile(rf"(?:({host}) +)?({word})(?:\[[^\]\s]*\]| \[\d{{1,7}}\])?: ?"),
        re.compile(rf"(?:({host}) )?({word})\[\d{{1,10}}\]: "),
    )
