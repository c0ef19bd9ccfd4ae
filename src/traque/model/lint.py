"""What is wrong with a bulletin, before it is trusted."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from traque.model.reference import Reference

LINT_SCHEMA: Final = "traque/lint/1"

Severity = Literal["error", "warning", "note"]
"""``error``: using these values does harm. ``warning``: a person must look. ``note``: good to know."""
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake, with every value that shares it.

    ``code`` is a stable word, ``why`` what is wrong with them, ``advice`` what to do; ``details`` says more
    of a value where there is more (the list that holds it). ``drops`` tells that a cleaned bulletin is
    without them.
    """

    code: str
    severity: Severity
    bulletin: str
    what: str
    why: str
    advice: str
    values: tuple[str, ...] = ()
    details: dict[str, str] = {}
    drops: bool = False


class Lint(msgspec.Struct, frozen=True, kw_only=True):
    """All complaints, worst first; ``references`` are the data they rest on. Reloads from its own JSON."""

    schema: str = LINT_SCHEMA
    version: str
    bulletins: tuple[str, ...]
    indicators: int
    complaints: tuple[Complaint, ...]
    references: tuple[Reference, ...] = ()

    def worst(self) -> Severity | None:
        """The severity of the worst complaint; None when there is none."""
        found = {complaint.severity for complaint in self.complaints}
        return next((severity for severity in SEVERITIES if severity in found), None)
