"""The ledger's rows: what was written is found and merged, and nothing else."""

from __future__ import annotations

import errno
import hashlib
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_rows import DAY, TABLES, Row, everything, find, packed, rows, summed, values, write

from traque import _kernel

MANY = 12_000  # rows: several pages


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[str, list[list[Row]]]:
    """A table, and the rows of a few files of it."""
    kind = draw(st.sampled_from(TABLES))
    return kind, draw(st.lists(st.lists(rows(kind), max_size=12), min_size=1, max_size=4))


def written(folder: Path, kind: str, files: list[list[Row]]) -> list[Path]:
    paths = [folder / f"{number}.parquet" for number in range(len(files))]
    for path, held in zip(paths, files, strict=True):
        write(kind, path, held)
    return paths


@settings(deadline=None, max_examples=60)
@given(ledgers(), st.data())
def test_found_are_the_rows_that_a_filter_of_all_rows_finds(
    ledger: tuple[str, list[list[Row]]], data: st.DataObject
) -> None:
    kind, files = ledger
    points = data.draw(st.lists(values(kind), max_size=4))
    ranges = data.draw(st.lists(st.tuples(values(kind) | st.binary(max_size=3), values(kind)), max_size=4))
    held = [row for rows_ in files for row in rows_]
    wanted = [
        (query, row)
        for query, asked in enumerate([*points, *ranges])
        for row in summed(held)
        if (row.value == asked if isinstance(asked, bytes) else asked[0] <= row.value < asked[1])
    ]
    with tempfile.TemporaryDirectory() as folder:
        assert find(kind, written(Path(folder), kind, files), points, ranges) == wanted


@settings(deadline=None, max_examples=60)
@given(ledgers(), st.data())
def test_merged_are_all_rows_added_up_without_those_that_are_dropped(
    ledger: tuple[str, list[list[Row]]], data: st.DataObject
) -> None:
    kind, files = ledger
    sources = data.draw(st.lists(st.integers(0, 3), max_size=2))
    before = data.draw(st.none() | st.integers(-2, 2))
    dropped = data.draw(st.lists(values(kind), max_size=2))
    wanted = summed(
        row
        for held in files
        for row in held
        if row.source not in sources
        and not (before is not None and row.day is not None and row.day < before)
        and row.value not in dropped
    )
    with tempfile.TemporaryDirectory() as folder:
        paths = written(Path(folder), kind, files)
        merged = Path(folder, "merged.parquet")
        count, size, sha256, first, last = _kernel.merge_rows(kind, paths, merged, sources, before, dropped)
        assert everything(kind, [merged]) == wanted
        assert (count, size) == (len(wanted), merged.stat().st_size)
        assert sha256 == hashlib.sha256(merged.read_bytes()).hexdigest()
        assert (first, last) == ((wanted[0].value, wanted[-1].value) if wanted else (b"", b""))


def many(kind: str, chance: random.Random, count: int) -> list[Row]:
    """Rows over several pages, most of them close to others."""
    made = []
    for _ in range(count):
        number = chance.randrange(count)
        match kind:
            case "ipv4-addr":
                value = ((number * 150_000) % 2**32).to_bytes(4, "big")
            case "domain-name":
                value = f"example.{'long' * 20}{number // 3}.host{number}".encode()
            case _:
                value = hashlib.sha256(number.to_bytes(4, "big")).digest()
        day = chance.choice((None, 18_000, 18_001))
        first = 0 if day is None else day * DAY + chance.randrange(86_400) * 1_000_000
        bytes_ = chance.choice((None, chance.randrange(10**6)))
        made.append(Row(value, chance.randrange(20), day, chance.randrange(3), 1, first, first, bytes_, None))
    return summed(made)


@pytest.mark.parametrize("kind", ["ipv4-addr", "domain-name", "sha256"])
def test_pages_and_files_are_only_another_way_to_hold_rows(kind: str, tmp_path: Path) -> None:
    chance = random.Random(5)
    files = [many(kind, chance, MANY), many(kind, chance, MANY // 3), many(kind, chance, 10)]
    paths = written(tmp_path, kind, files)
    held = summed(row for rows_ in files for row in rows_)
    by_value: dict[bytes, list[Row]] = {}
    for row in held:
        by_value.setdefault(row.value, []).append(row)
    known = sorted(by_value)
    points = [
        *chance.sample(known, 200),
        known[0],
        known[-1],
        known[0][:-1] + b"\x00",
        b"\xff" * len(known[-1]),
    ]
    ranges = [(known[at], known[min(at + 2000, len(known) - 1)]) for at in (0, 10, 5000, len(known) - 50)]
    wanted = [(query, row) for query, point in enumerate(points) for row in by_value.get(point, [])]
    wanted += [
        (len(points) + query, row)
        for query, (begin, end) in enumerate(ranges)
        for row in held
        if begin <= row.value < end
    ]
    assert find(kind, paths, points, ranges) == wanted
    merged = tmp_path / "merged.parquet"
    _kernel.merge_rows(kind, paths, merged, [], None, [])
    assert everything(kind, [merged]) == held
    assert find(kind, [merged], points, ranges) == wanted


def row(value: bytes = bytes(4), **other: object) -> Row:
    return Row(value, 0, 1, 0, 1, DAY, DAY, None, None)._replace(**other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ([row(b"\x02" * 4), row(b"\x01" * 4)], "in order"),
        ([row(source=2), row(source=1)], "in order"),
        ([row(day=0, first=0, last=0), row(day=None)], "in order"),
        ([row(b"\x02" * 16)], "4 bytes, not 16"),
        ([row(first=DAY - 1)], "lie in its day"),
        ([row(last=2 * DAY)], "lie in its day"),
        ([row(first=DAY + 2, last=DAY + 1)], "lie in its day"),
        ([row(day=2**31 - 1)], "lie in its day"),
    ],
)
def test_rows_that_a_file_cannot_hold_are_refused_and_no_file_is_left(
    wrong: list[Row], says: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=says):
        _kernel.write_rows("ipv4-addr", tmp_path / "rows.parquet", packed(wrong))
    assert not list(tmp_path.iterdir())


def test_a_text_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="UTF-8"):
        write("domain-name", tmp_path / "rows.parquet", [row(b"\xff.example")])


def test_columns_of_unequal_length_are_refused(tmp_path: Path) -> None:
    columns = packed([row()])
    for at in range(len(columns)):
        cut = [*columns[:at], columns[at][:-1], *columns[at + 1 :]]
        with pytest.raises(ValueError, match=r"equally long|ends where|4 bytes"):
            _kernel.write_rows("ipv4-addr", tmp_path / "rows.parquet", tuple(cut))  # type: ignore[arg-type]


def test_sums_beyond_the_greatest_number_are_the_greatest(tmp_path: Path) -> None:
    write("ipv4-addr", tmp_path / "one", [row(count=2**63 - 5, inward=2**63 - 1)])
    write("ipv4-addr", tmp_path / "two", [row(count=2**64 - 1, inward=2**63 - 1)])
    _kernel.merge_rows("ipv4-addr", [tmp_path / "one", tmp_path / "two"], tmp_path / "sum", [], None, [])
    assert everything("ipv4-addr", [tmp_path / "sum"]) == [row(count=2**63 - 1, inward=2**63 - 1)]


def test_errors_say_which_file_and_what(tmp_path: Path) -> None:
    gone, rows_ = tmp_path / "gone", tmp_path / "rows"
    write("ipv4-addr", rows_, [row()])
    with pytest.raises(FileNotFoundError) as missing:
        find("ipv4-addr", [rows_, gone], [bytes(4)])
    assert (missing.value.errno, missing.value.filename) == (errno.ENOENT, str(gone))
    with pytest.raises(FileNotFoundError):
        _kernel.merge_rows("ipv4-addr", [gone], tmp_path / "out", [], None, [])
    with pytest.raises(OSError, match="rows"):
        write("ipv4-addr", rows_ / "below", [row()])
    with pytest.raises(ValueError, match=r"rows: .*does not hold rows of ipv6-addr"):
        find("ipv6-addr", [rows_], [bytes(16)])
    with pytest.raises(ValueError, match=r"no table for .mutex."):
        find("mutex", [rows_])
    with pytest.raises(ValueError, match="into itself"):
        _kernel.merge_rows("ipv4-addr", [rows_], tmp_path / "." / "rows", [], None, [])
    assert everything("ipv4-addr", [rows_]) == [row()]


def test_a_full_disk_is_an_error_with_its_number() -> None:
    with pytest.raises(OSError, match="No space left") as full:
        write(
            "ipv4-addr", Path("/dev/full"), [row(bytes([n, m, 0, 0])) for n in range(100) for m in range(100)]
        )
    assert full.value.errno == errno.ENOSPC
    assert Path("/dev/full").is_char_device()


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    foreign = tmp_path / "foreign"
    pq.write_table(pa.table({"value": [1, 2]}), foreign)
    with pytest.raises(ValueError, match="no file of the ledger"):
        find("ipv4-addr", [foreign], [bytes(4)])
    newer = pa.table({"value": [1, 2]}).replace_schema_metadata({"traque.ledger.rows": "2"})
    pq.write_table(newer, foreign)
    with pytest.raises(ValueError, match=r"version \"2\"; this traque reads version 1"):
        find("ipv4-addr", [foreign], [bytes(4)])
    same = newer.replace_schema_metadata({"traque.ledger.rows": "1", "traque.ledger.kind": "ipv4-addr"})
    pq.write_table(same, foreign)
    with pytest.raises(ValueError, match="columns are not those"):
        find("ipv4-addr", [foreign], [bytes(4)])
    for other in (b"", b"PAR1", b"no ledger at all " * 9):
        foreign.write_bytes(other)
        with pytest.raises(ValueError, match="damaged"):
            find("ipv4-addr", [foreign], [bytes(4)])


@pytest.mark.parametrize("kind", ["ipv4-addr", "domain-name", "sha256"])
def test_a_damaged_file_is_an_error_or_an_answer_never_a_fault(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(kind)
    path, damaged = tmp_path / "whole", tmp_path / "damaged"
    write(kind, path, many(kind, chance, 300))
    whole = path.read_bytes()
    said = []
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 1, 4))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.1:
            del data[chance.randrange(len(data)) :]
        damaged.write_bytes(data)
        for read in (
            lambda: everything(kind, [damaged]),
            lambda: _kernel.merge_rows(kind, [damaged, path], tmp_path / "out", [], None, []),
        ):
            try:
                read()
            except ValueError as error:
                said.append(str(error))
    assert len(said) > 100
    words = ("damaged", "no file of", "does not hold", "of version")
    assert [
        text for text in said if str(damaged) not in text or not any(word in text for word in words)
    ] == []
    assert capfd.readouterr().err == ""
