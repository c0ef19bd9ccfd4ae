"""Ivanti Connect Secure's own log files (``log.access.vc0``...), as they lie on the appliance.

A header of 8,192 bytes, which begins with the number 5 and a byte order's worth of zeros, then records: text
in columns with tabs between, ended by the header's mark or NUL bytes. The first column is the time in
hexadecimal seconds since 1970, a dot and a counter; then node, message code, channel, realm, address,
account, and what the message says. Source: the open-source readers of these files, and plaso's samples.
The offset is the record's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Final

from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading, encode

HEADER: Final = 8192
LONGEST: Final = 64 * 1024
"""A record that is longer is cut there."""
_PIECE: Final = 64 * 1024
_NAMES: Final = ("node", "code", "channel", "realm", "src", "user")


def recognise(head: bytes, name: str) -> bool:
    """The header's mark and zeros, and a first record; of an empty log, the name's end."""
    if not head.startswith(b"\5\0\0\0") or any(head[64:HEADER]):
        return False
    first = _start().search(head, HEADER)
    return first is not None or (name.lower().endswith(".vc0") and len(head) >= HEADER)


def decode(reading: Reading) -> Iterator[Decoded]:
    """The records; what stands between them and is no text is counted."""
    faults = Faults()
    if len(reading.take(HEADER)) < HEADER:
        faults.note("the header is cut short")
    at, data = HEADER, b""
    while more := reading.take(_PIECE):
        data += more
        while (ended := _end().search(data)) is not None or len(data) >= LONGEST:
            size = ended.start() if ended is not None else LONGEST
            yield from _record(data[:size], at, faults)
            done = ended.end() if ended is not None else size
            at, data = at + done, data[done:]
    yield from _record(data, at, faults)
    faults.check()


def _record(data: bytes, at: int, faults: Faults) -> Iterator[Decoded]:
    if not data.strip():
        return
    parts = data.decode("utf-8", "replace").split("\t")
    time = _moment(parts[0])
    found: dict[str, object] = {"@format": "vc0", "@timestamp": time}
    if time is None:
        faults.note(f"no record begins at byte {at}")
    else:
        found |= {name: value for name, value in zip(_NAMES, parts[1:], strict=False) if value}
        parts = parts[1 + len(_NAMES) :]
    yield Decoded(encode({**found, "text": [part for part in parts if part]}), at)


def _moment(text: str) -> str | None:
    seconds, _, _ = text.partition(".")
    if len(seconds) != 8 or _start().fullmatch(text.encode()) is None:
        return None
    return datetime.fromtimestamp(int(seconds, 16), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _start() -> re.Pattern[bytes]:
    return re.compile(rb"[0-9a-f]{8}\.[0-9a-f]{1,16}(?=\t|$)")


@cache
def _end() -> re.Pattern[bytes]:
    return re.compile(rb"[\0-\x08\n\r]+")


SPEC = Decoder(
    name="vc0",
    title="Ivanti Connect Secure log (vc0)",
    recognise=recognise,
    decode=decode,
)
