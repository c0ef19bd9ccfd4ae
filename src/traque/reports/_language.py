"""The languages of reports. What they say is data: ``messages/<language>.json``, a text for each key.

A text that depends on a number is a pair, ``["{n} record", "{n} records"]``. French takes the first for
0 and 1, English for 1 alone. Nothing here is escaped: renderers escape whole sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import msgspec

from traque.errors import UsageError
from traque.model import Verdict
from traque.reports._sentences import Sentences

LANGUAGES: Final = ("en", "fr")
"""The languages that have a catalogue; a test holds their keys equal."""

Message = str | tuple[str, str]
_BREAKLESS: Final = "\u202f"
"""Between groups of three digits in French: narrow, and never at a line's end."""


class Words:
    """The words of one language."""

    def __init__(
        self,
        language: str,
        messages: dict[str, Message],
        countries: dict[str, str],
        sentences: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.language = language
        self._sentences = Sentences(sentences, self._verdict_named)
        self._messages = messages
        self._countries = countries

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``key``, with ``values`` in its places."""
        message = self._messages[key]
        assert isinstance(message, str)  # noqa: S101 - the catalogue's own form, tested
        return message.format(**values) if values else message

    def many(self, key: str, n: int, **values: object) -> str:
        """The text of ``key`` for ``n`` things; ``{n}`` is the number as the language writes it."""
        message = self._messages[key]
        assert isinstance(message, tuple)  # noqa: S101 - the catalogue's own form, tested
        singular = n == 1 or (n == 0 and self.language == "fr")
        return message[0 if singular else 1].format(n=self.number(n), **values)

    def has(self, key: str) -> bool:
        """Whether the catalogue holds ``key`` (a code that only the result knows may be missing)."""
        return key in self._messages

    def or_else(self, key: str, otherwise: str) -> str:
        """The text of ``key``, or ``otherwise`` where the catalogue does not know it."""
        return self(key) if key in self._messages else otherwise

    def number(self, value: int) -> str:
        """``138,365`` or, in French, ``138 365``."""
        return f"{value:,}".replace(",", _BREAKLESS) if self.language == "fr" else f"{value:,}"

    def decimal(self, value: float, digits: int = 1) -> str:
        """``12.5`` or ``12,5``."""
        written = f"{value:.{digits}f}"
        return written.replace(".", ",") if self.language == "fr" else written

    def percent(self, share: float) -> str:
        """``97 %`` of a share from 0 to 1, never rounded up to all or down to none."""
        value = 100 * share
        digits = 0 if value in (0, 100) or 1 <= value <= 99 else 1
        value = min(value, 99.9) if share < 1 else value
        return f"{self.decimal(value, digits)}{'%' if self.language == 'en' else chr(0xA0) + '%'}"

    def day(self, moment: datetime) -> str:
        """``20 July 2021``, ``1er janvier 2021`` (UTC)."""
        first = "1er" if self.language == "fr" and moment.day == 1 else str(moment.day)
        return f"{first} {self(f'month.{moment.month}')} {moment.year}"

    def edge(self, moment: datetime) -> str:
        """A window's edge: the day alone when it is midnight."""
        if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
            return self.day(moment)
        return f"{self.day(moment)} {moment:%H:%M:%S} UTC"

    def moment(self, moment: datetime | None) -> str:
        """``2021-01-16 06:18:37``: for tables that say that their times are UTC; empty for None."""
        return "" if moment is None else moment.isoformat(sep=" ", timespec="seconds")[:19]

    def verdict(self, verdict: Verdict) -> str:
        """A verdict's name."""
        return self(f"verdict.{verdict}")

    def _verdict_named(self, name: str) -> str | None:
        message = self._messages.get(f"verdict.{name}")
        return message if isinstance(message, str) else None

    def sentence(self, text: str) -> str:
        """A sentence of a result, in this language where it is known, else as it is."""
        return self.known(text) or text

    def known(self, text: str) -> str | None:
        """A sentence of a result in this language; None where there is none in it."""
        return text if self.language == "en" else self._sentences.translated(text)

    def country(self, code: str) -> str:
        """A country's name by its code, where the language's catalogue has one; else empty."""
        return self._countries.get(code, "")

    def listing(self, items: Sequence[str], show: int, total: int = 0) -> str:
        """``a, b and c``; ``a, b and 4 more`` of a longer list, or of ``total``."""
        rest = max(total, len(items)) - min(show, len(items))
        if rest:
            return self("list.more", items=", ".join(items[:show]), n=self.number(rest))
        if len(items) > 1:
            return self("list.and", items=", ".join(items[:-1]), last=items[-1])
        return "".join(items)

    def row(self, parts: Iterable[str]) -> str:
        """``a; b; c``."""
        return f"{self('x.semicolon')} ".join(parts)

    def size(self, value: int) -> str:
        """``1.3 GB``, ``1,3 Go``: decimal units."""
        units = self("units").split()
        amount, step = float(value), 0
        while amount >= 999.5 and step < len(units) - 1:
            amount, step = amount / 1000, step + 1
        return f"{self.decimal(amount, 1 if step and amount < 99.95 else 0)} {units[step]}"

    def duration(self, span: timedelta) -> str:
        """``3 days``, ``5 h 12 min``, ``2.7 s``."""
        seconds = span.total_seconds()
        if seconds >= 48 * 3600:
            return self.many("days", int(seconds // 86_400))
        if seconds >= 3600:
            return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"
        if seconds >= 60:
            return f"{int(seconds // 60)} min"
        return f"{self.decimal(seconds, 0 if seconds >= 10 else 1)} s"


@cache
def words(language: str) -> Words:
    """The words of ``language``; UsageError when there is no catalogue for it."""
    if language not in LANGUAGES:
        raise UsageError(f"no report can be written in {language!r}", remedy=f"known: {', '.join(LANGUAGES)}")
    messages = msgspec.json.decode(asset(f"messages/{language}.json"), type=dict[str, Message])
    countries: dict[str, str] = {}
    sentences: list[tuple[str, str]] = []
    if language != "en":  # English names and sentences are in the result
        sentences = msgspec.json.decode(
            asset(f"messages/sentences.{language}.json"), type=list[tuple[str, str]]
        )
        countries = msgspec.json.decode(asset(f"messages/countries.{language}.json"), type=dict[str, str])
    return Words(language, messages, countries, sentences)


def asset(path: str) -> bytes:
    """A data file beside the renderers."""
    from importlib.resources import files  # it loads much, and few hunts write pages

    return files("traque").joinpath("reports", path).read_bytes()
