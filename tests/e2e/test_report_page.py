"""The HTML report in a real browser: it works, is silent, asks nobody, and obeys no record."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from traque.model import HuntResult, Verdict
from traque.reports import Setting, renderers
from traque.reports.html_ import page as html_page

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
import reports_sample as sample
from browser import Watched, browser


@pytest.fixture(scope="module")
def running() -> Iterator[object]:
    with browser() as started:
        yield started


def opened(running, tmp_path: Path, result: HuntResult, language: str = "en", **context: object) -> Watched:
    path = tmp_path / "report.html"
    path.write_bytes(renderers()["html"].render(result, Setting(language=language)))
    return Watched(running.new_context(**context).new_page(), path)


def many(count: int) -> HuntResult:
    ladder = list(Verdict)
    made = [
        sample.sighting(
            f"198.51.{n // 250}.{n % 250}", ladder[n * len(ladder) // count], count=n * 7 % 1009 + 1
        )
        for n in range(count)
    ]
    return sample.result(tuple(made))


def quiet(watched: Watched) -> None:
    assert watched.said == []
    assert watched.asked == []


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_error_and_no_request(running, tmp_path: Path, language: str, scheme: str) -> None:
    watched = opened(running, tmp_path, sample.result(), language, color_scheme=scheme)
    quiet(watched)
    page = watched.page
    assert page.get_attribute("html", "lang") == language
    assert page.locator("main").count() == page.locator("h1").count() == page.locator("nav").count() == 1
    for link in page.locator("nav a").all():
        assert page.locator(link.get_attribute("href")).count() == 1


def test_sorts(running, tmp_path: Path) -> None:
    result = many(250)
    watched = opened(running, tmp_path, result)
    page = watched.page
    counts = {s.indicator.value: s.count for s in result.sightings}
    page.get_by_role("button", name="Records").click()
    assert [counts[v] for v in watched.rows()] == sorted(counts.values(), reverse=True)[:100]
    assert page.get_attribute("th[data-key=records]", "aria-sort") == "descending"
    page.get_by_role("button", name="Records").click()
    assert [counts[v] for v in watched.rows()] == sorted(counts.values())[:100]
    page.get_by_role("button", name="Indicator", exact=True).click()
    assert watched.rows()[:3] == ["198.51.0.0", "198.51.0.1", "198.51.0.2"]
    quiet(watched)


def test_filters_and_turns_pages(running, tmp_path: Path) -> None:
    watched = opened(running, tmp_path, many(250))
    page = watched.page
    assert page.inner_text("#shown") == "250 of 250 shown"
    page.click("#next-page")
    page.click("#next-page")
    assert len(watched.rows()) == 50
    assert page.inner_text("#page") == "Page 3 of 3"
    assert page.is_disabled("#next-page")
    page.fill("#search", "198.51.0.24")
    page.wait_for_function("document.querySelector('#shown').textContent.startsWith('11 ')")
    assert watched.rows()[0] == "198.51.0.24"
    page.fill("#search", "")
    page.get_by_label("blocked").uncheck()
    page.get_by_label("trace").uncheck()
    shown = page.inner_text("#shown")
    assert int(shown.split()[0]) == sum(s.verdict not in ("blocked", "trace") for s in many(250).sightings)
    page.fill("#search", "nothing like this")
    page.wait_for_function("document.querySelector('#shown').textContent.startsWith('0 ')")
    assert watched.rows() == []
    quiet(watched)


def test_keyboard_alone(running, tmp_path: Path) -> None:
    watched = opened(running, tmp_path, sample.result())
    page = watched.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#sightings"
    page.keyboard.press("Enter")
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "document.activeElement.tagName + ' ' + (document.activeElement.id || document.activeElement.textContent)"
            )
        )
        if seen[-1].startswith("SUMMARY"):
            break
    assert "INPUT search" in seen
    assert any(name.startswith("BUTTON Records") for name in seen)
    page.keyboard.press("Enter")
    assert page.locator("#table details[open]").count() == 1
    quiet(watched)


def hostile_result() -> HuntResult:
    """Every place that foreign text reaches holds an attack."""
    attacks = (
        "<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "</script><script>alert(3)</script>",
        "<!--<script>", "\"><svg onload=alert(4)>", "\u202e<b>moc.live\u202c", "\x1b[31mred\x1b[0m", "=HYPERLINK(\"http://x\")",
        "javascript:alert(5)", "]]>&#x3c;script&#x3e;", "\udc80\ufffd", "{alert(6)}",
    )  # fmt: skip
    text = " ".join(attacks)
    base = sample.sighting("192.0.2.66", Verdict.AUTHENTICATED)
    record = msgspec.structs.replace(base.evidence[0], text=text, path=text, why=text, match="alert(2)")
    made = msgspec.structs.replace(
        base,
        indicator=msgspec.structs.replace(base.indicator, value=text, role=text, description=text),
        assets=(text,), accounts=(text,), enrichment={"country_name": text, "network": text, "warninglists": text, "country": "RU", "asn": text},
        evidence=(record,), sources=(msgspec.structs.replace(base.sources[0], path=text, stream=text),),
    )  # fmt: skip
    result = sample.result((made,) * 150)
    bulletin = msgspec.structs.replace(
        result.bulletins[0], id=text, title=text, producer=text, tlp=text, actors=(text,), notes=(text,)
    )
    return msgspec.structs.replace(result, bulletins=(bulletin,))


def test_hostile_text_is_inert(running, tmp_path: Path) -> None:
    watched = opened(running, tmp_path, hostile_result())
    page = watched.page
    page.click("#open")
    page.click("#next-page")
    page.fill("#search", "<script>")
    page.wait_for_timeout(100)
    page.get_by_role("button", name="Indicator", exact=True).click()
    assert page.locator("img, iframe, object, embed, link, b b, svg[onload]").count() == 0
    assert page.locator("script").count() == page.locator("script:not([src])").count()
    assert "<script>alert(1)</script>" in page.inner_text("#table")
    quiet(watched)


def test_the_policy_refuses_what_escaping_might_let_through(running, tmp_path: Path) -> None:
    path = tmp_path / "broken.html"
    document = b"".join(html_page(sample.result(), "en"))
    path.write_bytes(
        document.replace(b"</h1>", b"<img src=x onerror=alert(1)><script>alert(2)</script></h1>", 1)
    )
    watched = Watched(running.new_context().new_page(), path)
    assert not any("dialog" in said for said in watched.said)
    assert len([said for said in watched.said if "Content Security Policy" in said]) >= 2


def test_a_line_of_a_megabyte(running, tmp_path: Path) -> None:
    base = sample.sighting("192.0.2.66", Verdict.SESSION)
    text = "A" * 600_000 + " 192.0.2.66 " + "B" * 400_000
    record = msgspec.structs.replace(base.evidence[0], text=text, length=len(text), cut=True)
    result = sample.result((msgspec.structs.replace(base, evidence=(record,) * 12),))
    watched = opened(running, tmp_path, result)
    assert (tmp_path / "report.html").stat().st_size < 300_000
    assert watched.page.locator("mark").first.text_content() == "192.0.2.66"
    quiet(watched)


@pytest.mark.parametrize("width", [320, 768, 870, 1090, 1400])
def test_nothing_is_wider_than_the_screen(running, tmp_path: Path, width: int) -> None:
    watched = opened(running, tmp_path, hostile_result(), viewport={"width": width, "height": 800})
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    watched.page.click("#open")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_it_still_reads(running, tmp_path: Path) -> None:
    watched = opened(running, tmp_path, many(250), java_script_enabled=False)
    page = watched.page
    assert page.locator("#table tbody").count() == 100
    assert page.locator("#controls").is_hidden()
    page.locator("#table summary").first.click()
    assert page.locator("#table pre").first.is_visible()


def test_what_is_printed(running, tmp_path: Path) -> None:
    watched = opened(running, tmp_path, sample.result())
    page = watched.page
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator("#controls").is_hidden()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#table pre").first.is_visible()
    assert page.locator("#clocks table").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#table details[open]").count() == 0
    assert page.locator("#clocks[open]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(running, tmp_path: Path, scheme: str) -> None:
    """WCAG AA: a contrast of 4.5 at least, for each piece of text that is shown."""
    watched = opened(running, tmp_path, many(60), color_scheme=scheme)
    watched.page.click("#open")
    ratios = watched.page.evaluate(_CONTRAST)
    assert ratios
    assert {text: ratio for text, ratio in ratios if ratio < 4.5} == {}


_CONTRAST = r"""() => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || ["SCRIPT", "NOSCRIPT", "TITLE"].includes(element.tagName)) continue;
    if (!element.checkVisibility() || element.closest("svg") || element.closest(".unseen, .skip, :disabled")) continue;
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    found.push([element.className + ": " + node.textContent.slice(0, 40), (a + 0.05) / (b + 0.05)]);
  }
  return found;
}"""


def test_ten_thousand_sightings_stay_usable(running, tmp_path: Path) -> None:
    watched = opened(running, tmp_path, many(10_000))
    page = watched.page
    assert page.locator("#table tbody").count() == 100
    spent = page.evaluate("""() => {
      const start = performance.now();
      [...document.querySelectorAll("thead button")].find(b => b.textContent === "Indicator").click();
      return performance.now() - start;
    }""")
    assert spent < 3_000
    assert re.match(r"10,000 of", page.inner_text("#shown"))
    quiet(watched)


def test_a_day_opens_its_hours(running, tmp_path: Path) -> None:
    days = {f"2021-03-{day:02}": day * 100 for day in range(1, 21)}
    hours = {day: (many - 46, *(2,) * 23) for day, many in days.items()}
    made = msgspec.structs.replace(sample.stream("ufw fw1"), by_day=days, by_hour=hours)
    watched = opened(running, tmp_path, sample.result(streams=(made,)))
    page = watched.page
    folded = page.locator("#coverage details", has_text="20 days with records")
    folded.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="2021-03-07: 700 records").focus()
    page.keyboard.press("Enter")
    shown = folded.locator(".hours")
    assert shown.inner_text().startswith("2021-03-07, hour by hour (UTC):")
    assert shown.locator("td").all_inner_texts() == ["654", *["2"] * 23]
    page.get_by_role("button", name="2021-03-08: 800 records").click()
    assert shown.locator("td").first.inner_text() == "754"
    quiet(watched)
