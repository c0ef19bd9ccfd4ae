"""HTML pages: advisories and articles, their paragraphs, lists and tables.

Scripts, styles, navigation, forms and footers are left out. A table of the page is read as a table, what is
laid out with tables as text. Where a link leads is a reference, whatever it shows.

Format: https://html.spec.whatwg.org/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from traque.bulletins._build import Head
from traque.bulletins._document import Document
from traque.bulletins._fields import moment
from traque.bulletins._reader import BulletinReader
from traque.expressions import expression
from traque.model import Bulletin

_DROPPED: Final = frozenset(
    {"script", "style", "noscript", "template", "svg", "iframe", "nav", "footer", "form", "button"}
    | {"select", "textarea", "head", "object"}
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS: Final = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div"}
    | {"dl", "dt", "figcaption", "figure", "header", "hr", "html", "li", "main", "ol", "p", "pre", "section"}
    | {"summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_TITLES: Final = ('meta[property="og:title"]', 'meta[name="title"]')
_PRODUCERS: Final = (
    'meta[property="og:site_name"]',
    'meta[name="author"]',
    'meta[property="article:author"]',
)
_DATES: Final = (
    'meta[property="article:published_time"]',
    'meta[name="date"]',
    'meta[name="DC.date"]',
    'meta[itemprop="datePublished"]',
)
_MARK = expression(
    rb"(?i)\s*(?:<!--.*?-->\s*|<\?xml.*?\?>\s*)*<(?:!doctype\s+html|html|head|body|table|div|p|h[1-6]|ul)\b",
    re.DOTALL,
)
_TAG = expression(r"<[a-zA-Z!/]")
_COLUMNS: Final = 2


def _sniff(head: bytes, _name: str) -> float:
    return 0.9 if _MARK.match(head) else 0.0


def _read(data: bytes, _name: str) -> tuple[Bulletin, ...]:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(data.decode("utf-8", "replace"))
    document = Document(
        Head(
            format=SPEC.name,
            title=_meta(tree, _TITLES) or _folded(tree.css_first("title")),
            producer=_meta(tree, _PRODUCERS),
            published=moment(_meta(tree, _DATES)),
        )
    )
    if tree.root is not None:
        _Page(document).walk(tree.root)
    return (document.bulletin(),)


def state_fragment(document: Document, text: str, where: str) -> None:
    """Take a piece of HTML, or plain text, into ``document``; all of it is at ``where``."""
    from selectolax.lexbor import LexborHTMLParser

    if not _TAG.search(text):
        for line in text.split("\n"):
            document.line(where, " ".join(line.split()))
        return
    root = LexborHTMLParser(text).root
    if root is not None:
        _Page(document, where).walk(root)


class _Page:
    """Gathers the text of inline elements until a block ends it. Walks with a stack: depth costs nothing."""

    def __init__(self, document: Document, where: str = "") -> None:
        self._document = document
        self._where = where
        self._text: list[str] = []
        self._number = 0
        self._heading = False

    def walk(self, root: Any) -> None:
        """Take everything below ``root``."""
        todo: list[tuple[Any, bool]] = [(root, False)]
        while todo:
            node, ended = todo.pop()
            tag = node.tag
            if ended:
                self._end()
                continue
            if tag == "-text":
                self._text.append(_text_of(node))
            elif tag == "a" and (target := node.attributes.get("href")):
                self._document.link(self._place(self._number + 1), target)
            if tag in _DROPPED or tag.startswith(("-", "!")):
                continue
            if tag == "table" and (rows := _rows(node)):
                self._end()
                self._table(node, rows)
                continue
            if tag in _BLOCKS or tag in _HEADINGS:
                self._end()
                self._heading = tag in _HEADINGS
                todo.append((node, True))
            todo += [(child, False) for child in reversed(list(node.iter(include_text=True)))]

    def _table(self, node: Any, rows: list[list[str]]) -> None:
        for link in node.css("a[href]"):
            self._document.link(self._place(self._number + 1), link.attributes.get("href") or "")
        first = self._number + 1
        self._number += len(rows)
        self._document.table([(self._place(first + i), cells) for i, cells in enumerate(rows)])

    def _place(self, number: int) -> str:
        return self._where or f"line {number} of the text"

    def _end(self) -> None:
        for line in "".join(self._text).split("\n"):
            if folded := " ".join(line.split()):
                self._number += 1
                state = self._document.heading if self._heading else self._document.line
                state(self._place(self._number), folded)
        self._text.clear()
        self._heading = False


def _rows(table: Any) -> list[list[str]]:
    """The cells of a table of data; nothing for one that only places things on the page."""
    if table.css_first("table table") is not None or table.css_first("h1, h2, h3, p p, ul, ol") is not None:
        return []
    rows = [
        cells
        for row in table.css("tr")
        if (cells := [_cell(cell) for cell in row.iter() if cell.tag in ("td", "th")])
    ]
    return rows if any(len(cells) >= _COLUMNS for cells in rows) else []


def _cell(cell: Any) -> str:
    return " ".join("".join(_inline(cell)).split())


def _inline(root: Any) -> Iterator[str]:
    todo = [root]
    while todo:
        node = todo.pop()
        if node.tag == "-text":
            yield node.text_content or ""
        elif node.tag not in _DROPPED and not node.tag.startswith(("-", "!")):
            if node.tag in _BLOCKS:
                yield " "
            todo += reversed(list(node.iter(include_text=True)))


def _text_of(node: Any) -> str:
    """The text of a text node; its line ends mean something only where it is preformatted."""
    text = node.text_content or ""
    above = node.parent
    while above is not None:
        if above.tag in ("pre", "textarea"):
            return text
        if above.tag in _BLOCKS:
            break
        above = above.parent
    return text.replace("\n", " ")


def _meta(tree: Any, selectors: tuple[str, ...]) -> str:
    for selector in selectors:
        node = tree.css_first(selector)
        if node is not None and (content := node.attributes.get("content")):
            return " ".join(content.split())
    return ""


def _folded(node: Any) -> str:
    return " ".join(node.text().split()) if node is not None else ""


SPEC: Final = BulletinReader(
    name="html",
    title="HTML pages",
    extensions=(".html", ".htm", ".xhtml"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
