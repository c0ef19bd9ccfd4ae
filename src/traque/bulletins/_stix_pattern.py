"""STIX patterns taken apart: the comparisons they hold, and what joins each to the others.

A pattern is a condition, traque searches values. So a pattern becomes its comparisons: those joined
by OR stand for themselves; those joined by AND or FOLLOWEDBY keep the others as ``together``; NOT
and ``!=`` mark a comparison as negated. Qualifiers (WITHIN, REPEATS, START...STOP) are read over.

Grammar: STIX 2.1, section 9 (https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from traque.expressions import expression


class PatternError(ValueError):
    """The text is not a STIX pattern; the message says where."""


class Comparison(msgspec.Struct, frozen=True):
    """``path operator values``; several values only for ``IN``. ``together``: what must also hold."""

    path: str
    operator: str
    values: tuple[str, ...]
    negated: bool = False
    together: tuple[str, ...] = ()


class _Group(NamedTuple):
    joined: bool
    """True for AND and FOLLOWEDBY, False for OR."""
    parts: tuple[_Node, ...]


_Node = Comparison | _Group

_TOKEN = expression(
    r"""
    (?P<space>\s+|/\*.*?\*/|//[^\n]*)
  | (?P<string>[hbt]?'[^'\\]*(?:\\.[^'\\]*)*')
  | (?P<path>[A-Za-z][\w-]*:(?:'(?:[^'\\]|\\.)*'|[\w-]+)
        (?:\.'(?:[^'\\]|\\.)*'|\.[\w-]+|\[(?:\d+|\*)\])*)
  | (?P<number>[+-]?\d+(?:\.\d+)?)
  | (?P<word>[A-Za-z]+)
  | (?P<sign><=|>=|!=|<>|==|[=<>()\[\],])
    """,
    re.VERBOSE | re.DOTALL,
)
_SIGNS: Final = {"==": "=", "<>": "!="}
_OPERATORS: Final = frozenset(
    {"=", "!=", "<", ">", "<=", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"}
)
_QUALIFIERS: Final = {"WITHIN": 2, "REPEATS": 2, "START": 3}
"""How many tokens follow each (``5 SECONDS``, ``3 TIMES``, ``t'...' STOP t'...'``)."""

_DEPTH: Final = 40
_TOGETHER: Final = 12
"""Values named in ``together``; an AND of more says how many more."""


def comparisons(pattern: str) -> list[Comparison]:
    """Every comparison of ``pattern``, in its order. Raises PatternError."""
    parser = _Parser(pattern)
    tree = parser.expression(0)
    if parser.kind:
        raise PatternError(f"unexpected {parser.text!r} at character {parser.at + 1}")
    return list(_flat(tree, ()))


def _flat(node: _Node, together: tuple[str, ...]) -> Iterator[Comparison]:
    if isinstance(node, Comparison):
        yield msgspec.structs.replace(node, together=together) if together else node
        return
    words = [_words(part) for part in node.parts] if node.joined else []
    for index, part in enumerate(node.parts):
        yield from _flat(part, (*together, *_others(words, index)) if node.joined else together)


def _others(words: list[str], index: int) -> Iterator[str]:
    others = (text for i, text in enumerate(words[: _TOGETHER + 2]) if i != index)
    shown = [text for _, text in zip(range(_TOGETHER), others, strict=False)]
    yield from shown
    if (more := len(words) - 1 - len(shown)) > 0:
        yield f"and {more} more"


def _words(node: _Node) -> str:
    if isinstance(node, Comparison):
        sign = f"NOT {node.operator}" if node.negated and node.operator != "!=" else node.operator
        return f"{node.path} {sign} {', '.join(node.values[:_TOGETHER])}"
    joint = " AND " if node.joined else " OR "
    return f"({joint.join(_words(part) for part in node.parts[:_TOGETHER])})"


class _Parser:
    """Recursive descent over the tokens; brackets and parentheses group alike."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._next = 0
        self.at = 0
        self.kind = ""
        self.text = ""
        self._advance()

    def expression(self, depth: int) -> _Node:
        """FOLLOWEDBY binds least, then OR, then AND; a single operand stands for itself."""
        return self._chain(depth, (("FOLLOWEDBY", True), ("OR", False), ("AND", True)))

    def _chain(self, depth: int, levels: tuple[tuple[str, bool], ...]) -> _Node:
        if not levels:
            return self._operand(depth)
        (word, joined), tighter = levels[0], levels[1:]
        parts = [self._chain(depth, tighter)]
        while self._is(word):
            self._advance()
            parts.append(self._chain(depth, tighter))
        return parts[0] if len(parts) == 1 else _Group(joined, tuple(parts))

    def _operand(self, depth: int) -> _Node:
        if depth > _DEPTH:
            raise PatternError(f"nested too deeply at character {self.at + 1}")
        if self.text in ("(", "["):
            close = ")" if self.text == "(" else "]"
            self._advance()
            node = self.expression(depth + 1)
            self._expect(close)
        else:
            node = self._comparison()
        self._qualifiers()
        return node

    def _comparison(self) -> Comparison:
        if self._is("EXISTS"):
            self._advance()
            return Comparison(self._take("path"), "EXISTS", ())
        path = self._take("path")
        negated = self._is("NOT")
        if negated:
            self._advance()
        operator = _SIGNS.get(self.text, self.text.upper())
        if operator not in _OPERATORS:
            raise PatternError(f"expected a comparison at character {self.at + 1}, found {self.text!r}")
        self._advance()
        values = self._set() if operator == "IN" else (self._value(),)
        return Comparison(path, operator, values, negated != (operator == "!="))

    def _set(self) -> tuple[str, ...]:
        self._expect("(")
        values = [self._value()]
        while self.text == "," and self.kind == "sign":
            self._advance()
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> str:
        text = self.text
        if self.kind == "string":
            text = re.sub(r"\\(.)", r"\1", text[text.index("'") + 1 : -1], flags=re.DOTALL)
        elif self.kind != "number" and text.lower() not in ("true", "false"):
            raise PatternError(f"expected a value at character {self.at + 1}, found {text!r}")
        self._advance()
        return text

    def _qualifiers(self) -> None:
        while self.kind == "word" and (follow := _QUALIFIERS.get(self.text.upper())):
            for _ in range(follow + 1):
                self._advance()

    def _is(self, word: str) -> bool:
        return self.kind == "word" and self.text.upper() == word

    def _take(self, kind: str) -> str:
        if self.kind != kind:
            raise PatternError(f"expected a {kind} at character {self.at + 1}, found {self.text!r}")
        text = self.text
        self._advance()
        return text

    def _expect(self, sign: str) -> None:
        if self.text != sign or self.kind != "sign":
            raise PatternError(f"expected {sign!r} at character {self.at + 1}, found {self.text!r}")
        self._advance()

    def _advance(self) -> None:
        while True:
            self.at = self._next
            if self.at >= len(self._pattern):
                self.kind = self.text = ""
                return
            found = _TOKEN.match(self._pattern, self.at)
            if found is None:
                raise PatternError(f"unreadable at character {self.at + 1}")
            self._next = found.end()
            if found.lastgroup != "space":
                self.kind, self.text = str(found.lastgroup), found[0]
                return
