"""ClickHouse: a table of indicators, dictionaries over it, and a function that searches a cell for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from traque.exporters._check import run
from traque.exporters._clickhouse_sql import HUNT, LOAD, SCHEMA
from traque.exporters._job import File, Item, Job
from traque.exporters._lookups import (
    COLUMNS,
    LISTS,
    csv_lines,
    kinds_of,
    listed,
    names_below,
    registry_forms,
    row,
)
from traque.exporters._target import Limit, Target
from traque.model.detection import Check

_BATCH: Final = 10_000


def write(job: Job) -> Iterator[File]:
    """``indicators.csv`` and the SQL."""
    yield File("indicators.csv", _table(job))
    head = "".join(f"-- {line}\n" for line in job.header())
    yield File("schema.sql", [head, SCHEMA])
    yield File("load.sql", [head, LOAD])
    yield File("hunt.sql", [head, HUNT])


def _table(job: Job) -> Iterator[str]:
    yield csv_lines([("list", "value", "below", *COLUMNS[1:])])
    for name, items in listed(job.items, LISTS).items():
        for start in range(0, len(items), _BATCH):
            yield csv_lines(
                cells for item in items[start : start + _BATCH] for cells in _rows(job, name, item)
            )


def _rows(job: Job, name: str, item: Item) -> Iterable[tuple[str, ...]]:
    below = name == "registry" or (name == "domain" and names_below(item))
    for value in registry_forms(item.value) if name == "registry" else (item.value,):
        yield (name, value, "true" if below else "false", *row(job, item, value)[1:])


def check(folder: Path) -> Iterator[Check]:
    """``clickhouse-local`` makes the table, the dictionaries and the functions, and loads them."""
    yield run(
        "clickhouse-local",
        "--queries-file",
        "schema.sql",
        "load.sql",
        folder=folder,
        install="ClickHouse, from clickhouse.com",
    )


SPEC = Target(
    name="clickhouse",
    title="ClickHouse table, dictionaries and search",
    family="siem",
    kinds=kinds_of(LISTS),
    actions=("alert",),
    limits=(Limit("the dictionaries are held in memory", "some 200 bytes an indicator"),),
    expiry="`traqueHits` leaves out what has expired (the column `expires`)",
    escaping="values stand only in the CSV (RFC 4180 quotes); the SQL is the same for every export",
    load="clickhouse-client --queries-file schema.sql load.sql   (23.8 or later, in the folder of the files)",
    verify="clickhouse-client --query 'SELECT kind, count() FROM traque.indicators GROUP BY kind'",
    remove=(
        "clickhouse-client --multiquery --query 'DROP FUNCTION traqueHits; DROP FUNCTION traqueAddress; "
        "DROP FUNCTION traqueTexts; DROP FUNCTION traqueCandidates; DROP FUNCTION traqueKeys; "
        "DROP FUNCTION traqueAbove; DROP FUNCTION traqueHost; DROP DATABASE traque'"
    ),
    sources=(
        "https://clickhouse.com/docs/sql-reference/dictionaries",
        "https://clickhouse.com/docs/interfaces/formats/CSV",
    ),
    write=write,
    check=check,
)
