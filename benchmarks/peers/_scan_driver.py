"""Feeds the files of a folder to the kernel's scanner, for the values of a list; counts matched records.

Only the scan: no formats, no times, no verdicts, no coverage. It is what a hunt cannot be faster than.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from traque.bulletins import load
from traque.scan import kernel

CHUNK: Final = 1 << 20


def main() -> None:
    """The list that the first argument names, in the folder that the second names."""
    bulletins = load([sys.argv[1]])
    engine = kernel.compile([indicator.observable for b in bulletins for indicator in b.indicators])
    for path in sorted(path for path in Path(sys.argv[2]).rglob("*") if path.is_file()):
        scanner = engine.scanner()
        matched = 0
        with path.open("rb", buffering=0) as file:
            while chunk := file.read(CHUNK):
                matched += len(scanner.feed(chunk).matched)
        matched += len(scanner.finish().matched)
        sys.stdout.write(f"{path}:{matched}\n")


if __name__ == "__main__":
    main()
