"""Pseudonyms of what is inside: a permutation that keeps networks together, and is nothing without its key."""

from __future__ import annotations

import stat
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traque.errors import UsageError
from traque.ledger import Inner, Key, Ledger, Secret, Settings, create, secret_of
from traque.ledger._asking import Pseudonyms
from traque.ledger._values import question
from traque.ledger.inside import Inside, spelled
from traque.ledger.oracle import holds, stored, written
from traque.model import Observable

SECRET = bytes(range(32))
NETWORKS = (("10.0.0.0", 8), ("10.7.0.0", 16), ("203.0.113.8", 29), ("192.0.2.7", 32), ("fc00::", 7))
INSIDE = Inside((*NETWORKS, ("fe80::", 10)), ("own.example",), SECRET)


def of(value: str, inside: Inside = INSIDE) -> str:
    kind = "email-addr" if "@" in value else "ipv6-addr" if ":" in value else "ipv4-addr"
    return written(kind, inside.held(kind, stored(kind, value)))


def addresses(network: str) -> st.SearchStrategy[str]:
    return st.ip_addresses(network=network).map(str)


INNER = st.one_of(addresses("10.0.0.0/8"), addresses("203.0.113.8/29"), addresses("fc00::/7"))


def alike(one: str, other: str) -> int:
    """The bits with which both begin."""
    first, second = ip_address(one), ip_address(other)
    return first.max_prefixlen - (int(first) ^ int(second)).bit_length()


@given(
    st.lists(addresses("10.0.0.0/8"), min_size=2, max_size=2)
    | st.lists(addresses("fc00::/7"), min_size=2, max_size=2)
)
def test_they_begin_alike_for_as_many_bits(both: list[str]) -> None:
    assert alike(of(both[0]), of(both[1])) == alike(*both)


@given(INNER)
def test_they_are_inside_and_lead_back_with_the_key(address: str) -> None:
    packed = ip_address(of(address)).packed
    kind = "ipv4-addr" if len(packed) == 4 else "ipv6-addr"
    assert INSIDE.holds(kind, packed)
    assert INSIDE.meant(packed) == ip_address(address).packed
    assert of(address, Inside(NETWORKS, (), bytes(32))) != of(address) or address.startswith("203.")


def test_no_two_share_one() -> None:
    every = [f"203.0.113.{n}" for n in range(8, 16)]
    assert sorted(map(of, every)) == sorted(every)
    assert len({of(f"10.7.{a}.{b}") for a in range(20) for b in range(20)}) == 400


def test_what_is_not_inside_is_held_as_it_is() -> None:
    for value in ("198.51.100.1", "203.0.113.16", "2001:db8::1", "someone@other.example", "x@notown.example"):
        assert of(value) == value
    assert of("192.0.2.7") == "192.0.2.7", "of a network of one address all bits are its own"


def test_the_widest_network_counts() -> None:
    """Else pseudonyms in 10.7/16 could be those of its machines, or of others in 10/8."""
    assert of("10.7.0.1", Inside((("10.0.0.0", 8),), (), SECRET)) == of("10.7.0.1")
    network = INSIDE.network(ip_network("10.7.0.0/16"))
    assert ip_address(of("10.7.200.3")) in network
    assert network.prefixlen == 16
    assert INSIDE.network(ip_network("10.0.0.0/8")) == ip_network("10.0.0.0/8")
    assert INSIDE.network(ip_network("8.0.0.0/6")) == ip_network("8.0.0.0/6")


def test_they_never_change() -> None:
    """A ledger is for years: these are what docs/ledger-format.md makes of them."""
    assert of("10.1.2.3") == "10.123.0.239"
    assert of("10.7.0.1") == "10.124.149.251"
    assert of("203.0.113.9") == "203.0.113.14"
    assert of("fd00::1") == "fc41:7fec:5e2b:da6c:4b38:8510:964a:aa65"
    assert of("jane@own.example") == "83b1316d870ea1759a3f42485dbb2f16@own.example"
    assert Secret(SECRET).check.startswith("4dbc0b662b9043db")


def test_mail_addresses_of_own_domains() -> None:
    word, _, host = of("jane@mail.own.example").partition("@")
    assert (len(word), host) == (32, "mail.own.example")
    assert word != of("jane@own.example").partition("@")[0]
    names = spelled(("xn--bcher-kva.example",))
    assert Inside((), names).holds("email-addr", "jane@b\u00fccher.example".encode())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ipv4-addr", "10.7.0.1"),
        ("ipv4-net", "10.7.0.0/24"),
        ("ipv4-net", "0.0.0.0/0"),
        ("email-addr", "jane@own.example"),
        ("url", "http://10.7.0.1/x"),
    ],
)
def test_only_the_key_tells_of_what_is_inside(kind: str, value: str) -> None:
    asked = Observable(kind, value)
    assert holds(asked, INSIDE)
    assert not holds(asked, Inside(INSIDE.networks, INSIDE.domains))


def test_mail_in_which_an_address_inside_stands_is_held_by_no_name() -> None:
    asked = Observable("email-addr", "host/10.7.0.1@realm.example")
    assert not holds(asked, INSIDE)
    assert holds(asked, Inside())


KEYS = (
    Key(inside=("10.0.0.0/8",), inner=Inner.PSEUDONYMS),
    Key(inside=("10.7.0.0/16",), inner=Inner.PSEUDONYMS, domains=("own.example",)),
)


@given(addresses("10.0.0.0/8"), st.sampled_from([0, 1]), st.integers(8, 32))
def test_a_row_is_told_as_what_it_means_under_its_key(address: str, key: int, bits: int) -> None:
    pseudonyms = Pseudonyms(KEYS, SECRET)
    row = KEYS[key].hidden(SECRET).held("ipv4-addr", ip_address(address).packed)
    network = ip_network(f"{address}/{bits}", strict=False)
    for asked in (Observable("ipv4-addr", address), Observable("ipv4-net", str(network))):
        wanted = question(asked)
        assert wanted is not None
        forms = [wanted, *(form for other in pseudonyms.forms(asked) if (form := question(other)))]
        assert sum(form.holds(row) for form in forms) == 1
        assert pseudonyms.told(key, wanted, row) == ip_address(address).packed
        others = Pseudonyms(KEYS, None)
        is_plain = key == 1 and ip_address(address) not in ip_network("10.7.0.0/16")
        assert (others.told(key, wanted, row) is not None) == is_plain
    if row != ip_address(address).packed:
        other = question(Observable("ipv4-addr", str(ip_address(row))))
        assert other is not None
        assert pseudonyms.told(key, other, row) is None


# ---- the key's file


def test_the_key_is_made_for_its_owner_alone_and_never_in_the_ledger(tmp_path: Path) -> None:
    settings = Settings(inner=Inner.PSEUDONYMS)
    for place in ("ledger/key", "ledger/rows/../key", "ledger"):
        with pytest.raises(UsageError, match="must not be in the ledger"):
            create(tmp_path / "ledger", settings, key=tmp_path / place)
    with pytest.raises(UsageError, match="need a key"):
        create(tmp_path / "ledger", settings)
    key = tmp_path / "key"
    create(tmp_path / "ledger", settings, key=key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    text = key.read_text()
    create(tmp_path / "second", settings, key=key)
    assert key.read_text() == text
    manifest = Ledger.open(tmp_path / "ledger", key).manifest
    assert text.strip() not in (tmp_path / "ledger/ledger.json").read_text()
    assert manifest.settings.check == Secret.read(key).check


def test_a_wrong_key_is_said(tmp_path: Path) -> None:
    settings = Settings(inner=Inner.PSEUDONYMS)
    create(tmp_path / "ledger", settings, key=tmp_path / "key")
    create(tmp_path / "other", settings, key=tmp_path / "another")
    with pytest.raises(UsageError, match="not the key of this ledger"):
        Ledger.open(tmp_path / "ledger", tmp_path / "another")
    for content in (b"", b"ab" * 31, b"ab" * 33, b"zz" * 32, b"\xff" * 64):
        (tmp_path / "key").write_bytes(content)
        with pytest.raises(UsageError, match="no key of a ledger"):
            Ledger.open(tmp_path / "ledger", tmp_path / "key")
    (tmp_path / "key").unlink()
    with pytest.raises(UsageError, match="cannot be read"):
        Ledger.open(tmp_path / "ledger", tmp_path / "key")
    assert Ledger.open(tmp_path / "ledger").lacks_key


def test_a_ledger_without_pseudonyms_asks_for_none(tmp_path: Path) -> None:
    assert secret_of(Settings(), tmp_path / "nowhere", needed=True) is None
