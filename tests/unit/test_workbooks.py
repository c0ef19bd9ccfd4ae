"""XLSX workbooks as logs: each sheet's rows are records, and nothing of the text is lost or counted twice."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path

import pytest
from workbook_tools import SHEET, Value, workbook

from traque.bulletins import from_values
from traque.diagnostics import Diagnostics
from traque.errors import SourceCorrupt, SourceError, SourceLimit
from traque.hunt import HuntOptions, hunt
from traque.model import HuntResult
from traque.sources import open_entry, walk
from traque.spreadsheet import column_name

SEEN = "198.51.100.23"
DAY = 44203.179259259  # 2021-01-07 04:18:08
HEADER: list[Value] = ["Time", "src_ip", "dst_ip", "dst_port", "action"]
ROWS: list[list[Value]] = [
    ["Firewall export", None, None, None, None],
    HEADER,
    [(DAY, 1), SEEN, "192.0.2.7", 443, "allow"],
    [(DAY + 1, 2), "192.0.2.7", 3325256727, 22, "deny"],
]


def sources(data: bytes, folder: Path) -> dict[str, tuple[bytes, SourceError | None]]:
    (folder / "x.xlsx").write_bytes(data)
    found: dict[str, tuple[bytes, SourceError | None]] = {}
    diagnostics = Diagnostics()
    for entry in walk([folder / "x.xlsx"], diagnostics=diagnostics):
        for source in open_entry(entry, diagnostics=diagnostics):
            data, error = b"", None
            try:
                for chunk in source.chunks():
                    data += chunk
            except SourceError as raised:
                error = raised
            found[source.path.partition("x.xlsx/")[2]] = data, error
    return found


def records(data: bytes, folder: Path, sheet: str) -> list[dict[str, object]]:
    text, error = sources(data, folder)[sheet]
    assert error is None
    return [json.loads(line) for line in text.splitlines()]


def run(path: Path, *wanted: str) -> HuntResult:
    return hunt([from_values(wanted or [SEEN])], [path], options=HuntOptions())


def test_rows_are_records_with_the_names_of_the_header(tmp_path: Path) -> None:
    title, header, first, second = records(workbook({"log": ROWS}), tmp_path, "log")
    assert title == {"A": "Firewall export", "@row": 1}
    assert header["src_ip"] == "src_ip"
    assert first == {
        "Time": "2021-01-07T04:18:08",
        "src_ip": SEEN,
        "dst_ip": "192.0.2.7",
        "dst_port": 443,
        "action": "allow",
        "@row": 3,
    }
    assert (second["dst_ip"], second["Time"]) == ("198.51.100.23", "2021-01-08T04:18:08")


def test_a_hunt_knows_ends_times_and_outcome(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(workbook({"log": ROWS, "notes": [["nothing here", "either"]]}))
    result = run(tmp_path)
    (sighting,) = result.sightings
    assert sighting.count == 2
    assert str(sighting.first_seen) == "2021-01-07 04:18:08+00:00"
    log, _ = result.coverage.sources
    assert (log.path.rsplit("/", 2)[-2:], log.complete) == (["x.xlsx", "log"], True)


def test_a_sheet_is_its_json_lines(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.xlsx").write_bytes(workbook({"log": ROWS}))
    (tmp_path / "b.json").write_bytes(sources(workbook({"log": ROWS}), tmp_path)["log"][0])
    one, other = run(tmp_path / "a").sightings[0], run(tmp_path / "b.json").sightings[0]
    assert (one.count, one.verdicts, one.first_seen) == (other.count, other.verdicts, other.first_seen)


def test_a_sheet_without_a_header_has_letters(tmp_path: Path) -> None:
    (row,) = records(workbook({"log": [["192.0.2.1", "allow"]]}), tmp_path, "log")
    assert row == {"A": "192.0.2.1", "B": "allow", "@row": 1}
    assert [column_name(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_columns_of_one_name_stay_apart(tmp_path: Path) -> None:
    _, row = records(workbook({"log": [["ip", "ip"], ["192.0.2.1", "192.0.2.2"]]}), tmp_path, "log")
    assert row == {"ip": "192.0.2.1", "ip (B)": "192.0.2.2", "@row": 2}


def test_only_what_is_shown_as_a_date_is_one(tmp_path: Path) -> None:
    rows: list[list[Value]] = [[(1.5, 0), (DAY, 3), (DAY, 4), (0.5, 1), (DAY, 1)]]
    (row,) = records(workbook({"log": rows}), tmp_path, "log")
    assert row["E"] == "2021-01-07T04:18:08"
    assert (row["A"], row["B"], row["C"], row["D"]) == (1.5, DAY, DAY, 0.5)
    (old,) = records(workbook({"log": [[(DAY, 1)]]}, since_1904=True), tmp_path, "log")
    assert old["A"] == "2025-01-08T04:18:08"


def test_text_outside_the_rows_is_searched_and_nothing_twice(tmp_path: Path) -> None:
    more = {
        "xl/comments1.xml": "<comments><t>seen 203.0.113.9</t></comments>",
        "xl/worksheets/_rels/sheet1.xml.rels": '<R><R Target="http://evil.example/x"/></R>',
    }
    book = workbook({"log": ROWS}, more=more, unused=["deleted 203.0.113.77"])
    (tmp_path / "x.xlsx").write_bytes(book)
    found = run(tmp_path, SEEN, "203.0.113.9", "evil.example", "203.0.113.77").sightings
    assert {s.indicator.value: s.count for s in found} == {
        SEEN: 2,
        "203.0.113.9": 1,
        "evil.example": 1,
        "203.0.113.77": 1,
    }


def test_what_other_parts_hold_does_not_depend_on_reading_the_sheets(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(workbook({"log": ROWS}, unused=["left over"]))
    (entry,) = walk([tmp_path / "x.xlsx"], diagnostics=Diagnostics())
    found = list(open_entry(entry, diagnostics=Diagnostics()))
    assert [b"".join(source.chunks()) for source in found][1] == b"left over\n"


def test_a_formula_keeps_its_text(tmp_path: Path) -> None:
    cell = '<c r="A1" t="str"><f>HYPERLINK("http://evil.example/","x")</f><v>x</v></c>'
    sheet = f'<worksheet xmlns="{SHEET}"><sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    book = workbook({"log": []}, more={"xl/worksheets/sheet1.xml": sheet})
    (row,) = records(book, tmp_path, "log")
    assert row["A (formula)"] == 'HYPERLINK("http://evil.example/","x")'


def test_a_workbook_in_a_zip_is_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mail.zip", "w") as archive:
        archive.writestr("x.xlsx", workbook({"log": ROWS}))
    assert run(tmp_path).sightings[0].count == 2


@pytest.mark.parametrize(
    ("part", "text", "count"),
    [
        ("xl/workbook.xml", "<workbook", 2),
        ("xl/sharedStrings.xml", '<!DOCTYPE s [<!ENTITY e "x">]><sst>&e;</sst>', 1),
        ("xl/styles.xml", "\0", 2),
    ],
)
def test_without_rows_it_is_still_an_archive(tmp_path: Path, part: str, text: str, count: int) -> None:
    note = {"xl/comments1.xml": f"<t>{SEEN}</t>"}
    (tmp_path / "x.xlsx").write_bytes(workbook({"log": ROWS}, more={part: text, **note}))
    result = run(tmp_path)
    assert result.sightings[0].count == count  # in a comment, and where its strings can be read
    assert any(d.code == "source-remark" for d in result.diagnostics)


def test_a_damaged_sheet_gives_the_rows_before(tmp_path: Path) -> None:
    row = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{SEEN}</t></is></c></row>'
    book = workbook({"log": []}, more={"xl/worksheets/sheet1.xml": f"<worksheet>{row}<row"})
    text, error = sources(book, tmp_path)["log"]
    assert SEEN.encode() in text
    assert isinstance(error, SourceCorrupt)


def test_a_bomb_ends_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traque.spreadsheet.STRINGS", 1 << 20)
    monkeypatch.setattr("traque.spreadsheet.ROW", 1 << 20)
    strings = "<sst>" + "<si><t>" * 1 + "x" * (2 << 20) + "</t></si></sst>"
    many = "<sst>" + "<si/>" * 100_000 + "</sst>"
    for text in (strings, many):
        found = sources(workbook({"log": ROWS}, more={"xl/sharedStrings.xml": text}), tmp_path)
        assert "xl/workbook.xml" in found
    wide = "<worksheet><row>" + '<c t="str"><v>' + "y" * (2 << 20) + "</v></c></row></worksheet>"
    found = sources(workbook({"log": []}, more={"xl/worksheets/sheet1.xml": wide}), tmp_path)
    assert isinstance(found["log"][1], SourceCorrupt)
    far = '<worksheet><row><c r="ZZZ1"><v>1</v></c><c r="A1"><v>1</v></c></row></worksheet>'
    text, error = sources(workbook({"log": []}, more={"xl/worksheets/sheet1.xml": far}), tmp_path)["log"]
    assert (json.loads(text), isinstance(error, SourceCorrupt)) == ({"A": 1, "@row": 1}, True)


def test_endless_parts_end_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Small:
        entry_floor = 1 << 20

    monkeypatch.setattr("traque.sources.containers.xlsx.Limits", Small)
    endless = "<worksheet>" + "<row/>" * 400_000 + "</worksheet>"
    _, error = sources(workbook({"log": []}, more={"xl/worksheets/sheet1.xml": endless}), tmp_path)["log"]
    assert isinstance(error, SourceLimit)


def test_flipped_bytes_never_raise_anything_else(tmp_path: Path) -> None:
    whole = workbook({"log": ROWS * 20})
    dice = random.Random(4)
    for _ in range(300):
        data = bytearray(whole[: dice.choice((len(whole), dice.randrange(len(whole))))])
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        sources(bytes(data), tmp_path)
