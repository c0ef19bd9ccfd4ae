"""Tallies count exactly; evidence is bounded, and always holds the first, the last and each verdict."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from traque.model import Direction, Evidence, Verdict
from traque.triage.judge import Judgement
from traque.triage.names import COUNTED, Names, top
from traque.triage.tally import EVIDENCE_KEPT, NAMES_KEPT, Spread, Tally, choose_evidence

T0 = datetime(2021, 1, 1, tzinfo=UTC)


def evidence(line: int, verdict: Verdict = Verdict.BLOCKED, minutes: int | None = None) -> Evidence:
    time = T0 + timedelta(minutes=line if minutes is None else minutes)
    return Evidence(
        path="a.log",
        line=line,
        offset=line * 100,
        time=time,
        text=f"record {line}",
        match="x",
        verdict=verdict,
    )


def judgement(verdict: Verdict = Verdict.BLOCKED, asset: str = "", **more: object) -> Judgement:
    return Judgement(verdict=verdict, why="", asset=asset, **more)  # type: ignore[arg-type]


def test_the_spread_is_bounded_and_keeps_first_last_and_each_verdict() -> None:
    spread = Spread()
    offered = [evidence(n, Verdict.AUTHENTICATED if n == 7_321 else Verdict.BLOCKED) for n in range(10_000)]
    for one in offered:
        spread.add(one)
    kept = spread.kept()
    assert len(kept) <= EVIDENCE_KEPT + len(Verdict) + 1
    assert offered[0] in kept
    assert offered[-1] in kept
    assert offered[7_321] in kept


def test_what_the_spread_does_not_want_would_not_be_kept() -> None:
    rng = random.Random(161)
    told, asked = Spread(), Spread()
    for n in range(3_000):
        one = evidence(n, rng.choice([Verdict.BLOCKED, Verdict.CONTACT]), minutes=rng.randrange(100_000))
        if asked.wants(one.verdict, one.time):
            asked.add(one)
        else:
            asked.skip()
        told.add(one)
    assert asked.kept() == told.kept()


def test_chosen_evidence_has_the_first_the_last_and_the_first_of_each_verdict() -> None:
    rng = random.Random(161)
    many = [evidence(n, rng.choice([Verdict.BLOCKED, Verdict.BLOCKED, Verdict.SESSION])) for n in range(500)]
    chosen = choose_evidence(many, None)
    assert len(chosen) == EVIDENCE_KEPT
    assert chosen[0] == many[0]
    assert chosen[-1] == many[-1]
    assert next(e for e in many if e.verdict is Verdict.SESSION) in chosen
    assert list(chosen) == sorted(chosen, key=lambda e: e.line)


def test_without_a_spread_first_last_and_the_first_of_each_verdict_are_kept() -> None:
    rng = random.Random(161)
    spread, whole = Spread(0), Spread()
    for n in range(3_000):
        one = evidence(n, rng.choice([Verdict.BLOCKED, Verdict.CONTACT, Verdict.SESSION]))
        if spread.wants(one.verdict, one.time):
            spread.add(one)
        else:
            spread.skip()
        whole.add(one)
    assert len(spread.kept()) == 4
    assert all(one in whole.kept() for one in spread.kept())


def test_few_records_are_all_kept_once() -> None:
    few = [evidence(2), evidence(1), evidence(2)]
    assert [e.line for e in choose_evidence(few, None)] == [1, 2]


def test_merging_equals_counting_in_one_place() -> None:
    rng = random.Random(2021)
    whole, parts = Tally(), [Tally() for _ in range(5)]
    for _ in range(1_000):
        moment = T0 + timedelta(seconds=rng.randrange(10**6)) if rng.random() > 0.1 else None
        one = judgement(
            rng.choice(list(Verdict)),
            asset=rng.choice(["a", "b", ""]),
            port=rng.choice([22, 443, None]),
            account=rng.choice(["x", ""]),
            inward=rng.choice([None, 5]),
            direction=rng.choice([Direction.INBOUND, Direction.UNKNOWN]),
        )
        for tally in (whole, rng.choice(parts)):
            tally.add(one, moment, "exact")
    merged = Tally()
    for part in parts:
        merged.merge(part)
    for name in ("count", "undated", "verdicts", "relations", "assets", "accounts", "ports", "first", "last", "inward",
                 "outward", "direction"):  # fmt: skip
        assert getattr(merged, name) == getattr(whole, name), name


def test_names_are_bounded_and_counts_are_not() -> None:
    tally = Tally()
    for n in range(NAMES_KEPT * 3):
        tally.add(judgement(asset=f"10.0.0.{n}", account=f"user{n}", port=n), T0, "exact")
    tally.close()
    assert tally.count == NAMES_KEPT * 3
    assert len(tally.assets[Verdict.BLOCKED]) == len(tally.accounts) == len(tally.ports) == NAMES_KEPT


def test_the_most_frequent_names_stay() -> None:
    tally = Tally()
    for n in range(NAMES_KEPT * 3):
        for _ in range(2 if n % 3 == 2 else 1):
            tally.add(judgement(account=f"user{n}"), T0, "exact")
    tally.close()
    assert set(tally.accounts) == {f"user{n}" for n in range(2, NAMES_KEPT * 3, 3)}
    assert set(tally.accounts.values()) == {2}


def test_the_same_names_are_counted_in_any_order_and_in_parts() -> None:
    rng = random.Random(161)
    came = [f"host-{rng.randrange(3 * COUNTED)}.example" for _ in range(20_000)]
    whole: Names[str] = Names()
    for name in came:
        whole.count(name)
    assert len(whole) == COUNTED
    assert whole == {name: came.count(name) for name in whole}
    parts = [Names[str]() for _ in range(4)]
    for name in rng.sample(came, len(came)):
        rng.choice(parts).count(name)
    together: Names[str] = Names()
    for part in parts:
        for name, count in part.items():
            together.count(name, count)
    assert together == whole


def test_the_most_frequent_asset_comes_first() -> None:
    tally = Tally()
    for asset in ("b", "a", "c", "c"):
        tally.add(judgement(asset=asset), T0, "exact")
    assert top(tally.assets[Verdict.BLOCKED]) == ("c", "a", "b")


def test_assets_are_told_apart_by_verdict() -> None:
    tally = Tally()
    tally.add(judgement(Verdict.BLOCKED, asset="probed"), T0, "exact")
    tally.add(judgement(Verdict.OUTBOUND, asset="caller"), T0, "exact")
    assert tally.assets_by([Verdict.OUTBOUND, Verdict.SESSION, Verdict.BLOCKED]) == {
        Verdict.OUTBOUND: ("caller",),
        Verdict.BLOCKED: ("probed",),
    }
