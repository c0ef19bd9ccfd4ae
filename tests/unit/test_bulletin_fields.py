"""Times, sharing marks, confidences, roles, encodings: the small readers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.bulletins import _json, _table
from traque.bulletins._decode import to_utf8
from traque.bulletins._fields import confidence, moment, pap_tag, strictest, tlp, tlp_tag
from traque.bulletins._roles import role_of
from traque.errors import MalformedBulletin, UnrecognisedBulletin


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2021-07-20", datetime(2021, 7, 20, tzinfo=UTC)),
        ("2020-12-14 1:43", datetime(2020, 12, 14, 1, 43, tzinfo=UTC)),
        ("2024-01-01T02:00:00+02:00", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-02-22T17:04:24.262Z", datetime(2024, 2, 22, 17, 4, 24, 262000, tzinfo=UTC)),
        ("1550506283", datetime(2019, 2, 18, 16, 11, 23, tzinfo=UTC)),
        ("0", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2021-13-40", None),
        ("May 3", None),
        (None, None),
        (True, None),
    ],
)
def test_moment(written: object, expected: datetime | None) -> None:
    assert moment(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("tlp:white", "clear"),
        ("TLP:AMBER+STRICT", "amber+strict"),
        ("TLP: Amber", "amber"),
        ('cossi:TLP="green"', "green"),
        ("RED", "red"),
        ("NON-CLASSIFIEES", None),
    ],
)
def test_tlp(written: str, expected: str | None) -> None:
    assert tlp(written) == expected


def test_a_bare_colour_in_prose_is_no_tlp() -> None:
    assert tlp_tag("the red team") is None
    assert pap_tag("PAP:GREEN") == "green"
    assert strictest(["clear", None, "amber", "green"]) == "amber"
    assert strictest([]) is None


@pytest.mark.parametrize(
    ("written", "expected"), [(80, 80), ("100", 100), ("High", 85), ("101", None), (True, None), ("", None)]
)
def test_confidence(written: object, expected: int | None) -> None:
    assert confidence(written) == expected


@pytest.mark.parametrize(
    ("words", "kind", "expected"),
    [
        ("Router Proxy C2", "ipv4-addr", "c2"),
        ("command-and-control (mitre-attack)", "domain-name", "c2"),
        ("anonymization", "ipv4-addr", "relay"),
        ("relais d'anonymisation", "ipv4-addr", "relay"),
        ("1st stage Payload Server", "ipv4-addr", "payload"),
        ("Credential phishing", "domain-name", "phishing"),
        ("IoT scanner", "ipv4-addr", "scanner"),
        ("sample that talks to its C2", "sha256", None),
        ("dropper", "sha256", "payload"),
        ("not a C2", "ipv4-addr", None),
        ("Tier 2", "ipv4-addr", None),
        ("2nd Stage Servers", "ipv4-addr", None),
        ("abc2def", "ipv4-addr", None),
    ],
)
def test_roles_come_from_words_only(words: str, kind: str, expected: str | None) -> None:
    assert role_of([words], kind) == expected


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"]
)
def test_text_in_any_encoding(encoding: str) -> None:
    text = "relais d'été\n192.0.2.1\nevil.example\n"
    found, notes = to_utf8(text.encode(encoding), "x", "")
    assert found.decode() == text
    assert bool(notes) is (encoding not in ("utf-8", "utf-8-sig"))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04", "zip"),
        (b"\x7fELF\x02", "ELF"),
        (bytes(range(256)) * 8, "binary"),
        (b"MZ\x90\0\x03\0\0\0", "PE"),
    ],
)
def test_binary_data_are_refused_in_words(data: bytes, word: str) -> None:
    with pytest.raises(UnrecognisedBulletin, match=word):
        to_utf8(data, "x", "what is read")


def test_a_few_nul_bytes_are_spaces() -> None:
    found, notes = to_utf8(
        b"192.0.2.1\0evil.example and more text around it, enough of it to be text" * 2, "x", ""
    )
    assert found.startswith(b"192.0.2.1 evil.example")
    assert notes == ("2 NUL bytes were read as spaces",)


def test_trailing_comma_is_repaired_outside_strings_only() -> None:
    value, notes = _json.load(b'{"a": [1, 2,\n ], "b": ",]", }', "x")
    assert value == {"a": [1, 2], "b": ",]"}
    assert notes


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{"a": 1\n "b": 2}', "line 2, column 2"),
        (b'{"a": 1', "line 1, column 8"),
        (b"[" * 200_000, "x"),
        (b'{"a":' * 200_000, "x"),
    ],
)
def test_broken_json_says_where(data: bytes, place: str) -> None:
    with pytest.raises(MalformedBulletin) as refusal:
        _json.load(data, "x")
    assert place in refusal.value.where


def test_an_open_quote_swallows_no_row() -> None:
    text = 'a,b\n1,2\n"3,4\n5,6\n'
    assert list(_table.rows(text, ",")) == [
        (1, ["a", "b"]),
        (2, ["1", "2"]),
        (3, ["3", "4"]),
        (4, ["5", "6"]),
    ]
    long = 'a,b\n"' + "x,y\n" * 100_000
    assert sum(1 for _ in _table.rows(long, ",")) == 100_001


def test_quoted_cells_may_hold_lines() -> None:
    assert list(_table.rows('a,"b\nc"\nd,e\n', ",")) == [(1, ["a", "b\nc"]), (3, ["d", "e"])]


@given(st.text(max_size=200), st.sampled_from(_table.DELIMITERS))
def test_any_text_has_rows(text: str, delimiter: str) -> None:
    for number, cells in _table.rows(text, delimiter):
        assert number >= 1
        assert cells
