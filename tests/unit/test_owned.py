"""What is the reader's own, and when it was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from traque.errors import UsageError
from traque.hunt.owning import own_assets
from traque.model import Bulletin, IndicatorRef
from traque.owned import Owned, addresses, read_property


def ref(value: str, kind: str = "ipv4-addr") -> IndicatorRef:
    return IndicatorRef(kind=kind, value=value, bulletin="b")


BULLETIN = Bulletin(
    id="b", format="x", path="", title="", producer="", published=datetime(2021, 7, 21, tzinfo=UTC)
)


def test_days_are_included_and_may_be_open() -> None:
    both = read_property("203.0.113.0/24@2020-01-01..2021-06-30")
    assert (both.since, both.until) == (datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 7, 1, tzinfo=UTC))
    assert read_property("example.org@..2021-06-30").since is None
    assert read_property("as64496@2020-01-01..").until is None
    assert read_property("AS64496@2020-01-01..").system == 64496


@pytest.mark.parametrize(
    "text",
    [
        "203.0.113.0/33",
        "203.0.113.256",
        "not a thing",
        "203.0.113.0/24@",
        "203.0.113.0/24@..",
        "203.0.113.0/24@2021-06-30..2020-01-01",
        "203.0.113.0/24@2021-02-30..",
        "203.0.113.0/24@..9999-12-31",
        "AS64496@2020",
    ],
)
def test_other_words_are_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_property(text)
    assert text in caught.value.what
    assert caught.value.remedy


def test_only_addresses_are_inside() -> None:
    assert addresses(["203.0.113.9", "example.org", "AS64496", "2001:db8::/32@2020-01-01.."]) == [
        "203.0.113.9/32",
        "2001:db8::/32",
    ]


@pytest.mark.parametrize(
    ("own", "kind", "value"),
    [
        ("203.0.113.0/24", "ipv4-addr", "203.0.113.9"),
        ("203.0.113.9", "ipv4-net", "203.0.113.0/24"),
        ("example.org", "domain-name", "www.example.org"),
        ("example.org", "url", "https://www.example.org/x"),
        ("example.org", "email-addr", "ceo@example.org"),
        ("AS64496", "asn", "AS64496"),
        ("AS12322", "ipv4-addr", "212.27.48.10"),
    ],
)
def test_what_is_listed_and_ours_is_found(own: str, kind: str, value: str) -> None:
    (finding,) = own_assets([ref(value, kind)], Owned([own]), [BULLETIN])
    assert finding.code == "own-asset"
    assert value in finding.text
    assert finding.remedy


def test_what_was_ours_only_before_the_list_says_so() -> None:
    owned = Owned(["203.0.113.0/24@2020-01-01..2021-06-30"])
    (finding,) = own_assets([ref("203.0.113.9")], owned, [BULLETIN])
    assert "was yours from 2020-01-01 until 2021-06-30" in finding.text
    assert "later days (2021-07-21 on)" in finding.text
    assert "who holds it now" in finding.remedy


def test_what_is_ours_today_goes_before_what_was() -> None:
    owned = Owned(["203.0.113.0/24@..2021-06-30", "example.org"])
    found = list(own_assets([ref("203.0.113.9"), ref("example.org", "domain-name")], owned, [BULLETIN]))
    assert [finding.asset for finding in found] == ["example.org", "203.0.113.0/24"]


def test_the_same_network_twice_is_one_finding() -> None:
    owned = Owned(["203.0.113.0/24@..2019-12-31", "203.0.113.0/24@2021-01-01.."])
    (finding,) = own_assets([ref("203.0.113.9")], owned, [BULLETIN])
    assert finding.until is None
