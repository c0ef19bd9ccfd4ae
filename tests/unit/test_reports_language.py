"""The catalogues of reports, and how numbers and times are written."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from reports_sample import result, utc

from traque.errors import UsageError
from traque.model import Direction, Verdict
from traque.reports import LANGUAGES, renderers
from traque.reports._axis import Axis, axis_of
from traque.reports._language import words
from traque.reports._told import answer, next_steps

CATALOGUES = {language: words(language)._messages for language in LANGUAGES}


def places(message: str | tuple[str, str]) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", message if isinstance(message, str) else " ".join(message)))


def test_every_catalogue_has_every_text_with_the_same_places() -> None:
    assert {language: CATALOGUES[language].keys() ^ CATALOGUES["en"].keys() for language in LANGUAGES} == {
        language: set() for language in LANGUAGES
    }
    for key, message in CATALOGUES["en"].items():
        for language in LANGUAGES:
            other = CATALOGUES[language][key]
            assert type(other) is type(message), key
            assert places(other) == places(message), key


def test_every_verdict_and_direction_has_words() -> None:
    for language in LANGUAGES:
        for verdict in Verdict:
            assert all(words(language).has(f"{part}.{verdict}") for part in ("verdict", "says", "act"))
        assert all(words(language).has(f"direction.{direction}") for direction in Direction)


def test_french_punctuation_never_begins_a_line() -> None:
    for message in CATALOGUES["fr"].values():
        for text in (message,) if isinstance(message, str) else message:
            assert not re.search(r" [:;?!»]|« ", text), text


@pytest.mark.parametrize(
    ("language", "zero", "one", "many"),
    [
        ("en", "0 records", "1 record", "1,234 records"),
        ("fr", "0 enregistrement", "1 enregistrement", "1\u202f234 enregistrements"),
    ],
)
def test_plurals_and_numbers(language: str, zero: str, one: str, many: str) -> None:
    said = words(language)
    assert [said.many("records", n) for n in (0, 1, 1234)] == [zero, one, many]


def test_times_sizes_and_shares() -> None:
    english, french = words("en"), words("fr")
    assert english.day(utc("2021-01-01")) == "1 January 2021"
    assert french.day(utc("2021-01-01")) == "1er janvier 2021"
    assert french.edge(utc("2021-07-20T12:00:00")) == "20 juillet 2021 12:00:00 UTC"
    assert (english.size(999), english.size(1_500_000), french.size(1_500_000)) == (
        "999 B",
        "1.5 MB",
        "1,5 Mo",
    )
    assert english.percent(0.9996) == "99.9%"
    assert english.percent(1) == "100%"
    assert french.percent(0.125) == "12\u00a0%"
    assert english.duration(timedelta(hours=5, minutes=12)) == "5 h 12 min"
    assert (english.country("RU"), french.country("RU"), french.country("")) == ("", "Russie", "")
    assert english.listing(["a", "b", "c"], 2) == "a, b and 1 more"
    assert french.listing(["a", "b", "c"], 3) == "a, b et c"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="known: en, fr"):
        words("de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_a_result(language: str) -> None:
    said = " ".join([*answer(result(), words(language)), *next_steps(result(), words(language))])
    assert "{" not in said
    assert {"en": "4 of 6 indicators", "fr": "4 indicateurs sur 6"}[language] in said


def test_an_axis_holds_everything_and_its_ticks() -> None:
    axis = axis_of(result())
    assert axis is not None
    assert axis.at(utc("2021-01-01")) == 0
    assert 99 < axis.at(utc("2021-07-20T23:59:00")) <= 100
    for days in (1, 3, 40, 100, 400, 4_000, 40_000):
        ticks = Axis([utc("1999-12-31"), utc("1999-12-31") + timedelta(days=days)]).ticks(words("en"))
        assert 0 < len(ticks) <= 13
        assert [place for place, _ in ticks] == sorted({place for place, _ in ticks})
    assert axis_of(result((), streams=())) is not None  # the window alone


def test_documents_for_people_speak_both_languages() -> None:
    from traque.reports import Setting

    for name in ("html", "md", "xlsx", "notification"):
        english, french = (renderers()[name].render(result(), Setting(language=lang)) for lang in LANGUAGES)
        assert english != french
