"""What network devices' formats must tell apart: who opened, in mixed files too, and whose clock it was."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from traque.bulletins import from_values
from traque.hunt import HuntOptions, hunt
from traque.logs import recognise, registry
from traque.logs._segments import opener_by_flags
from traque.logs.syslog import understand
from traque.model import Initiator, Outcome, Verdict

DATA = Path(__file__).resolve().parent.parent / "data" / "logs"
RELAYED = (
    (
        b"Jan  7 04:18:07 fw Jan 07 2021 04:18:06: %ASA-4-106023: Deny tcp src outside:192.0.2.7/51022 dst "
        b"dmz:203.0.113.9/22 by access-group x"
    ),
    (
        b"Jan  7 04:18:07 rtr 62: Jan  7 04:18:06: %SEC-6-IPACCESSLOGP: list 1 denied tcp 192.0.2.7(51022) -> "
        b"203.0.113.9(22), 1 packet"
    ),
    (
        b"2021-01-07T04:18:07Z fw filterlog[1]: 5,,,1,em0,match,block,in,4,0x0,,52,1,0,none,6,tcp,60,192.0.2.7,"
        b"203.0.113.9,51022,22,0,S,1,,1024,,mss"
    ),
    (
        b'Jan  7 04:18:07 fw id=firewall time="2021-01-07 04:18:07" fw="x" startime="2021-01-07 04:18:07" '
        b'src=192.0.2.7 srcport=51022 dst=203.0.113.9 dstport=22 action=block logtype="filter"'
    ),
    (
        b'<134>1 2021-01-07T04:18:07Z gw CheckPoint 1 - [action:"Drop"; loguid:"{0}"; product:"x"; src:"192.0.2.7"; '
        b's_port:"51022"; dst:"203.0.113.9"; service:"22"]'
    ),
    (
        b"<14>1 2021-01-07T04:18:07Z srx RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636 "
        b'source-address="192.0.2.7" source-port="51022" destination-address="203.0.113.9" destination-port="22"]'
    ),
    b"Jan  7 04:18:07 gw LEEF:1.0|a|b|c|d|src=192.0.2.7\tsrcPort=51022\tdst=203.0.113.9\tdstPort=22\taction=drop",
    (
        b"Jan  7 04:18:07 gw firewall,info DROP input: in:ether1 out:(unknown 0), proto TCP (SYN), "
        b"192.0.2.7:51022->203.0.113.9:22, len 60"
    ),
)


@pytest.mark.parametrize("record", RELAYED, ids=lambda record: record[:40].decode())
def test_a_relays_file_of_many_devices_is_read_record_by_record(record: bytes) -> None:
    event = understand(record)
    assert event is not None
    assert event.time is not None
    assert (event.initiator, event.outcome) == (Initiator.SOURCE, Outcome.DENIED)
    assert event.fields["source.ip"] == "192.0.2.7"
    assert event.fields["destination.port"] == 22


@pytest.mark.parametrize(
    ("flags", "source", "destination", "initiator"),
    [
        ("S", 51022, 22, Initiator.SOURCE),
        ("SYN ", 443, 51022, Initiator.SOURCE),
        ("SA", 443, 51022, Initiator.DESTINATION),
        ("SYN ACK", 443, 51022, Initiator.DESTINATION),
        ("RA", 443, 51022, Initiator.DESTINATION),
        ("ACK", 51022, 443, Initiator.SOURCE),
        ("", 53, 51022, Initiator.DESTINATION),
        ("", 51022, 53, Initiator.SOURCE),
    ],
)
def test_flags_then_ports_say_who_opened(
    flags: str, source: int, destination: int, initiator: Initiator
) -> None:
    assert opener_by_flags(flags, source, destination) is initiator


def test_w3c_times_are_utc_whatever_the_zone_of_other_logs(tmp_path: Path) -> None:
    assert registry()["w3c"].utc
    log = tmp_path / "u_ex210107.log"
    log.write_text(
        "#Fields: date time s-ip cs-method cs-uri-stem s-port c-ip sc-status\n"
        "2021-01-07 04:18:07 10.0.0.9 GET /owa 443 192.0.2.7 200\n"
    )
    options = HuntOptions(engine="python", zone="Europe/Paris")
    (sighting,) = hunt([from_values(["192.0.2.7"])], [log], options=options).sightings
    assert sighting.first_seen == datetime(2021, 1, 7, 4, 18, 7, tzinfo=UTC)
    assert sighting.verdict is Verdict.SESSION


def test_the_two_ways_of_a_flow_are_one_session() -> None:
    reader = recognise((DATA / "vpcflow" / "good.log").read_bytes(), "x").reader
    asked = reader.parse(b"2 1 eni-0 10.0.0.9 192.0.2.7 51022 443 6 9 400 1609993087 1609993147 ACCEPT OK")
    answered = reader.parse(
        b"2 1 eni-0 192.0.2.7 10.0.0.9 443 51022 6 9 5300 1609993087 1609993147 ACCEPT OK"
    )
    assert asked is not None
    assert answered is not None
    assert (asked.initiator, answered.initiator) == (Initiator.SOURCE, Initiator.DESTINATION)
    assert (asked.outcome, answered.outcome) == (Outcome.ALLOWED, Outcome.DATA)


def test_an_unnamed_user_is_no_account() -> None:
    record = b'192.0.2.7 - - - [07/Jan/2021:04:18:07 ] www.example "GET / HTTP/1.1" 200 814 "-" "x"'
    event = recognise(record + b"\n", "x").reader.parse(record)
    assert event is not None
    assert "user.name" not in event.fields
    assert event.outcome is Outcome.DATA
