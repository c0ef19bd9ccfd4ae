"""Linux log-in records of every layout, and lastlog."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from decoder_tools import HOUR, read, utmp

SEEN, SEEN6 = "198.51.100.23", "2001:db8::23"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("address", [SEEN, SEEN6])
def test_each_layout(order: str, wide: bool, address: str) -> None:
    record = utmp("jdoe", "home.example", address, order=order, wide=wide)
    got = read(record * 3, "wtmp")
    assert got.error is None
    assert len(got.records) == 3
    assert got.offsets == [n * len(record) for n in range(3)]
    first = got.records[0]
    assert (first["user"], first["host"], first["addr"]) == ("jdoe", "home.example", address)
    assert (first["type"], first["file"]) == ("USER_PROCESS", "wtmp")
    assert first["@timestamp"] == "2021-01-07T04:00:00.000005Z"


@pytest.mark.parametrize("shape", ["<i32s256s", ">i32s256s", "<q32s256s", ">q32s256s"])
def test_lastlog(shape: str) -> None:
    record = struct.pack(shape, HOUR, b"pts/0", SEEN.encode())
    got = read(bytes(len(record)) * 3 + record, "lastlog")
    assert [(r["uid"], r["host"]) for r in got.records] == [(3, SEEN)]


def test_a_record_cut_short_is_said() -> None:
    got = read((utmp("jdoe", SEEN, SEEN) * 2)[:-9], "btmp")
    assert got.error is not None
    assert [r["file"] for r in got.records] == ["btmp"]


def test_the_real_samples(samples: Path) -> None:
    logs = samples / "logs/plaso"
    for name in ("utmp_x86_64", "utmp_aarch64", "utmp_s390"):
        got = read((logs / name).read_bytes(), name)
        assert got.error is None
        assert len(got.records) == 6
        assert "DEAD_PROCESS" in {r["type"] for r in got.records}
        assert len({str(r["@timestamp"])[:10] for r in got.records}) == 1
