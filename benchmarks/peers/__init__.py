"""The programs that are measured, one a file: each defines ``SPEC``, a :class:`Peer`."""

from __future__ import annotations

import importlib
import pkgutil

from benchmarks.peers._peer import Found, Peer, Work

__all__ = ["Found", "Peer", "Work", "peers"]


def peers() -> dict[str, Peer]:
    """Every peer that this folder holds, by name, installed or not."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.name.startswith("_"))
    return {name: importlib.import_module(f"{__name__}.{name}").SPEC for name in names}
