r"""Domain names as they stand in text; shared by names, URLs, mail addresses and reverse names.

**Label characters** are ASCII letters, digits, ``-`` and ``_``, and the non-ASCII letters, marks and digits
of :mod:`traque.observables._label_chars`; characters are as :func:`traque.observables._text.decode` reads
them.

**A name** is read in a maximal run of label characters and dots, from its beginning and from each place
inside it where an escape ends (:mod:`traque.observables._escapes`). An empty label bounds a name (``..``),
and so does the run's end. Hyphens that begin its first label or end its last one are not part of it; nor
are dots. Then it has at least two labels, each of at most 63 characters, and at most 253 characters; longer
is not read at all. The value is the name in lower case, each code point by itself.

**A name right before** ``@`` or ``%40`` (``%2540``, ``%252540``, ``%25252540``) is a local part, not a
name; dots and hyphens between make no difference. A name after ``@`` is one.

**Windows DNS form.** ``(4)evil(7)example(0)``: one to 127 times a length in parentheses (1 to 63, no
leading zero) and as many *bytes* of label characters, then ``(0)``. It must not come right after a label
byte (ASCII letter, digit, ``-``, ``_``, or 0x80 and above), lengths must agree all along, and the rules on
size are those above. Hyphens are kept. The span reaches from the first ``(`` to the last ``)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from traque.expressions import expression
from traque.observables._escapes import escape_ends
from traque.observables._text import decode, label_class, lower

NAME_MOST = 253
LABEL_MOST = 63
_LABELS_MOST = 127

Name = tuple[int, int, str]
"""First byte, byte after the last, value."""

_BEFORE_AT = expression(r"[-.]*(?:@|%(?:25){0,3}40)")
_LENGTH = expression(rb"\(([1-9][0-9]?)\)")
_END = b"(0)"
_LABEL_BYTE = expression(rb"[A-Za-z0-9_\x80-\xff-]")


def names(record: bytes, ends: AbstractSet[int] | None = None) -> Iterator[Name]:
    """Every reading of a name in ``record``; ``ends`` are its escape ends when known."""
    text, offsets = decode(record)
    for run in _run_pattern().finditer(text):
        if "." not in run[0]:
            continue
        ends = escape_ends(record) if ends is None else ends
        starts = [run.start()]
        if ends:
            starts += [at for at in range(run.start() + 1, run.end()) if offsets[at] in ends]
        found = {name for start in starts for name in _in_run(text, start, run.end())}
        for start, end in found:
            yield offsets[start], offsets[end], lower(text[start:end])
    yield from windows_names(record)


def name_at(text: str, start: int) -> int | None:
    """Where the name ends in ``text`` that begins exactly at ``start``, if one does."""
    run = _run_pattern().match(text, start)
    name = run[0].partition("..")[0].rstrip("-.") if run else ""
    if name[:1] in ("", ".", "-") or not is_name(name) or _BEFORE_AT.match(text, start + len(name)):
        return None
    return start + len(name)


def windows_names(record: bytes) -> Iterator[Name]:
    """Every name in Windows DNS form in ``record``."""
    at = record.find(b"(")
    while at >= 0:
        name, end = _windows_name(record, at)
        if name is not None:
            yield at, end, name
        at = record.find(b"(", end)


def is_name(value: str) -> bool:
    """Whether ``value`` has the size of a name: two labels at least, and none too long."""
    labels = value.split(".")
    return (
        len(labels) > 1 and len(value) <= NAME_MOST and all(0 < len(label) <= LABEL_MOST for label in labels)
    )


@cache
def _run_pattern() -> re.Pattern[str]:
    return re.compile(f"[{label_class()}.]+")


def _in_run(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The names in a run: where they begin and end in ``text``."""
    at = start
    for piece in text[start:end].split(".."):
        name = piece.lstrip("-.")
        first = at + len(piece) - len(name)
        name = name.rstrip("-.")
        last = first + len(name)
        if is_name(name) and not _BEFORE_AT.match(text, last):
            yield first, last
        at += len(piece) + 2


def _windows_name(record: bytes, at: int) -> tuple[str | None, int]:
    """The name that begins at ``at``, and where to look for the next."""
    labels: list[bytes] = []
    after = at + 1
    if _LABEL_BYTE.fullmatch(record[at - 1 : at]):
        return None, after
    while len(labels) < _LABELS_MOST and (length := _LENGTH.match(record, at)):
        at = length.end() + int(length[1])
        labels.append(record[length.end() : at])
    if not labels or not record.startswith(_END, at):
        return None, after
    name = _labels_text(labels)
    return (name, at + len(_END)) if name is not None else (None, after)


def _labels_text(labels: Sequence[bytes]) -> str | None:
    decoded = [decode(label)[0] for label in labels]
    if not all(_label_pattern().fullmatch(label) for label in decoded):
        return None
    name = lower(".".join(decoded))
    return name if is_name(name) else None


@cache
def _label_pattern() -> re.Pattern[str]:
    return re.compile(f"[{label_class()}]+")
