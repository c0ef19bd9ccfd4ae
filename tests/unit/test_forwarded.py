"""X-Forwarded-For counts only from trusted proxies, and only its last stranger."""

from __future__ import annotations

import pytest

from traque.model import Event, Initiator
from traque.triage.forwarded import HEADER, PEER, behind
from traque.triage.perimeter import Perimeter

TRUSTED = Perimeter(["192.0.2.64/28", "2001:db8:1::/48"])


def event(said: str | None, peer: str = "192.0.2.65", **more: Initiator) -> Event:
    fields: dict[str, str | int] = {"source.ip": peer, "source.port": 4711}
    if said is not None:
        fields[HEADER] = said
    return Event(format="x", fields=fields, initiator=more.get("initiator", Initiator.SOURCE))


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("198.51.100.23", "198.51.100.23"),
        ("10.0.0.1, 198.51.100.23", "198.51.100.23"),
        ("198.51.100.23, 192.0.2.66", "198.51.100.23"),
        ("198.51.100.23:4711", "198.51.100.23"),
        ('"[2001:db8:2::1]:4711"', "2001:db8:2::1"),
        ("2001:db8:2::1, 2001:db8:1::9", "2001:db8:2::1"),
        ("::ffff:198.51.100.23", "198.51.100.23"),
    ],
)
def test_the_last_stranger_is_the_client(said: str, client: str) -> None:
    read = behind(event(said), TRUSTED)
    assert (read.fields["source.ip"], read.fields[PEER]) == (client, "192.0.2.65")
    assert "source.port" not in read.fields
    assert "trusted proxy 192.0.2.65" in read.why


@pytest.mark.parametrize("said", [None, "", "-", "unknown", "198.51.100.23, unknown", "192.0.2.66", ",,,"])
def test_without_a_client_the_proxy_stays_the_peer(said: str | None) -> None:
    plain = event(said)
    assert behind(plain, TRUSTED) is plain


def test_nobody_else_is_believed() -> None:
    plain = event("198.51.100.23", peer="198.51.100.99")
    assert behind(plain, TRUSTED) is plain
    answered = event("198.51.100.23", initiator=Initiator.DESTINATION)
    assert behind(answered, TRUSTED) is answered
