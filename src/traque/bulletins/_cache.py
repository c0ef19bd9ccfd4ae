"""Copies of what was fetched, so that what did not change is not sent again (ETag, Last-Modified).

They lie in ``$XDG_CACHE_HOME/traque/fetched`` (else ``~/.cache``), for their owner's eyes only: a bulletin
may be TLP:AMBER. What its server asks not to store is not stored. A copy whose checksum fails is no copy.
"""

from __future__ import annotations

import hashlib
import os
import urllib.parse
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from traque.expressions import expression
from traque.whole_files import replacing

_FACTS: Final = "about.json"
_NAME = expression(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VALIDATOR: Final = 1000
"""Characters of an ETag from which on it is not kept."""


class Copy(msgspec.Struct, frozen=True):
    """What is known of a stored answer."""

    url: str
    fetched: datetime
    sha256: str
    etag: str = ""
    last_modified: str = ""

    def conditions(self) -> dict[str, str]:
        """The headers that ask for an answer only if it changed."""
        stated = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in stated.items() if value}


def name_of(url: str) -> str:
    """A file's name for what is at ``url``."""
    last = urllib.parse.unquote(urllib.parse.urlsplit(url).path.rstrip("/").rpartition("/")[2])
    return last if _NAME.fullmatch(last) and last != _FACTS else "bulletin"


def place(url: str) -> Path:
    """Where the copy of ``url`` is, or would be."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "traque" / "fetched" / hashlib.sha256(url.encode()).hexdigest()[:32] / name_of(url)


def load(url: str) -> tuple[Copy, bytes] | None:
    """The copy of ``url``, if there is a whole one."""
    path = place(url)
    try:
        copy = msgspec.json.decode(path.with_name(_FACTS).read_bytes(), type=Copy)
        body = path.read_bytes()
    except (OSError, msgspec.MsgspecError, ValueError):
        return None
    return (copy, body) if copy.url == url and hashlib.sha256(body).hexdigest() == copy.sha256 else None


def save(url: str, body: bytes, headers: dict[str, str], now: datetime) -> None:
    """Keep an answer; a folder that cannot be written is no reason to fail."""
    if "no-store" in headers.get("cache-control", "").lower():
        return
    validators = {
        "etag": headers.get("etag", ""),
        "last_modified": headers.get("last-modified", ""),
    }
    kept = {name: text for name, text in validators.items() if text.isprintable() and len(text) < _VALIDATOR}
    copy = Copy(url=url, fetched=now, sha256=hashlib.sha256(body).hexdigest(), **kept)
    path = place(url)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, body)
        _write(path.with_name(_FACTS), msgspec.json.encode(copy))


def _write(path: Path, data: bytes) -> None:
    with replacing(path, mode=0o600) as stream:
        stream.write(data)
