"""STIX patterns: what becomes a value, what keeps company, what is excluded."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.bulletins._stix_pattern import PatternError, comparisons
from traque.bulletins._stix_values import kind_of


def told(pattern: str) -> list[tuple[str, str, tuple[str, ...], bool, tuple[str, ...]]]:
    return [(c.path, c.operator, c.values, c.negated, c.together) for c in comparisons(pattern)]


def test_or_stands_alone() -> None:
    assert told("[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'evil.example']") == [
        ("ipv4-addr:value", "=", ("192.0.2.1",), False, ()),
        ("domain-name:value", "=", ("evil.example",), False, ()),
    ]


def test_and_keeps_the_others() -> None:
    """MISP-STIX-Converter#23: an AND taken apart into lone indicators such as ``.exe``."""
    first, second = comparisons("[file:name = '.exe' AND file:hashes.MD5 = '0']")
    assert first.together == ("file:hashes.MD5 = 0",)
    assert second.together == ("file:name = .exe",)


def test_or_inside_and() -> None:
    a, b, c = comparisons("[(a:x = '1' OR a:x = '2') AND b:y = '3']")
    assert a.together == b.together == ("b:y = 3",)
    assert c.together == ("(a:x = 1 OR a:x = 2)",)


def test_and_binds_before_or() -> None:
    a, b, c = comparisons("[a:x = '1' AND a:x = '2' OR a:x = '3']")
    assert (a.together, b.together, c.together) == (("a:x = 2",), ("a:x = 1",), ())


def test_followedby_and_qualifiers() -> None:
    pattern = "([a:x = '1'] FOLLOWEDBY [b:y = '2']) WITHIN 5 SECONDS REPEATS 3 TIMES START t'2024-01-01T00:00:00Z' STOP t'2024-02-01T00:00:00Z'"
    a, b = comparisons(pattern)
    assert (a.together, b.together) == (("b:y = 2",), ("a:x = 1",))


@pytest.mark.parametrize(
    ("operator", "negated"), [("!=", True), ("NOT =", True), ("=", False), ("NOT !=", False), ("<>", True)]
)
def test_negation(operator: str, negated: bool) -> None:
    assert comparisons(f"[a:x {operator} '1']")[0].negated is negated


def test_sets_escapes_numbers_and_words() -> None:
    assert told(r"[a:x IN ('it\'s', 'b\\c', 'd') AND b:n = -3.5 AND c:t = true]")[0][2] == (
        "it's",
        r"b\c",
        "d",
    )
    assert comparisons("[file:hashes.'SHA-256' = 'x']")[0].path == "file:hashes.'SHA-256'"
    assert comparisons("[file:hashes.SHA-256='x']")[0].path == "file:hashes.SHA-256"
    assert comparisons("[EXISTS file:name]")[0].operator == "EXISTS"


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "[",
        "[]",
        "[a:x]",
        "[a:x =]",
        "[a:x = '1'",
        "[a:x = '1']]",
        "[a:x = '1",
        "[a:x ~ '1']",
        "a",
        "(" * 5000,
        "[a:x IN '1']",
    ],
)
def test_broken_patterns_say_where(broken: str) -> None:
    with pytest.raises(PatternError):
        comparisons(broken)


@given(st.text(alphabet="[]()'= abANDORtx:.,!\\<>1", max_size=60))
def test_any_text_is_a_pattern_or_a_pattern_error(text: str) -> None:
    with contextlib.suppress(PatternError):
        comparisons(text)


def test_long_chains_stay_short_and_quick() -> None:
    many = " OR ".join(f"a:x = '{n}'" for n in range(20_000))
    assert len(comparisons(f"[{many}]")) == 20_000
    joined = " AND ".join(f"a:x = '{n}'" for n in range(3_000))
    assert comparisons(f"[{joined}]")[0].together[-1] == "and 2987 more"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("ipv4-addr:value", "address"),
        ("network-traffic:dst_ref.value", ""),
        ("email-message:from_ref.value", ""),
        ("email-message:to_refs[*].value", ""),
        ("domain-name:resolves_to_refs[0].value", ""),
        ("file:hashes.MD5", "md5"),
        ("file:hashes.'SHA-512'", "sha512"),
        ("file:hashes.SSDEEP", None),
        ("process:image_ref.hashes.'SHA-1'", "sha1"),
        ("x509-certificate:hashes.'SHA-1'", "x509-certificate"),
        ("x509-certificate:hashes.MD5", "x509-certificate"),
        ("x509-certificate:hashes.'SHA-512'", None),
        ("x509-certificate:serial_number", None),
        ("file:name", "file-name"),
        ("file:parent_directory_ref.path", "file-name"),
        ("file:size", None),
        ("windows-registry-key:key", "registry-key"),
        ("windows-registry-key:values[*].name", None),
        ("mutex:name", "mutex"),
        ("autonomous-system:number", "asn"),
        ("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'", "user-agent"),
        ("process:extensions.'windows-service-ext'.service_name", "windows-service"),
        ("process:command_line", None),
        ("user-account:user_id", None),
        ("file:extensions.'windows-pebinary-ext'.sections[*].hashes.MD5", None),
        ("network-traffic:extensions.'http-request-ext'.request_header.Host", "domain-name"),
        ("network-traffic:dst_port", None),
    ],
)
def test_paths(path: str, kind: str | None) -> None:
    assert kind_of(path) == kind
