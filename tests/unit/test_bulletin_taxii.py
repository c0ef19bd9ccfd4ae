"""TAXII 2.1: from discovery to objects, pages, added_after, and servers that do not play by the rules."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from fetch_server import Server, running

from traque import bulletins
from traque.bulletins import Credentials, Remote, _taxii
from traque.errors import BulletinError, BulletinUnreachable, EmptyBulletin, MalformedBulletin, UsageError

TYPE = {"Content-Type": _taxii.MEDIA_TYPE}
ONE, TWO, SHUT = (f"6c000000-0000-4000-8000-00000000000{digit}" for digit in "123")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    yield from running(tmp_path, monkeypatch)


def indicator(number: int) -> dict[str, object]:
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--6c000000-0000-4000-8000-{number:012}",
        "created": "2021-01-01T00:00:00Z",
        "modified": "2021-01-01T00:00:00Z",
        "pattern": f"[ipv4-addr:value = '192.0.2.{number}']",
        "pattern_type": "stix",
        "valid_from": "2021-01-01T00:00:00Z",
    }


def document(value: object) -> tuple[int, dict[str, str], bytes]:
    return 200, TYPE, json.dumps(value).encode()


def paged(handler: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
    """Seven indicators, three a page."""
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(handler.path).query))
    begin = int(asked.get("next", "0"))
    objects = [indicator(number) for number in range(1, 8)]
    if asked.get("added_after", "") > "2021-06":
        objects = objects[5:]
    page = {"objects": objects[begin : begin + 3], "more": begin + 3 < len(objects)}
    if page["more"]:
        page["next"] = str(begin + 3)
    return document(page)


class _Any(dict[str, object]):
    """Pages by path alone, whatever the query."""

    def get(self, path: str, default: object = None) -> object:
        return super().get(urllib.parse.urlsplit(path).path, default)


@pytest.fixture
def taxii(server: Server) -> Server:
    server.pages = _Any()
    server.pages["/taxii2/"] = document(
        {"title": "t", "default": "/api/", "api_roots": ["/api/", server.url("/more/")]}
    )
    server.pages["/api/"] = document(
        {"title": "root", "versions": [_taxii.MEDIA_TYPE], "max_content_length": 1}
    )
    listed = [
        {"id": ONE, "title": "Relays", "can_read": True, "can_write": False},
        {"id": SHUT, "title": "Secret", "can_read": False, "can_write": True},
    ]
    server.pages["/api/collections/"] = document({"collections": listed})
    server.pages["/more/collections/"] = document(
        {"collections": [{"id": TWO, "title": "Others", "can_read": True}]}
    )
    server.pages[f"/api/collections/{ONE}/"] = document(listed[0])
    server.pages[f"/api/collections/{ONE}/objects/"] = paged
    server.pages[f"/more/collections/{TWO}/objects/"] = document({"objects": [indicator(99)]})
    return server


def fetch(url: str, **more: object) -> list[bulletins.Bulletin]:
    return bulletins.load([], remote=Remote(addresses=(url,), **more))  # type: ignore[arg-type]


def values(bulletin: bulletins.Bulletin) -> list[str]:
    return [i.observable.value for i in bulletin.indicators]


SEVEN = [f"192.0.2.{number}" for number in range(1, 8)]


def test_from_the_discovery(taxii: Server) -> None:
    one, two = fetch(taxii.url("/taxii2/"))
    assert (one.id, one.title, values(one)) == (ONE, "Relays", SEVEN)
    assert (two.id, two.title, values(two)) == (TWO, "Others", ["192.0.2.99"])
    assert any("Secret may not be read" in note for note in one.notes)
    assert all(headers["accept"] == _taxii.MEDIA_TYPE for _, headers in taxii.requests)


@pytest.mark.parametrize(
    "path",
    [
        "/api/collections/",
        "/api/collections",
        f"/api/collections/{ONE}/",
        f"/api/collections/{ONE}/objects/",
        f"/api/collections/{ONE}/objects",
    ],
)
def test_from_further_in(path: str, taxii: Server) -> None:
    taxii.pages["/api/collections"] = taxii.pages["/api/collections/"]
    (found,) = fetch(taxii.url(path))
    assert values(found) == SEVEN
    assert found.path == taxii.url(path)


def test_an_api_root_says_what_it_is_when_asked(taxii: Server) -> None:
    (found,) = fetch("taxii+" + taxii.url("/api/"))
    assert values(found) == SEVEN


def test_only_what_was_added_after(taxii: Server) -> None:
    moment = datetime(2021, 7, 1, tzinfo=UTC)
    (found,) = fetch(taxii.url(f"/api/collections/{ONE}/objects/"), added_after=moment)
    assert values(found) == ["192.0.2.6", "192.0.2.7"]
    assert "added_after=2021-07-01T00%3A00%3A00.000000Z" in taxii.requests[0][0]
    assert any("added after 2021-07-01" in note for note in found.notes)


def test_added_after_is_for_taxii(taxii: Server) -> None:
    with pytest.raises(UsageError, match="TAXII"):
        fetch(taxii.url("/list.txt"), added_after=datetime(2021, 7, 1, tzinfo=UTC))


@pytest.mark.parametrize("secret", [Credentials(token="t0"), Credentials(user="u", password="p")])
def test_every_request_carries_the_credentials(secret: Credentials, taxii: Server) -> None:
    fetch(taxii.url("/taxii2/"), credentials=secret)
    assert {headers.get("authorization") for _, headers in taxii.requests} == {secret.header()}


def test_another_server_is_left_out(taxii: Server) -> None:
    other = Server()
    taxii.pages["/taxii2/"] = document(
        {"title": "t", "api_roots": [other.url("/api/"), "file:///etc/", 7, "/api/"]}
    )
    (found,) = fetch(taxii.url("/taxii2/"), credentials=Credentials(token="t0"))
    other.close()
    assert values(found) == SEVEN
    assert any("another server" in note for note in found.notes)
    assert not other.requests


def test_a_page_that_comes_again(taxii: Server) -> None:
    taxii.pages[f"/api/collections/{ONE}/objects/"] = document(
        {"objects": [indicator(1)], "more": True, "next": "x"}
    )
    with pytest.raises(MalformedBulletin, match="the same page again"):
        fetch(taxii.url(f"/api/collections/{ONE}/objects/"))
    assert len(taxii.requests) <= 3
    taxii.pages[f"/api/collections/{ONE}/objects/"] = document({"objects": [indicator(1)], "more": True})
    with pytest.raises(MalformedBulletin, match="the same page again"):
        fetch(taxii.url(f"/api/collections/{ONE}/objects/"))


def test_pages_by_the_date_of_the_last_object(taxii: Server) -> None:
    def page(handler: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        second = "added_after=2021-02" in handler.path
        body = json.dumps({"objects": [indicator(2 if second else 1)], "more": not second}).encode()
        return 200, {**TYPE, "X-TAXII-Date-Added-Last": "2021-02-01T00:00:00Z"}, body

    taxii.pages[f"/api/collections/{ONE}/objects/"] = page
    assert values(fetch(taxii.url(f"/api/collections/{ONE}/objects/"))[0]) == ["192.0.2.1", "192.0.2.2"]


def test_endless_pages_end(taxii: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_taxii, "_PAGES", 5)

    def page(handler: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        return document({"objects": [], "more": True, "next": str(len(taxii.requests))})

    taxii.pages[f"/api/collections/{ONE}/objects/"] = page
    with pytest.raises(MalformedBulletin, match="more than 5 pages"):
        fetch(taxii.url(f"/api/collections/{ONE}/objects/"))


def test_the_size_of_a_collection_is_bounded(taxii: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_taxii, "_BYTES", 2000)
    with pytest.raises(BulletinUnreachable, match="larger than"):
        fetch(taxii.url(f"/api/collections/{ONE}/objects/"))


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[1]", b"[" * 100_000, b'{"objects": "x"}', b'{"objects": [1, "x"], "more": 3}'],
)
def test_what_is_no_taxii(body: bytes, taxii: Server) -> None:
    taxii.pages[f"/api/collections/{ONE}/objects/"] = (200, TYPE, body)
    taxii.pages["/taxii2/"] = (200, TYPE, body)
    for path in (f"/api/collections/{ONE}/objects/", "/taxii2/"):
        with pytest.raises(BulletinError):
            fetch(taxii.url(path))


@pytest.mark.parametrize(
    "answer",
    [
        {"collections": [{"id": SHUT, "can_read": False}]},
        {"collections": [7, {"id": 7}]},
        {"collections": None},
        {"api_roots": []},
        {"title": "an error"},
    ],
)
def test_nothing_to_read(answer: object, taxii: Server) -> None:
    taxii.pages["/taxii2/"] = document(answer)
    with pytest.raises(MalformedBulletin) as error:
        fetch(taxii.url("/taxii2/"))
    assert error.value.remedy


def test_an_empty_collection(taxii: Server) -> None:
    taxii.pages[f"/api/collections/{ONE}/objects/"] = document({})
    with pytest.raises((EmptyBulletin, MalformedBulletin)):
        fetch(taxii.url(f"/api/collections/{ONE}/objects/"))


def test_the_real_sample_served(taxii: Server, samples: Path) -> None:
    stored = json.loads((samples / "bulletins" / "taxii" / "default_data.json").read_bytes())
    (objects,) = (
        collection["objects"]
        for root in stored.values()
        for collection in root.get("collections", [])
        if collection.get("objects")
    )
    taxii.pages[f"/api/collections/{ONE}/objects/"] = document({"objects": objects})
    (found,) = fetch(taxii.url(f"/api/collections/{ONE}/objects/"))
    assert sorted(i.observable.kind for i in found.indicators) == ["sha256", "url"]
