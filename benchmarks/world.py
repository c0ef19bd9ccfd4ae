"""The made-up world of the corpora: addresses, names and indicators, all from one seed.

Nothing here is real: public addresses are drawn at random, names are syllables. What a world promises is
that its background never holds an indicator by accident, not even as a part of a longer word, so that the
truth of a corpus is what was planted in it and nothing else.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from typing import Final

OWN: Final = "203.0.113.0/24"
"""The organisation's own addresses (documentation range); its inside hosts are in 10.20.0.0/16."""

LISTED: Final = {"ipv4-161": 161, "all-10k": 10_000, "all-100k": 100_000, "all-1m": 1_000_000}
"""Indicator sets by name, with their sizes."""

_NETWORK_OCTETS: Final = (45, 77, 91, 141, 185)
"""First octets of listed networks; the background keeps out of them."""

_RESERVED: Final = frozenset({10, 100, 127, 169, 172, 192, 198, 203})
_OCTETS: Final = tuple(n for n in range(1, 224) if n not in _RESERVED and n not in _NETWORK_OCTETS)
_SYLLABLES: Final = tuple(c + v for c in "bdfgklmnprstvz" for v in "aeiou")
_SUFFIXES: Final = ("com", "net", "org", "info", "fr", "de", "nl", "ru")
_BACKGROUND_SYLLABLES: Final = (3, 4)
_LISTED_SYLLABLES: Final = (5, 6)
"""A listed name is longer than any of the background, so it is never a part of one."""

_PLANTED: Final = {
    "ipv4-addr": 80, "ipv6-addr": 20, "ipv4-net": 10, "ipv6-net": 4, "domain-name": 60, "url": 40,
    "email-addr": 20, "md5": 16, "sha1": 16, "sha256": 30,
}  # fmt: skip
_SHARES: Final = {
    "ipv4-addr": 40, "domain-name": 25, "url": 10, "sha256": 8, "md5": 6, "sha1": 4, "ipv6-addr": 3,
    "email-addr": 2, "ipv4-net": 1.5, "ipv6-net": 0.5,
}  # fmt: skip
_HEX: Final = {"md5": 32, "sha1": 40, "sha256": 64}
"""Hexadecimal digits of a hash."""


class World:
    """Pools of background values, and the values that are planted, by kind."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._draw = random.Random(f"{seed}/world")
        self.planted = {kind: self._distinct(kind, count, set()) for kind, count in _PLANTED.items()}
        addresses = set(self.planted["ipv4-addr"])
        self.addresses = [
            address
            for address in self._distinct("ipv4-addr", 200_000, addresses)
            if addresses.isdisjoint(_parts(address))
        ]
        self.addresses6 = self._distinct("ipv6-addr", 20_000, set(self.planted["ipv6-addr"]))
        self.domains = list(dict.fromkeys(self._name(_BACKGROUND_SYLLABLES) for _ in range(20_000)))
        self.inside = [f"10.20.{high}.{low}" for high in range(10) for low in range(10, 250)]
        self.own = [f"203.0.113.{low}" for low in range(1, 60)]
        self.hot = self.planted["ipv4-addr"][0]

    def indicators(self, name: str) -> list[str]:
        """The set of that name, planted values among the rest, in an order of its own.

        ``-cold`` after the name leaves the hot indicator out.
        """
        name, cold = name.removesuffix("-cold"), name.endswith("-cold")
        size = LISTED[name]
        draw = random.Random(f"{self.seed}/{name}")
        forbidden = {part for address in self.addresses for part in _parts(address)}
        for address in self.planted["ipv4-addr"]:
            forbidden.update([address, *longer(address)])
        values = list(self.planted["ipv4-addr"])
        if name.startswith("ipv4"):
            values += self._distinct("ipv4-addr", size - len(values), forbidden, draw)
        else:
            values = [value for kind in self.planted.values() for value in kind]
            rest = size - len(values)
            total = sum(_SHARES.values())
            for kind, share in _SHARES.items():
                known = forbidden if kind == "ipv4-addr" else set(self.planted[kind])
                if kind == "ipv6-addr":
                    known.update(self.addresses6)
                values += self._distinct(kind, round(rest * share / total), known, draw)
            del values[size:]
        draw.shuffle(values)
        return [value for value in values if not (cold and value == self.hot)]

    def _distinct(
        self, kind: str, count: int, without: set[str], draw: random.Random | None = None
    ) -> list[str]:
        make = _MAKERS[kind](draw or self._draw)
        found: dict[str, None] = {}
        while len(found) < count:
            value = next(make)
            if value not in without:
                found[value] = None
        return list(found)

    def _name(self, syllables: tuple[int, int]) -> str:
        return _name(self._draw, syllables)


def longer(address: str) -> list[str]:
    """The IPv4 addresses that hold this one as a part: one more digit before or after."""
    first, *_, last = map(int, address.split("."))
    before = [f"{digit}{address}" for digit in (1, 2) if first < 100 and int(f"{digit}{first}") < 224]
    after = [f"{address}{digit}" for digit in range(10) if int(f"{last}{digit}") < 256]
    return before + after


def _parts(address: str) -> Iterator[str]:
    """``address`` and all shorter dotted quads that its text holds."""
    first, middle, last = address[: address.index(".")], address[address.index(".") :], ""
    middle, last = middle[: middle.rindex(".") + 1], middle[middle.rindex(".") + 1 :]
    for start in range(len(first)):
        for end in range(1, len(last) + 1):
            yield f"{first[start:]}{middle}{last[:end]}"


def _name(draw: random.Random, syllables: tuple[int, int]) -> str:
    count = draw.randint(*syllables)
    return "".join(draw.choice(_SYLLABLES) for _ in range(count)) + "." + draw.choice(_SUFFIXES)


def _ipv4(draw: random.Random) -> Iterator[str]:
    pick = draw.random
    while True:
        first = _OCTETS[int(pick() * len(_OCTETS))]
        yield f"{first}.{int(pick() * 254) + 1}.{int(pick() * 254) + 1}.{int(pick() * 254) + 1}"


def _ipv6(draw: random.Random) -> Iterator[str]:
    while True:
        groups = [f"{draw.randrange(0x1000, 0x10000):x}" for _ in range(5)]
        yield f"2a{draw.randrange(16, 256):02x}:db8:1:{':'.join(groups)}"


def _network4(draw: random.Random) -> Iterator[str]:
    while True:
        yield f"{draw.choice(_NETWORK_OCTETS)}.{draw.randrange(256)}.{draw.randrange(256)}.0/24"


def _network6(draw: random.Random) -> Iterator[str]:
    while True:
        second, third = draw.randrange(0x1000, 0x10000), draw.randrange(0x1000, 0x10000)
        yield f"2b{draw.randrange(16, 256):02x}:{second:x}:{third:x}::/48"


def _domain(draw: random.Random) -> Iterator[str]:
    while True:
        yield _name(draw, _LISTED_SYLLABLES)


def _url(draw: random.Random) -> Iterator[str]:
    while True:
        host, path = _name(draw, _LISTED_SYLLABLES), _name(draw, (4, 5)).partition(".")[0]
        yield f"http://www.{host}/{path}/{draw.randrange(1 << 32):08x}.php?id={draw.randrange(1000)}"


def _mail(draw: random.Random) -> Iterator[str]:
    while True:
        yield f"{_name(draw, _LISTED_SYLLABLES).replace('.', '-')}@{_name(draw, _LISTED_SYLLABLES)}"


def _hash(digits: int) -> Callable[[random.Random], Iterator[str]]:
    def make(draw: random.Random) -> Iterator[str]:
        while True:
            yield hashlib.sha256(draw.randbytes(16)).hexdigest()[:digits]

    return make


_MAKERS: Final[dict[str, Callable[[random.Random], Iterator[str]]]] = {
    "ipv4-addr": _ipv4, "ipv6-addr": _ipv6, "ipv4-net": _network4, "ipv6-net": _network6,
    "domain-name": _domain, "url": _url, "email-addr": _mail,
    **{kind: _hash(digits) for kind, digits in _HEX.items()},
}  # fmt: skip
