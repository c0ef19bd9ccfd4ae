"""``traque report`` as a process, and the PDF."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
import reports_sample as sample
from browser import chromium

from traque.reports import renderers
from traque.reports.json_ import dump


def traque(*arguments: object, **options: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "traque", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, **options)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "result.json"
    path.write_bytes(dump(sample.result()))
    return path


def test_many_formats_into_a_folder(saved: Path, tmp_path: Path) -> None:
    names = [renderer.name for renderer in renderers() if renderer.name != "pdf"]
    done = traque("report", saved, "--as", ",".join(names), "--out", tmp_path / "a" / "b")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    written = {path.name: path.read_bytes() for path in (tmp_path / "a" / "b").iterdir()}
    assert set(written) == {
        renderer.file_name or f"{renderer.name}.txt" for renderer in renderers() if renderer.name != "pdf"
    }
    assert all(written.values())
    assert written["result.json"] == saved.read_bytes()


def test_one_format_to_a_file_or_to_standard_output(saved: Path, tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"
    assert traque("report", saved, "--as", "html", "--out", page).returncode == 0
    assert page.read_bytes() == traque("report", saved, "--as", "html").stdout
    assert b'<html lang="fr">' in traque("report", saved, "--as", "html", "--lang", "fr").stdout
    assert traque("report", "-", "--as", "md", input=saved.read_bytes()).stdout.startswith(
        b"<!-- traque hunt report -->"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as", "nope"), "known: csv, ecs, html"),
        (("--as", ""), "at least one format"),
        (("--as", "html,md"), "--out DIR"),
        (("--as", "html", "--lang", "de"), "known: en, fr"),
    ],
)
def test_what_cannot_be_asked(saved: Path, arguments: tuple[str, ...], said: str) -> None:
    done = traque("report", saved, *arguments)
    assert done.returncode == 2
    assert done.stdout == b""
    assert said in done.stderr.decode()


def test_what_is_no_result(tmp_path: Path) -> None:
    for name, content in (
        ("a.json", b"{}"),
        ("b.json", b"\xff\x00"),
        ("c.json", b'{"schema":"traque/hunt-result/99"}'),
    ):
        (tmp_path / name).write_bytes(content)
        done = traque("report", tmp_path / name, "--as", "html")
        assert done.returncode == 2, done.stderr
        assert name in done.stderr.decode()
    assert traque("report", tmp_path / "none.json", "--as", "html").returncode == 2
    assert traque("report", tmp_path, "--as", "html").returncode == 2


def test_a_file_stands_where_a_folder_should(saved: Path) -> None:
    assert traque("report", saved, "--as", "html,md", "--out", saved).returncode == 2


def test_a_hunt_does_not_find_its_own_reports(saved: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    traque("report", saved, "--as", "html,md,csv,json,notification", "--out", out)
    (out / "auth.log").write_text(
        "Feb 11 03:14:07 bastion sshd[311]: Failed password for jdoe from 192.0.2.1 port 4002\n"
    )
    done = traque("hunt", "198.51.100.77", "--in", out, "--quiet")
    assert b"not seen" in done.stdout


def test_pdf(saved: Path, tmp_path: Path) -> None:
    chromium()
    for language, word in (("en", "Sightings"), ("fr", "Observations")):
        path = tmp_path / f"{language}.pdf"
        done = traque("report", saved, "--as", "pdf", "--out", path, "--lang", language)
        assert done.returncode == 0, done.stderr
        pages = PdfReader(io.BytesIO(path.read_bytes())).pages
        texts = [page.extract_text() for page in pages]
        assert all("TLP:CLEAR" in text for text in texts)
        assert any(word in text for text in texts)
        assert any("Accepted password" in text for text in texts)  # the evidence is open on paper


def test_a_pdf_holds_what_the_page_folds(tmp_path: Path) -> None:
    chromium()
    answer = sample.assessed(sample.result())
    (source,) = answer.coverage.sources
    odd = msgspec.structs.replace(source, zone="Europe/Paris", future=12)
    coverage = msgspec.structs.replace(answer.coverage, sources=(odd,))
    (tmp_path / "result.json").write_bytes(dump(msgspec.structs.replace(answer, coverage=coverage)))
    done = traque("report", tmp_path / "result.json", "--as", "pdf", "--out", tmp_path / "x.pdf")
    assert done.returncode == 0, done.stderr
    text = " ".join(page.extract_text() for page in PdfReader(tmp_path / "x.pdf").pages)
    for said in ("Europe/Paris", "12 records are later", "The first hour", "Would we have seen it?", "Leads"):
        assert said in text
    assert text.count("Accepted password") >= 5  # of four sightings, and of the lead


def test_a_pdf_without_a_browser_says_what_to_install(saved: Path, tmp_path: Path) -> None:
    done = traque("report", saved, "--as", "pdf", "--out", tmp_path / "x.pdf", env={"PATH": str(tmp_path)})
    assert done.returncode == 2
    assert "apt install chromium" in done.stderr.decode()
    assert not (tmp_path / "x.pdf").exists()


def test_a_browser_that_fails_is_explained(saved: Path, tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\necho no display >&2\nexit 3\n")
    broken.chmod(0o755)
    done = traque(
        "report", saved, "--as", "pdf", "--out", tmp_path / "x.pdf", env={"PATH": f"{tmp_path}:/usr/bin:/bin"}
    )
    assert done.returncode == 2
    assert "status 3" in done.stderr.decode()
    assert "no display" in done.stderr.decode()
