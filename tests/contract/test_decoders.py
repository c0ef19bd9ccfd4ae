"""Every decoder: its SPEC, one JSON object a line, and hostile bytes. New decoders need no new test."""

from __future__ import annotations

import importlib
import json
import random
import sys
import time
from pathlib import Path

import pytest

from traque.errors import SourceError
from traque.sources.decoders import Decoder, registry

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "unit"))

from decoder_tools import every_kind, mutated, read

DECODERS = list(registry())


def test_all_modules_load() -> None:
    assert registry().failures == ()


@pytest.mark.parametrize("spec", DECODERS, ids=lambda spec: spec.name)
def test_spec_is_complete(spec: Decoder) -> None:
    module = importlib.import_module(f"traque.sources.decoders.{spec.name}")
    assert module.__doc__
    assert spec.title
    assert bool(spec.remedy) == bool(spec.package or spec.program)


@pytest.mark.parametrize("spec", DECODERS, ids=lambda spec: spec.name)
def test_text_is_never_recognised(spec: Decoder) -> None:
    logs = Path(__file__).resolve().parent.parent / "data" / "logs"
    for path in logs.glob("*/*.log"):
        assert not spec.recognise(path.read_bytes(), path.name)


def check(data: bytes, name: str) -> None:
    started = time.perf_counter()
    try:
        got = read(data, name)
    except AssertionError:
        return  # no longer recognised
    assert time.perf_counter() - started < 5
    assert got.error is None or isinstance(got.error, SourceError)
    if got.error is not None:
        assert "ended early" not in got.error.what, got.error.what
    for line in got.text.splitlines():
        assert isinstance(json.loads(line), dict)


NAMES = (
    "pcap",
    "pcapng",
    "netflow5",
    "netflow9",
    "ipfix",
    "wtmp",
    "sqlite",
    "parquet",
    "arrow",
    "arrow-stream",
    "vc0",
)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_bytes_never_crash_nor_hang(name: str, tmp_path: Path) -> None:
    data = every_kind(tmp_path).get(name)
    if data is None:
        pytest.skip("pyarrow is not installed")
    check(data, name)
    assert read(data, name).records
    rng = random.Random(name)
    for _ in range(150 if name in ("sqlite", "parquet", "arrow", "arrow-stream") else 600):
        check(mutated(data, rng), name)
    for size in range(8, len(data), max(1, len(data) // 100)):
        check(data[:size], name)


@pytest.mark.parametrize("folder", ["evtx", "pcap", "netflow_raw", "plaso", "parquet_derived"])
def test_hostile_real_samples_never_crash_nor_hang(folder: str, samples: Path) -> None:
    rng = random.Random(folder)
    for path in sorted((samples / "logs" / folder).iterdir()):
        data = path.read_bytes()
        if folder == "plaso" and "tmp" not in path.name:
            continue
        data = data[:140_000]
        for _ in range(12):
            check(mutated(data, rng), path.name)
