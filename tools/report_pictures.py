"""The pictures of the HTML report in the documentation: a desktop, a phone, a sheet of paper, the coverage.

    python tools/demo.py && python tools/report_pictures.py [FOLDER [TARGET]]

Reads FOLDER/answer/result.json (./demo) and writes TARGET/report.png, report-phone.png, report-print.png
and report-coverage.png (docs/). Needs Chromium, and playwright of the development tools.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from traque.reports import Setting, renderers
from traque.reports.json_ import load


def main() -> int:
    """Write the pictures."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo")
    target = Path(sys.argv[2] if len(sys.argv) > 2 else "docs")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("no Chromium or Chrome was found: apt install chromium")
    result = load((folder / "answer" / "result.json").read_bytes())
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        page = Path(scratch, "report.html")
        page.write_bytes(renderers()["html"].render(result, Setting()))
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        shoot(browser, page, target / "report.png", (1280, 1500))
        shoot(browser, page, target / "report-phone.png", (390, 1500))
        shoot(browser, page, target / "report-print.png", (720, 1018), paper=True)
        coverage(browser, page, target / "report-coverage.png")
        browser.close()
    return 0


def coverage(browser: Browser, page: Path, target: Path) -> None:
    """The part about coverage, with a calendar and the hours of one of its days opened."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
    tab.goto(page.as_uri())
    calendar = tab.locator("#coverage details", has=tab.locator(".hours")).nth(1)
    calendar.locator("summary").click()
    calendar.locator("button").nth(4).click()
    tab.locator("#coverage").screenshot(path=target)
    tab.close()


def shoot(browser: Browser, page: Path, target: Path, size: tuple[int, int], *, paper: bool = False) -> None:
    """The top of the page at that width."""
    tab = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme="light")
    tab.goto(page.as_uri())
    tab.emulate_media(media="print" if paper else "screen")
    if paper:
        tab.evaluate("document.body.style.margin = '40px'")
    tab.screenshot(path=target)
    tab.close()


if __name__ == "__main__":
    sys.exit(main())
