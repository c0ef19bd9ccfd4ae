"""What the columns of a table hold, by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from traque.bulletins._build import ADDRESS, HASH
from traque.expressions import expression

_WORD = expression(r"[a-z0-9]+")

_MEANINGS: Final = {
    "victim": "victim, victims, target, targets, targeted, affected, impacted",
    "reference": "reference, references, link, links, report, source, sources, permalink, article, feed",
    "pattern": "pattern, stix pattern",
    "pattern_type": "pattern type",
    "type": "type, kind, indicator type, ioc type, entity type, observable type, attribute type, value type",
    "value": "value, values, indicator, indicators, ioc, iocs, observable, "
    "indicator value, ioc value, artifact, address, addresses",
    "description": "description, comment, comments, note, notes, characterization, details, context, "
    "name, title, info, role, usage, malware, family, malware family, category, threat, threat type, tags, "
    "tag, labels, kill chain",
    "actors": "actor, actors, threat actor, threat actors, apt, apts, intrusion set, group",
    "tlp": "tlp, tlp marking, marking, classification",
    "pap": "pap",
    "confidence": "confidence, confidence score, confidence level, score",
    "valid_from": "valid from",
    "valid_until": "valid until, valid to, expiration, expires, expiration date, expiry",
    "first_seen": "first seen, firstseen, first observed, first seen utc",
    "last_seen": "last seen, lastseen, last observed, last seen utc",
    "ignored": "id, uuid, created, modified, updated, date, ds, port, ports, country, asn, rank, timestamp, "
    "to ids, org id",
}
"""Whole names (lower case, words only) of the columns that are not values of one kind."""

_MEANING_OF: Final = {name: meaning for meaning, names in _MEANINGS.items() for name in names.split(", ")}
_VICTIM_WORDS: Final = frozenset(_MEANINGS["victim"].split(", "))

_KINDS: Final = (
    (ADDRESS, r"ip|ips|ipv4|ipv6|ip ?addr(?:ess(?:es)?)?|cidr|networks?|netblock|subnet"),
    ("email-addr", r"e ?mails?(?: addr(?:ess(?:es)?)?)?|sender"),
    ("url", r"urls?|uri"),
    ("domain-name", r"domains?(?: names?)?|host ?names?|fqdns?|hosts?"),
    ("x509-certificate", r"(?:certificate|cert|tls|ssl)(?: \w+)? (?:hash|fingerprint|thumbprint|sha ?1)"),
    ("md5", r"md5"),
    ("sha1", r"sha ?1"),
    ("sha256", r"sha ?256"),
    ("sha512", r"sha ?512"),
    ("file-name", r"file ?(?:names?|paths?)"),
    ("user-agent", r"user ?agents?"),
    ("registry-key", r"reg(?:istry)? ?keys?"),
    ("mutex", r"mutex(?:es)?"),
    ("ja3s", r"ja3s"),
    ("ja3", r"ja3"),
    ("ja4", r"ja4"),
    (HASH, r"hash(?:es)?"),
)
_KIND_NAMES: Final = tuple((kind, re.compile(rf"\b(?:{words})\b")) for kind, words in _KINDS)

_TYPES: Final = {
    ADDRESS: "ip, ips, ipaddress, ip address, ipv4, ipv6, ipv4 addr, ipv6 addr, ip src, ip dst, cidr, "
    "ipv4 net, ipv6 net, network",
    "domain-name": "domain, domain name, hostname, host, fqdn, tls cert domain",
    "url": "url, uri",
    "email-addr": "email, e mail, email addr, email address, email src, email dst",
    "md5": "md5, filehash md5",
    "sha1": "sha1, sha 1, filehash sha1",
    "sha256": "sha256, sha 256, filehash sha256",
    "sha512": "sha512, sha 512",
    HASH: "hash, file, file hash",
    "file-name": "filename, file name, filepath, file path, path",
    "mutex": "mutex",
    "registry-key": "regkey, registry, registry key",
    "user-agent": "user agent, useragent",
    "ja3": "ja3, ja3 fingerprint md5",
    "ja3s": "ja3s",
    "ja4": "ja4, ja4 fingerprint",
    "named-pipe": "named pipe, pipe",
    "windows-service": "windows service, windows service name, service name",
    "asn": "asn, as",
    "yara": "yara",
    "sigma": "sigma",
    "vulnerability": "cve, vulnerability",
    "imphash": "imphash",
    "ssdeep": "ssdeep",
    "x509-certificate": "tls fingerprint, certificate, x509, certificate fingerprint, x509 certificate, "
    "x509 fingerprint md5, x509 fingerprint sha1, x509 fingerprint sha256",
}
"""What a type column's words (lower case) ask for."""

_TYPE_OF: Final = {word: kind for kind, words in _TYPES.items() for word in words.split(", ")}


class Column(msgspec.Struct, frozen=True):
    """One column: its name as written, what it means, and the kind of its values when its name says one."""

    name: str
    meaning: str = ""
    kind: str | None = None


def columns(header: Sequence[str]) -> list[Column]:
    """What each column of ``header`` holds; an unknown name has no meaning."""
    return [_column(name) for name in header]


def is_header(cells: Sequence[str]) -> bool:
    """Whether at least one cell names a column that holds values, and the others may be names too."""
    found = columns(cells)
    return any(column.meaning in ("value", "pattern") for column in found)


@lru_cache(maxsize=1024)
def asked_kind(word: str) -> str | None:
    """The kind that a type cell asks for; None when its word is not known."""
    return _TYPE_OF.get(" ".join(_WORD.findall(word.lower())))


def _column(written: str) -> Column:
    name = " ".join(_WORD.findall(written.lower()))
    words = name.split()
    if any(word in _VICTIM_WORDS for word in words):
        return Column(written.strip(), "victim", _named_kind(name))
    if meaning := _MEANING_OF.get(name):
        return Column(written.strip(), meaning)
    if kind := _named_kind(name):
        return Column(written.strip(), "value", kind)
    return Column(written.strip())


def _named_kind(name: str) -> str | None:
    return next((kind for kind, words in _KIND_NAMES if words.search(name)), None)
