"""Tables that both engines share, and what the specification promises of any planted value."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.errors import ObservableError
from traque.model import Observable
from traque.observables import canonical
from traque.observables._label_chars import LABEL_RANGES, UNICODE_VERSION
from traque.observables._text import decode, is_label_char
from traque.scan import oracle

RUST = Path(__file__).resolve().parents[2] / "rust/traque-kernel/src/label_chars.rs"


def test_rust_has_the_same_label_characters() -> None:
    pairs = re.findall(r"\(0x([0-9A-F]+), 0x([0-9A-F]+)\)", RUST.read_text(encoding="utf-8"))
    assert tuple((int(first, 16), int(last, 16)) for first, last in pairs) == LABEL_RANGES


def test_label_characters_are_sorted_and_apart() -> None:
    flat = [code for pair in LABEL_RANGES for code in pair]
    assert flat[0] >= 0x80
    assert flat == sorted(flat)
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(LABEL_RANGES))


def test_label_characters_are_letters_marks_and_digits() -> None:
    if unicodedata.unidata_version != UNICODE_VERSION:
        pytest.skip(
            f"this Python knows Unicode {unicodedata.unidata_version}, the table is of {UNICODE_VERSION}"
        )
    for code in range(0x80, 0x20000):
        assert is_label_char(code) == (unicodedata.category(chr(code))[0] in "LMN"), hex(code)


@given(st.binary(max_size=60))
def test_every_byte_has_its_place(record: bytes) -> None:
    text, offsets = decode(record)
    assert len(offsets) == len(text) + 1
    assert (offsets[0], offsets[-1]) == (0, len(record))
    for char, start, end in zip(text, offsets, offsets[1:], strict=False):
        assert record[start:end] in (char.encode(), char.encode("latin-1", "replace"))


LABEL = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
NAME = st.lists(LABEL, min_size=1, max_size=3).map(lambda labels: ".".join([*labels, "example"]))
OCTET = st.integers(0, 255).map(str)
QUAD = st.lists(OCTET, min_size=4, max_size=4).map(".".join)
GROUPS = st.lists(st.integers(0, 0xFFFF).map("{:x}".format), min_size=8, max_size=8).map(":".join)
PATH = st.lists(st.sampled_from(["/", "a", "B", "%41", "%2f", "%", "?", "&amp;", "&", "=", "~", "é", "\\/", ".", ":", "@", "+", "x"]),
                max_size=8).map("".join)  # fmt: skip
URL = st.builds("{}{}{}/{}".format, st.sampled_from(["http://", "https://", "", "ftp://"]), st.one_of(NAME, QUAD),
                st.sampled_from(["", ":80", ":8080", "."]), PATH)  # fmt: skip
HEX = st.sampled_from([32, 40, 64, 128]).flatmap(
    lambda size: st.text(alphabet="0123456789abcdefABCDEF", min_size=size, max_size=size)
)
WRITTEN = st.one_of(
    st.tuples(st.just("ipv4-addr"), QUAD),
    st.tuples(st.just("ipv6-addr"), GROUPS),
    st.tuples(st.just("domain-name"), NAME),
    st.tuples(st.just("url"), URL),
    st.tuples(st.just("email-addr"), st.builds("{}@{}".format, LABEL, NAME)),
    st.tuples(st.just("md5"), HEX),
)
BOUNDS = st.sampled_from(
    ["", " ", "\t", '"', "<", ">", "|", "(", "=", ",", ";", "\\n", "%20", "&quot;", "\x1b[1m", "\\u0022"]
)


@given(WRITTEN, BOUNDS, st.sampled_from(["", " ", '"', "<", "|", "\t", "\\n", "&quot;", "\x1b[0m"]))
def test_what_is_written_in_a_bulletin_is_found_when_it_stands_in_a_record(
    written: tuple[str, str], before: str, after: str
) -> None:
    kind, value = written
    try:
        observable = canonical(kind, value)
    except ObservableError:
        return
    if observable.kind == "ipv6-addr" and re.fullmatch("[0-9a-f]{2}(:[0-9a-f]{2}){7}", value):
        return  # looks like a serial number
    record = f"x {before}{value}{after} y".encode()
    assert observable_in(record, observable), record


def observable_in(record: bytes, observable: Observable) -> bool:
    return any(hit.relation != "host" for hit in oracle.find(record, [observable]))
