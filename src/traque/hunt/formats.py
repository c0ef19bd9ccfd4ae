"""The log format of each source; of many that look alike, only the first ones are judged at length."""

from __future__ import annotations

import re
from collections.abc import Hashable
from functools import cache
from typing import Final, Protocol

import msgspec

from traque.logs import Recognition, recognise, registry

_DIGITS: Final = b"0123456789"
_SHAPE: Final = 40
"""Bytes of a line, names and numbers left out, that tell its shape: of syslog, to the program and its first
words."""
_LOOKS: Final = 4096
"""Beginnings of lines whose shapes are remembered."""
_LONG_SHAPE: Final = 120
"""The same where the format is vague (syslog): another may know the rest of the line."""
_SPECIFIC: Final = 0.9
"""How sure a format with a grammar of its own is when every line is in it."""
_PROBED: Final = 5
"""Lines of a source whose shapes must be known."""
_LINES: Final = 64
"""Lines from whose first ones these are taken."""
_MOST: Final = 0.75
"""A specific format of which so many lines are beats whatever the others are."""
_JUDGED: Final = 64
"""Shapes of one folder and name that are judged one by one."""
_DEPTH: Final = 3
"""Documents inside one another whose keys tell a shape."""
FEW: Final = 2
"""Sources of one folder and name up to which judging each at length costs less than learning shapes."""


class Known(Protocol):
    """What is known of sources by others that are alike."""

    def known(self, like: str, lines: list[bytes]) -> Recognition | None:
        """What a source of that folder and name with these lines is, if they leave no doubt."""


class Formats:
    """Recognises sources as :func:`traque.logs.recognise` does, and remembers.

    A source is taken for what the others of its folder and name are (digits apart) when lines from all over
    its beginning are shaped like lines that *alone* are of that format, and when it has the same header,
    where the format is not read line by line. A few lines of a log whose format has an unmistakable grammar
    may be anything. As soon as two of the sources differ, or one is in no format, all are judged at length.
    """

    def __init__(self, learnt: Known | None = None) -> None:
        """What is ``learnt`` goes before what is met here."""
        self._learnt = learnt
        self._groups: dict[str, _Group] = {}

    def known(self, like: str, lines: list[bytes]) -> Recognition | None:
        """What a source of that folder and name with these lines is, if those before it leave no doubt."""
        group = self._groups.get(like)
        return None if group is None else group.known(lines)

    def recognise(self, head: bytes, path: str) -> Recognition:
        """The format of a source from its first bytes and its path."""
        lines = [line for line in head.split(b"\n", _LINES)[:_LINES] if line]
        if not lines:
            return recognise(head, path)
        like = pattern(path)
        found = self._learnt.known(like, lines) if self._learnt is not None else None
        if found is not None:
            return found
        group = self._groups.setdefault(like, _Group())
        return group.known(lines) or group.judge(lines, head, path)


class _Group:
    """Sources of one folder and name."""

    def __init__(self) -> None:
        self._recognition: Recognition | None = None
        self._linewise = False
        self._header = b""
        self._mixed = False
        self._vague = True
        self._looks: dict[bytes, Hashable] = {}
        """Shapes by what is quicker to make, and often enough the same."""
        self._shapes: dict[Hashable, float] = {}
        """How sure the common format is of a line of this shape alone; 0 where it is of another."""
        self._sources = 0

    def known(self, lines: list[bytes]) -> Recognition | None:
        """What a source with these lines is, if they leave no doubt."""
        if self._recognition is None or self._mixed:
            return None
        if not (self._linewise or _plain(_header(lines)) == self._header):
            return None
        last = len(lines) - 1
        probes = {lines[last * part // (_PROBED - 1)] for part in range(_PROBED)}
        if all(self._sure(line) for line in probes):
            return self._recognition
        if self._vague or not self._linewise:
            return None
        own = sum(1 for line in lines if self._sure(line) >= _SPECIFIC)
        return self._recognition if own >= _MOST * len(lines) else None

    def _sure(self, line: bytes) -> float:
        return self._shapes.get(self._shape(line), 0.0)

    def judge(self, lines: list[bytes], head: bytes, path: str) -> Recognition:
        """What a source is, at length; remembered."""
        found = recognise(head, path)
        first = self._recognition
        if found.format == "unknown":  # not every line of a log needs to be in its format
            self._mixed = True
        elif first is None:
            spec = registry().get(found.format)
            self._linewise = spec is None or spec.linewise
            self._header = _plain(_header(lines))
            self._vague = spec is None or spec.ceiling < _SPECIFIC
            self._recognition = found
        elif not _same(first, found):
            self._mixed = True
        self._sources += 1
        if self._sources <= FEW:
            return found
        header = b"" if self._linewise else _header(lines)
        for line in lines:
            shape = self._shape(line)
            if self._mixed or len(self._shapes) == _JUDGED:
                break
            if shape not in self._shapes:
                alone = recognise(b"%b%b\n" % (header, line), path)
                self._shapes[shape] = alone.confidence if _same(found, alone) else 0.0
        return found

    def _shape(self, line: bytes) -> Hashable:
        if line.startswith(b"{"):
            try:
                return _keys(msgspec.json.decode(line), _DEPTH)
            except (msgspec.DecodeError, RecursionError, UnicodeError):
                return _plain(line[: 3 * _LONG_SHAPE])[:_LONG_SHAPE]
        if self._vague:
            return _plain(line[: 3 * _LONG_SHAPE])[:_LONG_SHAPE]
        text = line[: 3 * _SHAPE].partition(b'"')[0]  # what is quoted is anything
        look = _plain(text)
        shape = self._looks.get(look)
        if shape is None:
            shape = _plain(_names().sub(b"", text))[:_SHAPE]
            if len(self._looks) < _LOOKS:
                self._looks[look] = shape
        return shape


def _keys(value: object, depth: int) -> Hashable:
    """The keys of a document, and those of the documents in it."""
    if not isinstance(value, dict):
        return None
    if not depth:
        return ()
    if dict not in map(type, value.values()):
        return tuple(value)
    return (*value, *((key, _keys(inner, depth - 1)) for key, inner in value.items() if type(inner) is dict))


@cache
def _names() -> re.Pattern[bytes]:
    """Names with dots, addresses, times, and hexadecimal numbers."""
    return re.compile(rb"[\w-]+(?:[.:]+[\w-]+)+|\b[0-9A-Fa-f]*[0-9][0-9A-Fa-f]*\b")


def _same(one: Recognition, other: Recognition) -> bool:
    return (one.format, one.reader.times) == (other.format, other.reader.times)


def pattern(path: str) -> str:
    """``path`` without its digits: the same for the rotations of a log and the hosts of a row."""
    return path.encode("utf-8", "surrogatepass").translate(None, _DIGITS).decode("utf-8", "surrogatepass")


def _plain(text: bytes) -> bytes:
    return text.translate(None, _DIGITS)


def _header(lines: list[bytes]) -> bytes:
    """What stands above the records and may say how to read them; nothing above JSON."""
    header = [line for line in lines[:32] if line.startswith(b"#")] or lines[:1]
    return b"" if header[0].startswith(b"{") else b"\n".join((*header, b""))
