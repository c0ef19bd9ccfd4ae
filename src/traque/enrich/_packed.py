"""Reads the packed data of ``traque/data``: zstandard around MessagePack, columns of integers in planes.

``tools/pack.py`` writes these files. A column of integers is stored as its bytes in planes (all lowest
bytes, then all second ones...): that compresses well and is read back without a loop over the values.
"""

from __future__ import annotations

import sys
from array import array
from pathlib import Path
from typing import Final, TypeVar

import msgspec

T = TypeVar("T")

_LARGEST: Final = 64 << 20
"""Bytes that a packed file may hold when decompressed: far above any, a bound against a damaged one."""


def folder() -> Path:
    """Where the packed files are."""
    return Path(__file__).parents[1] / "data"


def read(name: str, kind: type[T]) -> T:
    """The content of the packed file ``name``."""
    return unpack((folder() / f"{name}.zst").read_bytes(), kind)


def unpack(packed: bytes, kind: type[T]) -> T:
    """The content of a packed file, or of a part that is packed for itself because few need it."""
    import zstandard

    data = zstandard.ZstdDecompressor().decompress(packed, _LARGEST)
    return msgspec.msgpack.decode(data, type=kind)


def column(data: bytes, typecode: str) -> array[int]:
    """The integers of one column; ``typecode`` as in :mod:`array` (B, H, I, Q)."""
    values = array(typecode)
    width = values.itemsize
    count = len(data) // width
    planes = bytearray(len(data))
    for plane in range(width):
        planes[plane::width] = data[plane * count : (plane + 1) * count]
    values.frombytes(planes)
    if sys.byteorder == "big":
        values.byteswap()
    return values
