"""A ledger with pseudonyms, as its users have it: with the key, without it, with another one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from e2e_tools import SEEN, Run, auth_log

from traque.ledger import Ledger, _rows, _segments
from traque.ledger.oracle import written
from traque.triage.perimeter import INSIDE_RANGES

INNER = ("10.20.30.40", "192.168.7.9", "fd12:3456::9", "203.0.113.200")
URL = "http://www.evil.example/gate.php?id=1"
WEB = (
    f'10.20.30.40 - jane [03/Mar/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "{URL}" "curl/7.64"\n'
    '10.20.30.40 - - [04/Mar/2021:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "http://192.168.7.9/a" "-"\n'
    '198.51.100.7 - - [04/Mar/2021:11:00:00 +0000] "GET / HTTP/1.1" 200 12 "http://203.0.113.200:81/b" "-"\n'
    "10.20.30.41 - - [05/Mar/2021:10:00:00 +0000] "
    '"GET / HTTP/1.1" 200 12 "http://evil.example/?to=fd12:3456::9&m=jane@own.example" "-"\n'
    "fd12:3456::9 - - [06/Mar/2021:10:00:00 +0000] "
    '"GET / HTTP/1.1" 200 12 "http://evil.example/?ip%3D10.20.30.40" "-"\n'
)
WORDS = (
    "2021-03-07T10:00:00Z mail from=<spy@evil.example> to=<Jane@own.example> relay=::ffff:192.168.7.9\n"
    "2021-03-07T10:00:01Z ticket for host/10.20.30.40@realm.example and bob@mail.own.example\n"
)
OWN = ("--own", "203.0.113.192/26", "own.example")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "ledger.key"


@pytest.fixture
def ledger(traque: Run, tmp_path: Path, key: Path) -> Path:
    """Of three logs, which are in the folder ``logs``."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "auth.log").write_bytes(auth_log().replace(b"192.0.2.4", b"10.20.30.4"))
    (logs / "access.log").write_text(WEB)
    (logs / "notes.log").write_text(WORDS)
    key.parent.mkdir()
    done = traque("ledger", "init", "ledger", "--inner", "pseudonyms", "--key", key)
    assert (done.returncode, done.stderr) == (0, b"")
    done = traque("ledger", "add", "--ledger", "ledger", "logs", "--key", key, *OWN)
    assert (done.returncode, done.stderr) == (0, b"")
    return tmp_path / "ledger"


def asked(traque: Run, *arguments: str | Path, status: int) -> dict[str, Any]:
    done = traque(*arguments, "--json")
    assert (done.returncode, done.stderr) == (status, b"")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def values(ledger: Path) -> Iterator[tuple[str, str]]:
    """Everything that stands in its tables."""
    for file in Ledger.open(ledger).manifest.rows:
        for _, line in _rows.find(file.kind, [str(ledger / file.name)], [], [(b"", b"\xff" * 80)]):
            yield file.kind, written(file.kind, line.value)


def test_nothing_inside_stands_in_any_file(traque: Run, ledger: Path) -> None:
    held = set(values(ledger))
    assert {kind for kind, _ in held} >= {"ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr"}
    assert {("ipv4-addr", SEEN), ("email-addr", "spy@evil.example"), ("url", URL)} <= held
    texts = "\n".join(value for _, value in held)
    for value in (*INNER, "10.20.30.4", "10.20.30.41", "jane", "bob"):
        assert value not in texts.split()
        assert f"/{value}" not in texts
        assert f"={value}" not in texts
        assert f"{value}@" not in texts
    kept = "".join(
        str(line) for file in Ledger.open(ledger).manifest.sources for line in _segments.lines(ledger, file)
    )
    kept += (ledger / "ledger.json").read_text()
    for value in (*INNER, "10.20.30.4", "jane", "bob", "GET /", "password for"):
        assert value not in kept
    inside = [ip_network(one) for one in (*INSIDE_RANGES, "203.0.113.192/26")]
    pseudonyms = [v for k, v in held if k.startswith("ip") and any(ip_address(v) in one for one in inside)]
    assert len(pseudonyms) == 6


def test_with_the_key_it_answers_as_if_it_held_them(
    traque: Run, ledger: Path, key: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    traque("ledger", "init", kept, "--inner", "kept")
    traque("ledger", "add", "--ledger", kept, "logs", *OWN)
    shutil.rmtree(tmp_path / "logs")
    asks = [
        *INNER, "10.20.30.4", "10.20.30.0/24", "10.0.0.0/8", "10.20.30.40/31", "fd12::/16", "203.0.113.192/26",
        "192.0.0.0/8", "jane@own.example", "bob@mail.own.example", "spy@evil.example", SEEN, "evil.example", URL,
    ]  # fmt: skip
    with_key = asked(traque, "seen", *asks, "--ledger", ledger, "--key", key, status=1)
    told = asked(traque, "seen", *asks, "--ledger", kept, status=1)
    assert with_key["seen"] == told["seen"]
    assert not with_key["untold"]
    assert [one["value"] for one in with_key["seen"]] == asks
    hunt = ("hunt", *asks, *OWN, "--ledger")
    true = asked(traque, *hunt, kept, status=1)
    same = asked(traque, *hunt, ledger, "--ledger-key", key, status=1)
    for field in ("sightings", "not_seen", "diagnostics", "findings", "cases"):
        assert same[field] == true[field], field


def test_without_the_key_the_logs_are_asked(traque: Run, ledger: Path, tmp_path: Path) -> None:
    hidden = ["10.20.30.40", "10.20.30.0/24", "jane@own.example", "http://192.168.7.9/a"]
    answer = asked(traque, "seen", *hidden, "--ledger", ledger, status=3)
    assert [one["value"] for one in answer["untold"]] == hidden
    page = traque("seen", *hidden, "--ledger", ledger).stdout
    assert b"Not told without the ledger's key (--key)" in page
    answer = asked(traque, "hunt", *hidden, *OWN, "--ledger", ledger, status=1)
    assert {one["indicator"]["value"] for one in answer["sightings"]} == set(hidden)
    assert answer["hunt"]["ledger"]["spared"] == 0
    shutil.rmtree(tmp_path / "logs")
    answer = asked(traque, "hunt", *hidden, *OWN, "--ledger", ledger, status=3)
    assert not answer["sightings"]
    (untold,) = [one for one in answer["diagnostics"] if one["code"] == "ledger-not-held"]
    assert untold["count"] == len(hidden)
    answer = asked(traque, "seen", "10.0.0.0/8", "192.0.0.0/8", "--ledger", ledger, status=1)
    assert [one["value"] for one in answer["untold"]] == ["10.0.0.0/8"]
    (outside,) = answer["seen"]
    assert not [value for value in outside["values"] if value.startswith("192.168.")]
    assert len(outside["values"]) + outside["others"] == len(
        {v for _, v in values(ledger) if v[:8] == "192.0.2."}
    )


def test_a_pseudonym_is_no_answer(traque: Run, ledger: Path, key: Path) -> None:
    """Whoever asks for what happens to be one asks for the machine that has this address."""
    made = [
        v for _, v in set(values(ledger)) if v.startswith("10.") or (v.endswith("own.example") and "@" in v)
    ]
    assert len(made) >= 5
    for arguments, status in (((), 3), (("--key", key), 0)):
        answer = asked(traque, "seen", *made, "--ledger", ledger, *arguments, status=status)
        assert not answer["seen"]


def test_sources_are_spared_with_the_key(traque: Run, ledger: Path, key: Path) -> None:
    asks = ("hunt", "10.20.30.40", *OWN, "--ledger", ledger, "--ledger-key", key, "--in", "logs")
    told = {one["path"]: one["ledger"] for one in asked(traque, *asks, status=1)["coverage"]["sources"]}
    assert told == {"access.log": None, "auth.log": "spared", "notes.log": None}
    for own in (OWN, OWN[:2]):  # whose mail addresses are hidden, the ledger knows
        asks = ("hunt", "10.99.0.1", *own, "--ledger", ledger, "--ledger-key", key, "--in", "logs")
        assert asked(traque, *asks, status=0)["hunt"]["ledger"]["spared"] == 3


def test_values_are_forgotten_with_the_key(traque: Run, ledger: Path, key: Path) -> None:
    forget = ("ledger", "forget", "--ledger", ledger, "--value")
    for value in ("10.20.30.40", "192.0.0.0/8", "jane@own.example"):
        done = traque(*forget, value)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"needs its key" in done.stderr
    before = set(values(ledger))
    assert traque(*forget, "198.51.100.7").returncode == 0
    for value in ("10.20.30.40", "jane@own.example"):
        assert traque(*forget, value, "--key", key).stdout.endswith(b"1 value.\n")
        answer = asked(traque, "seen", value, "10.20.30.41", "--ledger", ledger, "--key", key, status=1)
        assert [one["value"] for one in answer["seen"]] == ["10.20.30.41"]
    assert len(before - set(values(ledger))) == 3


def test_what_is_wrong_is_said_in_one_line(traque: Run, ledger: Path, key: Path, tmp_path: Path) -> None:
    other = key.parent / "other.key"
    traque("ledger", "init", "second", "--inner", "pseudonyms", "--key", other)
    for arguments, words in (
        (("ledger", "add", "--ledger", ledger, "logs"), b"needs its key"),
        (("ledger", "add", "--ledger", ledger, "logs", "--key", other), b"not the key of this ledger"),
        (("seen", SEEN, "--ledger", ledger, "--key", other), b"not the key of this ledger"),
        (("hunt", SEEN, "--ledger", ledger, "--ledger-key", other), b"not the key of this ledger"),
        (("seen", SEEN, "--ledger", ledger, "--key", tmp_path / "logs/auth.log"), b"64 hex digits"),
        (("seen", SEEN, "--ledger", ledger, "--key", tmp_path / "none"), b"cannot be read"),
        (("ledger", "init", "third", "--inner", "pseudonyms"), b"--key"),
        (("ledger", "init", "third", "--key", key), b"--key is for --inner pseudonyms"),
        (
            ("ledger", "init", "third", "--inner", "pseudonyms", "--key", "third/key"),
            b"must not be in the ledger",
        ),
    ):
        done = traque(*arguments)
        assert (done.returncode, done.stdout) == (2, b""), arguments
        assert words in done.stderr
        assert b"Traceback" not in done.stderr
    assert not (tmp_path / "third").exists()


def test_the_environment_names_the_key(traque: Run, ledger: Path, key: Path) -> None:
    named = {"TRAQUE_LEDGER_KEY": str(key), "TRAQUE_LEDGER": str(ledger)}
    assert traque("seen", "10.20.30.40", environment=named).returncode == 1
    assert traque("ledger", "add", "logs", *OWN, environment=named).returncode == 0
    assert traque("hunt", "10.20.30.40", "--ledger", ledger, *OWN, environment=named).returncode == 1
    page = traque("ledger", "status", environment=named).stdout
    assert (
        b"addresses inside and own mail addresses are held by pseudonyms"
        in " ".join(page.decode().split()).encode()
    )


def test_a_ledger_that_leaves_them_out_has_none_either(traque: Run, ledger: Path, tmp_path: Path) -> None:
    traque("ledger", "init", "plain")
    assert traque("ledger", "add", "--ledger", "plain", "logs", *OWN).returncode == 0
    texts = "\n".join(value for _, value in values(tmp_path / "plain"))
    for value in (*INNER, "10.20.30.41", "jane@", "bob@", "own.example/", "@own.example"):
        assert value not in texts, value
