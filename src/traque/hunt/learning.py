"""What long logs that look alike are: learnt from the first few of a folder and name, before the search.

So it never depends on which thread was first, and each of the others costs a glance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from typing import Final

from traque.diagnostics import Diagnostics
from traque.hunt.formats import FEW, Formats, pattern
from traque.sources import Entry, open_entry
from traque.sources.decoders import decoder_for
from traque.sources.encoding import detect
from traque.sources.framing import framing_of
from traque.sources.recognise import encoded_container

MANY: Final = 8
"""Entries of one folder and name, digits apart, from which on learning costs less than it saves."""


def learn(entries: Iterable[Entry]) -> Formats:
    """What is known of those of ``entries`` that have many like them."""
    rows: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if not entry.stream:  # it can be read only once
            rows[pattern(entry.display)].append(entry)
    formats = Formats()
    for row in rows.values():
        if len(row) >= MANY:
            for entry in row[: FEW + 1]:
                formats.recognise(_beginning(entry), entry.display)
    return formats


def _beginning(entry: Entry) -> bytes:
    """The first bytes of the one text in an entry; none of what is binary, a document, or an archive."""
    with closing(open_entry(entry, diagnostics=Diagnostics())) as sources:
        source = next(sources, None)
        if source is None or source.path != entry.display:
            return b""
        head = source.head()
        binary = decoder_for(head, source.name) or encoded_container(head, source.name)
        return b"" if binary or detect(head) != "utf-8" or framing_of(head) else head
