"""What captured payloads say in clear: DNS messages, the name in a TLS client hello, HTTP heads."""

from __future__ import annotations

import socket
from typing import Final

from traque.expressions import expression

LIMIT: Final = 16_384
"""Bytes of one direction that are gathered for a message that spans segments."""
RECORDS: Final = 200
"""Resource records of a DNS message that are read."""

Said = dict[str, object]

_TYPES: Final = {
    1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 39: "DNAME",
    64: "SVCB", 65: "HTTPS", 255: "ANY", 257: "CAA",
}  # fmt: skip
_CODES: Final = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}

REQUEST: Final = expression(
    rb"(GET|POST|HEAD|PUT|DELETE|OPTIONS|CONNECT|PATCH|TRACE|PROPFIND|[A-Z]{3,12}(?= [^\r\n]{1,4000} HTTP/)) "
    rb"([^ \r\n]{0,8000}) ?(HTTP/\d\.\d)?\r?\n"
)
"""A request line; other methods than the usual ones only with their version."""
_METHOD: Final = expression(
    rb"(?:GET|POST|HEAD|PUT|DELETE|OPTIONS|CONNECT|PATCH|TRACE|PROPFIND) [/*a-zA-Z0-9]"
)
_STATUS: Final = expression(rb"HTTP/\d\.?\d? (\d{3})")
_END: Final = expression(rb"\r?\n\r?\n")
_FIELDS: Final = {
    b"host": "host",
    b"user-agent": "user_agent",
    b"referer": "referer",
    b"x-forwarded-for": "x_forwarded_for",
    b"location": "location",
    b"server": "server",
    b"content-type": "content_type",
}


def dns(data: bytes) -> Said | None:
    """A DNS message, as far as its bytes go; None if it is none."""
    if len(data) < 12:
        return None
    flags = int.from_bytes(data[2:4], "big")
    counts = [int.from_bytes(data[n : n + 2], "big") for n in (4, 6, 8, 10)]
    if flags >> 11 & 15 > 6 or counts[0] > 16 or not any(counts):
        return None
    said: Said = {"answer": bool(flags & 0x8000)}
    if flags & 0x8000:
        said["rcode"] = _CODES.get(flags & 15, flags & 15)
    try:
        at = _questions(data, counts[0], said)
        _records(data, at, counts[1:], said)
    except (IndexError, ValueError):
        said["cut"] = True
    return said if {"query", "answers", "names", "cut"} & said.keys() else None


def _questions(data: bytes, count: int, said: Said) -> int:
    at, names = 12, []
    for number in range(count):
        name, at = _name(data, at)
        names.append(name)
        if number == 0:
            said["query"] = name
            kind = int.from_bytes(data[at : at + 2], "big")
            said["query_type"] = _TYPES.get(kind, kind)
        at += 4
    if names[1:]:
        said["queries"] = names[1:]
    return at


def _records(data: bytes, at: int, counts: list[int], said: Said) -> None:
    read = 0
    for key, count in zip(("answers", "authority", "additional"), counts, strict=True):
        found: list[str] = []
        for _ in range(count):
            if read >= RECORDS:
                return
            read += 1
            owner, at = _name(data, at)
            kind, size = (
                int.from_bytes(data[at : at + 2], "big"),
                int.from_bytes(data[at + 8 : at + 10], "big"),
            )
            at += 10
            if at + size > len(data):
                raise IndexError
            value = _rdata(data, kind, at, size)
            at += size
            if value:
                found.append(value)
                said.setdefault(key, found)
            if owner and owner != said.get("query"):
                names = said.setdefault("names", [])
                if isinstance(names, list) and owner not in names:
                    names.append(owner)


def _rdata(data: bytes, kind: int, at: int, size: int) -> str:
    raw = data[at : at + size]
    if kind == 1 and size == 4:
        return socket.inet_ntop(socket.AF_INET, raw)
    if kind == 28 and size == 16:
        return socket.inet_ntop(socket.AF_INET6, raw)
    if kind in (2, 5, 12, 39, 6):
        return _name(data, at)[0]
    if kind in (15, 33):
        return _name(data, at + (2 if kind == 15 else 6))[0]
    if kind == 16:
        return _texts(raw)
    if kind in (64, 65):
        return _service(data, at, size)
    return ""


def _texts(raw: bytes) -> str:
    parts, at = [], 0
    while at < len(raw):
        parts.append(raw[at + 1 : at + 1 + raw[at]].decode("utf-8", "replace"))
        at += 1 + raw[at]
    return " ".join(parts)


def _service(data: bytes, at: int, size: int) -> str:
    """SVCB and HTTPS: the target and the addresses that are hinted at."""
    end = at + size
    name, at = _name(data, at + 2)
    found = [name] if name else []
    while at + 4 <= end:
        key, length = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
        family, width = {4: (socket.AF_INET, 4), 6: (socket.AF_INET6, 16)}.get(key, (None, 1))
        if family is not None:
            places = range(at + 4, at + 4 + length - width + 1, width)
            found += [socket.inet_ntop(family, data[place : place + width]) for place in places]
        at += 4 + length
    return " ".join(found)


def _name(data: bytes, at: int) -> tuple[str, int]:
    """A domain name at ``at`` and where it ends; pointers lead backwards only."""
    labels: list[str] = []
    end, lowest, size = -1, at, 0
    while True:
        length = data[at]
        if length >= 0xC0:
            target = (length & 0x3F) << 8 | data[at + 1]
            if end < 0:
                end = at + 2
            if target >= lowest:
                raise ValueError
            at = lowest = target
            continue
        if length > 63:
            raise ValueError
        at += 1
        if not length:
            return ".".join(labels), end if end >= 0 else at
        size += length + 1
        if size > 255 or at + length > len(data):
            raise IndexError
        labels.append(data[at : at + length].decode("utf-8", "replace"))
        at += length


def is_hello(data: bytes) -> bool:
    """Whether a TLS client hello may begin so."""
    return data[:2] == b"\x16\x03" and data[5:6] in (b"\x01", b"")


def hello(data: bytes) -> Said | None:
    """The names in a TLS client hello, None if it names none. IndexError when it is cut short."""
    if data[5] != 1:
        return None
    body, at, end = _handshake(data), 38, 0
    at += 1 + body[at]
    at += 2 + int.from_bytes(body[at : at + 2], "big")
    at += 1 + body[at]
    end = at + 2 + int.from_bytes(body[at : at + 2], "big")
    at += 2
    said: Said = {}
    while at + 4 <= end:
        kind, size = int.from_bytes(body[at : at + 2], "big"), int.from_bytes(body[at + 2 : at + 4], "big")
        if kind == 0:
            value = body[at + 4 : at + 4 + size]
            length = int.from_bytes(value[3:5], "big")
            if len(value) < 5 + length:
                raise IndexError
            said["server_name"] = value[5 : 5 + length].decode("utf-8", "replace")
            return said
        if at + 4 > len(body):
            raise IndexError
        at += 4 + size
    return said


def _handshake(data: bytes) -> bytes:
    """The handshake message, without the headers of the records that carry it."""
    parts, at = [], 0
    while at + 5 <= len(data) and data[at] == 0x16:
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        parts.append(data[at + 5 : at + 5 + size])
        at += 5 + size
    return b"".join(parts)


def is_http(data: bytes) -> bool:
    """Whether an HTTP request or answer begins so."""
    if data.startswith(b"HTTP/") or _METHOD.match(data) is not None:
        return True
    return data[:1].isupper() and REQUEST.match(data[:8192]) is not None


def http(data: bytes) -> tuple[Said, int]:
    """The head of an HTTP message as far as it goes, and where it ends (0: not within ``data``)."""
    end = _END.search(data)
    head = data[: end.start()] if end else data
    first, _, rest = head.partition(b"\n")
    said: Said = {}
    if (status := _STATUS.match(first)) is not None:
        said["status"] = int(status[1])
    elif (request := REQUEST.match(first + b"\n")) is not None:
        said["method"], said["uri"] = request[1].decode(), request[2].decode("utf-8", "replace")
    lines = rest.split(b"\n")
    for line in (lines if end else lines[:-1])[:100]:  # a last line that is cut short says the wrong thing
        name, colon, value = line.partition(b":")
        key = _FIELDS.get(name.strip().lower())
        if colon and key:
            said.setdefault(key, value.strip().decode("utf-8", "replace"))
    host, uri = said.get("host"), said.get("uri")
    if isinstance(host, str) and isinstance(uri, str) and uri.startswith("/"):
        said["url"] = f"http://{host}{uri}"
    return said, end.end() if end else 0
