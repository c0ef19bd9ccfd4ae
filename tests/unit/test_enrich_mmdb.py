"""The user's own MMDB files, and places from them before the packed data."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from traque.enrich.mmdb import Database
from traque.enrich.places import Atlas, Place
from traque.errors import UsageError


def _mmdb(path: Path, records: dict[str, object], *, version: int = 6) -> Path:
    writer = MMDBWriter(ip_version=version, database_type="Example-City", ipv4_compatible=version == 6)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    writer.to_db_file(str(path))
    return path


CITY = {
    "203.0.113.0/24": {"country": {"iso_code": "FR"}, "city": {"names": {"en": "Lyon", "fr": "Lyon"}}},
    "2001:db8::/32": {"registered_country": {"iso_code": "de"}},
}


def test_fields_of_well_known_files(tmp_path: Path) -> None:
    city = Database(_mmdb(tmp_path / "city.mmdb", CITY))
    assert city.facts("203.0.113.9") == {"country": "FR", "city": "Lyon"}
    assert city.facts("2001:db8::1") == {"country": "DE"}
    assert city.facts("198.51.100.1") == {}
    flat = Database(
        _mmdb(
            tmp_path / "flat.mmdb",
            {"203.0.113.0/24": {"country": "FR", "asn": "AS64496", "as_name": "Example"}},
        )
    )
    assert flat.facts("203.0.113.9") == {"country": "FR", "asn": "64496", "network": "Example"}
    asn = Database(
        _mmdb(
            tmp_path / "asn.mmdb",
            {
                "203.0.113.0/24": {
                    "autonomous_system_number": 64496,
                    "autonomous_system_organization": "Example",
                }
            },
            version=4,
        )
    )
    assert asn.facts("203.0.113.9") == {"asn": "64496", "network": "Example"}
    assert asn.facts("2001:db8::1") == {}, "an IPv6 address in a file of IPv4"


@pytest.mark.parametrize(
    "record",
    [
        {"country": {"iso_code": "\x1b["}},
        {"country": 7},
        {"asn": "AS"},
        {"city": {"names": 1}},
        "text",
        ["x"],
        {"asn": "9" * 11},
    ],
)
def test_records_that_say_nothing_usable(tmp_path: Path, record: object) -> None:
    assert Database(_mmdb(tmp_path / "x.mmdb", {"203.0.113.0/24": record})).facts("203.0.113.9") == {}


def test_a_file_says_what_it_is_and_how_old(tmp_path: Path) -> None:
    reference = Database(_mmdb(tmp_path / "city.mmdb", CITY)).reference
    assert reference.name == "mmdb:city.mmdb"
    assert reference.title == "Example-City"
    assert len(reference.date) == len("2026-01-31")


@pytest.mark.parametrize("content", [b"", b"no data base", b"\xab\xcd\xefMaxMind.com" + b"\xff" * 40])
def test_what_is_no_mmdb(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.mmdb").write_bytes(content)
    with pytest.raises(UsageError, match="MMDB"):
        Database(tmp_path / "x.mmdb")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        Database(tmp_path / "missing.mmdb")


def test_the_users_facts_come_first_and_the_packed_ones_fill_in(tmp_path: Path) -> None:
    mine = _mmdb(
        tmp_path / "mine.mmdb",
        {"8.8.8.0/24": {"country": {"iso_code": "FR"}, "city": {"names": {"en": "Lyon"}}}},
    )
    other = _mmdb(tmp_path / "other.mmdb", {"8.8.8.0/24": {"country": "DE", "asn": 64496}})
    with Atlas([mine, other]) as atlas:
        assert atlas.place("8.8.8.8") == Place("FR", "Lyon", 64496, "")
        assert atlas.place("8.8.4.4") == Place("US", "", 15169, "GOOGLE")
        assert atlas.place("8.8.8.0/24") == Place("US", "", 15169, "GOOGLE"), (
            "a network is asked of the packed data"
        )
        assert [held.name for held in atlas.references] == [
            "mmdb:mine.mmdb",
            "mmdb:other.mmdb",
            "countries",
            "networks",
        ]
