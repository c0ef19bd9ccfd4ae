"""Merged, compared, filtered and counted results, from the outside."""

from __future__ import annotations

import json
from pathlib import Path

from e2e_tools import ABSENT, SEEN, Run, auth_log

OTHER = "2021-03-04T09:15:00+00:00 vpn-paris charon[7]: Accepted password for asmith from 198.51.100.77 port 1 ssh2\n"


def hunt(traque: Run, name: str, *paths: Path | str) -> dict[str, object]:
    """A hunt of five days; its result, which is in the folder ``name``."""
    window = ("--since", "2021-03-01", "--until", "2021-03-06")
    done = traque("hunt", SEEN, "198.51.100.77", ABSENT, "--in", *paths, *window, "--out", name, "--json")
    assert done.returncode in (1, 3), done.stderr
    return json.loads(done.stdout)


def told(document: dict[str, object]) -> dict[str, tuple[object, ...]]:
    """What a result says of each sighting, whatever its sources are called."""
    fields = ("count", "verdict", "verdicts", "first_seen", "last_seen", "undated", "direction", "accounts")
    return {
        sighting["indicator"]["value"]: tuple(sighting[field] for field in fields)
        for sighting in document["sightings"]  # type: ignore[attr-defined]
    }


def test_merged_hunts_say_what_one_hunt_says(traque: Run, tmp_path: Path) -> None:
    for site, name, content in (
        ("paris", "auth.log", auth_log()),
        ("paris", "vpn.log", OTHER.encode() + auth_log(range(5, 6))),
        ("lyon", "copy-of-auth.log", auth_log()),
        ("lyon", "own.log", b"2021-03-01T00:30:00+00:00 gw x: hello\n" + auth_log(range(2, 4))),
    ):
        path = tmp_path / site / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    whole = hunt(traque, "whole", "paris", "lyon")
    hunt(traque, "p", "paris")
    hunt(traque, "l", "lyon")
    done = traque("merge", "paris=p", "lyon=l", "--out", "all", "--json")
    assert done.returncode == 1, done.stderr
    merged = json.loads(done.stdout)
    assert told(merged) == told(whole)
    records = [sum(s["records"] for s in d["coverage"]["streams"]) for d in (merged, whole)]
    assert records[0] == records[1]
    assert [ref["value"] for ref in merged["not_seen"]] == [ABSENT]
    twins = [source for source in merged["coverage"]["sources"] if source["duplicate_of"]]
    assert [(source["path"], source["duplicate_of"]) for source in twins] == [
        ("lyon/copy-of-auth.log", "paris/auth.log")
    ]
    assert {stream["name"] for stream in merged["coverage"]["streams"]} == {
        "paris: auth.log",
        "paris: vpn.log",
        "lyon: own.log",
    }
    assert traque("verify", "all/result.json").returncode == 0
    assert traque("certificate", "all").returncode == 0
    itself = json.loads(traque("merge", "x=p", "y=p", "--json").stdout)
    assert told(itself) == told(json.loads((tmp_path / "p/result.json").read_text()))


def test_weeks_of_one_site_are_one_stream(traque: Run, tmp_path: Path) -> None:
    (tmp_path / "w1").mkdir()
    (tmp_path / "w2").mkdir()
    (tmp_path / "w1/auth.log").write_bytes(auth_log(range(1, 4)))
    (tmp_path / "w2/auth.log").write_bytes(auth_log(range(1, 6)))  # it has grown
    hunt(traque, "one", "w1")
    hunt(traque, "two", "w2")
    merged = json.loads(traque("merge", "hq=one", "hq=two", "--json").stdout)
    (stream,) = merged["coverage"]["streams"]
    assert stream["name"] == "hq: auth.log"
    assert stream["asked_days_covered"] == 5
    assert merged["coverage"]["window_covered"] is True
    assert merged["sightings"][0]["count"] == 1
    assert merged["hunt"]["records"] == 121


def test_what_cannot_be_merged(traque: Run, logs: Path) -> None:
    hunt(traque, "a", logs)
    assert traque("merge", "a").returncode == 2
    done = traque("merge", "a", "a")
    assert done.returncode == 2
    assert b"name their sites" in done.stderr
    traque("hunt", SEEN, "--in", logs, "--out", "b", "--since", "2021-03-01", "--until", "2021-03-06")
    assert b"different indicators" in traque("merge", "a", "b").stderr
    traque("hunt", SEEN, "198.51.100.77", ABSENT, "--in", logs, "--out", "c")
    assert b"different windows" in traque("merge", "a", "c").stderr
    traque("filter", "a", "--verdict", "authenticated", "--out", "part")
    assert b"a part of a result" in traque("merge", "a", "part").stderr
    assert b"only a whole one" in traque("certificate", "part").stderr


def test_changes(traque: Run, logs: Path) -> None:
    hunt(traque, "old", logs)
    done = traque("changes", "old", "old")
    assert done.returncode == 0
    assert b"0 new, 0 changed, 0 gone, 1 the same." in done.stdout
    (logs / "vpn.log").write_text(OTHER)
    with (logs / "auth.log").open("a") as file:
        file.write(
            f"2021-03-05T23:40:00+00:00 bastion sshd[9]: Failed password for x from {SEEN} port 1 ssh2\n"
        )
    hunt(traque, "new", logs)
    done = traque("changes", "old", "new", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["schema"] == "traque/changes/1"
    assert [(c["indicator"]["value"], c["what"]) for c in found["appeared"]] == [
        ("198.51.100.77", ["not seen before"])
    ]
    assert [(c["indicator"]["value"], c["what"]) for c in found["grown"]] == [
        (SEEN, ["1 more records", "seen later than before"])
    ]
    assert found["streams_appeared"] == ["vpn.log"]
    page = traque("changes", "old", "new").stdout
    assert b"1 new, 1 changed, 0 gone, 0 the same." in page
    back = json.loads(traque("changes", "new", "old", "--json").stdout)
    assert [c["indicator"]["value"] for c in back["gone"]] == ["198.51.100.77"]
    (logs / "broken.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    hunt(traque, "broken", logs)
    assert traque("changes", "new", "broken").returncode == 3


def test_filter(traque: Run, logs: Path) -> None:
    (logs / "vpn.log").write_text(OTHER.replace("Accepted", "Failed"))
    hunt(traque, "out", logs)
    for options, left in (
        (("--verdict", "authenticated"), [SEEN]),
        (("--stream", "vpn*"), ["198.51.100.77"]),
        (("--indicator", "198.51.*"), [SEEN, "198.51.100.77"]),
        (("--verdict", "authenticated", "--stream", "vpn*"), []),
    ):
        part = json.loads(traque("filter", "out", *options, "--json").stdout)
        assert [s["indicator"]["value"] for s in part["sightings"]] == left
        assert part["hunt"]["filtered"]
        assert part["not_seen"] == []
    assert traque("filter", "out", "--verdict", "nonsense").returncode == 2
    page = traque("filter", "out", "--verdict", "session").stdout
    assert b"A part of a result, chosen by verdict session: 0 sightings" in page
    assert b"not seen" not in page.split(b"\n")[0]


def test_counts_hold_nothing_of_the_inside(traque: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "traque.toml").write_text('[[stream]]\nname = "secret-stream"\nowner = "secret-team"\n')
    done = traque(
        "hunt", SEEN, ABSENT, "--in", logs, "--own", "203.0.113.0/24", "--counts-only", "--json", "--out", "out"
    )  # fmt: skip
    assert done.returncode == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["counts.json"]
    assert (tmp_path / "out/counts.json").read_bytes() == done.stdout
    counts = json.loads(done.stdout)
    (seen,) = counts["seen"]
    assert (seen["value"], seen["verdict"], seen["count"]) == (SEEN, "authenticated", 1)
    assert counts["not_seen"] == 1
    assert traque("verify", "out/counts.json").returncode == 0
    hunt(traque, "full", logs)
    same = json.loads(traque("filter", "full", "--counts-only", "--json").stdout)
    assert same["seen"] == counts["seen"]
    page = traque("hunt", SEEN, "--in", logs, "--counts-only").stdout
    for inside in (b"jdoe", b"bastion", b"203.0.113", b"secret", b"auth.log", str(logs).encode(), b"sshd"):
        assert inside not in done.stdout
        assert inside not in page
