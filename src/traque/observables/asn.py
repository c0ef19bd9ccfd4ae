"""Autonomous systems as ``AS64496``: literals. A bare number in a field of its own is not searched."""

from __future__ import annotations

from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables._literal import checked, spec

NAME = "asn"

_NUMBER = expression(r"(?i)(?:asn?[\s:-]*)?0*([1-9][0-9]{0,9})")
_MOST: Final = 2**32 - 1
_SHORTEST: Final = 4


def canonical(value: str) -> Observable:
    """An autonomous system; a bare number is one too. Raises ObservableError (``too-short`` below AS10)."""
    text = value.strip()
    if not text:
        raise ObservableError("an AS number is empty", code="empty")
    number = _NUMBER.fullmatch(text)
    if number is None or int(number[1]) > _MOST:
        raise ObservableError(f"{text[:140]!r} is not an AS number", code="malformed")
    return checked(NAME, f"as{number[1]}", shortest=_SHORTEST)


SPEC = spec(NAME, "Autonomous system", canonical, ("as64496",))
