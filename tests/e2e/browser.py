"""A page in Debian's chromium, with everything it says and asks for written down."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Its path; a test that needs it is skipped without it, unless CI requires it."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None and os.environ.get("TRAQUE_CHECKERS") != "required":
        pytest.skip("chromium is not installed")
    assert path, "CI installs chromium"
    return path


class Watched:
    """A page and what it did: console messages, errors, requests beside itself."""

    def __init__(self, page, path: Path) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: (self.said.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(path.as_uri())
        self.asked.remove(path.as_uri())

    def rows(self) -> list[str]:
        """The indicators that are shown, in order."""
        return self.page.eval_on_selector_all("#table th.i code", "all => all.map(e => e.textContent)")


@contextmanager
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield running
        finally:
            running.close()
