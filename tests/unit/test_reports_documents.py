"""Markdown, workbook, ECS, STIX, MISP and the notification: what they hold, and that hostile text stays text."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from reports_sample import HOSTILE, four, indicator, result, sighting, utc

from traque.model import Finding, HuntResult, Verdict
from traque.reports import Setting, renderers
from traque.reports._filling import FILLS
from traque.reports._forms import forms
from traque.reports._ids import stable
from traque.reports._markdown import code, prose
from traque.reports._stix_observables import observed, pattern


def made(name: str, of: HuntResult, language: str = "en") -> bytes:
    return renderers()[name].render(of, Setting(language=language))


def hostile() -> HuntResult:
    base = sighting("192.0.2.66", Verdict.AUTHENTICATED)
    record = msgspec.structs.replace(base.evidence[0], text=HOSTILE, path=HOSTILE, why=HOSTILE)
    bad = msgspec.structs.replace(
        base,
        evidence=(record,),
        assets=(HOSTILE, "=1+1"),
        accounts=("@SUM(A1)", "-2"),
        enrichment={"network": HOSTILE},
    )
    return result((bad,))


# Markdown


@pytest.mark.parametrize(
    "text",
    [
        "# heading", "- item", "1. item", "1) item", "> quote", "a | b", "![x](http://e.example/x.png)", "[x](y)", "<b>x</b>",
        "`x`", "**x** __x__ ~~x~~", "http://e.example", "www.e.example", "a@b.example", "&lt;", "$x$", "a\\", "x\ny",
    ],
)  # fmt: skip
def test_prose_is_prose(text: str) -> None:
    from html import unescape

    from markdown_it import MarkdownIt

    parser = MarkdownIt("gfm-like")
    tokens = parser.parse(prose(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children or ()} <= {"text", "text_special"}
    shown = "".join(child.content for child in tokens[1].children or ())
    assert unescape(shown) == text.replace("\n", "\\n").replace("&lt;", "<") or shown == text.replace(
        "\n", "\\n"
    )


@pytest.mark.parametrize("text", ["plain", "`", "a``b`", "` x `", "|", "", "<script>", "x\ny"])
def test_a_code_span_holds_its_text(text: str) -> None:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("gfm-like").parse(code(text))
    children = tokens[1].children or []
    assert [child.type for child in children] == ["code_inline"]
    assert children[0].content.strip() == text.replace("\n", "\\n").strip()


def test_markdown_of_a_hostile_result_holds_no_html_and_no_link() -> None:
    from markdown_it import MarkdownIt

    kinds = set()
    for token in MarkdownIt("gfm-like").parse(made("md", hostile()).decode()):
        kinds.add(token.type)
        kinds |= {child.type for child in token.children or ()}
    assert not kinds & {"html_inline", "link_open", "image"}


# Workbook


def sheets(document: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(document)) as book:
        return {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}


def test_a_workbook_holds_neither_formula_nor_link() -> None:
    parts = sheets(made("xlsx", hostile()))
    assert all("<f>" not in text and "hyperlink" not in text for text in parts.values())
    assert "=1+1" in parts["xl/sharedStrings.xml"]
    assert 'quotePrefix="1"' in parts["xl/styles.xml"]


def test_a_workbook_reads_back() -> None:
    from traque.bulletins import load

    assert made("xlsx", result()) == made("xlsx", result())
    parts = sheets(made("xlsx", result(), "fr"))
    assert all(
        name in parts["xl/workbook.xml"] for name in ("Synthèse", "Observations", "Preuves", "Couverture")
    )
    assert load  # the workbook is for people; bulletins are read elsewhere


def test_a_cell_holds_at_most_what_the_format_can() -> None:
    base = sighting("192.0.2.66", Verdict.SESSION)
    long = msgspec.structs.replace(base, accounts=("x" * 40_000,))
    assert "x" * 32_767 in sheets(made("xlsx", result((long,))))["xl/sharedStrings.xml"]


# ECS


def test_ecs_lines() -> None:
    lines = [json.loads(line) for line in made("ecs", result()).splitlines()]
    alerts = [line for line in lines if line["event"]["kind"] == "alert"]
    assert [line["threat"]["indicator"]["name"] for line in alerts] == [s.indicator.value for s in four()]
    records = [line for line in lines if line["event"]["kind"] == "event"]
    assert len(records) == sum(len(s.evidence) for s in four())
    assert all(datetime.fromisoformat(line["@timestamp"]).tzinfo for line in lines)
    assert records[0]["event"]["original"] == four()[0].evidence[0].text


def test_ecs_fields_cannot_replace_our_own() -> None:
    base = sighting("192.0.2.66", Verdict.SESSION)
    fields: dict[str, str | int] = {
        "event.module": "evil", "@timestamp": "evil", "threat.indicator.ip": "evil", "source": "a", "source.ip": "192.0.2.1",
        "traque.verdict": "evil", "log.file.path": "evil", "event.kind": "evil",
    }  # fmt: skip
    record = msgspec.structs.replace(base.evidence[0], fields=fields)
    line = json.loads(
        made("ecs", result((msgspec.structs.replace(base, evidence=(record,)),))).splitlines()[1]
    )
    assert line["event"]["module"] == "traque"
    assert line["event"]["kind"] == "event"
    assert line["traque"]["verdict"] == "session"
    assert "indicator" not in line["threat"]
    assert line["source"] == "a"
    assert line["@timestamp"] != "evil"


# STIX and MISP

KINDS = {
    "ipv4-addr": "192.0.2.1", "ipv6-addr": "2001:db8::1", "ipv4-net": "192.0.2.0/24", "ipv6-net": "2001:db8::/32",
    "domain-name": "evil.example", "url": "http://evil.example/a'b", "email-addr": "a@evil.example", "md5": "0" * 32,
    "sha1": "0" * 40, "sha256": "0" * 64, "sha512": "0" * 128, "file-name": "C:\\x'y.exe", "user-agent": "Evil/1.0",
    "registry-key": "HKLM\\Software\\Evil", "mutex": "evil-mutex", "named-pipe": "\\\\.\\pipe\\evil", "windows-service": "evilsvc",
    "asn": "AS64496", "ja3": "0" * 32, "ja3s": "0" * 32, "ja4": "t13d1516h2_8daaf6152771_02713d6af862",
    "x509-certificate": "0" * 40,
}  # fmt: skip


def of_every_kind() -> HuntResult:
    seen = tuple(sighting(value, Verdict.BLOCKED, kind=kind) for kind, value in KINDS.items())
    undated = sighting("192.0.2.9", Verdict.TRACE, first_seen=None, last_seen=None, undated=2)
    own = sighting("192.0.2.10", Verdict.SELF)
    return result((*seen, undated, own))


def test_every_kind_is_tested() -> None:
    from traque.observables import registry

    assert set(KINDS) == {kind.name for kind in registry()}


@pytest.mark.parametrize(
    "of", [result(), of_every_kind(), hostile(), result(())], ids=["four", "kinds", "hostile", "none"]
)
def test_the_validator_accepts_the_bundle(of: HuntResult) -> None:
    stix2validator = pytest.importorskip("stix2validator")
    options = stix2validator.ValidationOptions(version="2.1", silent=True, disabled="custom-prefix")
    found = stix2validator.validate_string(made("stix", of).decode(), options)
    assert found.is_valid, found.as_dict()


def objects(of: HuntResult) -> list[dict[str, Any]]:
    return list(json.loads(made("stix", of))["objects"])


def test_the_bundle_keeps_counts_and_times() -> None:
    found = [thing for thing in objects(of_every_kind()) if thing["type"] == "sighting"]
    wanted = [s for s in of_every_kind().sightings if s.verdict is not Verdict.SELF]
    assert [thing["count"] for thing in found] == [s.count for s in wanted]
    for thing, seen in zip(found, wanted, strict=True):
        assert thing.get("first_seen") == (seen.first_seen and f"{seen.first_seen:%Y-%m-%dT%H:%M:%S}.000Z")
    known = {thing["id"] for thing in objects(of_every_kind())}
    refs = {
        r for t in objects(of_every_kind()) for r in (t.get("sighting_of_ref"), *t.get("object_refs", ()))
    } - {None}
    assert refs <= known
    assert len(known) == len(objects(of_every_kind()))


def test_nothing_inner_is_told_to_others() -> None:
    of = result(
        (sighting("192.0.2.66", Verdict.AUTHENTICATED, assets=("inner-host",), accounts=("inner-user",)),)
    )
    for name in ("stix", "misp"):
        text = made(name, of).decode()
        assert "inner-" not in text
        assert "Accepted password" not in text


def test_identifiers_are_those_of_the_exporters() -> None:
    from traque.exporters import stix2

    names = ("stix2", "indicator", "b", "ipv4-addr", "192.0.2.1")
    assert stable(*names) == stix2.stable(*names) == "63118f3a-c399-576c-a2a7-cde22beb96d9"


def test_patterns_are_those_of_the_exporters() -> None:
    from traque.exporters import stix2

    for kind, value in KINDS.items():
        if kind in stix2._PATHS and kind != "x509-certificate":
            assert pattern(kind, value) == stix2.pattern(kind, value)


def test_an_observable_has_the_id_that_stix_gives_it() -> None:
    """STIX 2.1, section 2.9: version 5, of the canonical JSON of the contributing properties."""
    space = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
    for kind, value, written in (
        ("ipv4-addr", "198.51.100.3", '{"value":"198.51.100.3"}'),
        ("sha1", "0" * 40, f'{{"hashes":{{"SHA-1":"{"0" * 40}"}}}}'),
    ):
        thing = observed(kind, value)
        assert thing is not None
        assert thing["id"] == f"{thing['type']}--{uuid.uuid5(space, written)}"


def test_pymisp_takes_the_event_with_counts_and_times() -> None:
    pymisp = pytest.importorskip("pymisp")
    event = pymisp.MISPEvent(strict_validation=True)
    event.load(json.loads(made("misp", of_every_kind())))
    wanted = [s for s in of_every_kind().sightings if s.verdict is not Verdict.SELF]
    assert [a.value for a in event.attributes] == [s.indicator.value for s in wanted]
    for attribute, seen in zip(event.attributes, wanted, strict=True):
        assert attribute.comment.startswith(f"{seen.count} records")
        assert getattr(attribute, "first_seen", None) == seen.first_seen
        times = {int(s.date_sighting) for s in attribute.sightings}
        if seen.first_seen and seen.last_seen:
            assert {int(seen.first_seen.timestamp()), int(seen.last_seen.timestamp())} <= times
    event.to_feed(with_meta=True)


# Notification


def test_forms_are_complete_and_ask_only_for_what_there_is() -> None:
    assert [form.feedback for form in forms()] == [False, False, True]
    for form in forms():
        for stage in form.stages:
            for field in stage.fields:
                assert not field.fill or field.fill in FILLS
                assert not (field.fill and field.choices)
                for texts in filter(
                    None, (form.title, stage.title, stage.deadline, field.label, field.hint, *field.choices)
                ):
                    assert set(texts) == {"en", "fr"}


@pytest.mark.parametrize(
    ("language", "blank"), [("en", "TO BE FILLED IN BY A PERSON"), ("fr", "À REMPLIR PAR UNE PERSONNE")]
)
def test_a_declaration_states_nothing_for_a_person(language: str, blank: str) -> None:
    text = made("notification", result(), language).decode()
    assert text.count(blank) > 10
    assert "- [x]" not in text.lower()
    assert text.index("1\\. ") < text.index("2\\. ") < text.index("6\\. ")
    assert "Europe/Paris" in text
    assert "TLP:CLEAR" in text
    for limit in {"en": ("24 hours", "72 hours", "one month"), "fr": ("24 heures", "72 heures", "un mois")}[
        language
    ]:
        assert limit in text


def test_what_was_stopped_is_feedback_and_no_declaration() -> None:
    stopped = result((sighting("192.0.2.66", Verdict.BLOCKED), sighting("192.0.2.67", Verdict.TRACE)))
    for of in (stopped, result(())):
        text = made("notification", of).decode()
        assert text.splitlines()[1] == "# Feedback, not a declaration"
        assert "NIS2" not in text


def test_an_own_address_on_the_list_is_a_draft_even_without_logs() -> None:
    own = Finding(code="own-asset", indicator=indicator("203.0.113.9"), asset="203.0.113.0/24", text="x")
    text = made("notification", result((), findings=(own,), streams=())).decode()
    assert "Draft of a declaration" in text
    assert "203.0.113.9 is on the list and is yours" in text
    page = made("html", result((), findings=(own,), streams=())).decode()
    assert page.index("203.0.113.9 is on the list") < page.index('id="summary"')
    assert "203.0.113.9" in made("md", result((), findings=(own,))).decode().split("## ")[1]


def test_local_times_stand_beside_utc() -> None:
    text = made("notification", result(), "fr").decode()
    assert "2021-02-11 03:14:07 UTC (2021-02-11 04:14:07 Europe/Paris)" in text
    odd = msgspec.structs.replace(
        result(), hunt=msgspec.structs.replace(result().hunt, zone="../../etc/passwd")
    )
    assert "Europe/Paris" in made("notification", odd).decode()
    assert utc("2021-02-11").tzinfo is UTC
