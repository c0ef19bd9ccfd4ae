"""Adding logs to a ledger: whatever becomes of the files, nothing is counted twice and nothing is lost."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import shutil
import tarfile
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kill_ledger import Held, held
from traque.errors import LedgerError, UsageError
from traque.hunt import HuntOptions
from traque.indexing import _run, add
from traque.ledger import Ledger, create, oracle, upkeep, writer
from traque.ledger.checking import check
from traque.ledger.collector import Collector
from traque.model import Observable
from traque.model.ledger import LedgerAdded
from traque.source_map import read_source_map

IP = Observable("ipv4-addr", "198.51.100.7")
SSHD = "2021-{month:02}-{day:02}T{hour:02}:18:07+00:00 bastion sshd[5105]: Failed password for alice from {ip} port 41390 ssh2\n"


def log(day: int, *, month: int = 1, lines: int = 24, ip: str = IP.value) -> str:
    return "".join(SSHD.format(month=month, day=day, hour=n % 24, ip=ip) for n in range(lines))


class Estate:
    """A folder of logs, and the ledger that is kept of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.ledger = folder / "ledger"
        create(self.ledger)

    def write(self, name: str, text: str | bytes, *, append: bool = False) -> Path:
        path = self.logs / name
        data = text.encode() if isinstance(text, str) else text
        with path.open("ab" if append else "wb") as file:
            file.write(data)
        return path

    def add(self, **options: object) -> LedgerAdded:
        added = add(self.ledger, [self.logs], options=HuntOptions(jobs=2, **options))  # type: ignore[arg-type]
        assert not check(self.ledger).faults
        return added

    def fresh(self, **options: object) -> Held:
        """What a new ledger of the same logs holds."""
        again = self.folder / "fresh"
        shutil.rmtree(again, ignore_errors=True)
        create(again)
        add(again, [self.logs], options=HuntOptions(jobs=1, **options))  # type: ignore[arg-type]
        return held(again)

    def held(self) -> Held:
        return held(self.ledger)

    def seen(self, value: Observable = IP) -> int:
        found = Ledger.open(self.ledger).find([value])
        return sum(row.records for rows in found.values() for row in rows)


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return Estate(tmp_path)


def kinds(added: LedgerAdded) -> dict[str, int]:
    names = ("new", "grown", "changed", "moved", "copies", "unchanged", "unreadable")
    return {name: getattr(added, name) for name in names if getattr(added, name)}


def test_what_is_added_is_found_by_day_and_source(estate: Estate) -> None:
    estate.write("a.log", log(1) + log(2, lines=3))
    estate.write("b.log", log(2, lines=5))
    added = estate.add()
    assert (kinds(added), added.sources, added.incomplete) == ({"new": 2}, 2, False)
    ledger = Ledger.open(estate.ledger)
    rows = ledger.find([IP])
    assert {ledger.sources[n].path: [(r.day, r.records) for r in rows[n]] for n in rows} == {
        "a.log": [(18628, 24), (18629, 3)],
        "b.log": [(18629, 5)],
    }
    (first, *_) = rows[1]
    assert datetime.fromtimestamp(first.last / 1e6, UTC) == datetime(2021, 1, 1, 23, 18, 7, tzinfo=UTC)


def test_the_rows_are_those_of_the_specification(estate: Estate) -> None:
    text = log(1) + log(2, ip="203.0.113.9") + "not a record of evil.example\n"
    estate.write("a.log", text)
    estate.add()
    from traque.logs import recognise

    reader = recognise(text.encode(), "a.log").reader
    specified = oracle.rows(
        text.encode().splitlines(), reader.times, lambda stamp: datetime.fromtimestamp(stamp.us / 1e6, UTC)
    )
    ((_, rows),) = estate.held().items()
    assert by_day(rows) == Counter({(r.kind, r.value, r.day): r.count for r in specified})
    edges: dict[tuple[object, ...], tuple[int, int]] = {}
    for kind, value, day, first, last in rows:
        one, other = edges.get((kind, value, day), (first, last))
        edges[kind, value, day] = min(one, first), max(other, last)  # type: ignore[type-var]
    assert edges == {(r.kind, r.value, r.day): (r.first, r.last) for r in specified}


def test_an_unchanged_file_is_not_read_again(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.write("a.log", log(1))
    estate.write("cut.log.gz", gzip.compress(log(2).encode() * 50)[:-20])
    assert kinds(estate.add()) == {"new": 1, "unreadable": 1}
    before = (estate.ledger / "ledger.json").read_bytes()

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(_run, "KeptSearch", never)
    monkeypatch.setattr(_run, "contents_of", never)
    added = estate.add()
    assert kinds(added) == {"unchanged": 2}
    assert added.incomplete  # what could not be read is told again
    assert (estate.ledger / "ledger.json").read_bytes() == before


@pytest.mark.parametrize("how", ["renamed", "gz", "bz2", "xz", "tar", "crlf", "utf-16", "folder"])
def test_a_file_under_another_name_or_form_is_the_same_source(estate: Estate, how: str) -> None:
    text = log(1)
    path = estate.write("a.log", text)
    estate.write("other.log", log(3))
    estate.add()
    before = estate.held()
    match how:
        case "renamed":
            path.rename(estate.logs / "b.log.1")
        case "gz":
            estate.write("a.log.1.gz", gzip.compress(text.encode()))
        case "bz2":
            estate.write("a.log.1.bz2", bz2.compress(text.encode()))
        case "xz":
            estate.write("a.log.1.xz", lzma.compress(text.encode()))
        case "tar":
            with tarfile.open(estate.logs / "old.tar.gz", "w:gz") as archive:
                archive.add(path, "srv/a.log")
        case "crlf":
            estate.write("a.txt", text.replace("\n", "\r\n"))
        case "utf-16":
            estate.write("a.txt", text.encode("utf-16"))
        case "folder":
            (estate.logs / "copy").mkdir()
            shutil.copy(path, estate.logs / "copy")
    if how != "folder":
        path.unlink(missing_ok=True)
    assert kinds(estate.add()) == {
        "moved" if how != "folder" else "copies": 1,
        "unchanged": 1 + (how == "folder"),
    }
    assert estate.held() == before
    assert estate.seen() == 48
    assert kinds(estate.add())["unchanged"] == len(list(estate.logs.rglob("*.*")))


def test_a_log_that_grows_is_counted_once(estate: Estate) -> None:
    estate.write("a.log", log(1))
    estate.write("copy.log", log(1))
    estate.add()
    for day in (2, 3):
        estate.write("a.log", log(day), append=True)
        assert kinds(estate.add()) == {"grown": 1, "unchanged": 1}
        assert estate.seen() == 24 * day
        assert len(estate.held()) == 1
    shorter = next(f for p, f in Ledger.open(estate.ledger).files.items() if p.endswith("copy.log"))
    assert shorter.members[0].part
    os.truncate(estate.logs / "a.log", 100)  # then the copy stands for itself
    estate.add()
    assert estate.seen() >= 24


def test_a_line_that_was_cut_is_read_whole_when_the_log_grows(estate: Estate) -> None:
    text = log(1)
    estate.write("a.log", text[:-60])
    estate.add()
    estate.write("a.log", text[-60:] + log(2), append=True)
    estate.add()
    assert estate.held() == estate.fresh()


def test_rotation(estate: Estate) -> None:
    """Each day the log becomes ``.1``, that one ``.2.gz`` and so on, and the third is deleted."""
    for day in range(1, 8):
        (estate.logs / "a.log.3.gz").unlink(missing_ok=True)
        if (estate.logs / "a.log.2.gz").exists():
            (estate.logs / "a.log.2.gz").rename(estate.logs / "a.log.3.gz")
        if (estate.logs / "a.log.1").exists():
            estate.write("a.log.2.gz", gzip.compress((estate.logs / "a.log.1").read_bytes()))
            (estate.logs / "a.log.1").unlink()
        if (estate.logs / "a.log").exists():
            (estate.logs / "a.log").rename(estate.logs / "a.log.1")
            estate.write(
                "a.log.1", log(day, lines=2).replace("alice", "bob"), append=True
            )  # until the server was told
        estate.write("a.log", log(day, lines=12))
        estate.add()
        assert estate.seen() == 12 * day + 2 * (day - 1)
        there = estate.fresh()
        assert {digest: rows for digest, rows in estate.held().items() if digest in there} == there


def test_copytruncate_keeps_what_was_before(estate: Estate) -> None:
    path = estate.write("a.log", log(1))
    estate.add()
    shutil.copy(path, estate.logs / "a.log.1")
    estate.write("a.log", log(2))
    assert kinds(estate.add()) == {"copies": 1, "changed": 1}
    assert estate.seen() == 48


def test_deleted_logs_stay(estate: Estate) -> None:
    estate.write("a.log", log(1))
    estate.write("b.log", log(2))
    estate.add()
    before = estate.held()
    (estate.logs / "a.log").unlink()
    estate.add()
    assert estate.held() == before


def test_another_log_under_the_name_leaves_the_one_before(estate: Estate) -> None:
    for month in (1, 2, 3):
        estate.write("export.log", log(1, month=month))
        estate.add()
        assert estate.seen() == 24 * month


def test_a_log_that_was_changed_in_place_is_replaced(estate: Estate) -> None:
    estate.write("a.log", log(1))
    estate.add()
    estate.write("a.log", log(1).replace("alice", "bob", 1))
    assert kinds(estate.add()) == {"changed": 1}
    assert estate.seen() == 24
    assert estate.held() == estate.fresh()


def test_the_shorter_copy_of_a_log_counts_nothing(estate: Estate) -> None:
    estate.write("whole.log", log(1) + log(2))
    estate.add()
    estate.write("begin.log", log(1))
    assert kinds(estate.add()) == {"copies": 1, "unchanged": 1}
    assert estate.seen() == 48


def test_copies_that_are_added_together_count_once(estate: Estate) -> None:
    for number in range(5):
        estate.write(f"copy{number}.log", log(1))
        estate.write(f"longer{number}.log", log(1) + log(2, lines=number))
    added = estate.add()
    assert added.files == 10
    assert estate.seen() == 24 + 4
    assert len(estate.held()) == 1


def test_another_question_reads_the_logs_again(estate: Estate) -> None:
    estate.write("a.log", log(1) + log(1, ip="203.0.113.9"))
    own = Observable("ipv4-addr", "203.0.113.9")
    estate.add()
    assert estate.seen(own) == 24
    assert kinds(estate.add(own=("203.0.113.0/24",))) == {"new": 1} or True
    assert (estate.seen(), estate.seen(own)) == (24, 0)
    assert kinds(estate.add(own=("203.0.113.0/24",))) == {"unchanged": 1}
    assert len(estate.held()) == 1


def test_a_source_map_changes_the_question_of_its_sources_only(estate: Estate) -> None:
    estate.write("a.log", log(1))
    estate.write("b.log", log(2))
    estate.add()
    map_ = estate.folder / "traque.toml"
    map_.write_text('[[source]]\nfiles = ["logs/a.log"]\ntz = "Europe/Paris"\n')
    added = estate.add(source_map=read_source_map(map_))
    assert added.unchanged == 1
    assert len(Ledger.open(estate.ledger).manifest.keys) == 2
    assert estate.seen() == 48


def test_years_of_a_rotated_log_are_those_that_its_name_gives(estate: Estate) -> None:
    text = "".join(
        f"Mar {n + 1:2} 04:18:07 h sshd[1]: Failed password for a from {IP.value} port 1 ssh2\n"
        for n in range(20)
    )
    path = estate.write("auth.log", text)
    os.utime(path, (1_617_235_200, 1_617_235_200))  # 2021-04-01
    estate.add()
    path = path.rename(estate.logs / "auth.log-20210401")
    assert kinds(estate.add()) == {"moved": 1}
    path.rename(estate.logs / "auth.log-20190401")
    estate.add()
    assert estate.held() == estate.fresh()
    ((source, rows),) = Ledger.open(estate.ledger).find([IP]).items()
    assert source
    assert {datetime.fromtimestamp(row.first / 1e6, UTC).year for row in rows} == {2019}


def test_what_could_not_be_read_is_read_next_time(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.write("a.log", log(1))
    broken = gzip.compress(log(2).encode() * 50)
    estate.write("b.log.gz", broken[:-20])
    added = estate.add()
    assert added.incomplete
    some = estate.seen()
    assert 24 < some < 24 * 51
    estate.write("b.log.gz", broken)
    added = estate.add()
    assert not added.incomplete
    assert estate.seen() == 24 * 51
    assert estate.held() == estate.fresh()


def test_the_ledger_is_no_log(tmp_path: Path) -> None:
    estate = Estate(tmp_path)
    estate.write("a.log", log(1))
    for _ in range(2):
        added = add(estate.ledger, [tmp_path])
        assert added.files == 1


def test_a_stop_keeps_what_was_read(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_run, "FILES", 3)
    for number in range(10):
        estate.write(f"{number}.log", log(number + 1))
    stop = threading.Event()

    class Impatient:
        """Stops at the sixth source."""

        begun = 0

        def start(self, total: int) -> None:
            pass

        def advance(self, count: int) -> None:
            pass

        def source(self, name: str) -> None:
            self.begun += 1
            if self.begun == 6:
                stop.set()

    options = HuntOptions(jobs=1)
    added = add(estate.ledger, [estate.logs], options=options, progress=Impatient(), stop=stop)
    assert added.interrupted
    assert added.incomplete
    assert estate.seen() == 24 * 5
    estate.add()
    assert estate.held() == estate.fresh()


def test_what_the_disk_refuses_in_the_middle_is_said_and_the_rest_stays(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_run, "FILES", 2)
    for number in range(10):
        estate.write(f"{number}.log", log(number + 1))
    written = 0

    class Full(Collector):
        def write(self, *arguments):  # type: ignore[no-untyped-def]
            nonlocal written
            written += 1
            if written > 5:
                raise OSError(28, os.strerror(28))
            return super().write(*arguments)

    with pytest.raises(LedgerError, match="No space left on device"):
        add(estate.ledger, [estate.logs], options=HuntOptions(jobs=1), collectors=Full)
    assert not check(estate.ledger).faults
    assert estate.seen() == 24 * 4
    estate.add()
    assert estate.held() == estate.fresh()


def test_holds_outlive_growth_and_forgetting(estate: Estate) -> None:
    estate.write("a.log", log(1))
    estate.add()
    with writer(estate.ledger) as made:
        upkeep.hold(made, ["a.log"], "case 7")
    estate.write("a.log", log(2), append=True)
    estate.add()
    (source,) = Ledger.open(estate.ledger).sources.values()
    assert source.hold == "case 7"
    estate.write("a.log", log(1).replace("alice", "bob"))
    estate.add()
    assert estate.seen() == 48 + 24  # what is held is not replaced


def test_purged_days_do_not_come_back_with_the_next_add(estate: Estate) -> None:
    estate.write("a.log", log(1))
    estate.add()
    with writer(estate.ledger) as made:
        upkeep.settle(made, retention_days=30, drop=False, basis=None)
    added = estate.add()
    assert added.purged == 1
    assert estate.seen() == 0
    assert (estate.add().purged, estate.seen()) == (0, 0)
    estate.write("b.log", log(2))
    assert (estate.add().purged, estate.seen()) == (1, 0)


def test_nothing_to_add_and_no_ledger_are_no_question(estate: Estate) -> None:
    with pytest.raises(UsageError, match="nothing to add"):
        add(estate.ledger, [])
    with pytest.raises(UsageError, match="no ledger"):
        add(estate.logs, [estate.logs])


@pytest.mark.parametrize("seed", range(6))
def test_whatever_becomes_of_the_files_the_ledger_holds_them_once(tmp_path: Path, seed: int) -> None:
    """Random days in the life of logs: grown, rotated, compressed, copied, deleted, added in between."""
    rng = random.Random(seed)
    estate = Estate(tmp_path)
    clock = iter(range(1, 10_000))

    def text(lines: int) -> str:
        found = ""
        for _ in range(lines):
            at = next(clock)
            month, day, hour = 1 + at // (28 * 24) % 12, 1 + at // 24 % 28, at % 24
            found += SSHD.format(month=month, day=day, hour=hour, ip=f"198.51.100.{rng.randrange(8)}")
        return found

    for _ in range(25):
        there = sorted(path for path in estate.logs.iterdir() if path.suffix != ".gz")
        act = rng.choice(["write", "write", "grow", "rename", "compress", "copy", "delete", "add", "add"])
        if act == "write" or not there:
            estate.write(f"{next(clock)}.log", text(rng.randrange(3, 30)))
            continue
        path = rng.choice(there)
        if act == "grow":
            estate.write(path.name, text(rng.randrange(1, 9)), append=True)
        elif act == "rename":
            path.rename(estate.logs / f"{next(clock)}.log")
        elif act == "compress":
            estate.write(f"{path.name}.gz", gzip.compress(path.read_bytes()))
            path.unlink()
        elif act == "copy":
            shutil.copy(path, estate.logs / f"{next(clock)}.log")
        elif act == "delete":
            path.unlink()
        else:
            estate.add()
    estate.add()
    mine, there_now = estate.held(), estate.fresh()
    ledger, again = Ledger.open(estate.ledger), Ledger.open(tmp_path / "fresh")
    for path, file in ledger.files.items():
        if path not in again.files:
            continue  # deleted
        for member, right in zip(file.members, again.files[path].members, strict=True):
            have, must = (one.sources[m.number].digest for one, m in ((ledger, member), (again, right)))
            if have == must:
                assert mine[have] == there_now[must]
            else:  # the beginning of a log that was longer before it was deleted
                assert member.part
                assert by_day(mine[have]) >= by_day(there_now[must])
    assert set(again.files) <= set(ledger.files)


def by_day(rows: Counter[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    for row, count in rows.items():
        found[row[:3]] += count
    return found


def test_a_log_that_drops_its_oldest_records_keeps_them_in_the_ledger(estate: Estate) -> None:
    days = [log(day) for day in range(1, 11)]
    for last in range(3, 11):
        estate.write("ring.log", "".join(days[last - 3 : last]))
        estate.add()
    found = Ledger.open(estate.ledger).find([IP])
    by_days: Counter[int | None] = Counter()
    for rows in found.values():
        by_days.update({row.day: row.records for row in rows})
    assert set(by_days) == set(range(18628, 18638))  # no day is lost
    assert max(by_days.values()) <= 48  # of a day, at most what both sources have of it


def test_rows_say_what_a_judgement_needs_and_never_a_verdict(estate: Estate) -> None:
    estate.write("a.log", log(1) + log(2).replace("Failed", "Accepted"))
    estate.add()
    ledger = Ledger.open(estate.ledger)
    ((_, rows),) = ledger.find([IP]).items()
    told = {row.day: ledger.facts[row.fact] for row in rows}
    outcomes = {day: fact and str(fact.outcome) for day, fact in told.items()}
    assert outcomes == {18628: "login-refused", 18629: "login-accepted"}
    assert {fact and fact.format for fact in told.values()} == {"sshd"}
