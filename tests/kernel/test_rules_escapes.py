"""An escape is a boundary, at any depth; both readings are tried; under both engines."""

from __future__ import annotations

import pytest
from kernel_tools import Found, Search

VALUES = ["192.0.2.1", "2001:db8::1", "evil.example", "user@evil.example", "http://evil.example/x"]
by_value = pytest.mark.parametrize("value", VALUES)

ESCAPES = {
    "JSON line feed": r"\n",
    "JSON tab": r"\t",
    "JSON carriage return": r"\r",
    "JSON backspace": r"\b",
    "JSON form feed": r"\f",
    "JSON quote": r"\"",
    "JSON slash": r"\/",
    "escaped twice": r"\\n",
    "escaped three times": r"\\\\t",
    "escaped quote, deep": r"\\\"",
    "JSON code point": r"\u0022",
    "JSON code point, deep": r"\\u0022",
    "JSON control": r"\u001f",
    "JSON no-break space": r"\u00a0",
    "JSON curly quote": r"\u201c",
    "JSON half of an emoji": r"\ude00",
    "hex": r"\x22",
    "hex tab": r"\x09",
    "octal": r"\042",
    "C NUL": r"\0",
    "C bell": r"\a",
    "entity": "&#9;",
    "entity in hex": "&#x9;",
    "named entity": "&quot;",
    "entity, twice": "&amp;quot;",
    "rsyslog": "#011",
    "rsyslog line feed": "#012",
    "percent": "%20",
    "percent line feed": "%0A",
    "percent slash": "%2F",
    "percent, twice": "%2520",
    "percent, three times": "%252520",
    "percent, four times": "%25252520",
    "ANSI colour": "\x1b[31m",
    "ANSI colours": "\x1b[1;31;40m",
    "ANSI 256 colours": "\x1b[38:5:196m",
    "ANSI reset": "\x1b[0m",
    "ANSI bare": "\x1b[m",
    "ANSI erase": "\x1b[K",
    "ANSI, ESC as hex": r"\x1b[31m",
    "ANSI, ESC as JSON": r"\u001b[31m",
    "ANSI, ESC as octal": r"\033[31m",
    "ANSI, ESC by rsyslog": "#033[31m",
    "ANSI, ESC as caret": "^[[31m",
    "ANSI, ESC as e": r"\e[31m",
}


@by_value
@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_escape_before_a_value_is_not_part(search: Search, escape: str, value: str) -> None:
    assert search(value, f'"msg":"x{escape}{value}"') == [Found(value)]


AFTER = [
    r"\n",
    r"\\n",
    r"\"",
    r"\u0022",
    r"\x22",
    "%20",
    "%2520",
    "&quot;",
    "&#9;",
    "#011",
    "\x1b[0m",
    '"',
    "'",
    ",",
    "\t",
]


@by_value
@pytest.mark.parametrize("escape", AFTER)
def test_escape_after_a_value_is_not_part(search: Search, escape: str, value: str) -> None:
    assert search(value, f'"msg":"{value}{escape}x"') == [Found(value)]


NOT_BOUNDARIES = {
    "JSON letter": r"\u0041",
    "JSON letter with an accent": r"\u00e9",
    "JSON hyphen": r"\u002d",
    "hex digit": r"\x31",
    "octal letter": r"\101",
    "percent letter": "%41",
    "percent underscore": "%5f",
    "percent, part of a UTF-8 letter": "%C3%A9",
    "rsyslog, part of a UTF-8 letter": "#303#251",
}


@pytest.mark.parametrize("escape", NOT_BOUNDARIES.values(), ids=NOT_BOUNDARIES.keys())
def test_escape_that_means_a_label_character_is_no_boundary(search: Search, escape: str) -> None:
    assert search("evil.example", f"x{escape}evil.example") == []


def test_both_readings_are_tried(search: Search) -> None:
    text = r'"msg":"x\tevil.example"'
    assert search("evil.example", text) == [Found("evil.example")]
    assert search("tevil.example", text) == [Found("tevil.example")]
    assert search("201.2.3.4", "x%201.2.3.4") == [Found("201.2.3.4")]
    assert search("1.2.3.4", "x%201.2.3.4") == [Found("1.2.3.4")]
    assert search("b2::1", r"x\b2::1") == [Found("b2::1")]
    assert search("2::1", r"x\b2::1") == [Found("2::1")]


def test_of_overlapping_readings_the_one_that_begins_last_is_kept(search: Search) -> None:
    assert search("evil.example", r"\twww.evil.example") == [Found("www.evil.example", "subdomain")]
    assert search("192.0.2.1", "::ffff:192.0.2.1") == [Found("192.0.2.1")]


def test_letters_that_follow_a_backslash_but_are_no_escape(search: Search) -> None:
    assert search("evil.example", r"C:\devil.example") == []
    assert search("192.0.2.1", r"\d192.0.2.1") == []


def test_windows_account(search: Search) -> None:
    assert search("192.0.2.1", r"DOMAIN\192.0.2.1") == [Found("192.0.2.1")]


def test_ansi_parameters_have_32_bytes_at_most(search: Search) -> None:
    assert search("evil.example", f"\x1b[{'1;' * 16}mevil.example") == [Found("evil.example")]
    assert search("evil.example", f"\x1b[{'1;' * 16}1mevil.example") == []
