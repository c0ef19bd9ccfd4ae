"""What the page says of cases, leads, the first hour and streams, Markdown and the workbook say too."""

from __future__ import annotations

import html
import io
import re
import zipfile

import msgspec
import pytest
import reports_sample as sample
from markdown_it import MarkdownIt

from traque.model import ExpectedCoverage, HuntResult, Loss
from traque.model.result import LedgerInfo
from traque.reports import LANGUAGES, Setting, renderers
from traque.reports import _told as told
from traque.reports import _told_next as follows
from traque.reports import _told_streams as streams
from traque.reports._language import words

CALM = "ufw fw1"


def answer(text: str = "") -> HuntResult:
    """With all that a result may say beside sightings; ``text`` is every free text."""
    lost = Loss(code="rsyslog", count=2, text=text or "rsyslog dropped messages: its rate limit", lost=480)
    stream = msgspec.structs.replace(sample.stream(text or CALM, gap=True), losses=(lost,), owner=text)
    made = sample.assessed(sample.result(streams=(stream,)), text)
    (source,) = made.coverage.sources
    odd = msgspec.structs.replace(source, stream=stream.name, zone=text or "Europe/Paris", future=12)
    expected = (
        ExpectedCoverage(
            name=text or "ufw", owner=text or "network team", streams=(stream.name,), sources=29
        ),
        ExpectedCoverage(name=text or "vpn", owner=text or "access team", missing=True),
    )
    ledger = LedgerInfo(
        path=text or "ledger", sequence=3, written=sample.utc("2021-07-22"), sources=9, spared=7
    )
    return msgspec.structs.replace(
        made,
        coverage=msgspec.structs.replace(made.coverage, sources=(odd,), expected=expected),
        hunt=msgspec.structs.replace(made.hunt, ledger=ledger),
    )


def sheets(document: bytes) -> str:
    """The strings of a workbook."""
    with zipfile.ZipFile(io.BytesIO(document)) as book:
        return html.unescape(
            book.read("xl/sharedStrings.xml").decode() + book.read("xl/workbook.xml").decode()
        )


def text_of(name: str, result: HuntResult, language: str) -> str:
    """What a reader of the document sees, with plain blanks."""
    document = renderers()[name].render(result, Setting(language=language))
    if name == "xlsx":
        shown = sheets(document)
    else:
        page = MarkdownIt("gfm-like").render(document.decode()) if name == "md" else document.decode()
        shown = html.unescape(re.sub(r"<[^>]*>", "", page))
    return plain(shown)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("name", ["html", "md", "xlsx"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_report_holds_it(name: str, language: str) -> None:
    result, said = answer(), words(language)
    text = text_of(name, result, language)
    (case,), (lead,), (row,) = result.cases, result.leads, result.visibility
    steps = [step for _, of in follows.plan(result, said) for step in of]
    clock = streams.clocks(result, said)[0]
    facts = [
        said.sentence(case.text),
        said.sentence(lead.text),
        lead.value,
        *(step.what for step in steps),
        *(title for title, _ in follows.plan(result, said)),
        *follows.sights(row, said),
        said.sentence(row.remarks[0]),
        *streams.denominator(result, said),
        *(part for one in streams.expected(result, said) for part in (one.name, one.owner, one.there)),
        *streams.losses(result.coverage.streams[0], said),
        *clock.odd,
        clock.zones,
        told.ledger(result, said),
    ]
    assert clock.odd
    assert [fact for fact in facts if plain(fact) not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notification_has_losses_and_missing_streams_attached(language: str) -> None:
    said, text = (
        words(language),
        renderers()["notification"].render(answer(), Setting(language=language)).decode(),
    )
    (loss,) = streams.losses(answer().coverage.streams[0], said)
    for fact in (loss, streams.denominator(answer(), said)[1], "`vpn` (access team)", said("exp.absent")):
        assert plain(fact) in plain(text)


def test_hostile_texts_stay_texts() -> None:
    bad = f"{sample.HOSTILE} [x](javascript:y) <script> | `` ![z](http://e.example/p.png)"
    document = renderers()["md"].render(answer(bad), Setting()).decode()
    for token in MarkdownIt("gfm-like").parse(document):
        inner = {child.type for child in token.children or ()}
        assert not inner & {"link_open", "image", "html_inline"}, token.content
        assert token.type != "html_block" or token.content.startswith("<!-- traque hunt report -->")
    assert "\u202e" not in document
    text = sheets(renderers()["xlsx"].render(answer(bad), Setting()))
    assert "\u202e" not in text
    with zipfile.ZipFile(io.BytesIO(renderers()["xlsx"].render(answer("=1+1"), Setting()))) as book:
        parts = [book.read(part).decode() for part in book.namelist() if part.endswith(".xml")]
    assert all("<f>" not in part and "hyperlink" not in part for part in parts)
    assert renderers()["xlsx"].render(answer(bad), Setting()) == renderers()["xlsx"].render(
        answer(bad), Setting()
    )


def test_what_is_not_there_has_no_section() -> None:
    document = renderers()["md"].render(sample.result(streams=()), Setting()).decode()
    for name in ("cases", "leads", "plan", "visibility", "clocks"):
        assert f"# {words('en')(f'h.{name}')}" not in document
    assert "Leads" not in sheets(renderers()["xlsx"].render(sample.result(streams=()), Setting()))
