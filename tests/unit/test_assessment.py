"""Explanations, cases, leads, plan, visibility and losses, each from small made parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import reports_sample as sample

from traque.hunt.losses import Losses, merged
from traque.logs import LossWord
from traque.model import (
    Coverage,
    Direction,
    Event,
    Evidence,
    FromLedger,
    Initiator,
    Observable,
    Outcome,
    OutsideValidity,
    Sight,
    Sighting,
    SourceCoverage,
    Verdict,
)
from traque.reports._language import words
from traque.triage.cases import cases
from traque.triage.explain import RULES, explain
from traque.triage.judge import Judgement
from traque.triage.leads import COMMON, Book, Habits
from traque.triage.perimeter import Perimeter
from traque.triage.plan import first_hour
from traque.triage.residents import residents
from traque.triage.tally import Tally
from traque.triage.visibility import MANY, Sample, sayable, sight

OURS = Perimeter(["203.0.113.0/24"])
DAY = datetime(2021, 3, 1, tzinfo=UTC)


def record(verdict: Verdict, minute: int, value: str = "198.51.100.23", **fields: str) -> Evidence:
    return Evidence(
        path="hosts/auth.log.2.gz",
        line=minute,
        offset=minute * 100,
        time=DAY + timedelta(minutes=minute),
        text=f"{value} {minute}",
        match=value,
        verdict=verdict,
        fields={key.replace("_", "."): text for key, text in fields.items()},
    )


def seen(value: str, *records: Evidence, **changes: object) -> Sighting:
    verdicts = {one.verdict: 3 for one in records}
    fields = {
        "verdicts": verdicts,
        "evidence": records,
        "first_seen": records[0].time,
        "last_seen": records[-1].time,
        "assets_by_verdict": dict.fromkeys(verdicts, ("bastion",)),
    }
    return sample.sighting(value, min(verdicts, key=list(Verdict).index), **(fields | changes))


# explanations


@pytest.mark.parametrize("verdict", list(Verdict))
def test_each_verdict_has_its_rule_and_a_next_step(verdict: Verdict) -> None:
    told = explain(sample.sighting("198.51.100.23", verdict))
    assert told.rule == RULES[verdict]
    assert told.next_steps
    assert told.confidence == ("medium" if verdict is Verdict.UNCLEAR else "high")


@pytest.mark.parametrize(
    ("changes", "code", "confidence"),
    [
        ({"undated": 2, "first_seen": None, "last_seen": None}, "undated", "medium"),
        ({"relations": {"subdomain": 2}}, "subdomain", "medium"),
        ({"enrichment": {"warninglists": "A list"}}, "known-benign", "low"),
        (
            {
                "outside_validity": OutsideValidity(valid_from=None, valid_until=DAY, after="all"),
                "confidence": 15,
            },
            "after-validity",
            "low",
        ),
    ],
)
def test_reasons_change_the_confidence_and_not_the_verdict(
    changes: dict[str, object], code: str, confidence: str
) -> None:
    sighting = sample.sighting("198.51.100.23", Verdict.SESSION, **changes)
    told = explain(sighting)
    assert code in {reason.code for reason in told.reasons}
    assert told.confidence == confidence
    assert told.rule == RULES[Verdict.SESSION]


def test_a_relay_lowers_what_comes_from_it_and_a_c2_raises_what_goes_there() -> None:
    def role(name: str, verdict: Verdict, direction: Direction) -> list[str]:
        sighting = sample.sighting("198.51.100.23", verdict, direction=direction)
        ref = msgspec.structs.replace(sighting.indicator, role=name)
        told = explain(msgspec.structs.replace(sighting, indicator=ref))
        return [reason.effect for reason in told.reasons if reason.code == "role"]

    assert role("relay", Verdict.AUTHENTICATED, Direction.INBOUND) == ["lowers"]
    assert role("c2", Verdict.OUTBOUND, Direction.OUTBOUND) == ["raises"]
    assert role("c2", Verdict.SESSION, Direction.INBOUND) == []


# cases


def test_an_account_and_an_asset_of_several_indicators_are_cases() -> None:
    one = seen("198.51.100.1", record(Verdict.AUTH_FAILED, 1), accounts=("root", "www"))
    two = seen("198.51.100.2", record(Verdict.AUTH_FAILED, 2), accounts=("root", "www"))
    found = {case.kind: case for case in cases([one, two])}
    assert found["account"].subject == "2 accounts (root, www)"
    assert found["asset"].subject == "bastion"
    assert [member.value for member in found["asset"].members] == ["198.51.100.1", "198.51.100.2"]


def test_one_indicator_or_only_blocks_make_no_case() -> None:
    assert cases([seen("198.51.100.1", record(Verdict.SESSION, 1))]) == ()
    blocked = [seen(f"198.51.100.{n}", record(Verdict.BLOCKED, n)) for n in (1, 2)]
    assert cases(blocked) == ()


def test_a_chain_begins_with_attempts_and_ends_with_the_success() -> None:
    attacker = seen(
        "198.51.100.1",
        record(Verdict.BLOCKED, 1),
        record(Verdict.AUTH_FAILED, 2),
        record(Verdict.AUTHENTICATED, 3),
        accounts=("root", "www"),
        accepted=("www",),
    )
    chain = cases([attacker])[0]
    assert chain.kind == "chain"
    assert [member.verdict for member in chain.members] == ["blocked", "auth-failed", "authenticated"]
    assert chain.text.startswith("probes from 1 address, then failed log-ins over 2 accounts from 1 address")
    assert attacker.verdict is Verdict.AUTHENTICATED


def test_failures_after_the_success_or_long_before_are_no_chain() -> None:
    late = seen(
        "198.51.100.1", record(Verdict.AUTHENTICATED, 1), record(Verdict.AUTH_FAILED, 2), accepted=("www",)
    )
    assert not [case for case in cases([late]) if case.kind == "chain"]
    early = seen("198.51.100.2", record(Verdict.AUTH_FAILED, -60 * 24 * 90), accounts=("www",))
    accepted = seen("198.51.100.1", record(Verdict.AUTHENTICATED, 1), accepted=("www",))
    assert not [case for case in cases([early, accepted]) if case.kind == "chain"]


# leads


def event(source: str, **fields: str) -> Event:
    named = {key.replace("__", "."): value for key, value in fields.items()}
    return Event(
        format="sshd",
        fields={"source.ip": source, **named},
        initiator=Initiator.SOURCE,
        outcome=Outcome.LOGIN_ACCEPTED,
    )


def book_of(*events: Event, listed: str = "198.51.100.23") -> Book:
    habits = Habits()
    habits.learn(
        seen(listed, record(Verdict.AUTH_FAILED, 1), accounts=("www",)), [record(Verdict.AUTH_FAILED, 1)]
    )
    book = Book([Observable("ipv4-addr", listed)], OURS)
    for number, one in enumerate(events):
        book.read("auth.log", habits, one, record(Verdict.UNCLEAR, number))
    return book


def test_the_account_or_the_network_makes_a_lead() -> None:
    book = book_of(event("192.0.2.9", user__name="www"), event("198.51.100.99", user__name="other"))
    leads = {lead.value: lead for lead in book.leads()}
    assert [trait.name for trait in leads["192.0.2.9"].traits] == ["account"]
    assert [trait.name for trait in leads["198.51.100.99"].traits] == ["network"]
    assert leads["192.0.2.9"].verdict is Verdict.AUTHENTICATED
    assert leads["192.0.2.9"].evidence is not None


def test_listed_inside_and_unlike_addresses_are_no_leads() -> None:
    book = book_of(
        event("198.51.100.23", user__name="www"),
        event("203.0.113.7", user__name="www"),
        event("10.0.0.7", user__name="www"),
        event("192.0.2.9", user__name="somebody"),
    )
    assert book.leads() == ()


def test_a_common_trait_is_none() -> None:
    many = [event(f"192.0.2.{n}", user__name="www") for n in range(COMMON + 1)]
    assert book_of(*many).leads() == ()


# regulars


@pytest.mark.parametrize(("log_ins", "days", "found"), [(3, 7, 1), (2, 30, 0), (9, 6, 0)])
def test_a_regular_logs_in_again_and_again(log_ins: int, days: int, found: int) -> None:
    tally = Tally()
    for number in range(log_ins):
        moment = DAY + timedelta(days=days * number / (log_ins - 1))
        tally.add(Judgement(verdict=Verdict.AUTHENTICATED, why="", account="jdoe"), moment, "exact")
    told = list(residents(sample.indicator("198.51.100.23"), tally, DAY + timedelta(days=3), {}))
    assert len(told) == found
    for finding in told:
        assert "some before it was listed (2021-03-04)" in finding.text
        assert finding.times == log_ins


# the first hour


def test_what_rotation_destroys_next_is_frozen_first() -> None:
    def source(stream: str, number: int, hours: int) -> SourceCoverage:
        return SourceCoverage(
            path=f"{stream}.{number}",
            stream=stream,
            format="sshd",
            bytes=1,
            records=1,
            undated=0,
            first=DAY - timedelta(hours=hours * number),
            last=DAY - timedelta(hours=hours * (number - 1)),
            complete=True,
        )

    streams = ("weekly.log", "hourly.log")
    coverage = Coverage(
        streams=tuple(sample.stream(name) for name in streams),
        sources=tuple(source(s, n, h) for s, h in zip(streams, (168, 1), strict=True) for n in (1, 2, 3)),
        window_covered=None,
    )
    plan = first_hour([sample.four()[0]], coverage)
    assert [step.subject for step in plan.freeze] == ["hourly.log", "weekly.log"]
    assert "3 numbered files" in plan.freeze[0].why
    assert "the next rotation deletes the oldest" in plan.freeze[0].why
    assert plan.look[0].subject == "jdoe"
    assert plan.look[-1].subject == "VPN, webmail, SSH, cloud sign-ins"
    assert "no owner" in plan.ask[0].why


def test_what_only_a_ledger_knows_can_be_neither_frozen_nor_read() -> None:
    stream, sighting = sample.stream("sshd bastion"), sample.four()[0]
    (source,) = sample.result().coverage.sources
    lost = msgspec.structs.replace(source, ledger=FromLedger.ALONE)
    plan = first_hour([sighting], Coverage(streams=(stream,), sources=(lost,), window_covered=None))
    assert plan.freeze == ()
    assert [step.subject for step in plan.look] == ["jdoe", "sshd bastion", "VPN, webmail, cloud sign-ins"]
    assert plan.look[1].what.startswith("find a copy of its logs")
    assert words("fr").known(plan.look[1].what)
    assert plan.look[1].why == "2 records with indicators"
    kept = Coverage(streams=(stream,), sources=(lost, source), window_covered=None)
    assert [step.subject for step in first_hour([sighting], kept).freeze] == ["sshd bastion"]


# visibility


def looked(outcome: Outcome, many: int) -> Sample:
    found = Sample()
    for _ in range(many):
        fields: dict[str, str | int] = {"source.ip": "192.0.2.1", "destination.ip": "203.0.113.9"}
        found.see(Event(format="x", fields=fields, initiator=Initiator.SOURCE, outcome=outcome), OURS)
    return found


def test_what_a_stream_could_show() -> None:
    few = sight("fw", samples=[looked(Outcome.DENIED, 5)], found=(), can=None, control=None)
    assert few.verdicts[Verdict.BLOCKED] is Sight.SHOWN
    assert few.verdicts[Verdict.SESSION] is Sight.POSSIBLE
    many = sight("fw", samples=[looked(Outcome.DENIED, MANY)], found=(), can=None, control=None)
    assert many.verdicts[Verdict.SESSION] is Sight.UNLIKELY
    can = frozenset({Outcome.DENIED, Outcome.ALLOWED})
    stated = sight("fw", samples=[looked(Outcome.DENIED, 5)], found=(), can=can, control=None)
    assert stated.verdicts[Verdict.SESSION] is Sight.NEVER
    assert stated.verdicts[Verdict.CONTACT] is Sight.POSSIBLE
    served = sight(
        "fw", samples=[looked(Outcome.DENIED, MANY)], found=[Verdict.SESSION], can=None, control=None
    )
    assert served.verdicts[Verdict.SESSION] is Sight.SHOWN
    assert served.verdicts[Verdict.CONTACT] is Sight.POSSIBLE


# losses


@pytest.mark.parametrize("size", [1, 3, 7, 8, 9, 64, 10_000])
def test_losses_are_counted_however_the_bytes_are_cut(size: int) -> None:
    text = b"a SKIPDATA\nb SKIPDATASKIPDATA\nSKIPDAT\nA NODATA x\nSKIPDATA"
    words = [LossWord("skip", b"SKIPDATA", "skipped"), LossWord("none", b"NODATA", "nothing", dropped=False)]
    losses = Losses(words, lambda _: DAY)
    for at in range(0, len(text), size):
        losses.feed(text[at : at + size])
    losses.finish()
    told = {loss.code: loss.count for loss in losses.told()}
    assert told == {"skip": 3, "none": 1}  # records, not words
    assert losses.dropped == 3


def test_losses_of_several_sources_add_up() -> None:
    losses = Losses([LossWord("skip", b"SKIPDATA", "skipped")], lambda _: DAY)
    losses.feed(b"SKIPDATA\n")
    one = list(losses.told())
    assert [loss.count for loss in merged(one + one)] == [2]


# what a format can say


def test_strays_in_a_file_add_what_their_formats_can_say() -> None:
    stated = {"own": frozenset({Outcome.DENIED}), "stray": frozenset({Outcome.DATA}), "carrier": frozenset()}
    looked = Sample()
    for name, outcome in (("own", Outcome.DENIED), ("stray", Outcome.DENIED), ("carrier", Outcome.REFUSED)):
        looked.see(Event(format=name, outcome=outcome), OURS)
    assert sayable("own", stated, []) == {Outcome.DENIED}
    assert sayable("own", stated, [looked]) == {Outcome.DENIED, Outcome.DATA, Outcome.REFUSED}
    assert sayable("carrier", stated, [looked]) is None
    assert sayable("unknown", stated, [looked]) is None
