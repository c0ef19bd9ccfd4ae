"""Decoders that need another program: with one that is played, and without."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from decoder_tools import read

from traque.sources.decoders import registry

NFCAPD = b"\x0c\xa5\1\0" + bytes(200)
JOURNAL = b"LPKSHHRH" + bytes(200)

OLD = """ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt
2021-01-07 04:18:07.120,2021-01-07 04:18:09.000,1.880,192.0.2.7,203.0.113.9,51022,443,TCP,...AP.SF,0,0,6,900,0,0
2021-01-07 04:18:08.000,2021-01-07 04:18:09.000,1.000,2001:db8::7,2001:db8::9,51022,53,17,......,0,0,1,70,2,140
Summary
flows,bytes
"""
NEW = """firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes,flows
2021-01-07 04:18:07.120,1.880,TCP,192.0.2.7,51022,203.0.113.9,443,6,900,1
"""


def played(folder: Path, name: str, text: str, *, status: int = 0, monkeypatch: pytest.MonkeyPatch) -> None:
    output = folder / "output"
    output.write_text(text)
    program = folder / name
    program.write_text(f'#!/bin/sh\ncat "{output}"\necho "a complaint" >&2\nexit {status}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("text", [OLD, NEW])
def test_nfdump_of_both_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    played(tmp_path, "nfdump", text, monkeypatch=monkeypatch)
    got = read(NFCAPD, "nfcapd.202101070415")
    assert got.error is None
    first = got.records[0]
    assert first["@timestamp"] == "2021-01-07T04:18:07.120Z"
    assert (first["sourceIPv4Address"], first["destinationTransportPort"]) == ("192.0.2.7", 443)
    assert (first["protocolIdentifier"], first["octetDeltaCount"]) == (6, 900)
    if text is OLD:
        assert first["tcpControlBits"] == 27
        assert got.records[1]["destinationIPv6Address"] == "2001:db8::9"
        assert got.records[1]["responderOctets"] == 140


def test_a_program_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played(tmp_path, "nfdump", NEW, status=3, monkeypatch=monkeypatch)
    got = read(NFCAPD)
    assert len(got.records) == 1
    assert got.error is not None
    assert "a complaint" in got.error.what


def test_journal_entries_are_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = '{"__REALTIME_TIMESTAMP":"1609993087120000","MESSAGE":"from 192.0.2.7"}\n'
    played(tmp_path, "journalctl", entry * 2, monkeypatch=monkeypatch)
    got = read(JOURNAL, "system.journal")
    assert got.error is None
    assert [r["MESSAGE"] for r in got.records] == ["from 192.0.2.7"] * 2


def test_a_missing_program_is_known_and_the_remedy_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = [spec for spec in registry() if not spec.is_here()]
    assert {"nfcapd", "journal"} == {spec.name for spec in missing}
    assert all(spec.remedy for spec in missing)
    for data in (NFCAPD, JOURNAL):
        assert read(data).error is not None
