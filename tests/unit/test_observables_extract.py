"""Observables in prose: the longest reading wins, and file names are no domain names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.observables import extract, refang


def found(text: str, **options: object) -> list[str]:
    plain = refang(text)
    values = []
    for observable, start, end in extract(plain, **options):  # type: ignore[arg-type]  # options of extract
        assert plain[start:end].strip() == plain[start:end]
        values.append(f"{observable.kind} {observable.value}")
    return values


def test_a_report() -> None:
    text = """The implant calls hxxps://evil[.]example/gate.php?id=1, then 192.0.2[.]7:8443 (see [1]).
    Mail came from bad[@]evil[.]example. Networks: 198.51.100.0/24; 2001:db8::/32 and 2001:db8::9.
    SHA-256: ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB"""
    assert found(text) == [
        "url https://evil.example/gate.php?id=1",
        "ipv4-addr 192.0.2.7",
        "email-addr bad@evil.example",
        "ipv4-net 198.51.100.0/24",
        "ipv6-net 2001:db8::/32",
        "ipv6-addr 2001:db8::9",
        "sha256 " + "ab" * 32,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "update_mips32.sh.txt", "sc2.pdb", "beacon.exe", "README.md", "install.sh", "setup.py", "main.rs", "Invoice.zip",
        "libc.6.so", "/tmp/a.com", r"C:\x\b.com", "System.Net", "System.IO.Compression", "Foo::Bar", "std::dead", "a::b", "::",
        "e.g. this", "12:34:56", "aa:bb:cc:dd:ee:ff", "version 1.2", "x_y.com", "and/or", "Main.cc", "node.js", "192.0.2.256",
    ],
)  # fmt: skip
def test_not_an_observable(text: str) -> None:
    assert found(f"We saw {text} there.") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("www.evil.sh", "domain-name www.evil.sh"),
        ("evil.co.uk", "domain-name evil.co.uk"),
        ("evil.pl", "domain-name evil.pl"),
        ("EVIL.COM", "domain-name evil.com"),
        ("xyz.onion", "domain-name xyz.onion"),
        ("bücher.example", "domain-name xn--bcher-kva.example"),
        ("«evil.example»", "domain-name evil.example"),
        ("http://evil.example/a(b).html", "url http://evil.example/a(b).html"),
        ("(http://evil.example/a)", "url http://evil.example/a"),
        ("evil.example/a.zip", "url evil.example/a.zip"),
        ("192.0.2.1/a.sh", "url 192.0.2.1/a.sh"),
        ("http://192.0.2.1", "url http://192.0.2.1"),
    ],
)
def test_an_observable(text: str, value: str) -> None:
    assert found(f"We saw {text}.") == [value]
    assert found(text) == [value]


def test_defanged_name_is_a_name_whatever_its_suffix() -> None:
    text = "It ran update.sh from transfer[.]sh"
    assert found(text) == []
    assert found(text, raw=text) == ["domain-name transfer.sh"]


def test_only_the_kinds_asked_for() -> None:
    text = "http://evil.example/a 192.0.2.1 user@evil.example"
    assert found(text, kinds=["domain-name"]) == ["domain-name evil.example", "domain-name evil.example"]
    assert found(text, kinds=["ipv4-addr"]) == ["ipv4-addr 192.0.2.1"]


def test_places_are_characters() -> None:
    text = "é\n“evil.example” ü 192.0.2.1"
    assert [text[start:end] for _, start, end in extract(text)] == ["evil.example", "192.0.2.1"]


@given(st.text(alphabet="ab1.:/@-%\\[]()éx\n ", max_size=80))
def test_extract_never_fails(text: str) -> None:
    for observable, start, end in extract(refang(text)):
        assert observable.value
        assert start < end


@pytest.mark.parametrize(
    "unit",
    [
        "a.",
        "1.",
        "::",
        "a@",
        "http://",
        "(1)a",
        "%25",
        "a:",
        "evil.example/",
        "ab" * 16 + "-",
        ",a.b/",
        "1.2.3.4/",
    ],
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    started = time.perf_counter()
    list(extract(text))
    assert time.perf_counter() - started < 5
