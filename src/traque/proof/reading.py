"""Reads result documents back, and refuses those that were changed."""

from __future__ import annotations

import sys
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
