"""The key of a ledger with pseudonyms: a file of its own, which is never in the ledger's folder."""

from __future__ import annotations

import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Final

from traque.errors import UsageError
from traque.ledger._manifest import Settings
from traque.ledger.inside import Inner

BYTES: Final = 32
_CHECKED: Final = b"check"
_TEXT: Final = re.compile(rb"\s*([0-9A-Fa-f]{64})\s*")
_LARGEST: Final = 4096


class Secret:
    """A key; ``raw`` are its bytes."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @property
    def check(self) -> str:
        """By what it is known; it says nothing of the key."""
        return hmac.digest(self.raw, _CHECKED, "sha256").hex()

    @classmethod
    def read(cls, path: Path) -> Secret:
        """From a file of 64 hex digits. UsageError when it is none."""
        try:
            with path.open("rb") as file:
                found = _TEXT.fullmatch(file.read(_LARGEST))
        except OSError as error:
            raise UsageError(
                f"the ledger's key cannot be read: {error.strerror or error}", where=str(path)
            ) from error
        if found is None:
            raise UsageError("this is no key of a ledger: it has 64 hex digits", where=str(path))
        return cls(bytes.fromhex(found[1].decode()))

    @classmethod
    def read_or_make(cls, path: Path, ledger: Path) -> Secret:
        """From a file, which is made when it is not there, for its owner alone. UsageError in ``ledger``."""
        if path.resolve().is_relative_to(ledger.resolve()):
            raise UsageError(
                "the key must not be in the ledger: whoever has a copy of one would have both",
                where=str(path),
                remedy="name a file elsewhere",
            )
        text = f"{secrets.token_hex(BYTES)}\n".encode()
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            pass
        except OSError as error:
            raise UsageError(
                f"the ledger's key cannot be written: {error.strerror or error}", where=str(path)
            ) from error
        return cls.read(path)


def secret_of(settings: Settings, path: Path | None, *, needed: bool = False) -> bytes | None:
    """The key of a ledger with these settings; None without a file, and where the ledger has no pseudonyms.

    UsageError for the key of another ledger, and for none where it is ``needed``.
    """
    if settings.inner is not Inner.PSEUDONYMS:
        return None
    if path is None:
        if needed:
            raise UsageError(
                "this ledger holds what is inside by pseudonyms, and needs its key",
                remedy="name the file with --key, or in TRAQUE_LEDGER_KEY",
            )
        return None
    secret = Secret.read(path)
    if not hmac.compare_digest(secret.check, settings.check):
        raise UsageError(
            "this is not the key of this ledger", where=str(path), remedy="name the one of its init"
        )
    return secret.raw
