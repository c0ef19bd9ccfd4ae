"""The verdict ladder: by who opened the exchange and what came of it, never by the order of src and dst."""

from __future__ import annotations

import pytest

from traque.model import Direction, Event, Initiator, Observable, Outcome, Verdict, ladder, worst
from traque.triage.judge import INBOUND, OUTBOUND, judge
from traque.triage.locate import Place, locate
from traque.triage.perimeter import INSIDE_RANGES, Perimeter

LISTED = "198.51.100.7"
OURS = "203.0.113.9"
PERIMETER = Perimeter(own=("203.0.113.0/24",))
INDICATOR = Observable("ipv4-addr", LISTED)


def event(source: str, destination: str, initiator: Initiator, outcome: Outcome, **more: str | int) -> Event:
    fields: dict[str, str | int] = {"source.ip": source, "destination.ip": destination}
    fields.update({name.replace("__", "."): value for name, value in more.items()})
    return Event(format="test", fields=fields, initiator=initiator, outcome=outcome)


def verdict(one: Event, perimeter: Perimeter = PERIMETER) -> Verdict:
    return judge(one, locate(INDICATOR, one), perimeter).verdict


@pytest.mark.parametrize(("outcome", "expected"), list(INBOUND.items()))
def test_opened_by_the_indicator(outcome: Outcome, expected: Verdict) -> None:
    assert verdict(event(LISTED, OURS, Initiator.SOURCE, outcome)) is expected
    # The same exchange, written the other way round by a device that logs the reply.
    assert verdict(event(OURS, LISTED, Initiator.DESTINATION, outcome)) is expected


@pytest.mark.parametrize(("outcome", "expected"), list(OUTBOUND.items()))
def test_opened_by_an_inside_host(outcome: Outcome, expected: Verdict) -> None:
    assert verdict(event(OURS, LISTED, Initiator.SOURCE, outcome)) is expected
    assert verdict(event("10.1.2.3", LISTED, Initiator.SOURCE, outcome)) is expected
    assert verdict(event(LISTED, OURS, Initiator.DESTINATION, outcome)) is expected


def test_every_outcome_has_a_rule_both_ways() -> None:
    assert set(INBOUND) == set(OUTBOUND) == set(Outcome)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_unknown_initiator_is_unclear_and_says_what_it_is_at_worst(outcome: Outcome) -> None:
    judged = judge(event(LISTED, OURS, Initiator.UNKNOWN, outcome), Place.SOURCE, PERIMETER)
    assert judged.verdict is Verdict.UNCLEAR
    assert judged.at_worst in (Verdict.OUTBOUND, Verdict.OUTBOUND_ATTEMPT)


def test_an_opener_not_known_as_inside_is_unclear_until_it_is_named() -> None:
    one = event(OURS, LISTED, Initiator.SOURCE, Outcome.DATA)
    unnamed = judge(one, Place.DESTINATION, Perimeter())
    assert unnamed.verdict is Verdict.UNCLEAR
    assert unnamed.at_worst is Verdict.OUTBOUND
    assert "--own" in unnamed.why
    assert verdict(one, Perimeter(internal=("203.0.113.0/24",))) is Verdict.OUTBOUND


def test_a_device_that_knows_the_direction_needs_no_own_networks() -> None:
    one = event(OURS, LISTED, Initiator.SOURCE, Outcome.DATA, network__direction="outbound")
    assert verdict(one, Perimeter()) is Verdict.OUTBOUND


def test_documentation_ranges_are_not_inside() -> None:
    assert not Perimeter().is_inside("192.0.2.1")
    assert not Perimeter().is_inside("2001:db8::1")


@pytest.mark.parametrize(
    "inside",
    [
        "10.0.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "fd00::1",
        "fe80::1%eth0",
    ],
)
def test_inside_ranges(inside: str) -> None:
    assert Perimeter().is_inside(inside)
    assert Perimeter().is_inside(f"[{inside}]")


@pytest.mark.parametrize("outside", ["172.32.0.1", "100.128.0.1", "11.0.0.1", "fec0::1", "nonsense", ""])
def test_outside(outside: str) -> None:
    assert not Perimeter().is_inside(outside)
    assert len(INSIDE_RANGES) == len(set(INSIDE_RANGES))


def test_named_but_not_a_peer_is_a_trace() -> None:
    one = event("192.0.2.1", OURS, Initiator.SOURCE, Outcome.DATA, url__query=f"q={LISTED}")
    assert verdict(one) is Verdict.TRACE


def test_a_forwarded_for_header_is_a_trace() -> None:
    header = {"http.request.headers.x-forwarded-for": LISTED}
    one = event("192.0.2.1", OURS, Initiator.SOURCE, Outcome.DATA)
    assert verdict(
        Event(**{**{f: getattr(one, f) for f in one.__struct_fields__}, "fields": one.fields | header})
    ) is (Verdict.TRACE)


def test_a_record_without_peers_is_unclear() -> None:
    assert verdict(Event(format="test", fields={"message": LISTED})) is Verdict.UNCLEAR


def test_a_record_that_is_not_understood_is_unclear() -> None:
    assert judge(None, Place.UNKNOWN, PERIMETER).verdict is Verdict.UNCLEAR


def test_a_dns_question_is_an_outbound_attempt_and_a_reverse_one_a_trace() -> None:
    name = Observable("domain-name", "evil.example")
    asked = Event(
        format="test",
        fields={"source.ip": "10.0.0.5", "dns.question.name": "www.evil.example."},
        initiator=Initiator.SOURCE,
        outcome=Outcome.RESOLVED,
    )
    assert judge(asked, locate(name, asked), PERIMETER).verdict is Verdict.OUTBOUND_ATTEMPT
    reverse = Event(
        format="test",
        fields={"source.ip": "10.0.0.5", "dns.question.name": "7.100.51.198.in-addr.arpa"},
        initiator=Initiator.SOURCE,
        outcome=Outcome.RESOLVED,
    )
    assert verdict(reverse) is Verdict.TRACE


def test_an_own_asset_that_calls_out_is_outbound() -> None:
    router = Observable("ipv4-addr", OURS)
    one = event(OURS, "192.0.2.200", Initiator.SOURCE, Outcome.DATA)
    assert judge(one, locate(router, one), PERIMETER).verdict is Verdict.OUTBOUND


def test_bytes_ports_assets_and_accounts_are_seen_from_the_organisation() -> None:
    one = event(
        LISTED, OURS, Initiator.SOURCE, Outcome.LOGIN_REFUSED,
        source__port=50000, destination__port=22, source__bytes=10, destination__bytes=20, user__name="alice",
    )  # fmt: skip
    judged = judge(one, Place.SOURCE, PERIMETER)
    assert (judged.direction, judged.asset, judged.port, judged.account) == (
        Direction.INBOUND,
        OURS,
        22,
        "alice",
    )
    assert (judged.inward, judged.outward) == (10, 20)
    reply = event(
        OURS, LISTED, Initiator.DESTINATION, Outcome.DATA, source__port=443, destination__port=50000
    )
    assert judge(reply, Place.DESTINATION, PERIMETER).port == 443


@pytest.mark.parametrize(
    "text",
    [
        "198.51.100.7",
        "::ffff:198.51.100.7",
        "[::ffff:198.51.100.7]",
        "198.051.100.007",
        "192.0.2.1, 198.51.100.7",
    ],
)
def test_addresses_are_compared_as_addresses(text: str) -> None:
    assert locate(INDICATOR, Event(format="test", fields={"source.ip": text})) is Place.SOURCE


def test_a_network_holds_its_addresses() -> None:
    network = Observable("ipv4-net", "198.51.100.0/24")
    assert (
        locate(network, Event(format="test", fields={"destination.ip": "198.51.100.255"}))
        is Place.DESTINATION
    )
    assert locate(network, Event(format="test", fields={"destination.ip": "198.51.101.0"})) is Place.MENTIONED


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("evil.example", Place.DESTINATION),
        ("www.evil.example", Place.DESTINATION),
        ("notevil.example", Place.MENTIONED),
    ],
)
def test_names_are_compared_at_label_boundaries(value: str, place: Place) -> None:
    one = Event(format="test", fields={"url.domain": value, "source.ip": "10.0.0.1"})
    assert locate(Observable("domain-name", "evil.example"), one) is place
    assert locate(Observable("url", "http://evil.example:8080/a?b"), one) is place


def test_the_ladder_for_a_relay_and_for_a_command_server() -> None:
    assert worst([Verdict.OUTBOUND, Verdict.AUTHENTICATED]) is Verdict.AUTHENTICATED
    assert worst([Verdict.OUTBOUND_ATTEMPT, Verdict.AUTHENTICATED], "c2") is Verdict.OUTBOUND_ATTEMPT
    for role in (None, "relay", "c2", "payload"):
        assert sorted(ladder(role)) == sorted(Verdict)


def test_a_value_that_the_format_says_is_only_related_is_a_trace() -> None:
    one = Event(format="test", fields={"related.ip": f"192.0.2.1,{LISTED}", "host.name": "bastion"})
    assert verdict(one) is Verdict.TRACE


def test_a_stranger_who_asks_our_server_for_a_name_is_not_a_host_of_ours() -> None:
    name = Observable("domain-name", "evil.example")
    asked = Event(
        format="test",
        fields={"source.ip": "192.0.2.9", "dns.question.name": "evil.example"},
        initiator=Initiator.SOURCE,
        outcome=Outcome.RESOLVED,
    )
    judged = judge(asked, locate(name, asked), PERIMETER)
    assert (judged.verdict, judged.at_worst) == (Verdict.UNCLEAR, Verdict.OUTBOUND_ATTEMPT)
