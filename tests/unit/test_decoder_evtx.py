"""EVTX: the real samples against the XML that the package renders, chunk by chunk."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from decoder_tools import read

evtx = pytest.importorskip("evtx")
ADDRESS = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|(?<![\w:])(?:[0-9a-f]{1,4}:+){2,7}[0-9a-f]{1,4}(?![\w:])"
)
WORD = re.compile(r"[\w.-]{4,}")


@pytest.fixture(scope="module")
def logs(samples: Path) -> list[Path]:
    return sorted((samples / "logs/evtx").glob("*.evtx"))


def test_every_record_and_every_word_of_the_xml_is_decoded(logs: list[Path]) -> None:
    for path in logs:
        data = path.read_bytes()
        got = read(data, path.name)
        assert got.error is None
        xml = {r["event_record_id"]: r["data"] for r in evtx.PyEvtxParser(io.BytesIO(data)).records()}
        assert len(got.records) == len(xml)
        for record, text in zip(got.records, xml.values(), strict=True):
            ours = json.dumps(record, ensure_ascii=False)
            assert set(ADDRESS.findall(text)) <= set(ADDRESS.findall(ours))
            values = " ".join(re.findall(r">([^<]*)<", text))
            missing = set(WORD.findall(values)) - set(WORD.findall(json.dumps(record, ensure_ascii=False)))
            missing = {
                word for word in missing if "&" not in word and word.strip("-.") in word and word not in ours
            }
            assert not {w for w in missing if w.lower() not in ours.lower()}, (path.name, list(missing)[:5])


def test_offsets_lead_to_the_record(logs: list[Path]) -> None:
    for path in logs:
        data = path.read_bytes()
        for offset in read(data, path.name).offsets:
            assert data[offset : offset + 4] == b"**\0\0"


def test_a_damaged_chunk_costs_only_itself(logs: list[Path]) -> None:
    data = bytearray(max((p.read_bytes() for p in logs), key=len))
    whole = read(bytes(data))
    data[4096 + 600 : 4096 + 20_000] = b"\xff" * 19_400
    got = read(bytes(data))
    assert got.error is not None
    assert 0 < len(got.records) < len(whole.records)
    data[4096 : 4096 + 8] = bytes(8)
    assert read(bytes(data)).error is not None


def test_binary_socket_addresses_are_written_out() -> None:
    from traque.sources.decoders.evtx import _line

    line = _line(
        {
            "timestamp": "2021-01-07T04:18:07Z UTC",
            "data": '{"Event":{"A":"020001BBCB0071090000000000000000","B":"170001BB0000000020010DB800000000000000000000000900000000"}}',
        }
    )
    assert json.loads(line)["@addresses"] == ["203.0.113.9", "2001:db8::9"]


def test_control_characters_of_a_damaged_record_are_blanks() -> None:
    from traque.sources.decoders.evtx import _line

    line = _line({"timestamp": "2021-01-07T04:18:07Z UTC", "data": '{"Event":{"A":"x\x01y\nz"}}'})
    assert json.loads(line)["Event"] == {"A": "x y z"}
