"""What is to be fetched, and as whom: without the modules that fetch, which few hunts need."""

from __future__ import annotations

import base64
from datetime import datetime

import msgspec


class Credentials(msgspec.Struct, frozen=True):
    """A token, or a name and a password; empty when there are none. Never shown."""

    user: str = ""
    password: str = ""
    token: str = ""

    def header(self) -> str:
        """The value of ``Authorization``; empty without credentials."""
        if self.token:
            return f"Bearer {self.token}"
        if self.user:
            return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return ""

    def __repr__(self) -> str:
        return "Credentials(...)"


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses to fetch: ``added_after`` is asked of TAXII servers; the credentials are for one server."""

    addresses: tuple[str, ...] = ()
    added_after: datetime | None = None
    credentials: Credentials = Credentials()
