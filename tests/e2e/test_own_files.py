"""What traque wrote into a folder that it searches changes no answer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from e2e_tools import ABSENT, SEEN, Run, auth_log

FORMATS = "html,md,xlsx,csv,json,ecs,stix,misp,notification,terminal"


def hunt(traque: Run, *more: str) -> dict[str, list[object]]:
    done = traque("hunt", "list.csv", "--in", "logs", "--out", "logs/answer", "--json", *more)
    assert done.returncode == 1, done.stderr
    document: dict[str, list[object]] = json.loads(done.stdout)
    return document


def search_a_list(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "auth.log").write_bytes(auth_log())
    values = [SEEN, ABSENT, *(f"203.0.113.{n}" for n in range(1, 30))]
    (tmp_path / "list.csv").write_text("type,value\n" + "".join(f"ip-dst,{value}\n" for value in values))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_hunt_over_its_own_answer_finds_the_same(traque: Run, tmp_path: Path, language: str) -> None:
    search_a_list(tmp_path)
    first = hunt(traque, "--hash-sources", "--certificate")
    formats = f"{FORMATS},pdf" if shutil.which("chromium") else FORMATS
    for done in (
        traque("report", "logs/answer", "--as", formats, "--out", "logs/more", "--lang", language),
        traque("evidence", "logs/answer", "--out", "logs/bag.zip"),
        traque("filter", "logs/answer", "--counts-only", "--out", "logs/counts"),
        traque("detect", "list.csv", "--for", "all", "--out", "logs/rules"),
    ):
        assert done.returncode in (0, 1), done.stderr
    (tmp_path / "logs" / "why.txt").write_bytes(traque("explain", "logs/answer", "1").stdout)
    second = hunt(traque)
    assert second["sightings"] == first["sightings"]
    assert second["not_seen"] == first["not_seen"]
    assert second["coverage"] == first["coverage"] | {  # type: ignore[operator]
        "sources": [source | {"sha256": ""} for source in first["coverage"]["sources"]]  # type: ignore[call-overload]
    }
