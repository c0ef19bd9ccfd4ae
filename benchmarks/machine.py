"""What a run must say about where it was made."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent


def describe() -> dict[str, Any]:
    """Processor, cores, memory, operating system and Python."""
    return {
        "cpu": _first(Path("/proc/cpuinfo"), r"model name\s*:\s*(.+)") or platform.processor(),
        "cores": os.cpu_count(),
        "memory_bytes": memory_bytes(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
    }


def memory_bytes() -> int:
    """Physical memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def commit() -> tuple[str, bool]:
    """The checkout's short commit, and whether files differ from it; runs do not count."""
    name = _git("rev-parse", "--short=10", "HEAD")
    changed = _git("status", "--porcelain", "--", ".", ":!benchmarks/runs")
    return name or "uncommitted", not name or bool(changed)


def kernel() -> dict[str, str]:
    """The kernel's profile and version. ImportError where it is not built."""
    from traque import _kernel

    return {"profile": _kernel.PROFILE, "version": _kernel.VERSION}


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _first(path: Path, pattern: str) -> str:
    found = re.search(pattern, path.read_text("utf-8", "replace")) if path.exists() else None
    return found[1].strip() if found else ""
