"""``--in a b c``: where a list of values ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.cli._several import repeat_flags

FLAGS = {"--in", "--own"}


@pytest.mark.parametrize(
    ("given_", "parsed"),
    [
        (["b", "--in", "x"], ["b", "--in", "x"]),
        (["b", "--in", "x", "y"], ["b", "--in", "x", "--in", "y"]),
        (["b", "--in", "x", "y", "--json"], ["b", "--in", "x", "--in", "y", "--json"]),
        (
            ["--in", "x", "--own", "a", "b", "--in", "y"],
            ["--in", "x", "--own", "a", "--own", "b", "--in", "y"],
        ),
        (["--in", "-", "x"], ["--in", "-", "--in", "x"]),
        (["--in=x", "b"], ["--in=x", "b"]),
        (["--in", "x", "--", "b", "--in"], ["--in", "x", "--", "b", "--in"]),
        (["b", "--since", "2021", "c"], ["b", "--since", "2021", "c"]),
        ([], []),
    ],
)
def test_values_belong_to_the_flag_before_them(given_: list[str], parsed: list[str]) -> None:
    assert list(repeat_flags(given_, FLAGS)) == parsed


@pytest.mark.parametrize(
    "args", [["--in"], ["--in", "--json"], ["--in", "--"], ["--in", "x", "--own", "--in", "y"]]
)
def test_a_flag_without_a_value_is_an_error(args: list[str]) -> None:
    with pytest.raises(ValueError, match=r"--in|--own"):
        list(repeat_flags(args, FLAGS))


@given(st.lists(st.text(min_size=1).filter(lambda text: not text.startswith("-")), min_size=1))
def test_every_value_is_kept_in_order(values: list[str]) -> None:
    assert list(repeat_flags(["--in", *values], FLAGS))[1::2] == values
