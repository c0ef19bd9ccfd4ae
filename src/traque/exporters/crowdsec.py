"""CrowdSec decisions: a ban for each address and network, until its rule expires.

Decisions are added to those that exist; a new import replaces nothing, so ``load.sh`` first deletes the
decisions of the same reason. Source: CrowdSec documentation, "cscli decisions import" and "cscli decisions
delete".
"""

from __future__ import annotations

from collections.abc import Iterator

from traque.exporters._job import File, Item, Job
from traque.exporters._packets import commented
from traque.exporters._target import ADDRESSES, Limit, Target

_REASON = "traque"


def write(job: Job) -> Iterator[File]:
    """``decisions.csv`` for ``cscli decisions import``, and the scripts around it."""
    yield File("decisions.csv", _table(job))
    yield File("load.sh", _load(job), script=True)
    yield File("remove.sh", _remove(job), script=True)


def _table(job: Job) -> Iterator[str]:
    yield "duration,reason,scope,type,value\n"
    for item in job.items:
        hours = max(1, int((item.expires - job.made).total_seconds()) // 3600)
        yield f"{hours}h,{_REASON},{_scope(item)},ban,{item.value}\n"


def _scope(item: Item) -> str:
    return "range" if item.kind.endswith("-net") else "ip"


def _load(job: Job) -> Iterator[str]:
    yield from _remove(job)
    if job.items:  # an import of nothing is an error
        yield 'set -e\ncd "$(dirname "$0")"\ncscli decisions import -i decisions.csv --batch 5000\n'


def _remove(job: Job) -> Iterator[str]:
    yield "#!/bin/sh\n"
    yield from commented(job)
    yield f"cscli decisions delete --scenario {_REASON}\n"


SPEC = Target(
    name="crowdsec",
    title="CrowdSec decisions",
    family="network",
    kinds=ADDRESSES,
    actions=("block",),
    limits=(Limit("what the bouncers hold (nftables sets: memory)", "imported in batches of 5,000"),),
    expiry="each decision has a duration",
    escaping="values are addresses; the reason is one fixed word",
    load="./load.sh",
    verify="cscli decisions list --scenario traque",
    remove="./remove.sh",
    sources=("https://docs.crowdsec.net/docs/cscli/cscli_decisions_import/",),
    write=write,
)
