"""The same content twice (a rotation and its compressed copy, two exports) is reported, not counted twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from traque.diagnostics import Diagnostics
from traque.hunt.findings import NOTHING
from traque.hunt.search import SourceSearch
from traque.sources.duplicates import same_content


def drop_repeats(searches: Sequence[SourceSearch], diagnostics: Diagnostics) -> None:
    """Mark each source whose text is another's, or the beginning of another's, and drop its tallies.

    Only sources that begin alike are compared, to their last byte. The longest complete one is kept;
    of equals, the first.
    """
    alike: dict[bytes, list[SourceSearch]] = defaultdict(list)
    for search in searches:
        if search.fingerprint is not None:
            alike[search.fingerprint].append(search)
    for group in alike.values():
        if len(group) > 1:
            _drop_in(group, diagnostics)


def _drop_in(group: list[SourceSearch], diagnostics: Diagnostics) -> None:
    originals: list[SourceSearch] = []
    for search in sorted(group, key=lambda s: -s.records):
        original = next((o for o in originals if _repeats(search, o)), None)
        if original is None:
            originals.append(search)
            continue
        search.duplicate_of = original.path
        search.tallies = search.outside = NOTHING
        diagnostics.note("source-duplicate", f"{search.path} = {original.path}")


def _repeats(search: SourceSearch, original: SourceSearch) -> bool:
    return same_content(search.source, original.source) in ("equal", "prefix")
