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

__all__ = [
    "PROFILE",
    "VERSION",
    "Collector",
    "Engine",
    "File",
    "Lookout",
    "Scanner",
    "Seeker",
    "Shapes",
    "Signer",
    "Split",
    "TimeReader",
    "Words",
    "find_rows",
    "merge_rows",
    "paths",
    "write_rows",
]

PROFILE: str
VERSION: str

@final
class Engine:
    # Kind, form, indicator, and for a name whether the names below it match.
    def __new__(cls, spellings: list[tuple[str, str, int, bool]], path: str | None = None) -> Engine: ...
    def scanner(self, times: list[_Rule]) -> Scanner: ...

@final
class Scanner:
    @property
    def records(self) -> int: ...
    def feed(self, *chunks: bytes) -> _Columns: ...
    # Of a file, from a place up to another, as many bytes as bring enough to be told; and where that ends.
    def read(self, file: File, begin: int, end: int, lookout: Lookout | None) -> tuple[_Columns, int]: ...
    def finish(self) -> _Columns: ...
    # The clock: begin of an hour in microseconds, zoned, dated; shift in microseconds, outside the window.
    def group(
        self,
        shapes: Callable[[], Shapes],
        inside: _Networks,
        marks: list[bytes],
        clock: Callable[[int, bool, bool], tuple[int, bool] | None],
        after: int,
    ) -> None: ...
    def trust(self, kind: int, judged_at: int) -> None: ...
    def settle(self) -> _Columns: ...
    # By kind; then two records of each.
    def counted(self) -> tuple[list[_Counted], _Columns]: ...

@final
class Seeker:
    # Words with the most lines in which each may stand; words whose lines do not count.
    def __new__(cls, words: list[tuple[bytes, int]], excluding: list[bytes]) -> Seeker: ...
    # Word, begin and end of each line with one; the words that are given up.
    def seek(self, text: bytes) -> tuple[list[tuple[int, int, int]], list[int]]: ...

@final
class Shapes:
    def __new__(cls, patterns: list[str], named: list[_Named], times: list[_Rule]) -> Shapes: ...

@final
class Signer:
    def __new__(cls, shapes: Shapes, inside: _Networks) -> Signer: ...
    # What all records of its kind share, and its parts: begin, end, role.
    def signature(self, record: bytes) -> tuple[bytes, list[tuple[int, int, str]]] | None: ...

@final
class TimeReader:
    def __new__(cls, rules: list[_Rule]) -> TimeReader: ...
    def read(self, record: bytes) -> tuple[int, bool, bool] | None: ...

# Value, day, fact, count, first, last, sums.
_Row: TypeAlias = tuple[bytes, int | None, int, int, int, int, list[int | None]]

@final
class Collector:
    # Times; what is inside, and what pseudonyms are made with; the shift of the hour that begins at a
    # stamp, and the moment of a stamp.
    def __new__(
        cls,
        times: list[_Rule],
        networks: _Networks,
        domains: list[bytes],
        secret: bytes | None,
        shift: Callable[[int, bool, bool], int | None],
        moment: Callable[[int, bool, bool], int | None],
        path: str | None = None,
    ) -> Collector: ...
    @property
    def records(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def memory(self) -> int: ...
    def add_up(self) -> None: ...
    def tell(self, shapes: Shapes, inside: _Networks) -> None: ...
    # Time samples; of each new fact the kind of the value, the value, and the first record.
    def feed(self, *chunks: bytes) -> tuple[bytes, list[tuple[str, bytes, bytes]]]: ...
    def finish(self) -> tuple[bytes, list[tuple[str, bytes, bytes]]]: ...
    def take(self, kind: str) -> list[_Row]: ...
    # Of each fact its number, and the bytes from and to the value: which sum, or how many each.
    # Kind, the file's name below the folder, and what write_rows answers.
    def write(
        self,
        folder: str | PathLike[str],
        stem: str,
        source: int,
        facts: Sequence[tuple[int, tuple[int, int] | None, tuple[int, int] | None]],
    ) -> list[tuple[str, str, int]]: ...

@final
class Words:
    def __new__(cls, words: list[bytes]) -> Words: ...

@final
class Lookout:
    # Rare words, and those that stand in every record, which are numbered behind them.
    def __new__(cls, words: Words | None, everywhere: list[bytes]) -> Lookout: ...
    def feed(self, text: bytes) -> None: ...
    def finish(self) -> None: ...
    # A word, where it stands in the stream, and the record.
    def take(self) -> list[tuple[int, int, bytes]]: ...

# OSError where the file cannot be opened, or is no regular one.
@final
class File:
    def __new__(cls, path: str | PathLike[str], flags: int) -> File: ...
    @property
    def size(self) -> int: ...

# Scans one large file, by several threads; times as of Engine.scanner.
@final
class Split:
    def __new__(cls, engine: Engine, times: list[_Rule], file: File, lookout: Lookout | None) -> Split: ...
    @property
    def bytes(self) -> int: ...
    @property
    def records(self) -> int: ...
    # One more thread.
    def help(self) -> None: ...
    # None behind the last part.
    def next(self, lookout: Lookout | None) -> _Columns | None: ...
    def finish(self) -> _Columns: ...
    def close(self) -> None: ...

def paths() -> list[str]: ...

# ValueError for what is wrong in the arguments, or in a file: damaged, or none of this kind's rows. OSError
# where a file cannot be read or written.
def write_rows(kind: str, path: str | PathLike[str], columns: _Rows) -> _File: ...
def merge_rows(
    kind: str,
    inputs: Sequence[str | PathLike[str]],
    output: str | PathLike[str],
    drop_sources: Sequence[int],
    drop_before: int | None,
    drop_values: Sequence[bytes],
) -> _File: ...

# Values, and ranges from a value on and before another.
def find_rows(
    kind: str,
    files: Sequence[str | PathLike[str]],
    points: Sequence[bytes],
    ranges: Sequence[tuple[bytes, bytes]],
) -> _Found: ...
