"""The command with a list and the article about it: the window and the sentence it came from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def hunt(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "traque", "hunt", *arguments, "--in", "logs", "--jobs", "1"],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def made(folder: Path) -> Path:
    (folder / "logs").mkdir()
    lines = [
        "2020-12-30T10:00:00Z gw ufw: [UFW BLOCK] SRC=192.0.2.1 DST=203.0.113.9 PROTO=TCP SPT=4000 DPT=22",
        "2021-03-30T10:00:00Z gw ufw: [UFW BLOCK] SRC=192.0.2.1 DST=203.0.113.9 PROTO=TCP SPT=4000 DPT=22",
    ]
    (folder / "logs" / "fw.log").write_text("\n".join(lines) + "\n")
    (folder / "list.csv").write_text("value,valid_until\n192.0.2.1,2021-03-01\n192.0.2.2,\n")
    (folder / "article.txt").write_text(
        "Routers were compromised to use them as anonymisation relays.\n\n"
        "Search for compromises since the beginning of 2021.\n"
    )
    return folder


def test_the_list_alone_states_no_window(tmp_path: Path) -> None:
    status, said = hunt(made(tmp_path), "list.csv")
    assert status == 1
    assert "the bulletin states none" in said
    assert "some records after it was valid (until 2021-03-01)" in said


def test_with_the_article_the_window_and_its_sentence(tmp_path: Path) -> None:
    _, said = hunt(made(tmp_path), "list.csv", "article.txt")
    assert (
        'search window from 2021-01-01 on: "Search for compromises since the beginning of 2021." (article.txt, line 3)'
        in " ".join(said.split())
    )
    assert "role relay" in said
    assert "1 record before the window" in said


def test_since_goes_before_the_bulletins_own(tmp_path: Path) -> None:
    _, said = hunt(made(tmp_path), "list.csv", "article.txt", "--since", "2020-01-01")
    assert "Window asked for: from 2020-01-01" in said
    assert "before the window" not in said


def test_the_result_document(tmp_path: Path) -> None:
    _, said = hunt(made(tmp_path), "list.csv", "article.txt", "--json", "--quiet", "--max-age", "30")
    result = json.loads(said)
    (bulletin,) = result["bulletins"]
    assert bulletin["window"]["since"] == "2021-01-01T00:00:00Z"
    assert [s["topic"] for s in bulletin["statements"] if s["taken"]] == ["window", "role"]
    assert bulletin["paths"] == ["list.csv", "article.txt"]
    assert result["hunt"]["window_from"] == "bulletin"
    assert result["hunt"]["max_age"] == 30
    (sighting,) = result["sightings"]
    assert (sighting["count"], sighting["confidence"]) == (2, 50)
    assert sighting["outside_validity"]["after"] == "some"
    assert any(d["code"] == "age-unknown" for d in result["diagnostics"])
