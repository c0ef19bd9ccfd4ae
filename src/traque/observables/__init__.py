"""Observables: one kind a module, each with its canonical form and the specification of its finder.

Every value that traque compares is in canonical form (:func:`canonical`). Text of a bulletin is refanged
first (:func:`refang`); log bytes never are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from traque.errors import ObservableError
from traque.model import Observable
from traque.observables._kind import ObservableKind, Reading
from traque.observables._lone import lone
from traque.observables._prose import extract, guess, whole
from traque.observables._ranges import RANGE, expand
from traque.observables._refang import refang
from traque.registry import Registry, discover

__all__ = [
    "RANGE",
    "ObservableKind",
    "Reading",
    "canonical",
    "expand",
    "extract",
    "finder",
    "guess",
    "is_literal",
    "lone",
    "matches_below",
    "refang",
    "registry",
    "sought",
    "spellings",
    "whole",
]


@cache
def registry() -> Registry[ObservableKind]:
    """Every kind, by name."""
    return discover(__name__, ObservableKind)


def canonical(kind: str, value: str) -> Observable:
    """``value``, typed as ``kind``, in canonical form; the kind may change to what the value really is.

    A CIDR typed as an address becomes a network, ``::ffff:a.b.c.d`` an IPv4 address, a /32 an address, a URL
    that is only a host that host. Idempotent. Raises ObservableError, whose ``code`` says why: ``empty``,
    ``malformed``, ``invalid-octet``, ``too-wide``, ``bare-path``, ``public-suffix``, ``single-label``,
    ``too-long``, ``too-short``, ``too-common``, ``pattern``, or ``unknown-kind`` for a kind that has no
    module here.
    """
    spec = registry().get(kind)
    if spec is None:
        raise ObservableError(f"{kind!r} is not a kind that can be searched", code="unknown-kind")
    return spec.canonical(value)


def spellings(observable: Observable) -> tuple[bytes, ...]:
    """Every form (UTF-8, lower case where case does not matter) in which a record may hold the observable."""
    return tuple(form.encode() for form in registry()[observable.kind].spellings(observable.value))


@cache
def is_literal(kind: str) -> bool:
    """Whether values of ``kind`` have no grammar of their own: they can only be looked for one by one."""
    spec = registry().get(kind)
    return spec is not None and spec.find_known is not None


def finder(observable: Observable) -> str:
    """What the kernel calls the finder of the observable's spellings: most kinds have their own."""
    kind = registry()[observable.kind]
    return kind.finder or kind.name


def sought(values: Iterable[Observable]) -> Iterator[tuple[str, str, int, bool]]:
    """What the kernel looks for: of each value finder, each spelling, number and :func:`matches_below`."""
    kinds = registry()
    for number, observable in enumerate(values):
        kind = kinds[observable.kind]
        below = matches_below(observable)
        for form in kind.spellings(observable.value):
            yield kind.finder or kind.name, form, number, below


def matches_below(observable: Observable) -> bool:
    """Whether the observable is a domain name that names below it match too: no private public suffix."""
    from traque.observables import domain_name

    return observable.kind == domain_name.NAME and domain_name.matches_below(observable.value)
