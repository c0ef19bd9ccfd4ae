"""HTML made of elements: what is plain text is escaped here, so no section can forget it.

A plain :class:`str` that becomes part of an element or an attribute is made printable
(:mod:`traque.reports._escape`) and escaped; only :class:`Html`, made here, is taken as it stands.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Final

from traque.reports._escape import printable

_SPACES: Final = {"\u00a0": "&nbsp;", "\u202f": "&#8239;"}
_BLANK: Final = re.compile("[\u00a0\u202f]")
_SHORT: Final = 40
_VOID: Final = frozenset({"meta", "input", "br"})


class Html(str):
    """Markup that is safe as it stands."""

    __slots__ = ()


Content = str | None
"""Text, :class:`Html`, or nothing."""


def text(content: str) -> Html:
    """``content`` for eyes, without a character that HTML reads.

    Unprintable characters are visible escapes; no-break spaces, which our sentences have, stay spaces.
    """
    if type(content) is Html:
        return content
    return _short(content) if len(content) <= _SHORT else _escaped(content)


def _escaped(content: str) -> Html:
    if content.isascii() and content.isprintable():
        return Html(escape(content))
    if _BLANK.search(content) is None:
        return Html(escape(printable(content)))
    parts = re.split("([\u00a0\u202f])", content)
    return Html("".join(_SPACES.get(part) or escape(printable(part)) for part in parts))


_short = lru_cache(maxsize=4096)(_escaped)
"""Labels, verdicts, names of streams: the same ones come in every row."""


@lru_cache(maxsize=256)
def _key(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def el(name: str, /, *children: Content, **attributes: str | float | bool | None) -> Html:
    """An element. ``class_`` is ``class``, ``data_x`` is ``data-x``; None and False leave one out."""
    return Html(
        f"<{name}{_attributes(attributes)}>" + ("" if name in _VOID else f"{join(*children)}</{name}>")
    )


def join(*children: Content) -> Html:
    """Several pieces in a row."""
    return Html("".join([text(child) for child in children if child is not None]))


def _attributes(attributes: dict[str, str | float | bool | None]) -> str:
    made = []
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        key = _key(name)
        if value is True:
            made.append(f" {key}")
        else:
            shown = text(value) if isinstance(value, str) else f"{value:g}"
            made.append(f' {key}="{shown}"')
    return "".join(made)


def section(name: str, title: str, note: str, *children: Content) -> Html:
    """A part of the page with its heading, reachable as ``#name``."""
    head = el("h2", title, id=f"h-{name}")
    return el(
        "section",
        head,
        el("p", note, class_="note") if note else None,
        *children,
        id=name,
        aria_labelledby=f"h-{name}",
    )


def table(
    head: list[tuple[str, str]],
    rows: list[list[Content]],
    caption: str,
    classes: str = "",
    *,
    cards: bool = False,
) -> Html:
    """A table: ``head`` holds each column's name and class; the first cell of a row names it.

    On a narrow screen its rows become ``cards``, where that is wanted.
    """
    columns = join(*(el("th", name, scope="col", class_=kind or None) for name, kind in head))
    lines = []
    for row in rows:
        cells = [
            el(
                "th" if at == 0 else "td",
                cell,
                scope="row" if at == 0 else None,
                class_=head[at][1] or None,
                data_l=head[at][0],
            )
            for at, cell in enumerate(row)
        ]
        lines.append(el("tr", *cells))
    inner = (
        el("caption", caption, class_="unseen"),
        el("thead", el("tr", columns)),
        el("tbody", *lines),
    )
    return el(
        "div",
        el("table", *inner, class_=f"plain {classes}".strip()),
        class_="scroll cards" if cards else "scroll",
    )


def folded(title: Content, *children: Content, opened: bool = False, name: str | None = None) -> Html:
    """A part that opens on demand; ``name`` is its place on the page, where it has one."""
    return el("details", el("summary", title), *children, open=opened, id=name)
