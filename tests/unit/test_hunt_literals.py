"""Hunts for what is no peer: user agents, files and their hashes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from traque.hunt import HuntOptions, hunt
from traque.model import Bulletin, HuntResult, Indicator, Verdict
from traque.observables import canonical

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
CHROME = f"{AGENT} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/103.0.0.0 Safari/537.36"
WEB = '198.51.100.7 - - [10/Mar/2021:13:55:36 +0000] "GET /x/evil-loader.exe HTTP/1.1" {status} 5 "-" "{agent}"\n'
ENGINES = ["python", "kernel"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "kernel":
        pytest.importorskip("traque._kernel", reason="the extension is not built")
    return str(request.param)


def bulletin(*stated: tuple[str, str]) -> Bulletin:
    indicators = tuple(Indicator(observable=canonical(*one), bulletin="CERT-2021-7") for one in stated)
    return Bulletin(id="CERT-2021-7", format="test", indicators=indicators)


def run(engine: str, log: Path, *stated: tuple[str, str]) -> HuntResult:
    return hunt([bulletin(*stated)], [log], options=HuntOptions(engine=engine))


def test_a_user_agent_that_is_the_beginning_of_another_is_not_seen(tmp_path: Path, engine: str) -> None:
    log = tmp_path / "access.log"
    log.write_text(WEB.format(status=200, agent=CHROME) * 3)
    assert run(engine, log, ("user-agent", AGENT)).sightings == ()
    log.write_text(WEB.format(status=200, agent=CHROME) + WEB.format(status=404, agent=AGENT) * 2)
    (sighting,) = run(engine, log, ("user-agent", AGENT)).sightings
    assert (sighting.count, sighting.verdict) == (2, Verdict.ANSWERED)


def test_a_file_that_was_asked_for(tmp_path: Path, engine: str) -> None:
    log = tmp_path / "access.log"
    log.write_text(WEB.format(status=200, agent=CHROME))
    (sighting,) = run(engine, log, ("file-name", "Evil-Loader.exe")).sightings
    assert (sighting.verdict, sighting.evidence[0].match) == (Verdict.SESSION, "evil-loader.exe")


def test_the_facets_of_one_file_are_not_the_bulletins_own_text(tmp_path: Path, engine: str) -> None:
    hashes = {"md5": "ab" * 16, "sha1": "cd" * 20, "sha256": "ef" * 32, "sha512": "0a" * 64}
    record = {"time": "2021-03-10T13:55:36Z", "host": "pc7", "action": "created", "path": "C:\\x\\evil.exe"}
    log = tmp_path / "edr.json"
    log.write_text(json.dumps({**record, **hashes}) + "\n")
    stated = [*hashes.items(), ("file-name", "evil.exe"), ("file-name", "c:\\x\\evil.exe")]
    result = run(engine, log, *stated)
    assert len(result.sightings) == 6
    assert {sighting.verdict for sighting in result.sightings} == {Verdict.UNCLEAR}


def test_a_list_of_hashes_is_the_bulletins_own_text(tmp_path: Path, engine: str) -> None:
    hashes = [f"{number:032x}" for number in range(1, 7)]
    log = tmp_path / "feed.json"
    log.write_text(json.dumps({"time": "2021-03-10T13:55:36Z", "list": hashes}) + "\n")
    result = run(engine, log, *(("md5", one) for one in hashes))
    assert {sighting.verdict for sighting in result.sightings} <= {Verdict.SELF}
