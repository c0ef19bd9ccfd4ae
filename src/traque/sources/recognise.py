"""Binary formats whose values are encoded: their bytes are searched, but an address in them is not text.

Only what is certain is named. No text is: each mark needs a NUL byte near it, and the formats without a
mark (flow datagrams, login records) several fields that agree.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

_NEAR: Final = 4096
_EARLIEST: Final = 631_152_000
"""1990 in seconds since 1970: no flow or login record is older."""
_LATEST: Final = 4_102_444_800
"""2100."""

_BY_MAGIC: Final = MappingProxyType(
    {
        b"ElfFile\0": "Windows event log (EVTX)",
        b"\x30\0\0\0LfLe": "Windows event log (EVT)",
        b"PAR1": "Parquet",
        b"PARE": "Parquet (encrypted)",
        b"ARROW1\0\0": "Arrow",
        b"FEA1": "Feather",
        b"ORC": "ORC",
        b"Obj\x01": "Avro",
        b"SQLite format 3\0": "SQLite database",
        b"LPKSHHRH": "systemd journal",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "Microsoft Office document (OLE)",
        b"\xde\xad\xbe\xef": "SiLK flows",
        b"\xd4\xc3\xb2\xa1": "packet capture (pcap)",
        b"\xa1\xb2\xc3\xd4": "packet capture (pcap)",
        b"\x4d\x3c\xb2\xa1": "packet capture (pcap)",
        b"\xa1\xb2\x3c\x4d": "packet capture (pcap)",
        b"snoop\0\0\0": "packet capture (snoop)",
        b"\x37\x7f\x06\x82": "write-ahead log of an SQLite database",
        b"\x37\x7f\x06\x83": "write-ahead log of an SQLite database",
        b"\x34\xcd\xb2\xa1": "packet capture (pcap)",
        b"\xa1\xb2\xcd\x34": "packet capture (pcap)",
    }
)


def encoded_container(head: bytes, name: str) -> str | None:
    """The format's name for people (``Windows event log (EVTX)``), None for text and what is not known.

    ``name`` is the base name; content alone decides, but for login records, whose name may support them.
    """
    if b"\0" not in head[:_NEAR]:
        return None
    for magic, title in _BY_MAGIC.items():
        if head.startswith(magic):
            return title
    for test, title in _BY_TEST:
        if test(head):
            return title
    if head.startswith(b"\0"):
        found = _flows(head) or _flows(_first_prefixed(head)) or _unified2(head)
        if found:
            return found
    return "login records (utmp)" if _is_utmp(head, name) else None


def encoded_values(head: bytes) -> str | None:
    """What in a text is encoded and not spelt out: Linux audit's socket addresses in another log.

    In audit's own file they are written out when it is framed (:mod:`traque.sources.framing`).
    """
    own = re.match(rb"(?:node=\S{1,80} )?type=\S{1,40} msg=audit\(", head) is not None
    if (
        not own
        and b"saddr=" in head
        and re.search(rb"\bsaddr=(?:0200|0A00)[0-9A-F]{12,64}\b(?![^\n]{0,64}SADDR=)", head)
    ):
        return "Linux audit: socket addresses in hexadecimal (saddr=) without enrichment"
    return None


def _is_arrow_stream(head: bytes) -> bool:
    """An IPC stream: a mark, the length of the schema's message, and where in it the root table stands."""
    if not head.startswith(b"\xff\xff\xff\xff") or len(head) < 12:
        return False
    length, root = struct.unpack_from("<II", head, 4)
    return 16 <= length <= 64 << 20 and length % 8 == 0 and root in (12, 16, 20)


_BY_TEST: Final[tuple[tuple[Callable[[bytes], bool], str], ...]] = (
    (
        lambda head: (
            head.startswith(b"\x0a\x0d\x0d\x0a") and head[8:12] in (b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a")
        ),
        "packet capture (pcapng)",
    ),
    (
        lambda head: (
            head[:2] in (b"\x0c\xa5", b"\xa5\x0c") and head[2:4] in (b"\1\0", b"\2\0", b"\0\1", b"\0\2")
        ),
        "NetFlow capture (nfcapd)",
    ),
    (
        lambda head: head.startswith(b"PK\x03\x04") and head[30:49] == b"[Content_Types].xml",
        "Microsoft Office document",
    ),
    (lambda head: b"protobuf:dnstap.Dnstap" in head[:64], "dnstap"),
    (_is_arrow_stream, "Arrow"),
)


def _first_prefixed(head: bytes) -> bytes:
    """The first datagram of a file that writes a length of four bytes before each."""
    length = int.from_bytes(head[:4], "big")
    return head[4 : 4 + length] if 16 <= length <= len(head) - 4 else b""


def _flows(head: bytes) -> str | None:
    """Raw export datagrams: NetFlow v5, v9 (RFC 3954) and IPFIX (RFC 7011), one or several."""
    if len(head) < 24:
        return None
    version, count, second_word, third_word = struct.unpack(">HHLL", head[:12])
    if version == 10 and count >= 16 and _are_sets(head[16:count], _plausible(second_word), (2, 3)):
        return "IPFIX flows"
    if version == 9 and count and _are_sets(head[20:], _plausible(third_word), (0, 1)):
        return "NetFlow v9 flows"
    if version == 5 and _plausible(third_word) and (1 <= count <= 30 or (len(head) - 24) % 48 == 0):
        return "NetFlow v5 flows"
    return None


def _are_sets(rest: bytes, dated: bool, templates: tuple[int, int]) -> bool:
    """Whether a set stands here, of templates or of data; without a plausible clock, sets to the end."""
    at = 0
    while at + 4 <= len(rest):
        kind, length = struct.unpack_from(">HH", rest, at)
        if not (kind in templates or kind >= 256) or length < 4:
            return False
        if dated:
            return True
        at += length
    return at == len(rest) > 0


def _unified2(head: bytes) -> str | None:
    """Snort's records: a type, a length, and a second record where the first ends."""
    kinds = (2, 7, 66, 67, 68, 72, 104, 105, 110, 112)
    if len(head) < 8:
        return None
    kind, length = struct.unpack(">LL", head[:8])
    if kind not in kinds or not 8 <= length < 1 << 16:
        return None
    following = head[8 + length : 12 + length]
    known = len(following) < 4 or int.from_bytes(following, "big") in kinds
    return "Snort unified2" if known else None


def _plausible(seconds: int) -> bool:
    return _EARLIEST <= seconds <= _LATEST


_RECORDS: Final = (  # size, byte order, where the time is and how wide
    (384, "<", 340, "l"),
    (400, "<", 344, "q"),
    (400, ">", 344, "q"),
    (384, ">", 340, "l"),
)


def _is_utmp(head: bytes, name: str) -> bool:
    """Linux login records (utmp(5)): of the first ones, all have sane fields and one has a sane time."""
    named = any(part in name.lower() for part in ("utmp", "wtmp", "btmp"))
    for size, order, at, width in _RECORDS:
        records = [head[n : n + size] for n in range(0, min(len(head), 16 * size) - size + 1, size)]
        if not records:
            continue
        times = [struct.unpack_from(f"{order}{width}", record, at)[0] for record in records]
        timed = sum(_plausible(seconds) for seconds in times)
        if all(_login_fields(record, order) for record in (records if not named else records[:1])) and timed:
            return True
    return False


def _login_fields(record: bytes, order: str) -> bool:
    (kind,) = struct.unpack_from(f"{order}h", record)
    return 0 <= kind <= 9 and record[2:4] == b"\0\0" and all(map(_is_c_string, (record[8:40], record[44:76])))


def _is_c_string(field: bytes) -> bool:
    text, _, padding = field.partition(b"\0")
    return not padding.strip(b"\0") and all(0x20 <= character < 0x7F for character in text)
