"""A hunt with a source map: zones, years, formats, streams, networks, owners."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from traque.bulletins import from_values
from traque.hunt import HuntOptions, hunt
from traque.logs import read_as, recognise, registry
from traque.model import HuntResult, Verdict
from traque.source_map import read_source_map

SEEN = "198.51.100.23"
DATA = Path(__file__).resolve().parents[1] / "data" / "logs"
LINE = "Jan  7 04:18:07 gw kernel: [1.0] [UFW {}] IN=eth0 OUT= SRC={} DST={} LEN=60 PROTO=TCP SPT={} DPT=22 WINDOW=64240 SYN URGP=0\n"


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    for port, name in enumerate(("paris", "york"), 51022):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ufw.log").write_text(LINE.format("BLOCK", SEEN, "203.0.113.9", port))
    return tmp_path


def answer(estate: Path, text: str, *values: str, **options: object) -> HuntResult:
    path = estate / "traque.toml"
    path.write_text(text)
    wanted = from_values(values or (SEEN,))
    settings = HuntOptions(engine="python", source_map=read_source_map(path), **options)  # type: ignore[arg-type]
    return hunt([wanted], [estate], options=settings)


def at(hour: int, year: int = 2021) -> datetime:
    return datetime(year, 1, 7, hour, 18, 7, tzinfo=UTC)


ZONES = """\
tz = "Europe/Paris"
[[source]]
files = ["york/*"]
tz = "America/New_York"
year = 2019
"""


def test_a_table_goes_before_the_options_and_these_before_the_top(estate: Path) -> None:
    (sighting,) = answer(estate, ZONES, year=2021).sightings
    assert {s.path: s.first_seen for s in sighting.sources} == {
        "paris/ufw.log": at(3),
        "york/ufw.log": at(9, 2019),
    }
    (sighting,) = answer(estate, ZONES, year=2021, zone="UTC").sightings
    assert {s.path: s.first_seen for s in sighting.sources}["paris/ufw.log"] == at(4)


def test_the_map_itself_is_no_log(estate: Path) -> None:
    result = answer(estate, f'internal = ["{SEEN}"]\n')
    assert [source.path for source in result.coverage.sources] == ["paris/ufw.log", "york/ufw.log"]
    assert result.hunt.source_map.endswith("traque.toml")
    assert result.hunt.internal == (SEEN,)


def test_streams_and_owners(estate: Path) -> None:
    text = '[[source]]\nfiles = ["paris/*", "york/*"]\nname = "edge"\nowner = "network team"\n'
    result = answer(estate, text)
    (stream,) = result.coverage.streams
    assert (stream.name, stream.owner, stream.sources) == ("edge", "network team", 2)
    assert {seen.stream for seen in result.sightings[0].sources} == {"edge"}


def test_networks_of_one_source(estate: Path) -> None:
    (estate / "york" / "ufw.log").write_text(LINE.format("ALLOW", "203.0.113.9", SEEN, 51022))
    (estate / "paris" / "ufw.log").write_text(LINE.format("ALLOW", "203.0.113.9", SEEN, 51023))
    result = answer(estate, '[[source]]\nfiles = "york/*"\nown = "203.0.113.0/24"\n', SEEN, "203.0.113.9")
    (finding,) = result.findings
    assert finding.asset == "203.0.113.0/24"
    sighting = next(s for s in result.sightings if s.indicator.value == SEEN)
    verdicts = {evidence.path: evidence.verdict for evidence in sighting.evidence}
    assert verdicts["york/ufw.log"] is Verdict.OUTBOUND_ATTEMPT
    assert verdicts["paris/ufw.log"] is not Verdict.OUTBOUND_ATTEMPT


def test_a_format_that_would_not_be_recognised(estate: Path) -> None:
    """One record among text: the format is not sure, but the person who wrote the map is."""
    log = estate / "paris" / "ufw.log"
    log.write_text("nothing to see here\n" * 60 + LINE.format("BLOCK", SEEN, "203.0.113.9", 1024))
    assert recognise(log.read_bytes(), "ufw.log").format == "unknown"
    result = answer(estate, '[[source]]\nfiles = "paris/*"\nformat = "netfilter"\n')
    source = next(s for s in result.coverage.sources if s.path == "paris/ufw.log")
    assert source.format == "netfilter"
    assert result.sightings[0].verdicts == {Verdict.BLOCKED: 2}


def test_a_glob_without_a_source_is_said(estate: Path) -> None:
    result = answer(estate, '[[source]]\nfiles = ["paris/*", "london/*"]\n[[source]]\nfiles = "*.log"\n')
    (unused,) = [d for d in result.diagnostics if d.code == "map-unused"]
    assert unused.count == 1
    assert unused.examples[0].endswith("traque.toml:1: london/*")
    assert not unused.incomplete


@pytest.mark.parametrize("name", [spec.name for spec in registry()])
def test_any_format_can_be_given_to_any_text(name: str) -> None:
    """A map may be wrong: nothing is raised, whatever the bytes."""
    for path in sorted(DATA.glob("*/good.log")):
        head = path.read_bytes()[:4096]
        reader = read_as(name, head, path.name).reader
        for line in head.split(b"\n")[:3]:
            reader.parse(line)
    for head in (b"", b"\n", b"\0\xff" * 50, b"{", b"<", b"#Fields: \n"):
        read_as(name, head, "x").reader.parse(head)
