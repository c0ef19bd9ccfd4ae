"""Shapes of records, as data for the kernel: which parts a record has, and what each is to a judgement."""

from __future__ import annotations

from typing import Literal

import msgspec

STATED = "stated"
ABSENT = "absent"


class Members(msgspec.Struct, frozen=True, kw_only=True):
    """The shape of records made of named values: one JSON object, or ``key=value`` pairs.

    ``given`` says of paths what must hold, one of several conditions: :data:`STATED` (there, neither empty
    nor ``-``), :data:`ABSENT`, ``=text`` (it is this text) or ``@path`` (the same as that path's). ``roles``
    gives paths their roles (those of :class:`traque.logs.LogFormat`), empty for a value that must be
    the same in all records of a kind; a path with a final dot is that of all below it. ``others`` is the role
    of all other paths. Paths in JSON are the keys from the outermost on, with dots between. Values that are
    written in an unusual way (escapes, other than ASCII, empty, true, false and null) are never left out.
    """

    syntax: Literal["json", "pairs"]
    given: tuple[tuple[str, tuple[str, ...]], ...]
    roles: tuple[tuple[str, str], ...]
    others: str = ""


Shape = str | Members
"""A regular expression for whole records, or :class:`Members`."""
