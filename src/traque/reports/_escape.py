"""The one place where hostile text is made safe to show.

Logs, bulletins and file names are written by attackers. Before any of it reaches a terminal or a
spreadsheet it goes through :func:`printable`: what could move the cursor, ring, recolour, reorder
(bidi overrides, CVE-2021-42574) or hide text becomes a visible escape. Nothing is removed, so two
different texts seldom look alike.
"""

from __future__ import annotations

from typing import Final

_SHORT: Final = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\0": r"\0"}

_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    chr(code)
    for span in (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
    for code in span
}
"""Letters and marks that Unicode calls printable but that draw nothing (fillers, variation selectors)."""


def printable(text: str, *, ascii_only: bool = False) -> str:
    r"""``text`` with every unprintable or invisible character as ``\t``, ``\x1b``, ``\u202e``...

    Unprintable is what :meth:`str.isprintable` says: controls (C0 and C1), format characters (bidi,
    zero-width, tags), lone surrogates, unassigned and private code points, separators other than
    the space. ``ascii_only`` escapes all that is not ASCII too, for terminals that cannot show it.
    A backslash that was in the text stays single: this is for eyes, not for reading back.
    """
    if text.isprintable() and (text.isascii() or (not ascii_only and _INVISIBLE.isdisjoint(text))):
        return text
    return "".join(char if _safe(char, ascii_only) else _escaped(char) for char in text)


def _safe(char: str, ascii_only: bool) -> bool:
    return char.isprintable() and char not in _INVISIBLE and (char.isascii() or not ascii_only)


def _escaped(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if code <= 0xFF:  # the last code that two hex digits can write
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
