"""Observable: a typed value in canonical form."""

from __future__ import annotations

from typing import Final

import msgspec

ENUMERABLE_KINDS: Final = (
    "ipv4-addr",
    "ipv6-addr",
    "ipv4-net",
    "ipv6-net",
    "domain-name",
    "url",
    "email-addr",
    "md5",
    "sha1",
    "sha256",
    "sha512",
)
"""Kinds whose every occurrence can be found by their own grammar (names from STIX 2.1 where it has one)."""


class Observable(msgspec.Struct, frozen=True, order=True, gc=False):
    """A value of a kind, always in the canonical form of :mod:`traque.observables`."""

    kind: str
    value: str
