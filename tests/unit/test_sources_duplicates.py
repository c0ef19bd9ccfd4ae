"""The same text twice, however it is wrapped, encoded, or cut."""

from __future__ import annotations

import bz2
import gzip
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from traque.diagnostics import Diagnostics
from traque.sources import Entry, Source, open_entry
from traque.sources.duplicates import Same, fingerprint, same_content

LOG = b"".join(
    b"2021-05-10 10:%02d:%02d host caf\xc3\xa9 line %d\n" % (n // 60 % 60, n % 60, n) for n in range(60_000)
)
CUT = gzip.compress(LOG)[:-5000]


class Files:
    """Makes sources of bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0

    def __call__(self, data: bytes) -> Source:
        self._made += 1
        path = self._folder / f"{self._made}.log"
        path.write_bytes(data)
        entry = Entry(path=path, display=path.name, size=len(data), mtime=0)
        return next(open_entry(entry, diagnostics=Diagnostics()))


@pytest.fixture
def made(tmp_path: Path) -> Files:
    return Files(tmp_path)


EQUAL = {
    "itself": LOG,
    "gzip": gzip.compress(LOG),
    "bzip2 of two streams": bz2.compress(LOG[:100]) + bz2.compress(LOG[100:]),
    "crlf": LOG.replace(b"\n", b"\r\n"),
    "bom": b"\xef\xbb\xbf" + LOG,
    "bom and crlf": b"\xef\xbb\xbf" + LOG.replace(b"\n", b"\r\n"),
    "utf-16-le with bom": ("\ufeff" + LOG.decode()).encode("utf-16-le"),
    "utf-16-be without bom, crlf": LOG.replace(b"\n", b"\r\n").decode().encode("utf-16-be"),
    "utf-16 in gzip": gzip.compress(("\ufeff" + LOG.decode()).encode("utf-16-le")),
}


@pytest.mark.parametrize("how", EQUAL)
def test_equal(how: str, made: Files) -> None:
    first, second = made(EQUAL[how]), made(LOG)
    assert same_content(first, second) is Same.EQUAL
    assert same_content(second, first) is Same.EQUAL
    assert fingerprint(first.head()) == fingerprint(second.head()) is not None


@pytest.mark.parametrize("beginning", [LOG[:50_000], CUT, LOG[:-1], gzip.compress(LOG[:70_000])])
def test_prefix(beginning: bytes, made: Files) -> None:
    first, second = made(beginning), made(LOG)
    assert same_content(first, second) is Same.PREFIX
    assert same_content(second, first) is Same.DIFFERENT
    assert fingerprint(first.head()) == fingerprint(second.head())


@pytest.mark.parametrize(
    "other",
    [
        LOG[:-2] + b"x\n",
        b"x" + LOG,
        LOG.replace(b"line 59999", b"line 60000"),
        LOG.replace(b"\n", b"\r"),
        b"x",
        b"",
    ],
)
def test_different(other: bytes, made: Files) -> None:
    assert same_content(made(other), made(LOG)) is Same.DIFFERENT


def test_empty_ones(made: Files) -> None:
    assert same_content(made(b""), made(b"")) is Same.EQUAL
    assert same_content(made(b""), made(LOG)) is Same.DIFFERENT


def test_a_carriage_return_at_a_chunks_end(made: Files) -> None:
    text = b"x" * ((1 << 20) - 1) + b"\r\n" + b"y\r"
    assert same_content(made(text), made(text.replace(b"\r\n", b"\n"))) is Same.EQUAL
    assert same_content(made(text), made(text[:-1])) is Same.DIFFERENT
    assert same_content(made(text[:-1]), made(text)) is Same.PREFIX


def test_sources_that_were_read_already(made: Files) -> None:
    first, second = made(LOG), made(gzip.compress(LOG))
    list(first.chunks())
    list(second.chunks())
    assert same_content(first, second) is Same.EQUAL


def test_standard_input_cannot_be_compared(made: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(LOG)))
    entry = Entry(path=None, display="stdin", size=0, mtime=None, stream=True)
    source = next(open_entry(entry, diagnostics=Diagnostics()))
    list(source.chunks())
    assert same_content(source, made(LOG)) is Same.DIFFERENT
    assert same_content(made(LOG), source) is Same.DIFFERENT


def test_fingerprints() -> None:
    assert fingerprint(b"") is None
    assert fingerprint(b"short\n") is None
    assert fingerprint(b"\n" * 9000) is None
    assert fingerprint(LOG[:65_536]) == fingerprint(LOG[:20_000])
    assert fingerprint(LOG[:65_536]) != fingerprint(LOG[1:65_536])
    one_line = b'{"Records":[' + b'{"a":1},' * 9000
    assert fingerprint(one_line) == fingerprint(one_line[:5000]) is not None
    assert fingerprint(b"a file of one line only, and that is all\n") is not None
