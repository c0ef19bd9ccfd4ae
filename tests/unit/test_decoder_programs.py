"""Decoders that need another program: with one that is played, and without."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from decoder_tools import ethernet, ipv4, ipv6, pcap, read, tcp, udp

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


def test_a_journal_message_in_bytes_is_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``journalctl`` writes so what holds colours or is no UTF-8; other lists stay lists."""
    said = b"\x1b[31mfrom 192.0.2.7\xff"
    entry = json.dumps(
        {"MESSAGE": list(said), "F": [list(b"a\x01"), "b"], "N": [1, 999]}, separators=(",", ":")
    )
    played(tmp_path, "journalctl", entry + "\n", monkeypatch=monkeypatch)
    (record,) = read(JOURNAL, "system.journal").records
    assert record == {"MESSAGE": "from 192.0.2.7\ufffd", "F": ["a ", "b"], "N": [1, 999]}


@pytest.mark.skipif(shutil.which("journalctl") is None, reason="no journalctl")
def test_a_journal_of_nobody_is_said() -> None:
    got = read(JOURNAL + bytes(4096), "system.journal")
    assert got.records == []
    assert got.error is not None


@pytest.mark.skipif(shutil.which("nfpcapd") is None, reason="no nfdump")
@pytest.mark.parametrize("compression", [(), ("-z",), ("-y",)])
def test_what_nfdump_itself_wrote(tmp_path: Path, compression: tuple[str, ...]) -> None:
    frames = [
        ethernet(0x0800, ipv4("192.0.2.7", "203.0.113.9", 6, tcp(51022, 443, 2))),
        ethernet(0x0800, ipv4("203.0.113.9", "192.0.2.7", 6, tcp(443, 51022, 18))),
        ethernet(0x86DD, ipv6("2001:db8::7", "2001:db8::9", 17, udp(4000, 53, b"abcdefgh"))),
    ]
    (tmp_path / "in.pcap").write_bytes(pcap(frames))
    (tmp_path / "out").mkdir()
    command = ["nfpcapd", "-r", str(tmp_path / "in.pcap"), "-w", str(tmp_path / "out"), *compression]
    subprocess.run(command, check=True, capture_output=True)
    (written,) = (tmp_path / "out").iterdir()
    got = read(written.read_bytes(), written.name)
    assert got.error is None
    ends = {
        (r.get("sourceIPv4Address", r.get("sourceIPv6Address")), r["protocolIdentifier"]) for r in got.records
    }
    assert ends == {("192.0.2.7", 6), ("203.0.113.9", 6), ("2001:db8::7", 17)}


def test_a_missing_program_is_known_and_the_remedy_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = [spec for spec in registry() if not spec.is_here()]
    assert {"nfcapd", "journal"} == {spec.name for spec in missing}
    assert all(spec.remedy for spec in missing)
    for data in (NFCAPD, JOURNAL):
        assert read(data).error is not None
