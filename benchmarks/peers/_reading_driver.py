"""Reads (and decompresses) every file of a folder in chunks of 1 MiB, and drops the bytes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


def opened(path: Path) -> Any:  # the libraries state no common type
    """The file, decompressed as its name says."""
    if path.suffix == ".gz":
        from isal import igzip

        return igzip.IGzipFile(path, "rb")  # type: ignore[no-untyped-call]  # isal does not type it
    if path.suffix == ".zst":
        import zstandard

        return zstandard.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True)
    return path.open("rb", buffering=0)


def main() -> None:
    """The folder that the first argument names."""
    buffer = bytearray(CHUNK)
    for path in sorted(path for path in Path(sys.argv[1]).rglob("*") if path.is_file()):
        with opened(path) as file:
            while file.readinto(buffer):
                pass


if __name__ == "__main__":
    main()
