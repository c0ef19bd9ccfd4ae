"""Where an address is and whose network it is in: the user's data bases first, then the packed data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from traque.enrich import geography, networks
from traque.enrich.mmdb import Database
from traque.enrich.provenance import reference
from traque.model import Reference


class Place(msgspec.Struct, frozen=True):
    """What is known of an address or network; empty and 0 where nothing is."""

    country: str = ""
    city: str = ""
    asn: int = 0
    network: str = ""


class Atlas:
    """Looks places up. Each fact is the first of the user's files' that has it, else the packed one."""

    def __init__(self, files: Iterable[Path] = ()) -> None:
        """Raises UsageError for a file that is no MMDB."""
        self._databases = [Database(path) for path in files]

    @property
    def references(self) -> Sequence[Reference]:
        """The data that answers rest on, the user's first."""
        own = [database.reference for database in self._databases]
        return (*own, reference("countries"), reference("networks"))

    def place(self, value: str) -> Place:
        """The place of a canonical address; a network has one where all of it lies in the same."""
        known: dict[str, str] = {}
        if "/" not in value:
            for database in self._databases:
                known = database.facts(value) | known
        country = known.get("country") or geography.country(value)
        if "asn" in known:
            asn = int(known["asn"])
            return Place(
                country, known.get("city", ""), asn, known.get("network") or networks.network_name(asn)
            )
        network = networks.network(value)
        return Place(
            country, known.get("city", ""), network.asn if network else 0, network.name if network else ""
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for database in self._databases:
            database.close()
