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


def _entries(slug: str) -> list[str]:
    """A list's entries in lower case: MISP's library compares with case, traque without."""
    read = json.loads((ORACLE_DATA / slug / "list.json").read_text("utf-8"))
    return [entry.strip().lower() for entry in read["list"]]


def _block(address: str) -> str:
    """What the entries of long address lists are told apart by: none of them is wider."""
    return address.split(".", maxsplit=1)[0] if "." in address else address[:4]


def _oracle(slug: str, entries: list[str], picked: list[str]) -> pymispwarninglists.WarningList:
    """MISP's own look-up; of a very long address list (minutes to load) with what is near the picked entries."""
    read = json.loads((ORACLE_DATA / slug / "list.json").read_text("utf-8"))
    if read["type"] == "cidr" and len(entries) > 2000:
        blocks = {_block(entry) for entry in picked}
        assert all("." not in entry or int(entry.partition("/")[2] or 32) >= 8 for entry in entries)
        entries = [entry for entry in entries if _block(entry) in blocks]
    return pymispwarninglists.WarningList(read | {"list": entries}, slow_search=True)


def _values(kind: str, entries: list[str], pick: random.Random) -> set[str]:
    """The picked entries, and values that are just inside and just outside of them."""
    if kind == "cidr":
        values = set()
        for entry in entries:
            network = ipaddress.ip_network(entry)
            first, last = int(network[0]), int(network[-1])
            top = (1 << network.max_prefixlen) - 1
            near = (first - 1, first, pick.randint(first, last), last, last + 1)
            values |= {str(type(network[0])(min(max(number, 0), top))) for number in near}
        return values
    texts = {entry.lstrip(".") for entry in entries}
    return texts | {
        changed
        for text in texts
        for changed in (f"www.{text}", f"x{text}", f"{text}x", f"{text}.example", f"http://{text}/a?b=c.d")
    }


@pytest.mark.parametrize("known", warninglists.lists(), ids=lambda known: known.slug)
def test_answers_equal_the_oracle_on_values_of_every_list(known: warninglists.Warninglist) -> None:
    if known.type == "regex":  # the oracle does not evaluate them: tested below
        return
    pick = random.Random(known.slug)
    entries = _entries(known.slug)
    picked = pick.sample(entries, min(12, len(entries)))
    oracle = _oracle(known.slug, entries, picked)
    strangers = {"evil.example", "203.0.113.9", "2001:db8::9", "0" * 64, "http://evil.example/virustotal.com"}
    held = 0
    for value in sorted(_values(known.type, picked, pick) | strangers):
        if known.type == "cidr" and len(entries) > 2000 and _block(value) not in {_block(e) for e in picked}:
            continue
        assert (known in warninglists.search(value)) is (value in oracle), value
        held += value in oracle
    assert held


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
