"""A sighting that only a ledger knows has no text, and every report says so where it stands."""

from __future__ import annotations

import csv
import io

import msgspec
import pytest
import reports_sample as sample

from traque.model import FromLedger, HuntResult, SeenIn, Verdict
from traque.reports import LANGUAGES, Setting, renderers
from traque.reports._language import words
from traque.reports._recalled import gone, recalled, remark, wholly

HUMAN = ("html", "md", "xlsx", "terminal", "notification")


def answer() -> HuntResult:
    """The first sighting is known from the ledger alone, the second in part, the third from its log."""
    base = sample.result()
    (source,) = base.coverage.sources
    lost = msgspec.structs.replace(source, path="gone/auth.log", ledger=FromLedger.ALONE)
    spared = msgspec.structs.replace(source, path="spared/auth.log", ledger=FromLedger.SPARED)
    seen = SeenIn(path=lost.path, stream="sshd bastion", count=1, first_seen=None, last_seen=None)
    first = sample.sighting("198.51.100.1", Verdict.AUTHENTICATED)
    part = first.sources[0]
    half = msgspec.structs.replace(part, count=1)
    sightings = (
        msgspec.structs.replace(first, sources=(seen,), evidence=(), evidence_of=0, count=1),
        sample.sighting("198.51.100.2", Verdict.SESSION, sources=(half, seen)),
        sample.sighting("198.51.100.3", Verdict.SESSION),
    )
    coverage = msgspec.structs.replace(base.coverage, sources=(source, lost, spared))
    return msgspec.structs.replace(base, sightings=sightings, coverage=coverage)


def test_what_is_known_from_where() -> None:
    result = answer()
    without = gone(result)
    assert without == {"gone/auth.log"}
    assert [recalled(s, without) for s in result.sightings] == [1, 1, 0]
    assert [wholly(s, without) for s in result.sightings] == [True, False, False]
    assert [bool(remark(s, without)) for s in result.sightings] == [True, True, False]
    assert not any(remark(s, frozenset()) for s in result.sightings)
    twin = msgspec.structs.replace(result.coverage.sources[1], duplicate_of="read/auth.log")
    merged = msgspec.structs.replace(result.coverage, sources=(result.coverage.sources[0], twin))
    assert gone(msgspec.structs.replace(result, coverage=merged)) == frozenset()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", HUMAN)
def test_every_report_says_it(name: str, language: str) -> None:
    result, spoken = answer(), "en" if name == "terminal" else language
    setting = Setting(language=language, width=400)
    made, without = renderers()[name].render(result, setting), gone(result)
    if name == "xlsx":
        import zipfile

        with zipfile.ZipFile(io.BytesIO(made)) as book:
            made = book.read("xl/sharedStrings.xml")
    text = made.decode().replace("&nbsp;", " ").replace("\u00a0", " ")
    for sighting in result.sightings[:2]:
        said = remark(sighting, without, words(spoken)).replace("\u00a0", " ")
        assert said in text
    assert words(spoken)("ledger.open").replace("\u00a0", " ") in text or name != "html"


def test_a_table_counts_it() -> None:
    rows = list(csv.DictReader(io.StringIO(renderers()["csv"].render(answer(), Setting()).decode())))
    assert [(row["ledger_only"], bool(row["evidence"])) for row in rows] == [
        ("1", False),
        ("1", True),
        ("0", True),
    ]


def test_the_page_shows_no_empty_evidence() -> None:
    text = renderers()["html"].render(answer(), Setting()).decode()
    assert '<ol class="evidence"></ol>' not in text
    assert "0 of 1 records" not in text
    assert "<code>gone/auth.log</code> · 1 record · the ledger alone" in text
