"""ATT&CK techniques by their identifier (``T1090``, ``T1090.003``)."""

from __future__ import annotations

from functools import cache

import msgspec

from traque.enrich._packed import read


class Technique(msgspec.Struct, frozen=True):
    """A technique; ``withdrawn`` when ATT&CK has revoked or deprecated it."""

    id: str
    name: str
    tactics: tuple[str, ...]
    withdrawn: bool


@cache
def _by_id() -> dict[str, Technique]:
    return {technique.id: technique for technique in read("techniques", list[Technique])}


def find(identifier: str) -> Technique | None:
    """The technique of that identifier, whatever its case; None when there is none (mobile, ICS)."""
    return _by_id().get(identifier.strip().upper())
