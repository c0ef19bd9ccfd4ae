"""What turning bulletins into detections gave: files, what was left out, what a checker said."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

import msgspec

from traque.model.bulletin import Bulletin

DETECTION_SCHEMA: Final = "traque/detection/1"

Action = Literal["alert", "block"]
Direction = Literal["in", "out", "both"]


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Values that were not written, and why.

    ``code`` is a stable word: ``kind`` (the target has no way to say this kind), ``action`` (it cannot only
    alert, or cannot block), ``warninglist``, ``marking``, ``expired``, ``victim``, ``grammar`` (the value
    breaks a rule of the target), ``capacity``, ``outside``. ``target`` is empty where it holds for all of
    them, ``value`` where it holds for ``count`` values of the kind.
    """

    code: str
    reason: str
    target: str = ""
    kind: str = ""
    value: str = ""
    count: int = 1


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What the target's own checker said of the files.

    ``status`` is ``passed``, ``failed`` or ``not-checked``; ``by`` names the program with its version,
    ``detail`` its words, or why it was not run.
    """

    status: Literal["passed", "failed", "not-checked"]
    by: str = ""
    detail: str = ""


class WrittenFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file below the folder; ``sha256`` is of its bytes."""

    path: str
    bytes: int
    sha256: str


class TargetExport(msgspec.Struct, frozen=True, kw_only=True):
    """What was written for one target; ``indicators`` counts the values that are in its files."""

    target: str
    title: str
    indicators: int
    files: tuple[WrittenFile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    checks: tuple[Check, ...] = ()
    load: str = ""
    refused: str = ""


class DetectionBulletin(msgspec.Struct, frozen=True, kw_only=True):
    """The bulletin that rules come from, as they carry it."""

    id: str
    title: str = ""
    producer: str = ""
    published: datetime | None = None
    tlp: str | None = None
    pap: str | None = None
    actors: tuple[str, ...] = ()

    @classmethod
    def of(cls, bulletin: Bulletin) -> DetectionBulletin:
        """What rules carry of ``bulletin``."""
        return cls(**{field: getattr(bulletin, field) for field in cls.__struct_fields__})


class Detection(msgspec.Struct, frozen=True, kw_only=True):
    """The result of ``traque detect``: reloads from its own JSON.

    ``indicators`` counts those that were chosen, ``withdrawn`` those that an earlier export into the same
    folder held and this one does not.
    """

    schema: str = DETECTION_SCHEMA
    version: str
    made: datetime
    action: Action
    direction: Direction
    folder: str
    bulletins: tuple[DetectionBulletin, ...]
    indicators: int
    withdrawn: int
    left_out: tuple[LeftOut, ...]
    targets: tuple[TargetExport, ...]
    files: tuple[WrittenFile, ...] = ()
    """What stands beside the targets' folders, for the next export into this folder."""

    @property
    def complete(self) -> bool:
        """Whether nothing failed, nothing was refused, and no value was dropped for want of room."""
        return all(
            not target.refused
            and all(check.status != "failed" for check in target.checks)
            and all(left.code != "capacity" for left in target.left_out)
            for target in self.targets
        )
