"""UTF-16 and UTF-32: told apart, turned into UTF-8, and led back to the byte."""

from __future__ import annotations

import codecs
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.sources.encoding import WINDOW, Transcoder, detect

LINES = "2021-05-10 10:00:00 W3SVC1 192.0.2.1 GET /index.html 200\r\n" * 40
RUSSIAN = "2021-05-10 10:00:00 Отказ в доступе: пользователь Иван, адрес 192.0.2.1\r\n" * 40
CHINESE = "2021-05-10 10:00:00 拒绝访问 用户 张三 地址 192.0.2.1\n" * 40
ENCODINGS = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


@pytest.mark.parametrize("text", [LINES, RUSSIAN, CHINESE], ids=["ascii", "russian", "chinese"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_detected_by_its_mark(text: str, encoding: str) -> None:
    assert detect(("\ufeff" + text).encode(encoding)) == encoding
    assert detect("\ufeff".encode(encoding)) == encoding


@pytest.mark.parametrize("text", [LINES, RUSSIAN, CHINESE], ids=["ascii", "russian", "chinese"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_detected_without_a_mark(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    assert detect(data) == encoding
    assert detect(data[:81]) == encoding


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"a",
        LINES.encode(),
        RUSSIAN.encode(),
        b"\xef\xbb\xbf" + LINES.encode(),
        RUSSIAN.encode("cp1251"),
        "café\n".encode("latin-1") * 99,
        bytes(5000),
        b"\0\1" * 5000,
        b"ElfFile\0" + bytes(4000),
        LINES.encode() + bytes(4000),
        b"\0".join(LINES.encode().split(b" ")),
        b"a\0",
        bytes(range(256)) * 40,
    ],
)
def test_the_rest_is_scanned_as_it_is(head: bytes) -> None:
    assert detect(head) == "utf-8"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(texts, st.sampled_from(ENCODINGS), st.lists(st.integers(0, 1300), max_size=6))
def test_transcodes_however_it_is_cut(text: str, encoding: str, cuts: list[int]) -> None:
    data = text.encode(encoding)
    transcoder = Transcoder(encoding)
    places = [0, *sorted(cuts), len(data)]
    parts = [transcoder.feed(data[a:b]) for a, b in pairwise(places)]
    assert b"".join(parts) + transcoder.finish() == text.encode()
    at_utf8 = at_original = 0
    for character in text:
        width = len(character.encode())
        for within in range(width):
            assert transcoder.original_offset(at_utf8 + within) == at_original
        at_utf8 += width
        at_original += len(character.encode(encoding))
    assert transcoder.original_offset(at_utf8) == len(data)


@given(st.binary(max_size=200), st.sampled_from(ENCODINGS), st.integers(0, 200))
def test_any_bytes_give_utf8_and_offsets_in_order(data: bytes, encoding: str, cut: int) -> None:
    transcoder = Transcoder(encoding)
    utf8 = transcoder.feed(data[:cut]) + transcoder.feed(data[cut:]) + transcoder.finish()
    utf8.decode("utf-8")
    offsets = [transcoder.original_offset(at) for at in range(len(utf8) + 1)]
    assert offsets == sorted(offsets)
    assert not offsets or 0 <= offsets[0] <= offsets[-1] <= len(data)


def test_lone_surrogates() -> None:
    data = "a".encode("utf-16-le") + b"\x00\xd8" + "b192.0.2.1".encode("utf-16-le") + b"\x00\xdc" + b"c\0"
    transcoder = Transcoder("utf-16-le")
    utf8 = transcoder.feed(data)
    assert utf8.decode() == "a\ufffdb192.0.2.1\ufffdc"
    assert data[transcoder.original_offset(utf8.index(b"192")) :].startswith("192".encode("utf-16-le"))
    assert data[transcoder.original_offset(utf8.index(b"c")) :] == b"c\0"


def test_the_mark_stays_as_a_boundary() -> None:
    transcoder = Transcoder("utf-16-le")
    assert transcoder.feed(codecs.BOM_UTF16_LE + "x".encode("utf-16-le")) == b"\xef\xbb\xbfx"
    assert transcoder.original_offset(3) == 2


def test_offsets_far_back_and_bounded_memory() -> None:
    """Exact in the window, exact for ASCII anywhere, else within a block of 16 Ki characters; 100 MB pass by."""
    block = RUSSIAN * 200
    data = block.encode("utf-16-le")
    transcoder = Transcoder("utf-16-le")
    ascii_data = (LINES * 200).encode("utf-16-le")
    transcoder.feed(ascii_data)
    tracemalloc.start()
    given_bytes = len(ascii_data) // 2
    for _ in range(100):
        given_bytes += len(transcoder.feed(data))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < WINDOW + (8 << 20)
    original = len(ascii_data) + 100 * len(data)
    assert transcoder.original_offset(given_bytes) == original
    assert transcoder.original_offset(given_bytes - 1) == original - 2
    assert transcoder.original_offset(1000) == 2000
    middle = len(ascii_data) // 2 + 10 * len(block.encode())
    exact = len(ascii_data) + 10 * len(data)
    assert exact - 2 * 16 * 1024 <= transcoder.original_offset(middle) <= exact
