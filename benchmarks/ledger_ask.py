"""Prints what the files of a folder hold of a list of IPv4 addresses: FOLDER LIST."""

from __future__ import annotations

import sys
from pathlib import Path

from traque import _kernel


def main() -> None:
    """Out come the number of rows, the sum of their sources, and how many addresses were found."""
    listed = Path(sys.argv[2]).read_bytes()
    values = list({listed[at : at + 4] for at in range(0, len(listed), 4)})
    files = sorted(Path(sys.argv[1]).glob("*.parquet"))
    queries, source, *_ = _kernel.find_rows("ipv4-addr", files, values, [])
    print(len(queries) // 4, sum(memoryview(source).cast("I")), len(set(memoryview(queries).cast("I"))))


if __name__ == "__main__":
    main()
