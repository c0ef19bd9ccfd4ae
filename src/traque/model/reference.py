"""Reference: where data that traque did not find itself come from."""

from __future__ import annotations

import msgspec


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """One data set that an answer rests on, and how old it is.

    ``date`` is that of the data, never of their packing: ISO 8601, a month or a day. ``licence`` is an
    SPDX name where there is one. ``source`` names the package and version, or the user's own file.
    """

    name: str
    title: str
    date: str
    licence: str
    source: str
    attribution: str = ""
    note: str = ""
