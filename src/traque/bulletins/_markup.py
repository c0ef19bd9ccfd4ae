"""Lightweight markup (Markdown, AsciiDoc): marks stripped from a line, links taken out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from traque.expressions import expression

_MARKDOWN_LINK = expression(r"!?\[((?:[^\[\]]|\[[^\[\]]*\]){0,300})\]\(<?((?:https?|mailto):[^)\s>]*)[^)]*\)")
_ASCIIDOC_LINK = expression(r"(?:link:|image::?)?((?:https?://|mailto:)[^\s\[\]<>]+)\[([^\[\]]{2,})\]")
_DEFANGING: Final = frozenset({"dot", "at", "://"})
_EMPHASIS = expression(r"(?<![\w*])(\*{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*])")
_BULLET = expression(r"^\s*(?:>\s*)*(?:[*+.-]{1,5}|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
_QUOTE = expression(r"^\s*(?:>\s?)+")


def plain(line: str) -> str:
    """A line without bullets, quotation marks, code marks and emphasis."""
    bare = _QUOTE.sub("", _BULLET.sub("", line)).replace("`", "")
    return _EMPHASIS.sub(r"\2", bare)


def is_item(line: str) -> bool:
    """Whether a line begins an item of a list."""
    return _BULLET.match(line) is not None


def without_markdown_links(line: str) -> tuple[str, list[str]]:
    """The line with the text of each link in its place, and the targets."""
    targets = [found[2] for found in _MARKDOWN_LINK.finditer(line)]
    return (_MARKDOWN_LINK.sub(lambda found: found[1], line), targets) if targets else (line, targets)


def without_asciidoc_links(line: str) -> tuple[str, list[str]]:
    """The same for ``https://blog.example/post[the report]``; ``http://evil[dot]example`` is no link."""
    found = [link for link in _ASCIIDOC_LINK.finditer(line) if link[2] not in _DEFANGING]
    for link in reversed(found):
        line = f"{line[: link.start()]}{link[2].rstrip('^')}{line[link.end() :]}"
    return line, [link[1] for link in found]


def cells(row: str) -> Iterator[str]:
    """The cells of ``| a | b |``, in which a bar after a backslash is a character."""
    inner = row.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    for cell in re.split(r"(?<!\\)\|", inner):
        yield plain_cell(cell.replace("\\|", "|"))


def plain_cell(text: str) -> str:
    """A cell without code marks, emphasis and HTML line breaks."""
    bare = re.sub(r"(?i)<br\s*/?>", " ", text).replace("`", "").strip()
    return _EMPHASIS.sub(r"\2", bare)
