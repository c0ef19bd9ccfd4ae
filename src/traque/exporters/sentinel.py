"""Microsoft Sentinel and Defender XDR: watchlists, analytics queries, and queries of advanced hunting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from traque.exporters import _kql
from traque.exporters._job import File, Item, Job
from traque.exporters._lookups import kinds_of, listed, names_below, registry_forms, table
from traque.exporters._target import Limit, Target

_LISTS: Final = tuple(dict.fromkeys(query.list for query in (*_kql.SENTINEL, *_kql.DEFENDER)))


def write(job: Job) -> Iterator[File]:
    """A watchlist for each list, and the queries that look values up in it."""
    lists = listed(job.items, _LISTS)
    head = "".join(f"// {line}\n" for line in job.header())
    for name, items in lists.items():
        yield File(f"watchlists/traque_{name}.csv", table(job, items, _SPELLINGS.get(name, _folded)))
    for folder, queries, text in (
        ("sentinel", _kql.SENTINEL, _kql.sentinel),
        ("defender", _kql.DEFENDER, _kql.defender),
    ):
        for query in queries:
            columns = _kql.columns_of(query, job.direction)
            if query.list in lists and columns:
                yield File(f"{folder}/{query.name}.kql", [head, text(query, columns)])


def _folded(item: Item) -> Iterable[str]:
    return (item.value.lower(),)


def _names(item: Item) -> Iterable[str]:
    return (item.value, f".{item.value}") if names_below(item) else (item.value,)


def _keys(item: Item) -> Iterable[str]:
    return (key.lower() for key in registry_forms(item.value))


_SPELLINGS: Final = {"domain": _names, "registry": _keys}

SPEC = Target(
    name="sentinel",
    title="Microsoft Sentinel watchlists and KQL, Defender advanced hunting",
    family="siem",
    kinds=kinds_of(_LISTS),
    actions=("alert",),
    outside=True,
    limits=(
        Limit(
            "a watchlist from a local file, 3.8 MB", "load larger ones from a storage account, up to 500 MB"
        ),
        Limit("externaldata reads files of up to 100 MB", "one file a list"),
    ),
    expiry="the queries leave out what has expired (the column `expires`)",
    escaping="values stand only in CSV (RFC 4180 quotes), never in a query; the KQL is the same for every export",
    load=(
        "Sentinel, Watchlists, New: each watchlists/traque_X.csv with the alias traque_X and the search key value\n"
        "Sentinel, Analytics, Scheduled query rule: each sentinel/*.kql, every hour over the last 65 minutes\n"
        "Defender: serve the CSV files and put their address in the place of storage.example in defender/*.kql"
    ),
    verify="_GetWatchlist('traque_ip') | summarize count() by kind",
    remove="delete the analytics rules and the watchlists whose alias begins with traque_",
    sources=(
        "https://learn.microsoft.com/azure/sentinel/watchlists-create",
        "https://learn.microsoft.com/kusto/query/externaldata-operator",
        "https://learn.microsoft.com/kusto/query/ipv4-lookup-plugin",
    ),
    write=write,
)
