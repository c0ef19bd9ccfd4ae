"""What follows from the sightings, in either language: the first hour, and what each stream could show."""

from __future__ import annotations

from typing import Final, NamedTuple

from traque.model import HuntResult, PlanStep, Sight, StreamSight, Verdict
from traque.reports._language import Words

COLUMNS: Final = (
    (Verdict.AUTHENTICATED, "auth"),
    (Verdict.OUTBOUND, "out"),
    (Verdict.OUTBOUND_ATTEMPT, "try"),
    (Verdict.SESSION, "sess"),
    (Verdict.AUTH_FAILED, "fail"),
    (Verdict.ANSWERED, "answ"),
    (Verdict.CONTACT, "cont"),
    (Verdict.BLOCKED, "block"),
)
ASKED: Final = tuple(verdict for verdict, _ in COLUMNS)
"""The verdicts that each stream is asked for."""


class Step(NamedTuple):
    """A step of the first hour, its two halves without the colon between them."""

    subject: str
    what: str


def plan(result: HuntResult, words: Words) -> list[tuple[str, list[Step]]]:
    """What to freeze, to look at, and whom to ask: a title and its steps each; no part without steps."""
    steps = result.plan
    if steps is None:
        return []
    parts = (("plan.freeze", steps.freeze), ("plan.look", steps.look), ("plan.ask", steps.ask))
    return [(words(key), [_step(one, words) for one in of]) for key, of in parts if of]


def _step(step: PlanStep, words: Words) -> Step:
    owner = f" ({step.owner})" if step.owner else ""
    what = f"{words.sentence(step.what)}{owner}{words('x.semicolon')} " if step.what else ""
    return Step(words.sentence(step.subject), f"{what}{words.sentence(step.why)}.")


def sights(row: StreamSight, words: Words) -> list[str]:
    """A stream's answer for each verdict of :data:`ASKED`."""
    return [words(f"sight.{row.verdicts.get(verdict, Sight.POSSIBLE)}") for verdict in ASKED]


def control(result: HuntResult, words: Words) -> str:
    """In how many streams the positive control was found."""
    found = sum(row.control.found for row in result.visibility if row.control is not None)
    return words("visibility.control", n=words.number(found), total=words.number(len(result.visibility)))
