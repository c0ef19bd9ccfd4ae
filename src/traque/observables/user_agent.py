"""User agents: literals whose blanks may be written ``+`` (IIS) or ``%20`` (Squid).

The whole field is compared where a record states it (:mod:`traque.hunt.search`): many user agents begin like
a shorter one. ``User-Agent:`` in front is dropped, white space is folded. What every browser says
(``Mozilla/5.0``) is refused as ``too-common``.
"""

from __future__ import annotations

from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables._literal import checked, folded, settled, spec, unwrapped

NAME = "user-agent"

COMMON: Final = frozenset({"mozilla/4.0", "mozilla/5.0", "mozilla/5.0 (compatible)", "mozilla", "user-agent"})
"""Beginnings that nearly all user agents share."""

_LABEL = expression(r"(?i)\A(?:http )?user[ -]?agent\s*:\s*")


def canonical(value: str) -> Observable:
    """A user agent. Raises ObservableError."""
    text = settled(_tidy, value)
    found = checked(NAME, text)
    if found.value in COMMON:
        raise ObservableError(f"{text!r} is a part of nearly every user agent", code="too-common")
    return found


def _tidy(value: str) -> str:
    return " ".join(_LABEL.sub("", unwrapped(value)).split())


def _spellings(value: str) -> tuple[str, ...]:
    form = folded(value)
    return tuple(dict.fromkeys((form, form.replace(" ", "+"), form.replace(" ", "%20"))))


SPEC = spec(
    NAME,
    "User agent",
    canonical,
    ("evilbot/1.0 (windows nt 10.0; x64)",),
    spellings=_spellings,
)
