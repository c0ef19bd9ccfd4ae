"""Defanged text is read as what it means; refanging is idempotent."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.observables import refang

DEFANGED = {
    "evil[.]example": "evil.example",
    "evil[dot]example": "evil.example",
    "evil[DOT]example": "evil.example",
    "evil(.)example": "evil.example",
    "evil(dot)example": "evil.example",
    "evil{.}example": "evil.example",
    "evil[ . ]example": "evil.example",
    "evil [.] example": "evil.example",
    "evil[[.]]example": "evil.example",
    "evil[.example": "evil.example",
    "evil.]example": "evil.example",
    r"evil\.example": "evil.example",
    "192.0.2[.1": "192.0.2.1",
    "192[.]0[.]2[.]1": "192.0.2.1",
    r"192\.0\.2\.1": "192.0.2.1",
    "hxxp://evil.example": "http://evil.example",
    "hXXps://evil.example": "https://evil.example",
    "h**p://evil.example": "http://evil.example",
    "hxxp[:]//evil.example": "http://evil.example",
    "hxxps[://]evil[.]example": "https://evil.example",
    "http:[//]evil.example": "http://evil.example",
    "hxxp(:)//evil.example": "http://evil.example",
    "http://evil.example[/]gate[.]php": "http://evil.example/gate.php",
    "fxp://evil.example": "ftp://evil.example",
    "user[@]evil[.]example": "user@evil.example",
    "user[at]evil[dot]example": "user@evil.example",
    "user(at)evil.example": "user@evil.example",
    "user (at) evil (dot) example": "user@evil.example",
    "2001[:]db8[:][:]1": "2001:db8::1",
    "ev\u200bil.exa\u00admple": "evil.example",
    "\ufeffevil.example\u00a0x": "evil.example x",
    "evil．example": "evil.example",
    "evil。example": "evil.example",
    "evil[-]site.example": "evil-site.example",
}


@pytest.mark.parametrize(("text", "plain"), DEFANGED.items(), ids=[ascii(text) for text in DEFANGED])
def test_defanged_writing(text: str, plain: str) -> None:
    assert refang(text) == plain
    assert refang(f"see {text}, and") == f"see {plain}, and"


UNTOUCHED = [
    "A sentence. Another one (in brackets).",
    "a list [1], [2] and f(x).y",
    "hxxp without a colon",
    "C:\\Users\\x",
    "the dot and at words",
    "http://[2001:db8::1]:80/",
    "x = a[i].b",
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_other_text_is_left_alone(text: str) -> None:
    assert refang(text) == text


PIECES = st.sampled_from(
    [*"[](){}.:/@\\- \t*hxp", "dot", "at", "hxxp", "evil", "1", "\u200b", "．", "://", "[.]"]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_refang_is_idempotent(text: str) -> None:
    assert refang(refang(text)) == refang(text)


PLAIN = st.sampled_from(
    ["http://evil.example/a.b?c", "192.0.2.1", "user@evil.example", "https://192.0.2.1:8080/x", "a.b.example"]
)
DEFANGERS = {
    "dots in brackets": lambda text: text.replace(".", "[.]"),
    "dots in words": lambda text: text.replace(".", "[dot]"),
    "dots in parentheses": lambda text: text.replace(".", "(.)"),
    "at": lambda text: text.replace("@", "[at]"),
    "scheme": lambda text: text.replace("http", "hxxp"),
    "mark": lambda text: text.replace("://", "[:]//"),
    "whole mark": lambda text: text.replace("://", "[://]"),
    "zero width": lambda text: text.replace(".", ".\u200b"),
}


@given(PLAIN, st.lists(st.sampled_from(sorted(DEFANGERS)), unique=True))
def test_defang_and_refang_is_a_round_trip(plain: str, ways: list[str]) -> None:
    text = plain
    if "mark" in ways and "whole mark" in ways:
        ways.remove("mark")  # nobody writes [[:]//]
    for way in ways:
        text = DEFANGERS[way](text)
    assert refang(text) == plain


@pytest.mark.parametrize(
    "unit", ["[", "[ ", "(.", "[.", "a[.", "\\", "\\.", "[dot", "]", " ]", "h**p", "[" * 50 + "."]
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.perf_counter()
    refang(text)
    assert time.perf_counter() - started < 5
