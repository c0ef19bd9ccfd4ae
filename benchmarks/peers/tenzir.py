"""Tenzir, where its package is installed: read the events, keep those with a listed address.

Written from its documentation (``from_file``, ``read_suricata``); its answer is checked like any other's.
"""

from __future__ import annotations

from benchmarks.peers._peer import Found, Peer, Work, version_of


def _command(work: Work) -> list[str]:
    listed = ", ".join(work.listed.read_text("ascii").split())
    files = sorted(str(path) for path in work.logs.rglob("*") if path.is_file())
    pipeline = (
        f'let $listed = [{listed}]\nfrom_file "{files[0]}" {{ read_suricata }}\n'
        "where src_ip in $listed or dest_ip in $listed\nsummarize lines=count()\nwrite_json"
    )
    return ["tenzir", "--bare-mode", pipeline]


def _check(output: bytes, work: Work) -> Found:
    import json

    found = int(json.loads(output or b'{"lines": 0}')["lines"])
    own = sum(work.truth.lines_with("count").values())
    return Found(found == own, "= truth" if found == own else f"{found:,} lines, {own:,} are true")


SPEC = Peer(
    title="Tenzir",
    origin="PyPI tenzir",
    version=version_of("tenzir", "--bare-mode", "version | select version | write_json"),
    command=_command,
    check=_check,
)
