"""Templates that stand in another file of a stream than the flows that need them."""

from __future__ import annotations

import struct
import tarfile
from pathlib import Path

import pytest
from decoder_tools import HOUR, UP, Flow5, ethernet, ipv4, netflow9, pcap, udp

from traque.bulletins import from_values
from traque.hunt import HuntOptions, hunt
from traque.inspection import inspect
from traque.model import HuntResult
from traque.source_map import read_source_map

SEEN = "198.51.100.23"
FLOWS = [Flow5(SEEN, "192.0.2.7", 40000, 22, 6, 27, 100)]
TEMPLATE, DATA = netflow9([], data=False), netflow9(FLOWS, template=False)
OTHER = struct.pack(">HHIIII", 9, 1, UP, HOUR, 1, 77) + struct.pack(">HHHHHHHH", 0, 16, 300, 2, 12, 4, 8, 4)


def run(folder: Path, **options: object) -> HuntResult:
    return hunt([from_values([SEEN])], [folder], options=HuntOptions(**options))  # type: ignore[arg-type]


def outcome(result: HuntResult) -> tuple[int, list[str]]:
    missed = [source.path.rsplit("/", 1)[-1] for source in result.coverage.sources if not source.complete]
    return sum(sighting.count for sighting in result.sightings), missed


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("names", [("flows.dat.2", "flows.dat.1"), ("flows.dat.1", "flows.dat.2")])
def test_a_rotation_before_or_after_has_the_template(
    tmp_path: Path, names: tuple[str, str], jobs: int
) -> None:
    for name, data in zip(names, (TEMPLATE, DATA), strict=True):
        (tmp_path / name).write_bytes(data)
    result = run(tmp_path, jobs=jobs)
    assert outcome(result) == (1, [])
    assert result.diagnostics == ()


def test_another_stream_does_not_help(tmp_path: Path) -> None:
    (tmp_path / "east.dat").write_bytes(TEMPLATE)
    (tmp_path / "west.dat").write_bytes(DATA)
    assert outcome(run(tmp_path)) == (0, ["west.dat"])


def test_the_source_map_may_say_that_they_are_one(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "templates.dat").write_bytes(TEMPLATE)
    (logs / "flows.dat").write_bytes(DATA)
    (tmp_path / "traque.toml").write_text('[[source]]\nfiles = ["*.dat"]\nname = "router"\n')
    assert outcome(run(logs, source_map=read_source_map(tmp_path / "traque.toml"))) == (1, [])


def test_templates_that_differ_are_not_guessed_from(tmp_path: Path) -> None:
    for number, data in enumerate((TEMPLATE, OTHER, DATA), 1):
        (tmp_path / f"flows.dat.{number}").write_bytes(data)
    assert outcome(run(tmp_path)) == (0, ["flows.dat.3"])


def test_a_template_that_changes_within_a_file_is_not_guessed_from(tmp_path: Path) -> None:
    (tmp_path / "flows.dat.1").write_bytes(TEMPLATE + OTHER)
    (tmp_path / "flows.dat.2").write_bytes(DATA)
    assert outcome(run(tmp_path)) == (0, ["flows.dat.2"])


def test_captures_that_tcpdump_rotates_keep_exporters_apart(tmp_path: Path) -> None:
    def captured(exporter: str, data: bytes) -> bytes:
        return pcap([ethernet(0x0800, ipv4(exporter, "192.0.2.2", 17, udp(9000, 2055, data)))])

    (tmp_path / "flows.pcap").write_bytes(captured("192.0.2.1", TEMPLATE))
    (tmp_path / "flows.pcap1").write_bytes(captured("192.0.2.1", DATA))
    (tmp_path / "flows.pcap2").write_bytes(captured("192.0.2.9", DATA))
    assert outcome(run(tmp_path)) == (1, ["flows.pcap2"])


def test_members_of_an_archive_help_one_another(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with tarfile.open(tmp_path / "flows.tar", "w") as archive:
        for name, data in (("flows.dat.1", DATA), ("flows.dat.2", TEMPLATE)):
            (tmp_path / "in" / name).write_bytes(data)
            archive.add(tmp_path / "in" / name, arcname=name)
    assert outcome(run(tmp_path / "flows.tar")) == (1, [])


def test_an_inspection_shows_the_same(tmp_path: Path) -> None:
    (tmp_path / "flows.dat.1").write_bytes(TEMPLATE)
    (tmp_path / "flows.dat.2").write_bytes(DATA)
    _, second = inspect([tmp_path]).sources
    assert second.coverage.complete
    assert second.coverage.records == 1
