"""Regular expressions that are compiled when they are first used.

A hunt imports every reader of bulletins and logs and uses few of their expressions; compiling all of them
would take a fifth of its start.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Final, Generic, cast

_USED: Final = (
    "match",
    "fullmatch",
    "search",
    "finditer",
    "findall",
    "sub",
    "subn",
    "split",
    "pattern",
    "flags",
    "groups",
    "groupindex",
)


class _Later(Generic[AnyStr]):
    """Becomes as quick as the compiled expression with its first use: its methods are then attributes."""

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self._given: tuple[AnyStr, int] = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _USED:
            raise AttributeError(name)
        compiled = re.compile(*self._given)
        self.__dict__.update((used, getattr(compiled, used)) for used in _USED)
        return self.__dict__[name]


def expression(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """``re.compile(pattern, flags)``, later: ``re.error`` for a bad one comes with the first use.

    Only its methods may be used; it cannot be given to the functions of :mod:`re`.
    """
    return cast("re.Pattern[AnyStr]", _Later(pattern, flags))
