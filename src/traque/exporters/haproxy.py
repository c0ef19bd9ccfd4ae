"""HAProxy: maps from what is listed to the bulletin that lists it, and the rules of a frontend that ask them.

What a map answers is captured, so it stands in the log of the request; to block, the request is denied. A
host's last two, three... ten labels are looked up (more where a listed name has more): each is one look-up in
a tree, where matching by suffix would try every entry. Source: HAProxy configuration manual, "converters"
(``map_ip``, ``map_str``, ``field``), ``http-request``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from traque.exporters._check import run
from traque.exporters._job import File, Item, Job
from traque.exporters._lines import noted
from traque.exporters._names import topmost
from traque.exporters._packets import commented
from traque.exporters._removal import removal
from traque.exporters._target import ADDRESSES, NAMES, Limit, Target
from traque.exporters._text import tag
from traque.exporters._trial import trial
from traque.model.detection import Check

FILE: Final = "traque.cfg"
HOME: Final = "/etc/haproxy/traque"
ADDRESSES_MAP: Final = "addresses.map"
NAMES_MAP: Final = "names.map"
EXACT_MAP: Final = "exact.map"
BEGIN: Final = "    # begin traque\n"
END: Final = "    # end traque\n"

_LABELS: Final = 10
"""The rules stay the same from one export to the next unless a name has more labels."""
_NEW: Final = "unless { var(txn.traque) -m found }"


def write(job: Job) -> Iterator[File]:
    """The three maps, an example that holds the rules, and the removal script."""
    names = list(topmost(job.of(*NAMES)))
    below = [item for item, covers in names if covers]
    yield File(ADDRESSES_MAP, _map(job, job.of(*ADDRESSES)))
    yield File(NAMES_MAP, _map(job, below))
    yield File(EXACT_MAP, _map(job, [item for item, covers in names if not covers]))
    yield File(FILE, _example(job, max((item.value.count(".") + 1 for item in below), default=0)))
    yield removal(
        job,
        (
            f'cd "${{1:-{HOME}}}"',
            f"for map in {ADDRESSES_MAP} {NAMES_MAP} {EXACT_MAP}; do : > $map; done",
            "systemctl reload haproxy",
        ),
    )


def _map(job: Job, items: Sequence[Item]) -> Iterator[str]:
    yield from commented(job)
    tags = {bulletin.id: tag(bulletin.id) for bulletin in job.bulletins}
    yield from noted(
        job, ((item, tags[item.bulletins[0]]) for item in items), lambda item, of: f"{item.value} {of}\n"
    )


def _example(job: Job, deepest: int) -> Iterator[str]:
    yield from commented(job)
    yield "# An example that runs. Copy what stands between begin and end into your frontends (mode http).\n"
    yield "defaults traque-example\n    mode http\n    log /dev/log local0\n    option httplog\n"
    yield "    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n"
    yield "frontend traque-example\n    bind 127.0.0.1:8080\n"
    yield BEGIN
    yield from (f"    {rule}\n" for rule in _rules(job, deepest))
    yield END
    yield "    http-request return status 204\n"


def _rules(job: Job, deepest: int) -> Iterator[str]:
    addresses = f"map_ip({HOME}/{ADDRESSES_MAP})"
    asked = []
    if job.direction != "out":
        asked.append(f"src,{addresses}")
    if job.direction != "in":
        yield "http-request set-var(txn.traque_host) req.hdr(host),host_only,lower,rtrim(.)"
        asked.append(f"dst,{addresses}")
        asked.append(f'var(txn.traque_host),ltrim("["),rtrim("]"),{addresses}')
        asked.append(f"var(txn.traque_host),map_str({HOME}/{EXACT_MAP})")
        asked.extend(
            f"var(txn.traque_host),field(-1,.,{count}),map_str({HOME}/{NAMES_MAP})"
            for count in range(2, max(deepest, _LABELS) + 1)
        )
    yield from (f"http-request set-var(txn.traque) {sample} {_NEW}" for sample in asked)
    yield "http-request capture var(txn.traque) len 64"
    if job.blocks:
        yield "http-request deny deny_status 403 if { var(txn.traque) -m found }"


def check(folder: Path) -> Iterator[Check]:
    """``haproxy -c`` on the example, with the maps."""
    with trial(folder, {FILE: (folder / FILE).read_text("utf-8")}, home=HOME) as place:
        yield run(
            "haproxy",
            "-c",
            "-f",
            str(place / FILE),
            folder=folder,
            version=("-v",),
            install="package haproxy",
        )


SPEC = Target(
    name="haproxy",
    title="HAProxy maps and rules",
    family="network",
    kinds=(*NAMES, *ADDRESSES),
    limits=(
        Limit("as many entries as memory holds", "look-ups are in trees"),
        Limit("the Host of a request, not the name in TLS that is passed through", "terminate TLS to see it"),
    ),
    escaping="values are canonical and without blanks; a bulletin's id is reduced to one word of safe ASCII",
    load=(
        f"install -d {HOME} && install -m 644 *.map {HOME}/\n"
        f"# once, and when the action changes: copy the rules of {FILE} into your frontends\n"
        "haproxy -c -f /etc/haproxy/haproxy.cfg && systemctl reload haproxy"
    ),
    verify=(
        "curl -H 'Host: A_LISTED_NAME' http://YOUR_FRONTEND/      # 403 when it blocks\n"
        "# the log shows the bulletin's id in braces"
    ),
    remove=f"./remove.sh {HOME}      # empties the maps; then take the rules out",
    sources=("https://docs.haproxy.org/2.6/configuration.html",),
    write=write,
    check=check,
)
