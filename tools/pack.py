"""Pack the reference data that traque ships: ``python tools/pack.py``, from the group ``pack`` of packages.

Needs the network only for the pinned packages (tools/packing/*.py name version and SHA-256), which stay
in ``target/reference``. Nothing of this is used at run time. To move to newer data: change the pins, run,
read the diff of ``manifest.json``, run the tests.
"""

from __future__ import annotations

from packing import actors, countries, manifest, networks, warninglists, world


def main() -> None:
    """All data sets, then the manifest."""
    records = [
        record for part in (countries, networks, warninglists, actors, world) for record in part.pack()
    ]
    manifest.write(records)


if __name__ == "__main__":
    main()
