"""Runs the checker of a target, when this machine has it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from traque.exporters._text import plain
from traque.model.detection import Check

_SECONDS: Final = 300
_SBIN: Final = ("/usr/sbin", "/sbin", "/usr/local/sbin")
"""Where firewalls and name servers keep their programs; not on the PATH of a normal user."""


def program(name: str) -> str | None:
    """The path of a program, also of those that only root has on the PATH; None when it is not here."""
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(_SBIN))


def run(
    name: str,
    *arguments: str,
    folder: Path,
    version: Sequence[str] = ("--version",),
    install: str = "",
    stdin: Path | None = None,
    needs: Sequence[str] = (),
    privileged: Sequence[str] = (),
    shown: str = "",
) -> Check:
    """Run ``name arguments`` in ``folder``; it passes when it ends with 0.

    ``version`` are the arguments that make it print its version (none: it is not asked), ``install`` says
    what to install when it, or one of ``needs``, is not here. Where its words hold one of ``privileged``
    (``Operation not permitted``) the check needs rights that this user lacks, and nothing is said of the
    files. ``shown`` is the name for people where a wrapper is run.
    """
    path = program(name)
    missing = next((each for each in (name, *needs) if program(each) is None), None)
    if path is None or missing:
        return Check(
            status="not-checked",
            by=name,
            detail=f"{missing} is not installed" + (f" ({install})" if install else ""),
        )
    by = f"{shown or name} {_version(path, version)}".strip()
    try:
        with (stdin or Path(os.devnull)).open("rb") as text:
            done = subprocess.run(  # noqa: S603 -- a checker found on the PATH, and no shell
                [path, *arguments],
                cwd=folder,
                env=os.environ | {"PATH": os.pathsep.join((os.environ.get("PATH", os.defpath), *_SBIN))},
                stdin=text,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        return Check(status="failed", by=by, detail=f"it did not end within {_SECONDS} s")
    except OSError as error:
        return Check(
            status="not-checked", by=by, detail=f"it could not be started: {error.strerror or error}"
        )
    said = (done.stderr + b"\n" + done.stdout).decode("utf-8", "replace")
    if done.returncode == 0:
        return Check(status="passed", by=by)
    if any(words in said for words in privileged):
        return Check(status="not-checked", by=by, detail=f"it needs more rights: {plain(said)}")
    return Check(status="failed", by=by, detail=plain(said, most=600) or f"it ended with {done.returncode}")


def _version(path: str, arguments: Sequence[str]) -> str:
    if not arguments:
        return ""
    try:
        done = subprocess.run([path, *arguments], capture_output=True, timeout=30, check=False)  # noqa: S603 -- as above
    except (OSError, subprocess.TimeoutExpired):
        return ""
    words = (done.stdout + b" " + done.stderr).decode("utf-8", "replace").split()
    return next(
        (plain(word.strip(",;()")) for word in words if any(c.isdigit() for c in word) and "." in word), ""
    )


def absent(package: str) -> Check:
    """The answer of a checker that is a Python package, where that is not installed."""
    return Check(
        status="not-checked", by=package, detail=f"{package} is not installed (pip install {package})"
    )
