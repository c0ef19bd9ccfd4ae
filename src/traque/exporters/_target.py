"""What a target is: one module, one frozen ``SPEC``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

import msgspec

from traque.exporters._job import File, Job
from traque.model.detection import Action, Check
from traque.registry import FormatSpec

ADDRESSES = ("ipv4-addr", "ipv6-addr", "ipv4-net", "ipv6-net")
"""The kinds that a packet filter takes."""
NAMES = ("domain-name",)
FILE_HASHES = ("md5", "sha1", "sha256", "sha512")


class Limit(msgspec.Struct, frozen=True):
    """How many entries fit (``50,000 entries a list``), and what is done with more (``more lists``)."""

    what: str
    then: str


class Target(FormatSpec, frozen=True, kw_only=True):
    """A control that takes indicators; the page of the target in docs/targets is made of this.

    - ``name`` is what ``--for`` takes.
    - ``kinds``: what it can express; others are listed as left out before ``write`` sees the job.
    - ``actions``: what its rules can do. ``alert`` without ``block`` (or the reverse) refuses the other in
      words. A target that holds a *list*, whose use another rule of the device decides, has both.
    - ``expiry``: how an entry goes by itself, in words; empty: it does not, and ``write`` gives a removal
      script.
    - ``outside``: the values leave the house for a provider's cloud, which PAP:RED and PAP:AMBER forbid.
    - ``load``, ``verify``, ``remove``: commands for the operator, in the folder of the files.
    - ``read_back``: the names of files (globs) that a bulletin reader of ours reads to the same indicators,
      of the kinds ``read_kinds`` where the others are written in a form that says less (none: all kinds).
    - ``write`` yields the files; it is deterministic, and lists with ``Job.leave_out`` what it cannot say.
    - ``check`` runs the target's own checkers on what was written in a folder.
    """

    family: Literal["network", "hosts", "siem", "exchange"]
    kinds: tuple[str, ...]
    actions: tuple[Action, ...] = ("alert", "block")
    limits: tuple[Limit, ...] = ()
    expiry: str = ""
    outside: bool = False
    escaping: str
    load: str
    verify: str
    remove: str
    sources: tuple[str, ...] = ()
    read_back: tuple[str, ...] = ()
    read_kinds: tuple[str, ...] = ()
    write: Callable[[Job], Iterable[File]]
    check: Callable[[Path], Iterable[Check]] | None = None
