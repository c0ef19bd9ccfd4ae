"""Which STIX object paths hold values that traque can search, and a pattern stated to a Builder."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from traque.bulletins._build import ADDRESS, NEGATED, PATTERN, Builder, Context
from traque.bulletins._stix_pattern import Comparison, PatternError, comparisons
from traque.expressions import expression

_VALUES: Final = {
    "ipv4-addr:value": ADDRESS,
    "ipv6-addr:value": ADDRESS,
    "domain-name:value": "domain-name",
    "url:value": "url",
    "email-addr:value": "email-addr",
    "file:name": "file-name",
    "file:parent_directory_ref.path": "file-name",
    "directory:path": "file-name",
    "process:name": "file-name",
    "process:image_ref.name": "file-name",
    "process:binary_ref.name": "file-name",
    "windows-registry-key:key": "registry-key",
    "mutex:name": "mutex",
    "autonomous-system:number": "asn",
    "process:extensions.'windows-service-ext'.service_name": "windows-service",
}
_HASHES: Final = frozenset({"md5", "sha1", "sha256", "sha512"})
_HASH_PATH = expression(
    r"(?:file|artifact):(?:hashes|\w+_refs?(?:\[[\d*]+\])?\.hashes)\.(?P<name>[\w-]+|'[^']+')"
)
_PROCESS_HASH = expression(r"process:(?:image|binary)_ref\.hashes\.(?P<name>[\w-]+|'[^']+')")
_REFERENCE = expression(r"[\w-]+:(?:[\w'.\[\]*-]*\.)?\w+_refs?(?:\[(?:\d+|\*)\])?\.value")
_CERTIFICATE = expression(r"x509-certificate:hashes\.(?:MD5|'?SHA-?(?:1|256)'?)", re.IGNORECASE)
_USER_AGENT = expression(
    r"network-traffic:extensions\.'http-request-ext'\.request_header\.'?user-agent'?(?:\[(?:\d+|\*)\])?",
    re.IGNORECASE,
)
_HOST_HEADER = expression(r"network-traffic:extensions\.'http-request-ext'\.request_header\.'?[Hh]ost'?")
_WORDS: Final = (
    (re.compile(r"file:name|file:.*\.name|directory:path"), "file-name"),
    (re.compile(r"x509-certificate:"), "x509-certificate"),
    (re.compile(r"windows-registry-key:"), "registry-key"),
    (re.compile(r"mutex:name"), "mutex"),
    (re.compile(r"network-traffic:.*(?i:user-agent)"), "user-agent"),
    (re.compile(r"network-traffic:.*_port"), "port"),
    (re.compile(r"autonomous-system:number"), "asn"),
)
_COMPARED: Final = frozenset({"=", "IN", "ISSUBSET"})


def state_pattern(builder: Builder, pattern: str, language: str, context: Context) -> None:
    """State every value of ``pattern``; what is not a value to search for is refused with the reason."""
    if language not in ("", "stix"):
        reason = f"a {language} rule, not a value: load it in a tool that runs {language} rules"
        builder.refuse(pattern, PATTERN, reason, kind=language, where=context.where)
        return
    try:
        found = comparisons(pattern)
    except PatternError as error:
        builder.refuse(pattern, "malformed", f"the pattern cannot be read: {error}", where=context.where)
        return
    for comparison in found:
        _state(builder, comparison, context)


def withdraw_pattern(builder: Builder, pattern: str, language: str, reason: str, context: Context) -> bool:
    """Withdraw every value that a pattern names; False when it names none."""
    if language not in ("", "stix"):
        return False
    try:
        found = comparisons(pattern)
    except PatternError:
        return False
    taken = [
        (literal, kind)
        for comparison in found
        if not comparison.negated and (kind := kind_of(comparison.path)) is not None
        for value in comparison.values
        if (literal := _literal(comparison, value)) is not None
    ]
    for literal, kind in taken:
        builder.withdraw(literal, kind or None, reason, context.where, context.modified)
    return bool(taken)


def kind_of(path: str) -> str | None:
    """The kind of the values at ``path``; empty when their form decides, None when it is not searched."""
    if (known := _VALUES.get(path)) is not None:
        return known
    if found := _HASH_PATH.fullmatch(path) or _PROCESS_HASH.fullmatch(path):
        return hash_kind(found["name"])
    if _CERTIFICATE.fullmatch(path):
        return "x509-certificate"
    if _USER_AGENT.fullmatch(path):
        return "user-agent"
    if _REFERENCE.fullmatch(path):
        return ""
    return "domain-name" if _HOST_HEADER.fullmatch(path) else None


def hash_kind(name: str) -> str | None:
    """``'SHA-256'``, ``SHA256``, ``sha-256``... as a kind; None for a hash that is not searched."""
    kind = name.strip("'\"").lower().replace("-", "").replace("_", "")
    return kind if kind in _HASHES else None


def unsearched_word(path: str) -> str:
    """What to call the kind of a path whose values are not searched."""
    return next((word for pattern, word in _WORDS if pattern.match(path)), path)


def _state(builder: Builder, comparison: Comparison, context: Context) -> None:
    path, kind = comparison.path, kind_of(comparison.path)
    together = (*context.together, *comparison.together)
    own = msgspec.structs.replace(context, together=together) if together else context
    for value in comparison.values or ("",):
        literal = _literal(comparison, value)
        if comparison.negated:
            reason = "the pattern excludes it (NOT or !=)"
            builder.refuse(value, NEGATED, reason, kind=kind, where=context.where)
        elif kind is None:
            builder.not_searched(value, unsearched_word(path), context.where)
        elif literal is None:
            reason = f"{comparison.operator} describes many values, it does not name one"
            builder.refuse(value, PATTERN, reason, kind=kind, where=context.where)
        else:
            builder.state(literal, kind or None, own)


def _literal(comparison: Comparison, value: str) -> str | None:
    """The one value, network or domain that a comparison names; None when it names none."""
    if comparison.operator in _COMPARED:
        return value
    if comparison.operator == "LIKE":
        # A name and all names below it is what a domain indicator means anyway.
        if comparison.path == "domain-name:value" and value.startswith("%."):
            value = f"*.{value[2:]}"
        return None if "%" in value or "_" in value else value
    return None
