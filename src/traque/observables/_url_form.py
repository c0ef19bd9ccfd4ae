"""The canonical form of a URL; the same code makes it from an indicator and from a record.

``scheme://host:port/path?query``, or without ``scheme://``:

- scheme and host in lower case; the host is a name without final dot, an IPv4 address, or an IPv6 address
  (RFC 5952) in brackets; one in ::ffff:0:0/96 is the IPv4 address;
- no user information, no fragment;
- no port when it is empty or the scheme's own (http and ws 80, https and wss 443, ftp 21); without a scheme
  80 and 443 are dropped;
- path and query keep their case; of a percent-escape the hex digits are upper case, and one that means an
  ASCII letter, a digit or one of ``-._~`` is that character (RFC 3986, 6.2.2); a ``%`` that begins no
  escape is ``%25``; control characters, space, bytes of 0x80 and above, ``"<>|^{}``, backquote and
  backslash are escapes;
- no slash at the end of the path, no ``?`` before an empty query; dot segments are kept as they are.
"""

from __future__ import annotations

import re

import msgspec

from traque.expressions import expression

_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443, "ftp": 21}
_DROPPED_WITHOUT_SCHEME = (80, 443)
_PORT_MOST = 65535

_REST = expression(rb"\.?(?::([0-9]{0,5}))?(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?", re.DOTALL)
_UNIT = expression(rb"%([0-9A-Fa-f]{2})|[\x00-\x20\"<>|^{}`\\\x7f-\xff%]")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class Rest(msgspec.Struct, frozen=True):
    """What follows the host, normalised."""

    port: int | None
    path: str
    query: str

    def behind(self, host: str, scheme: str | None) -> str:
        """The whole URL."""
        dropped = _DROPPED_WITHOUT_SCHEME if scheme is None else (_DEFAULT_PORTS.get(scheme),)
        port = "" if self.port is None or self.port in dropped else f":{self.port}"
        query = f"?{self.query}" if self.query else ""
        return f"{'' if scheme is None else scheme + '://'}{host}{port}{self.path}{query}"


def rest_of(text: bytes) -> Rest | None:
    """What follows the host, from the bytes that are meant; None if this cannot follow a host."""
    parts = _REST.fullmatch(text)
    if parts is None:
        return None
    digits, path, query = parts.groups()
    port = int(digits) if digits else None
    if port is not None and port > _PORT_MOST:
        return None
    return Rest(port, percent_normal(path or b"").rstrip("/"), percent_normal(query or b""))


def percent_normal(text: bytes) -> str:
    """Percent-escapes in their one form, and an escape for each byte that must be one."""
    return _UNIT.sub(_unit, text).decode("ascii")


def _unit(unit: re.Match[bytes]) -> bytes:
    if not unit[1]:
        return b"%%%02X" % unit[0][0]
    byte = int(unit[1], 16)
    return bytes((byte,)) if byte in _UNRESERVED else b"%%%02X" % byte


def split(url: str) -> tuple[str | None, str, str]:
    """Scheme, host and all the rest of a canonical URL."""
    scheme, mark, rest = url.partition("://")
    if not mark or not _SCHEME.fullmatch(scheme):
        scheme, rest = "", url
    end = rest.find("]") + 1 if rest.startswith("[") else 0
    while end < len(rest) and rest[end] not in ":/?":
        end += 1
    return scheme or None, rest[:end], rest[end:]


_SCHEME = expression(r"[A-Za-z][A-Za-z0-9+.-]*")
