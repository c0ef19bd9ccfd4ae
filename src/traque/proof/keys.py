"""Ed25519 keys in PEM files (RFC 8410), by the package ``cryptography`` (the extra ``traque[sign]``)."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traque.errors import UsageError
from traque.model.seal import Signature, key_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_LARGEST = 16_384
"""Bytes of a key's file; a key of this kind has some hundred."""


def _package() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise UsageError(
            "signatures need the package cryptography", remedy="pip install 'traque[sign]'"
        ) from error
    return serialization, ed25519


class PublicKey:
    """The half of a key that everybody may have. ``raw`` are its 32 bytes."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.id = key_id(raw)

    @classmethod
    def decode(cls, text: str) -> PublicKey:
        """From Base64. UsageError when it is none."""
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UsageError("the public key is no Base64") from error
        if len(raw) != 32:
            raise UsageError("the public key has not 32 bytes")
        return cls(raw)

    @classmethod
    def read(cls, path: Path) -> PublicKey:
        """From a PEM file, of the public key or of the private one. UsageError when it is none."""
        serialization, ed25519 = _package()
        data = _content(path)
        try:
            if b"PRIVATE KEY" in data:
                return SigningKey.read(path).public
            key = serialization.load_pem_public_key(data)
        except (ValueError, TypeError) as error:
            raise _no_key(path) from error
        if not isinstance(key, ed25519.Ed25519PublicKey):
            raise _no_key(path)
        return cls(key.public_bytes_raw())

    def holds(self, text: bytes, signature: Signature) -> bool:
        """Whether ``signature`` is of ``text`` and of this key, and states what it is."""
        _, ed25519 = _package()
        from cryptography.exceptions import InvalidSignature

        if signature.algorithm != "ed25519" or signature.key_id != self.id:
            return False
        try:
            value = base64.b64decode(signature.value, validate=True)
            ed25519.Ed25519PublicKey.from_public_bytes(self.raw).verify(value, text)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


class SigningKey:
    """A private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key().public_bytes_raw())

    @classmethod
    def read(cls, path: Path) -> SigningKey:
        """From a PEM file (PKCS #8, without passphrase). UsageError when it is none."""
        serialization, ed25519 = _package()
        try:
            key = serialization.load_pem_private_key(_content(path), None)
        except TypeError as error:
            raise UsageError(
                "this key needs a passphrase", where=str(path), remedy="decrypt it first (openssl pkey)"
            ) from error
        except ValueError as error:
            raise _no_key(path) from error
        if not isinstance(key, ed25519.Ed25519PrivateKey):
            raise _no_key(path)
        return cls(key)

    def sign(self, text: bytes) -> Signature:
        """The signature of ``text``; the same text, the same signature."""
        return Signature(
            key_id=self.public.id,
            public_key=base64.b64encode(self.public.raw).decode(),
            value=base64.b64encode(self._key.sign(text)).decode(),
        )


def generate(path: Path) -> tuple[PublicKey, Path]:
    """Write a new key to ``path`` (mode 600) and its public half beside it (``.pub``); neither may exist."""
    serialization, ed25519 = _package()
    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    beside = path.with_name(f"{path.name}.pub")
    if beside.exists():
        raise UsageError("it exists already: a key is never overwritten", where=str(beside))
    for place, content, mode in ((path, private, 0o600), (beside, public, 0o644)):
        try:
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
                file.write(content)
        except FileExistsError as error:
            raise UsageError("it exists already: a key is never overwritten", where=str(place)) from error
        except OSError as error:
            raise UsageError(f"cannot be written: {error.strerror or error}", where=str(place)) from error
    return SigningKey(key).public, beside


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise UsageError(f"the key cannot be read: {error.strerror or error}", where=str(path)) from error


def _no_key(path: Path) -> UsageError:
    return UsageError("this is no Ed25519 key in PEM", where=str(path), remedy="traque keygen makes one")
