"""A hunt with a ledger gives the answer of the hunt without it; what is gone is told by the ledger alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from ledger_estate import INNER as INNER_ADDRESSES
from ledger_estate import Estate

from traque.hunt import HuntOptions, hunt
from traque.indexing import add
from traque.ledger import Inner, Settings, create
from traque.model import HuntResult, IndicatorRef, Sighting, Verdict

OWN = HuntOptions(own=("203.0.113.0/29", "home.example"), jobs=1)
INNER = tuple(Inner)


def made(folder: Path, inner: Inner) -> HuntOptions:
    """An empty ledger, and how it is asked."""
    key = folder / "key"
    create(folder / "ledger", Settings(inner=inner), key=key)
    return msgspec.structs.replace(OWN, ledger_key=key)


def asked(estate: Estate, ledger: Path, options: HuntOptions = OWN) -> tuple[HuntResult, HuntResult]:
    """The same question without the ledger and with it."""
    bulletin = estate.question()
    with_it = msgspec.structs.replace(options, ledger=ledger)
    return (
        hunt([bulletin], [estate.folder], options=options),
        hunt([bulletin], [estate.folder], options=with_it),
    )


def said(result: HuntResult) -> Any:
    """All that an answer says, but for when it was given and what the ledger had to do with it."""
    document = msgspec.to_builtins(result)
    for name in ("started", "finished", "ledger"):
        document["hunt"].pop(name)
    for source in document["coverage"]["sources"]:
        source.pop("ledger")
    return document


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("seed", range(6))
def test_the_answer_is_that_of_the_hunt_without_it(tmp_path: Path, seed: int, inner: Inner) -> None:
    estate = Estate(tmp_path / "logs", seed)
    ledger = tmp_path / "ledger"
    estate.folder.mkdir()
    options = made(tmp_path, inner)
    spared = 0
    for _ in range(4):
        estate.grow()
        add(ledger, [estate.folder], options=options)
        for _ in range(estate.random.randrange(3)):
            estate.grow(1)
        plain, remembered = asked(estate, ledger, options)
        assert said(remembered) == said(plain), f"seed {seed}"
        assert remembered.hunt.ledger is not None
        spared += remembered.hunt.ledger.spared
    assert spared, "nothing was spared"


@pytest.mark.parametrize("seed", range(12))
def test_files_that_grow_move_or_are_compressed_change_nothing(tmp_path: Path, seed: int) -> None:
    estate = Estate(tmp_path / "logs", 100 + seed)
    ledger = tmp_path / "ledger"
    estate.folder.mkdir()
    create(ledger)
    for _ in range(4):
        estate.grow(2)
        for _ in range(estate.random.randrange(4)):
            estate.change()
        if estate.random.random() < 0.7:
            add(ledger, [estate.folder], options=OWN)
        for _ in range(estate.random.randrange(2)):
            estate.change()
        plain, remembered = asked(estate, ledger)
        assert said(remembered) == said(plain), f"seed {seed}"
        assert remembered.hunt.ledger is not None
        assert remembered.hunt.ledger.alone == 0


@pytest.mark.parametrize("inner", INNER)
@pytest.mark.parametrize("seed", range(6))
def test_what_is_gone_is_told_by_the_ledger(tmp_path: Path, seed: int, inner: Inner) -> None:
    """Counts, times and relations of all sightings are as they were when all logs were there."""
    estate = Estate(tmp_path / "logs", 200 + seed)
    ledger = tmp_path / "ledger"
    estate.folder.mkdir()
    options = made(tmp_path, inner)
    estate.grow(10)
    add(ledger, [estate.folder], options=options)
    bulletins = [estate.question() for _ in range(4)]
    before = [hunt([bulletin], [estate.folder], options=OWN) for bulletin in bulletins]
    for _ in range(5):
        estate.lose()
    for bulletin, plain in zip(bulletins, before, strict=True):
        with_it = msgspec.structs.replace(options, ledger=ledger)
        remembered = hunt([bulletin], [estate.folder], options=with_it)
        held = {one.indicator: one for one in remembered.sightings}
        untold = [one for one in plain.sightings if not is_told(one.indicator, remembered)]
        for sighting in plain.sightings:
            if sighting not in untold:
                same_numbers(held[sighting.indicator], sighting)
        if inner is not Inner.LEFT_OUT:
            hidden = {*INNER_ADDRESSES, "victim@home.example", "10.0.0.0/8"}
            assert not hidden & {one.indicator.value for one in untold}


def is_told(indicator: IndicatorRef, result: HuntResult) -> bool:
    """Whether the ledger could tell of it."""
    untold = [d for d in result.diagnostics if d.code in {"ledger-not-held", "ledger-only-host"}]
    return not any(example.startswith(indicator.value) for d in untold for example in d.examples)


def same_numbers(told: Sighting, read: Sighting) -> None:
    """A record with two names below one, or two addresses of a network, counts for each where it is gone."""
    assert (told.first_seen, told.last_seen) == (read.first_seen, read.last_seen)
    assert told.relations.keys() == read.relations.keys()
    if told.relations.keys() == {"exact"}:
        assert (told.count, told.undated) == (read.count, read.undated)
        by_path = {seen.path: seen for seen in read.sources}
        for seen in told.sources:
            was = by_path[seen.path.partition(" (ledger")[0]]
            assert seen.verdicts in (was.verdicts, {Verdict.UNCLEAR: seen.count}), seen.path
    else:
        assert told.count >= read.count
