"""YARA rules: the hashes of the samples they describe, and strings that are whole values.

A hash in ``meta`` or in ``hash.md5(...) == "..."`` is a file's; a text string that is wholly an address, a
name or a URL is a value, with the rule's other strings beside it unless any of them is enough. The rest of
each rule is refused as a pattern: bytes are for YARA, not for logs.

Format: https://yara.readthedocs.io/en/stable/writingrules.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from traque.bulletins._build import (
    HASH,
    NOT_FOR_DETECTION,
    NOT_SEARCHED,
    PATTERN,
    Builder,
    Context,
    Head,
    observe,
)
from traque.bulletins._fields import tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.errors import MalformedBulletin, ObservableError
from traque.expressions import expression
from traque.model import Bulletin, Observable

_RULE = expression(r"(?m)^[ \t]*(?:(?:private|global)\s+)*rule\s+(\w{1,128})\s*(?::[\w\s]*)?\{")
_TOKEN = expression(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|\{[0-9A-Fa-f?~\s()|\[\]-]*\}|[{}]", re.DOTALL)
_SECTION = expression(r"(?m)(?:^|[{\s])(meta|strings|condition)\s*:")
_COMMENTS = expression(r"\"(?:\\.|[^\"\\\n])*\"|/(?!/|\*)(?:\\.|[^/\\\n])+/|(//[^\n]*|/\*.*?\*/)", re.DOTALL)
_META = expression(r"(?m)^\s*(\w+)\s*=\s*(\"(?:\\.|[^\"\\\n])*\"|\S+)")
_STRING = expression(r"(?m)^\s*(\$\w*)\s*=\s*\"((?:\\.|[^\"\\\n])*)\"")
_HASH_CALL = expression(r"\b(?:hash\.(?:md5|sha1|sha256)\([^)]*\)|(pe\.imphash\(\)))\s*==\s*\"([^\"]*)\"")
_HASH_KEY = expression(r"(?i)(?:^|_)(?:hash|md5|sha_?1|sha_?256|sample)(?:es|s)?\d*(?:_|$)|^hash\d*$")
_ENOUGH = expression(r"\b(?:any|1)\s+of\b|\bor\b")
_ESCAPES: Final = {"\\\\": "\\", '\\"': '"', "\\t": "\t", "\\n": "\n", "\\r": "\r"}
_ESCAPED = expression(r"\\(?:x([0-9A-Fa-f]{2})|.)")
_TOGETHER: Final = 12


def _sniff(head: bytes, name: str) -> float:
    text = head.decode("utf-8", "replace")
    if not _RULE.search(text) or "condition" not in text:
        return 0.0
    first = _COMMENTS.sub(lambda found: "" if found[1] else found[0], text).lstrip()
    whole = re.match(r"(?:(?:private|global)\s+)*rule\s+\w+|import\s+\"|include\s+\"", first)
    return 0.95 if whole else 0.3 if name.lower().endswith(SPEC.extensions) else 0.0


class _Rule(msgspec.Struct, frozen=True):
    name: str
    line: int
    meta: str
    strings: str
    condition: str


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    text = data.decode("utf-8", "replace")
    builder = Builder(Head(format=SPEC.name, tlp=tlp_tag(text[:20_000])))
    rules = list(_rules(text))
    if not rules:
        raise MalformedBulletin("there is no whole rule in it", where=name, remedy="fetch the rules again")
    for rule in rules:
        _state(builder, rule)
    return (builder.bulletin(),)


def _rules(text: str) -> Iterator[_Rule]:
    for begun in _RULE.finditer(text):
        body = _body(text, begun.end())
        if body is None:
            continue
        bare = _COMMENTS.sub(lambda found: " " if found[1] else found[0], "{" + body)
        parts = {"meta": "", "strings": "", "condition": ""}
        marks = list(_SECTION.finditer(bare))
        for mark, following in zip(marks, [*marks[1:], None], strict=True):
            parts[mark[1]] += bare[mark.end() : following.start() if following else None]
        if parts["condition"].strip():
            line = text.count("\n", 0, begun.start(1)) + 1
            yield _Rule(begun[1], line, parts["meta"], parts["strings"], parts["condition"])


def _body(text: str, start: int) -> str | None:
    """What stands up to the brace that closes the rule."""
    depth = 1
    for token in _TOKEN.finditer(text, start):
        depth += (token[0] == "{") - (token[0] == "}")
        if depth == 0:
            return text[start : token.start()]
    return None


def _state(builder: Builder, rule: _Rule) -> None:
    where = f"line {rule.line}, rule {rule.name}"
    meta = [(key.lower(), _literal(value.strip('"'))) for key, value in _META.findall(rule.meta)]
    described = next((value for key, value in meta if key in ("description", "desc")), "")
    context = Context(
        tlp=tlp_tag(" ".join(f"{key}:{value}" for key, value in meta)),
        description=f"rule {rule.name}" + (f": {described}" if described else ""),
        words=(described,),
        where=where,
    )
    for key, value in meta:
        _meta(builder, key, value, context)
    for imphash, value in _HASH_CALL.findall(rule.condition):
        if imphash:
            builder.not_searched(value, "imphash", where)
        else:
            builder.state(value, HASH, context)
    strings = [(label, _literal(text)) for label, text in _STRING.findall(rule.strings)]
    alone = len(strings) == 1 or bool(_ENOUGH.search(rule.condition))
    for label, text in strings:
        if (found := _whole(text)) is not None:
            others = () if alone else tuple(t for own, t in strings if own != label)[:_TOGETHER]
            builder.keep(found, text, msgspec.structs.replace(context, together=others))
    builder.refuse(
        f"rule {rule.name}", PATTERN, "a YARA rule, not a value: scan files with it", kind="yara", where=where
    )


def _meta(builder: Builder, key: str, value: str, context: Context) -> None:
    found = _whole(value)
    if _HASH_KEY.search(key) and (found is None or found.kind in ("md5", "sha1", "sha256", "sha512")):
        if "imphash" in key or "ssdeep" in key:
            builder.not_searched(value, key, context.where)
        elif re.fullmatch(r"[0-9A-Fa-f]{16,}", value):
            builder.state(value, HASH, context)
        else:
            builder.refuse(value, NOT_SEARCHED, f"{key} names no hash", kind=key, where=context.where)
    elif found is not None:
        reason = f"{key} of the rule: for the reader, not an indicator"
        builder.refuse(value, NOT_FOR_DETECTION, reason, kind=found.kind, where=context.where)


def _whole(text: str) -> Observable | None:
    try:
        return observe(text, None)
    except ObservableError:
        return None


def _literal(text: str) -> str:
    return _ESCAPED.sub(lambda e: chr(int(e[1], 16)) if e[1] else _ESCAPES.get(e[0], e[0]), text)


SPEC: Final = BulletinReader(
    name="yara",
    title="YARA rules",
    extensions=(".yar", ".yara"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
