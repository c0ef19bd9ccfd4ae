"""What ``traque verify`` found (``traque/verification/1``)."""

from __future__ import annotations

from typing import Final

import msgspec

VERIFICATION_SCHEMA: Final = "traque/verification/1"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """One file. ``why`` says what was changed; ``result`` is the digest of the result that it was made of.

    ``signed_by`` is the id of the key that the file itself names; ``trusted``: that key was asked for.
    """

    path: str
    kind: str
    holds: bool
    why: str = ""
    digest: str = ""
    result: str = ""
    signed_by: str = ""
    trusted: bool = False
    notes: tuple[str, ...] = ()


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """All files that were checked."""

    schema: str = VERIFICATION_SCHEMA
    files: tuple[Checked, ...]

    @property
    def holds(self) -> bool:
        """Whether every file is what it was."""
        return all(one.holds for one in self.files)
