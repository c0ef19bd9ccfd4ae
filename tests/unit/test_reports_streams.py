"""What the HTML page says of streams: days and hours, losses, clocks, those expected."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec
import pytest
import reports_sample as sample
from hypothesis import given
from hypothesis import strategies as st

from traque.model import ExpectedCoverage, HuntResult, Loss, StreamCoverage
from traque.reports import LANGUAGES, Setting, renderers
from traque.reports._volume import level, median_day, runs, thin_days

DAYS = [(date(2021, 3, 1) + timedelta(days=n)).isoformat() for n in range(20)]


def stream(by_day: dict[str, int], losses: tuple[Loss, ...] = ()) -> StreamCoverage:
    hours = {
        day: (many - 23, *(1,) * 23) if many >= 23 else (many,) + (0,) * 23 for day, many in by_day.items()
    }
    made = sample.stream("ufw fw1")
    return msgspec.structs.replace(made, by_day=by_day, by_hour=hours, losses=losses)


def page(result: HuntResult, language: str = "en") -> str:
    text = renderers()["html"].render(result, Setting(language=language)).decode()
    return text[text.index('<section id="coverage"') : text.index("</section>", text.index('id="coverage"'))]


def test_levels() -> None:
    found = [level(many, 100) for many in (0, 24, 25, 59, 60, 159, 160)]
    assert found == ["", "thin", "low", "low", "searched", "searched", "many"]
    assert level(1, 0) == "searched"


@given(st.dictionaries(st.sampled_from(DAYS), st.integers(1, 10_000), max_size=20))
def test_runs_hold_each_day_once_with_its_level(by_day: dict[str, int]) -> None:
    one = stream(by_day)
    found: dict[str, str] = {}
    for begin, end, name in runs(one):
        at = begin
        while at < end:
            assert f"{at:%Y-%m-%d}" not in found
            found[f"{at:%Y-%m-%d}"] = name
            at += timedelta(days=1)
    assert found == {day: level(many, median_day(one)) for day, many in by_day.items()}


def test_a_day_of_few_records_is_marked() -> None:
    by_day = dict.fromkeys(DAYS, 100) | {DAYS[5]: 3}
    assert thin_days(stream(by_day)) == [DAYS[5]]
    text = page(sample.result(streams=(stream(by_day),)))
    assert f"far fewer records than its median day: 1 day ({DAYS[5]})" in text
    assert text.count('class="c-thin"') == 1
    (button,) = re.findall(rf'<button[^>]*data-day="{DAYS[5]}"[^>]*>', text)
    assert 'aria-label="2021-03-06: 3 records"' in button
    hours = re.findall(r'data-hours="([0-9,]+)"', text)
    assert [sum(map(int, of.split(","))) for of in hours] == list(by_day.values())


def test_all_hours_of_a_short_stream_are_shown() -> None:
    text = page(sample.result(streams=(stream(dict.fromkeys(DAYS[:3], 50)),)))
    assert "data-hours" not in text
    assert text.count('<td class="h-searched">1</td>') == 3 * 23


def test_of_a_short_window_the_hours_are_shown() -> None:
    result = sample.result(streams=(stream(dict.fromkeys((*DAYS[:5], *DAYS[6:]), 50)),))
    hunt = msgspec.structs.replace(result.hunt, since=sample.utc(DAYS[4]), until=sample.utc(DAYS[6]))
    coverage = msgspec.structs.replace(result.coverage, asked_days=2)
    text = page(msgspec.structs.replace(result, hunt=hunt, coverage=coverage))
    assert "data-hours" not in text
    shown = re.findall(r'<th scope="row">(2021-[0-9-]+)</th>', text)
    assert shown == [DAYS[4], DAYS[5]]
    assert text.count("<td>·</td>") == 24  # of the day without records


def test_no_more_days_than_a_page_holds() -> None:
    many = [(date(2000, 1, 1) + timedelta(days=n)).isoformat() for n in range(4_000)]
    streams = tuple(msgspec.structs.replace(stream(dict.fromkeys(many, 5)), name=f"s{n}") for n in range(4))
    text = page(sample.result(streams=streams))
    assert text.count("data-hours") == 8_000
    assert "2 more streams" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_losses_say_what_when_and_how_much(language: str) -> None:
    lost = Loss(
        code="rate-limited",
        count=2,
        text="rsyslog dropped messages: its rate limit",
        lost=1480,
        by_day={DAYS[3]: 2},
    )
    sampled = Loss(code="sampled", count=9, text="only a sample of the packets was looked at", sampled=1000)
    nothing = Loss(code="flow-none", count=5, text="NODATA: nothing", dropped=False)
    text = page(sample.result(streams=(stream(dict.fromkeys(DAYS, 9), (lost, sampled, nothing)),)), language)
    said = {
        "en": (
            "rsyslog dropped messages: its rate limit: 2 times, 1,480 lost; 1 day (2021-03-04)",
            "only a sample of the packets was looked at: 1 of 1,000",
        ),
        "fr": (
            "rsyslog a écarté des messages&nbsp;: limite de débit&nbsp;: 2 fois, 1&#8239;480 perdus&nbsp;; 1 jour (2021-03-04)",
            "seul un échantillon des paquets a été observé&nbsp;: 1 sur 1&#8239;000",
        ),
    }
    assert all(line in text for line in said[language])
    assert "NODATA" not in text
    assert "h-lost" in text
    assert text.count("c-lossy") == 2  # the key, and the day


@pytest.mark.parametrize("language", LANGUAGES)
def test_clocks(language: str) -> None:
    result = sample.result()
    (source,) = result.coverage.sources
    odd = msgspec.structs.replace(
        source, zone="Europe/Paris", future=12, after_file=7200, backward=1, furthest_back=3600
    )
    coverage = msgspec.structs.replace(result.coverage, sources=(odd,))
    text = page(msgspec.structs.replace(result, coverage=coverage), language)
    said = {
        "en": ("12 records are later than the hunt", "by up to 2 h 0 min", "1 jump backwards, of 1 h 0 min"),
        "fr": (
            "12 enregistrements sont postérieurs",
            "de 2 h 0 min au plus",
            "1 saut en arrière, de 1 h 0 min",
        ),
    }
    assert all(line in text for line in (*said[language], "Europe/Paris"))


def test_what_is_expected_is_the_denominator() -> None:
    result = sample.result()
    assert "This is about the files supplied, not about an organisation" in page(result)
    expected = (
        ExpectedCoverage(name="ufw", owner="network team", streams=("ufw fw1",), sources=29),
        ExpectedCoverage(name="vpn", owner="<b>access</b> team", missing=True),
    )
    coverage = msgspec.structs.replace(result.coverage, expected=expected)
    text = page(msgspec.structs.replace(result, coverage=coverage))
    assert "Coverage, about the organisation, as declared" in text
    assert "2 streams are declared in traque.toml" in text
    assert "1 of them was not there." in text
    assert text.index("<code>vpn</code>") < text.index("<code>ufw</code>")
    assert "&lt;b&gt;access&lt;/b&gt; team" in text
