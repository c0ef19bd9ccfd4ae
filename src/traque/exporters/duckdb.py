"""DuckDB: a table of indicators, and a macro that searches every column of any table for them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from traque.exporters._check import absent
from traque.exporters._duckdb_sql import HUNT, LOAD, MACROS
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
from traque.exporters._text import plain
from traque.model.detection import Check

_BATCH: Final = 10_000


def write(job: Job) -> Iterator[File]:
    """``indicators.csv`` and the SQL."""
    yield File("indicators.csv", _table(job))
    head = "".join(f"-- {line}\n" for line in job.header())
    yield File("load.sql", [head, "BEGIN;\n", LOAD, "\n", MACROS, "COMMIT;\n"])
    yield File("hunt.sql", [head, HUNT])


def _table(job: Job) -> Iterator[str]:
    yield csv_lines([("list", "value", "first", "last", "below", *COLUMNS[1:])])
    for name, items in listed(job.items, LISTS).items():
        for start in range(0, len(items), _BATCH):
            yield csv_lines(
                cells for item in items[start : start + _BATCH] for cells in _rows(job, name, item)
            )


def _rows(job: Job, name: str, item: Item) -> Iterable[tuple[str, ...]]:
    first, last = ("", "") if name not in ("ip", "net") else _range(item.value)
    below = "true" if name == "domain" and names_below(item) else "false"
    for value in registry_forms(item.value) if name == "registry" else (item.value,):
        yield (name, value, first, last, below, *row(job, item, value)[1:])


def _range(value: str) -> tuple[str, str]:
    """The first and the last address, IPv4 in IPv6, as 32 hex digits."""
    network = ipaddress.ip_network(value, strict=False)
    mapped = 0xFFFF << 32 if network.version == 4 else 0
    first, last = int(network.network_address) + mapped, int(network.broadcast_address) + mapped
    return f"{first:032x}", f"{last:032x}"


def check(folder: Path) -> Iterator[Check]:
    """DuckDB loads the files and searches a table of its own with them."""
    try:
        import duckdb
    except ImportError:
        yield absent("duckdb")
        return
    by = f"duckdb {duckdb.__version__}"
    with duckdb.connect(config={"file_search_path": str(folder)}) as engine:
        try:
            engine.execute((folder / "load.sql").read_text("utf-8"))
            engine.execute("CREATE TABLE logs AS SELECT value AS cell FROM traque_indicators LIMIT 1000")
            engine.execute((folder / "hunt.sql").read_text("utf-8")).fetchall()
        except duckdb.Error as error:
            yield Check(status="failed", by=by, detail=plain(str(error), most=600))
        else:
            yield Check(status="passed", by=by)


SPEC = Target(
    name="duckdb",
    title="DuckDB table and search",
    family="siem",
    kinds=kinds_of(LISTS),
    actions=("alert",),
    limits=(Limit("memory", "the joins are by equality; networks are one range join"),),
    expiry="`traque_hits` leaves out what has expired (the column `expires`)",
    escaping="values stand only in the CSV (RFC 4180 quotes); the SQL is the same for every export",
    load="duckdb logs.db < load.sql   (1.3 or later, in the folder of the files)",
    verify="duckdb logs.db 'SELECT kind, count(*) FROM traque_indicators GROUP BY kind'",
    remove="DROP TABLE traque_indicators; DROP MACRO TABLE traque_hits",
    sources=(
        "https://duckdb.org/docs/stable/data/csv/overview",
        "https://duckdb.org/docs/stable/sql/statements/unpivot",
    ),
    write=write,
    check=check,
)
