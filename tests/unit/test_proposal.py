"""A proposed source map: readable, complete, and the same hunt with it as without."""

from __future__ import annotations

import gzip
import io
import tarfile
import tomllib
from pathlib import Path

import msgspec
import pytest

from traque.bulletins import from_values
from traque.hunt import HuntOptions, hunt
from traque.inspection import Proposal, inspect, propose
from traque.source_map import read_source_map

SEEN = ("198.51.100.23", "192.0.2.7", "203.0.113.9")
DATA = Path(__file__).resolve().parents[1] / "data" / "logs"
SSHD = "Jan {:2d} 04:18:07 bastion sshd[7]: Failed password for alice from 192.0.2.7 port 51022 ssh2\n"
WEB = '192.0.2.7 - - [{:02d}/Jan/2021:04:18:07 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/7.68.0"\n'


def proposed(folder: Path) -> Proposal:
    proposal = propose(inspect([folder], beginnings=True), folder)
    (folder / "traque.toml").write_text(proposal.text)
    return proposal


def same_hunt(folder: Path) -> None:
    """The answers with and without the map in ``folder`` are equal."""
    answers = []
    for read in (None, read_source_map(folder / "traque.toml")):
        # Without the map its file is left out by hand: a hunt leaves out only the map that it uses.
        options = HuntOptions(jobs=1, source_map=read, exclude=("traque.toml",))
        answer = msgspec.to_builtins(hunt([from_values(SEEN)], [folder], options=options))
        for changing in ("started", "finished", "source_map"):
            del answer["hunt"][changing]
        answers.append(answer)
    assert answers[0]["sightings"]
    assert answers[0] == answers[1]


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    hosts = tmp_path / "hosts"
    web = tmp_path / "web [main]"
    strange = tmp_path / "strange"
    for folder in (hosts, web, strange):
        folder.mkdir()
    (hosts / "auth.log").write_text("".join(SSHD.format(n) for n in range(20, 25)))
    (hosts / "auth.log.1").write_text("".join(SSHD.format(n) for n in range(10, 20)))
    (hosts / "auth.log.2.gz").write_bytes(
        gzip.compress("".join(SSHD.format(n) for n in range(1, 10)).encode())
    )
    for day in (1, 2, 3):
        (web / f"access-2021-01-{day:02d}.log").write_text(WEB.format(day) * 5)
    (strange / "frob.log").write_text("~~ 192.0.2.7 frobnicated\n" * 5)
    (strange / "nothing.log").write_bytes(b"")
    with tarfile.open(tmp_path / "old.tar.gz", "w:gz") as archive:
        data = (SSHD.format(7) * 3).encode()
        member = tarfile.TarInfo("var/log/auth.log")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return tmp_path


def test_rotations_are_put_together(estate: Path) -> None:
    proposal = proposed(estate)
    tables = {table["name"]: table for table in tomllib.loads(proposal.text)["source"]}
    assert tables["hosts/auth.log"]["files"] == ["hosts/auth.log*"]
    assert tables["web [main]/access.log"]["files"] == ["web [[]main]/access*"]
    assert tables["old/var/log/auth.log"]["files"] == ["old.tar.gz/var/log/auth.log*"]
    assert {table["format"] for table in tables.values()} == {"sshd", "webaccess"}
    assert tables["hosts/auth.log"]["tz"] == "UTC"
    assert "tz" not in tables["web [main]/access.log"]
    assert (proposal.streams, proposal.sources, proposal.unknown) == (3, 7, 1)
    assert proposal.guesses == 2


def test_what_was_guessed_or_is_unknown_is_said(estate: Path) -> None:
    text = proposed(estate).text
    assert 'tz = "UTC"  # check: its times state no zone' in text
    assert "# year = " in text
    assert '#     "strange/frob.log"' in text
    assert '# empty:\n#     "strange/nothing.log"' in text
    assert "docs/add-a-log-format.md" in text


def test_the_same_hunt_with_it_as_without(estate: Path) -> None:
    proposed(estate)
    same_hunt(estate)


def test_names_that_would_take_each_others_files(tmp_path: Path) -> None:
    for name in ("a.log", "a.log.1", "a.log-ssl", "ab/a.log", "b/a.log", "b/x/a.log"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(WEB.format(1) if "ssl" not in name else SSHD.format(7))
    proposed(tmp_path)
    same_hunt(tmp_path)
    read = read_source_map(tmp_path / "traque.toml")
    for source in inspect([tmp_path], options=HuntOptions(source_map=read)).sources:
        assert source.mapped, source.coverage.path


def test_hostile_names_stay_in_their_strings(tmp_path: Path) -> None:
    for name in ('"]\nformat = "x', "back\\slash.log", "\x1b[2J.log", "#.log", "[a-z]*?.log", "é\u202e.log"):
        (tmp_path / name).write_text(WEB.format(1) * (2 + len(name)))
    Path(str(tmp_path), b"\xff.log".decode("utf-8", "surrogateescape")).write_text(WEB.format(2))
    text = proposed(tmp_path).text
    assert all(char.isprintable() or char == "\n" for char in text)
    assert all("format" in table for table in tomllib.loads(text)["source"])
    same_hunt(tmp_path)


def test_the_same_hunt_of_every_sample() -> None:
    folder = DATA
    proposal = propose(inspect([folder], beginnings=True), folder)
    path = folder / "traque.toml"
    read = read_from(proposal.text, path)
    answers = []
    for source_map in (None, read):
        answer = hunt([from_values(SEEN)], [folder], options=HuntOptions(jobs=1, source_map=source_map))
        answers.append((answer.sightings, answer.coverage, answer.not_seen, answer.diagnostics))
    assert answers[0][0]
    assert answers[0] == answers[1]


def read_from(text: str, path: Path) -> object:
    """The map as if it stood at ``path``."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder, path.name)
        there.write_text(text)
        return msgspec.structs.replace(read_source_map(there), folder=path.parent)
