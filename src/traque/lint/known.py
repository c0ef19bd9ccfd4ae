"""Values that are known to be harmless, shared, or the reader's own."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Final

import msgspec

from traque.enrich import warninglists
from traque.lint._subject import Subject
from traque.model import Observable
from traque.model.lint import Complaint, Severity


class _Group(msgspec.Struct, frozen=True):
    """What to say of the values that a group of lists holds; ``drops``: a cleaned bulletin has none."""

    code: str
    severity: Severity
    drops: bool
    what: str
    why: str


_GROUPS: Final = {
    "resolver": _Group("public-resolver", "error", True, "public DNS resolvers", "everybody asks them"),
    "suffix": _Group("registry", "error", True, "whole registries", "everybody's names end with them"),
    "hash": _Group("common-file", "error", True, "files that are everywhere", "every machine has them"),
    "sinkhole": _Group(
        "sinkhole",
        "warning",
        False,
        "sinkholes",
        "defenders run them: a visit shows an infection, no attacker",
    ),
    "cdn": _Group(
        "cdn", "warning", False, "content delivery networks", "thousands of sites share each address"
    ),
    "cloud": _Group(
        "cloud",
        "warning",
        False,
        "clouds and large providers",
        "the next tenant of the address is a stranger",
    ),
    "top-site": _Group("top-site", "warning", False, "most visited sites", "your users visit them all day"),
    "security": _Group(
        "security-vendor", "warning", False, "security vendors", "their products and scanners would match"
    ),
    "shared": _Group(
        "shared-hosting", "warning", False, "services that strangers share", "what stands beside is innocent"
    ),
    "lookup": _Group(
        "own-address-service",
        "warning",
        False,
        "services that tell a caller its address",
        "ordinary software asks them",
    ),
    "certificate": _Group(
        "certificate-authority", "warning", False, "certificate authorities", "every browser talks to them"
    ),
    "contact": _Group(
        "contact", "warning", False, "contacts of security teams", "they are there to be written to"
    ),
    "dynamic": _Group(
        "dynamic-dns", "note", False, "names of dynamic DNS", "the name is the attacker's, not its service"
    ),
    "vpn": _Group("vpn-exit", "note", False, "VPN exits and data centres", "many people leave through each"),
    "scanner": _Group(
        "scanner", "note", False, "scanners of the whole Internet", "everybody is visited by them"
    ),
}
_SERVICES: Final = frozenset({"shared", "dynamic"})
"""Groups whose entry stands for a service: a value below it is one customer's, which is what the group warns
of."""

_TEXTS: Final = {
    b"": "an empty file",
    b"test": "the word test",
    b"test\n": "the word test",
    b"hello": "a greeting",
    b"\n": "an empty line",
    b"\0": "one zero byte",
}


def warninglisted(subject: Subject) -> Iterator[Complaint]:
    """Values that warninglists hold, a complaint for each group of lists."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    trivial = _trivial()
    for indicator in subject.bulletin.indicators:
        observable = indicator.observable
        if observable.value in trivial:
            continue
        for hit in warninglists.holding(observable):
            if hit.list.group in _GROUPS and _speaks_of(observable, hit):
                known = found[hit.list.group]
                known[observable.value] = "; ".join(
                    filter(None, (known.get(observable.value), hit.list.name))
                )
    for group, details in found.items():
        told = _GROUPS[group]
        yield subject.complain(
            told.code,
            told.severity,
            f"{told.what}, on known-benign lists",
            told.why,
            "leave them out" if told.drops else "do not block them; look at each before you alert on it",
            values=list(details),
            details=details,
            drops=told.drops,
        )


def _speaks_of(observable: Observable, hit: warninglists.Hit) -> bool:
    """A list speaks of a name when it holds that very name, and of a URL only as a part of a service."""
    if observable.kind == "domain-name":
        return hit.entry in ("", observable.value) or hit.list.group in _SERVICES
    return observable.kind != "url" or hit.list.group in _SERVICES


def trivial_files(subject: Subject) -> Iterator[Complaint]:
    """Hashes of an empty file, or of a word that somebody tried the tools with."""
    known = _trivial()
    details = {
        each.observable.value: known[each.observable.value]
        for each in subject.of("md5", "sha1", "sha256", "sha512")
        if each.observable.value in known
    }
    if details:
        yield subject.complain(
            "trivial-file",
            "error",
            "hashes of an empty file or of a test",
            "such files are everywhere",
            "leave them out",
            values=list(details),
            details=details,
            drops=True,
        )


@cache
def _trivial() -> dict[str, str]:
    makers = (hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512)
    return {
        make(text).hexdigest(): f"the hash of {words}" for text, words in _TEXTS.items() for make in makers
    }


def own(subject: Subject) -> Iterator[Complaint]:
    """Values that are the reader's own."""
    details = {
        each.observable.value: f"in {held.word}"
        for each in subject.bulletin.indicators
        if (held := subject.own.holding(each.observable))
    }
    if details:
        yield subject.complain(
            "own",
            "error",
            "values of your own",
            "the bulletin says that the attacker uses something of yours",
            "look at that machine first; do not put it in detection before you have",
            values=list(details),
            details=details,
        )
