"""Text of bulletins, made safe for the comments and messages of rule files.

Titles, ids and descriptions are written by others. In a comment a line end would begin a rule; in a message
a quote would end it. Values have grammars of their own and are escaped by each target.
"""

from __future__ import annotations


def plain(text: str, *, most: int = 200) -> str:
    """``text`` as one line of ASCII that is safe in the comments and quoted messages of every target.

    Blank runs are one space; quotes, backslashes, ``;``, ``$``, backquotes, braces, ``<>``, ``#``, ``|`` and
    ``%`` become ``_``; what is not ASCII or not printable becomes ``?``. Longer than ``most`` characters it
    ends in ``...``.
    """
    line = " ".join(text.split())
    safe = "".join(_UNSAFE.get(char, char) if char.isascii() and char.isprintable() else "?" for char in line)
    return safe if len(safe) <= most else safe[: most - 3] + "..."


_UNSAFE = dict.fromkeys("\"'\\;$`{}<>#|%", "_")


def visible(text: str) -> str:
    """``text`` as one line that hides nothing: for formats that quote by themselves and hold Unicode.

    What is not printable (controls, bidi overrides, line separators) becomes ``?``; letters of any
    script stay.
    """
    line = " ".join(text.split())
    return line if line.isprintable() else "".join(char if char.isprintable() else "?" for char in line)


def slug(text: str, *, most: int = 48) -> str:
    """``text`` as a name of ASCII letters, digits and ``-``, for sets, files and identifiers; never empty."""
    kept = "".join(char.lower() if char.isascii() and char.isalnum() else "-" for char in text)
    return "-".join(filter(None, kept.split("-")))[:most].strip("-") or "bulletin"


def tag(text: str, *, most: int = 64) -> str:
    """``text`` as one word of :func:`plain` for a log: case kept, blanks as ``_``, never empty."""
    return plain(text, most=most).replace(" ", "_") or "bulletin"
