"""IPv6 addresses: every sentence of the design's matching rules, under both engines."""

from __future__ import annotations

import pytest
from kernel_tools import Found, Search

IP = "2001:db8::1"

SPELLINGS = {
    "canonical": "2001:db8::1",
    "upper case": "2001:DB8::1",
    "zero-padded": "2001:0db8::0001",
    "all groups": "2001:db8:0:0:0:0:0:1",
    "all digits": "2001:0db8:0000:0000:0000:0000:0000:0001",
    "other zeros compressed": "2001:db8:0::0:1",
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_spelling_is_the_same_address(search: Search, text: str) -> None:
    assert search(IP, f"from {text} to") == [Found(text)]


AROUND = {
    "alone": IP,
    "brackets": f"[{IP}]:443",
    "zone": f"{IP}%eth0",
    "prefix": f"{IP}/64",
    "ASA port": f"{IP}/443",
    "BIND port": f"{IP}#53",
    "tcpdump port": f"IP6 {IP}.443 > x",
    "tcpdump service": f"IP6 {IP}.https > x",
    "word before": f"outside:{IP}/443",
    "Received header": f"[IPv6:{IP}]",
    "word after": f"{IP}:eth0",
    "large port": f"{IP}:51234",
    "colon after": f"client {IP}: closed",
    "end of a sentence": f"from {IP}.",
    "after an IPv4 address and a colon": f"192.0.2.9:{IP}",
    "after a long hex number": f"deadbeef00:{IP}",
    "before an IPv4 address": f"{IP}:192.0.2.7",
    "in JSON": f'{{"ip":"{IP}"}}',
    "after a non-ASCII letter": f"é{IP}",
}


@pytest.mark.parametrize("text", AROUND.values(), ids=AROUND.keys())
def test_what_stands_around_is_not_part(search: Search, text: str) -> None:
    assert search(IP, text) == [Found(IP)]


MISSES = {
    "a letter before": f"x{IP}",
    "a letter after": f"{IP}x",
    "another group before": f"1:{IP}",
    "dotted rest that is no port": f"{IP}.2.3",
    "part of a name": f"{IP}.dsl.isp.example",
    "two double colons": "2001:db8::0::1",
    "embedded IPv4 under another prefix": f"{IP}.0.2.1",
    "across a line end": "2001:db8:\n:1",
}


@pytest.mark.parametrize("text", MISSES.values(), ids=MISSES.keys())
def test_part_of_something_else_does_not_match(search: Search, text: str) -> None:
    assert search(IP, text) == []


def test_ninth_group_is_a_port(search: Search) -> None:
    assert search(IP, "2001:db8:0:0:0:0:0:1:443") == [Found("2001:db8:0:0:0:0:0:1")]
    assert search(IP, "2001:db8:0:0:0:0:0:1:0443") == []


@pytest.mark.parametrize("address", ["2001:db8::1", "2001:db8::1:443"])
def test_double_colon_and_port_are_read_both_ways(search: Search, address: str) -> None:
    assert search(address, "to 2001:db8::1:443 ok") == [Found(address)]


def test_port_after_the_last_zeros(search: Search) -> None:
    assert search("2001:db8::", "to 2001:db8:::443 ok") == [Found("2001:db8::")]


NOT_ADDRESSES = {
    "time": ("::12:34:56", "12:34:56"),
    "MAC address": ("aa:bb:cc:dd:ee:ff::", "aa:bb:cc:dd:ee:ff"),
    "serial number": ("aa:bb:cc:dd:ee:ff:0:11", "aa:bb:cc:dd:ee:ff:00:11"),
    "fingerprint": ("aa:bb:cc:dd:ee:ff:0:11", "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99"),
    "serial number and port": ("aa:bb:cc:dd:ee:ff:0:11", "aa:bb:cc:dd:ee:ff:00:11:80"),
    "C++ scope": ("::dead", "std::dead"),
    "scope after": ("dead::", "dead::std"),
}


@pytest.mark.parametrize(("indicator", "text"), NOT_ADDRESSES.values(), ids=NOT_ADDRESSES.keys())
def test_other_things_with_colons(search: Search, indicator: str, text: str) -> None:
    assert search(indicator, text) == []


V4 = "192.0.2.1"

MAPPED = {
    "mixed": ("::ffff:192.0.2.1", "192.0.2.1"),
    "hex": ("::ffff:c000:201", "::ffff:c000:201"),
    "upper case": ("::FFFF:C000:0201", "::FFFF:C000:0201"),
    "long": ("0:0:0:0:0:ffff:c000:201", "0:0:0:0:0:ffff:c000:201"),
    "long mixed": ("0:0:0:0:0:FFFF:192.0.2.1", "192.0.2.1"),
    "brackets and port": ("[::ffff:c000:201]:22", "::ffff:c000:201"),
    "port after a dot": ("::ffff:192.0.2.1.443", "192.0.2.1"),
}


@pytest.mark.parametrize(("text", "match"), MAPPED.values(), ids=MAPPED.keys())
def test_mapped_address_in_a_record_is_the_ipv4_address(search: Search, text: str, match: str) -> None:
    assert search(V4, f"from {text} x") == [Found(match)]


@pytest.mark.parametrize("indicator", ["::ffff:192.0.2.1", "::ffff:c000:201"])
def test_mapped_indicator_is_the_ipv4_address(search: Search, indicator: str) -> None:
    assert search(indicator, "from 192.0.2.1 to") == [Found("192.0.2.1")]


def test_embedded_ipv4_under_the_nat64_prefix(search: Search) -> None:
    assert search("64:ff9b::c000:201", "64:ff9b::192.0.2.1") == [Found("64:ff9b::192.0.2.1")]
    assert search("64:ff9b::192.0.2.1", "64:ff9b::c000:201") == [Found("64:ff9b::c000:201")]


@pytest.mark.parametrize("text", ["::192.0.2.1", "2001:db8::192.0.2.1"])
def test_embedded_ipv4_elsewhere_is_no_ipv6(search: Search, text: str) -> None:
    for indicator in ("::c000:201", "2001:db8::c000:201", "2001:db8::192", "::192"):
        assert search(indicator, text) == []
    assert search(V4, text) == [Found(V4)]


REVERSE = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"


@pytest.mark.parametrize("text", [REVERSE, REVERSE.upper(), f"{REVERSE}.", f"PTR {REVERSE}: x"])
def test_reverse_name_is_the_address(search: Search, text: str) -> None:
    assert [found.text.lower() for found in search(IP, text)] == [REVERSE]


@pytest.mark.parametrize("text", [f"0.{REVERSE}", f"x{REVERSE}", f"{REVERSE}.evil.example", REVERSE[2:]])
def test_other_name_is_no_reverse_name(search: Search, text: str) -> None:
    assert search(IP, text) == []


def test_reverse_name_in_windows_dns_form(search: Search) -> None:
    text = "".join(f"({len(label)}){label}" for label in REVERSE.split(".")) + "(0)"
    assert search(IP, f"PTR {text}") == [Found(text)]
