"""Snort's (and Suricata's) alerts: fast (one line each), in a file or in syslog, and full (several lines).

Source: Snort Manual "alert_fast" and "alert_full", Suricata "fast.log". An alert names the packet's
two ends, not who opened.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import fields_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.model import Event, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("us-slash"), TimeRule("us-slash", anchor=b"]  "), TimeRule("syslog"), TimeRule("iso"))


def understand(record: bytes) -> Event | None:
    """What an alert says."""
    event = _understand(text_of(record))
    return None if event is None else msgspec.structs.replace(event, time=read(record, TIMES))


def message(opened: Envelope) -> Event | None:
    """The same alert sent through syslog."""
    event = _understand(opened.message)
    if event is not None:
        fields_of(opened.observer().items(), event.fields)
    return event


def _understand(text: str) -> Event | None:
    found = _alert().search(text)
    if found is None:
        return None
    dropped = "[Drop]" in text[: found.start()] or "[wDrop]" in text[: found.start()] or "[drop]" in text
    pairs = [
        *_end("source", found["source"], found["source_port"], text),
        *_end("destination", found["destination"], found["port"], text),
        ("network.transport", (found["transport"] or "").lower()),
        ("rule.id", found["id"]),
        ("rule.name", found["name"].strip()),
        ("event.action", "drop" if dropped else "alert"),
    ]
    return Event(
        format="snort",
        fields=fields_of(pairs),
        outcome=Outcome.DENIED if dropped else Outcome.UNKNOWN,
        why=f"alert {found['id']}: {found['name'].strip()}"[:90],
    )


def _end(name: str, address: str, port: str | None, text: str) -> list[tuple[str, object]]:
    """The two parts of an end; the last group of an IPv6 address is no port where there are none (ICMP)."""
    if port is not None and ":" in address and (address.endswith(":") or "ICMP" in text):
        address, port = f"{address}:{port}", None
    return [(f"{name}.ip", address), (f"{name}.port", port)]


@cache
def _alert() -> re.Pattern[str]:
    address = r"(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f:]{2,39}?)"
    return re.compile(
        r"\[(?P<id>\d{1,10}:\d{1,12}:\d{1,6})\] (?P<name>[^\[\]{}]{1,300})(?:\[[^\[\]{}]{1,200}\]:? ?){0,6}"
        r"(?:\{(?P<transport>[\w-]{1,16})\} |"
        r"\[\*\*\] (?:\[[^\[\]{}]{1,200}\] {0,3}){0,6}\d\d/\d\d[/\d]{0,5}-[\d:.]{8,16} )"
        rf"(?P<source>{address})(?::(?P<source_port>\d{{1,5}}))? -> "
        rf"(?P<destination>{address})(?::(?P<port>\d{{1,5}}))?(?=\s|$)"
    )


def sniff(head: Head) -> float:
    """The rule's number, the transport and the two ends."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """In a file or through syslog."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="snort",
    title="Snort and Suricata alerts (fast, full)",
    example=b"01/07/2021-04:18:07.123456  [**] [1:2000001:1] EXAMPLE scan [**] [Classification: "
    b"Attempted Information "
    b"Leak] [Priority: 2] {TCP} 192.0.2.7:51022 -> 203.0.113.9:22",
    knows="An alert does not say who opened: the initiator is unknown. [Drop] is denied, else the outcome "
    "is unknown.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("snort", "suricata"),
    message=message,
    outcomes=frozenset({Outcome.DENIED, Outcome.UNKNOWN}),
)
