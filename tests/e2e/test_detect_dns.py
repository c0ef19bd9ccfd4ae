"""Name servers with the files that traque wrote: listed names do not exist, their look-alikes do."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from daemon_tools import Engine, copied, engine, exported, free_port, moved, open_folder, running, wait_for
from dns_tools import NXDOMAIN, answers, ask, name_server

from traque.model.detection import Action

LISTED = (
    "evil.example", "a.b.evil.example", "b\u00fccher.example", "github.io",
    "192.0.2.10", "198.51.100.0/25", "2001:db8::bad", "2001:db8:0:0:1:0:0:1", "2001:db8:f::/48",
)  # fmt: skip
"""One name is below another, one is a private suffix (itself only)."""

DENIED = {
    "evil.example": "203.0.113.1",
    "www.evil.example": "203.0.113.2",
    "b.evil.example": "203.0.113.3",  # between two listed names
    "a.b.evil.example": "203.0.113.4",
    "x.a.b.evil.example": "203.0.113.5",
    "xn--bcher-kva.example": "203.0.113.6",
    "github.io": "203.0.113.7",
}
DENIED_FOR_ADDRESS = {
    "relay.example": "192.0.2.10",
    "net.example": "198.51.100.127",
    "six.example": "2001:db8::bad",
    "zeros.example": "2001:db8::1:0:0:1",
    "sixnet.example": "2001:db8:f:1::2",
}
ALLOWED = {
    "notevil.example": "203.0.113.20",
    "evil.example.org": "203.0.113.21",
    "evil.examples": "203.0.113.22",
    "bucher.example": "203.0.113.23",
    "project.github.io": "203.0.113.24",
    "neighbour.example": "192.0.2.11",
    "far.example": "198.51.100.128",
    "sixth.example": "2001:db8::bae",
    "zeroes.example": "2001:db8::1:0:0:2",
    "sixfar.example": "2001:db8:e:1::2",
}
KNOWN = DENIED | DENIED_FOR_ADDRESS | ALLOWED

OWN = "$TTL 60\n$ORIGIN own.rpz.\n@ SOA localhost. root.localhost. 1 60 60 60 60\n@ NS localhost.\n"
"""A response policy zone that the operator had before."""

Resolver = tuple[int, Engine, list[str]]
Start = Callable[[Path, Path, int, int], AbstractContextManager[Engine]]


@contextmanager
def bind(files: Path, folder: Path, port: int, upstream: int) -> Iterator[Engine]:
    named = engine("named", "bind9")
    copied(files, folder)
    policy = folder / "traque.policy.conf"
    policy.write_text(policy.read_text().replace("log yes;", 'log yes; zone "own.rpz";'))
    (folder / "named.conf").write_text(
        f'options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n'
        f"forward only; forwarders {{ 127.0.0.1 port {upstream}; }}; recursion yes; dnssec-validation no;\n"
        'pid-file none; session-keyfile none; managed-keys-directory "."; empty-zones-enable no;\n'
        f'include "{folder}/traque.policy.conf"; }};\n'
        f'controls {{ }};\ninclude "{folder}/traque.zones.conf";\n'
        'zone "own.rpz" { type primary; file "own.zone"; };\n'
    )
    command = (named, "-g", "-n", "1", "-c", folder / "named.conf")

    def ready() -> bool:
        """It answers before its policies are in force: each is loaded once more, in pieces, behind."""
        log = (folder / "named.out").read_text("utf-8", "replace")
        in_force = all(f"rpz: {zone}: reload done: success" in log for zone in ("own.rpz", "traque.rpz"))
        return in_force and answers(port, "notevil.example")

    with running(command, folder, ready) as process:
        assert "traque.rpz" in process.said
        assert "invalid" not in process.said
        assert "canonical" not in process.said
        yield process


@contextmanager
def unbound(files: Path, folder: Path, port: int, upstream: int) -> Iterator[Engine]:
    path = engine("unbound", "unbound")
    copied(files, folder)
    moved(folder, "/etc/unbound")
    (folder / "unbound.conf").write_text(
        f'server:\n directory: "{folder}"\n chroot: ""\n username: ""\n pidfile: ""\n use-syslog: no\n'
        f" interface: 127.0.0.1@{port}\n do-not-query-localhost: no\n do-ip6: no\n num-threads: 1\n"
        f" verbosity: 1\n"
        f'rpz:\n name: own.rpz\n zonefile: "{folder}/own.zone"\n'
        f'include: "{folder}/traque.conf"\n'
        f'server:\n module-config: "respip iterator"\n'
        f"forward-zone:\n name: .\n forward-addr: 127.0.0.1@{upstream}\n"
    )
    command = (path, "-d", "-d", "-c", folder / "unbound.conf")
    with running(command, folder, lambda: answers(port, "notevil.example")) as process:
        yield process


def dnsmasq_with(option: str) -> Start:
    """dnsmasq that takes a file of the export with this option."""

    @contextmanager
    def start(files: Path, folder: Path, port: int, upstream: int) -> Iterator[Engine]:
        path = engine("dnsmasq", "dnsmasq-base")
        copied(files, folder)
        command = (
            path, "--keep-in-foreground", "--log-facility=-", "--log-queries", "--user=", "--pid-file",
            "--no-resolv", "--no-hosts", f"--port={port}", "--listen-address=127.0.0.1", "--bind-interfaces",
            f"--server=127.0.0.1#{upstream}", option.format(folder),
        )  # fmt: skip
        with running(command, folder, lambda: answers(port, "notevil.example")) as process:
            yield process

    return start


@contextmanager
def resolver(target: str, start: Start, action: Action, own: str = "") -> Iterator[Resolver]:
    """``own`` is a name that a zone of the operator blocks."""
    with open_folder() as folder, name_server(KNOWN) as (upstream, asked):
        (folder / "out").mkdir()
        (folder / "run").mkdir()
        files = exported(folder / "out", target, *LISTED, action=action)
        port = free_port()
        (folder / "run" / "own.zone").write_text(OWN + (f"{own} CNAME .\n" if own else ""))
        with start(files, folder / "run", port, upstream) as process:
            yield port, process, asked


RESOLVERS = [("bind-rpz", bind), ("unbound-rpz", unbound)]


def logged(process: Engine) -> list[str]:
    """What either server says of a rule that fired."""
    return [line for line in process.said.splitlines() if " rewrite " in line or "[traque]" in line]


def kind(address: str) -> int:
    return 28 if ":" in address else 1


@pytest.mark.parametrize(("target", "start"), RESOLVERS)
def test_listed_names_do_not_exist_and_look_alikes_do(target: str, start: Start) -> None:
    with resolver(target, start, "block") as (port, _process, asked):
        for name, address in (DENIED | DENIED_FOR_ADDRESS).items():
            assert ask(port, name, kind(address)) == (NXDOMAIN, []), name
        for name, address in ALLOWED.items():
            assert ask(port, name, kind(address)) == (0, [address]), name
        assert not set(asked) & set(DENIED), "the attacker's servers hear nothing"


@pytest.mark.parametrize(("target", "start"), RESOLVERS)
def test_an_alert_is_logged_and_the_answer_is_the_real_one(target: str, start: Start) -> None:
    with resolver(target, start, "alert") as (port, process, _asked):
        for name, address in ALLOWED.items():
            assert ask(port, name, kind(address)) == (0, [address]), name
        assert not logged(process)
        for name, address in (DENIED | DENIED_FOR_ADDRESS).items():
            assert ask(port, name, kind(address)) == (0, [address]), name
            wait_for(lambda name=name: any(f" {name}" in line for line in logged(process)), process)


@pytest.mark.parametrize(("target", "start"), RESOLVERS)
def test_an_alert_does_not_lift_what_another_zone_blocks(target: str, start: Start) -> None:
    with resolver(target, start, "alert", own="www.evil.example") as (port, _process, _asked):
        assert ask(port, "www.evil.example") == (NXDOMAIN, [])
        assert ask(port, "evil.example") == (0, [KNOWN["evil.example"]])


def test_a_second_export_of_the_day_replaces_the_zone_of_bind(tmp_path: Path) -> None:
    """Its serial is the same."""
    with resolver("bind-rpz", bind, "block") as (port, process, _asked):
        assert ask(port, "bucher.example") == (0, [KNOWN["bucher.example"]])
        newer = exported(tmp_path, "bind-rpz", "bucher.example", action="block")
        copied(newer, process.folder)
        process.reload()
        wait_for(lambda: ask(port, "bucher.example") == (NXDOMAIN, []), process)
        # What is new comes in before what is withdrawn goes.
        wait_for(lambda: ask(port, "evil.example") == (0, [KNOWN["evil.example"]]), process)


NULL = {1: (0, ["0.0.0.0"]), 28: (0, ["::"])}


def test_dnsmasq_denies_names_and_addresses() -> None:
    start = dnsmasq_with("--conf-file={}/traque.conf")
    with resolver("dnsmasq", start, "block") as (port, process, asked):
        for name, address in (DENIED | DENIED_FOR_ADDRESS).items():
            if name == "github.io":  # a private suffix: itself only
                assert [ask(port, name, each) for each in NULL] == list(NULL.values())
            else:
                assert ask(port, name, kind(address)) == (NXDOMAIN, []), name
        for name, address in ALLOWED.items():
            assert ask(port, name, kind(address)) == (0, [address]), name
        assert not set(asked) & set(DENIED), "the attacker's servers hear nothing"
        wait_for(lambda: "config www.evil.example is NXDOMAIN" in process.said, process)


def test_a_hosts_file_stands_for_exactly_its_names() -> None:
    start = dnsmasq_with("--addn-hosts={}/hosts")
    with resolver("hosts", start, "block") as (port, _process, _asked):
        for name in ("evil.example", "a.b.evil.example", "xn--bcher-kva.example", "github.io"):
            assert [ask(port, name, each) for each in NULL] == list(NULL.values()), name
        for name in ("www.evil.example", "b.evil.example", "x.a.b.evil.example", "project.github.io"):
            assert ask(port, name) == (0, [KNOWN[name]]), name


def test_the_removal_script_takes_the_names_out_of_a_hosts_file(tmp_path: Path) -> None:
    files = exported(tmp_path, "hosts", *LISTED, action="block")
    own = "127.0.0.1 localhost\n"
    hosts = tmp_path / "my hosts"
    hosts.write_text(own + (files / "hosts").read_text() + "192.0.2.1 printer.example\n")
    subprocess.run([files / "remove.sh", hosts], check=True)
    assert hosts.read_text() == own + "192.0.2.1 printer.example\n"


def test_the_removal_script_empties_the_zone_of_bind(tmp_path: Path) -> None:
    checkzone = engine("named-checkzone", "bind9-utils")
    files = exported(tmp_path, "bind-rpz", *LISTED, action="block")
    place = tmp_path / "with blank"
    place.mkdir()
    (place / "rndc").write_text('#!/bin/sh\necho "rndc $*"\n')
    (place / "rndc").chmod(0o755)
    done = subprocess.run(
        [files / "remove.sh", place],
        env={"PATH": f"{place}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "rndc reload traque.rpz\nrndc flush\n"
    assert done.stderr == ""
    zone = place / "traque.rpz.zone"
    subprocess.run([checkzone, "traque.rpz", zone], check=True, capture_output=True)
    assert "CNAME" not in zone.read_text()
