"""Ranges of addresses in lists, hosts files' own entries, and the hashes of a MISP feed."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from traque import bulletins
from traque.errors import EmptyBulletin, MalformedBulletin


def values(text: str, name: str = "x.txt") -> list[str]:
    return [i.observable.value for i in bulletins.read_bytes(text.encode(), name).indicators]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.0-192.0.2.255", ["192.0.2.0/24"]),
        ("192.0.2.10 - 192.0.2.12", ["192.0.2.10/31", "192.0.2.12"]),
        ("192.0.2.7–192.0.2.7", ["192.0.2.7"]),
        ("2001:db8::-2001:db8::ff", ["2001:db8::/120"]),
        ("192.0.2.0-192.0.2.3 # relays", ["192.0.2.0/30"]),
    ],
)
def test_a_range_is_its_networks(text: str, expected: list[str]) -> None:
    assert values(text) == expected


def test_a_range_in_a_table() -> None:
    assert values("ip,comment\n192.0.2.0-192.0.2.3,relay\n", "x.csv") == ["192.0.2.0/30"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("192.0.2.9-192.0.2.1", "malformed"),
        ("1.0.0.0-200.0.0.0", "too-wide"),
        ("192.0.2.1-192.0.2.256", "invalid-octet"),
    ],
)
def test_what_is_no_range_says_why(text: str, code: str) -> None:
    found = bulletins.read_bytes(f"203.0.113.1\n{text}\n".encode(), "x.txt")
    assert [i.observable.value for i in found.indicators] == ["203.0.113.1"]
    assert code in {refused.code for refused in found.refused}


def test_the_hashes_of_a_misp_feed_are_refused_in_words() -> None:
    line = "{:032x},6c000000-0000-4000-8000-000000000001\n"
    with pytest.raises(MalformedBulletin, match=r"hashes\.csv"):
        bulletins.read_bytes("".join(line.format(n) for n in range(50)).encode(), "hashes.csv")


def misp(*attributes: dict[str, object]) -> bytes:
    return json.dumps(
        {"Event": {"uuid": "e", "info": "x", "date": "2021-01-01", "Attribute": attributes}}
    ).encode()


def test_all_attributes(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(
        misp(
            {"type": "ip-dst", "value": "192.0.2.1", "to_ids": False, "uuid": "a", "comment": "C2"},
            {"type": "ip-dst|port", "value": "192.0.2.2|443", "to_ids": False, "uuid": "b"},
            {"type": "link", "value": "https://blog.example/", "to_ids": False, "uuid": "c"},
            {"type": "size-in-bytes", "value": "7", "to_ids": False, "uuid": "d"},
        )
    )
    with pytest.raises(EmptyBulletin) as error:
        bulletins.load([str(path)])
    assert "--all-attributes" in error.value.remedy
    (found,) = bulletins.load([str(path)], all_attributes=True)
    assert [i.observable.value for i in found.indicators] == ["192.0.2.1", "192.0.2.2"]
    assert found.indicators[0].role == "c2"
    assert {refused.value for refused in found.refused} == {"https://blog.example/", "7"}
    assert any("--all-attributes" in note for note in found.notes)


def test_a_long_event_is_read_as_a_short_one() -> None:
    """Past a megabyte attributes are decoded one by one."""
    plain = [
        {"type": "domain", "value": f"d{n}.evil.example", "to_ids": True, "uuid": f"u{n}"} for n in range(400)
    ]
    short = bulletins.read_bytes(misp(*plain), "x.json")
    long = bulletins.read_bytes(misp(*plain) + b" " * (2 << 20), "x.json")
    assert long.indicators == short.indicators
    strange = [7, None, "x", [], *plain[:1]]
    assert len(bulletins.read_bytes(misp(*strange) + b" " * (2 << 20), "x.json").indicators) == 1  # type: ignore[arg-type]


def test_many_attributes_take_little_time() -> None:
    many = [
        {
            "type": "ip-dst",
            "value": f"2001:db8::{n >> 8:x}:{n & 255:x}",
            "to_ids": True,
            "uuid": f"u{n}",
            "timestamp": "1600000000",
        }
        for n in range(30_000)
    ]
    data = misp(*many)
    began = time.process_time()
    assert len(bulletins.read_bytes(data, "x.json").indicators) == 30_000
    assert time.process_time() - began < 5
