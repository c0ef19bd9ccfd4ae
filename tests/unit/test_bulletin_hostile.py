"""Hostile bulletins end in words: bombs, entities, depth, nesting, broken containers."""

from __future__ import annotations

import importlib.util
import io
import time
import zipfile
import zlib
from pathlib import Path
from types import ModuleType

import pytest

from traque import bulletins
from traque.bulletins import _xml, _zip
from traque.bulletins import zip as zip_reader
from traque.errors import BulletinError, MalformedBulletin

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "bulletins"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_samples", SAMPLES / "make_samples.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def refusal(data: bytes, name: str) -> str:
    began = time.monotonic()
    with pytest.raises(BulletinError) as error:
        bulletins.read_bytes(data, name)
    assert time.monotonic() - began < 30
    assert error.value.where
    assert error.value.remedy
    return error.value.what


STIX1 = '<stix:STIX_Package xmlns:stix="http://stix.mitre.org/stix-1">'


def test_billion_laughs() -> None:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    text = f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>{STIX1}&l9;</stix:STIX_Package>'
    assert "entities" in refusal(text.encode(), "x.xml")


def test_external_entities_are_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("192.0.2.1")
    text = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>{STIX1}&e;</stix:STIX_Package>'
    assert "entities" in refusal(text.encode(), "x.xml")
    text = f'<!DOCTYPE x SYSTEM "{secret.as_uri()}">{STIX1}</stix:STIX_Package>'
    with pytest.raises(BulletinError):
        bulletins.read_bytes(text.encode(), "x.xml")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_entities_in_another_encoding(encoding: str) -> None:
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "x">]>{STIX1}&e;</stix:STIX_Package>'
    assert "entities" in refusal(text.encode(encoding), "x.xml")


def test_deep_xml() -> None:
    text = STIX1 + "<stix:a>" * 100_000 + "</stix:a>" * 100_000 + "</stix:STIX_Package>"
    assert "well-formed" in refusal(text.encode(), "x.xml")


def test_deep_openioc() -> None:
    inner = '<Indicator operator="AND">' * 200 + "</Indicator>" * 200
    text = f'<ioc xmlns="http://schemas.mandiant.com/2010/ioc"><definition>{inner}</definition></ioc>'
    assert "nested" in refusal(text.encode(), "x.ioc")


def test_wide_xml_is_read_in_time() -> None:
    item = '<IndicatorItem condition="is"><Context search="PortItem/remoteIP"/><Content type="IP">192.0.2.1</Content></IndicatorItem>'
    text = f'<ioc xmlns="http://schemas.mandiant.com/2010/ioc"><definition><Indicator operator="OR">{item * 5_000}</Indicator></definition></ioc>'
    began = time.monotonic()
    found = bulletins.read_bytes(text.encode(), "x.ioc")
    assert len(found.indicators) == 1
    assert time.monotonic() - began < 20


def test_an_and_of_many_is_bounded() -> None:
    item = '<IndicatorItem condition="is"><Context search="PortItem/remoteIP"/><Content type="IP">192.0.2.{}</Content></IndicatorItem>'
    many = "".join(item.format(i % 250) for i in range(500))
    text = f'<ioc xmlns="http://schemas.mandiant.com/2010/ioc"><definition><Indicator operator="AND">{many}</Indicator></definition></ioc>'
    found = bulletins.read_bytes(text.encode(), "x.ioc")
    assert max(len(i.together) for i in found.indicators) <= 12


def test_deep_html() -> None:
    found = bulletins.read_bytes(b"<html><body>" + b"<div>" * 5_000 + b"192.0.2.1", "x.html")
    assert [i.observable.value for i in found.indicators] == ["192.0.2.1"]


def test_a_pdf_bomb(make: ModuleType) -> None:
    small = make.pdf(["192.0.2.1"])
    stream = zlib.compress(b" " * (300 << 20), 9)
    start, end = small.index(b"4 0 obj"), small.index(b"5 0 obj")
    bomb = (
        small[:start]
        + b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n" % (len(stream), stream)
        + small[end:]
    )
    assert "PDF" in refusal(bomb, "x.pdf")


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def test_a_zip_in_a_zip_in_a_zip() -> None:
    data = b"192.0.2.1\n"
    for depth in range(3):
        data = zipped(f"{depth}.zip" if depth else "list.txt", data)
    assert bulletins.read_bytes(data, "x.zip").indicators
    assert "inside one another" in refusal(zipped("deeper.zip", data), "x.zip")


def test_a_zip_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_reader, "_LIMIT", 1 << 20)
    assert "unpacks to more than 1 MiB" in refusal(zipped("list.txt", b"192.0.2.1\n" * 200_000), "x.zip")


def test_the_archives_in_an_archive_share_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_reader, "_LIMIT", 1 << 20)
    inner = zipped("list.txt", b"192.0.2.1\n" * 70_000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.zip", inner)
        archive.writestr("b.zip", inner)
    assert "unpacks to more than" in refusal(out.getvalue(), "x.zip")
    assert bulletins.read_bytes(inner, "x.zip").indicators


def test_too_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_zip, "_MEMBERS", 3)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(4):
            archive.writestr(f"{number}.txt", "192.0.2.1")
    assert "more than 3 files" in refusal(out.getvalue(), "x.zip")


@pytest.mark.parametrize("part", ["word/document.xml", "docProps/core.xml"])
def test_entities_inside_a_document(make: ModuleType, part: str) -> None:
    text = '<!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>'
    members = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>", part: text}
    assert "entities" in refusal(make.archive(members), "x.docx")


def test_a_sheet_with_a_far_column(make: ModuleType) -> None:
    sheet = make.xlsx()
    with zipfile.ZipFile(io.BytesIO(sheet)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/worksheets/sheet1.xml"] = members["xl/worksheets/sheet1.xml"].replace(b'r="C5"', b'r="XFD5"')
    found = bulletins.read_bytes(make.archive(members), "x.xlsx")
    assert any("columns beyond" in note for note in found.notes)


def test_a_yaml_bomb() -> None:
    lines = "".join(f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 20))
    text = f"title: x\nlogsource: {{}}\ndetection:\n  a0: &a0 [x, x]\n{lines}  condition: a0\n"
    assert "aliases" in refusal(text.encode(), "x.yml")


def test_deep_yaml() -> None:
    text = f"title: x\nlogsource: {{}}\ndetection: {'[' * 5_000}\n"
    assert refusal(text.encode(), "x.yml")


def test_python_objects_in_yaml_are_not_made() -> None:
    text = "title: x\nlogsource: {}\ndetection: !!python/object/apply:os.system ['true']\n"
    assert refusal(text.encode(), "x.yml")


def test_not_well_formed_says_where() -> None:
    with pytest.raises(MalformedBulletin) as error:
        _xml.parse(b"<a>\n<b></a>", "x.xml")
    assert error.value.where == "x.xml, line 2, column 8"
