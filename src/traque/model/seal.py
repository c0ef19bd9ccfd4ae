"""Seals: how a document says that it was not changed, and who vouches for it.

A sealed document is a JSON object with a ``schema`` and a ``digest``: the SHA-256 of the object without its
keys ``digest`` and ``signature``, written with sorted keys, without blanks, in UTF-8. A ``signature`` is
Ed25519 (RFC 8032) over the line of the schema and the line of the digest. So a script can check both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

SEAL: Final = ("digest", "signature")
"""The keys that a digest leaves out."""


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """Who vouches for a digest. ``public_key`` (32 bytes) and ``value`` (64) are in Base64."""

    algorithm: str = "ed25519"
    key_id: str
    """The first 16 hex digits of the SHA-256 of the public key."""
    public_key: str
    value: str


def canonical(content: object) -> bytes:
    """JSON in the one form that digests are taken of; UnicodeEncodeError for lone surrogates."""
    return msgspec.json.encode(content, order="sorted")


def digest(content: Mapping[str, Any]) -> str:
    """The digest of a document, sealed or not."""
    return hashlib.sha256(canonical({k: v for k, v in content.items() if k not in SEAL})).hexdigest()


def signed_text(schema: str, digest: str) -> bytes:
    """What a signature is made over."""
    return f"{schema}\n{digest}\n".encode()


def key_id(public_key: bytes) -> str:
    """The short name of a public key, for people to compare."""
    return hashlib.sha256(public_key).hexdigest()[:16]
