"""Sigma rules (YAML): the plain values of fields that hold addresses, names, URLs, hashes.

Fields of one selection belong together; a selection that the condition negates is refused; modifiers that
describe many values (``re``, ``contains`` of a part, wildcards) are patterns. YAML aliases are refused: no
rule needs them, bombs do.

Format: https://sigmahq.io/sigma-specification/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from traque.bulletins import _json
from traque.bulletins._build import (
    ADDRESS,
    HASH,
    NEGATED,
    PATTERN,
    Builder,
    Context,
    Head,
    is_searched,
    observe,
)
from traque.bulletins._fields import moment, strictest, tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.errors import MalformedBulletin, ObservableError
from traque.expressions import expression
from traque.model import Bulletin

_FIELDS: Final = {
    ADDRESS: r"(?:dst|src|dest(?:ination)?|source|remote|local|client|server|c|s|cs|caller)[._-]?ip"
    r"(?:address)?"
    r"|ip(?:address)?|(?:destination|source)\.(?:address|ip)|(?:source|dest)address",
    "domain-name": r"(?:destination|source)hostname|queryname|query|record_value|cs-host|r-dns|c-dns|answer"
    r"|dns[._]question[._]name|domain|destination\.domain|url\.domain|tls\.sni|server_name",
    "url": r"c-uri|url(?:\.full|\.original)?|cs-uri|r-url|request_url|uri",
    "md5": r"md5|file\.hash\.md5",
    "sha1": r"sha1|file\.hash\.sha1",
    "sha256": r"sha256|file\.hash\.sha256",
    HASH: r"hash(?:es)?|filehash",
    "imphash": r"imphash",
    "user-agent": r"c-useragent|cs-user-agent|user_?agent(?:\.original)?",
    "email-addr": r"sender|from|recipient|p[12]sender|(?:e?mail)[._-](?:from|sender)",
    "file-name": r"(?:parent)?image|imageloaded|targetfilename|originalfilename|file_?name|file\.path",
    "registry-key": r"targetobject|registry.*",
    "pipe": r"pipename",
}
"""Fields (a whole name, case-free) by the kind of their values."""
_KINDS: Final = tuple((re.compile(f"(?i)(?:{words})"), kind) for kind, words in _FIELDS.items())
_LABELLED_HASH = expression(r"(?i)\b(md5|sha1|sha256|imphash)=([0-9a-f]{32,64})\b")
_NEGATION = expression(r"\bnot\s+(?:(?:all|any|1)\s+of\s+)?(\([^)]*\)|[\w*]+)")
_NAME = expression(r"[\w*]+")
_MARKS: Final = (
    re.compile(rb"(?m)^detection:"),
    re.compile(rb"(?m)^logsource:"),
    re.compile(rb"(?m)^title:"),
)
_LITERAL_MODIFIERS: Final = frozenset({"all", "cased", "windash", "exact"})
_WHOLE: Final = frozenset({"contains", "endswith", "startswith"})
_TOGETHER: Final = 12
_NODES: Final = 200_000
_DEPTH: Final = 32


class _Stated(msgspec.Struct, frozen=True):
    field: str
    modifiers: tuple[str, ...]
    value: str


def _sniff(head: bytes, _name: str) -> float:
    marks = sum(mark.search(head) is not None for mark in _MARKS)
    return 0.95 if marks == len(_MARKS) else 0.9 if marks == 2 and _MARKS[0].search(head) else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    rules = [rule for rule in _documents(data, name) if isinstance(rule.get("detection"), dict)]
    if not rules:
        raise MalformedBulletin("the YAML holds no Sigma rule", where=name, remedy="fetch the rule again")
    first = rules[0]
    head = Head(
        format=SPEC.name,
        id=_json.text(first.get("id")) if len(rules) == 1 else "",
        title=_json.text(first.get("title")) + (f" and {len(rules) - 1} more" if len(rules) > 1 else ""),
        producer=_json.text(first.get("author")) if len(rules) == 1 else "",
        published=moment(str(first.get("date", "")).replace("/", "-")),
        tlp=strictest(
            tlp_tag(tag.replace("tlp.", "tlp:")) for rule in rules for tag in _json.texts(rule.get("tags"))
        ),
    )
    builder = Builder(head)
    for rule in rules:
        _rule(builder, rule)
    return (builder.bulletin(),)


def _documents(data: bytes, name: str) -> list[dict[str, Any]]:
    import yaml

    try:
        depth = 0
        for nodes, event in enumerate(yaml.parse(data, Loader=yaml.SafeLoader)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or nodes > _NODES or depth > _DEPTH:
                raise MalformedBulletin(
                    "the YAML uses aliases, or is too large or too deep: no Sigma rule needs that",
                    where=name,
                    remedy="check where the file comes from",
                )
        found = list(yaml.safe_load_all(data))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{name}, line {mark.line + 1}, column {mark.column + 1}" if mark else name
        reason = " ".join(str(getattr(error, "problem", None) or error).split())[:200]
        raise MalformedBulletin(
            f"the YAML cannot be read: {reason}", where=place, remedy="fetch the rule again"
        ) from None
    return [document for document in found if isinstance(document, dict)]


def _rule(builder: Builder, rule: dict[str, Any]) -> None:
    title, described = _json.text(rule.get("title")), _json.text(rule.get("description"))
    context = Context(
        description=title or described,
        words=(title, *_json.texts(rule.get("tags"))),
        where=f"rule {_json.text(rule.get('id')) or title or 'without id'}",
    )
    detection: dict[str, Any] = rule["detection"]
    negated = _negated(detection)
    for name, selection in detection.items():
        if name in ("condition", "timeframe"):
            continue
        own = msgspec.structs.replace(context, where=f"{context.where}, {name}")
        for group in selection if isinstance(selection, list) else [selection]:
            stated = list(_stated(group))
            for value in stated:
                others = tuple(v.value for v in stated if v.field != value.field)[:_TOGETHER]
                _state(
                    builder, value, msgspec.structs.replace(own, together=others), excluded=name in negated
                )


def _negated(detection: dict[str, Any]) -> set[str]:
    """The selections that the condition excludes."""
    conditions = detection.get("condition")
    text = " ".join(map(str, conditions)) if isinstance(conditions, list) else str(conditions)
    names = [name for found in _NEGATION.findall(text) for name in _NAME.findall(found)]
    return {
        selection
        for selection in map(str, detection)
        for name in names
        if selection == name or (name.endswith("*") and selection.startswith(name[:-1]))
    }


def _stated(group: object) -> Iterator[_Stated]:
    if not isinstance(group, dict):
        yield _Stated("keywords", (), str(group))
        return
    for key, values in group.items():
        field, *modifiers = str(key).split("|")
        for value in values if isinstance(values, list) else [values]:
            yield _Stated(field, tuple(modifiers), "" if value is None else str(value))


def _state(builder: Builder, stated: _Stated, context: Context, *, excluded: bool) -> None:
    kind = next((kind for words, kind in _KINDS if words.fullmatch(stated.field)), None)
    value, where = stated.value, context.where
    if kind == HASH and (labelled := list(_LABELLED_HASH.finditer(value))):
        for found in labelled:
            _one(builder, found[2], found[1].lower(), (), context, excluded=excluded)
    elif kind is None:
        builder.refuse(
            value, NEGATED if excluded else PATTERN, _why(stated, excluded), kind="sigma", where=where
        )
    else:
        _one(builder, value, kind, stated.modifiers, context, excluded=excluded)


def _one(
    builder: Builder, value: str, kind: str, modifiers: tuple[str, ...], context: Context, *, excluded: bool
) -> None:
    if excluded:
        builder.refuse(value, NEGATED, "the rule excludes it", kind=kind, where=context.where)
    elif not is_searched(kind):
        builder.not_searched(value, kind, context.where)
    elif (literal := _literal(value, kind, modifiers)) is None:
        reason = "it describes many values, it does not name one"
        builder.refuse(value, PATTERN, reason, kind=kind, where=context.where)
    else:
        builder.state(literal, kind, context)


def _why(stated: _Stated, excluded: bool) -> str:
    return "the rule excludes it" if excluded else f"{stated.field} is for a tool that runs Sigma rules"


def _literal(value: str, kind: str, modifiers: tuple[str, ...]) -> str | None:
    """The one value that is meant; None when many are."""
    others = set(modifiers) - _LITERAL_MODIFIERS - {"cidr"}
    if kind == "domain-name":
        value = value.removeprefix("*").removeprefix(".") if "startswith" not in others else value
    if others - _WHOLE or "*" in value or ("?" in value and kind != "url"):
        return None
    if others and (kind not in ("domain-name", HASH, "md5", "sha1", "sha256") or "startswith" in others):
        return None
    if not others:
        return value
    try:
        return value if observe(value, None).kind in (kind, "md5", "sha1", "sha256") else None
    except ObservableError:
        return None


SPEC: Final = BulletinReader(
    name="sigma",
    title="Sigma rules (YAML)",
    extensions=(".yml", ".yaml"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
