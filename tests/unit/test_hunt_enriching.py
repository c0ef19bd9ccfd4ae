"""What reference data add to a hunt's answer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from traque.bulletins import read_bytes
from traque.enrich.places import Atlas
from traque.hunt import HuntOptions, hunt
from traque.hunt.enriching import enriched
from traque.model import HuntResult

LIST = b"""# Title: relays
8.8.8.8
8.8.8.0/24
203.0.113.9
www.google.com
evil.example
d41d8cd98f00b204e9800998ecf8427e
"""


def _answer(tmp_path: Path) -> HuntResult:
    (tmp_path / "x.log").write_text(
        "2021-03-04T05:06:07Z 8.8.8.8 203.0.113.9 www.google.com evil.example d41d8cd98f00b204e9800998ecf8427e\n"
    )
    bulletin = msgspec.structs.replace(read_bytes(LIST, "list.txt"), actors=("APT31", "Nobody Known"))
    return hunt([bulletin], [tmp_path / "x.log"], options=HuntOptions(jobs=1))


def test_a_sighting_says_where_whose_and_whether_known_benign(tmp_path: Path) -> None:
    result = _answer(tmp_path)
    found = {sighting.indicator.value: sighting.enrichment for sighting in result.sightings}
    assert found["8.8.8.8"]["country"] == "US"
    assert found["8.8.8.8"]["country_name"] == "United States"
    assert (found["8.8.8.8"]["asn"], found["8.8.8.8"]["network"]) == ("AS15169", "GOOGLE")
    assert "List of known IPv4 public DNS resolvers" in found["8.8.8.8"]["warninglists"].split("; ")
    assert "List of known IPv4 public DNS resolvers (a part)" in found["8.8.8.0/24"]["warninglists"].split(
        "; "
    )
    assert {*found["203.0.113.9"]} == {"actor", "warninglists"}
    assert "country" not in found["www.google.com"]
    assert {*found["evil.example"]} == {"actor"}
    assert found["evil.example"]["actor"] == "APT31 (ATT&CK G0128 ZIRCONIUM), Nobody Known"
    assert "List of known hashes for empty files" in found["d41d8cd98f00b204e9800998ecf8427e"]["warninglists"]


def test_the_data_that_were_asked_are_named_with_their_dates(tmp_path: Path) -> None:
    result = _answer(tmp_path)
    assert [held.name for held in result.reference] == ["countries", "networks", "warninglists", "actors"]
    assert all(held.date and held.licence for held in result.reference)


def test_enrichment_changes_nothing_else(tmp_path: Path) -> None:
    result = _answer(tmp_path)
    bare = msgspec.structs.replace(
        result,
        reference=(),
        sightings=tuple(msgspec.structs.replace(sighting, enrichment={}) for sighting in result.sightings),
    )
    assert enriched(bare, Atlas()) == result


def test_an_answer_without_sightings_asks_nothing() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    empty = msgspec.convert(
        {
            "hunt": {"started": moment, "finished": moment, "since": None, "until": None, "engine": "k", "version": "0"},
            "bulletins": [], "findings": [], "sightings": [], "not_seen": [], "diagnostics": [],
            "coverage": {"streams": [], "sources": [], "window_covered": None},
        },
        HuntResult,
    )  # fmt: skip
    assert enriched(empty, Atlas()) is empty
