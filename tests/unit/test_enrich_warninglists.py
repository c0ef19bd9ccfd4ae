"""Warninglists: the same answers as MISP's own library, on values of every list."""

from __future__ import annotations

import ipaddress
import json
import random
import re
import sys
from pathlib import Path

import pymispwarninglists
import pytest

from traque.enrich import warninglists
from traque.model import Observable

ORACLE_DATA = Path(pymispwarninglists.__file__).parent / "data" / "misp-warninglists" / "lists"


def _lower(slug: str) -> dict:
    """A list as MISP ships it, in lower case: its library compares with case, traque without."""
    read = json.loads((ORACLE_DATA / slug / "list.json").read_text("utf-8"))
    return read | {"list": [entry.strip().lower() for entry in read["list"]]}


@pytest.fixture(scope="module")
def oracle() -> dict[str, pymispwarninglists.WarningList]:
    kept = [known.slug for known in warninglists.lists()]
    return {slug: pymispwarninglists.WarningList(_lower(slug), slow_search=True) for slug in kept}


def _values(held: pymispwarninglists.WarningList, pick: random.Random) -> set[str]:
    """Entries of a list, and values that are just inside and just outside of it."""
    entries = pick.sample(held.list, min(2, len(held.list)))
    if held.type == "cidr":
        values = set()
        for entry in entries:
            network = ipaddress.ip_network(entry)
            whole = int(network[0]), int(network[-1])
            near = (whole[0] - 1, whole[0], pick.randint(*whole), whole[1], whole[1] + 1)
            top = (1 << network.max_prefixlen) - 1
            values |= {str(type(network[0])(min(max(number, 0), top))) for number in near}
        return values
    texts = {entry.lstrip(".") for entry in entries}
    return texts | {
        changed
        for text in texts
        for changed in (
            f"www.{text}",
            f"x{text}",
            f"{text}x",
            f"{text}.example",
            f"http://{text}/a?b=c.d",
            f".{text}",
        )
    }


def test_answers_equal_the_oracle_on_values_of_every_list(oracle: dict) -> None:
    pick = random.Random(20211)
    values = {value for held in oracle.values() for value in _values(held, pick)}
    assert len(values) > 1000
    for value in sorted(values):
        expected = {slug for slug, held in oracle.items() if held.type != "regex" and value in held}
        assert {known.slug for known in warninglists.search(value)} == expected, value


def test_every_type_of_list_is_packed() -> None:
    assert {known.type for known in warninglists.lists()} == {
        "string",
        "substring",
        "hostname",
        "cidr",
        "regex",
    }
    assert {known.group for known in warninglists.lists()} == set(warninglists.GROUPS)


def test_regex_lists_are_asked_for_their_kind_only() -> None:
    (read,) = json.loads((ORACLE_DATA / "common-contact-emails" / "list.json").read_text())["list"]
    pattern = re.compile(read.split("/")[1].replace("\\@", "@"), re.IGNORECASE)
    for mail in (
        "abuse@isp.example",
        "NOC@isp.example",
        "abusive@isp.example",
        "abuse@localhost",
        "me@isp.example",
    ):
        hits = [hit.list.slug for hit in warninglists.holding(Observable("email-addr", mail))]
        assert ("common-contact-emails" in hits) is bool(pattern.match(mail))
    assert warninglists.search("abuse@isp.example") == ()


@pytest.mark.parametrize(
    ("kind", "value", "slug", "entry", "whole"),
    [
        ("ipv4-addr", "8.8.8.8", "public-dns-v4", "", True),
        ("ipv4-net", "8.8.8.0/24", "public-dns-v4", "", False),
        ("ipv4-net", "192.168.7.0/24", "rfc1918", "", True),
        ("ipv6-addr", "2001:db8::1", "rfc3849", "", True),
        ("domain-name", "mail.google.com", "alexa", "google.com", True),
        ("domain-name", "www.virustotal.com", "automated-malware-analysis", "virustotal.com", True),
        ("url", "https://mail.google.com/x", "alexa", "google.com", True),
        ("email-addr", "me@0box.eu", "disposable-email", "0box.eu", True),
        ("md5", "d41d8cd98f00b204e9800998ecf8427e", "empty-hashes", "d41d8cd98f00b204e9800998ecf8427e", True),
    ],
)
def test_holding_says_which_list_and_entry(kind: str, value: str, slug: str, entry: str, whole: bool) -> None:
    hits = {hit.list.slug: hit for hit in warninglists.holding(Observable(kind, value))}
    assert (hits[slug].entry, hits[slug].whole) == (entry, whole)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ipv4-addr", "5.36.59.76"),
        ("domain-name", "evil.example"),
        ("domain-name", "notgoogle.com.evil.example"),
        ("sha256", "0" * 64),
        ("user-agent", "curl/7.1"),
        ("file-name", "a.exe"),
        ("mutex", ""),
        ("ipv4-addr", "not an address"),
        ("ipv4-addr", "\udcff"),
    ],
)
def test_what_is_in_no_list(kind: str, value: str) -> None:
    assert warninglists.holding(Observable(kind, value)) == ()


def test_a_long_hostile_value_costs_linear_time() -> None:
    value = "http://" + "a." * 200_000 + "example/" + "mail.com" * 1000
    assert warninglists.holding(Observable("file-name", value)) == ()


def test_look_ups_take_microseconds() -> None:
    import time

    pick = random.Random(7)
    values = [
        Observable("ipv4-addr", f"{pick.randint(1, 223)}.{n >> 8 & 255}.{n & 255}.7") for n in range(25_000)
    ]
    values += [Observable("domain-name", f"www{n}.evil{n % 97}.example") for n in range(25_000)]
    warninglists.holding(values[0]), warninglists.holding(values[-1])
    start = time.process_time()
    for value in values:
        warninglists.holding(value)
    each = (time.process_time() - start) / len(values)
    assert each < (20e-6 if sys.gettrace() else 6e-6)  # 1.3 µs here; the rest is for slow and busy machines
