"""Domain names: every sentence of the design's matching rules, under both engines."""

from __future__ import annotations

import unicodedata

import pytest
from kernel_tools import Found, Search, observable

from traque.observables import canonical

NAME = "evil.example"

EXACT = {
    "alone": NAME,
    "any case": "Evil.EXAMPLE",
    "in a URL": f"GET http://{NAME}/x",
    "port": f"CONNECT {NAME}:443",
    "in a mail address": f"from=<user@{NAME}>",
    "in JSON": f'{{"sni":"{NAME}"}}',
    "in a query string": f"?u={NAME}&x",
    "quoted": f"'{NAME}'",
    "in brackets": f"({NAME})",
    "after a wildcard": f"*.{NAME}",
    "after a dot": f".{NAME}",
    "after two dots": f"www..{NAME}",
    "hyphen before": f"--{NAME}",
    "hyphen after": f"{NAME}-",
    "dash between": f"host {NAME} - -",
    "NUL on both sides": f"\0{NAME}\0",
    "curly quotes": f"“{NAME}”",
    "no-break space": f"\u00a0{NAME}\u00a0",
    "emoji": f"\U0001f600{NAME}\U0001f600",
    "ideographic full stop": f"看{NAME}。"[1:],
}


@pytest.mark.parametrize("text", EXACT.values(), ids=EXACT.keys())
def test_name_matches_itself(search: Search, text: str) -> None:
    assert [(found.text.lower(), found.relation) for found in search(NAME, text)] == [(NAME, "exact")]


def test_final_dot_is_not_part(search: Search) -> None:
    assert search(NAME, f"query: {NAME}. IN A") == [Found(NAME)]


@pytest.mark.parametrize(
    "name", ["www.evil.example", "a.b.evil.example", "_dmarc.evil.example", "*.x.evil.example"]
)
def test_subdomain_matches_and_says_so(search: Search, name: str) -> None:
    assert search(NAME, f"query {name} A") == [Found(name.removeprefix("*."), "subdomain")]


MISSES = {
    "longer label": "notevil.example",
    "hyphen joins": "not-evil.example",
    "underscore joins": "x_evil.example",
    "another suffix": f"{NAME}.org",
    "longer suffix": "evil.examples",
    "hyphen in the last label": "evil.example-net",
    "a digit before": "1evil.example",
    "only the end": "example",
    "only the beginning": "evil",
    "local part": f"{NAME}@mail.test",
    "local part, encoded": f"{NAME}%40mail.test",
    "local part, encoded twice": f"{NAME}%2540mail.test",
    "local part with a hyphen": f"{NAME}-@mail.test",
    "a letter with an accent before": f"é{NAME}",
    "a letter with an accent after": f"{NAME}é",
    "a combining mark": f"e\u0301{NAME}",
    "a digit of another script": f"٣{NAME}",
    "across a line end": "evil.\nexample",
    "defanged": "evil[.]example",
}


@pytest.mark.parametrize("text", MISSES.values(), ids=MISSES.keys())
def test_other_name_does_not_match(search: Search, text: str) -> None:
    assert search(NAME, text) == []


def test_names_above_and_below_are_reported_independently(search: Search) -> None:
    names = ["evil.example", "b.evil.example", "a.b.evil.example", "c.evil.example"]
    hits = search.hits([observable(name) for name in names], b"x a.b.evil.example y")
    assert [(hit.start, hit.end, hit.indicator, hit.relation) for hit in hits] == [
        (2, 18, 0, "subdomain"),
        (2, 18, 1, "subdomain"),
        (2, 18, 2, "exact"),
    ]


IDN = "bücher.example"

IDN_SPELLINGS = {
    "A-label": "xn--bcher-kva.example",
    "A-label in upper case": "XN--BCHER-KVA.EXAMPLE",
    "U-label": IDN,
    "U-label in upper case": "BÜCHER.example",
    "U-label, decomposed": unicodedata.normalize("NFD", IDN),
}


@pytest.mark.parametrize("indicator", [IDN, "xn--bcher-kva.example"])
@pytest.mark.parametrize("text", IDN_SPELLINGS.values(), ids=IDN_SPELLINGS.keys())
def test_idn_matches_both_ways(search: Search, indicator: str, text: str) -> None:
    assert search(indicator, f"x {text} y") == [Found(text)]
    assert search(indicator, f"x www.{text} y") == [Found(f"www.{text}", "subdomain")]


def test_idn_in_latin_1(search: Search) -> None:
    (found,) = search(IDN, b"x b\xfccher.example y")
    assert found.relation == "exact"


def test_private_suffix_matches_exactly_only(search: Search) -> None:
    assert search("github.io", "x github.io y") == [Found("github.io")]
    assert search("github.io", "x someone.github.io y") == []
    assert search("someone.github.io", "x a.someone.github.io y") == [
        Found("a.someone.github.io", "subdomain")
    ]


def test_unicode_first_label_is_whole(search: Search) -> None:
    assert search("vil.example", "évil.example") == []
    assert search("vil.example", b"\xe9vil.example") == []


WINDOWS = {
    "name": ("(4)evil(7)example(0)", "exact"),
    "below": ("(3)www(4)evil(7)example(0)", "subdomain"),
    "any case": ("(4)EVIL(7)Example(0)", "exact"),
}


@pytest.mark.parametrize(("form", "relation"), WINDOWS.values(), ids=WINDOWS.keys())
def test_windows_dns_form(search: Search, form: str, relation: str) -> None:
    assert search(NAME, f"[0001   D   NOERROR] A      {form}") == [Found(form, relation)]


@pytest.mark.parametrize(
    "form",
    [
        "(5)evil(7)example(0)",
        "(4)evil(8)example(0)",
        "(4)evil(7)example",
        "(4)evil(7)example(1)",
        "(9)something(4)evil(7)example(0)x"[:-1].replace("(9)", "(8)"),
        "(04)evil(7)example(0)",
        "(12)evil.example(0)",
    ],
)
def test_windows_dns_form_whose_lengths_disagree(search: Search, form: str) -> None:
    assert [found for found in search(NAME, f"A {form}") if found.text.startswith("(")] == []


def test_too_long_is_not_read(search: Search) -> None:
    assert search(NAME, f"{'a' * 63}.{NAME}") == [Found(f"{'a' * 63}.{NAME}", "subdomain")]
    assert search(NAME, f"{'a' * 64}.{NAME}") == []
    below = ".".join(["a" * 59] * 4)
    assert len(f"{below}.{NAME}") == 252
    assert search(NAME, f"b{below}.{NAME}") == [Found(f"b{below}.{NAME}", "subdomain")]
    assert search(NAME, f"b.{below}.{NAME}") == []


def test_idn_with_a_joining_character_is_found_as_a_label(search: Search) -> None:
    indicator = canonical("domain-name", "l·l.example")
    assert search(indicator, f"x {indicator.value} y") == [Found(indicator.value)]
