"""Zip archives that strangers made, opened within bounds.

Sizes that an archive states are not believed: what is decompressed is counted. A member is read whole or not
at all, an archive may hold so many of them, and its members together so many bytes.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import IO, Final

from traque.errors import MalformedBulletin

MAGIC: Final = b"PK\x03\x04"
_MEMBERS: Final = 10_000
_PASSWORDS: Final = (None, b"infected")
_CHUNK: Final = 1 << 20
_REMEDY: Final = "unpack it, and name the files in it"


class Budget:
    """What an archive, with all archives in it, may still unpack to."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.left = limit

    @property
    def spent(self) -> bool:
        """Whether nothing more may be unpacked."""
        return self.left < 0


_around: ContextVar[tuple[Budget, ...]] = ContextVar(
    "budgets of the archives that are being read", default=()
)


@contextmanager
def inside(limit: int) -> Iterator[tuple[Budget, int]]:
    """Within an archive: the budget of the outermost one, and how many there are around this one."""
    around = _around.get()
    budget = around[0] if around else Budget(limit)
    token = _around.set((*around, budget))
    try:
        yield budget, len(around)
    finally:
        _around.reset(token)


class Archive:
    """An archive in memory; every way in which it may be broken is a MalformedBulletin."""

    def __init__(self, data: bytes, name: str, limit: int) -> None:
        self._name = name
        around = _around.get()
        self._budget = around[0] if around else Budget(limit)
        self.password = ""
        """The password that opened a member, when one was needed."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._members = {info.filename: info for info in self._zip.infolist() if not info.is_dir()}
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError) as error:
            raise self._malformed(f"the archive is broken: {error}") from None
        if len(self._members) > _MEMBERS:
            raise self._malformed(f"the archive holds more than {_MEMBERS} files")

    @property
    def names(self) -> tuple[str, ...]:
        """The files in the archive, in its order."""
        return tuple(self._members)

    def holds(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return name in self._members

    def read(self, name: str) -> bytes:
        """The bytes of a file, decrypted with ``infected`` where needed."""
        info = self._members[name]
        encrypted = bool(info.flag_bits & 1)
        for password in _PASSWORDS[1:] if encrypted else _PASSWORDS[:1]:
            try:
                with self._zip.open(info, pwd=password) as member:
                    data = self._bounded(member)
            except RuntimeError:  # zipfile's word for a wrong password
                continue
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
                raise self._malformed(f"{name} in it is broken: {error}") from None
            except NotImplementedError as error:
                raise self._malformed(f"{name} in it cannot be unpacked: {error}") from None
            if password:
                self.password = password.decode()
            return data
        raise self._malformed(f"{name} in it is encrypted, and the password 'infected' does not open it")

    def _bounded(self, member: IO[bytes]) -> bytes:
        chunks = []
        while chunk := member.read(_CHUNK):
            self._budget.left -= len(chunk)
            if self._budget.spent:
                raise self._malformed(f"it unpacks to more than {self._budget.limit >> 20} MiB")
            chunks.append(chunk)
        return b"".join(chunks)

    def _malformed(self, what: str) -> MalformedBulletin:
        return MalformedBulletin(what[:300], where=self._name, remedy=_REMEDY)


def first_member(head: bytes) -> str:
    """The name of the file that an archive begins with."""
    if not head.startswith(MAGIC) or len(head) < 30:
        return ""
    return head[30 : 30 + int.from_bytes(head[26:28], "little")].decode("utf-8", "replace")
