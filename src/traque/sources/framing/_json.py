"""Array documents and JSON objects over several lines, as one element a line."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from functools import cache
from typing import Final

PATIENCE: Final = 4 << 20
"""A text in which nothing ends for so long is no JSON any more."""
OPENING: Final = 4096
"""A document's members before its list are looked for in so many bytes."""
KEPT: Final = 1 << 20
"""Line ends that were put in between, whose places are remembered; older ones are only counted."""

_BLANKED: Final = bytes.maketrans(b"\n\r", b"  ")
_BLANK, _END = 0x20, 0x0A
_BEFORE, _BETWEEN, _INSIDE, _AFTER, _CLOSING = range(5)

_LISTS: Final = (
    b"Records|records|value|values|events|Events|items|Items|entries|logs|Logs|data|results|Results|alerts|"
    b"findings|Findings|logEvents|resources|hits|rows|logEntries|activities|audit_logs|auditLogs"
)
"""The members that hold a document's records: CloudTrail, Azure, Microsoft Graph, Google, CloudWatch..."""


def is_document(head: bytes) -> bool:
    """Whether the text is a list of objects, an object around one, or objects not one a line."""
    opened = _patterns().opening.match(head[:OPENING])
    if opened is None:
        return False
    rest = head[opened.end() : opened.end() + 64].lstrip()
    if opened["list"] or opened["wrapped"]:
        if not rest.startswith((b"{", b"]")):
            return False
    elif not _patterns().broken.match(head, opened.end(), opened.end() + 4096):
        if _patterns().touching.search(head) is None:
            return False
        trial = JsonFramer()
        trial.feed(head)
        lost = trial.lost
        trial.finish()  # of the last document the head may hold a part
        return trial.touched > 0 and not lost
    trial = JsonFramer()
    trial.feed(head)
    return not trial.lost


class JsonFramer:
    """Follows strings and brackets only; see :mod:`traque.sources.framing` for what it promises."""

    def __init__(self) -> None:
        self.lost = False
        self.touched = 0
        """Documents that begin on the line on which another ended."""
        self._inserts: list[int] = []  # in the bytes at hand
        self._inserted = array("Q")  # in the text that was given
        self._forgotten = 0
        self._given = 0
        self._held = b""
        self._state = _BEFORE
        self._depth = 0
        self._base = 0  # the depth at which elements stand
        self._around = 0  # objects around the list
        self._first = True  # no document has begun

    def feed(self, data: bytes) -> bytes:
        """The next bytes."""
        return self._take(data, final=False)

    def finish(self) -> bytes:
        """The text has ended; what has no end is given as it is."""
        return self._take(b"", final=True)

    def inserted_before(self, offset: int) -> int:
        """How many line ends were put in before the byte at ``offset`` of what was given."""
        return self._forgotten + bisect_left(self._inserted, offset)

    def _take(self, more: bytes, *, final: bool) -> bytes:
        data = self._held + more
        self._held = b""
        if self.lost:
            self._given += len(data)
            return data
        out = bytearray(data.translate(_BLANKED))
        at, moved = 0, True
        while moved and at < len(data):
            at, moved = self._step(data, out, at, final)
        rest = data[at:]
        cut = final and (bool(rest.strip()) or self._state != _BEFORE)
        if self.lost or cut or len(rest) > PATIENCE:
            self.lost = True
            return self._give(bytes(out[:at]) + rest)
        if final:
            return self._give(bytes(out[:at]) + rest)
        self._held = rest
        return self._give(bytes(out[:at]))

    def _give(self, text: bytes) -> bytes:
        """``text`` with the line ends between documents that touch."""
        parts: list[bytes] = []
        begin = 0
        for place in self._inserts:
            parts += (text[begin:place], b"\n")
            self._inserted.append(self._given + place + len(parts) // 2 - 1)
            begin = place
        self._inserts.clear()
        if len(self._inserted) > 2 * KEPT:
            del self._inserted[:KEPT]
            self._forgotten += KEPT
        self._given += len(text) + len(parts) // 2
        return b"".join((*parts, text[begin:]))

    def _step(self, data: bytes, out: bytearray, at: int, final: bool) -> tuple[int, bool]:
        """One part of the grammar: where it ends, and whether there may be another."""
        if self._state == _INSIDE:
            return self._inside(data, at)
        if self._state == _BEFORE:
            return self._before(data, out, at, final)
        found = _patterns().next.match(data, at)
        if found is None:  # only blanks so far
            return at, False
        mark, place = found[1], found.end() - 1
        if self._state == _BETWEEN and mark == b"{":
            self._state, self._depth = _INSIDE, self._base
            return place, True
        if mark == b"{" or not self._between(mark, out, place):
            self.lost = True
            return at, False
        return place + 1, True

    def _between(self, mark: bytes, out: bytearray, place: int) -> bool:
        """A comma or a bracket outside elements; whether it may stand there."""
        if mark == b"]" and self._state in (_BETWEEN, _AFTER) and self._base:
            out[place] = _BLANK
            self._state = _CLOSING
            if not self._around:
                self._ended()
        elif mark == b"," and self._state == _AFTER:
            out[place] = _END
            self._state = _BETWEEN
        elif mark == b"}" and self._state == _CLOSING:
            out[place] = _BLANK
            self._around -= 1
            if not self._around:
                self._ended()
        elif mark == b"," and self._state == _CLOSING:
            # The object has members after its list: a record of their own.
            out[place] = _END
            self._state, self._depth, self._base = _INSIDE, self._around, 0
        else:
            return False
        return True

    def _before(self, data: bytes, out: bytearray, at: int, final: bool) -> tuple[int, bool]:
        """A document begins: blanks, then a list, an object around one, or an object."""
        if len(data) - at < OPENING and not final:
            return at, False
        opened = _patterns().opening.match(data, at)
        if opened is None:
            self.lost = bool(data[at:].strip())
            return (at if self.lost else len(data)), False
        begin = at
        if not self._first:  # the line end between two documents
            gap = data[at : opened.end()].partition(b"{")[0].partition(b"[")[0]
            self.touched += b"\n" not in gap
            if gap:
                out[at] = _END
                begin += 1
            else:
                self._inserts.append(at)
        self._first = False
        self._around = (1 + bool(opened["outer"])) if opened["wrapped"] else 0
        if not (opened["list"] or opened["wrapped"]):
            self._base = self._depth = 0
            self._state = _INSIDE
            return opened.end() - 1, True
        if opened["members"] or opened["outer"]:
            out[opened.end() - 1] = _END
        else:
            out[begin : opened.end()] = b" " * (opened.end() - begin)
        self._base = self._depth = 1
        self._state = _BETWEEN
        return opened.end(), True

    def _inside(self, data: bytes, at: int) -> tuple[int, bool]:
        bracket = _patterns().bracket.match
        depth, base = self._depth, self._base
        while (found := bracket(data, at)) is not None:
            at = found.end()
            if data[at - 1] in b"{[":
                depth += 1
            else:
                depth -= 1
                if depth <= base:
                    self._depth = depth
                    if base:
                        self._state = _AFTER
                    else:
                        self._ended()
                    return at, True
        self._depth = depth
        return at, False

    def _ended(self) -> None:
        self._state, self._base, self._depth = _BEFORE, 0, 0


class _Patterns:
    def __init__(self) -> None:
        string = rb'"(?:[^"\\]++|\\.)*+"'
        scalar = rb"(?:" + string + rb"|[\w.+\-]++|\[(?:\s*+" + string + rb"\s*+,?)*+\s*+\]"
        flat = rb"|\{(?:\s*+" + string + rb"\s*+:\s*+(?:" + string + rb"|[\w.+\-]++)\s*+,?)*+\s*+\})"
        member = rb"\s*+" + string + rb"\s*+:\s*+" + scalar + flat + rb"\s*+,"
        members = rb"(?:" + member + rb"){0,12}?"
        self.opening = re.compile(
            rb"(?:\xef\xbb\xbf)?\s*+(?:(?P<list>\[)|(?P<wrapped>\{"
            rb"(?P<outer>" + members + rb'\s*+"(?:hits|data|response|result)"\s*+:\s*+\{)?'
            rb"(?P<members>" + members + rb')\s*+"(?:' + _LISTS + rb')"\s*+:\s*+\[)|\{)',
            re.DOTALL,
        )
        self.broken = re.compile(rb'[ \t]*\r?\n\s*"')
        self.bracket = re.compile(rb"(?:[\s,:\w.+\-]*+" + string + rb")*+[\s,:\w.+\-]*+[{}\[\]]", re.DOTALL)
        self.next = re.compile(rb"\s*+(\S)")
        self.touching = re.compile(rb"\}[ \t]*+\{")


@cache
def _patterns() -> _Patterns:
    return _Patterns()
