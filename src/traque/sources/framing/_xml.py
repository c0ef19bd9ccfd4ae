"""XML events (Windows), as one ``<Event>`` a line."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_BLANKED: Final = bytes.maketrans(b"\n\r", b"  ")
_TAIL: Final = 32
_BETWEEN: Final = 1024
"""No more bytes than this lie between two events."""

_LEAD: Final = rb"(?:Record \d{1,12}\s{0,9})?(?:<\?xml[^>]{0,200}\?>\s{0,9})?"
"""What evtx_dump writes before an event."""
_END: Final = 0x0A


def is_xml(head: bytes) -> bool:
    """Whether the text is made of Windows' ``<Event>`` elements."""
    return _start().match(head[:4096]) is not None


class XmlFramer:
    """The blank after ``</Event>`` becomes the line end; where there is none, the tag's own ``>`` does."""

    lost = False

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """The next bytes."""
        return self._take(data, final=False)

    def finish(self) -> bytes:
        """The text has ended."""
        return self._take(b"", final=True)

    def _take(self, more: bytes, *, final: bool) -> bytes:
        data = self._held + more
        ready = len(data) if final else max(0, len(data) - _TAIL)
        last = data.rfind(b"</Event>")
        if not final and last >= max(0, len(data) - _BETWEEN):
            ready = min(ready, last)  # what follows it is not known yet
        out = bytearray(data.translate(_BLANKED))
        for found in _boundary().finditer(data):
            if found.start() >= ready:
                break
            place = found.start(1) if found[1] else found.start(1) - 1
            ready = max(ready, place + 1)
            out[place] = _END
        self._held = data[ready:]
        return bytes(out[:ready])


@cache
def _start() -> re.Pattern[bytes]:
    return re.compile(
        rb"(?:\xef\xbb\xbf)?\s*" + _LEAD + rb"(?:<Events?(?:\s[^>]{0,500})?>\s*)?<Event(?:\s[^>]{0,500})?>"
    )


@cache
def _boundary() -> re.Pattern[bytes]:
    return re.compile(rb"</Event>(\s{0,200})" + _LEAD + rb"<Event[\s>]")
