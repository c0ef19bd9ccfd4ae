"""YARA, behaving: what holds a listed value matches, and what is nearly one does not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from traque.bulletins import from_values
from traque.detect import DetectOptions, detect

yara_x = pytest.importorskip("yara_x")
MADE = datetime(2026, 1, 15, tzinfo=UTC)
SAMPLE = b"MZ\x90 not really a program"


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], set[str]]:
    folder: Path = tmp_path_factory.mktemp("yara")
    digests = [make(SAMPLE).hexdigest() for make in (hashlib.md5, hashlib.sha1, hashlib.sha256)]
    bulletin = from_values(["evil.example", "192.0.2.10", "http://evil.example/a?b='c\"\\", *digests])
    detect([bulletin], folder, options=DetectOptions(targets=("yara",)), made=MADE)
    rules = yara_x.compile((folder / "yara/traque.yar").read_text())
    return lambda data: {
        rule.identifier.removeprefix("traque_command_line_") for rule in rules.scan(data).matching_rules
    }


def test_a_listed_file_matches_by_each_hash(scan: Callable[[bytes], set[str]]) -> None:
    assert scan(SAMPLE) == {"md5_1", "sha1_1", "sha256_1"}


def test_a_file_with_one_more_byte_does_not(scan: Callable[[bytes], set[str]]) -> None:
    assert scan(SAMPLE + b".") == set()


@pytest.mark.parametrize(
    "data",
    [
        b"connect to evil.example:443",
        b"GET http://www.EVIL.example/",
        "evil.example".encode("utf-16-le"),
        b"ip=192.0.2.10;",
    ],
)
def test_a_file_that_holds_a_listed_value_matches(scan: Callable[[bytes], set[str]], data: bytes) -> None:
    assert scan(data) == {"names_1"}


@pytest.mark.parametrize(
    "data",
    [b"notevil.example", b"evil.examples", b"192.0.2.100", b"1192.0.2.10", b"evil-example", b"evilxexample"],
)
def test_near_misses_do_not(scan: Callable[[bytes], set[str]], data: bytes) -> None:
    assert scan(data) == set()
