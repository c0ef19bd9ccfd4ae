"""Prints by how many bytes a process grows when the kernel compiles the list that the argument names."""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path

from traque.bulletins import load
from traque.hunt.question import indicator_refs
from traque.observables import sought


def resident() -> int:
    """Bytes in memory now, after what is free was given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096


def main() -> None:
    """The list in, the growth out."""
    from traque import _kernel

    observables = tuple(indicator_refs(load([sys.argv[1]])))
    spelled = list(sought(observables))
    before = resident()
    engine = _kernel.Engine(spelled)
    print(resident() - before)
    del engine


if __name__ == "__main__":
    main()
