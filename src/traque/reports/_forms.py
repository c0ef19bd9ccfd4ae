"""The forms of declarations and notifications: versioned data (``forms/*.json``), no code.

A form has stages with fields. A field that names a ``fill`` is filled from the result (``_filling``); every
other one is for a person: its choices, or a blank. Nothing that a person must state has a fill: significance,
awareness, severity, impact.
"""

from __future__ import annotations

from functools import cache

import msgspec

Texts = dict[str, str]
"""One text by language."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One question. ``fill`` names what the result can say to it; ``choices`` are for a person to tick."""

    label: Texts
    fill: str = ""
    choices: tuple[Texts, ...] = ()
    hint: Texts | None = None


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a form, or a step of a procedure with its time limit."""

    id: str
    title: Texts
    fields: tuple[Field, ...]
    deadline: Texts | None = None


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A form of one authority.

    ``version`` is the date of the text or of our reading of it; ``zone`` the local time to state beside UTC;
    a form for ``feedback`` is used where there is nothing to declare.
    """

    id: str
    version: str
    order: int
    zone: str
    title: Texts
    authority: Texts
    basis: tuple[Texts, ...]
    sources: tuple[str, ...]
    stages: tuple[Stage, ...]
    feedback: bool = False


@cache
def forms() -> tuple[Form, ...]:
    """Every form, in the order in which they are written."""
    from importlib.resources import files  # it loads much, and few hunts write forms

    folder = files("traque").joinpath("reports", "forms")
    found = [
        msgspec.json.decode(entry.read_bytes(), type=Form, strict=True)
        for entry in folder.iterdir()
        if entry.name.endswith(".json")
    ]
    return tuple(sorted(found, key=lambda form: form.order))
