"""What a ledger alone says of any log is what a hunt in the log says, or the ledger says why it may not be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from traque.bulletins import from_values
from traque.errors import UsageError
from traque.hunt import HuntOptions, hunt
from traque.hunt.seen import seen
from traque.indexing import add
from traque.ledger import Ledger, create
from traque.ledger.oracle import values
from traque.model import Bulletin, Sighting
from traque.model.seen import SeenValue

LOGS = Path(__file__).parents[1] / "data/logs"
OPTIONS = HuntOptions(jobs=1)
VALUES = 40
LARGEST = 1 << 20

MIXED = "records that a syslog daemon passed on among those that the program wrote: the rule is of one form"
RELAYED = "a relayed record has two times: the relay's is read where all records have one"
OTHER_TIMES = {
    "asterisk": MIXED,
    "bind": MIXED,
    "exim": MIXED,
    "weberror": MIXED,
    "webaccess": "records of the error log among those of the access log",
    "delimited": RELAYED,
    "sshd": RELAYED,
    "wrapped": RELAYED,
    "google": "the time stands behind the first 4096 bytes of a record",
    "json": "the time has another name than in the first records",
    "keyvalue": "the time has another name than in the first records; comments are no pairs",
    "syslog": "a relayed record has two times, and the sender's counts; times behind other words",
    "w3c": "records with fewer columns than were announced are not understood",
}
"""Formats of which some records have another time than the one that is read where their times stand."""

NOT_UNDERSTOOD = "malformed", "lookalike", "truncated"
"""Logs of records that their format does not understand: a hunt does not date those, the ledger does."""


def logs() -> Iterator[Path]:
    for path in sorted(LOGS.rglob("*")):
        if path.is_file() and not path.name.endswith(".golden.json"):
            yield path


def asked(log: Path) -> Bulletin | None:
    """Some values that the ledger holds of a log."""
    found: dict[str, None] = {}
    for line in log.read_bytes()[:LARGEST].splitlines():
        for kind, value in values(line[:4096]):
            if kind != "url":
                found[value] = None
        if len(found) >= VALUES:
            break
    held = []
    for value in found:
        try:
            (indicator,) = from_values([value]).indicators
        except (UsageError, ValueError):
            continue
        held.append(indicator.observable.value)
    return from_values(held[:VALUES]) if held else None


def test_every_log(tmp_path: Path) -> None:
    compared = 0
    others: dict[str, list[str]] = {}
    for number, log in enumerate(logs()):
        compared += compare(log, tmp_path / str(number), others)
    assert compared > 500
    assert not {name: told for name, told in others.items() if name not in OTHER_TIMES}


def test_every_sample(samples: Path, tmp_path: Path) -> None:
    others: dict[str, list[str]] = {}
    for number, log in enumerate(sorted((samples / "logs").rglob("*"))):
        if log.is_file() and log.stat().st_size <= LARGEST:
            compare(log, tmp_path / str(number), others)
    assert not {name: told for name, told in others.items() if name not in OTHER_TIMES}


def compare(log: Path, folder: Path, others: dict[str, list[str]]) -> int:
    """How many values were compared; those whose times differ, as the ledger said they may, go to others."""
    bulletin = asked(log)
    if bulletin is None:
        return 0
    (folder / "logs").mkdir(parents=True)
    shutil.copy2(log, folder / "logs" / log.name)
    create(folder / "ledger")
    add(folder / "ledger", [folder / "logs"], options=OPTIONS)
    read = hunt([bulletin], [folder / "logs"], options=OPTIONS)
    told = seen(Ledger.open(folder / "ledger"), [one.observable for one in bulletin.indicators])
    held = {one.value: one for one in told.seen}
    untold = {one.value for one in told.untold}
    for sighting in read.sightings:
        if sighting.indicator.value not in untold:
            one = held[sighting.indicator.value]
            same_count(one, sighting, log)
            if times(one) == (sighting.first_seen, sighting.last_seen, sighting.undated):
                continue
            assert one.own_times or one.at_most, (log, one.value)
            if not one.at_most and not any(word in log.name for word in NOT_UNDERSTOOD):
                for source in read.coverage.sources:
                    others.setdefault(source.format, []).append(f"{log.name}: {one.value}")
    return len(read.sightings)


def times(one: SeenValue) -> tuple[object, object, int]:
    return one.first, one.last, one.undated


def same_count(one: SeenValue, sighting: Sighting, log: Path) -> None:
    if one.at_most:
        assert one.records >= sighting.count, (log, one.value)
    else:
        assert one.records == sighting.count, (log, one.value)
