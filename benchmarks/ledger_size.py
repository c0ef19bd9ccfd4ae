"""The ledger-size case: bytes of a row of the ledger, by what the logs hold.

Each table is one file of simulated rows. The budget of uniform traffic, in which every record has an address
of its own, is 4 % of the logs without facts and 6 % with them, that of skewed traffic 2 %. A line has 250
bytes, as those of the corpora.
"""

from __future__ import annotations

import random
import tempfile
from array import array
from bisect import bisect
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Limits
from benchmarks.store import Store

_LINE: Final = 250
_RECORDS: Final = (1_000_000, 50_000)
_DAY, _SECOND, _FIRST = 86_400_000_000, 1_000_000, 18_262
_HEAD: Final = "table                        records      rows  bytes/row  % of logs   limit"

Record = tuple[bytes, int, int, int, int]
"""Value, source, day, fact, microsecond of the day."""


def run(store: Store, _limits: Limits, *, quick: bool) -> tuple[dict[str, Any], str, bool]:
    """The document, the table, and whether every budget was kept."""
    records = _RECORDS[quick]
    lines = [f"ledger-size: one file of rows a table; a log line has {_LINE} bytes", _HEAD]
    measured = []
    well = True
    for name, (kind, make, limit) in _TABLES.items():
        rows, size, columns = _written(kind, make(random.Random(f"{name}/{store.seed}"), records))
        percent = 100 * size / records / _LINE
        met = quick or percent <= limit
        well = well and met
        lines.append(
            f"{name:<26} {records:>9,} {rows:>9,}  {size / rows:>9.2f}  {percent:>9.2f}  {limit:>6}  "
            f"{'met' if met else 'MISSED'}"
        )
        measured.append({
            "table": name, "kind": kind, "records": records, "rows": rows, "bytes": size, "columns": columns,
        })  # fmt: skip
    document = {"case": "ledger-size", "line": _LINE, "measured": measured}
    return document, "\n".join(lines), well


def _written(kind: str, records: Iterator[Record]) -> tuple[int, int, dict[str, int]]:
    """Rows and bytes of a file of these records, and the bytes of its columns."""
    import pyarrow.parquet as pq

    from traque import _kernel

    held = sorted(records)
    times = array("q", [day * _DAY + moment for _, _, day, _, moment in held]).tobytes()
    columns = (
        array("I", [source for _, source, *_ in held]).tobytes(),
        array("i", [day for _, _, day, *_ in held]).tobytes(),
        array("I", [fact for *_, fact, _ in held]).tobytes(),
        array("Q", [1]).tobytes() * len(held),
        times,
        times,
        b"\xff" * (8 * len(held)),
        b"\xff" * (8 * len(held)),
        array("Q", accumulate(len(value) for value, *_ in held)).tobytes(),
        b"".join(value for value, *_ in held),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rows.parquet")
        rows, size, *_ = _kernel.write_rows(kind, path, columns)
        metadata = pq.read_metadata(path)
        chunks = [
            metadata.row_group(group).column(column)
            for group in range(metadata.num_row_groups)
            for column in range(metadata.num_columns)
        ]
    sizes: dict[str, int] = {}
    for chunk in chunks:
        sizes[chunk.path_in_schema] = sizes.get(chunk.path_in_schema, 0) + chunk.total_compressed_size
    return rows, size, sizes


def _uniform(chance: random.Random, records: int, *, facts: int = 1, micro: bool = False) -> Iterator[Record]:
    """A source of thirty days."""
    for _ in range(records):
        moment = chance.randrange(_DAY) if micro else chance.randrange(86_400) * _SECOND
        yield chance.randbytes(4), 1, _FIRST + chance.randrange(30), chance.randrange(facts), moment


def _rotated(chance: random.Random, records: int) -> Iterator[Record]:
    """A merged year: a source for each day."""
    for _ in range(records):
        number = chance.randrange(365)
        moment = chance.randrange(86_400) * _SECOND
        yield chance.randbytes(4), number, _FIRST + number, chance.choice((0, 0, 0, 1, 1, 2)), moment


def _skewed(chance: random.Random, records: int) -> Iterator[Record]:
    """Thirty days of 20,000 addresses, the second seen half as often as the first, and so on."""
    weights = list(accumulate(1 / rank for rank in range(1, 20_001)))
    values = [chance.randbytes(4) for _ in weights]
    for _ in range(records):
        value = values[bisect(weights, chance.random() * weights[-1], hi=len(weights) - 1)]
        moment = chance.randrange(86_400) * _SECOND
        yield value, 1, _FIRST + chance.randrange(30), chance.choice((0, 0, 0, 1)), moment


_TABLES: Final[dict[str, tuple[str, Callable[[random.Random, int], Iterator[Record]], int]]] = {
    "uniform": ("ipv4-addr", _uniform, 4),
    "uniform, eight facts": ("ipv4-addr", lambda chance, records: _uniform(chance, records, facts=8), 6),
    "uniform, microseconds": (
        "ipv4-addr",
        lambda chance, records: _uniform(chance, records, facts=8, micro=True),
        6,
    ),
    "uniform, a source a day": ("ipv4-addr", _rotated, 6),
    "skewed": ("ipv4-addr", _skewed, 2),
}
