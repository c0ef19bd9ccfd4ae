"""``manifest.json``: what each packed file is, where it comes from, its hash."""

from __future__ import annotations

import hashlib
import json

from packing.columns import DATA


def write(records: list[dict[str, object]]) -> None:
    """The manifest of all data sets, one record each, in name order."""
    sets = []
    for record in sorted(records, key=lambda record: str(record["name"])):
        files = [f"{name}.zst" for name in record.pop("files", [record["name"]])]
        packages = record.pop("packages")
        sets.append(
            record
            | {
                "files": {name: hashlib.sha256((DATA / name).read_bytes()).hexdigest() for name in files},
                "packages": [
                    {"registry": p.registry, "name": p.name, "version": p.version, "sha256": p.sha256}
                    for p in packages
                ],
            }
        )
    (DATA / "manifest.json").write_text(json.dumps(sets, indent=1, ensure_ascii=False) + "\n", "utf-8")
