"""What an addition to a ledger did."""

from __future__ import annotations

import msgspec

from traque.model import Diagnostic

SCHEMA = "traque/ledger-added/1"


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the files that were looked at.

    ``unchanged`` were not read; ``moved`` hold what the ledger knows under another name, ``copies`` hold it
    once more; ``new`` were read, as were ``grown`` (they begin with what was known of them) and ``changed``
    (they do not); ``unreadable`` could not be read, or not to their end. ``sources``, ``bytes`` and ``rows``
    are what was added, ``purged`` the sources of which retention removed rows.
    """

    schema: str = SCHEMA
    ledger: str
    sequence: int
    files: int
    unchanged: int
    moved: int
    copies: int
    new: int
    grown: int
    changed: int
    unreadable: int
    sources: int
    bytes: int
    rows: int
    purged: int
    diagnostics: tuple[Diagnostic, ...]
    interrupted: bool

    @property
    def incomplete(self) -> bool:
        """Whether something that was asked for is not in the ledger."""
        return self.interrupted or any(one.incomplete for one in self.diagnostics)
