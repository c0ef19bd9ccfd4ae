"""Markdown: headings, tables, lists and code blocks, as publishers keep them in repositories.

The rules of lists and prose are used on the text without its marks. Where a link leads is a reference.

Format: https://spec.commonmark.org/ and https://github.github.com/gfm/ (tables)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from traque.bulletins import _markup
from traque.bulletins._build import Head
from traque.bulletins._document import Document
from traque.bulletins._reader import BulletinReader
from traque.expressions import expression
from traque.model import Bulletin

_HEADING = expression(r" {0,3}(#{1,6})\s++(.*)$")
_RULE = expression(r"\s*+\|?\s*+:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)*+\|?\s*$")
_FENCE = expression(r"\s*(?:```|~~~)")
_COMMENT = expression(r"<!--.*?-->", re.DOTALL)
_FRONT: Final = "---"
_TABLE_MARK = expression(rb"(?m)^[ \t]*+\|?[ \t]*+:?-{3,}+:?[ \t]*+\|[ \t|:-]*+\r?$")
_STRONG_MARKS: Final = (
    _TABLE_MARK,
    re.compile(rb"(?m)^(?:```|~~~)[\w-]*\r?$"),
    re.compile(rb"\]\((?:https?|mailto):"),
)
_HEADING_MARK = expression(rb"(?m)^#{1,6} \S")


def _sniff(head: bytes, name: str) -> float:
    if head.lstrip().startswith((b"{", b"[", b"<", b"%")):
        return 0.0
    headed = _HEADING_MARK.search(head) is not None
    if _TABLE_MARK.search(head) and (headed or name.lower().endswith(".md")):
        return 0.85
    if headed and any(mark.search(head) for mark in _STRONG_MARKS):
        return 0.6
    return 0.3 if name.lower().endswith(SPEC.extensions) else 0.0


def _read(data: bytes, _name: str) -> tuple[Bulletin, ...]:
    document = Document(Head(format=SPEC.name))
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), data.decode("utf-8", "replace"))
    lines = text.splitlines()
    at = _front_matter(document, lines)
    fenced = False
    while at < len(lines):
        line, where = lines[at], f"line {at + 1}"
        at += 1
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced:
            document.line(where, line)
        elif heading := _HEADING.match(line):
            title = heading[2].rstrip().rstrip("#").rstrip()
            document.head.title = document.head.title or _markup.plain(title)
            document.heading(where, _linkless(document, where, title))
        elif at < len(lines) and "|" in line and "|" in lines[at] and _RULE.match(lines[at]):
            at = _table(document, lines, at - 1)
        else:
            state = document.line if _markup.is_item(line) else document.paragraph
            state(where, _linkless(document, where, line))
    return (document.bulletin(),)


def _table(document: Document, lines: Sequence[str], at: int) -> int:
    """Take the table that begins at line ``at``; the line after it."""
    rows = []
    end = at
    while end < len(lines) and "|" in lines[end]:
        if end != at + 1:
            where = f"line {end + 1}"
            rows.append((where, list(_markup.cells(_linkless(document, where, lines[end], bare=False)))))
        end += 1
    document.table(rows)
    return end


def _linkless(document: Document, where: str, line: str, *, bare: bool = True) -> str:
    line, targets = _markup.without_markdown_links(line)
    for target in targets:
        document.link(where, target)
    return _markup.plain(line) if bare else line


def _front_matter(document: Document, lines: Sequence[str]) -> int:
    """The title that a YAML head states; the line after that head."""
    if not lines or lines[0].strip() != _FRONT:
        return 0
    for number, line in enumerate(lines[1:100], 1):
        if line.strip() == _FRONT:
            return number + 1
        if line.lower().startswith("title:"):
            document.head.title = line.partition(":")[2].strip(" \"'")
    return 0


SPEC: Final = BulletinReader(
    name="markdown",
    title="Markdown",
    extensions=(".md", ".markdown"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
