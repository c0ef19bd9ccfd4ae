"""What the ledger keeps of a search: put in its place, it gives the answer of the search itself."""

from __future__ import annotations

import gzip
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from traque.bulletins import from_values
from traque.diagnostics import Diagnostics
from traque.hunt import HuntOptions, hunt, run
from traque.hunt.formats import Formats
from traque.hunt.restoring import Restored, Unopened, can_be_kept, notes_of, reading_of, tell
from traque.hunt.search import SourceSearch
from traque.ledger import Reading
from traque.model import HuntResult
from traque.scan.plan import Cores
from traque.source_map import read_source_map
from traque.sources import Entry, Source
from traque.sources.decoders import Definitions

SAMPLES = Path(__file__).parents[1] / "data" / "logs"
SSHD = "Jan {day:2} 04:{minute:02}:07 {host} sshd[5105]: Failed password for alice from 198.51.100.7 port 41390 ssh2\n"


class Remembering(SourceSearch):
    remembers = True


class Restoring(run.Run):
    """Reads each source to be kept, and answers with what was kept."""

    restored = 0

    def entry(self, task: run.Task, formats: Formats, cores: Cores) -> run.Found:
        self._told: list[Diagnostics] = []
        searches, of_entry = super().entry(task, formats, cores)
        turns = run.Turns(task)
        again = Diagnostics()
        answer: list[SourceSearch] = []
        for search, told in zip(searches, self._told, strict=True):
            brief, before = turns.of(search.path)
            if not can_be_kept(search):
                again.add(told)
                answer.append(search)
                continue
            kept = msgspec.json.decode(msgspec.json.encode(reading_of(search, told)), type=Reading)
            restored = Restored(
                search.path,
                kept,
                search._question,
                again,
                brief=brief,
                before=before,
                source=Unopened(search.path, task.entry),
            )
            restored.expected = search.expected
            restored.entry = task.entry
            answer.append(restored)
            Restoring.restored += 1
        tell(notes_of(of_entry, task.entry.display), task.entry.display, again)
        return answer, again

    def search(
        self,
        entry: Entry,
        source: Source,
        diagnostics: Diagnostics,
        formats: Formats,
        *,
        brief: bool,
        before: int,
        given: Definitions,
    ) -> SourceSearch:
        self._told.append(Diagnostics())
        search = Remembering(
            source, self.question.for_source(entry, source), self._told[-1], formats, given=given
        )
        search.expected = self.question.expected(entry, source)
        return search


def both(monkeypatch: pytest.MonkeyPatch, *paths: Path, **options: object) -> tuple[HuntResult, HuntResult]:
    wanted = [from_values(["203.0.113.254", "not-in-any-sample.example"])]
    chosen = HuntOptions(jobs=1, **options)  # type: ignore[arg-type]
    plain = hunt(wanted, paths, options=chosen)
    Restoring.restored = 0
    with monkeypatch.context() as patched:
        patched.setattr(run, "Run", Restoring)
        kept = hunt(wanted, paths, options=chosen)
    assert Restoring.restored
    assert not plain.sightings
    return plain, kept


def same(plain: HuntResult, kept: HuntResult) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    one, other = (
        msgspec.structs.replace(
            result,
            hunt=msgspec.structs.replace(result.hunt, started=at, finished=at),
            coverage=msgspec.structs.replace(
                result.coverage,
                sources=tuple(msgspec.structs.replace(s, ledger=None) for s in result.coverage.sources),
            ),
        )
        for result in (plain, kept)
    )
    for name in one.__struct_fields__:
        assert getattr(one, name) == getattr(other, name), name


def estate(folder: Path) -> Path:
    for number in range(12):
        text = "".join(SSHD.format(day=number + 1, minute=m, host=f"h{m % 2}") for m in range(40))
        (folder / f"auth.log.{number}").write_text(text)
    (folder / "auth.log.13.gz").write_bytes(gzip.compress((folder / "auth.log.3").read_bytes()))
    (folder / "cut.log.gz").write_bytes(gzip.compress(b"2021-01-01T00:00:00Z nothing\n" * 9000)[:-30])
    (folder / "empty.log").write_bytes(b"")
    (folder / "notes.txt").write_text("no log at all\nnor here\n" * 40)
    (folder / "wide.log").write_bytes("2021-01-01T00:00:00Z h x[1]: é\r\n".encode("utf-16") * 20)
    with tarfile.open(folder / "all.tar.gz", "w:gz") as archive:
        for number in range(10):
            archive.add(folder / f"auth.log.{number}", f"srv/auth.log.{number}")
    return folder


@pytest.mark.parametrize("hashed", [False, True])
def test_an_estate_is_the_same_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, hashed: bool
) -> None:
    same(*both(monkeypatch, estate(tmp_path), own=("198.51.100.0/24",), hash_sources=hashed))


def test_every_sample_is_the_same_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    same(*both(monkeypatch, SAMPLES, year=2021, zone="Europe/Paris"))


def test_a_source_map_says_the_same_of_what_is_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate(tmp_path)
    (tmp_path / "traque.toml").write_text(
        '[[source]]\nfiles = ["auth.log.*"]\nname = "bastion"\nowner = "ops"\ntz = "Europe/Paris"\nyear = 2019\n'
        '[[stream]]\nname = "logins"\nfiles = ["auth.*"]\n'
    )
    same(*both(monkeypatch, tmp_path, source_map=read_source_map(tmp_path / "traque.toml")))
