"""Lint: a bulletin is judged before it is trusted. This is the library's door.

>>> from traque.bulletins import load
>>> from traque.lint import lint
>>> result = lint(load(["bulletin.json"]), own=("203.0.113.0/24",), now=now)  # doctest: +SKIP

A check is a function that takes a :class:`~traque.lint._subject.Subject` and yields complaints; add it to
``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

from traque import __version__
from traque.enrich import provenance
from traque.lint import addresses, known, repeats, statements
from traque.lint._subject import Subject
from traque.lint.fixing import cleaned
from traque.model import Bulletin
from traque.model.lint import SEVERITIES, Complaint, Lint
from traque.owned import Owned

__all__ = ["CHECKS", "cleaned", "lint"]

CHECKS: Final[tuple[Callable[[Subject], Iterator[Complaint]], ...]] = (
    known.own,
    addresses.special,
    addresses.wide,
    known.warninglisted,
    known.trivial_files,
    statements.refusals,
    statements.roles,
    statements.dates,
    statements.markings,
    addresses.pools,
    addresses.zero_hosts,
    repeats.covered,
)
"""Every check, in the order of their complaints within a severity."""


def lint(bulletins: Sequence[Bulletin], *, own: Sequence[str] = (), now: datetime) -> Lint:
    """All complaints about ``bulletins`` as of ``now``, worst first.

    ``own`` are the reader's addresses, networks, names and AS numbers. Raises UsageError for other words.
    """
    owned = Owned(own)
    complaints = [
        complaint
        for bulletin in bulletins
        for check in CHECKS
        for complaint in check(Subject(bulletin, bulletins, owned, now))
    ]
    return Lint(
        version=__version__,
        bulletins=tuple(bulletin.id for bulletin in bulletins),
        indicators=sum(len(bulletin.indicators) for bulletin in bulletins),
        complaints=tuple(sorted(complaints, key=lambda each: SEVERITIES.index(each.severity))),
        references=(provenance.reference("warninglists"), provenance.reference("networks")),
    )
