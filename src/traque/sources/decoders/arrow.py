"""Arrow files (Feather 2) and streams, through ``pyarrow`` (``traque[parquet]``): rows as in Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from traque.sources.decoders._arrow import rows
from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading, refused
from traque.sources.recognise import encoded_container

ROWS: Final = 2048
"""Rows that are in memory at once as Python's values."""


def decode(reading: Reading) -> Iterator[Decoded]:
    """The rows, batch by batch: in a file, a damaged one costs only itself."""
    faults = Faults()
    with reading.file(suffix=".arrow") as path:
        for batch in _batches(path, faults):
            for start in range(0, batch.num_rows, ROWS):
                yield from rows(batch.slice(start, ROWS), faults)
    faults.check()


def _batches(path: Path, faults: Faults) -> Iterator[Any]:
    import pyarrow as pa

    with path.open("rb") as copy:
        is_stream = copy.read(4) == b"\xff\xff\xff\xff"
    try:
        source = pa.OSFile(str(path))
        opened = (pa.ipc.open_stream if is_stream else pa.ipc.open_file)(source)
    except Exception as error:  # noqa: BLE001 -- pyarrow raises many kinds on damaged data
        faults.note(refused(error))
        return
    with source:
        number = 0
        while is_stream or number < opened.num_record_batches:
            try:
                batch = opened.read_next_batch() if is_stream else opened.get_batch(number)
                batch.validate(full=True)  # offsets are taken as they are written: false ones would crash
                yield batch
            except StopIteration:
                return
            except Exception as error:  # noqa: BLE001 -- as above
                faults.note(f"batch {number}: {refused(error)}")
                if is_stream:
                    return
            number += 1


SPEC = Decoder(
    name="arrow",
    title="Arrow",
    recognise=lambda head, name: encoded_container(head, name) == "Arrow",
    decode=decode,
    package="pyarrow",
    remedy="pip install 'traque[parquet]'",
)
