from __future__ import annotations

import re

import msgspec
import pytest
import reports_sample as sample
from rich.cells import cell_len

from traque.model import Diagnostic, HuntResult, Verdict
from traque.reports import Setting, answer
from traque.reports._words import MEANING, boundary, count, duration, gap, listing, size
from traque.reports.terminal import SPEC


def report(result: HuntResult, **setting: object) -> str:
    return SPEC.render(result, Setting(**setting)).decode()  # type: ignore[arg-type]


def test_the_first_line_is_the_answer() -> None:
    first = report(sample.result(findings=(sample.own_asset(),)), width=140).splitlines()[0]
    assert first == (
        "One of your own addresses is an indicator: 203.0.113.9. "
        "4 of 6 indicators were seen; worst: authenticated (1) and outbound (1)."
    )


def test_incomplete_is_in_the_first_line() -> None:
    assert "Incomplete: 1 source was not searched to the end." in answer(sample.result(complete=False))
    assert "Incomplete: the hunt was stopped before its end." in answer(sample.result(interrupted=True))
    limit = Diagnostic(code="source-limit", count=2, examples=(), text="reading stopped", incomplete=True)
    assert "Incomplete: reading stopped (2)." in answer(sample.result(diagnostics=(limit,)))


def test_not_seen_says_what_was_searched() -> None:
    assert answer(sample.result(())) == (
        "None of 2 indicators was seen. Incomplete: not seen in what was searched: 191 of 201 days."
    )
    assert "Complete" in answer(sample.result((), window_covered=True))
    assert "omplete" not in answer(sample.result((), window_covered=None))


@pytest.mark.parametrize("width", [80, 90, 100, 120, 140])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_the_terminal(width: int, unicode: bool) -> None:
    for result in (sample.result(findings=(sample.own_asset(),), complete=False), sample.hostile()):
        lines = report(result, width=width, unicode=unicode).splitlines()
        assert max(cell_len(line) for line in lines) <= width


def test_findings_come_before_sightings_and_next_steps_before_coverage() -> None:
    text = report(sample.result(findings=(sample.own_asset(),)))
    places = [
        text.index(f"\n{title}") for title in ("FINDINGS", "SIGHTINGS", "EVIDENCE", "NEXT STEPS", "COVERAGE")
    ]
    assert places == sorted(places)


def test_sightings_say_what_lies_outside_the_window() -> None:
    assert "1 record before the window: 2020-12-29T03:12:45Z" in report(sample.result())


def test_gaps_have_their_dates() -> None:
    text = report(sample.result())
    assert "no record on 10 days: 2021-03-08 to 2021-03-17" in text
    assert "silent for 5 h 12 min" in text
    assert "191/201" in text


def test_a_long_indicator_is_there_in_full() -> None:
    text = report(sample.result(), width=120)
    assert sample.four()[3].indicator.value in re.sub(r"\s+", "", text)


def test_unread_sources_say_why() -> None:
    assert "ends in the middle of a gzip member" in report(sample.result(complete=False))


def test_plain_text_without_colour_and_ascii_without_unicode() -> None:
    assert "\x1b" not in report(sample.result())
    assert report(sample.result(), unicode=False).isascii()
    assert "\x1b[" in report(sample.result(), colour=True)


@pytest.mark.parametrize("unicode", [True, False])
def test_hostile_text_never_acts(unicode: bool) -> None:
    text = report(sample.hostile(), unicode=unicode)
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "[bold red]x[/]" in text  # markup is text, not style
    coloured = report(sample.hostile(), colour=True, unicode=unicode)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text


def test_many_sightings_are_cut_and_counted() -> None:
    many = tuple(sample.sighting(f"198.51.100.{n}", Verdict.BLOCKED) for n in range(200))
    assert "and 140 more sightings, none of them worse: with --json or --out DIR." in report(
        sample.result(many)
    )
    assert "in answer." in report(sample.result(many), saved="answer")


def test_every_verdict_has_words() -> None:
    assert set(MEANING) == set(Verdict)


def test_each_verdict_is_explained_once() -> None:
    two = (sample.sighting("198.51.100.1", Verdict.BLOCKED), sample.sighting("198.51.100.2", Verdict.BLOCKED))
    assert report(sample.result(two)).count(MEANING[Verdict.BLOCKED][0]) == 1


def test_evidence_is_cut_around_the_match() -> None:
    record = sample.four()[0].evidence[0]
    huge = msgspec.structs.replace(record, text="x" * 60_000 + " 198.51.100.23 " + "y" * 60_000)
    text = report(sample.result((sample.sighting("198.51.100.23", Verdict.AUTHENTICATED, evidence=(huge,)),)))
    assert "…x" in text
    assert " 198.51.100.23 y" in " ".join(text.partition("EVIDENCE")[2].split())
    assert len(text) < 10_000


def test_a_result_with_nothing_in_it() -> None:
    empty = sample.result((), streams=(), not_seen=(), window_covered=None)
    assert "COVERAGE" in report(empty)
    assert "no record" not in report(empty)


def test_words() -> None:
    assert count(1, "day") == "1 day"
    assert count(1200, "day") == "1,200 days"
    assert [size(n) for n in (0, 999, 1000, 123_456, 999_999, 10**12)] == [
        "0 B", "999 B", "1.0 kB", "123 kB", "1.0 MB", "1.0 TB",
    ]  # fmt: skip
    assert listing([], 3) == ""
    assert listing(["a"], 3) == "a"
    assert listing(["a", "b"], 3) == "a and b"
    assert listing(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    start, end = sample.utc("2021-03-08"), sample.utc("2021-03-09")
    assert boundary(start) == "2021-03-08"
    assert duration(end - start) == "24 h"
    one_day = msgspec.structs.replace(sample.stream("s", gap=True).gaps[0], end=end)
    assert gap(one_day) == "no record on 2021-03-08"


def test_next_steps_name_our_hosts_of_that_verdict_only() -> None:
    steps = " ".join(report(sample.result()).partition("NEXT STEPS")[2].partition("COVERAGE")[0].split())
    assert "Isolate and examine: 10.20.1.5, 10.20.1.6, 10.20.1.7 and 10.20.1.8 (called" in steps
    assert "Disable, then reset: jdoe (accepted from an indicator)." in steps


def test_what_stood_only_in_the_bulletins_own_text_is_not_called_seen() -> None:
    own = [sample.sighting(f"192.0.2.{n}", Verdict.SELF) for n in (1, 2)]
    only = answer(sample.result(tuple(own), window_covered=None))
    assert only.startswith("2 of 4 indicators stood only in the bulletin's own text.")
    mixed = answer(sample.result((sample.sighting("192.0.2.3", Verdict.CONTACT), *own), window_covered=None))
    assert (
        "1 of 5 indicators was seen; worst: contact (1). 2 more stood only in the bulletin's own text."
        in mixed
    )


def test_what_follows_from_the_sightings_has_short_sections() -> None:
    page = report(sample.assessed(sample.result()), width=100)
    for heading in ("CASES", "LEADS", "THE FIRST HOUR", "WOULD WE HAVE SEEN IT?"):
        assert f"\n{heading}" in page
    assert "confidence medium: role relay" in page
    assert "failed log-ins over 40 accounts from 1 address" in page
    assert "198.51.100.99 is on no list" in page
    assert "sshd bastion: kept 30 days." in page
    assert "Control: a value of its own was found in 1 of 1 stream." in page
    row = next(line for line in page.splitlines() if line.startswith("ufw fw1") and line.endswith("128"))
    assert row.split()[2:] == ["?", "no", "?", "none", "?", "?", "?", "yes", "128"]


def test_they_are_inert_whatever_they_hold() -> None:
    page = report(sample.hostile(), width=100)
    assert "WOULD WE HAVE SEEN IT?" in page
    assert not set("\x1b\x9b\u202e\x07\x00") & set(page)
