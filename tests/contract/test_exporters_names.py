"""Names, addresses and expressions of the targets for name servers and proxies."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from exporters_made import BULLETIN, items, job

from traque.exporters import Job, targets
from traque.exporters._addresses import outermost, span
from traque.exporters._names import topmost
from traque.exporters._rpz import serial, trigger
from traque.exporters._text import tag
from traque.exporters.squid import expression
from traque.model.detection import Direction


def text_of(made: Job, name: str) -> str:
    """The file of this name that the job's target writes."""
    (file,) = [file for file in targets()[made.target].write(made) if file.name == name]
    return "".join(part if isinstance(part, str) else part.decode() for part in file.parts)


def names(*values: str, target: str = "bind-rpz", direction: Direction = "both") -> Job:
    chosen = items([("domain-name", value) for value in values])
    return job(targets()[target], chosen, action="block", direction=direction)


def owners(made: Job) -> list[str]:
    return [line.split()[0] for line in text_of(made, "traque.rpz.zone").splitlines() if " CNAME " in line]


@pytest.mark.parametrize(
    ("value", "owner"),
    [
        ("192.0.2.10", "32.10.2.0.192.rpz-ip"),
        ("198.51.100.0/25", "25.0.100.51.198.rpz-ip"),
        ("2001:db8::1", "128.1.zz.db8.2001.rpz-ip"),
        ("2001:db8:f::/48", "48.zz.f.db8.2001.rpz-ip"),
        ("2001:db8::1:0:0:1", "128.1.0.0.1.zz.db8.2001.rpz-ip"),
        ("2001:db8:1:2:3:4:5:6", "128.6.5.4.3.2.1.db8.2001.rpz-ip"),
        ("2001:db8:0:2:3:4:5:6", "128.6.5.4.3.2.0.db8.2001.rpz-ip"),
        ("::1", "128.1.zz.rpz-ip"),
    ],
)
def test_an_address_is_reversed_and_zeros_are_zz(value: str, owner: str) -> None:
    assert trigger(value) == owner


def test_a_name_below_a_listed_one_is_not_repeated() -> None:
    found = [(item.value, below) for item, below in topmost(names("evil.example", "a.b.evil.example").items)]
    assert found == [("evil.example", True)]


def test_a_private_suffix_covers_nothing_below() -> None:
    found = [(item.value, below) for item, below in topmost(names("github.io", "x.github.io").items)]
    assert found == [("github.io", False), ("x.github.io", True)]
    assert owners(names("github.io", "x.github.io")) == ["github.io", "x.github.io", "*.x.github.io"]


def test_a_name_that_is_too_long_in_the_zone_is_left_out() -> None:
    longest, longer = (".".join(["a" * 63, "b" * 63, "c" * 63, "d" * n, "example"]) for n in (40, 41))
    assert len(longest) == 253 - len("*.") - len(".traque.rpz")
    made = names(longest, longer, f"x.{longest}", f"x.{longer}")
    assert owners(made) == [longest, f"*.{longest}"]
    assert [(left.code, left.value) for left in made.left_out] == [
        ("grammar", longer), ("grammar", f"x.{longest}"), ("grammar", f"x.{longer}"),
    ]  # fmt: skip


def test_a_last_label_with_a_meaning_in_the_zone_is_left_out() -> None:
    made = names("32.10.2.0.192.rpz-ip", "evil.rpz-nsdname", "rpz-ip.example")
    assert owners(made) == ["rpz-ip.example", "*.rpz-ip.example"]
    assert {left.value for left in made.left_out} == {"32.10.2.0.192.rpz-ip", "evil.rpz-nsdname"}


def test_the_serial_grows_with_the_quarter_of_the_day() -> None:
    made = names("evil.example")
    assert serial(made) == 2026011500
    made.made = datetime(2026, 1, 15, 23, 59, tzinfo=UTC)
    assert serial(made) == 2026011595
    assert serial(made) < 2**32


@pytest.mark.parametrize("target", ["bind-rpz", "unbound-rpz", "dnsmasq", "hosts", "squid"])
def test_what_sees_only_what_leaves_takes_nothing_for_arriving(target: str) -> None:
    made = names("evil.example", target=target, direction="in")
    for file in targets()[target].write(made):
        assert "evil.example" not in "".join(map(str, file.parts))
    assert [(left.code, left.value) for left in made.left_out] == [("kind", "evil.example")]


def test_a_web_server_takes_nothing_for_leaving() -> None:
    made = job(targets()["nginx"], items([("ipv4-addr", "192.0.2.1")]), direction="out")
    assert "192.0.2.1" not in text_of(made, "traque.conf")
    assert [left.code for left in made.left_out] == ["kind"]


def test_addresses_inside_a_listed_network_are_not_repeated() -> None:
    chosen = items(
        [
            ("ipv4-addr", "203.0.113.5"), ("ipv4-net", "203.0.113.0/25"), ("ipv4-addr", "203.0.113.128"),
            ("ipv6-addr", "2001:db8:f::1"), ("ipv6-net", "2001:db8:f::/48"), ("ipv6-addr", "2001:db8::1"),
        ]
    )  # fmt: skip
    found = [item.value for item, _ in outermost(chosen)]
    assert found == ["203.0.113.0/25", "203.0.113.128", "2001:db8::1", "2001:db8:f::/48"]
    assert span("203.0.113.0/25").last - span("203.0.113.0/25").first == 127
    assert span("255.255.255.255").first == span("255.255.255.255").last == 2**32 - 1


@pytest.mark.parametrize(
    ("url", "shown", "not_shown"),
    [
        ("http://evil.example/a.b", "http://evil.example/a.b/", "http://evil.example/axb"),
        ("evil.example/x", "https://evil.example/x", "http://notevil.example/x"),
        ("http://evil.example?q=(1)", "http://evil.example/?q=(1)", "http://evil.example/?q=1"),
        ("http://evil.example/p%20q%22", 'http://evil.example/p q"', "http://evil.example/pq"),
        ("http://[2001:db8::1]/x", "http://[2001:db8::1]/x", "http://2/x"),
        ("http://evil.example/%2541", "http://evil.example/%41", "http://evil.example/A"),
    ],
)
def test_an_expression_matches_its_url_only(url: str, shown: str, not_shown: str) -> None:
    assert re.search(expression(url), shown)
    assert not re.search(expression(url), not_shown)
    assert not re.search(expression(url), shown + "x")


def test_a_url_that_squid_would_cut_is_left_out() -> None:
    chosen = items([("url", f"http://evil.example/{'a' * 3000}"), ("url", "http://evil.example/b")])
    made = job(targets()["squid"], chosen)
    assert text_of(made, "urls.acl").splitlines()[-1] == r"^http://evil\.example/b/?$"
    assert [left.code for left in made.left_out] == ["grammar"]


def test_room_is_planned_for() -> None:
    addresses = [("ipv4-addr", f"10.{i >> 8}.{i & 255}.1") for i in range(10_001)]
    made = job(targets()["dnsmasq"], items(addresses))
    assert text_of(made, "traque.conf").count("bogus-nxdomain=") == 10_000
    assert [left.code for left in made.left_out] == ["capacity"]


def test_an_id_is_one_word_in_a_log() -> None:
    assert tag(BULLETIN.id) == BULLETIN.id
    assert tag('two words; "x"') == "two_words___x_"
    assert tag("") == "bulletin"
