"""Records outside an indicator's validity: told, less sure, same verdict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from traque.hunt.question import indicator_refs
from traque.model import Bulletin, Indicator, IndicatorRef, Observable
from traque.triage import validity

DAY = datetime(2021, 6, 1, tzinfo=UTC)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def ref(since: int | None, until: int | None, confidence: int | None = None) -> IndicatorRef:
    return IndicatorRef(
        kind="ipv4-addr",
        value="192.0.2.1",
        bulletin="b",
        confidence=confidence,
        valid_from=None if since is None else DAY + days(since),
        valid_until=None if until is None else DAY + days(until),
    )


@pytest.mark.parametrize(
    ("since", "until", "seen", "expected"),
    [
        (None, None, (0, 9), None),
        (0, 10, (0, 9), None),
        (1, None, (0, 9), ("some", "")),
        (10, None, (0, 9), ("all", "")),
        (None, 9, (0, 9), ("", "some")),
        (None, 0, (0, 9), ("", "all")),
        (1, 5, (0, 9), ("some", "some")),
    ],
)
def test_which_records_lie_outside(
    since: int | None, until: int | None, seen: tuple[int, int], expected: tuple[str, str] | None
) -> None:
    first, last = (DAY + days(day) for day in seen)
    found = validity.outside(ref(since, until), first, last)
    assert (found and (found.before, found.after)) == expected


def test_undated_records_lie_nowhere() -> None:
    assert validity.outside(ref(0, 1), None, None) is None


@pytest.mark.parametrize(
    ("stated", "since", "until", "left"),
    [
        (None, None, None, None),
        (80, None, None, 80),
        (80, None, 0, validity.WEAK),
        (10, None, 0, 10),
        (None, None, 0, validity.WEAK),
        (None, None, 5, validity.DOUBTFUL),
        (80, 20, None, validity.DOUBTFUL),
        (80, 5, None, 80),
    ],
)
def test_confidence_sinks_and_never_rises(
    stated: int | None, since: int | None, until: int | None, left: int | None
) -> None:
    one = ref(since, until, stated)
    assert validity.confidence(one, validity.outside(one, DAY, DAY + days(9))) == left


def bulletin(**fields: object) -> Bulletin:
    observable = Observable("ipv4-addr", "192.0.2.1")
    stated = {name: fields.pop(name) for name in ("valid_from", "valid_until", "modified") if name in fields}
    one = Indicator(observable=observable, bulletin="b", **stated)  # type: ignore[arg-type]
    return Bulletin(id="b", format="csv", indicators=(one,), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({}, None),
        ({"published": DAY}, DAY + days(30)),
        ({"published": DAY, "valid_from": DAY + days(1)}, DAY + days(31)),
        ({"published": DAY, "valid_from": DAY + days(1), "modified": DAY + days(5)}, DAY + days(35)),
        ({"published": DAY, "valid_until": DAY + days(3)}, DAY + days(3)),
        ({"published": DAY, "valid_until": DAY + days(300)}, DAY + days(30)),
    ],
)
def test_an_age_ends_validity(fields: dict[str, object], until: datetime | None) -> None:
    (found,) = indicator_refs([bulletin(**fields)], 30).values()
    assert found.valid_until == until


def test_the_widest_validity_of_several_bulletins() -> None:
    one = bulletin(valid_from=DAY, valid_until=DAY + days(3))
    two = bulletin(valid_from=DAY - days(1), valid_until=DAY + days(2))
    (found,) = indicator_refs([one, two]).values()
    assert (found.valid_from, found.valid_until) == (DAY - days(1), DAY + days(3))
    (found,) = indicator_refs([one, bulletin()]).values()
    assert (found.valid_from, found.valid_until) == (None, None)
