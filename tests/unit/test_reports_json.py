from __future__ import annotations

import json

import msgspec
import pytest
import reports_sample as sample

from traque.errors import TraqueError
from traque.reports.json_ import dump, load


@pytest.mark.parametrize(
    "result", [sample.result(), sample.result((), complete=False)], ids=["seen", "not-seen"]
)
def test_reload_equals(result: object) -> None:
    assert load(dump(result)) == result  # type: ignore[arg-type]


def test_contract_keys() -> None:
    document = json.loads(dump(sample.result(findings=(sample.own_asset(),))))
    assert next(iter(document)) == "schema"
    assert document["schema"] == "traque/hunt-result/1"
    assert {"hunt", "bulletins", "findings", "sightings", "not_seen", "coverage", "diagnostics"} <= set(
        document
    )
    assert {"started", "finished", "since", "until", "engine", "version"} <= set(document["hunt"])
    sighting = document["sightings"][0]
    assert {"count", "first_seen", "last_seen", "outside_window", "verdict", "verdicts", "direction"} <= set(
        sighting
    )
    assert set(sighting["bytes"]) == {"in", "out"}
    assert sighting["verdicts"] == {"authenticated": 1, "auth-failed": 1}
    assert sighting["first_seen"] == "2021-02-11T03:14:07Z"
    assert {"path", "line", "offset", "time", "text", "match", "verdict"} <= set(sighting["evidence"][0])


def test_hostile_text_is_escaped_and_kept() -> None:
    hostile = sample.hostile()
    data = dump(hostile)
    assert all(byte >= 0x20 or byte == 0x0A for byte in data)
    text = data.decode()
    assert all(char.isprintable() or char == "\n" for char in text)
    again = load(data)
    spelt = sample.HOSTILE.replace("\udc80", "\\udc80")
    assert again.sightings[0].assets == (spelt,)
    assert again.sightings[0].evidence[0].fields["destination.bytes"] == 10**25


def test_large_documents_have_stable_order() -> None:
    result = sample.result()
    assert dump(result) == dump(load(dump(result)))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1]", b'{"schema": "other/9"}', b"\xff\xfe", b'{"schema": 3}']
)
def test_what_is_no_result_is_refused(data: bytes) -> None:
    with pytest.raises(TraqueError) as caught:
        load(data)
    assert caught.value.remedy


def test_a_result_cut_short_is_refused() -> None:
    with pytest.raises(TraqueError):
        load(dump(sample.result())[:-20])


def test_unknown_fields_of_a_later_version_are_ignored() -> None:
    document = json.loads(dump(sample.result()))
    document["later"] = 1
    assert load(msgspec.json.encode(document)) == sample.result()
