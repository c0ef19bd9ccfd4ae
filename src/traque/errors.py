"""Every exception traque raises, in one tree.

::

    TraqueError
    ├── UsageError                 the question itself cannot be asked (exit 2)
    ├── RegistryError              two modules claim one name, or a SPEC is malformed
    ├── ObservableError            a value that cannot be an indicator; carries why
    ├── ProofError                 a document that is not what it was when it was written (exit 3)
    ├── LedgerError                a ledger that cannot be read or written: it stays as it was (exit 3)
    │   ├── LedgerBusy             another process writes to it
    │   ├── LedgerDamaged          a file of it is gone, or not what it was when it was written
    │   └── LedgerHeld             what is to be forgotten is under a legal hold
    ├── BulletinError              a bulletin that cannot be used
    │   ├── UnrecognisedBulletin   no reader knows this content
    │   ├── MalformedBulletin      a reader knows it, but the content is broken
    │   ├── EmptyBulletin          read to the end, and no usable indicator in it
    │   └── BulletinUnreachable    an address that gives no bulletin: no network, refused, too slow
    └── SourceError                bytes of a log that could not be had
        ├── SourceUnreadable       permission, vanished, I/O error, link loop
        ├── SourceTruncated        ends before its container says it ends
        ├── SourceCorrupt          the container's own checks fail
        ├── SourceEncrypted        a member that needs a password
        ├── SourceLimit            an archive bomb or too deep a nesting: stopped on purpose
        └── SourceUnsupported      recognised, but no decoder for it is here

Each says *what* happened, *where*, and *what to do*. Broken input inside a log
or a bulletin is not raised but counted (:mod:`traque.diagnostics`).
"""

from __future__ import annotations


class TraqueError(Exception):
    """Base of all errors that traque raises on purpose.

    ``what`` is one sentence, ``where`` a path with line or member when known,
    ``remedy`` what a person can do about it.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.remedy})" if self.remedy else text


class UsageError(TraqueError):
    """The arguments do not make a question (exit 2)."""


class ProofError(TraqueError):
    """A result, certificate or bag is not what it was when it was written (exit 3)."""


class LedgerError(TraqueError):
    """A ledger cannot be read or written; what it held before is as it was (exit 3)."""


class LedgerBusy(LedgerError):
    """Another process writes to the ledger."""


class LedgerDamaged(LedgerError):
    """A file of the ledger is gone, or is not what it was when it was written."""


class LedgerHeld(LedgerError):
    """What is to be forgotten is under a legal hold."""


class RegistryError(TraqueError):
    """A registered name is claimed twice, or a module's SPEC is not one."""


class ObservableError(TraqueError):
    """A value cannot be put in canonical form, or would match everything.

    ``code`` is a short stable word (``invalid-octet``, ``too-wide``, ``bare-path``,
    ``public-suffix``, ``empty``, ``malformed``...) that reports group by.
    """

    def __init__(self, what: str, *, code: str, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.code = code


class BulletinError(TraqueError):
    """A bulletin cannot be used."""


class UnrecognisedBulletin(BulletinError):
    """No reader recognises the content."""


class MalformedBulletin(BulletinError):
    """The content announces a known format but does not hold to it."""


class EmptyBulletin(BulletinError):
    """The bulletin was read, and holds no usable indicator."""


class BulletinUnreachable(BulletinError):
    """A bulletin's address gives nothing, or not in time, or too much."""


class SourceError(TraqueError):
    """Some bytes of a log could not be had: that source is incomplete."""


class SourceUnreadable(SourceError):
    """The operating system does not give the bytes."""


class SourceTruncated(SourceError):
    """The data end before their container says so."""


class SourceCorrupt(SourceError):
    """The container's own structure or checksum fails."""


class SourceEncrypted(SourceError):
    """The member is encrypted."""


class SourceLimit(SourceError):
    """A safety limit (ratio, size, depth, member count) stopped the reading."""


class SourceUnsupported(SourceError):
    """The container is recognised but nothing here can decode it."""
