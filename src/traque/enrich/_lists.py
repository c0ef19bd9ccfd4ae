"""The warninglists, unpacked for look-ups: one dictionary of names, one of hashes, one table of addresses."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import Final

import msgspec

from traque.enrich._packed import column, read
from traque.enrich._ranges import PackedRanges, Ranges
from traque.expressions import expression

ADDRESSES: Final = frozenset({"ipv4-addr", "ipv6-addr", "ipv4-net", "ipv6-net"})
_HASHES: Final = frozenset({"md5", "sha1", "sha256", "sha512", "x509-certificate"})
_HASH_LENGTHS: Final = frozenset({32, 40, 56, 64, 96, 128})
_BEFORE: Final = 4
"""Characters before its first dot by which a substring is looked up."""
_FEW: Final = 200
"""Substrings that may share a shorter key without many sharing one."""
_LONGEST_NAME: Final = 253
_HOST: Final = expression(r"(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:[^/?#@]*@)?([^/?#:@]*)")
_ADDRESS: Final = expression(
    r"[0-9]+\.[0-9]+\.[0-9.]+(?:/[0-9]+)?|[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*(?:/[0-9]+)?"
)
"""What may be an address or a network; a name never looks so."""

Found = list[tuple[int, str]]
"""Numbers of lists, each with the entry that matched (empty for a range of addresses)."""


class Warninglist(msgspec.Struct, frozen=True):
    """One list. ``kinds`` are the observables that it speaks of; ``version`` is mostly a date (20251223)."""

    slug: str
    name: str
    type: str
    group: str
    kinds: tuple[str, ...]
    version: int
    description: str
    entries: int


class _Lists(msgspec.Struct, frozen=True):
    lists: tuple[Warninglist, ...]
    parts: list[tuple[str, int]]
    patterns: list[tuple[str, int]]


class _Texts(msgspec.Struct, frozen=True):
    keys: str
    codes: bytes
    sets: list[tuple[tuple[int, ...], tuple[int, ...]]]
    """The lists that hold a text itself, and those that hold the names below it."""

    def numbered(self) -> dict[str, int]:
        """Each text with the number of the set of lists that hold it."""
        return dict(zip(self.keys.split("\n"), column(self.codes, "H"), strict=True))


class _Spans(msgspec.Struct, frozen=True):
    ranges: PackedRanges
    sets: list[tuple[int, ...]]


class _Parts:
    """Substrings, found by their first dot, ``before`` characters before it and one after.

    The fewer are before, the more substrings share a key, so long ones and short ones are two instances.
    """

    def __init__(self, parts: list[tuple[str, int]], before: int) -> None:
        self.before = before
        self.keys: dict[str, list[tuple[str, int, int]]] = {}
        for text, number in parts:
            dot = text.index(".")
            self.keys.setdefault(text[dot - before : dot + 2], []).append((text, dot, number))

    def find(self, value: str) -> Found:
        """All that occur in ``value``."""
        found: Found = []
        keys, before = self.keys, self.before
        dot = value.find(".")
        while dot >= 0:
            if value[dot - before : dot + 2] in keys:
                found += self.at(value, dot)
            dot = value.find(".", dot + 1)
        return found

    def at(self, value: str, dot: int) -> Found:
        """Those whose first dot is this one."""
        return [
            (number, text)
            for text, own, number in self.keys.get(value[dot - self.before : dot + 2], ())
            if own <= dot and value.startswith(text, dot - own)
        ]


def _all_parts(parts: list[tuple[str, int]]) -> tuple[_Parts, ...]:
    """The substrings in as many instances as make look-ups quick."""
    shortest = min(text.index(".") for text, _ in parts)
    if len(parts) <= _FEW or shortest >= _BEFORE:
        return (_Parts(parts, min(shortest, _BEFORE)),)
    short = [part for part in parts if part[0].index(".") < _BEFORE]
    long = [part for part in parts if part[0].index(".") >= _BEFORE]
    return (_Parts(short, shortest), _Parts(long, _BEFORE))


class Index:
    """Look-ups of values in lower case. Each part is unpacked when it is first needed."""

    def __init__(self) -> None:
        packed = read("warninglists", _Lists)
        self.lists = packed.lists
        self._packed = packed

    def of_address(self, value: str) -> Found:
        """``cidr`` lists that contain the address, and substrings that it has."""
        ranges, sets = self._addresses
        code = ranges.code(value)
        found: Found = [(number, "") for number in sets[code]] if code else []
        for number, text in self._parts_of_addresses:
            if text in value:
                found.append((number, text))
        return found

    def of_network(self, value: str) -> tuple[frozenset[int], frozenset[int]]:
        """The lists that hold all of a network, and those that hold any of it."""
        ranges, sets = self._addresses
        held = [frozenset(sets[code]) for code in ranges.codes(value)] or [frozenset()]
        return frozenset.intersection(*held), frozenset.union(*held)

    def of_kind(self, kind: str, value: str) -> Found:
        """Lists that hold a value of a kind that is no address, by the lists and patterns of that kind."""
        if kind in _HASHES:
            return self._of_hash(value)
        if kind == "domain-name" and len(value) <= _LONGEST_NAME:
            return self._of_name(value)
        found = self._of_host_in(value)
        for parts in self._parts_by_kind.get(kind, ()):
            found += parts.find(value)
        for regex, number in self._patterns_by_kind.get(kind, ()):
            if regex.search(value):
                found.append((number, regex.pattern))
        return found

    def of_text(self, value: str) -> Found:
        """Lists that hold a value, whatever it is (all of it, if it is a network); no ``regex`` ones."""
        if _ADDRESS.fullmatch(value):
            found = [(n, "") for n in self.of_network(value)[0]] if "/" in value else self.of_address(value)
            return found or self._of_host_in(value)  # a fuzzy hash looks like an address too
        if len(value) in _HASH_LENGTHS and (found := self._of_hash(value)):
            return found
        found = self._of_host_in(value)
        for parts in self._every_part:
            found += parts.find(value)
        return found

    def _of_hash(self, value: str) -> Found:
        numbered, sets = self._hashes
        at = numbered.get(value)
        return [] if at is None else [(number, value) for number in sets[at]]

    def _of_name(self, name: str) -> Found:
        """A domain name: itself, those above it, what occurs in it. Most are in no list."""
        numbered, sets, below, parts = self._names
        keys, before = parts.keys, parts.before
        found: Found = [(number, name) for number in sets[numbered[name]]] if name in numbered else []
        dot = name.find(".")
        while dot >= 0:
            if (above := name[dot + 1 :]) in numbered:
                found += [(number, above) for number in below[numbered[above]]]
            if name[dot - before : dot + 2] in keys:
                found += parts.at(name, dot)
            dot = name.find(".", dot + 1)
        return found

    def _of_host_in(self, value: str) -> Found:
        """A URL or other text: itself, and the host in it with the names above that."""
        numbered, sets, below, _ = self._names
        found: Found = [(number, value) for number in sets[numbered[value]]] if value in numbered else []
        host = value
        if "/" in value and (url := _HOST.match(value)):
            host = url[1]
            if host in numbered:
                found += [(number, host) for number in sets[numbered[host]] if self._is_hostname[number]]
        dot = host.find(".", max(len(host) - _LONGEST_NAME, 0))
        while dot >= 0:
            if (above := host[dot + 1 :]) in numbered:
                found += [(number, above) for number in below[numbered[above]]]
            dot = host.find(".", dot + 1)
        return found

    @cached_property
    def _addresses(self) -> tuple[Ranges, list[tuple[int, ...]]]:
        packed = read("warninglist-addresses", _Spans)
        return Ranges(packed.ranges), packed.sets

    @cached_property
    def _names(self) -> tuple[dict[str, int], list[tuple[int, ...]], list[tuple[int, ...]], _Parts]:
        packed = read("warninglist-names", _Texts)
        itself, below = ([held[part] for held in packed.sets] for part in (0, 1))
        (parts,) = self._parts_by_kind["domain-name"]
        return packed.numbered(), itself, below, parts

    @cached_property
    def _hashes(self) -> tuple[dict[str, int], list[tuple[int, ...]]]:
        packed = read("warninglist-hashes", _Texts)
        return packed.numbered(), [itself for itself, _ in packed.sets]

    @cached_property
    def _is_hostname(self) -> tuple[bool, ...]:
        return tuple(known.type == "hostname" for known in self.lists)

    @cached_property
    def _every_part(self) -> tuple[_Parts, ...]:
        return _all_parts(self._packed.parts)

    @cached_property
    def _parts_of_addresses(self) -> Found:
        return [(number, text) for text, number in self._packed.parts if not text.strip("0123456789.:")]

    @cached_property
    def _parts_by_kind(self) -> dict[str, tuple[_Parts, ...]]:
        kinds = {kind for _, number in self._packed.parts for kind in self.lists[number].kinds}
        return {
            kind: _all_parts([part for part in self._packed.parts if kind in self.lists[part[1]].kinds])
            for kind in kinds
        }

    @cached_property
    def _patterns_by_kind(self) -> dict[str, list[tuple[re.Pattern[str], int]]]:
        found: dict[str, list[tuple[re.Pattern[str], int]]] = {}
        for pattern, number in self._packed.patterns:
            for kind in self.lists[number].kinds:
                found.setdefault(kind, []).append((re.compile(pattern), number))
        return found


@cache
def index() -> Index:
    """The one index of this process."""
    return Index()
