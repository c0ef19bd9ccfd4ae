"""Parquet files, through ``pyarrow`` (the extra ``traque[parquet]``).

Each row is a JSON object with the columns' own names, nested columns as they are, so that the log format
of the rows (Zeek, OCSF, a vendor's JSON) is recognised as in a JSON log. Addresses stored as integers or
bytes are written as addresses where the column's name says that it holds them. Rows are numbered by the
line of the decoded text; offsets are of that text, since columns are compressed apart from one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.sources.decoders._arrow import rows
from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading, refused

ROWS: Final = 2048
"""Rows that are in memory at once."""


def decode(reading: Reading) -> Iterator[Decoded]:
    """The rows, row group by row group: a damaged one costs only itself."""
    import pyarrow.parquet as pq

    faults = Faults()
    with reading.file(suffix=".parquet") as path:
        try:
            file = pq.ParquetFile(path, memory_map=False)
        except Exception as error:  # noqa: BLE001 -- pyarrow raises many kinds on damaged data
            faults.note(refused(error))
            faults.check()
            return
        with file:
            for group in range(file.num_row_groups):
                try:
                    for batch in file.iter_batches(batch_size=ROWS, row_groups=[group], use_threads=False):
                        yield from rows(batch, faults)
                except Exception as error:  # noqa: BLE001 -- as above
                    faults.note(f"row group {group}: {refused(error)}")
    faults.check()


SPEC = Decoder(
    name="parquet",
    title="Parquet",
    recognise=lambda head, _name: head.startswith(b"PAR1"),
    decode=decode,
    package="pyarrow",
    remedy="pip install 'traque[parquet]'",
)
