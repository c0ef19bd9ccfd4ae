"""Identifiers that are the same in every export: name-based UUIDs (RFC 9562, version 5)."""

from __future__ import annotations

import hashlib
from typing import Final

_NAMESPACE: Final = bytes.fromhex("8d6fd1c27f6b5b1c9c0e64ad0f5a2b31")
"""traque's own: an identifier of ours never equals one that a publisher gave."""


def stable(*parts: str) -> str:
    """The UUID that ``parts`` name; the same parts always give the same one."""
    made = bytearray(
        hashlib.sha1(_NAMESPACE + "\x1f".join(parts).encode(), usedforsecurity=False).digest()[:16]
    )
    made[6] = made[6] & 0x0F | 0x50
    made[8] = made[8] & 0x3F | 0x80
    digits = made.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
