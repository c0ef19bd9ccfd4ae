"""Values of typed columns as JSON has them; addresses stored as integers or bytes become text."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from traque.expressions import expression

DEPTH: Final = 32
_BLOB: Final = 1 << 20
_HASHES: Final = (16, 20, 32, 64)
"""Bytes of MD5, SHA-1, SHA-256 and SHA-512, and of UUIDs."""
_WORD: Final = expression(r"[!-~]{4}")

_CAMEL: Final = expression(r"(?<=[a-z0-9])(?=[A-Z])")
_ADDRESS: Final = expression(
    r"(?:^|[._-])(?:src|dst|source|dest|destination|client|server|remote|local|peer|host|orig|resp|nat|nexthop)?"
    r"_?(?:ip|ipv4|ipv6|ip4|ip6|ip_?addr(?:ess)?|addr(?:ess)?|[sdlr]addr|[sd]ip|orig_h|resp_h)(?:e?s)?"
    r"(?:_?(?:v?4|v?6|int|num|number|long|n|u32|raw|bin|binary|bytes|src|dst|source|destination|client|server"
    r"|from|to|start|end|first|last|[12ab]))?$"
    r"|(?:^|[._-])(?:src|dst|next_?hop|gateway)$"
)
_OTHER: Final = expression(r"mac|mail|phys|ether|hw|mem|base|return|virtual|load|street|postal|wallet")


@lru_cache(maxsize=4096)
def names_address(name: str) -> bool:
    """Whether a column of this name holds addresses: ``src_ip``, ``dstaddr``, ``clientIp``, ``id.orig_h``."""
    plain = _CAMEL.sub("_", name).lower()
    return _ADDRESS.search(plain) is not None and _OTHER.search(plain) is None


def plain(value: object, name: str = "", depth: int = 0) -> object:
    """A value that JSON can hold. ``name`` is its column's; names inside of it are their own."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return _number(value, name)
    if isinstance(value, float):  # a column of integers with missing ones, as pandas writes it
        return _number(int(value), name) if value.is_integer() and names_address(name) else value
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes(bytes(value), name)
    if depth < DEPTH and isinstance(value, Mapping):
        return {str(key): plain(inner, str(key), depth + 1) for key, inner in value.items()}
    if depth < DEPTH and isinstance(value, list | tuple):
        if value and all(isinstance(pair, tuple) and len(pair) == 2 for pair in value):  # a map
            return {str(key): plain(inner, str(key), depth + 1) for key, inner in value}
        return [plain(inner, name, depth + 1) for inner in value]
    return _scalar(value, name)


def _scalar(value: object, name: str) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        whole = value.is_finite() and value == value.to_integral_value() and abs(value.adjusted()) < 40
        return _number(int(value), name) if whole else str(value)
    return str(value)[:_BLOB]


def _number(value: int, name: str) -> object:
    """Integers are addresses where the name says so, in network order: 3221225985 is 192.0.2.1."""
    if names_address(name):
        if 1 << 24 <= value < 1 << 32:
            return str(ipaddress.IPv4Address(value))
        if -(1 << 31) <= value < 0:
            return str(ipaddress.IPv4Address(value + (1 << 32)))
        if 1 << 96 <= value < 1 << 128:
            return str(ipaddress.IPv6Address(value))
    return value if -(1 << 63) <= value < 1 << 64 else str(value)


def _bytes(value: bytes, name: str) -> str:
    """An address, or text, with blanks for what in it is none; in hexadecimal what holds no word."""
    if names_address(name) and len(value) in (4, 16):
        return str(ipaddress.ip_address(value))
    text = _text(value[:_BLOB])
    if not text.isprintable() and (len(value) in _HASHES or _WORD.search(text) is None):
        return value[:_BLOB].hex()
    return "".join(c if c.isprintable() or c in "\t\r\n" else " " for c in text)


def _text(value: bytes) -> str:
    """UTF-8 or, where every other byte is NUL, UTF-16 as Windows writes it."""
    if len(value) >= 4 and len(value) % 2 == 0 and value[1::2].count(0) * 2 > len(value) // 2:
        return value.decode("utf-16-le", "replace")
    return value.decode("utf-8", "replace")
