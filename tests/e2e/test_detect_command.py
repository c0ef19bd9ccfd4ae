"""``traque detect`` from the outside: statuses, files, documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from e2e_tools import Run

from traque.model.detection import Detection

BULLETIN = "type,value\nip-dst,192.0.2.10\ndomain,evil.example\nip-dst,2001:db8::1\n"


@pytest.fixture
def bulletin(tmp_path: Path) -> Path:
    path = tmp_path / "CERT-EXAMPLE-2026-001.csv"
    path.write_text(BULLETIN)
    return path


def test_it_writes_a_folder_for_each_target(traque: Run, bulletin: Path, tmp_path: Path) -> None:
    done = traque("detect", bulletin, "--for", "nftables,csv", "zeek-intel", "--out", tmp_path / "rules")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "rules").iterdir()} == {
        *("nftables", "csv", "zeek-intel"),
        *("indicators.csv", "numbers.json", "revisions.json", "detection.json"),
    }
    report = done.stdout.decode()
    assert report.startswith("CERT-EXAMPLE-2026-001")
    assert "left out 1 domain-name (the target has no rule for this kind)" in report
    assert "load: nft -f traque.nft" in report


def test_json_is_the_result_document(traque: Run, bulletin: Path, tmp_path: Path) -> None:
    done = traque("detect", bulletin, "--for", "csv", "--out", tmp_path / "rules", "--json")
    document = json.loads(done.stdout)
    assert document["schema"] == "traque/detection/1"
    assert document["indicators"] == 3
    assert [target["target"] for target in document["targets"]] == ["csv"]
    assert Detection.__struct_fields__ == tuple(document)


def test_a_target_that_only_blocks_is_refused_in_words(traque: Run, bulletin: Path, tmp_path: Path) -> None:
    done = traque("detect", bulletin, "--for", "crowdsec", "--out", tmp_path / "rules")
    assert done.returncode == 3
    assert b"it can only block: --action block writes it" in done.stdout
    done = traque("detect", bulletin, "--for", "crowdsec", "--out", tmp_path / "rules", "--action", "block")
    assert done.returncode == 0


def test_the_list_names_every_target(traque: Run) -> None:
    from traque.exporters import targets

    done = traque("detect", "--list")
    assert done.returncode == 0
    words = done.stdout.decode().split()
    assert {target.name for target in targets()} <= set(words)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--for", "castle"), b"no target is named 'castle'"),
        (("--for", "csv", "--expire", "soon"), b"'soon' is not a span of time"),
        (("--for", "csv", "--include", "not a value"), b"not a value"),
    ],
)
def test_what_cannot_be_asked_is_2(
    traque: Run, bulletin: Path, tmp_path: Path, arguments: tuple[str, ...], said: bytes
) -> None:
    done = traque("detect", bulletin, *arguments, "--out", tmp_path / "rules")
    assert done.returncode == 2
    assert said in done.stderr


def test_as_of_makes_the_same_files(traque: Run, bulletin: Path, tmp_path: Path) -> None:
    for name in ("1", "2"):
        done = traque(
            "detect", bulletin, "--for", "nftables", "--out", tmp_path / name, "--as-of", "2026-01-15"
        )
        assert done.returncode == 0
    one, two = ((tmp_path / name / "nftables/traque.nft").read_bytes() for name in ("1", "2"))
    assert one == two
    assert b"renew or remove by 2026-02-14" in one


def test_every_target_at_once(traque: Run, bulletin: Path, tmp_path: Path) -> None:
    done = traque("detect", bulletin, "--for", "all", "--out", tmp_path / "rules", "--action", "block")
    assert done.returncode in (0, 3), done.stderr
    document = json.loads((tmp_path / "rules/detection.json").read_bytes())
    for target in document["targets"]:
        assert target["refused"] or target["files"] or target["indicators"] == 0
