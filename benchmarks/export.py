"""The export case: a list of all kinds as files for four controls, in time, in memory, and complete.

What was written is read here, by nothing of traque: each listed value stands in the files of every control
that takes its kind, or in the result's list of what was left out, and nothing else does.
"""

from __future__ import annotations

import base64
import csv
import json
import re
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Broken, Limits, launch
from benchmarks.store import Store
from benchmarks.world import LISTED

TARGETS: Final = ("suricata", "nftables", "bind-rpz", "csv")
_SECONDS, _BYTES = 60, 1_000_000_000
"""What the design allows for a million indicators."""
_HEAD: Final = "indicators   seconds       cpu   peak MB"
_KINDS: Final = {
    "ipv4-addr": re.compile(r"[0-9.]+"),
    "ipv6-addr": re.compile(r"[0-9a-f]*:[0-9a-f:]*"),
    "md5": re.compile(r"[0-9a-f]{32}"),
    "sha1": re.compile(r"[0-9a-f]{40}"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
    "domain-name": re.compile(r"(?![0-9.]+$)[a-z0-9.-]+\.[a-z0-9-]+"),
}
"""The kinds whose entries are compared one by one, by their form."""
_ELEMENT: Final = re.compile(r"^\t\t\t([0-9a-f.:]+)(?: timeout \w+)?,$", re.MULTILINE)
_OWNER: Final = re.compile(r"^(?!\*|[0-9]+\..*\.rpz-ip )([a-z0-9_.-]+) CNAME ", re.MULTILINE)


def run(store: Store, limits: Limits, *, quick: bool) -> tuple[dict[str, Any], str, bool]:
    """The document, the table, and whether everything was written, and accepted by the checkers."""
    name = "all-10k" if quick else "all-1m"
    listed = store.listed(name)
    lines = [f"export: {LISTED[name]:,} indicators of all kinds for {', '.join(TARGETS)}", _HEAD]
    with tempfile.TemporaryDirectory(dir=store.folder) as place:
        command = [str(Path(sys.executable).with_name("traque")), "detect", str(listed)]
        command += ["--for", ",".join(TARGETS), "--json", "--out"]
        try:
            runs = [launch([*command, f"{place}/{n}"], 1, limits)[0] for n in range(limits.repetitions)]
            _, output = launch([*command, f"{place}/checked", "--check"], 1, limits)
        except Broken as error:
            return {"case": "export"}, "\n".join((*lines, str(error))), False
        wrong = _wrong(Path(place, "checked"), json.loads(output), set(listed.read_text("ascii").split()))
    said = _said(json.loads(output))
    best = min(runs, key=lambda each: each.user + each.system)
    cpu = best.user + best.system
    met = quick or (cpu < _SECONDS and best.peak_bytes < _BYTES)
    lines.append(
        f"{LISTED[name]:>10,}  {best.seconds:>8.1f}  {cpu:>8.1f}  {best.peak_bytes / 1e6:>8,.0f}  "
        f"{'met' if met else 'MISSED'}  {wrong or '= the list'}"
    )
    document = {
        "case": "export",
        "command": store.shorten(command),
        "indicators": LISTED[name],
        "limits": {"seconds": _SECONDS, "bytes": _BYTES},
        "runs": [asdict(each) for each in runs],
        "checks": said,
        "wrong": wrong,
    }
    return document, "\n".join((*lines, *said)), not wrong and met


def _said(result: dict[str, Any]) -> list[str]:
    return [
        f"  {target['target']}: {check['status']} {check.get('by', '')} {check.get('detail', '')}".rstrip()
        for target in result["targets"]
        for check in target.get("checks", ())
    ]


def _wrong(folder: Path, result: dict[str, Any], listed: set[str]) -> str:
    """What is not as it should be in the files of an export; nothing when all is right."""
    for target in result["targets"]:
        for check in target.get("checks", ()):
            if check["status"] == "failed":
                return f"{target['target']}: {check['by']} refuses it: {check['detail']}"
    left = {each["value"] for each in result["left_out"] if "value" in each}
    written = _written(folder)
    for target, kinds in written.items():
        for kind, values in kinds.items():
            wanted = {value for value in listed if _KINDS[kind].fullmatch(value)} - left
            if values != wanted:
                return (
                    f"{target}: of {kind} {len(wanted - values)} are missing, "
                    f"{len(values - wanted)} should not be there"
                )
    with (folder / "csv/indicators.csv").open(encoding="utf-8", newline="") as text:
        rows = {row["value"].removeprefix("'") for row in csv.DictReader(text)}
    if rows | left != listed:
        return f"csv: {len((rows | left) ^ listed)} values differ from the list"
    return ""


def _written(folder: Path) -> dict[str, dict[str, set[str]]]:
    suricata = folder / "suricata"
    addresses = _lines(suricata / "traque-ip.lst")
    elements = set(_ELEMENT.findall((folder / "nftables/traque.nft").read_text("utf-8")))
    names = (base64.b64decode(line).decode() for line in _lines(suricata / "traque-domain.lst"))
    return {
        "suricata": {
            **_by_family(addresses),
            **{kind: set(_lines(suricata / f"traque-{kind}.lst")) for kind in ("md5", "sha1", "sha256")},
            "domain-name": set(names),
        },
        "nftables": {"ipv4-addr": _by_family(elements)["ipv4-addr"]},
        "bind-rpz": {
            "domain-name": set(_OWNER.findall((folder / "bind-rpz/traque.rpz.zone").read_text("utf-8")))
        },
    }


def _by_family(addresses: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"ipv4-addr": set(), "ipv6-addr": set()}
    for address in addresses:
        found["ipv6-addr" if ":" in address else "ipv4-addr"].add(address)
    return found


def _lines(path: Path) -> list[str]:
    return path.read_text("ascii").split()
