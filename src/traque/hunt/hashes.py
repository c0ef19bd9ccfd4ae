"""What an answer can be held to: the hashes of the bulletins' files and of the program."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from traque.model.result import HashedFile


def hashed(paths: Iterable[str]) -> tuple[HashedFile, ...]:
    """The files at ``paths`` by their content, those in folders one by one; what is no file is left out."""
    found = []
    for path in dict.fromkeys(paths):
        files = sorted(Path(path).rglob("*")) if path and Path(path).is_dir() else [Path(path)]
        for file in files:
            try:
                with file.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
                    found.append(HashedFile(path=str(file), sha256=digest, bytes=stream.tell()))
            except (OSError, ValueError):  # a bare value, an address, or gone by now
                continue
    return tuple(found)


@lru_cache(maxsize=1)
def program() -> str:
    """SHA-256 of the lines ``SHA-256  path`` of this package's code and kernel, in the order of the paths."""
    root = Path(__file__).resolve().parents[1]
    files = sorted(path for path in root.rglob("*") if path.suffix in {".py", ".so", ".pyd"})
    lines = [
        f"{one.sha256}  {Path(one.path).relative_to(root).as_posix()}\n" for one in hashed(map(str, files))
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
