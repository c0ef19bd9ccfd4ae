"""Canonical forms: what becomes of a written value, and what is refused and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.errors import ObservableError
from traque.model import ENUMERABLE_KINDS, Observable
from traque.observables import canonical, guess, is_literal, matches_below, registry, spellings

CANONICAL = [
    ("ipv4-addr", "192.0.2.1", "ipv4-addr", "192.0.2.1"),
    ("ipv4-addr", " 192.0.2.1 ", "ipv4-addr", "192.0.2.1"),
    ("ipv4-addr", "010.001.000.255", "ipv4-addr", "10.1.0.255"),
    ("ipv4-addr", "198.51.100.0", "ipv4-addr", "198.51.100.0"),
    ("ipv4-addr", "127.0.0.1", "ipv4-addr", "127.0.0.1"),
    ("ipv4-addr", "192.0.2.77/24", "ipv4-net", "192.0.2.0/24"),
    ("ipv4-addr", "192.0.2.0/255.255.255.0", "ipv4-net", "192.0.2.0/24"),
    ("ipv4-net", "192.0.2.1", "ipv4-addr", "192.0.2.1"),
    ("ipv4-net", "192.0.2.1/32", "ipv4-addr", "192.0.2.1"),
    ("ipv4-net", "10.0.0.0/8", "ipv4-net", "10.0.0.0/8"),
    ("ipv4-addr", "2001:db8::1", "ipv6-addr", "2001:db8::1"),
    ("ipv6-addr", "2001:DB8:0:0::0001", "ipv6-addr", "2001:db8::1"),
    ("ipv6-addr", "[2001:db8::1]", "ipv6-addr", "2001:db8::1"),
    ("ipv6-addr", "fe80::1%eth0", "ipv6-addr", "fe80::1"),
    ("ipv6-addr", "::ffff:192.0.2.1", "ipv4-addr", "192.0.2.1"),
    ("ipv6-addr", "::ffff:c000:201", "ipv4-addr", "192.0.2.1"),
    ("ipv6-addr", "64:ff9b::192.0.2.1", "ipv6-addr", "64:ff9b::c000:201"),
    ("ipv6-addr", "2001:db8::1/64", "ipv6-net", "2001:db8::/64"),
    ("ipv6-net", "2001:db8::1/128", "ipv6-addr", "2001:db8::1"),
    ("ipv6-net", "::ffff:192.0.2.0/120", "ipv4-net", "192.0.2.0/24"),
    ("domain-name", "Evil.Example.", "domain-name", "evil.example"),
    ("domain-name", "*.evil.example", "domain-name", "evil.example"),
    ("domain-name", ".evil.example", "domain-name", "evil.example"),
    ("domain-name", "Bücher.example", "domain-name", "xn--bcher-kva.example"),
    ("domain-name", "XN--BCHER-KVA.example", "domain-name", "xn--bcher-kva.example"),
    ("domain-name", "bu\u0308cher.example", "domain-name", "xn--bcher-kva.example"),
    ("domain-name", "evil。example", "domain-name", "evil.example"),
    ("domain-name", "_dmarc.evil.example", "domain-name", "_dmarc.evil.example"),
    ("domain-name", "github.io", "domain-name", "github.io"),
    ("domain-name", "192.0.2.1", "ipv4-addr", "192.0.2.1"),
    ("domain-name", "http://evil.example/x", "url", "http://evil.example/x"),
    ("domain-name", "evil.example/x", "url", "evil.example/x"),
    ("domain-name", "evil.example:8443", "url", "evil.example:8443"),
    ("url", "HTTP://U:p@Evil.Example:80/A/%7e%2f?Q=%41#f", "url", "http://evil.example/A/~%2F?Q=A"),
    ("url", "https://evil.example:443/", "url", "https://evil.example"),
    ("url", "https://evil.example:80/", "url", "https://evil.example:80"),
    ("url", "http://evil.example/a//", "url", "http://evil.example/a"),
    ("url", "http://evil.example/?", "url", "http://evil.example"),
    ("url", "http://evil.example/a/?x=/", "url", "http://evil.example/a?x=/"),
    ("url", "//evil.example/a", "url", "evil.example/a"),
    ("url", "evil.example:443/a", "url", "evil.example/a"),
    ("url", "evil.example", "domain-name", "evil.example"),
    ("url", "192.0.2.1/", "ipv4-addr", "192.0.2.1"),
    ("url", "http://192.000.002.001/a", "url", "http://192.0.2.1/a"),
    ("url", "http://[2001:DB8::1]:8080/a", "url", "http://[2001:db8::1]:8080/a"),
    ("url", "http://[::ffff:192.0.2.1]/a", "url", "http://192.0.2.1/a"),
    ("url", "http://Bücher.example/é b", "url", "http://xn--bcher-kva.example/%C3%A9%20b"),
    ("url", r"http:\/\/evil.example\/a?b\u003d1&amp;c", "url", "http://evil.example/a?b=1&c"),
    ("url", "http://evil.example/100%", "url", "http://evil.example/100%25"),
    ("email-addr", "MailTo:User@Evil.Example?subject=x", "email-addr", "user@evil.example"),
    ("email-addr", "A Name <user@evil.example>", "email-addr", "user@evil.example"),
    ("email-addr", "u@bücher.example", "email-addr", "u@xn--bcher-kva.example"),
    ("md5", "AB" * 16, "md5", "ab" * 16),
    ("md5", "0x" + "ab" * 16, "md5", "ab" * 16),
    ("md5", "ab" * 32, "sha256", "ab" * 32),
    ("sha1", "ab" * 64, "sha512", "ab" * 64),
]


@pytest.mark.parametrize(("kind", "written", "becomes", "value"), CANONICAL)
def test_canonical_form(kind: str, written: str, becomes: str, value: str) -> None:
    observable = canonical(kind, written)
    assert observable == Observable(becomes, value)
    assert canonical(becomes, value) == observable


REFUSED = [
    ("ipv4-addr", "", "empty"),
    ("ipv4-addr", "256.0.2.1", "invalid-octet"),
    ("ipv4-addr", "192.0.2", "malformed"),
    ("ipv4-addr", "192.0.2.1/33", "malformed"),
    ("ipv4-addr", "192.0.2.1/x", "malformed"),
    ("ipv4-net", "0.0.0.0/0", "too-wide"),
    ("ipv4-net", "128.0.0.0/1", "too-wide"),
    ("ipv4-net", "10.0.0.0/7", "too-wide"),
    ("ipv6-net", "::/0", "too-wide"),
    ("ipv6-net", "::ffff:0:0/95", "too-wide"),
    ("ipv6-net", "::ffff:0.0.0.0/96", "too-wide"),
    ("ipv6-addr", "2001:db8::1::2", "malformed"),
    ("ipv6-addr", "1:2:3:4:5:6:7:8:9", "malformed"),
    ("ipv6-addr", "::192.0.2.1", "malformed"),
    ("domain-name", "", "empty"),
    ("domain-name", "*.", "empty"),
    ("domain-name", "com", "public-suffix"),
    ("domain-name", "co.uk", "public-suffix"),
    ("domain-name", "*.CO.UK.", "public-suffix"),
    ("domain-name", "localhost", "single-label"),
    ("domain-name", "evil..example", "malformed"),
    ("domain-name", "-evil.example", "malformed"),
    ("domain-name", "ev il.example", "malformed"),
    ("domain-name", "a" * 64 + ".example", "malformed"),
    ("domain-name", ".".join(["a" * 60] * 5), "malformed"),
    ("url", "", "empty"),
    ("url", "/", "bare-path"),
    ("url", "/index.php", "bare-path"),
    ("url", "http:///x", "bare-path"),
    ("url", "?x", "bare-path"),
    ("url", "http://evil.example:99999/", "malformed"),
    ("url", "http://evil.example:x/", "malformed"),
    ("url", "http://server/x", "single-label"),
    ("url", "http://256.1.1.1/x", "invalid-octet"),
    ("url", "http://evil.example/" + "a" * 5000, "too-long"),
    ("email-addr", "", "empty"),
    ("email-addr", "user", "malformed"),
    ("email-addr", "@evil.example", "malformed"),
    ("email-addr", "user@localhost", "single-label"),
    ("email-addr", "a" * 65 + "@evil.example", "malformed"),
    ("md5", "", "empty"),
    ("md5", "xyz", "malformed"),
    ("sha1", "ab" * 17, "malformed"),
    ("tlsh", "x", "unknown-kind"),
]


@pytest.mark.parametrize(("kind", "written", "code"), REFUSED)
def test_refused_with_a_reason(kind: str, written: str, code: str) -> None:
    with pytest.raises(ObservableError) as refusal:
        canonical(kind, written)
    assert refusal.value.code == code
    assert refusal.value.what


def test_every_enumerable_kind_is_registered() -> None:
    stated = {"ja3", "ja3s", "x509-certificate"}
    literals = {kind.name for kind in registry() if is_literal(kind.name)}
    assert {*ENUMERABLE_KINDS, *stated, *literals} == {kind.name for kind in registry()}
    assert not literals & {*ENUMERABLE_KINDS, *stated}
    assert registry().failures == ()


KINDS = [kind.name for kind in registry()]


@pytest.mark.parametrize("kind", KINDS)
def test_examples_are_canonical_and_findable(kind: str) -> None:
    spec = registry()[kind]
    assert spec.examples
    for example in spec.examples:
        assert canonical(kind, example) == Observable(kind, example)
        forms = set(spec.spellings(example))
        record = (
            b"x " + example.partition("/")[0].encode() if kind.endswith("-net") else b"x " + example.encode()
        )
        find = spec.find_known(forms) if spec.find_known else spec.find
        found = {value for reading in find(record) for value, _ in spec.lookups(reading.value)}
        assert forms & found, example


WRITTEN = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789abcdefxXn.:/-_@%*[]?#&\\é ", max_size=40),
    st.lists(st.sampled_from(["http://", "evil", ".", "example", "/", "%41", "%", "25", "&amp;", "amp;", "&", "#38;", "?", "#", ":80",
                              ":443", "@", "\\/", "\\u0026", "é", "xn--", "192.0.2.1", "[::1]", "//", "=", "*."]), max_size=10).map("".join),
)  # fmt: skip


@given(st.sampled_from(KINDS), WRITTEN)
def test_canonical_is_idempotent_or_refused(kind: str, written: str) -> None:
    try:
        observable = canonical(kind, written)
    except ObservableError:
        return
    assert canonical(observable.kind, observable.value) == observable
    if not is_literal(observable.kind):
        assert spellings(observable)[0] == observable.value.encode()


@given(st.integers(0, 2**32 - 1), st.integers(8, 31))
def test_network_holds_its_address(address: int, prefix: int) -> None:
    text = ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))
    network = canonical("ipv4-addr", f"{text}/{prefix}")
    assert network.kind == "ipv4-net"
    assert network.value in {value for value, _ in registry()["ipv4-net"].lookups(text)}


@given(st.integers(0, 2**128 - 1))
def test_ipv6_has_one_form(number: int) -> None:
    groups = [f"{number >> shift & 0xFFFF:04x}" for shift in range(112, -1, -16)]
    plain = canonical("ipv6-addr", ":".join(groups))
    assert canonical("ipv6-addr", ":".join(groups).upper()) == plain
    assert canonical("ipv6-addr", plain.value) == plain


def test_spellings_of_idn() -> None:
    assert spellings(canonical("domain-name", "bücher.example")) == (
        b"xn--bcher-kva.example",
        "bücher.example".encode(),
        "bu\u0308cher.example".encode(),
    )
    assert "http://bücher.example/A".encode() in spellings(canonical("url", "http://bücher.example/A"))


def test_what_matches_below() -> None:
    assert matches_below(Observable("domain-name", "evil.example"))
    assert not matches_below(Observable("domain-name", "github.io"))
    assert not matches_below(Observable("ipv4-addr", "192.0.2.1"))


GUESSED = {
    "192.0.2.1": "ipv4-addr",
    "192.0.2[.]1:443": "ipv4-addr",
    "192.0.2.0/24": "ipv4-net",
    "2001:db8::1": "ipv6-addr",
    "[2001:db8::1]:443": "ipv6-addr",
    "2001:db8::/32": "ipv6-net",
    "evil[.]example": "domain-name",
    "evil.example:8080": "domain-name",
    "github.io": "domain-name",
    "transfer.sh": "domain-name",
    "hxxp://evil[.]example/a": "url",
    "evil.example/a": "url",
    "user[at]evil.example": "email-addr",
    "ab" * 16: "md5",
    '"' + "AB" * 32 + '"': "sha256",
}


@pytest.mark.parametrize(("text", "kind"), GUESSED.items())
def test_guess(text: str, kind: str) -> None:
    found = guess(text)
    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "text",
    ["", "hello", "hello world", "README.md", "beacon.exe", "com", "0.0.0.0/0", "/x", "1.2.3", "999.1.1.1"],
)
def test_no_guess(text: str) -> None:
    assert guess(text) is None


@given(WRITTEN)
def test_guess_never_fails(text: str) -> None:
    found = guess(text)
    assert found is None or canonical(found.kind, found.value) == found
