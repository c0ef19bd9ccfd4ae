"""Stories that an answer must tell well, in made logs with documentation addresses."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from e2e_tools import Run

Hunt = Callable[..., dict[str, Any]]


@pytest.fixture
def hunt(traque: Run, tmp_path: Path) -> Hunt:
    """Hunts in the made logs and gives the document."""

    def run(*values: str, own: str = "203.0.113.0/24", more: tuple[str, ...] = (), status: int = 1):
        done = traque("hunt", *values, "--in", tmp_path / "logs", "--own", own, "--json", *more)
        assert done.returncode == status, (done.stdout[:2000], done.stderr)
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    return run


def write(tmp_path: Path, name: str, *lines: str) -> None:
    path = tmp_path / "logs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


def one(document: dict[str, Any]) -> dict[str, Any]:
    (sighting,) = document["sightings"]
    return dict(sighting)


def test_a_flow_in_two_directions_is_one_session_and_dropped_records_are_a_loss(
    tmp_path: Path, hunt: Hunt
) -> None:
    """The reply of the server is no call of ours, and SKIPDATA is said in the coverage."""
    row = "2 123456789010 eni-0a1b2c3d {} 6 {} {} {} {} ACCEPT OK"
    write(
        tmp_path,
        "vpc/flow.log",
        row.format("192.0.2.7 10.0.0.9 51022 443", 12, 3000, 1610000000, 1610000060),
        row.format("10.0.0.9 192.0.2.7 443 51022", 10, 90000, 1610000001, 1610000060),
        "2 123456789010 eni-0a1b2c3d - - - - - - - 1610000120 1610000180 - SKIPDATA",
        "2 123456789010 eni-0a1b2c3d - - - - - - - 1610000240 1610000300 - NODATA",
        "2 123456789010 eni-0a1b2c3d - - - - - - - 1610003600 1610003660 - SKIPDATA",
    )
    document = hunt("192.0.2.7")
    sighting = one(document)
    assert sighting["verdict"] == "session"
    assert "outbound" not in sighting["verdicts"]
    assert sighting["direction"] == "inbound"
    assert (sighting["count"], sighting["exchanges"]) == (2, 1)
    (stream,) = document["coverage"]["streams"]
    losses = {loss["code"]: loss for loss in stream["losses"]}
    assert losses["flow-skipped"]["count"] == 2
    assert losses["flow-skipped"]["first"] == "2021-01-07T06:15:20Z"
    assert losses["flow-none"]["count"] == 1


def spray(success_from: str) -> list[str]:
    attackers = ("198.51.100.11", "198.51.100.12", "198.51.100.13")
    lines = [
        f"2021-03-01T02:{number % 60:02d}:00+00:00 bastion sshd[{number}]: Failed password for user{number:02d} "
        f"from {attackers[number % 3]} port 4{number:03d} ssh2"
        for number in range(40)
    ]
    return [
        *lines,
        f"2021-03-01T03:00:00+00:00 bastion sshd[99]: Accepted password for user17 from {success_from} port 40999 ssh2",
        "2021-03-01T08:00:00+00:00 bastion sshd[100]: Accepted publickey for admin from 203.0.113.77 port 50001 ssh2",
        "2021-03-01T09:00:00+00:00 bastion sshd[101]: Accepted publickey for other from 192.0.2.200 port 50001 ssh2",
    ]


def test_forty_accounts_then_a_success_from_an_unlisted_neighbour(tmp_path: Path, hunt: Hunt) -> None:
    """The verdicts stay auth-failed; the success is a lead, and the chain is a case."""
    write(tmp_path, "auth.log", *spray("198.51.100.99"))
    document = hunt("198.51.100.11", "198.51.100.12", "198.51.100.13")
    assert [s["verdict"] for s in document["sightings"]] == ["auth-failed"] * 3
    (lead,) = document["leads"]
    assert (lead["value"], lead["verdict"], lead["accounts"]) == (
        "198.51.100.99",
        "authenticated",
        ["user17"],
    )
    assert {trait["name"] for trait in lead["traits"]} == {"network", "account"}
    assert "Accepted password for user17" in lead["evidence"]["text"]
    chain = next(case for case in document["cases"] if case["kind"] == "chain")
    assert "failed log-ins over 40 accounts from 3 addresses, then user17 accepted" in chain["text"]
    assert [member["value"] for member in chain["members"]][-1] == "198.51.100.99"
    assert chain["members"][-1]["listed"] is False
    assert document["lead_search"]["sources"] == 1
    assert document["plan"]["look"][0]["subject"] == "user17"


@pytest.mark.parametrize("wrapping", ["gz", "bz2", "tar.gz", "zip"])
def test_a_lead_is_found_in_compressed_logs_and_archives_too(
    tmp_path: Path, hunt: Hunt, wrapping: str
) -> None:
    write(tmp_path, "auth.log", *spray("198.51.100.99"))
    path = tmp_path / "logs" / "auth.log"
    data = path.read_bytes()
    path.unlink()
    if wrapping == "tar.gz":
        with tarfile.open(tmp_path / "logs/old.tar.gz", "w:gz") as archive:
            entry = tarfile.TarInfo("var/log/auth.log")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    elif wrapping == "zip":
        with zipfile.ZipFile(tmp_path / "logs/old.zip", "w") as packed:
            packed.writestr("var/log/auth.log", data)
    else:
        compress = gzip.compress if wrapping == "gz" else bz2.compress
        (tmp_path / f"logs/auth.log.{wrapping}").write_bytes(compress(data))
    document = hunt("198.51.100.11", "198.51.100.12", "198.51.100.13")
    assert [lead["value"] for lead in document["leads"]] == ["198.51.100.99"]


def windows_spray(success_from: str) -> list[dict[str, object]]:
    """The same as Windows events."""
    attackers = ("198.51.100.11", "198.51.100.12", "198.51.100.13")
    events: list[dict[str, object]] = [
        {"EventTime": f"2021-03-01T02:{number:02d}:00Z", "EventID": 4625, "Channel": "Security",
         "Hostname": "dc1.corp.example", "TargetUserName": f"user{number:02d}", "LogonType": "3",
         "IpAddress": attackers[number % 3], "IpPort": "51022"}
        for number in range(40)
    ]  # fmt: skip
    success = {"EventTime": "2021-03-01T03:00:00Z", "EventID": 4624, "TargetUserName": "user17"}
    return [*events, events[0] | success | {"IpAddress": success_from}]


@pytest.mark.parametrize("form", ["utf-16", "document", "one-line", "parquet", "utf-16-document"])
def test_a_lead_is_found_in_what_has_to_be_decoded(tmp_path: Path, hunt: Hunt, form: str) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    events = windows_spray("198.51.100.99")
    if form == "utf-16":
        lines = "".join(f"{line}\n" for line in spray("198.51.100.99"))
        (folder / "auth.log").write_bytes(lines.replace("bastion", "bästiön").encode("utf-16"))
    elif form == "parquet":
        pyarrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pyarrow.Table.from_pylist(events), folder / "events.parquet")
    else:
        text = json.dumps(events, indent=None if form == "one-line" else 2)
        (folder / "events.json").write_bytes(text.encode("utf-16" if form.startswith("utf") else "utf-8"))
    document = hunt("198.51.100.11", "198.51.100.12", "198.51.100.13")
    assert [(lead["value"], lead["accounts"]) for lead in document["leads"]] == [
        ("198.51.100.99", ["user17"])
    ]
    assert document["lead_search"]["sources"] == 1
    assert all("traits of a stream" in limit for limit in document["lead_search"]["limits"])
    if form != "parquet":  # the offset leads to the record
        (path,) = folder.iterdir()
        record = path.read_bytes()[document["leads"][0]["evidence"]["offset"] :][:600]
        if form.startswith("utf"):
            record = record.decode("utf-16-le", "replace").encode()
        assert b"198.51.100.99" in record
        assert b"user39" not in record


def test_what_cannot_be_read_twice_is_said(traque: Run) -> None:
    data = "".join(f"{line}\n" for line in spray("198.51.100.99")).encode()
    done = traque("hunt", "198.51.100.11", "--in", "-", "--json", input=data)
    document = json.loads(done.stdout)
    assert document["leads"] == []
    assert "standard input" in document["lead_search"]["limits"][0]


def test_a_listed_success_is_a_chain_and_no_lead(tmp_path: Path, hunt: Hunt) -> None:
    write(tmp_path, "auth.log", *spray("198.51.100.13"))
    document = hunt("198.51.100.11", "198.51.100.12", "198.51.100.13")
    assert document["leads"] == []
    chain = next(case for case in document["cases"] if case["kind"] == "chain")
    assert chain["subject"] == "user17"
    assert document["sightings"][0]["explanation"]["next_steps"][0].startswith("disable user17,")


def test_no_sighting_costs_no_second_look(tmp_path: Path, hunt: Hunt) -> None:
    write(tmp_path, "auth.log", *spray("198.51.100.13"))
    document = hunt("192.0.2.99", status=0)
    assert (document["leads"], document["lead_search"], document["plan"]) == ([], None, None)


def test_a_teleworker_whose_home_address_is_listed(tmp_path: Path, hunt: Hunt) -> None:
    """The verdict stays; the finding says that it may be either."""
    lines = [
        f"2021-02-{day:02d}T08:1{day % 10}:00+00:00 vpn sshd[{day}]: Accepted publickey for jdoe from 198.51.100.23 port 4{day:03d} ssh2"
        for day in (1, 2, 3, 8, 9, 15, 22)
    ]
    write(tmp_path, "auth.log", *lines)
    document = hunt("198.51.100.23")
    assert one(document)["verdict"] == "authenticated"
    (finding,) = document["findings"]
    assert (finding["code"], finding["asset"]) == ("resident-user", "jdoe")
    assert "accepted 7 times from 198.51.100.23" in finding["text"]
    assert "Attacker, or hijacked home box? Look at the history" in finding["text"]
    kept = finding["evidence"]
    assert (kept[0]["time"], kept[-1]["time"]) == ("2021-02-01T08:11:00Z", "2021-02-22T08:12:00Z")
    assert {record["verdict"] for record in kept} == {"authenticated"}
    assert all("Accepted publickey for jdoe" in record["text"] for record in kept)


def test_the_records_of_a_regular_are_shown(tmp_path: Path, traque: Run) -> None:
    """Among a hundred other accounts, whose records are what a sighting keeps."""
    lines = [
        f"2021-02-{day:02d}T{hour:02d}:00:00+00:00 vpn sshd[{day}]: Accepted publickey for {who} from 198.51.100.23 port 4000 ssh2"
        for day in range(1, 21)
        for hour, who in ((6, f"guest{day}"), (8, "jdoe"), (22, f"night{day}"))
    ]
    write(tmp_path, "auth.log", *lines)
    assert traque("hunt", "198.51.100.23", "--in", "logs", "--out", "out").returncode == 1
    (finding,) = json.loads((tmp_path / "out/result.json").read_text())["findings"]
    first, last = finding["evidence"][0], finding["evidence"][-1]
    assert ("02-01T08" in first["text"], "02-20T08" in last["text"]) == (True, True)
    assert all(" jdoe " in record["text"] for record in finding["evidence"])
    explained = traque("explain", "out", "1").stdout.decode()
    assert "Of resident-user jdoe" in explained.replace("OF RESIDENT-USER JDOE", "Of resident-user jdoe")
    assert traque("evidence", "out", "--out", "bag.zip").returncode == 0
    assert traque("verify", "bag.zip", "out/result.json").returncode == 0
    with zipfile.ZipFile(tmp_path / "bag.zip") as bag:
        manifest = json.loads(bag.read("manifest.json"))
    shown = [one["why"] for record in manifest["records"] for one in record["shows"]]
    assert sum(why.startswith("resident-user jdoe: ") for why in shown) == len(finding["evidence"])
    for name in ("html", "md"):
        page = traque("report", "out", "--as", name).stdout.decode()
        assert "2021-02-20T08:00:00" in page


def test_one_log_in_makes_no_regular(tmp_path: Path, hunt: Hunt) -> None:
    write(
        tmp_path,
        "auth.log",
        "2021-02-01T08:00:00+00:00 vpn sshd[1]: Accepted password for jdoe from 198.51.100.23 port 4000 ssh2",
    )
    assert hunt("198.51.100.23")["findings"] == []


ACCESS = '{} - - [07/Jan/2021:04:18:07 +0000] "GET /mail HTTP/1.1" 200 5120 "-" "Mozilla/5.0 (X11)" "{}"'


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        ("198.51.100.23", "session"),
        ("192.0.2.1, 198.51.100.23", "session"),
        ("198.51.100.23, 192.0.2.1", "trace"),  # what stands left of the client anybody may have written
        ("198.51.100.23, 192.0.2.66", "session"),  # a second trusted proxy
    ],
)
def test_a_client_behind_a_trusted_proxy(tmp_path: Path, hunt: Hunt, header: str, verdict: str) -> None:
    write(tmp_path, "access.log", *[ACCESS.format("192.0.2.65", header)] * 3)
    config = tmp_path / "traque.toml"
    config.write_text('trusted_proxies = ["192.0.2.64/28"]\n')
    document = hunt("198.51.100.23", more=("--config", str(config)))
    assert one(document)["verdict"] == verdict
    assert document["hunt"]["trusted_proxies"] == ["192.0.2.64/28"]


def test_the_same_header_from_anyone_is_a_trace(tmp_path: Path, hunt: Hunt) -> None:
    write(tmp_path, "access.log", *[ACCESS.format("192.0.2.65", "198.51.100.23")] * 3)
    assert one(hunt("198.51.100.23"))["verdict"] == "trace"


def test_a_look_up_of_the_name_a_pushed_list_and_a_ping(tmp_path: Path, hunt: Hunt) -> None:
    """None of the three is an attack: trace, self, and a call of ours that began after the list came out."""
    values = [f"198.51.100.{number}" for number in range(20, 26)]
    bulletin = tmp_path / "bulletin.json"
    bulletin.write_text(
        json.dumps(
            {
                "type": "bundle",
                "id": "bundle--3f2f1a52-6f0b-4f6e-9a3e-0d3c2b1a0f01",
                "objects": [
                    {
                        "type": "report",
                        "spec_version": "2.1",
                        "id": "report--3f2f1a52-6f0b-4f6e-9a3e-0d3c2b1a0f02",
                        "created": "2021-07-21T00:00:00.000Z",
                        "modified": "2021-07-21T00:00:00.000Z",
                        "name": "Relays",
                        "published": "2021-07-21T00:00:00Z",
                        "object_refs": [
                            f"indicator--3f2f1a52-6f0b-4f6e-9a3e-0d3c2b1a1f{n:02d}" for n in range(6)
                        ],
                    },
                    *(
                        {
                            "type": "indicator",
                            "spec_version": "2.1",
                            "id": f"indicator--3f2f1a52-6f0b-4f6e-9a3e-0d3c2b1a1f{n:02d}",
                            "created": "2021-07-21T00:00:00.000Z",
                            "modified": "2021-07-21T00:00:00.000Z",
                            "pattern": f"[ipv4-addr:value = '{value}']",
                            "pattern_type": "stix",
                            "valid_from": "2021-01-01T00:00:00Z",
                        }
                        for n, value in enumerate(values)
                    ),
                ],
            }
        )
    )
    write(
        tmp_path,
        "named.log",
        "22-Jul-2021 09:00:00.000 queries: info: client @0x7f 10.0.0.5#51234 (20.100.51.198.in-addr.arpa): query: 20.100.51.198.in-addr.arpa IN PTR + (10.0.0.53)",
    )
    write(
        tmp_path,
        "firewall.log",
        f"Jul 22 09:10:00 fw edl: pushed block list {' '.join(values[1:])} to all devices",
    )
    write(
        tmp_path,
        "kern.log",
        "Jul 22 09:20:00 fw kernel: [UFW ALLOW] IN=eth1 OUT=eth0 SRC=10.0.0.5 DST=198.51.100.25 LEN=84 TTL=63 PROTO=ICMP TYPE=8 CODE=0 ID=1 SEQ=1",
    )
    document = hunt(str(bulletin), more=("--year", "2021"))
    verdicts = {s["indicator"]["value"]: s for s in document["sightings"]}
    assert verdicts["198.51.100.20"]["verdict"] == "trace"
    assert {verdicts[value]["verdict"] for value in values[1:5]} == {"self"}
    ping = verdicts["198.51.100.25"]
    assert ping["verdict"] == "outbound-attempt"
    assert ping["verdicts"] == {"outbound-attempt": 1, "self": 1}
    reasons = {reason["code"]: reason for reason in ping["explanation"]["reasons"]}
    assert reasons["after-publication"]["effect"] == "lowers"
    assert ping["explanation"]["confidence"] != "high"


def test_a_firewall_that_logs_only_denials_could_not_show_a_session(tmp_path: Path, hunt: Hunt) -> None:
    line = (
        'date=2021-01-07 time=04:{:02d}:07 devname="fw1" devid="FG1" logid="0000000013" type="traffic" subtype="forward" '
        'level="notice" vd="root" srcip=198.51.100.{} srcport=51022 dstip=203.0.113.9 dstport=22 proto=6 action="deny" '
        'policyid=0 service="SSH" sentbyte=0 rcvdbyte=0'
    )
    write(tmp_path, "fortigate.log", *(line.format(number % 60, number) for number in range(1, 201)))
    document = hunt("198.51.100.7")
    (row,) = document["visibility"]
    assert row["verdicts"]["blocked"] == "shown"
    assert row["verdicts"]["session"] == "unlikely"
    assert row["control"]["found"] is True
    assert "only denials" in row["remarks"][0]


def test_own_assets_need_no_log(traque: Run) -> None:
    done = traque("hunt", "203.0.113.9", "www.example.org", "--own", "203.0.113.0/24@2020-01-01..2021-06-30",
                  "example.org")  # fmt: skip
    assert done.returncode == 1
    first, *rest = done.stdout.decode().splitlines()
    assert first.startswith("2 things of your own are indicators: ")
    assert "was yours from 2020-01-01 until 2021-06-30 (203.0.113.0/24)" in " ".join(" ".join(rest).split())
    assert "No log was searched" in first + rest[0]


def test_no_log_and_nothing_listed_is_no_clean_answer(traque: Run) -> None:
    done = traque("hunt", "192.0.2.1", "--own", "203.0.113.0/24")
    assert done.returncode == 3
    assert traque("hunt", "192.0.2.1").returncode == 2
