"""SQLite databases: every row of every table, read from a copy that nothing can write to.

Each row is a JSON object with the columns' own names and ``@table``. Addresses stored as integers or
bytes are written as addresses where the column's name says so. What is not in a row any more (deleted,
in a free page) may still stand in the raw bytes, which are searched too. Offsets are of the decoded
text. A write-ahead log (``-wal``) beside the database is a source of its own, and not part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading, encode, refused
from traque.sources.values import plain

if TYPE_CHECKING:
    import sqlite3

LARGEST: Final = 64 << 20
"""Bytes of a value or a row that SQLite may make."""


def decode(reading: Reading) -> Iterator[Decoded]:
    """The rows, table by table."""
    import sqlite3

    faults = Faults()
    with reading.file(suffix=".sqlite") as path:
        try:
            yield from _database(path, faults)
        except sqlite3.Error as error:
            faults.note(refused(error))
    faults.check()


def _database(path: Path, faults: Faults) -> Iterator[Decoded]:
    import sqlite3

    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        database.text_factory = bytes
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
        for rule in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
            database.execute(f"PRAGMA {rule}")
        tables = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'create virtual%'"
        ).fetchall()
        budget = path.stat().st_size  # a row takes two bytes at least: more of them is a loop
        for (name,) in tables:
            try:
                for record in _table(database, name.decode("utf-8", "replace")):
                    budget -= 1
                    if budget < 0:
                        faults.note("more rows than its bytes can hold: the rest is not read")
                        return
                    yield record
            except (sqlite3.Error, ValueError, OverflowError) as error:
                faults.note(f"table {name.decode('utf-8', 'replace')!r}: {refused(error)}")


def _table(database: sqlite3.Connection, table: str) -> Iterator[Decoded]:
    columns = [
        str(name, "utf-8", "replace")
        for _, name, _, _, _, _, hidden in database.execute(f"PRAGMA table_xinfo({_quoted(table)})")
        if not hidden
    ]
    wanted = ", ".join(map(_quoted, columns))
    for row in database.execute(f"SELECT {wanted} FROM {_quoted(table)}"):  # noqa: S608 -- quoted
        values = {name: plain(value, name) for name, value in zip(columns, row, strict=True)}
        yield Decoded(encode({**values, "@table": table}))


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


SPEC = Decoder(
    name="sqlite",
    title="SQLite database",
    recognise=lambda head, _name: head.startswith(b"SQLite format 3\0"),
    decode=decode,
    whole=False,
)
