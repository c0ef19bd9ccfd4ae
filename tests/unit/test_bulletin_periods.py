"""Dates and stretches of time as people write them, in English and French."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from traque.bulletins import _periods
from traque.bulletins._statements import interval

WORDS = [
    "since",
    "from",
    "between",
    "and",
    "to",
    "the",
    "early",
    "of",
    "March",
    "5",
    "31",
    "2021",
    "2021-01-01",
]
WORDS += ["1er", "d'été", "(", ",", "–", "à", "du"]


def stretches(text: str) -> list[str]:
    return [interval(stated.window) for stated in _periods.find(text)]


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("since the beginning of 2021", "2021-01-01/"),
        ("search for compromises (since the beginning of 2021) and", "2021-01-01/"),
        ("since 2021", "2021-01-01/"),
        ("since the year 2019", "2019-01-01/"),
        ("since at least January 2021", "2021-01-01/"),
        ("since early January 2021", "2021-01-01/"),
        ("since mid-2020", "2020-05-01/"),
        ("since late 2020", "2020-09-01/"),
        ("since Q3 2020", "2020-07-01/"),
        ("since the first quarter of 2021", "2021-01-01/"),
        ("since summer 2020", "2020-06-01/"),
        ("since winter 2020", "2019-12-01/"),
        ("since January 1st, 2021", "2021-01-01/"),
        ("since the 1st of January 2021", "2021-01-01/"),
        ("since Jan. 2021", "2021-01-01/"),
        ("since 2021-03-04T10:00:00Z", "2021-03-04/"),
        ("since 2021-03", "2021-03-01/"),
        ("since 03/2021", "2021-03-01/"),
        ("since 01/02/2021", "2021-01-02/"),
        ("since 21/02/2021", "2021-02-21/"),
        ("as early as March 2020", "2020-03-01/"),
        ("dating back to at least September 2019", "2019-09-01/"),
        ("would have started at the beginning of 2021.", "2021-01-01/"),
        ("first observed in April 2021", "2021-04-01/"),
        ("from March 2021 onwards", "2021-03-01/"),
        ("since January 2021 until at least July 2021", "2021-01-01/2021-08-01"),
        ("between March and July 2021", "2021-03-01/2021-08-01"),
        ("between November 2020 and March 2021", "2020-11-01/2021-04-01"),
        ("from November to March 2021", "2020-11-01/2021-04-01"),
        ("from 3 to 17 March 2021", "2021-03-03/2021-03-18"),
        ("between January 5, 2021, and January 20, 2021", "2021-01-05/2021-01-21"),
        ("between 2020-11-03 and 2021-03-04", "2020-11-03/2021-03-05"),
        ("Period: 2021-01-05 – 2021-03-10", "2021-01-05/2021-03-11"),
        ("throughout 2021", "2021-01-01/2022-01-01"),
        ("depuis début 2021", "2021-01-01/"),
        ("depuis le début de l'année 2021", "2021-01-01/"),
        ("depuis le 1er janvier 2021", "2021-01-01/"),
        ("depuis au moins février 2021", "2021-02-01/"),
        ("depuis fin 2020", "2020-09-01/"),
        ("depuis la mi-mars 2021", "2021-03-11/"),
        ("depuis l'été 2020", "2020-06-01/"),
        ("depuis le deuxième semestre de 2020", "2020-07-01/"),
        ("à partir du 3 mars 2021", "2021-03-03/"),
        ("à compter du 1er avril 2021", "2021-04-01/"),
        ("dès le mois d'avril 2021", "2021-04-01/"),
        ("remonte à mars 2020", "2020-03-01/"),
        ("depuis janvier 2021 et jusqu'en juillet 2021", "2021-01-01/2021-08-01"),
        ("entre mars et juillet 2021", "2021-03-01/2021-08-01"),
        ("entre le 3 mars et le 12 juillet 2021", "2021-03-03/2021-07-13"),
        ("du 3 au 17 mars 2021", "2021-03-03/2021-03-18"),
        ("d'avril à juin 2021", "2021-04-01/2021-07-01"),
        ("au cours de l'année 2021", "2021-01-01/2022-01-01"),
        ("au cours du premier trimestre 2021", "2021-01-01/2021-04-01"),
    ],
)
def test_what_people_write(text: str, stretch: str) -> None:
    assert stretches(text) == [stretch]


@pytest.mark.parametrize(
    "text",
    [
        "since January",
        "since 31 February 2021",
        "since 2021-02-31",
        "since CVE-2021-1234",
        "since version 2021.4",
        "since 192.0.2.2021",
        "since the 2021st visitor",
        "from March 2021",
        "in March 2021",
        "since 1850",
        "depuis le matin",
        "Since then, 2021 hosts answered",
    ],
)
def test_what_states_no_stretch(text: str) -> None:
    assert stretches(text) == []


def test_several_in_one_text() -> None:
    assert stretches("between March and May 2021, and again since July 2021") == [
        "2021-03-01/2021-06-01",
        "2021-07-01/",
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_any_words_are_read_without_an_error(words: list[str]) -> None:
    for stated in _periods.find(" ".join(words)):
        window = stated.window
        assert window.until is None or (window.since is not None and window.since < window.until)


@pytest.mark.parametrize(
    "piece", ["since ", "from the ", "between 1 and ", "du 3 au ", "since\n" * 3, " " * 9, "d'", "– "]
)
def test_hostile_prose_takes_linear_time(piece: str) -> None:
    began = time.process_time()
    stretches(piece * (200_000 // len(piece)) + "2021")
    assert time.process_time() - began < 3
