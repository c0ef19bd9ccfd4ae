"""Suricata and Snort rules: the plain values that they look for.

Addresses of the header, names in ``dns.query``, ``tls.sni`` and ``http.host`` and JA3 hashes are values;
other ``content`` and every ``pcre`` are patterns, which Suricata can look for and a hunt through logs cannot.
Values that one rule joins stay together; negated ones and disabled rules are refused.

Format: https://docs.suricata.io/en/latest/rules/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from traque.bulletins._build import (
    ADDRESS,
    NEGATED,
    NOT_FOR_DETECTION,
    PATTERN,
    Builder,
    Context,
    Head,
    is_searched,
    observe,
)
from traque.bulletins._fields import tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.errors import MalformedBulletin, ObservableError
from traque.expressions import expression
from traque.model import Bulletin

_RULE = expression(
    r"\s*(?P<off>#\s*)?(?P<action>alert|drop|reject\w*|pass|log|block|sdrop|rewrite)\s+(?P<protocol>[\w.-]+)\s+"
    r"(?P<source>!?\[[^;(]*?\]|\S+)\s+(?P<port>!?\[[^;(]*?\]|\S+)\s+(?P<arrow>->|<>|<-)\s+"
    r"(?P<target>!?\[[^;(]*?\]|\S+)\s+(?P<port2>!?\[[^;(]*?\]|\S+)\s*\((?P<options>.*)\)\s*$"
)
_BEGINS = expression(rb"(?m)^\s*(?:#\s*)?(?:alert|drop|reject|pass)\s+[\w.-]+\s+\S+.*?(?:->|<>).*\(")
_SID = expression(rb"\bsid\s*:\s*\d")
_OPTION = expression(r"\s*([\w.-]+)\s*(?::\s*((?:\"(?:\\.|[^\"\\])*\"|\\.|[^;\"])*))?;")
_HEX = expression(r"\|([0-9A-Fa-f ]*)\|")
_ESCAPED = expression(r"\\([;:\"\\|])")
_BUFFERS: Final = {
    "dns.query": "domain-name",
    "dns_query": "domain-name",
    "tls.sni": "domain-name",
    "tls_sni": "domain-name",
    "http.host": "domain-name",
    "http.host.raw": "domain-name",
    "http_host": "domain-name",
    "ja3.hash": "ja3",
    "ja3_hash": "ja3",
    "ja3s.hash": "ja3s",
    "ja4.hash": "ja4",
    "http.user_agent": "user-agent",
    "http_user_agent": "user-agent",
    "tls.cert_fingerprint": "x509-certificate",
    "tls.cert_serial": "x509-certificate",
    "file.name": "file-name",
}
"""Sticky buffers (and old modifiers, which follow their content) whose content may be a whole value."""
_AFTER: Final = frozenset({"dns_query", "tls_sni", "http_host", "http_user_agent"})
_HASHES: Final = frozenset({"filemd5", "filesha1", "filesha256"})
_ELSEWHERE: Final = frozenset({"pcre", "dataset", "datarep", "iprep", "uricontent", "lua", "luajit"})
_ANY: Final = frozenset({"any", "any,any", "0.0.0.0/0", "::/0"})
_TOGETHER: Final = 12


class _Value(msgspec.Struct, frozen=True):
    text: str
    kind: str | None
    part: str
    """Where in the rule it stands; the addresses of one list are alternatives."""
    negated: bool = False


def _sniff(head: bytes, name: str) -> float:
    rules = len(_BEGINS.findall(head))
    if not rules or not _SID.search(head):
        return 0.0
    lines = sum(1 for line in head.split(b"\n") if line.strip() and not line.lstrip().startswith(b"#"))
    return 0.9 if 2 * rules >= lines or name.lower().endswith(SPEC.extensions) else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    builder = Builder(Head(format=SPEC.name))
    found = 0
    for number, line in _logical_lines(data.decode("utf-8", "replace")):
        if rule := _RULE.match(line):
            found += 1
            _rule(builder, rule, number)
        elif line.lstrip().startswith("#"):
            builder.head.tlp = builder.head.tlp or tlp_tag(line)
        elif line.strip():
            builder.refuse(line.strip(), "malformed", "not a rule that can be read", where=f"line {number}")
    if not found:
        raise MalformedBulletin("there is no whole rule in it", where=name, remedy="fetch the rules again")
    return (builder.bulletin(),)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines, those that end with a backslash joined to the next."""
    begun, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first or number
        if line.endswith("\\") and len(begun) < 1 << 20:
            begun += line[:-1]
            continue
        yield first, begun + line
        begun, first = "", 0
    if begun:
        yield first, begun


def _rule(builder: Builder, rule: re.Match[str], number: int) -> None:
    options = [(name, (value or "").strip()) for name, value in _OPTION.findall(rule["options"])]
    stated = dict(options)
    title = stated.get("msg", "").strip('"')
    where = f"line {number}, sid {stated.get('sid', '?')}"
    if rule["off"]:
        reason = "the rule is switched off (a comment)"
        builder.refuse(rule[0].strip(), NOT_FOR_DETECTION, reason, kind="suricata", where=where)
        return
    values = [
        *_addresses("source", rule["source"]),
        *_addresses("target", rule["target"]),
        *_contents(options),
    ]
    for name, value in options:
        if name == "reference" and value.lower().startswith("url"):
            reason = "a reference for the reader, not an indicator"
            builder.refuse(
                value.partition(",")[2].strip(), NOT_FOR_DETECTION, reason, kind="url", where=where
            )
        elif name in _ELSEWHERE or name in _HASHES:
            reason = f"{name} is looked up by Suricata, it names no value here"
            builder.refuse(f"{name}:{value}", PATTERN, reason, kind="suricata", where=where)
    context = Context(description=title, words=(title, stated.get("classtype", "")), where=where)
    for value in values:
        others = tuple(v.text for v in values if v.part != value.part and not v.negated)[:_TOGETHER]
        _state(builder, value, msgspec.structs.replace(context, together=others))


def _state(builder: Builder, value: _Value, context: Context) -> None:
    kind = value.kind
    if value.negated:
        builder.refuse(value.text, NEGATED, "the rule excludes it", kind=kind, where=context.where)
    elif kind is None:
        reason = "a part of a packet, not a value"
        builder.refuse(value.text, PATTERN, reason, kind="suricata", where=context.where)
    elif not is_searched(kind):
        builder.not_searched(value.text, kind, context.where)
    elif kind == "domain-name" and not _is_whole(value.text):
        reason = "a part of a name, which describes many"
        builder.refuse(value.text, PATTERN, reason, kind=kind, where=context.where)
    else:
        builder.state(value.text.removeprefix("."), kind, context)


def _addresses(part: str, written: str, *, negated: bool = False, depth: int = 0) -> Iterator[_Value]:
    """``[192.0.2.1,!198.51.100.0/24]``; variables and ``any`` name nothing."""
    text = written.strip()
    if text.startswith("!"):
        text, negated = text[1:].strip(), not negated
    if text.startswith("[") and text.endswith("]") and depth < 8:
        for item in _split(text[1:-1]):
            yield from _addresses(part, item, negated=negated, depth=depth + 1)
    elif text and not text.startswith("$") and text.lower() not in _ANY:
        yield _Value(text, ADDRESS, part, negated)


def _split(text: str) -> Iterator[str]:
    depth, begun = 0, ""
    for character in text:
        depth += (character == "[") - (character == "]")
        if character == "," and depth == 0:
            yield begun
            begun = ""
        else:
            begun += character
    yield begun


def _contents(options: list[tuple[str, str]]) -> Iterator[_Value]:
    buffer = ""
    for index, (name, value) in enumerate(options):
        if name in _BUFFERS and name not in _AFTER:
            buffer = name
        elif "." in name and not value:
            buffer = name  # another sticky buffer
        elif name == "content":
            following = next(
                (other for other, _ in options[index + 1 :] if other in _AFTER | {"content"}), ""
            )
            own = following if following in _AFTER and not buffer else buffer
            text = _literal(value.lstrip("! "))
            yield _Value(text, _BUFFERS.get(own), f"content {index}", value.startswith("!"))
        elif name == "dns_query" or (name in _AFTER and not value and not _follows_content(options, index)):
            buffer = name


def _follows_content(options: list[tuple[str, str]], index: int) -> bool:
    return any(name == "content" for name, _ in options[:index])


def _literal(written: str) -> str:
    """``"evil|2e|example"`` as the text it means."""
    text = _HEX.sub(lambda found: _bytes(found[1]), written.strip().strip('"'))
    return _ESCAPED.sub(r"\1", text)


def _bytes(digits: str) -> str:
    try:
        octets = bytes.fromhex(digits)
    except ValueError:
        return f"|{digits}|"
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _is_whole(text: str) -> bool:
    try:
        return observe(text.removeprefix("."), None).kind == "domain-name"
    except ObservableError:
        return False


SPEC: Final = BulletinReader(
    name="suricata",
    title="Suricata and Snort rules",
    extensions=(".rules",),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
