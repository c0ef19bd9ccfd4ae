"""Writes what ``traque.enrich._packed`` reads."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from pathlib import Path

import msgspec
import zstandard

DATA = Path(__file__).resolve().parents[2] / "src" / "traque" / "data"


def column(values: Iterable[int], typecode: str) -> bytes:
    """Little-endian integers, byte plane after byte plane."""
    packed = array(typecode, values)
    if sys.byteorder == "big":
        packed.byteswap()
    data = packed.tobytes()
    return b"".join(data[plane :: packed.itemsize] for plane in range(packed.itemsize))


def packed(content: object) -> bytes:
    """What a packed file holds."""
    encoded = msgspec.msgpack.encode(content)
    return zstandard.ZstdCompressor(level=22, write_content_size=True).compress(encoded)


def write(name: str, content: object) -> Path:
    """One packed file."""
    DATA.mkdir(parents=True, exist_ok=True)
    path = DATA / f"{name}.zst"
    path.write_bytes(packed(content))
    return path
