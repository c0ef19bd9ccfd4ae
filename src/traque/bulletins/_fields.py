"""Small readers of one field's text: a time, a sharing mark, a confidence.

Each returns None for what it does not understand; none raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from traque.expressions import expression

TLP_LEVELS: Final = ("clear", "green", "amber", "amber+strict", "red")
"""TLP 2.0, the most open first; ``white`` (TLP 1.0) is read as ``clear``."""

_TLP = expression(r"(?i)\btlp(?:-v2)?\s*[:=_-]\s*[\"']?(white|clear|green|amber[+ _-]?strict|amber|red)\b")
_PAP = expression(r"(?i)\bpap\s*[:=_-]\s*[\"']?(white|clear|green|amber|red)\b")
_SHORT_TIME = expression(r"(\d{4}-\d\d-\d\d)(?:[ T](\d{1,2}):(\d\d)(?::(\d\d))?)?(?: ?UTC)?")
_WORD_CONFIDENCE: Final = {"low": 15, "medium": 50, "med": 50, "high": 85}
_EPOCH = expression(r"\d{9,11}")
_PERCENT = 100


def moment(text: object) -> datetime | None:
    """A time in ISO 8601 or whole seconds since 1970; without a zone it is UTC."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        return _from_epoch(text)
    if not isinstance(text, str) or not (text := text.strip()):
        return None
    if _EPOCH.fullmatch(text):
        return _from_epoch(int(text))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        if not (short := _SHORT_TIME.fullmatch(text)):
            return None
        day, hour, minute, second = short.groups(default="0")
        try:
            found = datetime.fromisoformat(f"{day}T{int(hour):02}:{minute}:{int(second):02}")
        except ValueError:
            return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else _to_utc(found)


def _to_utc(found: datetime) -> datetime | None:
    try:
        return found.astimezone(UTC)
    except OverflowError:  # year 1 or 9999, shifted over the edge
        return None


def _from_epoch(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def tlp(text: str) -> str | None:
    """The TLP level that a tag (``tlp:amber``) or a bare word (``white``) states."""
    found = _TLP.search(text)
    return _level(found[1] if found else text)


def tlp_tag(text: str) -> str | None:
    """The TLP level in running text or a tag, where a bare colour means nothing."""
    found = _TLP.search(text)
    return _level(found[1]) if found else None


def pap_tag(text: str) -> str | None:
    """The Permissible Actions Protocol level that a tag states."""
    found = _PAP.search(text)
    return _level(found[1]) if found else None


def strictest(levels: Iterable[str | None]) -> str | None:
    """The most restrictive of the stated levels."""
    return max((level for level in levels if level in TLP_LEVELS), key=TLP_LEVELS.index, default=None)


def confidence(text: object) -> int | None:
    """A confidence from 0 to 100; ``low``, ``medium``, ``high`` as in STIX 2.1, appendix A."""
    if isinstance(text, bool):
        return None
    if isinstance(text, int | float):
        return int(text) if 0 <= text <= _PERCENT else None
    if not isinstance(text, str):
        return None
    word = text.strip().lower().removesuffix("%")
    if word.isascii() and word.isdigit():
        return int(word) if len(word) <= len("100") and int(word) <= _PERCENT else None
    return _WORD_CONFIDENCE.get(word)


def _level(word: str) -> str | None:
    level = word.strip().lower().replace("white", "clear")
    if level.startswith("amber") and level.endswith("strict"):
        return "amber+strict"
    return level if level in TLP_LEVELS else None
