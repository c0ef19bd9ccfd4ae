"""What long logs that look alike are: learnt from the first few of a folder and name.

So it never depends on which thread was first, and each of the others costs a glance.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Final

from traque.diagnostics import Diagnostics
from traque.hunt.formats import FEW, Formats, pattern
from traque.logs import Recognition
from traque.sources import Entry, open_entry
from traque.sources.decoders import decoder_for
from traque.sources.encoding import detect
from traque.sources.framing import framing_of
from traque.sources.recognise import encoded_container

MANY: Final = 8
"""Entries of one folder and name, digits apart, from which on learning costs less than it saves."""


class Learnt:
    """What is known of those of ``entries`` that have many like them; for several threads at once.

    A folder and name is learnt when it is first asked about: by then other threads scan.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        rows: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            if not entry.stream:  # it can be read only once
                rows[pattern(entry.display)].append(entry)
        self._rows = {like: _Row(row[: FEW + 1]) for like, row in rows.items() if len(row) >= MANY}

    def known(self, like: str, lines: list[bytes]) -> Recognition | None:
        """What a source of that folder and name with these lines is, if they leave no doubt."""
        row = self._rows.get(like)
        return None if row is None else row.formats().known(like, lines)


class _Row:
    """The first entries of one folder and name."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._formats: Formats | None = None
        self._learning = threading.Lock()

    def formats(self) -> Formats:
        """What they tell."""
        with self._learning:
            if self._formats is None:
                formats = Formats()
                for entry in self._entries:
                    formats.recognise(_beginning(entry), entry.display)
                self._formats = formats
            return self._formats


def _beginning(entry: Entry) -> bytes:
    """The first bytes of the one text in an entry; none of what is binary, a document, or an archive."""
    with closing(open_entry(entry, diagnostics=Diagnostics())) as sources:
        source = next(sources, None)
        if source is None or source.path != entry.display:
            return b""
        head = source.head()
        binary = decoder_for(head, source.name) or encoded_container(head, source.name)
        return b"" if binary or detect(head) != "utf-8" or framing_of(head) else head
