"""What every renderer promises, whoever wrote it; the goldens of tests/data/reports."""

from __future__ import annotations

import io
import os
import re
import zipfile
from pathlib import Path

import pytest

from traque.model import HuntResult
from traque.reports import Renderer, Setting, renderers
from traque.reports.json_ import load

DATA = Path(__file__).resolve().parent.parent / "data" / "reports"
CASES = sorted(path.parent for path in DATA.glob("*/result.json"))
RENDERERS = [renderer for renderer in renderers() if renderer.name != "pdf"]
"""All but what a browser writes (tests/e2e/test_report_files.py): it has times and numbers of its own."""
WIDTHS = {"terminal": (80, 120)}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def result(case: Path) -> HuntResult:
    return load((case / "result.json").read_bytes())


def readable(renderer: Renderer, document: bytes) -> bytes:
    """What a person can compare: a workbook's parts, not its zip; a page without style, script and map."""
    if renderer.name == "html":
        document = re.sub(rb"(?s)(<(style|script)>).*?(?=</\2>)", rb"\1", document)
        document = re.sub(rb"sha256-[\w+/=]+|(?<=<path) d=\"[^\"]*\"", b"", document)
        return re.sub(rb"(?:<path></path>)+", b"", document).replace(b"><", b">\n<")
    if renderer.name != "xlsx":
        return document
    with zipfile.ZipFile(io.BytesIO(document)) as book:
        names = sorted(
            name for name in book.namelist() if re.search(r"sheet\d+\.xml|sharedStrings|workbook\.xml$", name)
        )
        text = b"\n".join(name.encode() + b"\n" + book.read(name) for name in names)
    return re.sub(rb"(?<=>)(?=<(?:row|si|sheet|c)[ >])", b"\n", text) + b"\n"


def by_name(item: Renderer | Path) -> str:
    return item.name


def test_all_renderers_load() -> None:
    assert renderers().failures == ()
    assert {
        "terminal",
        "json",
        "csv",
        "html",
        "md",
        "xlsx",
        "ecs",
        "pdf",
        "stix",
        "misp",
        "notification",
    } <= {r.name for r in renderers()}
    names = [renderer.file_name for renderer in RENDERERS if renderer.file_name]
    assert len(set(names)) == len(names)
    assert all("/" not in name and not name.startswith(".") for name in names)


@pytest.mark.parametrize("renderer", RENDERERS, ids=by_name)
def test_it_describes_itself(renderer: Renderer) -> None:
    assert renderer.title
    assert "/" in renderer.media_type
    with pytest.raises(AttributeError):
        renderer.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize("case", CASES, ids=by_name)
@pytest.mark.parametrize("renderer", RENDERERS, ids=by_name)
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("colour", [True, False])
def test_no_content_acts_on_a_terminal(renderer: Renderer, case: Path, unicode: bool, colour: bool) -> None:
    document = readable(
        renderer, renderer.render(result(case), Setting(unicode=unicode, colour=colour))
    ).decode()
    text = COLOUR.sub("", document) if renderer.name == "terminal" else document
    assert all(char.isprintable() or char in "\r\n" for char in text)


@pytest.mark.parametrize("case", CASES, ids=by_name)
@pytest.mark.parametrize("renderer", RENDERERS, ids=by_name)
def test_the_same_result_gives_the_same_document(renderer: Renderer, case: Path) -> None:
    assert renderer.render(result(case), Setting()) == renderer.render(result(case), Setting())


@pytest.mark.parametrize("case", CASES, ids=by_name)
@pytest.mark.parametrize("renderer", RENDERERS, ids=by_name)
def test_golden(renderer: Renderer, case: Path) -> None:
    for width in WIDTHS.get(renderer.name, (0,)):
        golden = case / f"{renderer.name}{f'.{width}' if width else ''}.golden"
        document = readable(renderer, renderer.render(result(case), Setting(width=width or 100)))
        if os.environ.get("TRAQUE_WRITE_GOLDENS"):
            golden.write_bytes(document)
        assert golden.read_bytes() == document, f"{golden} differs: see {DATA / 'README.md'}"


def test_no_golden_is_an_orphan() -> None:
    expected = {
        f"{renderer.name}{f'.{width}' if width else ''}.golden"
        for renderer in RENDERERS
        for width in WIDTHS.get(renderer.name, (0,))
    }
    for case in CASES:
        assert {path.name for path in case.iterdir()} == expected | {"result.json"}
    assert {path for path in DATA.iterdir() if path.is_dir()} == set(CASES)
