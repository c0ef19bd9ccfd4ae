"""A hunt cut in two and merged says what one hunt over all says, and names what results alone cannot tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from e2e_tools import Run

LISTED = ("198.51.100.11", "198.51.100.12", "198.51.100.13")
NEIGHBOUR = "198.51.100.99"
FOLLOWS = ("cases", "leads", "plan", "visibility", "findings")
BULLETIN = "bulletins/certfr/CERTFR-2021-IOC-003-IOC.csv"
ASKED = ("--since", "2021-01-01", "--until", "2021-07-21")


def spray(host: str, success: str) -> list[str]:
    """Failed log-ins over forty accounts from three listed addresses, then a success."""
    lines = [
        f"2021-03-03T12:{n:02d}:00+00:00 {host} sshd[{n}]: Failed password for user{n} from {LISTED[n % 3]} port 4000 ssh2"
        for n in range(40)
    ]
    return [
        *lines,
        f"2021-03-03T12:50:00+00:00 {host} sshd[99]: Accepted password for user17 from {success} port 4000 ssh2",
    ]


def web() -> list[str]:
    return [
        f'{address} - - [04/Mar/2021:09:1{n}:00 +0000] "GET /mail HTTP/1.1" 200 512 "-" "curl/7.68.0"'
        for n, address in enumerate((*LISTED, "203.0.113.5"))
    ]


def home(*days: int) -> list[str]:
    return [
        f"2021-02-{day:02d}T08:00:00+00:00 vpn sshd[{day}]: Accepted publickey for jdoe from 198.51.100.13 port 4000 ssh2"
        for day in days
    ]


def write(tmp_path: Path, name: str, lines: list[str]) -> None:
    path = tmp_path / "logs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


def hunt(traque: Run, out: str, *more: str | Path) -> dict[str, Any]:
    done = traque("hunt", *LISTED, "--in", "logs", "--out", out, "--json", *more)
    assert done.returncode == 1, done.stderr
    return dict(json.loads(done.stdout))


def merge(traque: Run, *results: str) -> dict[str, Any]:
    """The merged result, with the site taken from its names again."""
    done = traque("merge", *results, "--json")
    assert done.returncode in (1, 3), done.stderr
    text = done.stdout.decode()
    for site in {result.partition("=")[0] for result in results}:
        text = text.replace(f'"{site}: ', '"').replace(f'"{site}/', '"').replace(f", {site}: ", ", ")
    return dict(json.loads(text))


def test_a_hunt_cut_by_streams(traque: Run, tmp_path: Path) -> None:
    write(tmp_path, "auth/auth.log", spray("bastion", NEIGHBOUR))
    write(tmp_path, "web/access.log", web())
    whole = hunt(traque, "whole")
    hunt(traque, "a", "--exclude", "web*")
    hunt(traque, "b", "--exclude", "auth*")
    merged = merge(traque, "hq=a", "hq=b")
    assert [lead["value"] for lead in whole["leads"]] == [NEIGHBOUR]
    assert whole["cases"]
    for name in FOLLOWS:
        assert merged[name] == whole[name], name
    for one, other in zip(merged["sightings"], whole["sightings"], strict=True):
        assert one["explanation"] == other["explanation"]
    assert "merge-unknown" not in [told["code"] for told in merged["diagnostics"]]
    assert "not looked at: whether records of one hunt are like" in merged["lead_search"]["limits"][-1]


def test_the_estate_cut_by_streams(traque: Run, samples: Path) -> None:
    def part(name: str, *exclude: str) -> dict[str, Any]:
        logs = samples / "estate/logs"
        done = traque("hunt", samples / BULLETIN, "--in", logs, *ASKED, *exclude, "--out", name, "--json")
        return dict(json.loads(done.stdout))

    whole = part("whole")
    part("a", "--exclude", "proxy/*", "zeek/*", "mail/*", "ids/*")
    part("b", "--exclude", "firewall/*", "web/*", "hosts/*")
    merged = merge(traque, "hq=a", "hq=b")
    assert len(whole["cases"]) == 9
    for name in FOLLOWS:
        assert merged[name] == whole[name], name


def test_a_case_across_sites(traque: Run, tmp_path: Path) -> None:
    """Failed log-ins at one site, the success from a listed address at another: a chain of both."""
    write(tmp_path, "paris/auth.log", spray("bastion", "203.0.113.5")[:-1])
    write(tmp_path, "lyon/auth.log", spray("vpn", LISTED[0])[-1:])
    hunt(traque, "p", "--exclude", "lyon*")
    alone = hunt(traque, "l", "--exclude", "paris*")
    assert [case for case in alone["cases"] if case["kind"] == "chain"] == []
    merged = merge(traque, "paris=p", "lyon=l")
    (chain,) = [case for case in merged["cases"] if case["kind"] == "chain"]
    assert "failed log-ins over 27 accounts from 2 addresses, then user17 accepted" in chain["text"]
    assert merged["plan"]["look"][0]["subject"] == "user17"


def test_a_lead_of_two_sites_is_one(traque: Run, tmp_path: Path) -> None:
    write(tmp_path, "paris/auth.log", spray("bastion", NEIGHBOUR))
    write(tmp_path, "lyon/auth.log", spray("vpn", NEIGHBOUR))
    hunt(traque, "p", "--exclude", "lyon*")
    hunt(traque, "l", "--exclude", "paris*")
    (lead,) = merge(traque, "paris=p", "lyon=l")["leads"]
    assert (lead["value"], lead["count"], len(lead["streams"])) == (NEIGHBOUR, 2, 2)
    assert lead["text"].count("same account") == 1
    (again,) = merge(traque, "one=p", "two=p")["leads"]
    assert again["count"] == 1


@pytest.mark.parametrize(
    ("paris", "lyon", "times", "unknown"),
    [
        ((1, 8, 15), (2, 9, 16), 6, ""),
        ((1, 8, 15), (), 3, ""),
        ((1, 8, 15), (2,), 3, "how often jdoe was accepted from 198.51.100.13"),
        ((1, 8), (2, 9), None, "whether jdoe is a regular from 198.51.100.13"),
    ],
)
def test_a_regular_of_two_sites(
    traque: Run,
    tmp_path: Path,
    paris: tuple[int, ...],
    lyon: tuple[int, ...],
    times: int | None,
    unknown: str,
) -> None:
    for site, days in (("paris", paris), ("lyon", lyon)):
        write(tmp_path, f"{site}/auth.log", [*spray("bastion", "203.0.113.5")[:3], *home(*days)])
    hunt(traque, "p", "--exclude", "lyon*")
    hunt(traque, "l", "--exclude", "paris*")
    merged = merge(traque, "paris=p", "lyon=l")
    assert [finding["times"] for finding in merged["findings"]] == ([times] if times else [])
    if times == 6:
        assert "accepted 6 times from 198.51.100.13" in merged["findings"][0]["text"]
        assert merged["findings"][0]["evidence"][0]["path"] == "paris/auth.log"
    told = [
        example
        for one in merged["diagnostics"]
        if one["code"] == "merge-unknown"
        for example in one["examples"]
    ]
    assert [example[: len(unknown)] for example in told] == ([unknown] if unknown else [])
