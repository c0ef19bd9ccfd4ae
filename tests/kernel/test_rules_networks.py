"""Networks: an address inside matches; under both engines."""

from __future__ import annotations

import pytest
from kernel_tools import Found, Search, observable

INSIDE = {
    "first": "192.0.2.0",
    "last": "192.0.2.255",
    "any": "192.0.2.77",
    "padded": "192.0.2.077",
    "mapped": "::ffff:c000:24d",
}


@pytest.mark.parametrize("text", INSIDE.values(), ids=INSIDE.keys())
def test_address_inside_matches(search: Search, text: str) -> None:
    assert search("192.0.2.0/24", f"from {text} x") == [Found(text, "network")]


@pytest.mark.parametrize("text", ["192.0.1.255", "192.0.3.0", "92.0.2.1", "v192.0.2.1", "192.0.2.1.5.6"])
def test_address_outside_does_not(search: Search, text: str) -> None:
    assert search("192.0.2.0/24", f"from {text} x") == []


@pytest.mark.parametrize("network", ["192.0.0.0/8", "192.0.2.76/31", "192.0.2.64/26", "192.0.2.77/9"])
def test_any_width(search: Search, network: str) -> None:
    assert search(network, "x 192.0.2.77 y") == [Found("192.0.2.77", "network")]


@pytest.mark.parametrize("network", ["2001:db8::/32", "2001:db8::/127", "2001::/16", "2001:db8:0:0::/64"])
def test_ipv6_network(search: Search, network: str) -> None:
    assert search(network, "x 2001:DB8:0::1 y") == [Found("2001:DB8:0::1", "network")]
    assert search(network, "x 2002:db8::1 y") == []


def test_network_in_a_record_is_matched_by_its_address(search: Search) -> None:
    assert search("192.0.2.0", "route 192.0.2.0/24 via") == [Found("192.0.2.0")]
    assert search("192.0.2.0/24", "route 192.0.2.0/16 via") == [Found("192.0.2.0", "network")]
    assert search("192.0.2.1", "route 192.0.2.0/24 via") == []


def test_one_address_network_is_the_address(search: Search) -> None:
    assert search("192.0.2.1/32", "x 192.0.2.1 y") == [Found("192.0.2.1")]
    assert search("2001:db8::1/128", "x 2001:db8::1 y") == [Found("2001:db8::1")]


def test_mapped_network_is_the_ipv4_network(search: Search) -> None:
    assert search("::ffff:192.0.2.0/120", "x 192.0.2.9 y") == [Found("192.0.2.9", "network")]


def test_ipv4_is_in_no_ipv6_network(search: Search) -> None:
    assert search("64:ff9b::/96", "x 192.0.2.9 y") == []


def test_indicators_are_reported_independently(search: Search) -> None:
    values = ["192.0.2.1", "192.0.2.0/24", "192.0.0.0/16", "192.0.2.2"]
    hits = search.hits([observable(value) for value in values], b"x 192.0.2.1 y")
    assert [(hit.start, hit.end, hit.indicator, hit.relation) for hit in hits] == [
        (2, 11, 0, "exact"),
        (2, 11, 1, "network"),
        (2, 11, 2, "network"),
    ]


def test_same_observable_twice_is_reported_twice(search: Search) -> None:
    hits = search.hits([observable("192.0.2.1")] * 2, b"192.0.2.1")
    assert [hit.indicator for hit in hits] == [0, 1]
