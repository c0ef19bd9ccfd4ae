"""Definitions that stand in another source of a stream than the records that need them.

A flow exporter sends its templates now and then; of captures that are rotated, many hold records without
them. Once every source was searched, those that lack a definition are searched anew with what the other
sources of their stream say: where all of these agree. Else they stay incomplete.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from traque.hunt.search import SourceSearch
from traque.sources.decoders import NONE, Definitions
from traque.triage.streams import stream_path

__all__ = ["NONE", "definitions_for"]


def definitions_for(searches: Sequence[SourceSearch]) -> list[Definitions]:
    """For each source, the definitions that it lacks and that the others of its stream state in one way."""
    wanted = {(_stream(search), name) for search in searches for name in search.carried.lacking}
    known: dict[tuple[str, Hashable], object] = {}
    for search in searches if wanted else ():
        for name, definition in search.carried.stated.items():
            key = _stream(search), name
            if key in wanted:
                known[key] = definition if known.get(key, definition) == definition else None
    return [
        {
            name: definition
            for name in search.carried.lacking
            if (definition := known.get((_stream(search), name))) is not None
        }
        for search in searches
    ]


def _stream(search: SourceSearch) -> str:
    name = search.mapped.name if search.mapped is not None else ""
    return name or stream_path(search.path)
