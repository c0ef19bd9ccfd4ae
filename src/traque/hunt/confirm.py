"""Which hits of a record count: one of each indicator, and only what the record itself confirms."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from traque.model import Event, Observable
from traque.scan.matches import Hit, Relation
from traque.triage.properties import is_only_a_part


def one_each(hits: Iterable[Hit]) -> list[Hit]:
    """The first hit of each indicator: a record counts once. A full match goes before a mere host."""
    best: dict[int, Hit] = {}
    for hit in hits:
        known = best.get(hit.indicator)
        if known is None or (known.relation is Relation.HOST and hit.relation is not Relation.HOST):
            best[hit.indicator] = hit
    return list(best.values())


def confirm(relation: Relation, observable: Observable, event: Event | None) -> Relation | None:
    """How a hit relates to its indicator; None where the record shows that it is not meant.

    The host of a URL counts when the record states, in parts, the URL.
    """
    if event is not None and is_only_a_part(observable, event):
        return None
    if relation is not Relation.HOST:
        return relation
    if event is None:
        return None
    return Relation.EXACT if any(_is_url(observable, url) for url in _urls(event)) else None


def _urls(event: Event) -> list[str]:
    """The URLs that a record states in parts: host and path in different fields."""
    fields = event.fields
    host = fields.get("url.domain") or fields.get("destination.domain") or fields.get("server.domain")
    path = str(fields.get("url.path") or fields.get("url.original") or "")
    if not host or not path.startswith("/"):
        return []
    query = fields.get("url.query")
    if query and "?" not in path:
        path = f"{path}?{query}"
    port = fields.get("url.port") or fields.get("destination.port")
    scheme = fields.get("url.scheme")
    schemes = (scheme,) if scheme else ("http", "https")
    authorities = (f"{host}:{port}", host) if port and ":" not in str(host) else (host,)
    return [f"{s}://{authority}{path}" for s in schemes for authority in authorities]


@lru_cache(maxsize=4096)
def _is_url(observable: Observable, url: str) -> bool:
    """The specification itself judges the rebuilt URL."""
    from traque.scan import oracle

    return any(
        hit.relation is not Relation.HOST and hit.start == 0
        for hit in oracle.find(url.encode("utf-8", "replace"), [observable])
    )
