"""What the four kinds of addresses and networks share: one reader of written addresses and prefixes.

Zero-padded octets are decimal. A prefix that covers one address makes an address, a prefix on something
typed as an address makes a network, and what lies in ::ffff:0:0/96 is IPv4. Bits below the prefix are
cleared. A network is refused as too wide when it is wider than /8 (IPv4) or /16 (IPv6).
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables._ipv4 import dotted
from traque.observables._ipv6 import compressed, embedded, mapped, parse

IPV4: Final = "ipv4-addr"
IPV6: Final = "ipv6-addr"
IPV4_NET: Final = "ipv4-net"
IPV6_NET: Final = "ipv6-net"

_QUAD = expression(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_LIKE_QUAD = expression(r"[0-9]+(?:\.[0-9]+){3}")
_PREFIX = expression(r"0*[0-9]{1,3}")
_OCTET_MOST = 255
_MAPPED_PREFIX = 96
WIDEST_V4 = 8
WIDEST_V6 = 16


def canonical(value: str) -> Observable:
    """An address or a network, whatever the value was typed as. Raises ObservableError."""
    text = value.strip()
    if not text:
        raise ObservableError("an address is empty", code="empty")
    written, slash, suffix = text.partition("/")
    address = _address(written.strip())
    if not slash:
        return address
    return _network(address, suffix.strip(), text)


def _address(text: str) -> Observable:
    if _QUAD.fullmatch(text):
        octets = [int(octet) for octet in text.split(".")]
        if max(octets) <= _OCTET_MOST:
            return Observable(IPV4, dotted(octets))
    if _LIKE_QUAD.fullmatch(text):
        raise ObservableError(f"{text!r} has an octet above 255", code="invalid-octet")
    bare = text.removeprefix("[").removesuffix("]").partition("%")[0]
    if bare.isascii():
        number = parse(bare.encode())
        if number is None:
            number = embedded(bare.encode())
        if number is not None:
            quad = mapped(number)
            return Observable(IPV4, quad) if quad else Observable(IPV6, compressed(number))
    raise ObservableError(f"{text!r} is not an address", code="malformed")


def _network(address: Observable, suffix: str, text: str) -> Observable:
    prefix = _prefix(suffix, text)
    if ":" in text.partition("/")[0] and address.kind == IPV4:  # ::ffff:192.0.2.0/120
        if prefix < _MAPPED_PREFIX:
            raise ObservableError(f"{text!r} holds all of IPv4", code="too-wide")
        prefix -= _MAPPED_PREFIX
    try:
        network = ip_network((address.value, prefix), strict=False)
    except ValueError:
        raise ObservableError(f"{text!r} has no such prefix", code="malformed") from None
    if network.prefixlen == network.max_prefixlen:
        return address
    widest = WIDEST_V4 if network.version == 4 else WIDEST_V6
    if network.prefixlen < widest:
        raise ObservableError(f"{text!r} is too wide: it would match almost everything", code="too-wide")
    return Observable(IPV4_NET if network.version == 4 else IPV6_NET, str(network))


def _prefix(suffix: str, text: str) -> int:
    if _PREFIX.fullmatch(suffix):
        return int(suffix)
    if _QUAD.fullmatch(suffix):  # 192.0.2.0/255.255.255.0
        bits = int.from_bytes(bytes(min(int(octet), _OCTET_MOST) for octet in suffix.split(".")))
        prefix = bits.bit_count()
        if bits == (0xFFFFFFFF << (32 - prefix)) & 0xFFFFFFFF:
            return prefix
    raise ObservableError(f"{text!r} has no such prefix", code="malformed")
