"""Syslog as an envelope: each message goes to the format that knows its program, record by record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from traque.logs._envelope import SHAPE, TIMES, Envelope, open_envelope
from traque.logs._fields import fields_of, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, envelope
from traque.model import Event, Initiator, Outcome, Stamp

MessageReader = Callable[[Envelope], Event | None]


def understand(record: bytes) -> Event | None:
    """What a syslog record says: by its program's format, by its message's beginning, else who wrote it."""
    opened = open_envelope(record)
    if opened is None:
        return None
    event = dispatch(opened) or _sentence(opened)
    if event is None:
        return _plain(opened)
    if event.time is None:
        event = msgspec.structs.replace(event, time=opened.time)
    return event


def dispatch(opened: Envelope) -> Event | None:
    """The event of an enveloped message by a format that knows it; None if none does."""
    wrapped = _wrapping().match(opened.message)
    if wrapped is not None:
        inner = opened.message[wrapped.end() :]
        opened = msgspec.structs.replace(opened, message=inner.removesuffix("]") if wrapped[1] else inner)
    programs, prefixes, marks, beginnings = _routes()
    readers = programs.get(opened.program)
    if readers is None:
        readers = tuple(found for prefix, found in prefixes if opened.program.startswith(prefix))
    for found in (*readers, _account_refused):
        event = found(opened)
        if event is not None:
            return event
    for mark, found in marks:
        if mark in opened.message or mark in opened.program:
            event = found(opened)
            if event is not None:
                return event
    for beginning, found in beginnings:
        if opened.message.startswith(beginning):
            event = found(opened)
            if event is not None:
                return event
    return _relayed(opened)


def _relayed(opened: Envelope) -> Event | None:
    """A record inside a record: a relay put its own header before a whole one."""
    found = _header().match(opened.message)
    if found is None:
        return None
    message = opened.message[found.end() :]
    inner = open_envelope(message.encode("utf-8", "replace"))
    if inner is None or len(inner.message) >= len(message):
        return None
    return dispatch(msgspec.structs.replace(inner, time=_better(inner.time, opened.time)))


def _better(own: Stamp | None, relayed: Stamp | None) -> Stamp | None:
    """A record's own time, unless the relay's says more of day and zone."""
    if own is None or relayed is None:
        return own or relayed
    return relayed if (relayed.dated, relayed.zoned) > (own.dated, own.zoned) else own


@cache
def _header() -> re.Pattern[str]:
    """A record's beginning, after the word that the relay may have put before it."""
    return re.compile(
        r"(?:[\w.:-]{1,80} +)?(?=<|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\dT\d\d:\d\d)"
    )


def classify(record: bytes) -> str | None:
    """The format of a syslog record's message, ``syslog`` if no other knows it; None without an envelope."""
    opened = open_envelope(record)
    if opened is None:
        return None
    event = dispatch(opened)
    return "syslog" if event is None else event.format


def reader(_head: Head) -> RecordReader:
    """A reader for files in a syslog envelope, whatever their messages."""
    return LineReader(TIMES, understand, _shapes())


@cache
def _shapes() -> tuple[str, ...]:
    """The shapes of the messages that formats know; of any other message the process number is free."""
    from traque.logs import registry

    known = [shape for spec in registry() for shape in spec.message_shapes]
    return tuple(SHAPE + shape for shape in (*known, r"[^ \[\]:]+\[(?P<free>[0-9]{1,7})\]: [^\n]*"))


@cache
def _wrapping() -> re.Pattern[str]:
    """What daemons put around a message: rsyslog's repetition, Solaris' message ID."""
    return re.compile(r"(message repeated \d+ times: \[ ?)|\[ID \d+ [\w.]+\] ")


class _Routes(NamedTuple):
    """Who reads a message: by program, by the beginning of its name, by a mark, by how the message begins."""

    programs: Mapping[str, tuple[MessageReader, ...]]
    prefixes: tuple[tuple[str, MessageReader], ...]
    marks: tuple[tuple[str, MessageReader], ...]
    beginnings: tuple[tuple[str, MessageReader], ...]


@cache
def _routes() -> _Routes:
    from traque.logs import registry

    programs: dict[str, tuple[MessageReader, ...]] = {}
    prefixes: list[tuple[str, MessageReader]] = []
    marks: list[tuple[str, MessageReader]] = []
    beginnings: list[tuple[str, MessageReader]] = []
    for spec in registry():
        if spec.message is None:
            continue
        for program in spec.programs:
            if program.endswith("*"):
                prefixes.append((program[:-1], spec.message))
            else:
                programs[program] = (*programs.get(program, ()), spec.message)
        marks += [(mark, spec.message) for mark in spec.marks]
        beginnings += [(beginning, spec.message) for beginning in spec.begins]
    # The longest first: what is said of "postfix/" is not about "post".
    prefixes.sort(key=lambda route: -len(route[0]))
    beginnings.sort(key=lambda route: -len(route[0]))
    return _Routes(MappingProxyType(programs), tuple(prefixes), tuple(marks), tuple(beginnings))


def _account_refused(opened: Envelope) -> Event | None:
    """PAM's own words, which any program may log: ``authentication failure; ... rhost=192.0.2.1``."""
    found = _pam().search(opened.message)
    if found is None:
        return None
    user = found["user"] or found["ruser"].strip()
    pairs = [*side("source", found["host"]), ("user.name", user), ("event.action", "authentication failure")]
    return Event(
        format="syslog",
        time=opened.time,
        fields=fields_of(pairs, opened.fields()),
        initiator=Initiator.SOURCE,
        outcome=Outcome.LOGIN_REFUSED if user else Outcome.REFUSED,
        why="PAM: authentication failure",
    )


@cache
def _pam() -> re.Pattern[str]:
    # The remote account is the client's text: the host is the one that the account or the end follows.
    return re.compile(
        r"authentication failure; [^;]{0,200}?ruser=(?P<ruser>.{0,320}?) +rhost=(?P<host>\S+)"
        r"(?: +user=(?P<user>\S*)|(?=[\s\])]*$|, ))"
    )


def _sentence(opened: Envelope) -> Event | None:
    from traque.logs import prose

    return prose.message(opened)


def _plain(opened: Envelope) -> Event:
    return Event(format="syslog", time=opened.time, fields=opened.fields(), why="message of no known program")


SPEC = LogFormat(
    name="syslog",
    title="syslog (RFC 3164, RFC 5424, ISO-stamped, journald short-iso)",
    example=b"Jan  7 04:18:07 gate.example tftpd[411]: RRQ from 192.0.2.7 filename boot.img",
    knows="By the program's own format when there is one (sshd, postfix, netfilter, CEF, JSON...), and "
    "by PAM's 'authentication failure', else guessed from the message's words (prose). Of other "
    "messages only the time and the host that wrote them: initiator and outcome are unknown.",
    times=TIMES,
    sniff=lambda head: envelope(
        1 - head.messages.count(None) / max(1, len(head.messages)) if head.messages else 0.0
    ),
    ceiling=0.6,
    reader=reader,
    linewise=True,
)
