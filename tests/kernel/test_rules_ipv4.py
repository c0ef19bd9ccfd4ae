"""IPv4 addresses: every sentence of the design's matching rules, under both engines."""

from __future__ import annotations

import pytest
from kernel_tools import Found, Search

IP = "192.0.2.1"

ALONE = [Found(IP)]

MATCHES = {
    "at the beginning and end of the record": IP,
    "between blanks": f"from {IP} to",
    "in brackets": f"sshd[12]: [{IP}]",
    "after an equals sign": f"SRC={IP} DST=203.0.113.5",
    "in JSON": f'{{"src_ip":"{IP}","n":1}}',
    "in CSV": f"a,{IP},b",
    "at the end of a sentence": f"blocked {IP}.",
    "port after a colon": f"{IP}:443",
    "BIND port": f"client {IP}#53124",
    "ASA port": f"outside:{IP}/443",
    "tcpdump port": f"IP {IP}.443 > x",
    "highest port": f"{IP}.65535:",
    "port, then the sentence ends": f"to {IP}.443. Bye",
    "tcpdump service name": f"IP {IP}.https > x",
    "service name with a hyphen": f"{IP}.http-alt:",
    "a range": f"{IP}-198.51.100.7",
    "after an underscore": f"ip_{IP}",
    "after a letter and a dot": f"eth0.vlan.{IP}",
    "after a Chinese letter": f"地址{IP}",
    "in a URL": f"GET http://{IP}/x",
    "as a network": f"route {IP}/24",
    "mapped in IPv6": f"::ffff:{IP}",
    "user information before it": f"root@{IP}",
    "two dots after it": f"{IP}..",
    "followed by a dot and a non-ASCII letter": f"{IP}.é",
    "a fragment with a port too large": f"{IP}:99999",
    "a NUL after it": f"{IP}\0",
}


@pytest.mark.parametrize("text", MATCHES.values(), ids=MATCHES.keys())
def test_bounded_address_matches(search: Search, text: str) -> None:
    assert search(IP, text) == ALONE


MISSES = {
    "a digit before": f"1{IP}",
    "a digit after": f"{IP}1",
    "a letter before": f"v{IP}",
    "a letter after": f"{IP}rc1",
    "digit and dot before": f"1.{IP}",
    "five numbers with a leading zero": f"{IP}.0443",
    "port 0": f"{IP}.0",
    "port above 65535": f"{IP}.65536",
    "port followed by a dot and a digit": f"{IP}.443.1",
    "six numbers": f"{IP}.2.3",
    "an OID": f"1.3.6.{IP}.5",
    "part of a name": f"{IP}.dsl.isp.example",
    "a label and a dot": f"{IP}.dsl.",
    "a label that begins with a digit": f"{IP}.5isp",
    "DNSBL query": f"{IP}.zen.dnsbl.example",
    "dashed": "ec2-192-0-2-1.compute.example",
    "forward under in-addr.arpa": f"{IP}.in-addr.arpa",
    "a version": "Chrome/192.0.2.10",
    "across a line end": "192.0.\n2.1",
    "octet above 255": "192.0.2.256",
    "defanged": "192.0.2[.]1",
}


@pytest.mark.parametrize("text", MISSES.values(), ids=MISSES.keys())
def test_part_of_something_else_does_not_match(search: Search, text: str) -> None:
    assert search(IP, text) == []


@pytest.mark.parametrize("text", ["192.000.002.001", "192.0.02.1", "192.00.2.001"])
def test_zero_padded_octets_are_decimal(search: Search, text: str) -> None:
    assert search(IP, text) == [Found(text)]


def test_octets_have_three_digits_at_most(search: Search) -> None:
    assert search(IP, "0192.0.2.1") == []
    assert search(IP, "192.0.2.0001") == []


@pytest.mark.parametrize("address", ["198.51.100.0", "198.51.100.255", "0.0.0.1"])
def test_first_and_last_of_a_network_are_hosts(search: Search, address: str) -> None:
    assert search(address, f"DENY {address} x") == [Found(address)]


REVERSED = {
    "plain": "1.2.0.192.in-addr.arpa",
    "final dot": "1.2.0.192.in-addr.arpa.",
    "any case": "1.2.0.192.IN-ADDR.ARPA",
    "sentence": "PTR 1.2.0.192.in-addr.arpa: NXDOMAIN",
}


@pytest.mark.parametrize("text", REVERSED.values(), ids=REVERSED.keys())
def test_reverse_name_is_the_address(search: Search, text: str) -> None:
    assert [found.text.lower() for found in search(IP, text)] == ["1.2.0.192.in-addr.arpa"]


def test_reverse_name_is_read_reversed_only(search: Search) -> None:
    assert search("1.2.0.192", "1.2.0.192.in-addr.arpa") == []


@pytest.mark.parametrize("text", ["1.2.0.192.in-addr.arpanet", "1.2.0.192.in-addr.arpa.evil.example"])
def test_longer_name_is_no_reverse_name(search: Search, text: str) -> None:
    assert search(IP, text) == []


def test_reverse_name_in_windows_dns_form(search: Search) -> None:
    text = "PTR (1)1(1)2(1)0(3)192(7)in-addr(4)arpa(0)"
    assert search(IP, text) == [Found(text[4:])]


@pytest.mark.parametrize("text", ["Chrome/105.0.0.0 Safari", "Edg/105.0.0.0"])
def test_letter_slash_n_0_0_0_is_a_version(search: Search, text: str) -> None:
    assert search("105.0.0.0", text) == []


@pytest.mark.parametrize("text", ["x /105.0.0.0", "8/105.0.0.0", "105.0.0.0"])
def test_n_0_0_0_elsewhere_is_an_address(search: Search, text: str) -> None:
    assert search("105.0.0.0", text) == [Found("105.0.0.0")]


def test_other_value_after_letter_and_slash_is_an_address(search: Search) -> None:
    assert search("198.51.100.7", "tcp/198.51.100.7") == [Found("198.51.100.7")]


def test_every_occurrence_is_reported(search: Search) -> None:
    assert search(IP, f"{IP} {IP},{IP}\n{IP}") == ALONE * 4
