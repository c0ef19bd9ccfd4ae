# The Rust extension: packed columns in and out. traque.scan.kernel gives them meaning.

from collections.abc import Callable, Sequence
from os import PathLike
from typing import TypeAlias, final

# Records, hits, texts, time samples, and the records' kinds (nothing where none are grouped).
_Columns: TypeAlias = tuple[bytes, bytes, bytes, bytes, bytes]
# Count, first, last, and the sums of source and destination bytes (None where they are not summed).
_Total: TypeAlias = tuple[int, int, int, list[int | None]]
# An address and the length of a prefix.
_Networks: TypeAlias = list[tuple[str, int]]
# JSON or pairs; conditions and roles by path; the role of all others.
_Named: TypeAlias = tuple[bool, list[tuple[str, list[tuple[str, str]]]], list[tuple[str, str]], str]
# A kind, its totals inside and outside the window, and by role its values with their counts.
_Counted: TypeAlias = tuple[int, _Total, _Total, list[tuple[str, list[tuple[str, int]]]]]
# Layout, anchor, column, separator.
_Rule: TypeAlias = tuple[str, bytes, int, bytes]
# Rows of the ledger as packed columns: source (u32), day (i32), fact (u32), count (u64), first, last, inward,
# outward (i64), ends of the values (u64), values. A day of -2**31 and bytes of -1 are none.
_Rows: TypeAlias = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes]
# Of each row which question it answers (u32): the values, then the ranges; then the rows as above.
_Found: TypeAlias = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes, bytes]
# A file of rows: rows, bytes, SHA-256 in hexadecimal, the first and the last value.
_File: TypeAlias = tuple[int, int, str, bytes, bytes]

