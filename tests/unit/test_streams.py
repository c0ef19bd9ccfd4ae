"""Streams: rotations and months of one log are one stream."""

from __future__ import annotations

import pytest

from traque.triage.streams import Carrier, name_streams, stream_path


@pytest.mark.parametrize(
    ("path", "stream"),
    [
        ("firewall/ufw.log-20210104.gz", "firewall/ufw.log"),
        ("firewall/fortigate-2021-01.log.xz", "firewall/fortigate.log"),
        ("web/webmail-access.log-202101.gz", "web/webmail-access.log"),
        ("zeek/2021-01/conn.json.gz", "zeek/conn.json"),
        ("zeek/2021/01/07/conn.00:00:00-01:00:00.log.gz", "zeek/conn.log"),
        ("hosts/auth.log-202101.bz2", "hosts/auth.log"),
        ("proxy/squid-access-2021-01.log.gz", "proxy/squid-access.log"),
        ("ids/eve-2021-01.json.zst", "ids/eve.json"),
        ("access.log", "access.log"),
        ("access.log.1", "access.log"),
        ("access.log.7.gz", "access.log"),
        ("access.log.2.zip/access.log.2", "access.log"),
        ("bundle.tar.gz/var/log/access.log.2", "bundle/var/log/access.log"),
        ("host1-20210104.zip/auth.log", "host1/auth.log"),
        ("nginx/nginx/access.log.1", "nginx/nginx/access.log"),
        ("2021-01.zip/auth.log", "auth.log"),
        ("collection_2021-01-04/host1/auth.log.1", "collection/host1/auth.log"),
        ("iis/u_ex210107.log", "iis/u_ex.log"),
        ("app_20210107T041807.log", "app.log"),
        ("app.2021-01-07-04.log.gz", "app.log"),
        ("server-10.0.0.1.log", "server-10.0.0.1.log"),
        ("2021-01-07.log", "log"),
        ("fw1/20210107", "fw1"),
        ("messages", "messages"),
        (".bash_history", ".bash_history"),
        ("20210107", "20210107"),
    ],
)
def test_stream_path(path: str, stream: str) -> None:
    assert stream_path(path) == stream


def carriers(*rows: tuple[str, str, str]) -> list[Carrier]:
    return [Carrier(path=p, format=f, device=d) for p, f, d in rows]


def test_rotations_of_one_log_are_one_stream() -> None:
    names = name_streams(
        carriers(("a/x.log.1", "sshd", "h1"), ("a/x.log.2.gz", "sshd", ""), ("a/x.log", "sshd", "h1"))
    )
    assert names == ["a/x.log"] * 3


def test_two_devices_under_one_name_are_two_streams() -> None:
    names = name_streams(
        carriers(("x-20210101.log", "netfilter", "fw1"), ("x-20210102.log", "netfilter", "fw2"))
    )
    assert names == ["x.log @fw1", "x.log @fw2"]


def test_a_source_that_names_several_devices_keeps_the_stream_whole() -> None:
    names = name_streams(
        carriers(("x.log.1", "syslog", "h1"), ("x.log.2", "syslog", ""), ("x.log.3", "syslog", "h2"))
    )
    assert set(names) == {"x.log"}


def test_two_log_types_under_one_name_are_two_streams() -> None:
    names = name_streams(carriers(("x.log.1", "syslog", ""), ("x.log.2", "json", "")))
    assert names == ["x.log (syslog)", "x.log (json)"]
