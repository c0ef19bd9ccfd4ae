"""Windows events: as XML, as JSON (winlogbeat, NXLog, evtx_dump, Microsoft Sentinel), and as Snare's text.

Source: Microsoft Learn, "Advanced security audit policy" (4624, 4625, 4648, 4768, 4771, 4776, 4778, 5140,
5152, 5156...), "AD FS auditing" (1200 to 1203), Sysinternals Sysmon (1, 3, 22), Terminal Services logs
(1149, 21, 24, 25), winlogbeat exported fields, NXLog ``im_msvistalog``. A rendered message is read in English
and French where the data are missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, NamedTuple

import msgspec

from traque.logs._documents import Document, stamp_of
from traque.logs._envelope import TIMES as ENVELOPE
from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import Fields, fields_of, host_and_port, is_address, number_of, opener
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, share, specific
from traque.logs._inner import at, text_at
from traque.logs._losses import WINDOWS
from traque.logs._names import placed
from traque.logs._windows import (
    ACCEPTED,
    BY_STATUS,
    DESTINATION,
    DESTINATION_PORT,
    IN,
    LABELS,
    MEANING,
    NOTHING,
    REFUSED,
    SOURCE,
    SOURCE_PORT,
    USER,
    Known,
)
from traque.model import Event, Initiator, Outcome, Stamp, TimeRule
from traque.timestamps import read

TIMES = (
    TimeRule("iso", anchor=b'SystemTime="'),
    TimeRule("iso", anchor=b"SystemTime='"),
    TimeRule("iso", anchor=b'"SystemTime":'),
    TimeRule("iso", anchor=b'"@timestamp":'),
    TimeRule("iso", anchor=b'"EventTime":'),
    TimeRule("iso", anchor=b'"TimeGenerated":'),
    TimeRule("iso", anchor=b'"TimeCreated":'),
    TimeRule("epoch", anchor=b'"TimeCreated":"\\/Date('),
    TimeRule("auto"),
)


_SNARE: Final = TimeRule("apache-error", column=4, separator=b"\t")


class _Raw(NamedTuple):
    """An event, however it was written."""

    number: int
    channel: str
    computer: str
    time: Stamp | None
    data: dict[str, str]


def _event(raw: _Raw) -> Event:
    data, number = raw.data, raw.number
    channel = raw.channel.lower()
    if channel.startswith("openssh") and (said := _sshd(raw)) is not None:
        return said
    fields: Fields = {}
    fields_of(
        [("observer.name", raw.computer), ("host.name", raw.computer), ("event.code", str(number))], fields
    )
    fields_of(_endpoints(data), fields)
    fields_of(_things(data), fields)
    initiator, outcome = _meaning(channel, raw, fields)
    if outcome is Outcome.LOGIN_REFUSED and "user.name" not in fields:
        outcome = Outcome.REFUSED
    if not _names_peer(fields) and outcome is not Outcome.RESOLVED:
        initiator = Initiator.UNKNOWN
    return Event(
        format="windows",
        time=raw.time,
        fields=fields,
        initiator=initiator,
        outcome=outcome,
        why=f"event {number} of {raw.channel.rpartition('Windows-')[2] or 'an unknown channel'}",
    )


def _names_peer(fields: Fields) -> bool:
    return any(name in fields for name in ("source.ip", "source.domain", "destination.ip", "url.full"))


def _meaning(channel: str, raw: _Raw, fields: Fields) -> Known:
    data = raw.data
    if "sysmon" in channel and raw.number == 3:
        tcp = data.get("Protocol", "").lower() == "tcp"
        return IN, Outcome.DATA if tcp else Outcome.ALLOWED
    if channel in ("security", "") and raw.number in BY_STATUS:
        status = data.get("Status", data.get("ErrorCode", ""))
        return ACCEPTED if (number_of(status) == 0 or status in ("0x0", "0x00000000")) else REFUSED
    known = next(
        (
            meaning
            for (part, number), meaning in MEANING.items()
            if number == raw.number and part in (channel or part)
        ),
        NOTHING,
    )
    if raw.number in (5152, 5156, 5157) and known is not NOTHING:
        return opener(fields.get("source.port"), fields.get("destination.port")), known[1]
    return known


def _endpoints(data: Mapping[str, str]) -> Iterable[tuple[str, object]]:
    for name, addresses, ports in (
        ("source", SOURCE, SOURCE_PORT),
        ("destination", DESTINATION, DESTINATION_PORT),
    ):
        for key in addresses:
            # AD FS lists the proxies on the way after the client; a sentence ends with a dot.
            host, port = host_and_port(data.get(key, "").partition(",")[0].strip().rstrip("."))
            if is_address(host):
                yield f"{name}.ip", host
                yield (
                    f"{name}.port",
                    port or next((data[key] for key in ports if data.get(key, "0") != "0"), None),
                )
                break
    yield "source.domain", data.get("WorkstationName") or data.get("Workstation")
    yield "destination.domain", data.get("DestinationHostname")


def _things(data: Mapping[str, str]) -> Iterable[tuple[str, object]]:
    yield "user.name", next((data[key] for key in USER if data.get(key, "-") not in ("-", "")), None)
    yield "dns.question.name", data.get("QueryName", "").rstrip(".")
    answers = [part.strip() for part in data.get("QueryResults", "").split(";")]
    yield "dns.resolved_ip", ",".join(part for part in answers if is_address(part))
    yield "dns.answers.name", ",".join(part.split()[-1] for part in answers if part.startswith("type:"))
    yield (
        "network.transport",
        {"6": "tcp", "17": "udp"}.get(data.get("Protocol", ""), data.get("Protocol", "").lower()),
    )
    yield "process.executable", data.get("Image") or data.get("ProcessName") or data.get("Application")
    yield "process.command_line", data.get("CommandLine")
    yield "file.path", data.get("TargetFilename") or data.get("Path")
    yield "event.logon.type", data.get("LogonType")
    yield "powershell.script", data.get("ScriptBlockText")
    for part in data.get("Hashes", data.get("Hash", "")).split(","):
        kind, _, value = part.partition("=")
        yield f"file.hash.{kind.strip().lower()}", value
    if "://" in (url := data.get("url") or data.get("RemoteName", "")):
        yield from ((name, value) for name, value in placed([("url", url)]))


def _sshd(raw: _Raw) -> Event | None:
    """OpenSSH for Windows writes sshd's own sentences."""
    from traque.logs.syslog import dispatch

    return dispatch(
        Envelope(raw.time, raw.computer, raw.data.get("process", "sshd"), raw.data.get("payload", ""))
    )


def document(found: Document) -> Event | None:
    """An event as JSON, in any of the four shapes; None for other documents."""
    if "Event" in found and isinstance(found["Event"], Mapping):
        return _nested(found["Event"])
    if isinstance(found.get("winlog"), Mapping) or "winlog.event_id" in found:
        return _beat(found)
    number = _number(found.get("EventID", found.get("EventId", found.get("Id"))))
    channel = found.get("Channel", found.get("LogName", found.get("EventLog")))
    if number is None or not isinstance(channel, str):
        return None
    data = {key: str(value) for key, value in found.items() if isinstance(value, str | int)}
    computer = text_at(found, "Computer") or text_at(found, "Hostname") or text_at(found, "MachineName")
    message = found.get("Message")
    if isinstance(message, str):
        data = _labelled(message) | data
    if data.get("AccountName") == data.get("TargetUserName", ""):
        data.pop("AccountName", None)
    times = (found.get(key) for key in ("EventTime", "TimeCreated", "TimeGenerated", "@timestamp"))
    return _event(_Raw(number, channel, computer, _first_stamp(times), data))


def _first_stamp(values: Iterable[object]) -> Stamp | None:
    for value in values:
        if isinstance(value, str) and value.startswith("/Date("):
            return stamp_of(value[6:].rstrip(")/"))
        if value is not None:
            stamp = stamp_of(value)
            if stamp is not None:
                return stamp
    return None


def _number(value: object) -> int | None:
    if isinstance(value, Mapping):
        value = value.get("#text", value.get("Value"))
    return number_of(value)


def _nested(event: Mapping[str, object]) -> Event | None:
    system = event.get("System")
    if not isinstance(system, Mapping):
        return None
    number = _number(system.get("EventID"))
    if number is None:
        return None
    time = at(system, "TimeCreated", "#attributes", "SystemTime") or at(system, "TimeCreated", "SystemTime")
    data: dict[str, str] = {}
    for part in ("EventData", "UserData"):
        _gather(event.get(part), data)
    channel, computer = str(system.get("Channel") or ""), str(system.get("Computer") or "")
    return _event(_Raw(number, channel, computer, stamp_of(time), data))


def _gather(value: object, data: dict[str, str], depth: int = 4) -> None:
    """All named values, however deep; ``Data`` may be a list of ``{"@Name":..., "#text":...}``."""
    if depth == 0:
        return
    if isinstance(value, Mapping):
        attributes = value.get("#attributes")
        name = (
            value.get("@Name")
            or value.get("Name")
            or (isinstance(attributes, Mapping) and attributes.get("Name"))
        )
        if isinstance(name, str) and isinstance(value.get("#text"), str | int):
            data.setdefault(name, str(value["#text"]))
            return
        for key, inner in value.items():
            if isinstance(inner, str | int):
                data.setdefault(key, str(inner))
            else:
                _gather(inner, data, depth - 1)
    elif isinstance(value, list):
        for inner in value[:100]:
            _gather(inner, data, depth - 1)


def _beat(found: Document) -> Event | None:
    number = _number(at(found, "winlog", "event_id")) or _number(at(found, "event", "code"))
    if number is None:
        return None
    data: dict[str, str] = {}
    _gather(at(found, "winlog", "event_data"), data)
    _gather(at(found, "winlog", "user_data"), data)
    prefix = "winlog.event_data."
    data |= {key[len(prefix) :]: str(value) for key, value in found.items() if key.startswith(prefix)}
    message = found.get("message")
    if not data and isinstance(message, str):
        data = _labelled(message)
    computer = text_at(found, "winlog", "computer_name") or text_at(found, "host", "name")
    channel = text_at(found, "winlog", "channel")
    return _event(_Raw(number, channel, computer, stamp_of(found.get("@timestamp")), data))


def _labelled(text: str) -> dict[str, str]:
    """The values of a rendered message, by their English or French labels; the last of each counts.

    AD FS puts a document of XML into its messages.
    """
    if "<AuditBase" in text[:1024]:
        named = {name: value for name, value in _patterns().plain.findall(text[:32768]) if value != "N/A"}
        return named | {"TargetUserName": named.get("UserId", "")}
    return {LABELS[label]: value for label, value in _patterns().label.findall(text[:8192]) if value != "-"}


def _xml(text: str) -> Event | None:
    patterns = _patterns()
    number = patterns.number.search(text)
    if number is None:
        return None
    from html import unescape

    data: dict[str, str] = {}
    for name, value in patterns.data.findall(text):
        data.setdefault(name, unescape(value).strip())
    begin = text.find("<UserData")
    if begin >= 0:
        for name, value in patterns.plain.findall(text, begin):
            data.setdefault(name, unescape(value).strip())
    channel, computer = patterns.channel.search(text), patterns.computer.search(text)
    time = read(text.encode(), TIMES[:2])
    return _event(
        _Raw(int(number[1]), channel[1] if channel else "", computer[1] if computer else "", time, data)
    )


def _snare(text: str) -> Event | None:
    """``MSWinEventLog<tab>criticality<tab>channel<tab>counter<tab>time<tab>id<tab>source<tab>...``."""
    parts = text[text.index("MSWinEventLog") :].split("\t")
    if len(parts) < 9 or not parts[5].isdigit() or len(parts[5]) > 6:
        return None
    time = read(parts[4].encode(), (TimeRule("apache-error"), TimeRule("iso")))
    computer = parts[10] if len(parts) > 10 else ""
    data = _labelled(" ".join(parts[9:]))
    return _event(_Raw(int(parts[5]), parts[2], computer, time, data))


def message(opened: Envelope) -> Event | None:
    """Snare's text, or an event as XML, in a syslog envelope."""
    text = opened.message
    event = None
    if opened.program == "MSWinEventLog":
        event = _snare("MSWinEventLog\t" + text.lstrip("\t"))
    elif "MSWinEventLog\t" in text[:64]:
        event = _snare(text)
    elif text.startswith(("<Event ", "<Event>")):
        event = _xml(text)
    if event is not None:
        for name, value in opened.observer().items():
            event.fields.setdefault(name, value)
        event = msgspec.structs.replace(event, time=event.time or opened.time)
    return event


def understand(record: bytes) -> Event | None:
    """What one event says, as XML, JSON or text."""
    from traque.logs import json, syslog

    text = text_of(record)
    if text.startswith(("<Event", "<?xml", " ", "Record ")) and "<Event" in text[:400]:
        return _xml(text)
    if text.startswith("MSWinEventLog\t"):
        return _snare(text)
    return json.understand(record) or syslog.understand(record)


def _is_event(line: bytes) -> bool:
    if b"<Event" in line[:400] and line.startswith((b"<Event", b"<?xml", b" ", b"Record ")):
        return _patterns().number.search(line.decode("utf-8", "replace")) is not None
    return line.startswith(b"MSWinEventLog\t")


def sniff(head: Head) -> float:
    """XML events, JSON events, or messages of either in syslog."""
    parts = (share(head, _is_event), head.share_of_documents(document), head.share_of_messages("windows"))
    return specific(max(parts))


def reader(head: Head) -> RecordReader:
    """One reader for all shapes; in a syslog envelope, syslog's."""
    from traque.logs import syslog

    if share(head, _is_event) + head.share_of_documents(document) == 0:
        return LineReader((*TIMES[:2], _SNARE, *ENVELOPE), syslog.understand)
    present = tuple(rule for rule in TIMES if any(rule.anchor in line for line in head.sample))
    return LineReader(present or TIMES, understand)


class _Patterns(NamedTuple):
    number: re.Pattern[str]
    channel: re.Pattern[str]
    computer: re.Pattern[str]
    data: re.Pattern[str]
    plain: re.Pattern[str]
    label: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    labels = "|".join(sorted(LABELS, key=len, reverse=True))
    return _Patterns(
        re.compile(r"<EventID(?:\s[^<>]{0,100})?>(\d{1,6})</EventID>"),
        re.compile(r"<Channel>([^<]{1,200})</Channel>"),
        re.compile(r"<Computer>([^<]{1,255})</Computer>"),
        re.compile(r"<Data Name=[\"']([^\"'<>]{1,100})[\"']\s*>([^<]*+)</Data>"),
        re.compile(r"<(\w{1,60})>([^<]*+)</\w"),
        re.compile(rf"(?<![\w])({labels})[ \xa0]?:[ \t\xa0]{{0,20}}([^\s;]{{1,4096}})"),
    )


SPEC = LogFormat(
    name="windows",
    title="Windows events (XML, winlogbeat, NXLog, evtx_dump and Sentinel JSON, Snare)",
    example=b'{"EventTime":"2021-01-07T04:18:07.123Z","EventID":4624,"Channel":"Security","Hostname":"dc1.corp.example",'
    b'"TargetUserName":"alice","LogonType":"10","IpAddress":"192.0.2.7","IpPort":"51022"}',
    knows="By the event: 4624, 4778, 21 and AD FS 1200 and 1202 accepted an account, 4625, 4771 and 1203 "
    "refused one, 4768 and 4776 by their status; 5156 and 5157 by ports; Sysmon 3 connected, 22 asked for a "
    "name. Others only name values.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    programs=("MSWinEventLog",),
    begins=("<Event ", "<Event>", "MSWinEventLog\t"),
    message=message,
    document=document,
    outcomes=frozenset(Outcome) - {Outcome.UNANSWERED},
    losses=WINDOWS,
)
