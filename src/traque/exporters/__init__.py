"""Exporters: one target a file. Each turns indicators into what one control loads.

::

    targets()["nftables"].write(job)     the files, in parts
    targets()["nftables"].check(folder)  what nft says of them

:mod:`traque.detect` chooses what is exported, and writes. Adding a target is one module with a frozen
``SPEC`` (:class:`Target`) and one folder of samples.
"""

from __future__ import annotations

import functools

from traque.exporters._job import File, Item, Job
from traque.exporters._numbers import Numbers
from traque.exporters._revisions import Revision, Revisions
from traque.exporters._target import Limit, Target
from traque.registry import Registry, discover

__all__ = ["File", "Item", "Job", "Limit", "Numbers", "Revision", "Revisions", "Target", "targets"]


@functools.cache
def targets() -> Registry[Target]:
    """Every target of this package and of the entry-point group ``traque.exporters``, by name."""
    return discover(__name__, Target)
