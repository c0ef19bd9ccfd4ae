"""Text in GitHub's Markdown: what is foreign is made printable, then escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from traque.reports._escape import printable
from traque.reports._language import Words

_SPECIAL: Final = re.compile(
    r"([\\`*_{}\[\]#|~>$@]|:(?=//)|(?<=www)\.|^[-+.)!]|^\d{1,9}(?=[.)](?:\s|$)))", re.IGNORECASE
)
"""What Markdown reads anywhere, what makes a link of an address, and what begins a list."""


def prose(text: str) -> str:
    """``text`` as plain words of a paragraph or a cell; a colon or an at sign makes no link either."""
    shown = printable(text.replace("\u00a0", " ").replace("\u202f", " "))
    return _SPECIAL.sub(_escaped, shown).replace("&", "&amp;").replace("<", "&lt;")


def _escaped(found: re.Match[str]) -> str:
    return f"{found[0]}\\" if found[0].isdecimal() else f"\\{found[0]}"


def code(text: str, *, cell: bool = False) -> str:
    """``text`` in a code span whose fence is longer than any run of backticks in it."""
    shown = printable(text) or " "
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    blank = " " if shown[0] in "` " or shown[-1] in "` " else ""
    made = f"{fence}{blank}{shown}{blank}{fence}"
    return made.replace("|", "\\|") if cell else made


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table whose cells are escaped already, then a blank line."""
    lines = [head, ["---"] * len(head), *rows]
    return [*(f"| {' | '.join(cells)} |" for cells in lines), ""]


def more(total: int, shown: int, said: Words) -> list[str]:
    """How many of ``total`` are not shown, as a paragraph; none for all."""
    return [prose(said.many("more", total - shown)), ""] if total > shown else []
