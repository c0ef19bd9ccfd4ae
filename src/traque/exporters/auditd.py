"""Linux audit: a watch on each listed path.

Only absolute Unix paths make sense here: audit sees files and calls, not names or addresses. Source:
auditctl(8), audit.rules(7).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.exporters._capacity import within
from traque.exporters._job import File, Item, Job
from traque.exporters._packets import commented
from traque.exporters._target import Limit, Target

_MOST: Final = 500
_FULL: Final = f"each watch costs every system call, and {_MOST} are written"
_PATH: Final = 4_096
_FILE: Final = "70-traque.rules"


def write(job: Job) -> Iterator[File]:
    """``70-traque.rules`` for /etc/audit/rules.d."""
    yield File(_FILE, _rules(job))


def _rules(job: Job) -> Iterator[str]:
    yield from commented(job)
    fitting = [item for item in job.items if _fits(job, item)]
    for item in within(job, fitting, _MOST, _FULL):
        yield f"-w {item.spelling} -p wax -k traque\n"


def _fits(job: Job, item: Item) -> bool:
    path = item.spelling
    if not path.startswith("/"):
        job.leave_out(item, "grammar", "audit watches absolute Unix paths only")
        return False
    if any(char.isspace() or char in "\"'" or not char.isprintable() for char in path) or len(path) > _PATH:
        job.leave_out(item, "grammar", "a rule has no way to quote blanks and quotes")
        return False
    return True


SPEC = Target(
    name="auditd",
    title="Linux audit watches",
    family="hosts",
    kinds=("file-name",),
    actions=("alert",),
    limits=(Limit(f"{_MOST} watches", "the worst are kept; the others are listed as left out"),),
    escaping="rules have no quoting: paths with blanks or quotes are left out",
    load="cp 70-traque.rules /etc/audit/rules.d/ && augenrules --load",
    verify="auditctl -l | grep traque; ausearch -k traque",
    remove="rm /etc/audit/rules.d/70-traque.rules && augenrules --load",
    sources=("https://man7.org/linux/man-pages/man7/audit.rules.7.html",),
    write=write,
)
