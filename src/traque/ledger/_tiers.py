"""When small files are merged: so that each row is rewritten a few times only, however many commits come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from traque.ledger._manifest import DataFile

FAN: Final = 8
"""Files of about one size that become one."""
_LEAST: Final = 64 * 1024
"""Bytes below which all files are of one size."""


def to_merge(files: Sequence[DataFile]) -> list[DataFile]:
    """Those of ``files`` that are to become one with what the next commit brings; none as long as few.

    ``files`` are in the order of their commits. Taken are the newest without a gap, so that what is older
    stays older, up to the first that is larger than all behind it.
    """
    taken = total = 0
    for file in reversed(files):
        if file.bytes > max(total, _LEAST) and taken:
            break
        total += file.bytes
        taken += 1
    return list(files[len(files) - taken :]) if taken >= FAN - 1 else []
