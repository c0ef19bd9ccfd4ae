"""Arrow files (Feather 2), through ``pyarrow`` (the extra ``traque[parquet]``): rows as in Parquet."""

from __future__ import annotations

from collections.abc import Iterator

from traque.sources.decoders._arrow import rows
from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading, refused


def decode(reading: Reading) -> Iterator[Decoded]:
    """The rows, batch by batch: a damaged one costs only itself."""
    import pyarrow as pa

    faults = Faults()
    with reading.file(suffix=".arrow") as path:
        try:
            source = pa.OSFile(str(path))
            file = pa.ipc.open_file(source)
        except Exception as error:  # noqa: BLE001 -- pyarrow raises many kinds on damaged data
            faults.note(refused(error))
            faults.check()
            return
        with source:
            for number in range(file.num_record_batches):
                try:
                    batch = file.get_batch(number)
                    for start in range(0, batch.num_rows, 2048):
                        yield from rows(batch.slice(start, 2048), faults)
                except Exception as error:  # noqa: BLE001 -- as above
                    faults.note(f"batch {number}: {refused(error)}")
    faults.check()


SPEC = Decoder(
    name="arrow",
    title="Arrow",
    recognise=lambda head, _name: head.startswith(b"ARROW1\0\0"),
    decode=decode,
    package="pyarrow",
    remedy="pip install 'traque[parquet]'",
)
