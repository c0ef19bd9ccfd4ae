"""How a match became a value, in words."""

from __future__ import annotations

import pytest

from traque.model import Evidence, IndicatorRef, Verdict
from traque.proof.canonical import canonical


@pytest.mark.parametrize(
    ("kind", "value", "match", "relation", "said"),
    [
        ("ipv4-addr", "192.0.2.1", "192.0.2.1", "exact", ""),
        ("ipv4-addr", "192.0.2.1", "192.000.002.001", "exact", "leading zeros are decimal: 192.0.2.1"),
        ("ipv4-addr", "192.0.2.1", "::ffff:192.0.2.1", "exact", "an IPv4 address in IPv6 form: 192.0.2.1"),
        ("ipv4-addr", "192.0.2.1", "1.2.0.192.in-addr.arpa", "exact", "a reversed name (in-addr.arpa)"),
        ("ipv6-addr", "2001:db8::1", "2001:DB8:0::1", "exact", "one spelling of 2001:db8::1 (RFC 5952)"),
        ("ipv4-net", "192.0.2.0/24", "192.0.2.9", "network", "an address inside the network"),
        (
            "domain-name",
            "evil.example",
            "WWW.Evil.example.",
            "subdomain",
            "a name below the one that is listed",
        ),
        ("domain-name", "evil.example", "EVIL.example", "exact", "case was dropped"),
        ("url", "http://evil.example/a/b", "http:\\/\\/evil.example\\/a\\/b", "exact", "escapes were read"),
        (
            "email-addr",
            "a@evil.example",
            "a%40evil.example",
            "exact",
            "percent-encoding was read: a@evil.example",
        ),
    ],
)
def test_steps(kind: str, value: str, match: str, relation: str, said: str) -> None:
    record = Evidence(
        path="a",
        line=1,
        offset=0,
        time=None,
        text=match,
        match=match,
        verdict=Verdict.TRACE,
        relation=relation,
    )
    found = canonical(IndicatorRef(kind=kind, value=value, bulletin="x"), record)
    assert said in "; ".join(found.steps)
    assert bool(found.steps) == bool(said)
    assert found.rule
