"""The ledger's store: commits that are there whole or not at all, one writer, readers that need no lock."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from traque.errors import LedgerBusy, LedgerDamaged, LedgerError, LedgerHeld, UsageError
from traque.ledger import (
    FileId,
    Key,
    KnownFile,
    KnownSource,
    Ledger,
    Member,
    Reading,
    Settings,
    Staged,
    Writer,
    _disk,
    _rows,
    create,
    is_held,
    upkeep,
    writer,
)
from traque.ledger._manifest import DataFile
from traque.ledger._rows import Line
from traque.ledger._tiers import FAN, to_merge
from traque.ledger._values import TABLES, question
from traque.ledger.checking import check
from traque.ledger.oracle import stored, written
from traque.ledger.reporting import status
from traque.model import Observable
from traque.observables import canonical, registry
from traque.scan.matches import Relation
from traque.triage.coverage import TimelineState

DAY = 18_700  # 2021-03-14
IP = Observable("ipv4-addr", "198.51.100.7")


def line(value: str, source: int, day: int | None = DAY, count: int = 1, kind: str = "ipv4-addr") -> Line:
    at = 0 if day is None else day * 86_400_000_000
    return Line(stored(kind, value), source, day, 0, count, at, at)


def put(made: Writer, *values: str, days: tuple[int, ...] = (DAY,), kind: str = "ipv4-addr") -> int:
    """A source with a row for each value and day."""
    import msgspec

    number = made.number()
    rows = sorted((line(v, number, d, kind=kind) for v in values for d in days), key=lambda r: r[:3])
    path = made.stage / f"{number}.{kind}"
    made.add_rows([Staged(kind, path, _rows.write(kind, str(path), rows).rows)])
    reading = Reading(
        format="sshd",
        encoding="utf-8",
        bytes=1000,
        records=len(rows),
        timeline=TimelineState(
            first=days[0] * 86_400.0,
            last=days[-1] * 86_400.0,
            busy=tuple((d * 86_400.0, d * 86_400.0) for d in days),
            days=days,
            volume=tuple((d * 24, 1) for d in days),
        ),
    )
    made.put(
        KnownSource(
            number=number,
            path=f"auth.log.{number}",
            digest=f"{number:064}",
            size=1000,
            key=made.key(Key()),
            added=datetime.now(UTC),
            first=days[0],
            last=days[-1],
            rows=len(rows),
            reading=msgspec.Raw(msgspec.json.encode(reading)),
        )
    )
    made.put(
        KnownFile(
            path=f"/logs/auth.log.{number}", id=FileId(1, 2, 3, number, 5), members=(Member("", number),)
        )
    )
    return number


def held(folder: Path, *wanted: Observable) -> dict[int, int]:
    """Records of each source that hold one of these values."""
    found = Ledger.open(folder).find(wanted or [IP])
    return {number: sum(row.records for row in rows) for number, rows in found.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path / "ledger")
    return tmp_path / "ledger"


def test_a_new_ledger_is_empty_and_whole(folder: Path) -> None:
    ledger = Ledger.open(folder)
    assert (dict(ledger.sources), dict(ledger.files), ledger.find([IP])) == ({}, {}, {})
    assert not check(folder).faults


def test_what_is_committed_is_found_and_what_is_not_is_gone(folder: Path) -> None:
    with writer(folder) as made:
        put(made, IP.value, "198.51.100.8")
        assert held(folder) == {}
        made.commit()
        assert held(folder) == {1: 1}
        put(made, IP.value)
    assert held(folder) == {1: 1}
    with writer(folder) as made:
        assert made.number() == 2  # what was never committed left nothing
    assert not check(folder).faults


def test_questions_find_what_is_below_a_name_in_a_network_and_at_a_host(folder: Path) -> None:
    with writer(folder) as made:
        put(
            made,
            "evil.example",
            "www.evil.example",
            "notevil.example",
            "evil.example.org",
            kind="domain-name",
        )
        put(made, "192.0.2.0", "192.0.2.255", "192.0.3.0")
        put(made, "http://evil.example/a", "evil.example/a", kind="url")
        made.commit()
    find = Ledger.open(folder).find
    names = find([Observable("domain-name", "evil.example")])[1]
    assert {(row.value, row.relation) for row in names} == {
        ("evil.example", Relation.EXACT),
        ("www.evil.example", Relation.SUBDOMAIN),
    }
    inside = find([Observable("ipv4-net", "192.0.2.0/24")])[2]
    assert {(row.value, row.relation) for row in inside} == {
        ("192.0.2.0", Relation.NETWORK),
        ("192.0.2.255", Relation.NETWORK),
    }
    url = Observable("url", "http://evil.example/a")
    assert {number: [r.value for r in rows] for number, rows in find([url]).items()} == {3: [url.value]}
    both = find([url], hosts=True)
    assert [(row.value, row.relation) for row in both[1]] == [("evil.example", Relation.HOST)]
    assert find([Observable("file-name", "evil.exe"), IP]) == {}


def test_each_kind_is_held_or_is_a_literal() -> None:
    assert {kind.name for kind in registry() if is_held(kind.name)} == {
        *TABLES, "ipv4-net", "ipv6-net", "ja3", "ja3s",
    }  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_values_come_back_as_they_were(kind: str) -> None:
    for example in registry()[kind].examples:
        value = canonical(kind, example)
        asked = question(value)
        assert asked is not None
        assert written(kind, asked.points[0]) == value.value


def test_a_source_that_is_dropped_counts_no_more_nor_do_its_files(folder: Path) -> None:
    with writer(folder) as made:
        put(made, IP.value)
        put(made, IP.value)
        made.commit()
        made.drop(1)
        made.commit()
        assert held(folder) == {2: 1}
        assert list(Ledger.open(folder).files) == ["/logs/auth.log.2"]
        assert made.manifest.dropped == (1,)
        made.commit(rewrite=True)
        assert made.manifest.dropped == ()
    assert sum(file.rows for file in Ledger.open(folder).manifest.rows) == 1
    assert held(folder) == {2: 1}


def test_small_files_are_merged_as_they_pile_up(folder: Path) -> None:
    with writer(folder) as made:
        for _ in range(5 * FAN):
            put(made, IP.value)
            made.commit()
        rows, segments = len(made.manifest.rows), len(made.manifest.sources)
    assert rows < 2 * FAN
    assert segments < 2 * FAN
    assert held(folder) == dict.fromkeys(range(1, 5 * FAN + 1), 1)
    assert {f.name for f in Ledger.open(folder).manifest.files} == {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in (".parquet", ".zst")
    }
    assert not check(folder).faults


def test_a_large_file_is_not_merged_with_every_small_one() -> None:
    def of(*sizes: int) -> list[int]:
        files = [DataFile(name=str(n), bytes=s, rows=1, sha256="", made=n) for n, s in enumerate(sizes)]
        return [file.bytes for file in to_merge(files)]

    mega = 1 << 20
    assert of(900 * mega, *[mega] * (FAN - 2)) == []
    assert of(900 * mega, *[mega] * (FAN - 1)) == [mega] * (FAN - 1)
    assert of(*[8 * mega] * (FAN - 1)) == [8 * mega] * (FAN - 1)


def test_there_is_one_writer(folder: Path) -> None:
    with writer(folder), pytest.raises(LedgerBusy, match=f"process {os.getpid()} writes") as raised:  # noqa: SIM117
        with writer(folder):
            pass
    assert "--wait" in str(raised.value)
    with writer(folder):
        pass


def test_a_second_writer_may_wait(folder: Path) -> None:
    begun, done = threading.Event(), threading.Event()

    def other() -> None:
        with writer(folder):
            begun.set()
            done.wait(0.3)

    thread = threading.Thread(target=other)
    thread.start()
    begun.wait()
    with writer(folder, wait=30) as made:
        put(made, IP.value)
        made.commit()
    thread.join()
    assert held(folder) == {1: 1}


def test_a_reader_sees_one_commit_whatever_a_writer_does_meanwhile(folder: Path) -> None:
    with writer(folder) as made:
        put(made, IP.value)
        made.commit()
        reader = Ledger.open(folder)
        for _ in range(FAN + 2):  # the files that the reader knows of are merged away
            put(made, IP.value)
            made.commit(rewrite=True)
        assert len(reader.find([IP])) == FAN + 3
        assert len(reader.sources) == FAN + 3


def test_readers_and_a_writer_side_by_side(folder: Path) -> None:
    stop, wrong = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            ledger = Ledger.open(folder)
            found = ledger.find([IP])
            if set(found) != set(ledger.sources) or any(
                sum(r.records for r in rows) != 1 for rows in found.values()
            ):
                wrong.append(found)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    with writer(folder) as made:
        for number in range(40):
            put(made, IP.value)
            made.commit(rewrite=number % 3 == 0)
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong


def test_no_ledger_is_no_question(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(UsageError, match="there is no ledger here"):
            Ledger.open(path)
        with pytest.raises(UsageError, match="there is no ledger here"), writer(path):
            pass
    assert not list(tmp_path.iterdir())


def test_a_ledger_is_made_in_an_empty_folder_only(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a ledger here already"):
        create(folder)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        create(tmp_path)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("traque/ledger/2", "a newer traque wrote this ledger"),
        ("traque/ledger/0", "an older traque wrote this ledger"),
        ("traque/hunt-result/1", "not the manifest of a ledger"),
    ],
)
def test_other_versions_are_refused_in_words(folder: Path, schema: str, said: str) -> None:
    manifest = json.loads((folder / "ledger.json").read_bytes())
    (folder / "ledger.json").write_text(json.dumps(manifest | {"schema": schema, "unknown": [1]}))
    for action in (lambda: Ledger.open(folder), lambda: writer(folder).__enter__()):
        with pytest.raises(LedgerError, match=said):
            action()
    assert any(said in fault for fault in check(folder).faults)


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b'{"schema":"traque/ledger/1","sequence":"x"}', b"\xff\xfe"]
)
def test_a_damaged_manifest_is_said_to_be(folder: Path, text: bytes) -> None:
    (folder / "ledger.json").write_bytes(text)
    with pytest.raises(LedgerError):
        Ledger.open(folder)
    assert check(folder).faults


def test_a_manifest_never_leads_out_of_its_folder(folder: Path) -> None:
    with writer(folder) as made:
        put(made, IP.value)
        made.commit()
    text = (folder / "ledger.json").read_text().replace("rows/kind", "../kind")
    (folder / "ledger.json").write_text(text)
    with pytest.raises(LedgerDamaged, match="outside of the ledger"):
        Ledger.open(folder)


@pytest.mark.parametrize("pattern", ["rows/*/*.parquet", "sources/*.zst"])
@pytest.mark.parametrize("harm", ["gone", "cut", "flipped", "emptied"])
def test_damage_is_found_and_named(folder: Path, pattern: str, harm: str) -> None:
    with writer(folder) as made:
        for number in range(200):
            put(made, IP.value, f"203.0.113.{number}")
        made.commit()
    (path,) = folder.glob(pattern)
    data = path.read_bytes()
    match harm:
        case "gone":
            path.unlink()
        case "cut":
            path.write_bytes(data[:-7])
        case "flipped":
            middle = len(data) // 2
            path.write_bytes(data[:middle] + bytes((data[middle] ^ 0xFF,)) + data[middle + 1 :])
        case "emptied":
            path.write_bytes(b"")
    (fault,) = check(folder).faults
    assert path.relative_to(folder).as_posix() in fault
    if pattern.startswith("sources") or harm in ("gone", "cut", "emptied"):
        with pytest.raises(LedgerDamaged):
            held(folder)
        with pytest.raises(LedgerError), writer(folder) as made:
            upkeep.compact(made, datetime.now(UTC))


def test_a_full_disk_leaves_the_commit_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with writer(folder) as made:
        put(made, IP.value)
        made.commit()
    real = _disk.sync
    for left in range(12):
        calls = 0

        def sync(path: Path, left: int = left) -> None:
            nonlocal calls
            calls += 1
            if calls > left:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(path)

        with monkeypatch.context() as full:
            full.setattr(_disk, "sync", sync)
            said = _written(folder)
        if not said:
            break
        assert "No space left" in said
        assert "make room" in said
        assert not check(folder).faults
        assert sum(held(folder).values()) == len(Ledger.open(folder).sources)
    else:
        pytest.fail("it never succeeded")
    assert sum(held(folder).values()) == len(Ledger.open(folder).sources)


def _written(folder: Path) -> str:
    """One more source; the error in words, if there is one."""
    try:
        with writer(folder) as made:
            put(made, IP.value)
            made.commit()
    except LedgerError as error:
        return str(error)
    return ""


SMALL_DISK = """
import ctypes, os, random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
libc = ctypes.CDLL(None, use_errno=True)
at = Path(sys.argv[1])
if libc.unshare(0x00020000) or libc.mount(b"none", b"/", None, 0x44000, None):
    sys.exit(77)
if libc.mount(b"tmpfs", bytes(at), b"tmpfs", 0, b"size=256k"):
    sys.exit(77)
from traque.errors import LedgerError
from traque.ledger import create, writer
from traque.ledger.checking import check
from test_ledger_store import put, held
create(at / "l")
for number in range(100):
    try:
        with writer(at / "l") as made:
            put(made, *{".".join(map(str, random.randbytes(4))) for _ in range(4000)})
            made.commit()
    except (LedgerError, OSError) as error:
        print(error)
        break
else:
    sys.exit("never full")
assert not check(at / "l").faults, check(at / "l").faults
print(number)
"""


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    unit = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(tmp_path), str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip("this machine gives no file system of one's own")
    assert (done.returncode, done.stderr) == (0, "")
    said, number = done.stdout.strip().splitlines()[0], int(done.stdout.split()[-1])
    assert number > 0
    assert "No space left" in said


def test_a_folder_that_may_not_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(LedgerError, match="cannot be written: Permission denied"), writer(folder):
        pass
    monkeypatch.undo()
    assert not check(folder).faults


def test_leavings_of_a_killed_writer_are_swept_by_the_next(folder: Path) -> None:
    leavings = [folder / "rows/kind=md5/00000009.parquet", folder / "new/1", folder / "ledger.json.part"]
    for path in leavings:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    assert held(folder) == {}
    with writer(folder):
        assert not any(path.exists() for path in leavings)


def test_days_are_forgotten(folder: Path) -> None:
    with writer(folder) as made:
        put(made, IP.value, days=(DAY, DAY + 10))
        put(made, IP.value, days=(DAY,))
        put(made, IP.value, days=(DAY + 10,))
        made.commit()
        gone = upkeep.forget(made, before=date(2021, 3, 20))
    assert gone == upkeep.Forgotten(2, 0, 0)
    assert held(folder) == {1: 1, 3: 1}
    ledger = Ledger.open(folder)
    assert [bool(ledger.sources[n].partial) for n in (1, 2, 3)] == [True, True, False]
    assert sum(file.rows for file in ledger.manifest.rows) == 2
    found = status(folder, datetime.now(UTC))
    assert (found.forgotten_before, found.days) == ("2021-03-20", 1)
    with writer(folder) as made:
        assert upkeep.forget(made, before=date(2021, 3, 20)) == upkeep.Forgotten(0, 0, 0)


def test_sources_are_forgotten_by_number_and_by_path(folder: Path) -> None:
    with writer(folder) as made:
        for _ in range(4):
            put(made, IP.value)
        made.commit()
        assert upkeep.forget(made, sources=["2", "*.4"]) == upkeep.Forgotten(0, 2, 0)
        with pytest.raises(UsageError, match="no source 'nothing"):
            upkeep.forget(made, sources=["1", "nothing*"])
    assert held(folder) == {1: 1, 3: 1}
    assert sum(file.rows for file in Ledger.open(folder).manifest.rows) == 2


def test_values_are_forgotten_with_what_is_below_them(folder: Path) -> None:
    with writer(folder) as made:
        put(made, "evil.example", "www.evil.example", "good.example", kind="domain-name")
        put(made, "http://evil.example/a", "evil.example/a", "http://good.example/a", kind="url")
        put(made, IP.value)
        made.commit()
        gone = upkeep.forget(made, values=[Observable("domain-name", "evil.example")])
        with pytest.raises(UsageError, match="in no ledger"):
            upkeep.forget(made, values=[Observable("mutex", "evilmutex")])
    assert gone.values == 4
    find = Ledger.open(folder).find
    assert find([Observable("domain-name", "evil.example"), Observable("url", "evil.example/a")]) == {}
    assert set(find([Observable("domain-name", "good.example"), IP])) == {1, 3}
    assert [bool(Ledger.open(folder).sources[n].partial) for n in (1, 2, 3)] == [True, True, False]


def test_a_legal_hold_refuses_and_the_retention_goes_around_it(folder: Path) -> None:
    now = datetime(2021, 3, 25, tzinfo=UTC)
    with writer(folder) as made:
        made.settings = Settings(retention_days=5, legal_basis="a law")
        put(made, IP.value, days=(DAY,))
        put(made, IP.value, days=(DAY, DAY + 10))
        made.commit()
        assert upkeep.hold(made, ["1"], "case 7") == 1
        for wanted in (
            {"before": date(2021, 3, 20)},
            {"sources": ["1", "2"]},
            {"values": [Observable("ipv4-net", "198.51.100.0/24")]},
        ):
            with pytest.raises(LedgerHeld, match=r"1 \(auth\.log\.1: case 7\)"):
                upkeep.forget(made, **wanted)  # type: ignore[arg-type]
        assert held(folder) == {1: 1, 2: 2}
        assert status(folder, now).overdue == (1, 2)
        assert upkeep.purge(made, now) == 1
        assert held(folder) == {1: 1, 2: 1}
        assert status(folder, now).overdue == (1,)
        assert upkeep.purge(made, now) == 0
        assert upkeep.hold(made, ["*"], "") == 1
        assert upkeep.compact(made, now) == 1
    assert held(folder) == {2: 1}
    assert not check(folder).faults


def test_many_processes_that_want_to_write_come_one_after_the_other(folder: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(_write, [folder] * 4)
    assert sorted(held(folder)) == [1, 2, 3, 4]


def _write(folder: Path) -> None:
    with writer(folder, wait=60) as made:
        put(made, IP.value)
        made.commit()
