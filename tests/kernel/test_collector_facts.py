"""Facts that the kernel tells by kinds are those of each record, and judge as the record does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from traque import timestamps
from traque.hunt.clock import Clock
from traque.ledger import oracle
from traque.ledger.collector import Collector
from traque.ledger.facts import Fact, Teller
from traque.logs import Recognition, recognise, registry
from traque.model import Observable
from traque.scan.kernel import compiled
from traque.timestamps import YearRule
from traque.triage.judge import judge
from traque.triage.locate import Place, locate
from traque.triage.perimeter import Perimeter

pytest.importorskip("traque._kernel", reason="the extension is not built")

DATA = Path(__file__).resolve().parent.parent / "data" / "logs"
PERIMETER = Perimeter(["203.0.113.0/26"], [])
CLOCK = Clock(UTC, YearRule(year=None, latest=datetime(2021, 7, 1, tzinfo=UTC)))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HASHES = ("md5", "sha1", "sha256", "sha512")
Key = tuple[str, bytes, int | None, Fact | None]
Sums = tuple[int, int | None, int | None]


def shaped_samples() -> Iterator[Path]:
    """The samples of the formats that declare shapes, and of syslog, whose messages may have some."""
    for path in sorted(DATA.glob("*/*")):
        if path.is_file() and path.stat().st_size < 200_000 and recognition(path).reader.shapes:
            yield path


def recognition(path: Path) -> Recognition:
    return recognise(path.read_bytes()[:65536], path.name)


def records_of(path: Path) -> list[bytes]:
    """The records of a sample, and again with other numbers in them."""
    lines = [line.removesuffix(b"\r") for line in path.read_bytes().split(b"\n") if line]
    changed = [line.translate(bytes.maketrans(b"0123456789", b"1234567891")) for line in lines]
    return lines * 2 + changed


def told_of(teller: Teller, records: list[bytes]) -> dict[Key, Sums]:
    """What each record by itself says, added up."""
    from traque import _kernel

    signer = _kernel.Signer(compiled(teller.reader.shapes, teller.reader.times), list(PERIMETER.inside))
    found: dict[Key, Sums] = {}
    for record in records:
        shaped = signer.signature(record) is not None
        stamp = timestamps.read(record[:4096], teller.reader.times)
        day = None if stamp is None else (CLOCK.moment(stamp) - EPOCH) // timedelta(days=1)
        for kind, value in set(oracle.values(record)):
            stored = oracle.stored(kind, value)
            told = teller.tell(kind, stored, record) if shaped and kind not in HASHES else None
            key = (kind, stored, day, None if told is None else told.fact)
            bytes_of = (None, None) if told is None else (told.inward, told.outward)
            add(found, key, (1, *(None if one is None else one[1] for one in bytes_of)))
    return found


def add(found: dict[Key, Sums], key: Key, more: Sums) -> None:
    count, *sums = found.get(key, (0, None, None))
    inward, outward = (
        one if two is None else two + (one or 0) for one, two in zip(sums, more[1:], strict=True)
    )
    found[key] = (count + more[0], inward, outward)


@pytest.mark.parametrize("path", list(shaped_samples()), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_kinds_tell_what_each_record_tells(path: Path) -> None:
    teller = Teller(recognition(path).reader, PERIMETER)
    records = records_of(path)
    collector = Collector(teller.reader.times, CLOCK, teller=teller)
    data = b"\r\n".join(records)
    for at in range(0, len(data), 1000):
        collector.feed(data[at : at + 1000])
    collector.finish()
    found: dict[Key, Sums] = {}
    for row in collector.take():
        told = collector.told[row.fact]
        key = (row.kind, row.value, row.day, None if told is None else told.fact)
        add(found, key, (row.count, row.inward, row.outward))
    assert found == told_of(teller, records)


@pytest.mark.parametrize("name", sorted(spec.name for spec in registry()))
def test_a_fact_is_judged_as_its_record(name: str) -> None:
    """Of every format, whatever its records say: the same verdict, direction and worst case."""
    judged = 0
    for path in sorted((DATA / name).glob("*")):
        if not path.is_file() or path.stat().st_size > 100_000:
            continue
        teller = Teller(recognition(path).reader, PERIMETER)
        for record in path.read_bytes().split(b"\n")[:200]:
            event = teller.reader.parse(record.removesuffix(b"\r"))
            for kind, value in set(oracle.values(record)) if event is not None else ():
                assert event is not None
                told = teller.tell(kind, oracle.stored(kind, value), record.removesuffix(b"\r"))
                if told is None:
                    continue
                place = locate(Observable(kind, value), event)
                one, other = judge(event, place, PERIMETER), judge(told.fact.event(), place, PERIMETER)
                assert told.fact.place is place
                if place is Place.CARRIED:
                    assert kind in HASHES
                assert (one.verdict, one.direction, one.at_worst) == (
                    other.verdict,
                    other.direction,
                    other.at_worst,
                )
                judged += 1
    assert judged or name not in ("netfilter", "sshd", "fortigate", "squid", "webaccess", "zeek", "suricata")
