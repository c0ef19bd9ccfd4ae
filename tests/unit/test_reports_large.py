"""Results of very many sightings: read and written in pieces, as if they were not."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import msgspec
import pytest
import reports_sample as sample

from traque.errors import TraqueError
from traque.model import Evidence, HuntResult, Verdict
from traque.reports import Setting, renderers
from traque.reports.json_ import digest_of, document, dump, load, load_file
from traque.triage.tally import AT_LENGTH, bounded

LARGEST = 1 << 30


@pytest.fixture(scope="module")
def large() -> HuntResult:
    """One hostile sighting among the worst, one among the least."""
    many = [
        sample.sighting(f"198.51.{n // 250}.{n % 250}", Verdict.AUTH_FAILED) for n in range(AT_LENGTH + 500)
    ]
    bad = msgspec.structs.replace(many[-1], accounts=(sample.HOSTILE,))
    return sample.result((bad, *many[:-1], bad))


def test_a_document_in_pieces_is_the_document(large: HuntResult) -> None:
    fields = {name: getattr(large, name) for name in large.__struct_fields__}
    whole = document({"schema": large.schema, "digest": digest_of(large)} | fields)
    assert dump(large) == whole


def test_a_file_reloads_to_an_equal_result(large: HuntResult, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(dump(large))
    again = load_file(path, LARGEST)
    assert again == load(dump(large))
    assert type(again) is HuntResult
    assert dump(again) == path.read_bytes()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": "other/1"}', '{"schema": "traque/hunt-result/1"}', "\xff"]
)
def test_a_file_that_is_no_result(tmp_path: Path, text: str) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(TraqueError):
        load_file(path, LARGEST)


def test_a_broken_sighting_is_no_result(large: HuntResult, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_bytes(dump(large).replace(b'"count": 2', b'"count": "x"', 1))
    with pytest.raises(TraqueError, match="not a hunt result"):
        load_file(path, LARGEST)


@pytest.mark.parametrize("name", [r.name for r in renderers() if r.pieces is not None])
def test_pieces_are_what_is_rendered(large: HuntResult, name: str) -> None:
    renderer = renderers()[name]
    assert b"".join(renderer.written(large, Setting())) == renderer.render(large, Setting())


def test_a_large_workbook_is_as_inert_as_a_small_one(large: HuntResult) -> None:
    made = renderers()["xlsx"].render(large, Setting())
    with zipfile.ZipFile(io.BytesIO(made)) as book:
        parts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
    assert all("<f>" not in text and "hyperlink" not in text for text in parts)
    assert any("=cmd|" in text and 't="inlineStr"' in text for text in parts)
    assert made == renderers()["xlsx"].render(large, Setting())


def test_evidence_of_further_sightings_has_no_spread() -> None:
    def record(line: int, verdict: Verdict) -> Evidence:
        return Evidence(
            path="a", line=line, offset=line, time=sample.utc(f"2021-03-01T00:00:{line:02d}"), text="",
            match="", verdict=verdict,
        )  # fmt: skip

    kept = tuple(record(n, Verdict.SESSION if n == 5 else Verdict.BLOCKED) for n in range(12))
    one = msgspec.structs.replace(sample.sighting("192.0.2.1", Verdict.SESSION), evidence=kept)
    found = bounded([one] * (AT_LENGTH + 1))
    assert found[AT_LENGTH - 1].evidence == kept
    assert [e.line for e in found[AT_LENGTH].evidence] == [0, 5, 11]
