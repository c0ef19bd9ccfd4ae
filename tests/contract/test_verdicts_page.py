"""docs/verdicts.md is true: each record on it has the verdict and the reason that stand beside it.

``TRAQUE_WRITE_GOLDENS=1`` writes the part with one record for each format anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from traque import logs
from traque.errors import ObservableError
from traque.logs import LogFormat
from traque.model import Event, Observable, Outcome, Verdict
from traque.observables import canonical
from traque.triage.judge import Judgement, judge
from traque.triage.locate import locate
from traque.triage.perimeter import Perimeter

PAGE = Path(__file__).resolve().parents[2] / "docs" / "verdicts.md"
SAMPLES = Path(__file__).resolve().parents[1] / "data" / "logs"
OURS = Perimeter(["203.0.113.0/24"])
MARK = "<!-- one record for each format: written by tests/contract/test_verdicts_page.py -->\n"
_BLOCK = re.compile(
    r"^```text (\S+) (\S+) ([a-z-]+)\n(.*?)\n```\n+(?:`[^`\n]+` is listed: ([^\n]*)\.\n)?",
    re.MULTILINE | re.DOTALL,
)
_FIELDS = ("source.ip", "client.ip", "destination.ip", "server.ip", "dns.question.name")


def text(record: bytes) -> str:
    return record.decode().replace("\t", "<tab>").replace("\x1b", "<esc>")


def event_of(name: str, record: bytes) -> Event | None:
    reader = logs.read_as(name, record + b"\n", name).reader
    events = (reader.parse(line) for line in reversed(record.split(b"\n")))
    return next((event for event in events if event is not None), None)


def observable(value: str) -> Observable:
    kinds = ("ipv6-addr",) if ":" in value else ("ipv4-addr", "domain-name")
    for kind in kinds:
        try:
            return canonical(kind, value)
        except ObservableError:
            continue
    raise AssertionError(value)


def judged(name: str, value: str, record: bytes) -> Judgement:
    event = event_of(name, record)
    assert event is not None, f"{name} does not understand its record"
    return judge(event, locate(observable(value), event), OURS)


def listed_in(event: Event) -> str:
    """The end of a record that a bulletin might list."""
    values = (str(event.fields.get(field, "")) for field in _FIELDS)
    return next((value for value in values if value and not OURS.is_inside(value)), "")


def section(spec: LogFormat) -> str:
    event = event_of(spec.name, spec.example)
    value = listed_in(event) if event is not None else ""
    head = f"### {spec.title} (`{spec.name}`)\n\n"
    if not value:
        return f"{head}{spec.knows} Its records state no peer of their own: no example here.\n"
    told = judged(spec.name, value, spec.example)
    why = told.why.replace("`", "'")
    return (
        f"{head}```text {spec.name} {value} {told.verdict}\n{text(spec.example)}\n```\n\n"
        f"`{value}` is listed: {why}.\n\n{spec.knows}\n"
    )


def page() -> str:
    return PAGE.read_text("utf-8")


def test_one_record_for_each_format() -> None:
    own = [spec for spec in logs.registry() if logs.registry().module(spec.name).startswith("traque.logs.")]
    wanted = "\n".join(map(section, own))
    if os.environ.get("TRAQUE_WRITE_GOLDENS"):
        PAGE.write_text(page().partition(MARK)[0] + MARK + "\n" + wanted, "utf-8")
    there = set(re.findall(r"^### .*\(`(\w+)`\)$", page(), re.MULTILINE))
    missing = {spec.name for spec in own} - there
    assert len(missing) * 20 < len(own), missing  # a new format is one file; the page follows


BLOCKS = _BLOCK.findall(page())


@pytest.mark.parametrize(
    ("name", "value", "verdict", "record", "why"), BLOCKS, ids=[f"{b[0]}-{b[2]}" for b in BLOCKS]
)
def test_each_record_has_the_verdict_that_the_page_says(
    name: str, value: str, verdict: str, record: str, why: str
) -> None:
    told = judged(name, value, record.replace("<tab>", "\t").replace("<esc>", "\x1b").encode())
    assert told.verdict == verdict
    assert not why or told.why.replace("`", "'") == why


def test_each_rung_has_a_record() -> None:
    assert {block[2] for block in BLOCKS} >= set(Verdict) - {Verdict.SELF}


@pytest.mark.parametrize(
    "spec", [spec for spec in logs.registry() if spec.outcomes], ids=lambda spec: spec.name
)
def test_no_record_has_an_outcome_that_its_format_says_it_never_has(spec: LogFormat) -> None:
    """What "would we have seen it?" calls impossible must be."""
    found: set[Outcome] = set()
    for path in (SAMPLES / spec.name).glob("*.log"):
        data = path.read_bytes()
        reader = logs.read_as(spec.name, data[:65536], path.name).reader
        events = [event for line in data.splitlines() if (event := reader.parse(line)) is not None]
        found |= {event.outcome for event in events if event.format == spec.name}
    assert found
    assert found - {Outcome.UNKNOWN} <= spec.outcomes  # what is not understood in full is always possible
