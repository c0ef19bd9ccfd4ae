"""Containers that are recognised, so that they are named, and that nothing here decodes."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from traque.sources.containers._spec import Unsupported

_BY_MAGIC: Final = MappingProxyType(
    {
        b"\x1f\x9d": "compress (.Z)",
        b"\x1f\xa0": "compress (LZH, .z)",
        b"\x1f\x1e": "pack (.z)",
        b"7z\xbc\xaf\x27\x1c": "7-Zip",
        b"Rar!\x1a\x07": "RAR",
        b"LZIP\x01": "lzip",
        b"\x89LZO\x00\x0d\x0a\x1a\x0a": "lzop",
        b"\x02\x21\x4c\x18": "lz4 in its legacy frame",
        b"\xff\x06\x00\x00sNaPpY": "snappy",
        b"MSCF\0\0\0\0": "Microsoft cabinet",
        b"hsqs": "squashfs image",
        b"\xed\xab\xee\xdb": "RPM package",
    }
)


def _what(head: bytes) -> str:
    """Its name, or an empty string.

    The two-byte marks of compress and pack are not valid UTF-8 and control characters: no text begins so.
    """
    return next((name for magic, name in _BY_MAGIC.items() if head.startswith(magic)), "")


SPEC = Unsupported(
    name="unsupported",
    title="recognised, not decoded: " + ", ".join(_BY_MAGIC.values()),
    recognise=lambda head: bool(_what(head)),
    suffixes=(),
    others=tuple(_BY_MAGIC),
    what=_what,
)
