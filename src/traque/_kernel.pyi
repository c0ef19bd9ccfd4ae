# The Rust extension: packed columns in and out. traque.scan.kernel gives them meaning.

from typing import TypeAlias, final

# Records, hits, texts and time samples.
_Columns: TypeAlias = tuple[bytes, bytes, bytes, bytes]
# Layout, anchor, column, separator.
_Rule: TypeAlias = tuple[str, bytes, int, bytes]

__all__ = ["PROFILE", "VERSION", "Engine", "Scanner", "paths", "read_time"]

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
    def feed(self, chunk: bytes) -> _Columns: ...
    def finish(self) -> _Columns: ...

def paths() -> list[str]: ...
def read_time(record: bytes, rules: list[_Rule]) -> tuple[int, bool, bool] | None: ...
