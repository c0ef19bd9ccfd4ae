"""Tables of the Arrow library, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from traque.sources.decoders._decoder import Decoded, Faults, encode, refused
from traque.sources.values import plain


def rows(batch: Any, faults: Faults) -> Iterator[Decoded]:
    """Each row of a record batch as a JSON object with the names of its columns."""
    import pyarrow as pa

    try:
        schema = pa.schema([(field.name, _readable(field.type)) for field in batch.schema])
        if schema.types != batch.schema.types:
            batch = pa.RecordBatch.from_arrays(
                [c.cast(t, safe=False) for c, t in zip(batch.columns, schema.types, strict=True)],
                schema=schema,
            )
        found = batch.to_pylist()
    except Exception as error:  # noqa: BLE001 -- pyarrow raises many kinds on damaged data
        faults.note(f"{batch.num_rows} rows: {refused(error)}", batch.num_rows)
        return
    for row in found:
        try:
            yield Decoded(encode(plain(row)))
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            faults.note(f"a row: {refused(error)}")


def _readable(kind: Any) -> Any:
    """The type with times in microseconds: Python knows no smaller unit."""
    import pyarrow as pa

    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_time64(kind):
        return pa.time64("us")
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, _readable(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(_readable(kind.value_type))
    if pa.types.is_dictionary(kind):
        return _readable(kind.value_type)
    return kind
