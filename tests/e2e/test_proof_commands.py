"""Certificates, evidence bags and their verification, from the outside."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import zipfile
from pathlib import Path

import pytest
from e2e_tools import ABSENT, SEEN, Run, auth_log


def hunted(traque: Run, logs: Path, *more: str, value: str = SEEN, status: int = 1) -> None:
    done = traque("hunt", value, ABSENT, "--in", logs, "--out", "out", *more)
    assert done.returncode == status, done.stderr


def digest(document: dict[str, object]) -> str:
    """As docs/proof.md tells everybody to compute it."""
    bare = {key: value for key, value in document.items() if key not in ("digest", "signature")}
    text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def reseal(path: Path, **changes: object) -> None:
    """What a forger does who can compute a digest."""
    document = json.loads(path.read_text()) | changes
    document["digest"] = digest(document)
    path.write_text(json.dumps(document))


def test_a_certificate_says_what_a_no_rests_on(traque: Run, logs: Path, tmp_path: Path) -> None:
    (logs / "auth.log").write_bytes(auth_log(range(1, 3)) + auth_log(range(5, 6)))
    hunted(
        traque, logs, "--since", "2021-03-01", "--until", "2021-03-06", "--certificate", "--hash-sources",
        value="192.0.2.98", status=3,
    )  # fmt: skip
    certificate = json.loads((tmp_path / "out/certificate.json").read_text())
    assert certificate["digest"] == digest(certificate)
    assert certificate["result"] == json.loads((tmp_path / "out/result.json").read_text())["digest"]
    assert certificate["scope"] == "files supplied"
    (stream,) = certificate["streams"]
    assert [day[1] for day in stream["days"]] == ["searched", "searched", "absent", "absent", "searched"]
    records = [day[2] for day in stream["days"]]  # shared out by time, so a midnight may be off by one
    assert sum(records) == 72
    assert all(abs(found - real) <= 1 for found, real in zip(records, [24, 24, 0, 0, 24], strict=True))
    (source,) = certificate["sources"]
    assert source["sha256"] == hashlib.sha256((logs / "auth.log").read_bytes()).hexdigest()
    assert len(certificate["tool"]["sha256"]) == 64
    said = " ".join(certificate["statement"])
    assert "not observed in 0 of 1 stream on every day" in said
    assert "on 3 of 5 days" in said
    assert "2021-03-03 to 2021-03-04 (absent)" in said
    assert "organisation" not in said.replace("not about an organisation", "")
    page = (tmp_path / "out/certificate.txt").read_text()
    assert "2021-03  ##..#" in page
    again = traque("certificate", "out", "--json")
    assert again.returncode == 0
    assert again.stdout == (tmp_path / "out/certificate.json").read_bytes()


def test_declared_streams_are_the_denominator(traque: Run, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "traque.toml").write_text(
        '[[stream]]\nname = "auth.log"\n[[stream]]\nname = "vpn"\nowner = "remote access team"\n'
    )
    hunted(traque, logs, value="192.0.2.98", status=3)
    done = traque("certificate", "out", "--json")
    certificate = json.loads(done.stdout)
    assert certificate["scope"] == "organisation"
    missing, there = certificate["streams"]
    assert (missing["name"], missing["missing"], missing["owner"]) == ("vpn", True, "remote access team")
    assert there["expected"]
    assert "2 expected streams, of which 1 not there: vpn" in certificate["statement"][0]
    assert b"ask remote access team" in traque("certificate", "out").stdout
    report = traque("hunt", ABSENT, "--in", logs)
    assert b"1 of 2 expected streams, vpn (ask remote access team)" in b" ".join(report.stdout.split())


def test_a_truncated_source_is_on_the_map(traque: Run, logs: Path, tmp_path: Path) -> None:
    import gzip

    whole = gzip.compress(auth_log())
    (logs / "auth.log").unlink()
    (logs / "auth.log.gz").write_bytes(whole[: len(whole) // 2])
    hunted(traque, logs, "--since", "2021-03-01", "--until", "2021-03-06", value="192.0.2.98", status=3)
    certificate = json.loads(traque("certificate", "out", "--json").stdout)
    states = [day[1] for day in certificate["streams"][0]["days"]]
    assert "truncated" in states
    assert states[-1] == "unreadable"
    assert not certificate["complete"]


def test_a_key_signs_and_a_stranger_does_not(traque: Run, logs: Path, tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    assert traque("keygen", "soc.key").returncode == 0
    assert stat.S_IMODE((tmp_path / "soc.key").stat().st_mode) == 0o600
    assert traque("keygen", "soc.key").returncode == 2
    assert traque("keygen", "other.key").returncode == 0
    hunted(traque, logs, "--certificate", "--sign", "soc.key")
    path = tmp_path / "out/certificate.json"
    assert traque("verify", path, "--key", "soc.key.pub").returncode == 0
    wrong = traque("verify", path, "--key", "other.key.pub")
    assert wrong.returncode == 3
    assert b"not by" in wrong.stdout
    reseal(path, scope="organisation")
    forged = traque("verify", path)
    assert forged.returncode == 3
    assert b"signature does not hold" in forged.stdout
    assert traque("certificate", "out", "--out", "plain.json").returncode == 0
    unsigned = traque("verify", "plain.json", "--key", "soc.key.pub")
    assert unsigned.returncode == 3
    assert b"it is not signed" in unsigned.stdout
    assert traque("certificate", "out", "--sign", "soc.key.pub").returncode == 2


def test_openssl_agrees(traque: Run, logs: Path, tmp_path: Path) -> None:
    import base64
    import shutil
    import subprocess

    pytest.importorskip("cryptography")
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    traque("keygen", "soc.key")
    hunted(traque, logs, "--certificate", "--sign", "soc.key")
    certificate = json.loads((tmp_path / "out/certificate.json").read_text())
    (tmp_path / "text").write_text(f"{certificate['schema']}\n{certificate['digest']}\n")
    (tmp_path / "value").write_bytes(base64.b64decode(certificate["signature"]["value"]))
    command = "openssl pkeyutl -verify -rawin -pubin -inkey soc.key.pub -in text -sigfile value"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_changed_result_is_refused_with_the_reason(traque: Run, logs: Path, tmp_path: Path) -> None:
    hunted(traque, logs, "--certificate")
    path = tmp_path / "out/result.json"
    assert traque("verify", path, tmp_path / "out/certificate.json").returncode == 0
    honest = path.read_text()
    path.write_text(honest.replace(SEEN, "198.51.100.24"))
    done = traque("verify", path)
    assert done.returncode == 3
    assert b"its content was changed" in done.stdout
    for command in (["certificate", path], ["evidence", path, "--out", "bag.zip"]):
        assert traque(*command).returncode == 3
    document = json.loads(honest)
    document["sightings"][0]["evidence"][0]["text"] += " "
    path.write_text(honest)
    reseal(path, sightings=document["sightings"])
    assert b"is not the one that was read" in traque("verify", path).stdout
    document = json.loads(honest)
    document["sightings"][0]["count"] += 1
    reseal(path, sightings=document["sightings"])
    assert b"do not add up" in traque("verify", path).stdout
    path.write_text(honest)
    reseal(path, not_seen=[])
    beside = traque("verify", path, tmp_path / "out/certificate.json")
    assert beside.returncode == 3
    assert b"made of another result" in beside.stdout
    path.write_text(honest.replace('"digest"', '"not_seen": [], "digest"', 1))
    assert b"stands in it twice" in traque("verify", path).stdout
    assert traque("verify", logs / "auth.log").returncode == 2
    assert traque("verify", "nowhere.json").returncode == 2


def test_a_bag_holds_the_records_and_nothing_else(traque: Run, logs: Path, tmp_path: Path) -> None:
    with (logs / "auth.log").open("ab") as file:
        file.write(b"2021-03-05T23:30:00+00:00 bastion x[1]: caf\xe9 \xff from " + SEEN.encode() + b"\n")
    hunted(traque, logs, "--hash-sources")
    for name in ("bag.zip", "again.zip"):
        assert traque("evidence", "out", "--out", name).returncode == 0
    data = (tmp_path / "bag.zip").read_bytes()
    assert data == (tmp_path / "again.zip").read_bytes()
    lines = (logs / "auth.log").read_bytes().splitlines()
    with zipfile.ZipFile(io.BytesIO(data)) as bag:
        manifest = json.loads(bag.read("manifest.json"))
        records = {entry["file"]: bag.read(entry["file"]) for entry in manifest["records"]}
        assert sorted(bag.namelist()) == sorted([*records, "manifest.json"])
    assert sorted(records.values()) == sorted(line for line in lines if SEEN.encode() in line)
    assert manifest["sources"][0]["sha256"] == hashlib.sha256((logs / "auth.log").read_bytes()).hexdigest()
    chain = manifest["result"]
    for entry in manifest["records"]:
        bare = {key: value for key, value in entry.items() if key != "chain"}
        text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        chain = hashlib.sha256(f"{chain}\n{text}".encode()).hexdigest()
        assert chain == entry["chain"]
    assert chain == manifest["chain"]
    assert traque("verify", "bag.zip", "out/result.json").returncode == 0
    none = traque("hunt", SEEN, "--in", "bag.zip", "again.zip")
    assert b"not seen" in none.stdout  # our own output is not searched


def _without(names: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {key: value for key, value in names.items() if key != name}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held: held | {"records/000001.txt": held["records/000001.txt"][:-1] + b"x"}, "was changed"),
        (lambda held: held | {"records/000009.txt": b"more"}, "was added"),
        (lambda held: _without(held, "records/000001.txt"), "is missing"),
        (lambda held: _without(held, "manifest.json"), "no evidence bag"),
        (
            lambda held: held | {"manifest.json": held["manifest.json"].replace(b"bastion", b"other", 1)},
            "content was changed",
        ),
    ],
)
def test_a_changed_bag_is_refused(traque: Run, logs: Path, tmp_path: Path, change, said: str) -> None:
    (tmp_path / "logs/auth.log").rename(tmp_path / "logs/bastion.log")
    hunted(traque, logs)
    assert traque("evidence", "out", "--out", "bag.zip").returncode == 0
    with zipfile.ZipFile(tmp_path / "bag.zip") as bag:
        held = {name: bag.read(name) for name in bag.namelist()}
    with zipfile.ZipFile(tmp_path / "bag.zip", "w") as bag:
        for name, data in change(held).items():
            bag.writestr(name, data)
    done = traque("verify", "bag.zip")
    assert done.returncode == 3
    assert said.encode() in b" ".join(done.stdout.split())


def test_without_cryptography_signatures_name_the_remedy(traque: Run, tmp_path: Path) -> None:
    (tmp_path / "cryptography.py").write_text("raise ImportError('not here')\n")
    done = traque(
        "keygen", "x.key", environment={"PYTHONPATH": f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"}
    )
    assert done.returncode == 2
    assert b"pip install 'traque[sign]'" in done.stderr


def test_explain_goes_back_to_the_log(traque: Run, logs: Path, tmp_path: Path) -> None:
    import gzip

    odd = "2021-03-05T23:30:00+00:00 bastion x[1]: \x1b[31m peer 198.051.100.023 \u202e done\n".encode()
    (logs / "odd.log.gz").write_bytes(gzip.compress(odd))
    hunted(traque, logs)
    done = traque("explain", "out", "1")
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.decode().split())
    assert "Sighting 1 of 1: 198.51.100.23 (ipv4-addr), authenticated" in text
    assert "An identity was accepted from it." in text
    assert "2021-03-03T12:00:00+00:00 bastion sshd[312]" in text  # the record before it, from the log
    assert "from the log, which still says the same" in text
    assert "leading zeros are decimal: 198.51.100.23" in text
    assert r"\x1b[31m peer" in text
    assert r"\u202e done" in text
    assert b"\x1b" not in done.stdout
    found = json.loads(traque("explain", "out", SEEN, "--json").stdout)
    assert found["schema"] == "traque/explanation/1"
    assert {record["origin"] for record in found["records"]} == {"log"}
    (logs / "auth.log").write_bytes(b"something else\n" * 9999)
    found = json.loads(traque("explain", "out", "1", "--json").stdout)
    assert [record["origin"] for record in found["records"]] == ["changed", "log"]
    logs.rename(tmp_path / "elsewhere")
    found = json.loads(traque("explain", "out", "1", "--json").stdout)
    assert {record["origin"] for record in found["records"]} == {"result"}
    found = json.loads(traque("explain", "out", "1", "--in", "elsewhere", "--json").stdout)
    assert [record["origin"] for record in found["records"]] == ["changed", "log"]
    for wrong in ("2", "0", "192.0.2.77"):
        done = traque("explain", "out", wrong)
        assert done.returncode == 2
        assert b"name one by its number or its indicator" in done.stderr
