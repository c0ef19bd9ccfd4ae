"""Proxies and a web server with the files that traque wrote: they deny or log what is listed, only that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from daemon_tools import (
    Engine,
    engine,
    exported,
    free_port,
    listens,
    moved,
    open_folder,
    running,
    wait_for,
)
from http_tools import connect, get, web_server

from traque.model.detection import Action, Direction

ACTIONS = ["block", "alert"]
ANSWER = {"block": 403, "alert": 200}

NAMES = (
    "evil.example",
    "cdn.evil.example",
    "b\u00fccher.example",
    "github.io",
    "a.b.c.d.e.f.g.h.i.j.k.l.example",
)
ADDRESSES = (
    "192.0.2.10", "198.51.100.0/25", "198.51.100.64/26", "198.51.100.65", "2001:db8::bad", "2001:db8:f::/48",
)  # fmt: skip
LISTED_NAMES = (
    "evil.example", "EVIL.example", "www.evil.example", "x.cdn.evil.example", "xn--bcher-kva.example",
    "github.io", "x.a.b.c.d.e.f.g.h.i.j.k.l.example",
)  # fmt: skip
OTHER_NAMES = (
    "notevil.example", "evil.example.org", "evil.examples", "project.github.io",
    "b.c.d.e.f.g.h.i.j.k.l.example", "bucher.example",
)  # fmt: skip
LISTED_ADDRESSES = (
    "192.0.2.10",
    "198.51.100.0",
    "198.51.100.65",
    "198.51.100.127",
    "2001:db8::bad",
    "2001:db8:f::1",
)
OTHER_ADDRESSES = ("192.0.2.1", "192.0.2.100", "198.51.100.128", "2001:db8::bae", "2001:db8:e::1")


@contextmanager
def haproxy(action: Action, direction: Direction = "both") -> Iterator[tuple[int, Engine]]:
    """Our rules in a frontend that takes the client's address from a header."""
    path = engine("haproxy", "haproxy")
    with open_folder() as folder:
        files = exported(folder, "haproxy", *NAMES, *ADDRESSES, action=action, direction=direction)
        moved(files, "/etc/haproxy/traque")
        port = free_port()
        rules = re.search(
            r"# begin traque\n(.*)    # end traque\n", (files / "traque.cfg").read_text(), re.DOTALL
        )
        assert rules
        conf = files / "test.cfg"
        conf.write_text(
            "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\n"
            "  log stdout format raw local0\n  option httplog\n"
            f"frontend own\n  bind 127.0.0.1:{port}\n"
            "  http-request set-src req.hdr(x-forwarded-for)\n"
            f"{rules[1]}  http-request return status 200\n"
        )
        with running((path, "-db", "-f", conf), folder, lambda: listens(port)) as process:
            yield port, process


@pytest.mark.parametrize("action", ACTIONS)
def test_haproxy(action: Action) -> None:
    with haproxy(action) as (port, process):
        asked = 0
        for status, names in ((ANSWER[action], LISTED_NAMES), (200, OTHER_NAMES)):
            for name in names:
                for host in (name, f"{name}:8080", f"{name}."):
                    assert get(port, "/", {"Host": host}) == status, host
                    asked += status == ANSWER[action] and names is LISTED_NAMES
        for status, addresses in ((ANSWER[action], LISTED_ADDRESSES), (200, OTHER_ADDRESSES)):
            for address in addresses:
                assert get(port, "/", {"Host": "own.example", "X-Forwarded-For": address}) == status, address
                host = f"[{address}]" if ":" in address else address
                assert get(port, "/", {"Host": host}) == status, host
                asked += 2 * (addresses is LISTED_ADDRESSES)
        wait_for(lambda: process.said.count("{command-line}") == asked, process)
        assert "{}" in process.said, "what is not listed is logged without a mark"


@pytest.mark.parametrize(("direction", "client", "host"), [("in", 403, 200), ("out", 200, 403)])
def test_haproxy_looks_one_way_when_asked(direction: Direction, client: int, host: int) -> None:
    with haproxy("block", direction) as (port, _process):
        assert get(port, "/", {"Host": "own.example", "X-Forwarded-For": "192.0.2.10"}) == client
        assert get(port, "/", {"Host": "evil.example"}) == host


@pytest.mark.parametrize("action", ACTIONS)
def test_nginx(action: Action) -> None:
    path = engine("nginx", "nginx")
    with open_folder() as folder:
        files = exported(folder, "nginx", *ADDRESSES, action=action)
        moved(files, "/var/log/nginx")
        port = free_port()
        block = f"include {files}/traque-block.conf;" if action == "block" else ""
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        conf = folder / "nginx.conf"
        conf.write_text(
            f"daemon off; master_process off; pid {folder}/pid; error_log stderr; events {{}}\n"
            f"http {{ {temporary} access_log {folder}/own.log; set_real_ip_from 127.0.0.1;\n"
            f"real_ip_header X-Forwarded-For; include {files}/traque.conf;\n"
            f"server {{ listen 127.0.0.1:{port}; {block} location / {{ return 200; }} }} }}\n"
        )
        command = (path, "-e", "stderr", "-p", folder, "-c", conf)
        with running(command, folder, lambda: listens(port)) as process:
            for status, addresses in ((ANSWER[action], LISTED_ADDRESSES), (200, OTHER_ADDRESSES)):
                for address in addresses:
                    # "return" in a location comes after the rules of the server
                    assert get(port, "/", {"X-Forwarded-For": address}) == status, address
            log = files / "traque.log"
            wait_for(lambda: len(log.read_text().splitlines()) == len(LISTED_ADDRESSES), process)
            lines = log.read_text().splitlines()
            for address, line in zip(LISTED_ADDRESSES, lines, strict=True):
                assert f" {address} " in line
                assert line.endswith("traque:command-line")
            own = (folder / "own.log").read_text().splitlines()
            assert len(own) == len(LISTED_ADDRESSES) + len(OTHER_ADDRESSES), "the operator's log is whole"


HOSTS = {
    **dict.fromkeys((*LISTED_NAMES, *OTHER_NAMES, "urls.example", "other.example"), "127.0.0.1"),
    "relay.example": "127.0.0.2",
    "network.example": "127.0.0.17",
    "neighbour.example": "127.0.0.3",
}
PATHS = (
    "/a/b.php?x=1&y='2';z",
    "/p(1)%20q$/[r]*+",
    "/%22quoted%22",
    "/caf%C3%A9",
    "/only",
    "?query=1",
    "/a.b",
)
LOOK_ALIKES = ("/a/b.php?x=1", "/A/b.php?x=1&y='2';z", "/only/more", "/axb", "/?query=12", "/x/only", "/caf")


@contextmanager
def squid(action: Action) -> Iterator[tuple[int, int, Path, Engine]]:
    """The proxy's port, the web server's, our log, the proxy."""
    path = engine("squid", "squid")
    with open_folder() as folder, web_server("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.17") as web:
        urls = [f"http://urls.example:{web}{path}" for path in PATHS]
        urls.append(f"//urls.example:{web}/any/scheme")
        files = exported(folder, "squid", *NAMES, "127.0.0.2", "127.0.0.16/28", *urls, action=action)
        moved(files, "/etc/squid/traque")
        moved(files, "/var/log/squid")
        (folder / "hosts").write_text("".join(f"{to} {name.lower()}\n" for name, to in HOSTS.items()))
        port = free_port()
        conf = folder / "squid.conf"
        conf.write_text(
            f"http_port 127.0.0.1:{port}\nvisible_hostname localhost\npid_filename {folder}/pid\n"
            f"hosts_file {folder}/hosts\ndns_nameservers 127.0.0.1\nappend_domain .invalid\n"
            f"cache_log {folder}/cache.log\ncache deny all\nshutdown_lifetime 0 seconds\n"
            f"netdb_filename none\ncoredump_dir {folder}\n"
            f"include {files}/traque.conf\nhttp_access allow all\n"
        )
        files.chmod(0o777)
        with running((path, "-N", "-f", conf), folder, lambda: listens(port)) as process:
            yield port, web, files / "traque.log", process


@pytest.mark.parametrize("action", ACTIONS)
def test_squid(action: Action) -> None:
    with squid(action) as (port, web, log, process):
        listed = [f"http://{name}:{web}/x" for name in (*LISTED_NAMES, "relay.example", "network.example")]
        listed += [f"http://127.0.0.2:{web}/", f"http://urls.example:{web}/any/scheme"]
        listed += [f"http://urls.example:{web}{path.replace('?q', '/?q')}" for path in PATHS]
        listed += [f"http://urls.example:{web}/only/"]
        others = [f"http://{name}:{web}/x" for name in (*OTHER_NAMES, "neighbour.example", "other.example")]
        others += [f"http://127.0.0.3:{web}/"]
        others += [f"http://urls.example:{web}{path}" for path in LOOK_ALIKES]
        for url in others:
            assert get(port, url) == 200, url
        for url in listed:
            assert get(port, url) == ANSWER[action], url
        assert connect(port, f"www.evil.example:{web}") == ANSWER[action]
        assert connect(port, f"notevil.example:{web}") == 200
        wait_for(lambda: len(log.read_text().splitlines()) == len(listed) + 1, process)
        assert all(
            re.search(r" (names|addresses|urls):command-line$", line) for line in log.read_text().splitlines()
        )
