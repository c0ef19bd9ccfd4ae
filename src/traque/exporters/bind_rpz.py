"""BIND: a response policy zone, and the lines of named.conf that use it.

To alert, the zone is loaded with ``policy disabled``: BIND logs what it would have done and goes on to the
next zone. (``rpz-passthru`` alone would log too, but ends the policy: a name that only alerts here would be
taken out of the blocking zones behind.) To block, a listed name is answered before anyone is asked, so that
the attacker's servers do not hear of it, and also to clients that ask for DNSSEC. Source: BIND 9 ARM,
"Response Policy Zone (RPZ) Rewriting".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traque.exporters import _rpz
from traque.exporters._check import run
from traque.exporters._job import File, Job
from traque.exporters._packets import commented
from traque.exporters._removal import removal
from traque.exporters._target import Target
from traque.exporters._trial import trial
from traque.model.detection import Check

POLICY: Final = "traque.policy.conf"
ZONES: Final = "traque.zones.conf"
HOME: Final = "/var/cache/bind"
"""Debian's ``directory``; the zone's file name is relative to it."""


def write(job: Job) -> Iterator[File]:
    """The zone, the two fragments of named.conf, and the removal script."""
    yield _rpz.zone(job)
    yield File(POLICY, _policy(job))
    yield File(ZONES, _zones(job))
    yield removal(
        job,
        (
            f'zone="${{1:-{HOME}}}/{_rpz.FILE}"',
            'cat > "$zone" <<END',
            _rpz.head("SERIAL").replace("$", "\\$").replace("SERIAL", "$(date -u +%Y%m%d)99").rstrip(),
            "END",
            f"rndc reload {_rpz.ZONE}",
            "rndc flush",
        ),
    )


def _policy(job: Job) -> Iterator[str]:
    yield from commented(job, "//")
    yield "// Inside options { }. Where a response-policy exists, add the zone to it: only one is allowed.\n"
    what = "given" if job.blocks else "disabled"
    yield f'response-policy {{\n\tzone "{_rpz.ZONE}" policy {what} log yes;\n}}'
    yield " qname-wait-recurse no break-dnssec yes;\n" if job.blocks else ";\n"


def _zones(job: Job) -> Iterator[str]:
    yield from commented(job, "//")
    yield "// Outside options { }; within the view where there are views.\n"
    yield (
        f'zone "{_rpz.ZONE}" {{\n\ttype primary;\n\tfile "{_rpz.FILE}";\n'
        "\tallow-query { localhost; };\n\tallow-transfer { none; };\n\tnotify no;\n};\n"
    )


def check(folder: Path) -> Iterator[Check]:
    """The zone with ``named-checkzone``, the fragments with ``named-checkconf``."""
    install = "package bind9-utils"
    yield run(
        "named-checkzone", _rpz.ZONE, _rpz.FILE, folder=folder, version=("-v",), install=install
    )  # fmt: skip
    here = str(folder.resolve())
    main = f'options {{\n\tdirectory "{here}";\n\tinclude "{POLICY}";\n}};\ninclude "{ZONES}";\n'
    with trial(folder, {"named.conf": main}) as place:
        yield run(
            "named-checkconf", str(place / "named.conf"), folder=folder, version=("-v",), install=install
        )


SPEC = Target(
    name="bind-rpz",
    title="BIND response policy zone",
    family="network",
    kinds=_rpz.KINDS,
    limits=_rpz.LIMITS,
    escaping=_rpz.ESCAPING,
    load=(
        f"install -m 644 {_rpz.FILE} {HOME}/      # the directory of your options\n"
        f"install -m 644 traque.*.conf /etc/bind/\n"
        f'# once, in options {{ }}: include "/etc/bind/{POLICY}";\n'
        f'# once, outside: include "/etc/bind/{ZONES}";\n'
        f"rndc reconfig; rndc reload {_rpz.ZONE}"
    ),
    verify=(
        f"rndc zonestatus {_rpz.ZONE}\n"
        "dig @127.0.0.1 A_LISTED_NAME      # NXDOMAIN when it blocks; the log says: rpz QNAME"
    ),
    remove=f"./remove.sh {HOME}      # empties the zone; then take the two includes out",
    sources=(
        *_rpz.SOURCES,
        "https://bind9.readthedocs.io/en/stable/reference.html#namedconf-statement-response-policy",
    ),
    read_back=(_rpz.FILE,),
    write=write,
    check=check,
)
