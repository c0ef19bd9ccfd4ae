"""Literals in large sets, where many begin or end alike: the kernel equals the oracle."""

from __future__ import annotations

import random

import pytest

from traque.errors import ObservableError
from traque.model import Observable
from traque.observables import canonical
from traque.scan import kernel, oracle
from traque.scan.matches import Hit

pytest.importorskip("traque._kernel", reason="the extension is not built")

WORDS = ["evil", "load", "update", "svc", "win", "sys", "a", "mozilla", "temp", "é", "x1"]
ENDINGS = [".exe", ".dll", ".sh", "", ".tar.gz"]
JOINTS = [b" ", b"", b"\\", b"/", b".", b"-", b"x", b'"', b"\\t", b"%20", b"\n", b"\\\\", b"\xc3\xa9"]


def name(rng: random.Random, least: int) -> str:
    """A name that shares its beginning and end with many others."""
    text = ""
    while len(text) < least:
        text += rng.choice(WORDS) + rng.choice(["", "_", "-", " ", "\\", "/"])
    return text.strip(" ") + rng.choice(ENDINGS)


def observables(rng: random.Random, count: int, least: int) -> list[Observable]:
    found: set[Observable] = set()
    while len(found) < count:
        kind = rng.choice(["file-name", "mutex", "user-agent"])
        try:
            found.add(canonical(kind, name(rng, least)))
        except ObservableError:
            continue
    return sorted(found)


@pytest.mark.parametrize("least", [3, 6, 9, 14, 40])
@pytest.mark.parametrize("seed", range(6))
def test_large_sets(seed: int, least: int) -> None:
    rng = random.Random(seed * 100 + least)
    wanted = observables(rng, rng.choice([1, 20, 300]), least)
    parts = []
    for _ in range(300):
        text = rng.choice(wanted).value if rng.random() < 0.5 else name(rng, least)
        written = text.encode()
        if rng.random() < 0.3:
            written = written.upper()
        if rng.random() < 0.3:
            written = written.replace(b"\\", b"\\\\")
        parts.append(written + rng.choice(JOINTS))
    data = b"".join(parts)
    expected = oracle.find(data, wanted)
    engine = kernel.compile(wanted)
    assert expected
    for size in (len(data), 997, 64, 4096):
        scanner = engine.scanner()
        records = [
            record
            for at in range(0, len(data), size)
            for record in scanner.feed(data[at : at + size]).matched
        ]
        records += scanner.finish().matched
        assert [hit for record in records for hit in record.hits] == expected


def test_a_literal_at_every_place_of_a_block() -> None:
    wanted = [canonical("file-name", "evil-loader-x.exe"), canonical("mutex", "abcde")]
    engine = kernel.compile(wanted)
    for pad in range(4090 - 20, 4096 + 8):
        data = b" " * pad + b"evil-loader-x.exe abcde\n"
        scanner = engine.scanner()
        hits = [
            hit for record in (*scanner.feed(data).matched, *scanner.finish().matched) for hit in record.hits
        ]
        assert [(hit.start, hit.end, hit.indicator) for hit in hits] == [
            (pad, pad + 17, 0),
            (pad + 18, pad + 23, 1),
        ]
        assert all(isinstance(hit, Hit) for hit in hits)
