"""A page of text for a terminal: headings, entries with a hanging indent, simple columns.

Everything that is put on a page is made printable here, so no section can forget it, and rich's
markup is never read. Without colour the page is plain text; without Unicode it is ASCII.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from traque.model import Verdict
from traque.reports._escape import printable
from traque.reports._renderer import Setting

Span = str | tuple[str, str]
"""A piece of text, or a piece of text and its style."""

STYLES: Final = {
    Verdict.AUTHENTICATED: "bold red",
    Verdict.OUTBOUND: "bold red",
    Verdict.OUTBOUND_ATTEMPT: "red",
    Verdict.SESSION: "red",
    Verdict.AUTH_FAILED: "yellow",
    Verdict.ANSWERED: "yellow",
    Verdict.CONTACT: "yellow",
    Verdict.UNCLEAR: "magenta",
    Verdict.BLOCKED: "green",
    Verdict.TRACE: "cyan",
    Verdict.SELF: "cyan",
}
"""How a verdict is coloured: the word always stands there too."""

NARROWEST: Final = 80
"""Below this many cells lines get longer than the terminal rather than unreadable."""


class Page:
    """Lines of a report, at most ``width`` cells each."""

    def __init__(self, setting: Setting) -> None:
        self.width = max(setting.width, NARROWEST)
        self.unicode = setting.unicode
        self.more = "…" if setting.unicode else "..."
        self.between = " · " if setting.unicode else "; "
        self._console = Console(
            file=io.StringIO(),
            width=self.width,
            height=25,
            force_terminal=setting.colour,
            no_color=not setting.colour,
            color_system="standard" if setting.colour else None,
            legacy_windows=False,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def heading(self, title: str, note: str = "") -> None:
        """A blank line, then a title and what the section holds."""
        self._line(Text())
        self._line(self._text([(title.upper(), "bold"), f"  {note}" if note else ""]))

    def say(self, *spans: Span, indent: int = 0) -> None:
        """A paragraph."""
        self.entry("", *spans, indent=indent, hang=indent)

    def entry(self, label: Span, *spans: Span, indent: int = 2, hang: int = 4) -> None:
        """``label`` at ``indent``, then a text whose lines all begin at ``hang``.

        A label that reaches beyond ``hang`` gets a line of its own.
        """
        head = self._text([label])
        lines = self._wrap(self._text(spans), self.width - hang)
        if head.cell_len > max(hang - indent - 1, 0):
            for line in self._wrap(head, self.width - indent):
                self._line(_padded(line, indent))
            head = Text()
        first = Text(" " * indent).append_text(head)
        first.append(" " * (hang - first.cell_len))
        for position, line in enumerate(lines):
            self._line(first.append_text(line) if position == 0 else _padded(line, hang))

    def row(self, cells: Sequence[Span], widths: Sequence[int], indent: int = 0) -> None:
        """Cells in columns two blanks apart. A negative width aligns right; a long cell loses its middle."""
        line = Text(" " * indent)
        for position, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            content = self._text([cell])
            if content.cell_len > abs(width):
                style = "" if isinstance(cell, str) else cell[1]
                content = self._text([(self.short(content.plain, abs(width)), style)])
            blanks = " " * (abs(width) - content.cell_len)
            line.append("  " if position else "")
            line.append_text(Text(blanks) + content if width < 0 else content + Text(blanks))
        line.rstrip()
        self._line(line)

    def short(self, text: str, width: int) -> str:
        """``text`` in at most ``width`` cells: its middle is left out, its two ends tell most."""
        text = printable(text, ascii_only=not self.unicode)
        if cell_len(text) <= width:
            return text
        keep = width - len(self.more)
        head, tail = Text(text), Text(text[::-1])
        head.truncate(keep - keep // 2)
        tail.truncate(keep // 2)
        return head.plain + self.more + tail.plain[::-1]

    def around(self, text: str, match: str, cells: int) -> list[Span]:
        """``text`` cut to about ``cells`` around ``match``, which is marked."""
        found = re.search(re.escape(match), text, re.IGNORECASE) if match else None
        at = found.start() if found else 0
        start = max(0, min(at - cells // 3, len(text) - cells))
        piece = text[start : start + cells]
        dots = (self.more if start else "", self.more if start + cells < len(text) else "")
        inside, end = at - start, (found.end() if found else at) - start
        return [dots[0] + piece[:inside], (piece[inside:end], "bold underline"), piece[end:] + dots[1]]

    def close(self) -> bytes:
        """The whole page, in UTF-8."""
        stream = self._console.file
        assert isinstance(stream, io.StringIO)  # noqa: S101 - made above
        return stream.getvalue().encode()

    def _text(self, spans: Sequence[Span]) -> Text:
        text = Text(end="")
        for span in spans:
            content, style = (span, "") if isinstance(span, str) else span
            text.append(printable(content, ascii_only=not self.unicode), Style.parse(style))
        return text

    def _wrap(self, text: Text, width: int) -> Iterator[Text]:
        return iter(text.wrap(self._console, max(width, 20), overflow="fold") or [Text()])

    def _line(self, line: Text) -> None:
        line.rstrip()
        self._console.print(line, soft_wrap=True)


def _padded(line: Text, blanks: int) -> Text:
    return Text(" " * blanks).append_text(line)
