"""Makes tables of the ledger's rows, and values to ask for. Kept, and made once.

    python -m benchmarks.ledger_rows FOLDER ROWS SEED      (the harness calls it in a process of its own)

The worst case: uniform random IPv4 addresses, each seen once, in logs that are precise to the second, of
256 sources of one day each, with eight facts. The same rows and seed give the same bytes. ``truth.json`` says
what DuckDB finds of the lists.
"""

from __future__ import annotations

import json
import random
import sys
from array import array
from pathlib import Path
from typing import Final

from traque import _kernel

VERSION: Final = 1
"""Part of the cache's key: raise it when the same seed gives other bytes."""
FILES: Final = 10
DAY: Final = 86_400_000_000
LISTS: Final = {"161": 161, "100k": 100_000}
_FIRST_DAY: Final = 18_262


def make(folder: Path, rows: int, seed: int) -> None:
    """Write the files, then the lists: ``held-N`` of values in them, ``any-N`` of random ones."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    held = []
    for number in range(FILES):
        keys = uniform(chance, rows // FILES)
        written(folder / f"{number}.parquet", keys, chance)
        held += chance.sample(keys, min(len(keys), max(LISTS.values()) // FILES))
    chance.shuffle(held)
    for name, count in LISTS.items():
        values = b"".join((key >> 8).to_bytes(4, "big") for key in held[:count])
        (folder / f"held-{name}").write_bytes(values)
        (folder / f"any-{name}").write_bytes(chance.randbytes(4 * count))
    truth = {f"{what}-{name}": found(folder, f"{what}-{name}") for what in ("any", "held") for name in LISTS}
    (folder / "truth.json").write_text(
        json.dumps({"rows": rows, "bytes": size(folder), "found": truth}), "utf-8"
    )


def found(folder: Path, listed: str) -> str:
    """Rows that hold one of the listed addresses, the sum of their sources, the addresses: by DuckDB."""
    import duckdb

    values = array("I", (folder / listed).read_bytes())
    values.byteswap()
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as base:
        base.execute(
            "CREATE TABLE listed AS SELECT DISTINCT unnest(?::UINTEGER[]) AS value", [values.tolist()]
        )
        count, sources, addresses = base.execute(
            "SELECT count(*), coalesce(sum(source), 0)::BIGINT, count(DISTINCT value) FROM ("
            "SELECT DISTINCT value, source, day, fact "
            f"FROM read_parquet('{folder}/*.parquet') SEMI JOIN listed USING (value))"
        ).fetchall()[0]
    return f"{count} {sources} {addresses}"


def size(folder: Path) -> int:
    """Bytes of its files of rows."""
    return sum(path.stat().st_size for path in folder.glob("*.parquet"))


def uniform(chance: random.Random, rows: int) -> list[int]:
    """Addresses with the number of their source in the last eight bits, in order."""
    return sorted({key >> 24 for key in array("Q", chance.randbytes(8 * rows))})


def written(path: Path, keys: list[int], chance: random.Random) -> tuple[int, int]:
    """A file of these; its rows and bytes."""
    values = array("I", [key >> 8 for key in keys])
    values.byteswap()
    source = array("I", [key & 255 for key in keys])
    seconds = array("I", chance.randbytes(4 * len(keys)))
    first = array(
        "q", [(_FIRST_DAY + n) * DAY + s % 86_400 * 1_000_000 for n, s in zip(source, seconds, strict=True)]
    )
    columns = (
        source.tobytes(),
        array("i", [_FIRST_DAY + n for n in source]).tobytes(),
        array("I", [key >> 8 & 7 for key in keys]).tobytes(),
        array("Q", [1]).tobytes() * len(keys),
        first.tobytes(),
        first.tobytes(),
        b"\xff" * (8 * len(keys)),
        b"\xff" * (8 * len(keys)),
        array("Q", range(4, 4 * len(keys) + 4, 4)).tobytes(),
        values.tobytes(),
    )
    rows, size, *_ = _kernel.write_rows("ipv4-addr", path, columns)
    return rows, size


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
