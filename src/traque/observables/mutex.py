r"""Mutexes: literals; ``Global\`` and ``Local\`` in front are a part of the name where they are stated."""

from __future__ import annotations

from traque.model import Observable
from traque.observables._literal import checked, spec, unwrapped

NAME = "mutex"


def canonical(value: str) -> Observable:
    """A mutex. Raises ObservableError."""
    return checked(NAME, unwrapped(value))


SPEC = spec(NAME, "Mutex", canonical, ("global\\evil-mutex-1f2e", "evilmutex"))
