"""What changed between two versions of a bulletin."""

from __future__ import annotations

from typing import Final

import msgspec

COMPARISON_SCHEMA: Final = "traque/comparison/1"


class Entry(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A value that only one of the versions lists; ``why`` is the publisher's word where he took it back."""

    kind: str
    value: str
    why: str = ""


class Changed(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What one field says of a value (or of the bulletin, whose ``kind`` is empty), before and after."""

    kind: str
    value: str
    field: str
    before: str
    after: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Added, withdrawn and changed, each in the order of kind and value. Reloads from its own JSON."""

    schema: str = COMPARISON_SCHEMA
    old: tuple[str, ...]
    new: tuple[str, ...]
    added: tuple[Entry, ...]
    withdrawn: tuple[Entry, ...]
    changed: tuple[Changed, ...]
    same: int

    @property
    def differs(self) -> bool:
        """Whether anything changed."""
        return bool(self.added or self.withdrawn or self.changed)
