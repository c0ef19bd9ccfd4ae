from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.reports import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, é, 漢字", "plain text, é, 漢字"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]8;;http://evil.example\x07link", r"\x1b]8;;http://evil.example\x07link"),
        ("\x9b2J", r"\x9b2J"),  # C1: CSI in one character
        ("a\tb\nc\rd\0e", r"a\tb\nc\rd\0e"),
        ("user\u202egpj.exe", r"user\u202egpj.exe"),  # right-to-left override
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("evil\u200b.example", r"evil\u200b.example"),
        ("\ufeffbom", r"\ufeffbom"),
        ("soft\xadhyphen", r"soft\xadhyphen"),
        ("line\u2028end\u2029", r"line\u2028end\u2029"),
        ("nbsp\xa0", r"nbsp\xa0"),
        ("\udcff\ud800", r"\udcff\ud800"),  # undecodable bytes of a file name
        ("\U000e0041tag", r"\U000e0041tag"),
        ("\u3164filler\ufe0f", r"\u3164filler\ufe0f"),
        ("[bold red]markup[/]", "[bold red]markup[/]"),
        (r"already \x1b", r"already \x1b"),
    ],
)
def test_what_acts_or_hides_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_ascii_only_escapes_the_rest() -> None:
    assert printable("é漢\U0001f600", ascii_only=True) == r"\xe9\u6f22\U0001f600"


@given(st.text(st.characters()) | st.text(st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_nothing_unprintable_is_left(text: str) -> None:
    shown = printable(text)
    assert all(unicodedata.category(char)[0] != "C" and char.isprintable() for char in shown)
    assert printable(shown) == shown
    assert printable(text, ascii_only=True).isascii()
