"""What STIX 2.1 and TLP 2.0 fix, and what makes identifiers of ours the same wherever they are written.

Patterns of kinds: STIX 2.1, section 6. Markings: the TLP 2.0 extension that OASIS publishes.
"""

from __future__ import annotations

import hashlib
from typing import Final

PATHS: Final = {
    "ipv4-addr": "ipv4-addr:value",
    "ipv4-net": "ipv4-addr:value",
    "ipv6-addr": "ipv6-addr:value",
    "ipv6-net": "ipv6-addr:value",
    "domain-name": "domain-name:value",
    "url": "url:value",
    "email-addr": "email-addr:value",
    "md5": "file:hashes.MD5",
    "sha1": "file:hashes.'SHA-1'",
    "sha256": "file:hashes.'SHA-256'",
    "sha512": "file:hashes.'SHA-512'",
    "file-name": "file:name",
    "user-agent": "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
    "registry-key": "windows-registry-key:key",
    "mutex": "mutex:name",
    "windows-service": "process:extensions.'windows-service-ext'.service_name",
    "asn": "autonomous-system:number",
}
"""Where an observed object holds values of a kind."""

TLP: Final = {
    "clear": "94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "e828b379-4e03-4974-9ac4-e53a884c97c1",
}
TLP_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP_CREATED: Final = "2022-10-01T00:00:00.000Z"

_NAMESPACE: Final = bytes.fromhex("8d6fd1c27f6b5b1c9c0e64ad0f5a2b31")
"""traque's own, for UUIDs (RFC 9562): an identifier of ours never equals one that a publisher gave."""


def stable(*parts: str) -> str:
    """The UUID that ``parts`` name; the same parts always give the same one."""
    return named(_NAMESPACE, "\x1f".join(parts))


def named(space: bytes, name: str) -> str:
    """The UUID of version 5 of ``name`` in the namespace ``space``."""
    text = name.encode("utf-8", "backslashreplace")
    made = bytearray(hashlib.sha1(space + text, usedforsecurity=False).digest()[:16])
    made[6] = made[6] & 0x0F | 0x50
    made[8] = made[8] & 0x3F | 0x80
    digits = made.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
