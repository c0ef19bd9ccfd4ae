"""Suricata's IP reputation: addresses and networks with a score, and two rules that ask for it.

The other way to hold a list of addresses: it takes networks and IPv6, is reloaded with the rules, and its score
(1 to 127) is the bulletin's confidence. Source: Suricata user guide, "IP Reputation" (format and keyword).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traque.exporters._job import File, Item, Job
from traque.exporters._suricata import QUIET, Carried, message
from traque.exporters._suricata_check import grammar
from traque.exporters._target import ADDRESSES, Limit, Target
from traque.model.detection import Check

_RULES: Final = "traque-iprep.rules"
_LIST: Final = "traque-iprep.list"
_CATEGORY: Final = 1
_SCORES: Final = 127
_SURE: Final = 50
"""The confidence, of 100, of an indicator that states none."""
_SIDES: Final = (("in", "src"), ("out", "dst"))


def write(job: Job) -> Iterator[File]:
    """Categories, scores, rules."""
    yield File("traque-categories.txt", [f"{_CATEGORY},traque,indicators of bulletins\n"])
    yield File(_LIST, (f"{item.value},{_CATEGORY},{_score(item)}\n" for item in job.items))
    yield File(_RULES, _rules(job))


def _score(item: Item) -> int:
    confidence = item.indicator.confidence
    return max(1, (_SURE if confidence is None else confidence) * _SCORES // 100)


def _rules(job: Job) -> Iterator[str]:
    yield from (f"# {line}\n" for line in job.header())
    verb = "drop" if job.blocks else "alert"
    opened = "" if job.direction == "both" else "flow:to_server; "
    carried = Carried(job)
    for way, side in _SIDES:
        if job.direction in (way, "both"):
            rule = (
                f'{verb} ip any any -> any any (msg:"{message(job, f"{way} address of listed reputation")}"; '
                f"{opened}iprep:{side},traque,>,0; {QUIET}"
            )
            yield f"{rule}{carried(f'iprep:{way}', rule)})\n"


def check(folder: Path) -> Iterator[Check]:
    """The grammar of the rules."""
    yield grammar(folder / _RULES)


SPEC = Target(
    name="suricata-iprep",
    title="Suricata IP reputation",
    family="network",
    kinds=ADDRESSES,
    limits=(Limit("127 scores, and memory", "one list; a score is the bulletin's confidence"),),
    escaping="values are addresses; messages and metadata are reduced to safe ASCII",
    load=(
        "cp traque-categories.txt traque-iprep.list /etc/suricata/iprep/\n"
        "# suricata.yaml: reputation-categories-file: /etc/suricata/iprep/traque-categories.txt\n"
        "#   default-reputation-path: /etc/suricata/iprep, reputation-files: [traque-iprep.list]\n"
        "cp traque-iprep.rules /var/lib/suricata/rules/ && suricatasc -c ruleset-reload-nonblocking"
    ),
    verify="suricata -T; stats.log counts iprep look-ups",
    remove="delete the files and their lines in suricata.yaml, and reload",
    sources=("https://docs.suricata.io/en/latest/reputation/ipreputation/ip-reputation-format.html",),
    write=write,
    check=check,
)
