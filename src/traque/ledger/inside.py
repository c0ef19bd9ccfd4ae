"""What is inside the organisation: a ledger does not hold it, or by pseudonyms that need a key.

The specification of the kernel's pseudonyms; docs/ledger-format.md has it in words.

**Addresses.** The pseudonym of an address has the first bits of the widest network inside that holds it. Each
bit behind these is inverted, or is not, by what the key makes of all bits of the address before it. So two
addresses begin alike for as many bits as their pseudonyms do: a network has a network for its pseudonym, no
two addresses share one, and pseudonyms are inside themselves, where no outside indicator is. It is the widest
network because only the widest ones are apart: a narrower one's pseudonyms could be those of addresses around
it. (Prefix-preserving pseudonyms are those of Xu, Fan, Ammar and Moon, 2002: Crypto-PAn.)

**Mail addresses** of the organisation's own domains have a word instead of what stands before the ``@``.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property, lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from traque.model import Observable
from traque.observables import spellings
from traque.triage.perimeter import Networks as Perimeter

Networks = Sequence[tuple[str, int]]
"""Addresses, each with the length of a prefix."""

ADDRESSES: Final = frozenset({"ipv4-addr", "ipv6-addr"})
MAIL: Final = "email-addr"
HIDDEN: Final = ADDRESSES | {MAIL}
"""The kinds of what may be inside."""
WORD_BYTES: Final = 16
"""Of the sum that stands for what is before the ``@``, in hex."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Inner(StrEnum):
    """What a ledger does with what is inside."""

    LEFT_OUT = "left-out"
    KEPT = "kept"
    """It is held as it is."""
    PSEUDONYMS = "pseudonyms"


class Inside:
    """What is inside, and with the ledger's ``secret`` its pseudonyms. Immutable, shared between threads.

    ``domains`` are the organisation's own, in lower case and in every spelling: mail addresses of them and of
    what is below them are inside. Values are as their tables have them.
    """

    def __init__(
        self, networks: Networks = (), domains: Sequence[str] = (), secret: bytes | None = None
    ) -> None:
        self.networks = tuple(networks)
        self.domains = tuple(domains)
        self.secret = secret
        self._names = frozenset(name.encode() for name in domains)
        self._known = lru_cache(maxsize=65_536)(self._pseudonym_of)
        self._back = lru_cache(maxsize=65_536)(self._address_of)

    def holds(self, kind: str, value: bytes) -> bool:
        """Whether a value is an address inside or an own mail address; nothing else is inside."""
        if kind in ADDRESSES:
            return self._perimeter.hold(ip_address(value))
        if kind != MAIL or not self._names:
            return False
        labels = value.rpartition(b"@")[2].split(b".")
        return any(b".".join(labels[at:]) in self._names for at in range(len(labels)))

    def overlaps(self, network: Network) -> bool:
        """Whether some address of a network is inside."""
        return any(one.version == network.version and one.overlaps(network) for one in self._all)

    def held(self, kind: str, value: bytes) -> bytes:
        """How a value is held: what is inside by its pseudonym, where there is a secret."""
        return self._known(kind, value) if self.secret is not None and self.holds(kind, value) else value

    def meant(self, pseudonym: bytes) -> bytes:
        """The address inside that has this pseudonym."""
        return self._back(pseudonym)

    def network(self, network: Network) -> Network:
        """Where the pseudonyms of a network's addresses are; one that is not inside is itself."""
        first = network.network_address
        if not self._perimeter.hold(first) or self._kept(first) >= network.prefixlen:
            return network
        return ip_network((self._turned(first), network.prefixlen), strict=False)

    @cached_property
    def _all(self) -> tuple[Network, ...]:
        """The widest first."""
        found = (ip_network(network, strict=False) for network in self.networks)
        return tuple(sorted(found, key=lambda network: network.prefixlen))

    @cached_property
    def _perimeter(self) -> Perimeter:
        return Perimeter(self._all)

    def _address_of(self, pseudonym: bytes) -> bytes:
        return self._turned(ip_address(pseudonym), back=True).packed

    def _pseudonym_of(self, kind: str, value: bytes) -> bytes:
        if kind != MAIL:
            return self._turned(ip_address(value)).packed
        word = self._sum(b"@" + value)[:WORD_BYTES].hex()
        return word.encode() + b"@" + value.rpartition(b"@")[2]

    def _kept(self, address: Address) -> int:
        """The bits of an address that its pseudonym has too."""
        return next(one.prefixlen for one in self._all if one.version == address.version and address in one)

    def _turned(self, address: Address, *, back: bool = False) -> Address:
        """The pseudonym of an address, or ``back``. One sum says which bits of a byte are inverted."""
        kept = self._kept(address)
        made = bytearray()
        before = bytearray()
        """The address that is no pseudonym, up to here."""
        for place, given in enumerate(address.packed):
            out = given
            if kept < 8 * (place + 1):
                inverts = self._sum(bytes([address.version]) + before)
                free = min(8, 8 * (place + 1) - kept)
                out = _inverted(given, inverts, free, back=back)
            made.append(out)
            before.append(out if back else given)
        return ip_address(bytes(made))

    def _sum(self, message: bytes) -> bytes:
        if self.secret is None:
            raise ValueError("pseudonyms need the secret")
        return hmac.digest(self.secret, message, "sha256")


NOTHING: Final = Inside()
"""Nothing is inside: all is held."""


def spelled(domains: Sequence[str]) -> tuple[str, ...]:
    """Every spelling of domains."""
    return tuple(form.decode() for name in domains for form in spellings(Observable("domain-name", name)))


def _inverted(given: int, inverts: bytes, free: int, *, back: bool) -> int:
    """A byte of which the last ``free`` bits are inverted where the sum says so for the bits before them.

    The bits of the sum are numbered from its first, 0. That for one bit has the number that the bits of the
    byte before it are behind a leading 1: 1 for the first, 2 or 3 for the second, 128 to 255 for the last.
    """
    out, before = 0, 1
    for left in reversed(range(8)):
        bit = given >> left & 1
        turned = bit ^ (left < free and inverts[before >> 3] >> (7 - (before & 7)) & 1)
        out = out << 1 | turned
        before = before << 1 | (turned if back else bit)
    return out
