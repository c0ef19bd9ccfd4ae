"""What is asked of a ledger that holds pseudonyms, and what its rows say to those who asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_network

from traque.ledger._known import Key
from traque.ledger._manifest import Manifest
from traque.ledger._values import Asked, question
from traque.ledger.inside import HIDDEN, MAIL, Inner, Inside
from traque.ledger.oracle import stored, written
from traque.model import Observable
from traque.observables import spellings


class Pseudonyms:
    """Asks for what is inside by its pseudonyms. Without the ``secret`` it is not asked for, nor told.

    ``keys`` are those of a ledger: what is inside may be another matter under each.
    """

    def __init__(self, keys: Sequence[Key], secret: bytes | None) -> None:
        made: dict[tuple[tuple[str, ...], ...], Inside] = {}
        self._inside = [made.setdefault((key.inside, key.domains), key.hidden(secret)) for key in keys]
        self._each = tuple(made.values())
        self._secret = secret

    @classmethod
    def of(cls, manifest: Manifest, secret: bytes | None) -> Pseudonyms | None:
        """Those of a ledger; None where it has none."""
        return cls(manifest.keys, secret) if manifest.settings.inner is Inner.PSEUDONYMS else None

    def forms(self, observable: Observable) -> Iterator[Observable]:
        """What is asked for beside the observable: its pseudonyms. Others may answer to these."""
        if self._secret is not None:
            found = {form for inside in self._each for form in _pseudonyms(observable, inside)}
            yield from sorted(found - {observable}, key=lambda form: form.value)

    def may_hide(self, observable: Observable) -> bool:
        """Whether only the secret, which is not here, could tell of it."""
        kind, value = observable.kind, observable.value
        if self._secret is not None:
            return False
        if kind in ("ipv4-net", "ipv6-net"):
            return any(inside.overlaps(ip_network(value)) for inside in self._each)
        found = [form.decode() for form in spellings(observable)] if kind in HIDDEN else []
        return any(inside.holds(kind, stored(kind, form)) for inside in self._each for form in found)

    def told(self, key: int, wanted: Asked, value: bytes) -> bytes | None:
        """What the value of a row under that key stands for, if it is ``wanted``."""
        inside = self._inside[key]
        meant: bytes | None = value
        if inside.holds(wanted.table, value):
            meant = self._meant(inside, wanted, value)
        return meant if meant is not None and wanted.holds(meant) else None

    def _meant(self, inside: Inside, wanted: Asked, value: bytes) -> bytes | None:
        if self._secret is None:
            return None
        if wanted.table == MAIL:  # there is no way back: what is wanted is tried
            return next((one for one in wanted.points if inside.held(MAIL, one) == value), None)
        return inside.meant(value)


def asked_for(observable: Observable, wanted: Asked, pseudonyms: Pseudonyms | None) -> Iterator[Asked]:
    """What is asked of a table where ``wanted`` is wanted: that, and the same by pseudonyms."""
    yield wanted
    for form in pseudonyms.forms(observable) if pseudonyms is not None else ():
        if (asked := question(form)) is not None:
            yield asked


def _pseudonyms(observable: Observable, inside: Inside) -> Iterator[Observable]:
    kind, value = observable.kind, observable.value
    if kind in ("ipv4-net", "ipv6-net"):
        yield Observable(kind, str(inside.network(ip_network(value))))
    elif kind in HIDDEN:
        for form in spellings(observable):
            yield Observable(kind, written(kind, inside.held(kind, stored(kind, form.decode()))))
