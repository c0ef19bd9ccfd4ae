"""What other tools got wrong in matching, each with the report it comes from; under both engines."""

from __future__ import annotations

import pytest
from kernel_tools import Found, Search, observable

from traque.errors import ObservableError
from traque.observables import canonical

NO_MATCH = {
    "MISP#5718: suffix inside a longer name": ("xxxxxx.ec", "www.xxxxxx.ec.europa.eu"),
    "MISP#5718: name inside a word": ("rs.sh", "sensors.shein"),
    "MISP#5718: name inside a name": ("rs.sh", "sensors.shein.com"),
    "MISP#10258: name that a cut URL seems to end with": ("t.co", "http://at.company/x"),
    "mvt#293: name inside a file name": ("example.com", "example.commercial.file"),
    "intelmq PR1557: longer first label": ("example.com", "fooexample.com"),
    "zaproxy#1673: version that looks like an address": ("1.2.3.4", "jquery-v1.2.3.4"),
    "a number that goes on": ("1.2.3.4", "1.2.3.45"),
    "an OID": ("1.3.6.1", "1.3.6.1.4.1.311"),
    "MISP#5877: address outside an IPv6 network": ("2001:db8::/32", "2001:db9::1"),
    "MISP#5877: text that only looks like IPv6": ("2001:db8::/32", "2001:db8"),
    "verbose-robot#62: path in another case": ("http://192.0.2.1/Path", "192.0.2.10/Path"),
    "log bytes are never refanged": ("evil.example", "evil[.]example evil(.)example evil[dot]example"),
    "log bytes are never refanged: address": ("192.0.2.1", "192.0.2[.]1 192[.]0[.]2[.]1 192.0.2(.)1"),
    "log bytes are never refanged: scheme": ("http://evil.example/x", "hxxp://evil[.]example/x"),
    "a mail address does not imply its domain": ("user@evil.example", "other@evil.example evil.example"),
}


@pytest.mark.parametrize(("indicator", "text"), NO_MATCH.values(), ids=NO_MATCH.keys())
def test_trap_that_must_not_match(search: Search, indicator: str, text: str) -> None:
    assert search(indicator, f"a {text} z") == []


MATCH = {
    "long TLD cut by {2,6}": ("evil.photography", "evil.photography", "evil.photography"),
    "crowdsec#3467: mapped address": ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"),
    "MISP PR10524: mapped indicator": ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.1"),
    "wazuh#3976: IPv6 written out": ("2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "2001:0DB8:0:0:0:0:0:1"),
    "CERT-FR: host that ends in .0": ("198.51.100.0", "198.51.100.0", "198.51.100.0"),
    "assemblyline#272: normalised on both sides": ("HTTP://EVIL.example/A", "http://Evil.Example/A", "http://Evil.Example/A"),
    "MISP#2272: usual port": ("http://evil.example/a", "http://evil.example:80/a", "http://evil.example:80/a"),
    "MISP#525: trailing slash": ("http://evil.example/a/", "http://evil.example/a", "http://evil.example/a"),
    "MISP#1977: IDN": ("bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example"),
    "MISP PR6097: IDN the other way": ("xn--bcher-kva.example", "bücher.example", "bücher.example"),
    "ioc-extractor#16: http[:]// in a bulletin": ("http[:]//evil[.]example/a", "http://evil.example/a", "http://evil.example/a"),
    "zeek#514: network typed as an address": ("192.0.2.1/32", "192.0.2.1", "192.0.2.1"),
}  # fmt: skip


@pytest.mark.parametrize(("indicator", "text", "match"), MATCH.values(), ids=MATCH.keys())
def test_trap_that_must_match(search: Search, indicator: str, text: str, match: str) -> None:
    assert search(indicator, f"a {text} z") == [Found(match)]


def test_ripgrep_1334_duplicate_indicators(search: Search) -> None:
    hits = search.hits([observable("evil.example")] * 3, b"a evil.example z")
    assert [hit.indicator for hit in hits] == [0, 1, 2]


def test_iocextract_77_an_address_is_no_url(search: Search) -> None:
    assert observable("192.0.2.1").kind == "ipv4-addr"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ipv4-net", "0.0.0.0/0"),  # Malcolm#528
        ("ipv4-addr", "999.1.2.3"),  # Zeek-Intelligence-Feeds#27
        ("url", "/"),  # FEVER PR33
        ("url", "/index.php"),  # FEVER PR33
        ("domain-name", "com"),
        ("domain-name", ""),
    ],
)
def test_absurd_indicator_is_refused(kind: str, value: str) -> None:
    with pytest.raises(ObservableError):
        canonical(kind, value)


@pytest.mark.parametrize(
    "value", ["127.0.0.1", "10.0.0.0/8", "224.0.0.1", "fe80::1", "d41d8cd98f00b204e9800998ecf8427e"]
)
def test_poor_indicator_is_kept_and_matched(search: Search, value: str) -> None:
    address = value.partition("/")[0]
    assert [found.text for found in search(value, f"a {address} z")] == [address]
