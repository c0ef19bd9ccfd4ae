from __future__ import annotations

import csv
import io

import pytest
import reports_sample as sample
from hypothesis import given
from hypothesis import strategies as st

from traque.model import HuntResult
from traque.reports import Setting
from traque.reports.csv_ import COLUMNS, SPEC, cell


def rows(result: HuntResult) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(SPEC.render(result, Setting()).decode(), newline="")))


def test_one_row_per_sighting_with_all_columns() -> None:
    table = rows(sample.result())
    assert [row["verdict"] for row in table] == ["authenticated", "outbound", "blocked", "trace"]
    assert tuple(table[0]) == COLUMNS
    first = table[0]
    assert first["indicator"] == "198.51.100.23"
    assert first["records"] == "2"
    assert first["first_seen"] == "2021-02-11T03:14:07Z"
    assert first["verdicts"] == "authenticated 1; auth-failed 1"
    assert first["accounts"] == "jdoe"
    assert table[1]["bytes_in"] == "120000"
    assert table[2]["outside_window"] == "1"
    assert table[3]["first_seen"] == ""


def test_nothing_seen_is_a_header_alone() -> None:
    assert SPEC.render(sample.result(()), Setting()).decode() == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r", "＝", "＋", "－", "＠", " =", "\n+"])
def test_a_cell_is_never_a_formula(sign: str) -> None:
    shown = cell(f"{sign}cmd|' /C calc'!A0")
    assert "'" in shown[: len(shown) - len("cmd|' /C calc'!A0")]
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r"))


def test_nor_when_a_locale_splits_it_at_semicolons() -> None:
    assert cell(("jdoe", "=1+1")) == "jdoe; '=1+1"


def test_harmless_cells_stay_as_they_are() -> None:
    assert cell("evil-host.example") == "evil-host.example"
    assert cell("GET /a?b=c+d") == "GET /a?b=c+d"
    assert cell(None) == ""
    assert cell(-3) == "-3"


@given(st.text(st.characters() | st.sampled_from("=+-@\t\r\n;,\"'")))
def test_any_text_is_one_inert_cell(text: str) -> None:
    shown = cell(text)
    assert shown.isprintable() or not shown
    assert not shown.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert all(not part.lstrip().startswith(("=", "+", "-", "@")) for part in shown.split(";"))


def test_hostile_results() -> None:
    (row,) = rows(sample.hostile())
    assert row["accounts"].endswith("; '=1+1")
    assert all(value.isprintable() for value in row.values())
