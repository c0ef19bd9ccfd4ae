r"""Literals: values without a grammar of their own (file names, user agents, registry keys, mutexes...).

They cannot be enumerated in a record, so their finder is told what it looks for.

**Compared** are ASCII letters without their case; every other character as it stands, whether the record is
UTF-8 or Latin-1. A run of one to sixteen slashes and backslashes is one *separator*, equal to any other such
run: so ``C:\Temp\x.exe`` is ``C:\\Temp\\x.exe`` (JSON), ``C:\\\\Temp`` (JSON in JSON), ``C:/Temp`` and
``C:\/Temp``, and the ``/`` of a user agent may be written ``\/``. A separator that begins or ends a literal
is one of these characters. Other escapes inside a literal are not read.

**Word boundaries.** *Word characters* are the label characters of :mod:`traque.observables._text` (letters,
marks, digits, ``-`` and ``_`` of any script). A place in a record is inside a word when word characters
stand on both sides of it, or a dot that has word characters on both its sides stands on one side of it. A
literal neither begins nor ends inside a word. So ``evil.exe`` is not in ``notevil.exe``, ``x-evil.exe``,
``evil.exe.bak`` or ``my.evil.exe``, but in ``C:\evil.exe``, ``(evil.exe)`` and ``ran evil.exe.``. A literal
that begins or ends with another character (``%TEMP%\x``, ``(compatible; x)``) is bounded there by itself. A
literal may also begin where an escape ends (:mod:`traque.observables._escapes`), whatever stands there.

**Refused** are a literal of fewer than :data:`SHORTEST` characters, or without :data:`STRETCH` ASCII
characters in a row that are no separators (``too-short``: the search finds it by these), of more than
:data:`LONGEST` bytes (``too-long``), and one with a control character (``malformed``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables._escapes import escape_ends
from traque.observables._kind import ObservableKind, Reading, exactly
from traque.observables._text import decode, is_label_char

SHORTEST: Final = 5
"""Characters of the shortest literal."""

STRETCH: Final = 4
"""ASCII characters in a row that a literal holds somewhere, none of them a separator."""

LONGEST: Final = 1024
"""Bytes of the longest literal (UTF-8)."""

_SEPARATORS = expression(r"[/\\]+")
_STRETCH = expression(rf"[\x20-.0-\[\]-\x7e]{{{STRETCH}}}")
_SEPARATOR: Final = r"[/\\]"
_NO_MORE: Final = r"(?![/\\])"
_CONTROL = expression(r"[\x00-\x1f\x7f\ud800-\udfff]")
_QUOTES: Final = ('"', "'", "`")
_UPPER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def lower_ascii(text: str) -> str:
    """ASCII letters in lower case; all else as it stands."""
    return text.translate(_UPPER)


def folded(text: str) -> str:
    """What is compared: ASCII letters in lower case, each run of slashes and backslashes one ``/``."""
    return _SEPARATORS.sub("/", lower_ascii(text))


def unwrapped(value: str) -> str:
    """``value`` without white space and quotes around it."""
    return settled(_without_quotes, value)


def settled(step: Callable[[str], str], text: str) -> str:
    """``text`` after ``step`` as often as it changes something (each time it must get shorter in the end)."""
    while (after := step(text)) != text:
        text = after
    return text


def checked(kind: str, text: str, *, shortest: int = SHORTEST) -> Observable:
    """``text`` in lower case as an observable of ``kind``, if it can be searched. Raises ObservableError."""
    if not text:
        raise ObservableError(f"a value of kind {kind} is empty", code="empty")
    if _CONTROL.search(text):
        raise ObservableError(f"{text[:140]!r} holds a control character", code="malformed")
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST:
        raise ObservableError(f"a value of more than {LONGEST} bytes", code="too-long")
    if len(text) < shortest or not _STRETCH.search(text):
        raise ObservableError(
            f"{text!r} is too short to be told from other text: it takes {shortest} characters, and"
            f" {STRETCH} ASCII characters in a row without / and \\",
            code="too-short",
        )
    return Observable(kind, lower_ascii(text))


def only_folded(value: str) -> tuple[str, ...]:
    """The spellings of a kind that is written in one way."""
    return (folded(value),)


def blanks_encoded(value: str) -> tuple[str, ...]:
    """The spellings of a kind whose blanks may be written ``%20``."""
    return tuple(dict.fromkeys((folded(value), folded(value).replace(" ", "%20"))))


def finder(forms: Iterable[str]) -> Callable[[bytes], Iterator[Reading]]:
    """A finder of these literals, given as :func:`folded` makes them: every reading of one in a record."""
    patterns = [(form, _longest_stretch(form), _pattern(form)) for form in forms]

    def find(record: bytes) -> Iterator[Reading]:
        text, offsets = decode(record)
        text = lower_ascii(text)
        ends: frozenset[int] | None = None
        for form, stretch, pattern in patterns:
            if stretch not in text:
                continue
            for found in pattern.finditer(text):
                start, end = found.span(1)
                if _inside_word(text, end):
                    continue
                if _inside_word(text, start):
                    ends = escape_ends(record) if ends is None else ends
                    if offsets[start] not in ends:
                        continue
                yield Reading(offsets[start], offsets[end], form)

    return find


def spec(
    name: str,
    title: str,
    canonical: Callable[[str], Observable],
    examples: tuple[str, ...],
    *,
    spellings: Callable[[str], tuple[str, ...]] = only_folded,
) -> ObservableKind:
    """The kind of literals of that name."""
    return ObservableKind(
        name=name,
        title=title,
        canonical=canonical,
        find=_nothing,
        find_known=finder,
        finder="literal",
        spellings=spellings,
        lookups=exactly,
        examples=examples,
    )


def _without_quotes(value: str) -> str:
    text = value.strip()
    wrapped = len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES
    return text[1:-1] if wrapped else text


def _nothing(_record: bytes) -> Iterator[Reading]:
    """Literals do not show by themselves."""
    yield from ()


def _pattern(form: str) -> re.Pattern[str]:
    text, *others = (re.escape(part) for part in form.split("/"))
    for part in others:
        if not part:
            text += _SEPARATOR
        elif not text:
            text = f"{_SEPARATOR}{_NO_MORE}{part}"
        else:
            text += f"{_SEPARATOR}{{1,16}}{_NO_MORE}{part}"
    return re.compile(f"(?=({text}))")


def _longest_stretch(form: str) -> str:
    return max(form.split("/"), key=len)


def _inside_word(text: str, at: int) -> bool:
    before, after = _is_word(text, at - 1), _is_word(text, at)
    if before and after:
        return True
    if after:
        return text[at - 1 : at] == "." and at > 0 and _is_word(text, at - 2)
    return before and text[at : at + 1] == "." and _is_word(text, at + 1)


def _is_word(text: str, at: int) -> bool:
    return 0 <= at < len(text) and is_label_char(ord(text[at]))
