"""The kernel's search for words equals its specification."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque import _kernel
from traque.scan.seeking import SpecifiedSeeker, seeker

_TEXT = st.text(alphabet="ab.\n", max_size=60).map(str.encode)
_WORD = st.text(alphabet="ab.\n", max_size=4).map(str.encode)


@given(
    words=st.lists(st.tuples(_WORD, st.integers(0, 4)), max_size=6, unique_by=lambda word: word[0]),
    excluding=st.lists(_WORD, max_size=2),
    texts=st.lists(_TEXT, max_size=4),
)
def test_equals_the_specification(
    words: list[tuple[bytes, int]], excluding: list[bytes], texts: list[bytes]
) -> None:
    quick, specified = seeker(words, excluding), SpecifiedSeeker(words, excluding)
    for text in texts:
        told, expected = quick.seek(text), specified.seek(text)
        assert (sorted(told[0]), sorted(told[1])) == (sorted(expected[0]), sorted(expected[1]))


def test_the_kernel_is_chosen() -> None:
    assert isinstance(seeker([], []), _kernel.Seeker)


@pytest.mark.parametrize("make", [seeker, SpecifiedSeeker])
def test_a_word_inside_another_is_found_too(make: type[SpecifiedSeeker]) -> None:
    found, common = make([(b"198.51.100.", 9), (b"51.100", 9)], [b"198.51.100.7 "]).seek(
        b"a 198.51.100.7 x\nb 198.51.100.8 x\n"
    )
    assert sorted(found) == [(0, 17, 33), (1, 17, 33)]
    assert common == []
