# The Rust extension: packed columns in and out. traque.scan.kernel gives them meaning.

from collections.abc import Callable
from typing import TypeAlias, final

# Records, hits, texts, time samples, and the records' kinds (nothing where none are grouped).
_Columns: TypeAlias = tuple[bytes, bytes, bytes, bytes, bytes]
# Count, first, last, and the sums of source and destination bytes (None where they are not summed).
_Total: TypeAlias = tuple[int, int, int, list[int | None]]
# Layout, anchor, column, separator.
_Rule: TypeAlias = tuple[str, bytes, int, bytes]

__all__ = ["PROFILE", "VERSION", "Engine", "Scanner", "Shapes", "TimeReader", "paths"]

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
    def finish(self) -> _Columns: ...
    # The clock: begin of an hour in microseconds, zoned, dated; shift in microseconds, outside the window.
    def group(
        self,
        shapes: Shapes,
        marks: list[bytes],
        clock: Callable[[int, bool, bool], tuple[int, bool] | None],
    ) -> None: ...
    def trust(self, kind: int) -> None: ...
    # By kind: inside and outside the window; then two records of each.
    def counted(self) -> tuple[list[tuple[int, _Total, _Total]], _Columns]: ...

@final
class Shapes:
    def __new__(cls, patterns: list[str], times: list[_Rule]) -> Shapes: ...

@final
class TimeReader:
    def __new__(cls, rules: list[_Rule]) -> TimeReader: ...
    def read(self, record: bytes) -> tuple[int, bool, bool] | None: ...

def paths() -> list[str]: ...
