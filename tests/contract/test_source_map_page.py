"""docs/source-map.md says what is true: its example is read and used, its keys are all keys, its error is the error."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from traque.bulletins import from_values
from traque.errors import UsageError
from traque.hunt import HuntOptions, hunt
from traque.source_map import _reading, read_source_map

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "source-map.md").read_text("utf-8")
LINE = "Jan  7 04:18:07 gw kernel: [1.0] [UFW ALLOW] IN=eth0 OUT= SRC={} DST={} LEN=60 PROTO=TCP SPT=51022 DPT=443 WINDOW=64240 SYN URGP=0\n"
SEEN = "198.18.0.7"


def block(language: str, heading: str) -> str:
    found = re.search(rf"## {heading}\n.*?```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_does_what_its_comments_say(tmp_path: Path) -> None:
    path = tmp_path / "traque.toml"
    path.write_text(block("toml", "An example"))
    for number, name in enumerate(
        ("firewall/edge1.log.1", "firewall/edge2.log", "branch/fw.log", "other/fw.log")
    ):
        log = tmp_path / name
        log.parent.mkdir(exist_ok=True)
        log.write_text(LINE.format("192.0.2.1", SEEN) * (number + 1))
    options = HuntOptions(engine="python", source_map=read_source_map(path))
    result = hunt([from_values([SEEN, "192.0.2.1"])], [tmp_path], options=options)
    assert [finding.asset for finding in result.findings] == ["192.0.2.1/32"]
    streams = {stream.name: stream for stream in result.coverage.streams}
    assert streams["edge firewall"].owner == "network team"
    assert streams["edge firewall"].sources == 2
    sighting = next(s for s in result.sightings if s.indicator.value == SEEN)
    first = {source.path: source.first_seen for source in sighting.sources}
    assert first["branch/fw.log"] == datetime(2020, 1, 7, 3, 18, 7, tzinfo=UTC)
    assert {moment.hour for path, moment in first.items() if path.startswith("firewall") and moment} == {9}
    assert {moment.hour for path, moment in first.items() if path.startswith("other") and moment} == {3}
    directions = {evidence.path: evidence.verdict for evidence in sighting.evidence}
    assert directions["branch/fw.log"] == "outbound-attempt"
    assert directions["other/fw.log"] != "outbound-attempt"
    (unused,) = [d for d in result.diagnostics if d.code == "map-unused"]
    assert "old.tar.gz/firewall/*" in unused.examples[0]


def test_every_key_is_in_the_table() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \|", PAGE, re.MULTILINE))
    assert set(listed) == set(_reading._TABLE)
    assert {key for key, where in listed.items() if "top" in where} == set(_reading._TOP) - {
        "source",
        "stream",
    }


def test_the_error_is_the_one_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = block("toml", "An example").replace('"netfilter"', '"netfliter"')
    shown = re.search(r"traque: (traque\.toml:\d+: .*)\n", PAGE)
    assert shown is not None
    Path("traque.toml").write_text(wrong)
    with pytest.raises(UsageError) as caught:
        read_source_map(Path("traque.toml"))
    assert str(caught.value) == shown[1]
