"""JA4 fingerprints and their relatives (JA4S, JA4H, JA4X): literals of a shape of their own.

``t13d1516h2_8daaf6152771_e5627efa2ab1``: parts joined by ``_``, of which at least one is twelve hex digits.
Shapes: https://github.com/FoxIO-LLC/ja4/blob/main/technical_details/README.md
"""

from __future__ import annotations

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables._literal import checked, spec, unwrapped

NAME = "ja4"

_SHAPE = expression(
    r"(?i)[tqd][0-9sd][0-9][di][0-9]{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}"
    r"|[tqd][0-9sd][0-9][0-9]{2}[0-9a-z]{2}_[0-9a-f]{4}_[0-9a-f]{12}"
    r"|[a-z]{2}[0-9]{2}[cn][rn][0-9]{2}[0-9a-z]{4}_[0-9a-f]{12}_[0-9a-f]{12}_[0-9a-f]{12}"
    r"|[0-9a-f]{12}_[0-9a-f]{12}_[0-9a-f]{12}"
)


def canonical(value: str) -> Observable:
    """A fingerprint of the JA4 family. Raises ObservableError."""
    text = unwrapped(value)
    if text and not _SHAPE.fullmatch(text):
        raise ObservableError(f"{text[:140]!r} is not a JA4 fingerprint", code="malformed")
    return checked(NAME, text)


SPEC = spec(NAME, "JA4 fingerprint", canonical, ("t13d1516h2_8daaf6152771_e5627efa2ab1",))
