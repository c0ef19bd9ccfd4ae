"""Verdicts of what is no peer: user agents, files, fingerprints."""

from __future__ import annotations

import pytest

from traque.model import Event, Initiator, Observable, Outcome, Verdict
from traque.triage.judge import judge
from traque.triage.locate import Place, locate
from traque.triage.perimeter import Perimeter
from traque.triage.properties import FIELDS, is_only_a_part

OUTSIDE = "198.51.100.7"
OURS = "203.0.113.9"
PERIMETER = Perimeter(own=("203.0.113.0/24",))
AGENT = Observable("user-agent", "evilbot/1.0 (x; y)")
FILE = Observable("file-name", "evil.exe")
HASH = Observable("sha256", "ab" * 32)


def event(initiator: Initiator, outcome: Outcome, **fields: str) -> Event:
    named = {name.replace("__", "."): value for name, value in fields.items()}
    return Event(format="test", fields=named, initiator=initiator, outcome=outcome)


def verdict(observable: Observable, one: Event) -> Verdict:
    return judge(one, locate(observable, one), PERIMETER).verdict


def test_an_outside_client_with_the_user_agent() -> None:
    one = event(Initiator.SOURCE, Outcome.DATA, source__ip=OUTSIDE, user_agent__original="EvilBot/1.0 (x; y)")
    judged = judge(one, locate(AGENT, one), PERIMETER)
    assert judged.verdict is Verdict.SESSION
    assert OUTSIDE in judged.why


@pytest.mark.parametrize("written", ["EvilBot/1.0+(x;+y)", "evilbot/1.0%20(x;%20y)", r"EvilBot\/1.0 (x; y)"])
def test_a_user_agent_as_logs_write_it(written: str) -> None:
    one = event(Initiator.SOURCE, Outcome.REFUSED, source__ip=OUTSIDE, user_agent__original=written)
    assert locate(AGENT, one) is Place.CARRIED
    assert verdict(AGENT, one) is Verdict.ANSWERED


def test_a_longer_user_agent_is_another() -> None:
    one = event(
        Initiator.SOURCE, Outcome.DATA, source__ip=OUTSIDE, user_agent__original="EvilBot/1.0 (x; y) z"
    )
    assert is_only_a_part(AGENT, one)
    assert not is_only_a_part(AGENT, event(Initiator.SOURCE, Outcome.DATA, source__ip=OUTSIDE))
    assert not is_only_a_part(FILE, one)


def test_an_inside_host_that_fetched_the_file() -> None:
    one = event(
        Initiator.SOURCE,
        Outcome.DATA,
        source__ip="10.0.0.7",
        destination__domain="files.example",
        url__path="/x/Evil.exe",
    )
    assert verdict(FILE, one) is Verdict.OUTBOUND
    assert judge(one, locate(FILE, one), PERIMETER).asset == "10.0.0.7"


def test_the_hash_of_a_file_that_came_over_the_wire() -> None:
    sent = event(
        Initiator.DESTINATION,
        Outcome.DATA,
        source__ip=OUTSIDE,
        destination__ip=OURS,
        file__hash__sha256="AB" * 32,
    )
    assert verdict(HASH, sent) is Verdict.OUTBOUND


def test_an_unknown_initiator_stays_unclear() -> None:
    one = event(
        Initiator.UNKNOWN, Outcome.DATA, source__ip=OUTSIDE, destination__ip=OURS, file__name="evil.exe"
    )
    judged = judge(one, locate(FILE, one), PERIMETER)
    assert (judged.verdict, judged.at_worst) == (Verdict.UNCLEAR, Verdict.OUTBOUND)


@pytest.mark.parametrize(
    ("source", "destination", "why"),
    [
        ("10.0.0.1", "10.0.0.2", "is outside"),
        (OUTSIDE, "192.0.2.1", "both ends are outside"),
        ("10.0.0.1", "", "no end that it states is outside"),
        ("", "", "states no peer"),
    ],
)
def test_no_single_outside_end_is_unclear(source: str, destination: str, why: str) -> None:
    ends = {"source__ip": source, "destination__ip": destination}
    one = event(Initiator.SOURCE, Outcome.DATA, file__name="evil.exe", **{k: v for k, v in ends.items() if v})
    judged = judge(one, locate(FILE, one), PERIMETER)
    assert judged.verdict is Verdict.UNCLEAR
    assert why in judged.why
    assert judged.at_worst is Verdict.AUTHENTICATED


def test_named_elsewhere_is_a_trace() -> None:
    one = event(Initiator.SOURCE, Outcome.DATA, source__ip=OUTSIDE, message="evil.exe")
    assert locate(FILE, one) is Place.MENTIONED
    assert verdict(FILE, one) is Verdict.TRACE
    assert verdict(AGENT, one) is Verdict.TRACE
    assert locate(FILE, event(Initiator.UNKNOWN, Outcome.UNKNOWN, message="evil.exe")) is Place.UNKNOWN


def test_a_certificate_with_colons() -> None:
    certificate = Observable("x509-certificate", "ab" * 20)
    one = event(
        Initiator.SOURCE,
        Outcome.DATA,
        source__ip="10.0.0.1",
        destination__ip=OUTSIDE,
        tls__server__hash__sha1=":".join(["AB"] * 20),
    )
    assert verdict(certificate, one) is Verdict.OUTBOUND


def test_every_kind_that_is_no_peer_has_its_fields() -> None:
    from traque.observables import registry

    peers = {"ipv4-addr", "ipv6-addr", "ipv4-net", "ipv6-net", "domain-name", "url", "email-addr"}
    assert {kind.name for kind in registry()} - peers == set(FIELDS)
