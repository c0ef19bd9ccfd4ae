"""What a ledger answers, as a user asks it: ``traque seen``, and ``traque hunt --ledger``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from e2e_tools import ABSENT, SEEN, Run, auth_log

URL = "http://www.evil.example/gate.php?id=1"
WEB = (
    f'203.0.113.9 - - [03/Mar/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "{URL}" "curl/7.64"\n'
    '10.0.0.5 - - [04/Mar/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "EvilAgent/1.0"\n'
)
AGENT = {
    "Event": {
        "info": "an agent",
        "date": "2021-02-01",
        "Attribute": [
            {"type": kind, "category": "Network activity", "value": value, "to_ids": True}
            for kind, value in (("user-agent", "EvilAgent/1.0"), ("ip-dst", SEEN))
        ],
    }
}


@pytest.fixture
def ledger(traque: Run, tmp_path: Path) -> Path:
    """A ledger of two logs, which are in the folder ``logs``."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "auth.log").write_bytes(auth_log())
    (logs / "access.log").write_text(WEB)
    at = tmp_path / "ledger"
    assert traque("ledger", "init", at).returncode == 0
    assert traque("ledger", "add", "--ledger", at, logs).returncode == 0
    return at


def seen(traque: Run, ledger: Path, *values: str, status: int) -> dict[str, Any]:
    done = traque("seen", *values, "--ledger", ledger, "--json")
    assert (done.returncode, done.stderr) == (status, b"")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def hunt(traque: Run, ledger: Path, *arguments: str | Path, status: int) -> dict[str, Any]:
    done = traque("hunt", *arguments, "--ledger", ledger, "--json")
    assert (done.returncode, done.stderr) == (status, b"")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def values_of(answer: dict[str, Any], which: str) -> list[str]:
    return [one["value"] for one in answer[which]]


# ---- traque seen


def test_the_page_of_seen(traque: Run, ledger: Path) -> None:
    done = traque("seen", SEEN, ABSENT, "--ledger", "ledger")
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.decode().splitlines() == [
        "198.51.100.23 (ipv4-addr): 1 record on 1 day",
        "  2021-03-03T12:34:56Z to 2021-03-03T12:34:56Z",
        "  authenticated 1",
        "          1  2021-03-03  2021-03-03  authenticated     auth.log",
        "Not seen: 192.0.2.99",
        "",
        "The ledger ledger holds 2 sources, 123 records, from 2021-03-01T00:00:00Z to 2021-03-05T23:00:00Z.",
        "Which days: traque ledger status.",
    ]


def test_the_document_of_seen(traque: Run, ledger: Path) -> None:
    answer = seen(traque, ledger, "192.0.2.4", ABSENT, status=1)
    (value,) = answer["seen"]
    assert (value["records"], value["days"], value["undated"]) == (5, 5, 0)
    assert (value["first"], value["last"]) == ("2021-03-01T03:00:00Z", "2021-03-05T03:00:00Z")
    assert value["verdicts"] == {"auth-failed": 5}
    (source,) = value["sources"]
    assert (source["path"], source["records"], source["days"]) == ("auth.log", 5, 5)
    assert values_of(answer, "not_seen") == [ABSENT]
    assert (answer["schema"], answer["records"], answer["incomplete"]) == ("traque/seen/1", 123, [])


@pytest.mark.parametrize(
    ("asked", "value", "held"),
    [
        ("198.51.100[.]23", SEEN, []),
        ("198.51.100.0/24", "198.51.100.0/24", [SEEN]),
        ("evil[.]example", "evil.example", ["www.evil.example"]),
        ("www.evil.example", "www.evil.example", []),
        ("hxxp://www[.]evil[.]example/gate.php?id=1", URL, []),
        ("www.evil.example/gate.php?id=1", "www.evil.example/gate.php?id=1", [URL]),
    ],
)
def test_a_value_is_known_as_it_is_written(
    traque: Run, ledger: Path, asked: str, value: str, held: list[str]
) -> None:
    (one,) = seen(traque, ledger, asked, status=1)["seen"]
    assert (one["value"], one["records"], one["values"]) == (value, 1, held)


def test_what_was_not_seen(traque: Run, ledger: Path) -> None:
    answer = seen(traque, ledger, ABSENT, "example.org", "http://example.org/x", status=0)
    assert values_of(answer, "not_seen") == [ABSENT, "example.org", "http://example.org/x"]
    assert not answer["seen"] + answer["untold"] + answer["only_host"]


def test_what_a_ledger_cannot_tell(traque: Run, ledger: Path) -> None:
    asked = ("10.0.0.5", "10.0.0.0/8", "http://10.0.0.5/x", "5.0.0.10.in-addr.arpa")
    answer = seen(traque, ledger, *asked, status=3)
    assert values_of(answer, "untold") == list(asked)
    answer = seen(traque, ledger, "http://www.evil.example/other", status=3)
    assert values_of(answer, "only_host") == ["http://www.evil.example/other"]
    page = traque("seen", "10.0.0.5", "http://www.evil.example/other", "--ledger", ledger)
    assert page.returncode == 3
    assert b"Not held by a ledger, so not answered (hunt the logs for it): 10.0.0.5" in page.stdout
    assert b"Only the host was seen, the URL may have been" in page.stdout


def test_a_ledger_that_keeps_inner_addresses_tells_of_them(traque: Run, ledger: Path, tmp_path: Path) -> None:
    other = tmp_path / "inner"
    traque("ledger", "init", other, "--inner", "kept")
    traque("ledger", "add", "--ledger", other, tmp_path / "logs")
    (one,) = seen(traque, other, "10.0.0.0/8", status=1)["seen"]
    assert (one["records"], one["values"]) == (1, ["10.0.0.5"])


def test_what_is_no_question_and_no_ledger(traque: Run, ledger: Path, tmp_path: Path) -> None:
    for arguments, words in (
        (("seen", "EvilAgent/1.0", "--ledger", ledger), b"neither a file nor a value"),
        (("seen", SEEN, "--ledger", tmp_path / "nowhere"), b"there is no ledger here (make one:"),
        (("seen", SEEN), b"--ledger"),
        (("seen", "--ledger", ledger), b"VALUE"),
        (("hunt", SEEN, "--ledger", tmp_path / "nowhere"), b"there is no ledger here"),
    ):
        done = traque(*arguments)
        assert (done.returncode, done.stdout) == (2, b""), arguments
        assert words in done.stderr


def test_damage_is_said_and_never_answered(traque: Run, ledger: Path) -> None:
    (rows,) = ledger.glob("rows/kind=ipv4-addr/*.parquet")
    whole = rows.read_bytes()
    for damage in (whole[:-9], b"", b"PAR1" * 99):
        rows.write_bytes(damage)
        for command in ("seen", "hunt"):
            done = traque(command, SEEN, "--ledger", ledger)
            assert (done.returncode, done.stdout) == (3, b""), (command, damage[:9])
            assert b"traque ledger verify" in done.stderr
            assert b"Traceback" not in done.stderr
    rows.unlink()
    assert b"a file that the manifest names is gone" in traque("seen", SEEN, "--ledger", ledger).stderr
    (ledger / "ledger.json").write_text("{")
    for command in (("seen", SEEN), ("hunt", SEEN), ("ledger", "status")):
        done = traque(*command, "--ledger", ledger)
        assert (done.returncode, done.stdout) == (3, b"")
        assert b"the manifest is damaged" in done.stderr


def test_the_environment_names_a_ledger_for_seen_but_not_for_a_hunt(traque: Run, ledger: Path) -> None:
    named = {"TRAQUE_LEDGER": str(ledger)}
    assert traque("seen", SEEN, environment=named).returncode == 1
    done = traque("hunt", SEEN, environment=named)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"nothing to search" in done.stderr


def test_names_of_files_cannot_write_on_the_terminal(traque: Run, ledger: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "logs" / "\x1b[2J\x1b]0;owned\x07\u202egol.htua"
    (tmp_path / "logs/auth.log").rename(hostile)
    with hostile.open("ab") as file:
        file.write(auth_log(range(6, 7)))
    assert traque("ledger", "add", "--ledger", ledger, tmp_path / "logs").returncode == 0
    for command in (
        ("seen", "192.0.2.4"),
        ("hunt", "192.0.2.4"),
        ("ledger", "status"),
        ("ledger", "forget", "--source", "*owned*"),
        ("seen", "192.0.2.4"),
    ):
        done = traque(*command, "--ledger", ledger)
        assert not {"\x1b", "\x07", "\u202e"} & set((done.stdout + done.stderr).decode()), command


# ---- traque hunt --ledger


def test_sources_that_hold_nothing_are_not_read_again(traque: Run, ledger: Path, tmp_path: Path) -> None:
    answer = hunt(traque, ledger, ABSENT, "--in", tmp_path / "logs", status=0)
    assert {source["ledger"] for source in answer["coverage"]["sources"]} == {"spared"}
    assert (answer["hunt"]["ledger"]["spared"], answer["hunt"]["ledger"]["alone"]) == (2, 0)
    assert answer["hunt"]["records"] == 123
    answer = hunt(traque, ledger, SEEN, "--in", tmp_path / "logs", status=1)
    told = {source["path"]: source["ledger"] for source in answer["coverage"]["sources"]}
    assert told == {"access.log": "spared", "auth.log": None}
    assert answer["sightings"][0]["evidence"], "the log is there: its records are shown"


def test_without_in_the_logs_that_the_ledger_knows_are_hunted(
    traque: Run, ledger: Path, tmp_path: Path
) -> None:
    (tmp_path / "logs/access.log").unlink()
    answer = hunt(traque, ledger, SEEN, "www.evil.example", status=1)
    told = {source["path"]: source["ledger"] for source in answer["coverage"]["sources"]}
    assert told == {"access.log": "alone", "auth.log": None}
    verdicts = {one["indicator"]["value"]: one["verdict"] for one in answer["sightings"]}
    assert verdicts == {SEEN: "authenticated", "www.evil.example": "trace"}


def test_in_names_logs_and_the_ledger_still_tells_of_those_that_are_gone(
    traque: Run, ledger: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/new.log").write_bytes(auth_log(range(9, 10)))
    shutil.rmtree(tmp_path / "logs")
    answer = hunt(traque, ledger, SEEN, "192.0.2.4", "--in", tmp_path / "other", status=1)
    told = {source["path"]: source["ledger"] for source in answer["coverage"]["sources"]}
    assert told == {"access.log": "alone", "auth.log": "alone", "new.log": None}
    counts = {one["indicator"]["value"]: one["count"] for one in answer["sightings"]}
    assert counts == {SEEN: 1, "192.0.2.4": 6}


def test_every_report_says_what_the_ledger_told(traque: Run, ledger: Path, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "logs")
    done = traque("hunt", SEEN, "--ledger", "ledger", "--out", "answer", "--certificate")
    assert done.returncode == 1
    page = " ".join(done.stdout.decode().split())
    assert "0 sources not read again, 2 sources told of by it alone" in page
    certificate = " ".join((tmp_path / "answer/certificate.txt").read_text().split())
    assert "Of 2 sources the log was not there, and the ledger of " in certificate
    assert "2 sources told of by it alone" in " ".join((tmp_path / "answer/report.html").read_text().split())
    written = traque("report", "answer/result.json", "--as", "md").stdout
    assert "2 sources told of by it alone" in " ".join(written.decode().split())
    assert traque("verify", "answer/certificate.json").returncode == 0


def test_what_no_row_can_tell_makes_the_answer_incomplete(traque: Run, ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "agent.json").write_text(json.dumps(AGENT))
    answer = hunt(traque, ledger, "agent.json", status=1)
    assert {one["indicator"]["value"] for one in answer["sightings"]} == {SEEN, "evilagent/1.0"}
    shutil.rmtree(tmp_path / "logs")
    for asked in (["agent.json"], ["10.0.0.5"], ["http://www.evil.example/other"]):
        answer = hunt(traque, ledger, *asked, status=3)
        assert {one["code"] for one in answer["diagnostics"]} & {"ledger-not-held", "ledger-only-host"}
    done = traque("hunt", "agent.json", "--ledger", ledger)
    assert "not searched in logs that only the ledger knows" in " ".join(done.stdout.decode().split())


@pytest.mark.parametrize(
    ("what", "of_seen", "of_hunt"),
    [
        (("--value", "192.0.2.4"), (3, 0), (3, 0)),
        (("--before", "2021-03-03"), (1, 3), (3, 3)),
        (("--source", "auth.*"), (0, 0), (0, 0)),
    ],
    ids=["value", "before", "source"],
)
def test_what_is_forgotten_is_not_told(
    traque: Run,
    ledger: Path,
    tmp_path: Path,
    what: tuple[str, ...],
    of_seen: tuple[int, int],
    of_hunt: tuple[int, int],
) -> None:
    """A source that lost rows is incomplete; one that was removed whole is no part of the ledger any more."""
    shutil.rmtree(tmp_path / "logs")
    assert traque("ledger", "forget", "--ledger", ledger, *what).returncode == 0
    status, records = of_seen
    answer = seen(traque, ledger, "192.0.2.4", status=status)
    assert sum(one["records"] for one in answer["seen"]) == records
    status, records = of_hunt
    result = hunt(traque, ledger, "192.0.2.4", status=status)
    assert sum(one["count"] for one in result["sightings"]) == records
    sources = {one["path"]: one for one in result["coverage"]["sources"]}
    if what[0] == "--source":
        assert "auth.log" not in sources
        assert (answer["ledger"]["forgotten"], result["hunt"]["ledger"]["forgotten"]) == (1, 1)
        (told,) = [one for one in result["diagnostics"] if one["code"] == "ledger-forgotten"]
        assert (told["count"], told["incomplete"]) == (1, False)
        assert b"1 more were forgotten" in traque("seen", "192.0.2.4", "--ledger", ledger).stdout
        page = traque("ledger", "status", "--ledger", ledger).stdout
        assert f"1 source on {told['examples'][0].removeprefix('on ')}, with all they had".encode() in page
    else:
        assert answer["incomplete"] == ["auth.log"]
        assert (sources["auth.log"]["complete"], sources["auth.log"]["state"]) == (False, "forgotten")


def test_what_is_forgotten_is_read_again_where_the_log_is_there(
    traque: Run, ledger: Path, tmp_path: Path
) -> None:
    traque("ledger", "forget", "--ledger", ledger, "--value", SEEN)
    answer = hunt(traque, ledger, SEEN, "--in", tmp_path / "logs", status=1)
    assert answer["sightings"][0]["count"] == 1


def test_another_question_about_own_addresses_reads_the_logs(
    traque: Run, ledger: Path, tmp_path: Path
) -> None:
    asked = (ABSENT, "--in", tmp_path / "logs", "--internal", "203.0.113.0/24")
    assert hunt(traque, ledger, *asked, status=0)["hunt"]["ledger"]["spared"] == 0


def test_without_in_logs_keep_their_names_and_their_streams(
    traque: Run, ledger: Path, tmp_path: Path
) -> None:
    for host in ("alpha", "beta"):
        (tmp_path / "more" / host).mkdir(parents=True)
        for number in (1, 2):
            log = auth_log(range(number * 10, number * 10 + 3)).replace(b"bastion", host.encode())
            (tmp_path / "more" / host / f"secure.log.{number}").write_bytes(log)
    traque("ledger", "add", "--ledger", ledger, tmp_path / "more")
    (tmp_path / "more/beta/secure.log.1").unlink()
    (tmp_path / "more/alpha/secure.log.2").rename(tmp_path / "more/alpha/secure.log.3")
    assert traque("ledger", "add", "--ledger", ledger, tmp_path / "more").returncode == 0
    answer = hunt(traque, ledger, "192.0.2.4", "--exclude", "access.log", status=1)
    told = sorted((s["path"], s["ledger"], s["stream"]) for s in answer["coverage"]["sources"])
    assert told == [
        ("alpha/secure.log.1", None, "alpha/secure.log"),
        ("alpha/secure.log.3", None, "alpha/secure.log"),
        ("auth.log", None, "auth.log"),
        ("beta/secure.log.1", "alone", "beta/secure.log"),
        ("beta/secure.log.2", None, "beta/secure.log"),
    ]
    shutil.rmtree(tmp_path / "more")
    answer = hunt(traque, ledger, "192.0.2.4", "--exclude", "access.log", "beta/*", status=1)
    assert sorted(one["path"] for one in answer["coverage"]["sources"]) == [
        "alpha/secure.log.1",
        "alpha/secure.log.2",  # as it was named when it was read
        "auth.log",
    ]
