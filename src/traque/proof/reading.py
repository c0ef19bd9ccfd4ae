"""Reads result documents back, and refuses those that were changed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from traque.errors import ProofError, TraqueError, UsageError
from traque.model import HuntResult
from traque.proof.sealing import check_digest, parse
from traque.reports.json_ import load


class Read(NamedTuple):
    """A result, the digest of its document, and where it was read."""

    result: HuntResult
    digest: str
    path: str


def content(path: str) -> bytes:
    """The bytes of a file, ``-`` for standard input. UsageError when they cannot be had."""
    try:
        return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror or error}", where=path) from error


def read_result(path: str) -> Read:
    """The result document at ``path`` (or the ``result.json`` in that folder).

    UsageError for what is none, ProofError for one that is not what it was when it was written.
    """
    if path != "-" and Path(path).is_dir():
        path = str(Path(path) / "result.json")
    data = content(path)
    document = parse(data, path)
    if document["schema"] != "traque/hunt-result/1":
        raise UsageError(
            f"this is {document['schema']}, not a result",
            where=path,
            remedy="name what traque hunt --out wrote",
        )
    digest = check_digest(document, path)
    try:
        return Read(load(data), digest, path)
    except TraqueError as error:
        raise ProofError(error.what, where=path) from error


def named_results(words: Sequence[str]) -> tuple[list[Read], list[str]]:
    """The results that ``[SITE=]RESULT`` name, and the names of their sites.

    Without one, it is that of the file, or of the folder of a ``result.json``. UsageError for fewer than two
    results, and for unnamed ones that would have one name.
    """
    if len(words) < 2:
        raise UsageError("one result is nothing to merge", remedy="name two or more")
    reads, sites, given = [], [], []
    for word in words:
        site, sign, path = word.partition("=")
        named = bool(sign) and bool(site) and "/" not in site
        read = read_result(path if named else word)
        reads.append(read)
        sites.append(site if named else _site(read.path))
        given.append(named)
    for site, named in zip(sites, given, strict=True):
        if not named and sites.count(site) > 1:
            raise UsageError(
                f"two results are called {site!r}", remedy="name their sites: paris=RESULT lyon=RESULT"
            )
    return reads, sites


def _site(path: str) -> str:
    file = Path(path)
    name = file.absolute().parent.name if file.name == "result.json" else file.stem
    return name.strip("-/") or "stdin"
