"""The ledger: the durable index of every observable seen in logs (docs/ledger-format.md).

Readers open it with :meth:`Ledger.open`; one writer at a time changes it, in commits of which each is there
whole or not at all.
"""

from traque.ledger._contents import Contents
from traque.ledger._disk import in_words
from traque.ledger._facts import Facts
from traque.ledger._known import (
    RULES,
    FileId,
    Head,
    Key,
    KnownFile,
    KnownSource,
    Look,
    Member,
    Note,
    Reading,
    path_key,
)
from traque.ledger._manifest import DataFile, Manifest, Settings
from traque.ledger._secret import Secret, secret_of
from traque.ledger._store import Ledger, Row
from traque.ledger._values import TABLES, question
from traque.ledger._writer import Purge, Staged, Writer, create, writer
from traque.ledger.facts import Fact
from traque.ledger.inside import Inner

__all__ = [
    "RULES",
    "TABLES",
    "Contents",
    "DataFile",
    "Fact",
    "Facts",
    "FileId",
    "Head",
    "Inner",
    "Key",
    "KnownFile",
    "KnownSource",
    "Ledger",
    "Look",
    "Manifest",
    "Member",
    "Note",
    "Purge",
    "Reading",
    "Row",
    "Secret",
    "Settings",
    "Staged",
    "Writer",
    "create",
    "in_words",
    "is_held",
    "path_key",
    "secret_of",
    "writer",
]


def is_held(kind: str) -> bool:
    """Whether values of a kind are in a ledger; the others are looked for in logs, one by one."""
    from traque.model import Observable
    from traque.observables import registry

    spec = registry().get(kind)
    return spec is not None and question(Observable(kind, spec.examples[0])) is not None
