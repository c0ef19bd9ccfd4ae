"""Ivanti Connect Secure's own log files."""

from __future__ import annotations

from pathlib import Path

import pytest
from decoder_tools import HOUR, read, vc0

from traque.logs import recognise
from traque.model import Outcome


@pytest.mark.parametrize("piece", [1 << 20, 100, 7])
def test_records_with_their_columns_and_places(piece: int) -> None:
    data = vc0("alice", "192.0.2.7", "Login succeeded\tweb")
    got = read(data, "log.access.vc0", piece=piece)
    assert got.error is None
    assert len(got.records) == 3
    assert got.records[0] == {
        "@format": "vc0", "@timestamp": "2021-01-07T04:00:00Z", "node": "ics.example", "code": "AUT24326",
        "channel": "vc0", "realm": "Root", "src": "192.0.2.7", "user": "alice", "text": ["Login succeeded", "web"],
    }  # fmt: skip
    assert [data[at : at + 8] for at in got.offsets] == [b"%08x" % (HOUR + number) for number in range(3)]


def test_they_are_log_ins() -> None:
    text = read(vc0("alice", "192.0.2.7", "Login succeeded"), "x").text
    event = recognise(text, "x").reader.parse(text.splitlines()[0])
    assert event is not None
    assert (event.format, event.outcome) == ("pulsesecure", Outcome.LOGIN_ACCEPTED)
    assert (event.fields["source.ip"], event.fields["user.name"]) == ("192.0.2.7", "alice")
    assert event.time is not None


def test_damage_is_said_and_the_rest_read() -> None:
    data = vc0("alice", "192.0.2.7", "Login succeeded")
    got = read(data.replace(b"%08x." % (HOUR + 1), b"!!!!!!!!."), "x")
    assert got.error is not None
    assert "no record begins" in got.error.what
    assert [record["@timestamp"] is None for record in got.records] == [False, True, False]
    assert "192.0.2.7" in got.text.decode().splitlines()[1]


def test_an_empty_log_is_told_by_its_name() -> None:
    assert read(vc0("", "", "", count=0), "log.policytrace.vc0").records == []
    with pytest.raises(AssertionError):
        read(vc0("", "", "", count=0), "x.bin")


def test_the_samples(samples: Path) -> None:
    data = (samples / "logs/plaso/log.access.vc0").read_bytes()
    got = read(data, "log.access.vc0")
    assert got.error is None
    assert len(got.records) == 10
    assert all(record["src"] and record["user"] for record in got.records)
