"""What ``traque show`` counts, draws and says."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import pytest

from traque.bulletins import load
from traque.enrich.places import Atlas
from traque.enrich.world import world
from traque.errors import UsageError
from traque.model import Bulletin, Indicator, Observable, Refused, Window
from traque.reports import Setting
from traque.show import bar_chart, page, picture, summarise, world_map
from traque.show._svg import fit, width_of
from traque.show.summary import Summary

HOSTILE = "</title><script>alert(1)</script>\x1b[31m\u202e&\"'"


def _bulletin(*values: tuple[str, str], **facts: object) -> Bulletin:
    indicators = tuple(Indicator(observable=Observable(kind, value), bulletin="b") for kind, value in values)
    return Bulletin(**({"id": "b", "format": "text", "indicators": indicators} | facts))


def _summary(*bulletins: Bulletin) -> Summary:
    return summarise(bulletins, Atlas())


def _text(summary: Summary, **setting: object) -> str:
    return page.render(summary, Setting(**setting)).decode()


SAMPLE = _bulletin(
    ("ipv4-addr", "8.8.8.8"),
    ("ipv4-addr", "8.8.4.4"),
    ("ipv4-net", "193.0.0.0/24"),
    ("ipv4-addr", "203.0.113.1"),
    ("domain-name", "evil.example"),
    actors=("apt-31", "Nobody Known"),
    published=datetime(2021, 7, 20, tzinfo=UTC),
    tlp="amber",
    pap="green",
    window=Window(since=datetime(2021, 1, 1, tzinfo=UTC)),
    refused=(Refused(value="0.0.0.0/0", code="too-wide", reason="it would match everything"),),
)


def test_places_are_counts_and_percentages_of_all_addresses() -> None:
    places = _summary(SAMPLE).places
    assert places.addresses == 4
    assert [(share.key, share.count, share.percent) for share in places.countries] == [
        ("US", 2, 50.0),
        ("NL", 1, 25.0),
        ("", 1, 25.0),
    ]
    assert (places.networks[0].key, places.networks[0].name) == ("AS15169", "GOOGLE")
    assert places.networks[-1].key == ""


def test_an_address_in_two_bulletins_counts_once_over_all() -> None:
    other = _bulletin(("ipv4-addr", "8.8.8.8"), id="c")
    summary = _summary(SAMPLE, other)
    assert [shown.places.addresses for shown in summary.bulletins] == [4, 1]
    assert summary.places.addresses == 4


def test_actors_are_known_by_any_name() -> None:
    known, unknown = _summary(SAMPLE).bulletins[0].actors
    assert (known.stated, known.name, known.attack_id) == ("apt-31", "APT31", "G0128")
    assert (unknown.stated, unknown.name) == ("Nobody Known", "")


def test_the_page_says_it_all() -> None:
    said = " ".join(_text(_summary(SAMPLE)).split())
    for part in (
        "TLP:AMBER, PAP:GREEN",
        "apt-31: ATT&CK G0128 ZIRCONIUM; also APT31, ZIRCONIUM, JUDGMENT PANDA",
        "Nobody Known (no such name in the reference data)",
        "search from 2021-01-01",
        "ipv4-addr 3",
        "too-wide 1",
        "0.0.0.0/0 it would match everything",
        "US United States 2 50.0 %",
        "not known 1 25.0 %",
        "data of 2026-06-17, CC0-1.0",
        "4.9 years after the bulletin was published",
    ):
        assert part in said, part


def test_a_bulletin_that_states_nothing_says_so() -> None:
    said = " ".join(_text(_summary(_bulletin(("domain-name", "evil.example")))).split())
    for part in ("published not stated", "no TLP stated", "none named", "states no search window"):
        assert part in said, part
    assert "COUNTRIES" not in said


def test_no_unicode_no_control_characters_and_no_wide_lines() -> None:
    summary = _summary(
        _bulletin(("ipv4-addr", "8.8.8.8"), title=HOSTILE, producer=HOSTILE, actors=(HOSTILE,))
    )
    text = _text(summary, width=80, unicode=False)
    assert text.isascii()
    assert re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text) is None
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("draw", [world_map.draw, bar_chart.draw])
def test_pictures_are_well_formed_and_escape_what_is_foreign(draw: object) -> None:
    svg = draw(_summary(_bulletin(("ipv4-addr", "8.8.8.8"), id=HOSTILE, title=HOSTILE, actors=(HOSTILE,))))
    tree = ET.fromstring(svg)
    assert not [element for element in tree.iter() if element.tag.endswith("script")]
    assert "\x1b" not in svg
    assert "\u202e" not in svg
    assert "data of 2026-06-17" in " ".join(text for text in tree.itertext())


def test_the_map_colours_counts_and_marks_small_countries() -> None:
    svg = world_map.draw(_summary(_bulletin(("ipv4-addr", "8.8.8.8"), ("ipv4-addr", "193.0.0.1"))))
    assert "<title>United States: 1 (50.0 %)</title>" in svg
    assert "<title>Netherlands: 1 (50.0 %)</title></circle>" in svg


@pytest.mark.parametrize("draw", [world_map.draw, bar_chart.draw])
def test_a_bulletin_without_addresses_still_draws(draw: object) -> None:
    ET.fromstring(draw(_summary(_bulletin(("domain-name", "evil.example")))))


@pytest.mark.parametrize("most", [1, 2, 3, 9, 52, 161, 999, 10_000, 5_000_000])
def test_classes_of_counts_cover_every_count_once(most: int) -> None:
    bins = world_map.steps(most)
    assert 1 <= len(bins) <= 6
    assert (bins[0][0], bins[-1][1]) == (1, most)
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(bins))
    shades = [world_map.shade(first, bins) for first, _ in bins]
    assert len(set(shades)) == len(bins)
    assert shades == [world_map.shade(last, bins) for _, last in bins]


def test_the_packed_map_is_within_its_frame() -> None:
    planet = world()
    codes = {code for code, _ in planet.centres}
    assert {"RU", "EG", "MA", "AE", "TH", "FR", "SG", "MO", "HK"} <= codes
    for code, (x, y) in planet.centres:
        assert 0 <= x <= planet.width, code
        assert -5 <= y <= planet.height + 20, code
    for _, outline in planet.shapes:
        assert re.fullmatch(r"(?:M[-0-9.e,]+l[-0-9.e, ]+z)*", outline)


def test_long_lines_are_cut_to_fit() -> None:
    assert fit("short", 13, 200) == "short"
    cut = fit("W" * 500, 13, 200)
    assert cut.endswith("…")
    assert width_of(cut, 13) <= 200


def test_png_has_the_size_asked_for() -> None:
    data = picture.to_png(bar_chart.draw(_summary(SAMPLE)))
    assert data.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(data[16:20]) == 2 * bar_chart.WIDTH


def test_pictures_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"\.svg or \.png, not \.jpg"):
        picture.check(tmp_path / "x.jpg")
    with pytest.raises(UsageError, match="no such folder"):
        picture.check(tmp_path / "missing" / "x.svg")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    picture.check(tmp_path / "x.svg")
    with pytest.raises(UsageError, match=r"pip install 'traque\[png\]'"):
        picture.check(tmp_path / "x.png")


def test_the_sentences_that_window_and_role_come_from_are_shown(samples: Path) -> None:
    folder = samples / "bulletins/certfr"
    names = ("CERTFR-2021-IOC-003-IOC.csv", "press-article-2021-07.txt")
    summary = _summary(*load([str(folder / name) for name in names]))
    said = " ".join(_text(summary).split())
    assert "search from 2021-01-01 “" in said
    assert "(since the beginning of 2021)" in said
    assert "roles: relay 161 “" in said
    assert [Path(path).name for path in summary.bulletins[0].paths] == list(names)


def test_the_real_bulletin(samples: Path) -> None:
    """The press of July 2021 counted RU 34.2 %, EG 19.6 %, MA 10 %, AE 8.2 %; the data of 2026 differ a little."""
    summary = _summary(*load([str(samples / "bulletins/certfr/CERTFR-2021-IOC-003-IOC.csv")]))
    (shown,) = summary.bulletins
    assert (shown.indicators, shown.tlp, shown.window) == (161, "clear", None)
    assert (shown.actors[0].name, shown.actors[0].attack_id) == ("APT31", "G0128")
    assert [(share.key, share.count) for share in shown.places.countries[:5]] == [
        ("RU", 52), ("EG", 32), ("MA", 17), ("AE", 13), ("TH", 12),
    ]  # fmt: skip
    assert "2026-06-17 and 2026-09-16, 4.9 years after" in " ".join(_text(summary).split())
