"""Windows services, by name or display name: literals."""

from __future__ import annotations

from traque.model import Observable
from traque.observables._literal import blanks_encoded, checked, spec, unwrapped

NAME = "windows-service"


def canonical(value: str) -> Observable:
    """A service's name. Raises ObservableError."""
    return checked(NAME, unwrapped(value))


SPEC = spec(NAME, "Windows service", canonical, ("evil update service",), spellings=blanks_encoded)
