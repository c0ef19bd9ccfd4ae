"""systemd's journal (``journalctl -o json`` or ``export``): syslog messages whose envelope is a document."""

from __future__ import annotations

import msgspec

from traque.logs._documents import Document
from traque.logs._envelope import Envelope
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, share, specific
from traque.logs._losses import SYSLOG
from traque.logs.json import understand
from traque.model import Event, TimeRule
from traque.timestamps import read

TIMES = tuple(
    TimeRule("epoch", anchor=f'"{key}"'.encode())
    for key in ("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP")
)
_EXPORT = tuple(
    TimeRule("epoch", anchor=anchor) for anchor in (b"_SOURCE_REALTIME_TIMESTAMP=", b"__REALTIME_TIMESTAMP=")
)
_MARK = b"\x1f"
"""Stands for the line ends within an exported entry (see :mod:`traque.sources.framing`)."""


def document(entry: Document) -> Event | None:
    """What a journal entry says, by the program that wrote its message; None if it is no journal entry."""
    from traque.logs.syslog import dispatch

    received = entry.get("__REALTIME_TIMESTAMP")
    if received is None or not ("MESSAGE" in entry or "_BOOT_ID" in entry):
        return None
    time = read(str(entry.get("_SOURCE_REALTIME_TIMESTAMP", received)).encode(), (TimeRule("epoch"),))
    host, program = (
        str(entry.get("_HOSTNAME", "")),
        str(entry.get("SYSLOG_IDENTIFIER", entry.get("_COMM", ""))),
    )
    message = entry.get("MESSAGE")
    if isinstance(message, list):
        # The journal writes text that is not UTF-8 as a list of its bytes.
        octets = (byte for byte in message if isinstance(byte, int) and 0 <= byte <= 255)
        message = bytes(octets).decode("utf-8", "replace")
    opened = Envelope(time, host, program, message if isinstance(message, str) else "")
    event = dispatch(opened)
    if event is None:
        return Event(format="journald", time=time, fields=opened.fields(), why="message of no known program")
    return event if event.time is not None else msgspec.structs.replace(event, time=time)


def exported(record: bytes) -> Event | None:
    """An entry of the export format: ``NAME=value``, one a line."""
    if not record.lstrip(_MARK).startswith(b"__CURSOR="):
        return None
    entry: dict[str, object] = {}
    for part in record.split(_MARK):
        name, equals, value = part.partition(b"=")
        if equals:
            entry.setdefault(name.decode("utf-8", "replace"), value.decode("utf-8", "replace"))
    return document(entry)


def sniff(head: Head) -> float:
    """Entries as JSON, or exported."""
    return specific(max(head.share_of_documents(document), half(head, exported)))


def reader(head: Head) -> RecordReader:
    """Every entry is a document, or exported."""
    if share(head, exported):
        return LineReader(_EXPORT, exported)
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="journald",
    title="systemd journal, JSON and export format",
    example=b'{"__REALTIME_TIMESTAMP":"1609993087123456","_HOSTNAME":"bastion","SYSLOG_IDENTIFIER":"cron","MESSAGE":"run"}',
    knows="By the format of the program that wrote the message (sshd, netfilter, postfix...), as in "
    "syslog; of other messages only the time and the host.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    document=document,
    losses=SYSLOG,
)
