"""What traque makes of every real sample: the committed tables, and the peers that fail2ban's authors name.

``tests/data/survey/samples.tsv`` says of each source in which containers it lies, by which decoder and format
it is read, and how many of its records are understood; ``what`` and ``why`` in it were judged by hand. After a
change, ``tools/survey.py SAMPLES/logs tests/data/survey/samples.tsv`` measures again: read the difference.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from traque.logs import recognise, registry
from traque.sources.decoders import registry as decoders

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from survey import Row, read_table, survey  # noqa: E402

DATA = ROOT / "tests" / "data" / "survey"
TABLE = DATA / "samples.tsv"
PEERS = DATA / "peers.tsv"


@pytest.fixture(scope="module")
def committed() -> dict[str, Row]:
    return {row.path: row for row in read_table(TABLE)}


def test_every_sample_is_what_the_table_says(samples: Path, committed: dict[str, Row]) -> None:
    pytest.importorskip("pyarrow")
    found = {row.path: row for row in survey(samples / "logs")}
    assert set(found) == set(committed)
    changed = [(row, committed[path]) for path, row in found.items() if row[:9] != committed[path][:9]]
    assert not changed


def test_what_is_low_or_unknown_has_a_reason(committed: dict[str, Row]) -> None:
    assert len(committed) > 400
    for row in committed.values():
        assert row.what, row.path
        if row.low() or row.format == "unknown" or not row.records:
            assert row.why, (row.path, row.low())
        else:
            assert not row.why, row.path


def test_formats_of_the_table_exist(committed: dict[str, Row]) -> None:
    known = {"unknown", *(spec.name for spec in (*registry(), *decoders()))}
    assert {row.format for row in committed.values()} <= known


class Peer(NamedTuple):
    """A record whose peer fail2ban's authors name, where we name ``another`` or ``nobody``."""

    path: str
    line: int
    found: str
    why: str


def peers(folder: Path) -> Iterator[tuple[Peer, bool]]:
    """Every record with a peer in fail2ban's comments, and whether we name the same."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        reader = recognise(data[:65536], str(path)).reader
        says = ""
        for number, line in enumerate(data.split(b"\n"), 1):
            if line.startswith(b"# failJSON:"):
                says = _host(line[len(b"# failJSON:") :])
            elif line.strip() and not line.startswith(b"#"):
                if says:
                    event = reader.parse(line)
                    fields = {} if event is None else event.fields
                    found = str(fields.get("source.ip") or fields.get("source.domain") or "")
                    name = path.relative_to(folder).as_posix()
                    yield Peer(name, number, "another" if found else "nobody", ""), _same(says, found)
                says = ""


def _host(comment: bytes) -> str:
    try:
        said = json.loads(comment)
    except ValueError:
        return ""
    return str(said.get("host", "")) if said.get("match") else ""


def _same(one: str, other: str) -> bool:
    return one.lower().removeprefix("::ffff:") == other.lower().removeprefix("::ffff:")


def test_the_peers_are_those_that_fail2ban_names(samples: Path) -> None:
    found = list(peers(samples / "logs" / "fail2ban"))
    rows = [line.split("\t") for line in PEERS.read_text().splitlines()[1:]] if PEERS.exists() else []
    known = {(path, int(line)): Peer(path, int(line), ours, why) for path, line, ours, why in rows}
    others = [peer._replace(why=known.get(peer[:2], peer).why) for peer, same in found if not same]
    if os.environ.get("TRAQUE_GOLDENS") == "write":
        lines = ["\t".join(map(str, row)) for row in (Peer._fields, *others)]
        PEERS.write_text("".join(f"{line}\n" for line in lines))
        return
    assert others == list(known.values())
    assert all(peer.why for peer in others)
    assert len(others) < 0.09 * len(found)
