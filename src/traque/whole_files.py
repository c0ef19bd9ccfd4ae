"""Files that are there whole or not at all: a reader never finds half of one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

_BUFFER: Final = 1 << 20


@contextmanager
def replacing(path: Path, *, mode: int = 0o644, durable: bool = False) -> Iterator[BinaryIO]:
    """A stream for the bytes of ``path``; they take its place when the block ends, and never when it fails.

    Until then they stand beside it under a name of their own, for the owner alone. ``mode`` are the
    permissions of the finished file; a ``durable`` one is on the disk before it gets its name. Raises
    OSError as the system does, and leaves the old file as it was.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb", buffering=_BUFFER) as stream:
            yield stream
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        partial.chmod(mode)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
