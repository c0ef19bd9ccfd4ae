"""Linux log-in records: utmp, wtmp, btmp (failed log-ins) and lastlog, of x86, aarch64 and s390x.

Layouts: glibc's ``bits/utmp.h``. With 32-bit times (x86, 384 bytes a record) and with 64-bit ones
(aarch64 and s390x, 400), in either byte order. ``lastlog`` has one record a user id, in the order of
ids. A record without any content is passed over. The offset is the record's. Which file it is (failed
log-ins have no mark of their own) is told by its name.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading, encode
from traque.sources.decoders._flows import moment
from traque.sources.recognise import encoded_container

_TYPES: Final = ("EMPTY", "RUN_LVL", "BOOT_TIME", "NEW_TIME", "OLD_TIME", "INIT_PROCESS", "LOGIN_PROCESS",
                 "USER_PROCESS", "DEAD_PROCESS", "ACCOUNTING")  # fmt: skip
_EARLIEST, _LATEST = 631_152_000, 4_102_444_800
_HEAD: Final = 64 * 1024


class _Layout(NamedTuple):
    size: int
    record: struct.Struct


def _layouts() -> Iterator[_Layout]:
    # type, pid, line, id, user, host, exit status (2), session, seconds, microseconds, address
    for order in "<>":
        yield _Layout(384, struct.Struct(f"{order}hxxi32s4s32s256shhiii16s20x"))
    for order in "<>":
        yield _Layout(400, struct.Struct(f"{order}hxxi32s4s32s256shhqqq16s20x4x"))


_LAYOUTS: Final = tuple(_layouts())
_LASTLOG: Final = tuple(
    _Layout(struct.calcsize(f"{order}{shape}"), struct.Struct(f"{order}{shape}"))
    for shape in ("i32s256s", "q32s256s")
    for order in "<>"
)


def recognise(head: bytes, name: str) -> bool:
    """Records by content; lastlog, which says little, by its name and a sane first record."""
    if encoded_container(head, name) == "login records (utmp)":
        return True
    return "lastlog" in name.lower() and _lastlog(head) is not None


def decode(reading: Reading) -> Iterator[Decoded]:
    """The records that say something."""
    faults = Faults()
    head = reading.take(_HEAD)
    last = _lastlog(head) if "lastlog" in reading.name.lower() else None
    layout = last or max(_LAYOUTS, key=lambda layout: _plausible(layout, head))
    base = next((n for n in ("btmp", "wtmp", "utmp", "lastlog") if n in reading.name.lower()), "utmp")
    at, data = 0, head
    while len(data) >= layout.size or (more := reading.take(_HEAD)):
        if len(data) < layout.size:
            data += more
            continue
        raw, data = data[: layout.size], data[layout.size :]
        if any(raw):
            fields = layout.record.unpack(raw)
            record = _last_login(fields, at // layout.size) if last else _login(fields)
            yield Decoded(encode({"@format": "utmp", **record, "file": base}), at)
        at += layout.size
    if data:
        faults.note(f"the record at byte {at} is cut short")
    faults.check()


def _plausible(layout: _Layout, head: bytes) -> int:
    """How many of the first records make sense in this layout."""
    good = 0
    for at in range(0, min(len(head), 64 * layout.size) - layout.size + 1, layout.size):
        fields = layout.record.unpack_from(head, at)
        seconds, microseconds = fields[9], fields[10]
        sane = 0 <= fields[0] <= 9 and 0 <= microseconds < 1_000_000
        good += 2 * (sane and _EARLIEST < seconds < _LATEST) + (sane and any(head[at : at + layout.size])) - 1
    return good


def _lastlog(head: bytes) -> _Layout | None:
    """The layout in which the first records that are not empty have a sane time and text."""
    for layout in _LASTLOG:
        records = (
            layout.record.unpack_from(head, at) for at in range(0, len(head) - layout.size + 1, layout.size)
        )
        used = [record for record in records if record[0] or record[1].strip(b"\0")]
        if used and all(_EARLIEST < r[0] < _LATEST and _is_text(r[1]) and _is_text(r[2]) for r in used[:16]):
            return layout
    return None


def _is_text(raw: bytes) -> bool:
    text, _, rest = raw.partition(b"\0")
    return not any(rest) and all(0x20 <= byte < 0x7F for byte in text)


def _login(fields: tuple[int | bytes, ...]) -> dict[str, object]:
    kind, pid, line, identity, user, host, _, _, session, seconds, microseconds, raw = fields
    record: dict[str, object] = {
        "@timestamp": _moment(seconds, microseconds),
        "type": _TYPES[kind] if isinstance(kind, int) and 0 <= kind < len(_TYPES) else kind,
        "user": _text(user),
        "line": _text(line),
        "id": _text(identity),
        "host": _text(host),
        "addr": _address(raw),
        "pid": pid,
        "session": session,
    }
    return {name: value for name, value in record.items() if value not in ("", None)}


def _last_login(fields: tuple[int | bytes, ...], uid: int) -> dict[str, object]:
    seconds, line, host = fields
    return {
        "@timestamp": _moment(seconds, 0),
        "type": "LASTLOG",
        "uid": uid,
        "line": _text(line),
        "host": _text(host),
    }


def _moment(seconds: object, microseconds: object) -> str | None:
    if not isinstance(seconds, int) or not isinstance(microseconds, int) or seconds <= 0:
        return None
    return moment(seconds * 1_000_000_000 + (microseconds % 1_000_000) * 1000)


def _text(raw: object) -> str:
    return raw.partition(b"\0")[0].decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _address(raw: object) -> str | None:
    """16 bytes in network order; an IPv4 address takes the first four."""
    if not isinstance(raw, bytes) or not any(raw):
        return None
    if any(raw[4:]):
        return socket.inet_ntop(socket.AF_INET6, raw)
    return socket.inet_ntop(socket.AF_INET, raw[:4])


SPEC = Decoder(name="utmp", title="login records (utmp)", recognise=recognise, decode=decode)
