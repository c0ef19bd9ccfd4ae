"""Log Event Extended Format (LEEF 1.0 and 2.0), on its own or inside a syslog envelope.

Source: IBM "Log Event Extended Format (LEEF), version 2". Pairs stand between tabs, or between what the 2.0
header names; relays may have made ``#011`` or blanks of the tabs.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from traque.logs._envelope import relayed, text_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._names import guess
from traque.model import Event, TimeRule
from traque.timestamps import read

TIMES = (
    *(
        TimeRule(layout, anchor=b"devTime=")
        for layout in ("epoch", "iso", "syslog", "clf", "day-month", "apache-error")
    ),
    TimeRule("syslog"),
    TimeRule("iso"),
)
_OWN = {"usrName": "user", "accountName": "user", "cat": "category", "identSrc": "", "policy": "", "sev": ""}
"""Keys of the LEEF dictionary that mean something else than elsewhere."""


def understand(record: bytes) -> Event | None:
    """What a LEEF record says."""
    text = text_of(record)
    start = text.find("LEEF:")
    header = _header().match(text, start) if start >= 0 else None
    if header is None:
        return None
    _, product, _, name = header.groups()[1:5]
    pairs = [
        (_OWN.get(key, key), value) for key, value in _pairs(text[header.end() :], header[1], header[6] or "")
    ]
    event = guess("leef", pairs, detail=f"LEEF of {product}: ")
    if event is None:
        event = Event(format="leef", why=f"LEEF of {product} without a known key")
    event.fields.setdefault("event.action", name)
    return msgspec.structs.replace(event, time=read(record, TIMES))


def _pairs(text: str, version: str, stated: str) -> list[tuple[str, str]]:
    separator = "\t"
    if version.startswith("2") and stated:
        found = _hexadecimal().fullmatch(stated)
        separator = chr(int(found[1], 16)) if found else stated
    if version.startswith("1") and "\t" not in text and _piped().search(text):
        separator = "|"  # as PAN-OS's template for LEEF writes it
    text = text.replace("#011", "\t") if separator == "\t" and "\t" not in text else text
    if separator in text:
        split = (part.partition("=") for part in text.split(separator)[:400])
        return [(key.strip(), value.strip()) for key, equals, value in split if equals]
    keys = list(_key().finditer(text))
    ends = [*(key.start() for key in keys[1:]), len(text)]
    return [(key[1], text[key.end() : end].strip()) for key, end in zip(keys, ends, strict=False)]


@cache
def _header() -> re.Pattern[str]:
    one = r"([^|]{0,256})\|"
    return re.compile(
        rf"LEEF: ?(1\.0|2\.0|1|2)\|{one}{one}{one}{one}(?:(?<=\|)(0?[xX][0-9A-Fa-f]{{1,4}}|[^\w\s=|])?\|)?"
    )


@cache
def _hexadecimal() -> re.Pattern[str]:
    return re.compile(r"0?[xX]([0-9A-Fa-f]{1,4})")


@cache
def _piped() -> re.Pattern[str]:
    return re.compile(r"\|src=[^|\s]*\|")


@cache
def _key() -> re.Pattern[str]:
    return re.compile(r"(?:^|(?<=\s))([A-Za-z][\w.\-]{0,127}+)=")


def sniff(head: Head) -> float:
    """Its marker and header leave little doubt."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The marker is found wherever it stands, with an envelope before it or not."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="leef",
    title="Log Event Extended Format (LEEF)",
    example=b"LEEF:1.0|Example|Wall|1.0|deny|devTime=1609993087123\tsrc=192.0.2.7\tsrcPort=51022\t"
    b"dst=203.0.113.9\tdstPort=22\tproto=TCP\taction=deny",
    knows="Guessed from LEEF's keys, and said so: src initiated unless its port is a service's; action says "
    "denied or allowed, a log-in's outcome or the bytes back say what came of it.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=("LEEF:",),
    message=relayed(understand),
)
