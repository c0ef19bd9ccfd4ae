"""The HTML report as text: escaping, the policy's hashes, the rows that wait. What a browser makes of it: tests/e2e."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import msgspec
import pytest
from reports_sample import HOSTILE, result, sighting, stream, utc
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from traque.model import Case, Gap, HuntResult, Plan, PlanStep, Sight, StreamSight, Verdict
from traque.reports import Setting, renderers
from traque.reports._around import around
from traque.reports._markup import Html, el, join, text


def page(of: HuntResult, language: str = "en") -> str:
    return renderers()["html"].render(of, Setting(language=language)).decode()


@pytest.mark.parametrize("value", ["<b>", "\"'&", "</script>", "<!--", HOSTILE, "\u202e", "\ufeff", "]]>"])
def test_text_is_escaped_wherever_it_stands(value: str) -> None:
    made = el("p", value, title=value, data_x=value)
    assert made.count("<") == 2
    assert made.count('"') == 4
    assert made.isprintable()
    assert HTMLParser(made).css_first("p").text() == HTMLParser(text(value)).text()


def test_markup_is_taken_as_it_stands_and_nothing_twice() -> None:
    assert el("p", el("b", "a&b"), None, " c") == "<p><b>a&amp;b</b> c</p>"
    assert join(Html("<i>"), "<i>") == "<i>&lt;i&gt;"
    assert el("input", class_="x", checked=True, hidden=False, id=None) == '<input class="x" checked>'
    assert text("1\u202f234\u00a0%") == "1&#8239;234&nbsp;%"


def test_the_policy_names_exactly_the_one_style_and_the_one_script() -> None:
    document = page(result())
    policy = (
        HTMLParser(document).css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"] or ""
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    styles = re.findall(r"<style>(.*?)</style>", document, re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", document, re.DOTALL)
    for kind, (content,) in (("style", styles), ("script", scripts)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not re.search(
        r"\s(?:style|on\w+)=", re.sub(r"<(style|script)[^>]*>.*?</\1>", "", document, flags=re.DOTALL)
    )
    assert not re.search(r"(?:src|href)=\"(?!#)", document)


def test_every_sighting_has_a_row_and_keys() -> None:
    of = result(tuple(sighting(f"198.51.100.{n}", Verdict.BLOCKED) for n in range(250)))
    document = page(of)
    tree = HTMLParser(document)
    rows = len(tree.css("#table tbody"))
    blocks = re.findall(r'<script type="text/plain" class="rows">(.*?)</script>', document, re.DOTALL)
    assert [rows, *(block.count("\n") + 1 for block in blocks)] == [100, 100, 50]
    keys = json.loads(tree.css_first("#index").text())
    assert [key[1] for key in keys] == [s.indicator.value for s in of.sightings]


def test_a_row_stays_on_its_line_and_out_of_the_scripts_end() -> None:
    base = sighting("192.0.2.66", Verdict.BLOCKED)
    record = msgspec.structs.replace(base.evidence[0], text="a\nb</script><!--\u2028c", path="x\ny</script>")
    bad = msgspec.structs.replace(base, evidence=(record,), accounts=("</script>\n",))
    document = page(result((bad,) * 150))
    (block,) = re.findall(r'<script type="text/plain" class="rows">(.*?)</script>', document, re.DOTALL)
    assert block.count("\n") == 49
    assert all(line.startswith("<tbody>") and line.endswith("</tbody>") for line in block.split("\n"))
    assert "<!--" not in document.split("-->", 1)[1]


def test_coverage_shows_what_was_not_searched() -> None:
    hole = Gap(start=utc("2021-03-07T23:58:35"), end=utc("2021-03-18T00:00:40"), kind="days")
    holed = msgspec.structs.replace(stream("ufw fw1"), gaps=(hole,))
    of = result((), streams=(holed, stream("sshd bastion")), complete=False)
    tree = HTMLParser(page(of))
    gaps = tree.css("#coverage rect.c-gap")
    assert len(gaps) == 1
    assert gaps[0].text() == "no record on 10 days (2021-03-08 to 2021-03-17)"
    assert len(tree.css("#coverage rect.c-incomplete")) == 1
    assert "ends in the middle of a gzip member" in tree.css_first("#coverage").text()
    assert "10 days" in tree.css_first("#coverage table").text()


def test_the_map_is_shaded_by_what_was_seen() -> None:
    where = ("RU", "RU", "EG", "MC")
    of = result(
        tuple(
            sighting(f"192.0.2.{n}", Verdict.BLOCKED, enrichment={"country": code})
            for n, code in enumerate(where)
        )
    )
    tree = HTMLParser(page(of, "fr"))
    tips = {node.text() for node in tree.css("svg.map path title, svg.map circle title")}
    assert {"Russie: 2", "Égypte: 1", "Monaco: 1"} <= tips


def test_a_long_record_is_cut_around_its_match() -> None:
    before, match, after = around("a" * 500 + "EVIL.example" + "b" * 500, "evil.example", 100)
    assert match == "EVIL.example"
    assert before.startswith("…")
    assert after.endswith("…")
    assert len(before + match + after) <= 103
    assert around("short", "none", 100) == ("", "", "short")
    assert around("short", "", 100) == ("", "", "short")


def test_what_follows_stands_on_the_page_and_is_escaped() -> None:
    case = Case(
        kind="asset",
        subject="<b>",
        text="<b> was touched",
        verdict=Verdict.SESSION,
        first_seen=utc("2021-03-01"),
        last_seen=None,
        members=(),
        members_of=0,
    )
    plan = Plan(freeze=(PlanStep(subject="fw", what="copy it", why="it rotates"),))
    sight = StreamSight(stream="fw", records=9, verdicts={Verdict.SESSION: Sight.NEVER})
    for language, never in (("en", "cannot"), ("fr", "impossible")):
        text = page(
            msgspec.structs.replace(result(), cases=(case,), plan=plan, visibility=(sight,)), language
        )
        assert "&lt;b&gt; was touched." in text
        assert "<b> was" not in text
        assert "copy it" in text
        assert f">{never}</td>" in text
