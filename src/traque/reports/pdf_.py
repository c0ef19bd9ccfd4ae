"""The HTML report as PDF, printed by a Chromium or Chrome that is installed.

The browser gets the page in a folder of its own and no network: every name it could look up fails, and the
page's policy lets it ask for nothing. No shell is involved.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from traque.errors import UsageError
from traque.model import HuntResult
from traque.reports._renderer import Renderer, Setting

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "microsoft-edge")
PATIENCE: Final = 180.0
"""Seconds after which the browser is taken as stuck."""
MARK: Final = b"% traque hunt report\n"
"""A comment behind the last line, by which a hunt knows its own report."""
OPENED: Final = 10
"""Sightings whose evidence is printed."""


def _render(result: HuntResult, setting: Setting) -> bytes:
    from traque.reports.html_ import page

    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise UsageError(
            "no PDF can be made: no Chromium or Chrome was found",
            remedy="install one (Debian: apt install chromium), or take html and print it from any browser",
        )
    with tempfile.TemporaryDirectory(prefix="traque-pdf-", ignore_cleanup_errors=True) as folder:
        source, made = Path(folder, "report.html"), Path(folder, "report.pdf")
        with source.open("wb") as file:
            file.writelines(page(result, setting.language, opened=OPENED))
        _print(program, folder, source, made)
        return made.read_bytes() + MARK


def _print(program: str, folder: str, source: Path, made: Path) -> None:
    command = [
        program, "--headless", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-extensions",
        "--disable-background-networking", "--disable-component-update",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}/profile",
        "--no-pdf-header-footer", f"--print-to-pdf={made}", source.as_uri(),
    ]  # fmt: skip
    if os.geteuid() == 0:  # it refuses to start as root with its sandbox
        command.insert(1, "--no-sandbox")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, our own arguments, no shell
            command,
            cwd=folder,
            env=os.environ | {"HOME": folder},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"{program} made no PDF: {error}", remedy=_REMEDY) from error
    if not made.is_file():
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(
            f"{program} made no PDF (status {done.returncode}): {said[-1] if said else 'it said nothing'}",
            remedy=_REMEDY,
        )


_REMEDY: Final = "take html and print it from any browser"

SPEC = Renderer(
    name="pdf",
    title="the same page on paper; needs Chromium or Chrome",
    render=_render,
    file_name="report.pdf",
    media_type="application/pdf",
)
