"""Every registered log format: its SPEC, its samples, and hostile bytes. New formats need no new test."""

from __future__ import annotations

import ast
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from traque.logs import LogFormat, RecordReader, recognise, registry
from traque.logs._fields import is_address
from traque.model import Event, Initiator, Outcome
from traque.timestamps import LAYOUTS, read

DATA = Path(__file__).resolve().parent.parent / "data" / "logs"
FORMATS = list(registry())
GOOD = sorted(DATA.glob("*/good*.log"))
ALL = sorted(DATA.glob("*/*.log"))
WRITE = os.environ.get("TRAQUE_GOLDENS") == "write"


def _id(value: object) -> str:
    return value.name if isinstance(value, LogFormat) else f"{value.parent.name}/{value.name}"  # type: ignore[attr-defined]


def _reader(path: Path) -> RecordReader:
    return recognise(path.read_bytes(), path.name).reader


def test_all_modules_load() -> None:
    assert registry().failures == ()


def test_every_format_has_samples_and_no_folder_is_an_orphan() -> None:
    folders = {path.name for path in DATA.iterdir() if path.is_dir()}
    assert folders == {spec.name for spec in FORMATS}
    for name in folders:
        for kind in ("good.log", "malformed.log", "lookalike.log"):
            assert (DATA / name / kind).is_file(), f"{name} has no {kind}"
    goldens = set(DATA.glob("*/*.golden.json"))
    assert goldens == {path.with_suffix(".golden.json") for path in GOOD}


@pytest.mark.parametrize("spec", FORMATS, ids=_id)
def test_spec_is_complete(spec: LogFormat) -> None:
    module = __import__(f"traque.logs.{spec.name}", fromlist=["SPEC"])
    assert module.__doc__
    assert spec.title
    assert spec.knows.endswith(".")
    assert spec.times
    assert all(rule.layout in LAYOUTS for rule in spec.times)
    assert (spec.message is None) is not bool(spec.programs or spec.begins or spec.marks)


def _outcomes_in(path: Path) -> Iterator[Outcome]:
    """The outcomes that a module names, but for its own statement."""
    for part in ast.parse(path.read_text()).body:
        if (
            isinstance(part, ast.Assign)
            and isinstance(part.targets[0], ast.Name)
            and part.targets[0].id == "SPEC"
        ):
            continue
        for node in ast.walk(part):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "Outcome"
            ):
                yield Outcome[node.attr]


CARRIERS = {"cef", "delimited", "journald", "json", "keyvalue", "leef", "syslog", "wrapped"}
"""What came of an exchange depends on the records or the field names that these carry."""


@pytest.mark.parametrize("spec", FORMATS, ids=_id)
def test_outcomes_are_stated_and_are_all_that_its_code_says(spec: LogFormat) -> None:
    """What a format never says is told to people as what its streams cannot show."""
    assert bool(spec.outcomes) is (spec.name not in CARRIERS)
    if not spec.outcomes:
        return
    named = set(_outcomes_in(DATA.parents[2] / "src/traque/logs" / f"{spec.name}.py"))
    assert named <= spec.outcomes


@pytest.mark.parametrize("spec", FORMATS, ids=_id)
def test_example_is_recognised_and_understood(spec: LogFormat) -> None:
    recognition = recognise(spec.example + b"\n", "x.log")
    assert recognition.format == spec.name
    record = spec.example.splitlines()[-1]
    event = recognition.reader.parse(record)
    assert event is not None
    assert event.time is not None
    assert read(record, recognition.reader.times) == event.time


@pytest.mark.parametrize("path", GOOD, ids=_id)
def test_good_sample_is_recognised_as_itself(path: Path) -> None:
    recognition = recognise(path.read_bytes(), "x")
    assert recognition.format == path.parent.name
    assert (
        recognise(path.read_bytes(), "x").confidence
        == recognition.confidence
        <= registry()[path.parent.name].ceiling
    )


@pytest.mark.parametrize("path", sorted(DATA.glob("*/lookalike.log")), ids=_id)
def test_lookalike_is_not_recognised(path: Path) -> None:
    assert recognise(path.read_bytes(), f"{path.parent.name}.log").format != path.parent.name


@pytest.mark.parametrize("path", GOOD, ids=_id)
def test_golden(path: Path) -> None:
    reader = _reader(path)
    events = [reader.parse(line) for line in path.read_bytes().splitlines()]
    found = [None if event is None else msgspec.to_builtins(event) for event in events]
    golden = path.with_suffix(".golden.json")
    if WRITE:
        lines = (json.dumps(event, ensure_ascii=False) for event in found)
        golden.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    assert found == json.loads(golden.read_text())


@pytest.mark.parametrize("path", GOOD, ids=_id)
def test_times_of_reader_and_event_agree(path: Path) -> None:
    reader = _reader(path)
    dated = 0
    for line in path.read_bytes().splitlines():
        event = reader.parse(line)
        if event is not None and event.time is not None and event.time.dated:
            dated += 1
            stamp = read(line, reader.times)
            if registry()[path.parent.name].ceiling >= 0.9:
                assert stamp == event.time, line
    assert dated or path.parent.name in ("syslog", "sshd", "netfilter", "openvpn", "postfix")


@pytest.mark.parametrize("path", GOOD, ids=_id)
def test_values_are_what_their_names_say(path: Path) -> None:
    for event in _events(path):
        for name, value in event.fields.items():
            if name.endswith(".ip"):
                assert is_address(str(value)), (name, value)
            if name.endswith((".port", ".bytes", ".status_code")):
                assert isinstance(value, int), (name, value)
        if event.initiator is not Initiator.UNKNOWN:
            assert event.why


def _events(path: Path) -> list[Event]:
    reader = _reader(path)
    events = (reader.parse(line) for line in path.read_bytes().splitlines())
    return [event for event in events if event is not None]


@pytest.mark.parametrize("spec", FORMATS, ids=_id)
def test_no_reader_crashes_on_any_sample(spec: LogFormat) -> None:
    reader = _reader(DATA / spec.name / "good.log")
    for path in ALL:
        for line in path.read_bytes().splitlines():
            event = reader.parse(line)
            assert event is None or isinstance(event, Event)


@pytest.mark.parametrize("path", GOOD, ids=_id)
def test_mutated_records_never_crash(path: Path) -> None:
    rng = random.Random(path.parent.name)
    reader = _reader(path)
    pieces = [
        b"\x00",
        b"\xff\xfe",
        b'"',
        b"\\",
        b"{",
        b"]",
        b"=",
        b" from 192.0.2.1 ",
        b"\xe2\x80\xae",
        b"9" * 30,
        b"%",
    ]
    lines = path.read_bytes().splitlines()
    for _ in range(300):
        record = bytearray(rng.choice(lines))
        for _ in range(rng.randint(1, 4)):
            at = rng.randint(0, len(record))
            match rng.randint(0, 2):
                case 0:
                    record[at:at] = rng.choice(pieces)
                case 1:
                    del record[at : at + rng.randint(1, 20)]
                case _:
                    del record[at:]
        event = reader.parse(bytes(record))
        assert event is None or msgspec.json.encode(event)
        read(bytes(record), reader.times)


@pytest.mark.parametrize("spec", FORMATS, ids=_id)
@pytest.mark.parametrize(
    "filler", [b"A", b" ", b"a=", b'"', b'\\"', b"IN=", b"[", b"{", b"from 1.2.3.4 ", b'key="', b"1:"]
)
def test_long_records_take_linear_time(spec: LogFormat, filler: bytes) -> None:
    """A record of 64 KiB, the most that a match carries, built to make a regular expression backtrack."""
    import time

    reader = _reader(DATA / spec.name / "good.log")
    for line in (DATA / spec.name / "good.log").read_bytes().splitlines()[:3]:
        half = len(line) // 2
        for record in (
            line + filler * (65536 // len(filler)),
            line[:half] + filler * (65536 // len(filler)) + line[half:],
        ):
            started = time.perf_counter()
            reader.parse(record)
            assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    "head", [b"", b"\n\n\n", b"\x00" * 4096, bytes(range(256)) * 16, b"\xff\xfe", b"#\n#\n"]
)
def test_anything_is_recognised_as_something(head: bytes) -> None:
    recognition = recognise(head, "x")
    assert recognition.format in {"unknown", *registry()._specs}
    assert recognition.reader.parse(head) is None


def test_an_unknown_format_still_finds_times() -> None:
    recognition = recognise(b"## 2021-01-07 04:18:07 ## something happened at 192.0.2.7\n", "x.txt")
    assert recognition.format == "unknown"
    event = recognition.reader.parse(b"## 2021-01-07 04:18:07 ## something happened at 192.0.2.7")
    assert event is not None
    assert event.time is not None
