"""Bulletins at addresses, from servers on this machine: limits, redirects, copies, words for what fails."""

from __future__ import annotations

import base64
import http.server
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fetch_server import Server, running

from traque import bulletins
from traque.bulletins import Credentials, Remote, _cache, _http, from_values
from traque.errors import BulletinUnreachable, TraqueError, UsageError

LIST = b"192.0.2.1\n192.0.2.2\n"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    yield from running(tmp_path, monkeypatch)


def fetch(*urls: str, **more: object) -> list[bulletins.Bulletin]:
    return bulletins.load([], remote=Remote(addresses=urls, **more))  # type: ignore[arg-type]


def refusal(*urls: str, **more: object) -> TraqueError:
    with pytest.raises((BulletinUnreachable, UsageError)) as error:
        fetch(*urls, **more)
    assert error.value.remedy
    return error.value


def test_a_list_at_an_address(server: Server) -> None:
    server.pages["/feeds/list.txt"] = (200, {}, LIST)
    (found,) = fetch(server.url("/feeds/list.txt"))
    assert [i.observable.value for i in found.indicators] == ["192.0.2.1", "192.0.2.2"]
    assert found.id == "list"
    assert found.path == server.url("/feeds/list.txt")
    assert any(note.startswith("fetched on ") for note in found.notes)


def test_a_file_and_an_address_together(server: Server, tmp_path: Path) -> None:
    server.pages["/page"] = (200, {}, b"Search for compromises in your logs since May 2021.\n")
    listed = tmp_path / "list.txt"
    listed.write_bytes(LIST)
    (found,) = bulletins.load([str(listed)], remote=Remote(addresses=(server.url("/page"),)))
    assert found.window is not None
    assert found.statements[0].path == server.url("/page")


def test_an_address_that_is_not_marked_is_a_value_and_never_contacted(server: Server) -> None:
    (found,) = bulletins.load([server.url("/list.txt")])
    assert found.indicators[0].observable.kind == "url"
    assert not server.requests
    assert from_values(["https://evil.example/x.csv"]).indicators[0].observable.kind == "url"


@pytest.mark.parametrize("name", ["etag", "last-modified"])
def test_what_did_not_change_is_not_sent_again(name: str, server: Server) -> None:
    validator = {"etag": '"v1"', "last-modified": "Wed, 21 Jul 2021 10:00:00 GMT"}[name]
    asked = {"etag": "if-none-match", "last-modified": "if-modified-since"}[name]

    def page(handler: http.server.BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        if handler.headers.get(asked) == validator:
            return 304, {}, b""
        return 200, {name: validator}, LIST

    server.pages["/list.txt"] = page
    first = fetch(server.url("/list.txt"))
    second = fetch(server.url("/list.txt"))
    assert first[0].indicators == second[0].indicators
    assert second[0].notes[0].startswith("not changed since")
    server.pages["/list.txt"] = (200, {name: "other"}, b"192.0.2.9\n")
    assert [i.observable.value for i in fetch(server.url("/list.txt"))[0].indicators] == ["192.0.2.9"]


def test_copies_are_their_owners(server: Server) -> None:
    server.pages["/list.txt"] = (200, {"etag": "a"}, LIST)
    url = server.url("/list.txt")
    fetch(url)
    place = _cache.place(url)
    assert place.stat().st_mode & 0o077 == 0
    assert place.parent.stat().st_mode & 0o077 == 0
    place.write_bytes(b"192.0.2.66\n")
    assert _cache.load(url) is None


def test_what_must_not_be_stored_is_not(server: Server) -> None:
    server.pages["/list.txt"] = (200, {"cache-control": "private, no-store", "etag": "a"}, LIST)
    fetch(server.url("/list.txt"))
    assert _cache.load(server.url("/list.txt")) is None


def test_no_network_says_where_the_copy_is(server: Server) -> None:
    server.pages["/list.txt"] = (200, {}, LIST)
    url = server.url("/list.txt")
    fetch(url)
    server.close()
    error = refusal(url)
    assert "cannot be reached" in error.what
    assert str(_cache.place(url)) in error.remedy
    assert _cache.place(url).read_bytes() == LIST


def test_no_network_and_no_copy(server: Server) -> None:
    server.close()
    error = refusal(server.url("/x"))
    assert "cannot be reached" in error.what
    assert "name the file" in error.remedy
    assert error.where == server.url("/x")


def test_an_unknown_name(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "not known here" in refusal("https://cert.example/list.csv").what


@pytest.mark.parametrize(
    ("status", "word"), [(401, "credentials"), (403, "access"), (404, "nothing there"), (500, "status 500")]
)
def test_a_refusal_in_words(status: int, word: str, server: Server) -> None:
    server.pages["/x"] = (status, {}, b"<html>192.0.2.1</html>")
    assert word in refusal(server.url("/x")).what


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "data:text/plain,192.0.2.1",
        "gopher://127.0.0.1/",
        "/etc/passwd",
        "http://",
        "http://127.0.0.1:99999999/",
        "http://[::1/",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nX: y",
        "http://user:secret@127.0.0.1/",
        "taxii+file:///etc/passwd",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    error = refusal(url) if url not in ("http://127.0.0.1:99999999/", "http://[::1/") else None
    with pytest.raises(UsageError) as again:
        fetch(url)
    assert "secret" not in str(again.value)
    assert error is None or isinstance(error, UsageError)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,192.0.2.1"])
def test_a_redirect_to_another_scheme_is_not_followed(target: str, server: Server) -> None:
    server.pages["/x"] = (302, {"Location": target}, b"")
    error = refusal(server.url("/x"))
    assert "leads on to" in error.what
    assert len(server.requests) == 1


def test_redirects_are_bounded(server: Server) -> None:
    for step in range(20):
        server.pages[f"/{step}"] = (302, {"Location": f"/{step + 1}"}, b"")
    assert "leads on more than" in refusal(server.url("/0")).what
    assert len(server.requests) <= _http.REDIRECTS + 1
    server.pages["/round"] = (302, {"Location": "/round"}, b"")
    assert "in a circle" in refusal(server.url("/round")).what


def test_a_redirect_is_told(server: Server) -> None:
    server.pages["/old"] = (301, {"Location": "/new.txt"}, b"")
    server.pages["/new.txt"] = (200, {}, LIST)
    assert "/new.txt" in fetch(server.url("/old"))[0].notes[0]


@pytest.mark.parametrize("stated", [True, False])
def test_the_size_is_bounded(stated: bool, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "LARGEST", 1 << 20)

    def page(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if stated:
            handler.send_header("Content-Length", str(1 << 40))
        handler.end_headers()
        try:
            for _ in range(1000):
                handler.wfile.write(b"x" * 65_536)
        except OSError:
            pass

    server.pages["/x"] = page
    with pytest.raises(BulletinUnreachable, match="larger than 1 MiB"):
        _http.get(server.url("/x"), largest=1 << 20)


def test_the_whole_time_is_bounded(server: Server) -> None:
    def page(handler: http.server.BaseHTTPRequestHandler) -> None:
        try:
            for _ in range(300):
                handler.wfile.write(b"H")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    server.pages["/slow"] = page
    began = time.monotonic()
    with pytest.raises(BulletinUnreachable, match="longer than"):
        _http.get(server.url("/slow"), seconds=0.4)
    assert time.monotonic() - began < 5


def test_an_answer_that_ends_early(server: Server) -> None:
    server.pages["/x"] = (200, {"Content-Length": "100"}, LIST)
    error = refusal(server.url("/x"))
    assert "stopped after" in error.what or "does not speak" in error.what


def raw(answer: bytes) -> str:
    """The address of a server that says ``answer`` to whoever connects once."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener, listener.accept()[0] as peer:
            peer.recv(65_536)
            peer.sendall(answer)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/x"


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n", b"HTTP/1.1 abc\r\n\r\n"],
)
def test_what_is_not_http(answer: bytes, server: Server) -> None:
    assert isinstance(refusal(raw(answer)), BulletinUnreachable)


def test_credentials_go_to_the_named_server_alone(server: Server) -> None:
    other = Server()
    other.pages["/there.txt"] = (200, {}, LIST)
    server.pages["/x"] = (302, {"Location": other.url("/there.txt")}, b"")
    fetch(server.url("/x"), credentials=Credentials(user="me", password="secret"))
    other.close()
    assert server.requests[0][1]["authorization"] == "Basic " + base64.b64encode(b"me:secret").decode()
    assert "authorization" not in other.requests[0][1]


def test_a_token(server: Server) -> None:
    server.pages["/x.txt"] = (200, {}, LIST)
    fetch(server.url("/x.txt"), credentials=Credentials(token="t0"))
    assert server.requests[0][1]["authorization"] == "Bearer t0"


def test_credentials_are_not_sent_in_the_clear_nor_to_several() -> None:
    secret = Credentials(token="secret")
    assert "clear" in refusal("http://cert.example/x", credentials=secret).what
    assert "several servers" in refusal("https://a.example/", "https://b.example/", credentials=secret).what
    assert "secret" not in repr(secret)


def test_a_web_page_is_read_as_one(server: Server) -> None:
    server.pages["/"] = (
        200,
        {"Content-Type": "text/html"},
        b"<html><body><p>C2: 192.0.2.7</p></body></html>",
    )
    (found,) = fetch(server.url("/"))
    assert found.format == "html"
    assert found.id == server.url("/").removeprefix("http://").strip("/")
