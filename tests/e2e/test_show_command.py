"""``traque show`` and ``traque data`` as processes."""

from __future__ import annotations

import json
from pathlib import Path

from e2e_tools import Run

BULLETIN = "# Title: relays\n8.8.8.8\n193.0.0.1\nevil[.]example\n0.0.0.0/0\n"


def test_show_prints_a_page_and_writes_pictures(tmp_path: Path, traque: Run) -> None:
    (tmp_path / "list.txt").write_text(BULLETIN)
    run = traque("show", "list.txt", "--map", "map.svg", "--chart", "chart.png")
    assert run.returncode == 0, run.stderr
    assert "United States" in run.stdout.decode()
    assert "Written: map.svg, chart.png" in run.stdout.decode()
    assert (tmp_path / "map.svg").read_text().startswith("<?xml")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_show_json_is_one_document(tmp_path: Path, traque: Run) -> None:
    (tmp_path / "list.txt").write_text(BULLETIN)
    run = traque("show", "list.txt", "--json")
    read = json.loads(run.stdout)
    assert next(iter(read)) == "schema"
    assert read["schema"] == "traque/show/1"
    assert read["bulletins"][0]["kinds"] == {"ipv4-addr": 2, "domain-name": 1}
    assert read["bulletins"][0]["refused"][0]["code"] == "too-wide"
    assert {share["key"] for share in read["places"]["countries"]} == {"US", "NL"}
    assert [held["date"] for held in read["reference"]] == ["2026-06-17", "2026-09-16"]


def test_a_bulletin_of_which_nothing_can_be_hunted_is_shown_all_the_same(tmp_path: Path, traque: Run) -> None:
    (tmp_path / "list.txt").write_text("# Title: too wide\n0.0.0.0/0\n")
    run = traque("show", "list.txt")
    assert run.returncode == 0
    assert "too-wide" in run.stdout.decode()
    assert traque("show").returncode == 2


def test_what_cannot_be_done_is_said_before_the_work(tmp_path: Path, traque: Run) -> None:
    (tmp_path / "list.txt").write_text(BULLETIN)
    for arguments, said in (
        (("--map", "map.jpg"), ".svg or .png"),
        (("--chart", "missing/chart.svg"), "no such folder"),
        (("--mmdb", "list.txt"), "no MMDB"),
        (("--mmdb", "missing.mmdb"), "cannot be read"),
        (("--in", "list.txt", "--mmdb", "list.txt"), "no MMDB"),
    ):
        run = traque("hunt" if "--in" in arguments else "show", "list.txt", *arguments)
        assert run.returncode == 2
        assert said in run.stderr.decode()
        assert run.stdout == b""


def test_data_lists_what_is_packed_and_that_it_is_intact(traque: Run) -> None:
    run = traque("data")
    assert run.returncode == 0
    for part in ("2026-06-17", "PDDL-1.0", "CC0-1.0", "MITRE", "nro.net", "All files are what was packed"):
        assert part in run.stdout.decode()
    read = json.loads(traque("data", "--json").stdout)
    assert read["damaged"] == []
    assert {held["name"] for held in read["data"]} >= {
        "actors",
        "countries",
        "networks",
        "warninglists",
        "world",
    }
