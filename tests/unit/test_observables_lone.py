"""The short way for a line with one plain value gives what prose reading gives."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traque.observables import extract, lone

PLAIN = [
    "192.0.2.1", "198.51.100.0/24", "192.0.2.0", "evil.example", "a.b-c.evil.example", "xn--bcher-kva.example",
    "http://evil.example/a", "https://www.evil.example/a/b/Load.php", "http://evil.example/a/b?x=1&y=Z", "a@evil.example", "first.last+x@mail.evil.example",
    "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "a" * 64, "0" * 128,
]  # fmt: skip
LOOK_CLOSER = [
    "", "192.0.2.256", "192.0.2.1.", "192.0.2[.]1", "update.sh", "www.evil.sh", "sc2.pdb", "Evil.example", "com", "co.uk",
    "evil.example.", "-evil.example", "http://evil.example", "http://evil.example/", "http://evil.example/a?", "a b",
    "D41D8CD98F00B204E9800998ECF8427E", "2001:db8::1", "evil", "evil.nosuchtld", "a@evil", "0.0.0.0/0", "10.0.0.0/4",
]  # fmt: skip


def by_prose(text: str) -> list[object]:
    return [observable for observable, _, _ in extract(text)]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_value_goes_the_short_way(text: str) -> None:
    assert [lone(text)] == by_prose(text)


@pytest.mark.parametrize("text", LOOK_CLOSER)
def test_what_leaves_a_question_does_not(text: str) -> None:
    assert lone(text) is None


ALPHABET = string.ascii_lowercase[:6] + "0123456789" + "..//:@-_+?=%AF"


@given(seed=st.integers(0, 2**32))
@settings(max_examples=400, deadline=None)
def test_the_short_way_never_differs(seed: int) -> None:
    rng = random.Random(seed)
    text = list(rng.choice(PLAIN))
    for _ in range(rng.randrange(4)):
        place = rng.randrange(len(text) + 1)
        text[place : place + rng.randrange(2)] = rng.choice(ALPHABET)
    word = "".join(text)
    only = lone(word)
    assert only is None or [only] == by_prose(word)
