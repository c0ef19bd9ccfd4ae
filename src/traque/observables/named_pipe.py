r"""Named pipes: literals, by their name after ``\\.\pipe\`` (Sysmon writes ``\name``)."""

from __future__ import annotations

from traque.expressions import expression
from traque.model import Observable
from traque.observables._literal import checked, settled, spec, unwrapped

NAME = "named-pipe"

_PREFIX = expression(r"(?i)\A(?:(?:[.?]|pipe)?[/\\]+)+")


def canonical(value: str) -> Observable:
    """A named pipe. Raises ObservableError."""
    return checked(NAME, settled(_tidy, value))


def _tidy(value: str) -> str:
    return _PREFIX.sub("", unwrapped(value))


SPEC = spec(NAME, "Named pipe", canonical, ("evil_pipe_1f2e",))
