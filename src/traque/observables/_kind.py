"""What every kind of observable states of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from traque.model import Observable
from traque.registry import FormatSpec


class Reading(msgspec.Struct, frozen=True, order=True):
    """Bytes ``start`` to ``end`` of a record can be read as ``value``.

    The same bytes may have several readings; the scan looks each of them up.
    """

    start: int
    end: int
    value: str


class ObservableKind(FormatSpec, frozen=True, kw_only=True):
    """One kind: its canonical form, and how its values stand in a record.

    ``name`` is the STIX name where STIX has one.
    """

    canonical: Callable[[str], Observable]
    """A written value as an observable, of this kind or of the kind that it really is (a CIDR typed as
    an address is a network). Raises ObservableError. Idempotent."""

    find: Callable[[bytes], Iterator[Reading]]
    """Every reading in one record (its bytes without the line end), in no set order."""

    spellings: Callable[[str], tuple[str, ...]]
    """The forms in which :attr:`find` and :attr:`lookups` may bring this canonical value."""

    lookups: Callable[[str], Iterator[tuple[str, str]]]
    """For a reading's value: every spelling that it matches, with the relation (``exact``, ``subdomain``,
    ``network``) of what was found to the indicator."""

    examples: tuple[str, ...]
    """Canonical values, for help and tests."""

    find_known: Callable[[Iterable[str]], Callable[[bytes], Iterator[Reading]]] | None = None
    """Of a kind whose values do not show by themselves: makes of some spellings a finder of these."""

    finder: str = ""
    """What the kernel calls the finder of this kind's spellings; empty: like the kind."""


def itself(value: str) -> tuple[str, ...]:
    """The spellings of a kind whose canonical form is the only one."""
    return (value,)


def exactly(value: str) -> Iterator[tuple[str, str]]:
    """The look-ups of a kind that matches only what equals it."""
    yield value, "exact"
