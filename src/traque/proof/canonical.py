"""In words: how the text that stood in a log became the value of an indicator (docs/design.md, section 5)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from traque.expressions import expression
from traque.model import Evidence, IndicatorRef
from traque.model.explanation import Canonical

_RULES: Final = {
    "ipv4-addr": "four octets, not part of a longer number, name or version",
    "ipv6-addr": "an IPv6 address in any spelling",
    "ipv4-net": "an address inside the network",
    "ipv6-net": "an address inside the network",
    "domain-name": "a whole name, or one below it, cut at a dot",
    "url": "a whole URL: scheme and host without case, path and query as they stand",
    "email-addr": "a whole mail address, without case",
    "user-agent": "the text between word boundaries",
    "file-name": "the text between word boundaries; every run of slashes and backslashes is one separator",
}
_HASH: Final = "exactly so many hex digits, not part of a longer run"
_LITERAL: Final = "the text between word boundaries"
_HASHES: Final = frozenset({"md5", "sha1", "sha256", "sha512", "ja3", "ja3s", "x509-certificate"})
_RELATIONS: Final = {
    "exact": "",
    "subdomain": "a name below the one that is listed",
    "network": "an address inside the network that is listed",
    "host": "host and path stand in different fields, which together are the URL",
}
_ESCAPES: Final = expression(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\/|&amp;")


def canonical(ref: IndicatorRef, record: Evidence) -> Canonical:
    """The steps from ``record.match`` to the indicator's value; none where they are the same text."""
    relation = str(record.relation)
    steps = list(_steps(ref, record.match))
    if said := _RELATIONS.get(relation, relation):
        steps.append(said)
    rule = _HASH if ref.kind in _HASHES else _RULES.get(ref.kind, _LITERAL)
    return Canonical(match=record.match, value=ref.value, relation=relation, steps=tuple(steps), rule=rule)


def _steps(ref: IndicatorRef, match: str) -> Iterator[str]:
    text = match
    if text == ref.value:
        return
    if _ESCAPES.search(text):
        yield "escapes were read as what they mean"
        text = _ESCAPES.sub(_unescaped, text)
    if "%" in text and unquote(text) != text and "%" not in ref.value:
        text = unquote(text)
        yield f"percent-encoding was read: {text}"
    if ref.kind.startswith(("ipv4", "ipv6")):
        yield from _address(ref, text)
        return
    if "\\" in text and "\\\\" in text:
        yield "a run of backslashes is one separator"
    if text.casefold() != ref.value.casefold() and ":" in text and ref.kind == "x509-certificate":
        yield "the colons between the bytes were dropped"
        text = text.replace(":", "")
    if text != text.lower() and ref.value.casefold() in text.casefold():
        yield "case was dropped"
    if ref.kind in ("domain-name", "email-addr", "url") and any(not c.isascii() for c in text):
        yield "the international name was read as its ASCII form (IDNA)"
    if text.endswith((".", "/")) and not ref.value.endswith(text[-1]):
        yield "what ends it (a dot, a slash) makes no difference"
    if ref.kind == "domain-name" and text.startswith("("):
        yield "the lengths of the labels (DNS form) were dropped"


def _address(ref: IndicatorRef, text: str) -> Iterator[str]:
    lowered = text.lower().rstrip(".")
    for suffix in (".in-addr.arpa", ".ip6.arpa"):
        if lowered.endswith(suffix):
            yield f"a reversed name ({suffix[1:]}) is the address read backwards: {ref.value}"
            return
    octets = text.split(".")
    if len(octets) == 4 and all(octet.isdecimal() for octet in octets):
        plain = ".".join(str(int(octet)) for octet in octets)
        if plain != text:
            yield f"leading zeros are decimal: {plain}"
        return
    try:
        address = ipaddress.ip_address(text.strip("[]").split("%")[0])
    except ValueError:
        return
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        yield f"an IPv4 address in IPv6 form: {mapped}"
    elif str(address) != text:
        yield f"one spelling of {address} (RFC 5952)"


def _unescaped(found: re.Match[str]) -> str:
    text = found[0]
    if text == "&amp;":
        return "&"
    return "/" if text == "\\/" else chr(int.from_bytes(bytes.fromhex(text[2:])))
