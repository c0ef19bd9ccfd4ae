"""What a certificate says in sentences: a *no* is stated only for what is covered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from traque.model import HuntResult
from traque.model.certificate import CertifiedStream, State
from traque.reports import words

_COUNTS = frozenset({State.SEARCHED, State.PARTIAL, State.LOSSY, State.TRUNCATED})
"""A day with records counts as searched; how well is said beside it."""
_NAMED = 4


def scope(result: HuntResult) -> str:
    """``organisation`` only where somebody declared which streams it has."""
    return "organisation" if result.coverage.expected else "files supplied"


def statement(result: HuntResult, streams: Sequence[CertifiedStream]) -> Iterator[str]:
    """The conclusion, what it rests on, and what it says nothing of."""
    yield _about(result)
    yield from _ledger(result)
    yield from _conclusion(result, streams)
    yield from _less_well(streams)
    yield _nothing_of(result)


def _about(result: HuntResult) -> str:
    expected = result.coverage.expected
    if not expected:
        return (
            "This is about the files supplied, not about an organisation: nobody declared which streams "
            "there should be."
        )
    there = f"This is about the organisation as declared: {words.count(len(expected), 'expected stream')}"
    missing = [one.name for one in result.coverage.missing]
    if not missing:
        return f"{there}, all of them there."
    return f"{there}, of which {len(missing)} not there: {words.listing(missing, _NAMED)}."


def _ledger(result: HuntResult) -> Iterator[str]:
    ledger = result.hunt.ledger
    if ledger is None:
        return
    when = words.moment(ledger.written)
    if ledger.spared:
        spared = words.count(ledger.spared, "source was", "sources were")
        yield f"{spared} not read again: the ledger of {when} says that no indicator stands there."
    if ledger.alone:
        alone = words.count(ledger.alone, "source", "sources")
        yield f"Of {alone} the log was not there, and the ledger of {when} alone says what was in it."


def _conclusion(result: HuntResult, streams: Sequence[CertifiedStream]) -> Iterator[str]:
    asked = len(result.sightings) + len(result.not_seen)
    if result.sightings:
        yield (
            f"{words.count(len(result.sightings), 'indicator')} of {words.number(asked)} seen: that is not "
            "in question here. What follows is about the others."
        )
    if not result.not_seen:
        return
    others = f"{words.number(len(result.not_seen))} of {words.count(asked, 'indicator')}"
    if not streams or not streams[0].days:
        yield f"Nothing can be said of {others}: no stream with dated records was searched."
        return
    whole = [s for s in streams if _searched(s) == _expected(s)]
    days = len(streams[0].days)
    every = sum(
        all(s.days[n].state in _COUNTS or s.days[n].state == State.NOT_EXPECTED for s in streams)
        for n in range(days)
    )
    yield (
        f"{others} not observed in {words.number(len(whole))} of {words.count(len(streams), 'stream')} on "
        f"every day; in all streams together on {words.number(every)} of {words.count(days, 'day')} "
        f"({streams[0].days[0].day} to {streams[0].days[-1].day}, UTC)."
    )
    for stream in [s for s in streams if s not in whole]:
        yield (
            f"{stream.name}: {words.number(_searched(stream))} of {words.count(_expected(stream), 'day')}; "
            f"no answer for {words.listing(_stretches(stream), _NAMED)}."
        )


def _less_well(streams: Sequence[CertifiedStream]) -> Iterator[str]:
    for state, said in (
        (State.PARTIAL, "silent for more than their habit on a part of"),
        (State.LOSSY, "dropped records or kept a sample on"),
        (State.TRUNCATED, "break off within"),
    ):
        held = [s for s in streams if s.states.get(state)]
        if held:
            days = sum(s.states[state] for s in held)
            names = words.listing([s.name for s in held], _NAMED)
            yield f"Counted as searched, though {said} {words.count(days, 'stream day')}: {names}."


def _nothing_of(result: HuntResult) -> str:
    refused = sum(len(bulletin.refused) for bulletin in result.bulletins)
    parts = ["values that the bulletin does not list (relays that nobody has named)"]
    if refused:
        parts.append(f"{words.count(refused, 'value')} of it that could not be hunted")
    parts += [
        "what these streams do not record",
        "days without records",
        "defanged or encrypted values in logs",
    ]
    return f"It says nothing of {', of '.join(parts[:-1])}, or of {parts[-1]}."


def _searched(stream: CertifiedStream) -> int:
    return sum(day.state in _COUNTS for day in stream.days)


def _expected(stream: CertifiedStream) -> int:
    return sum(day.state is not State.NOT_EXPECTED for day in stream.days)


def _stretches(stream: CertifiedStream) -> list[str]:
    """``2021-03-08 to 2021-03-17 (absent)``: days in a row that have no answer."""
    found: list[tuple[str, str, State]] = []
    previous = State.SEARCHED
    for day in stream.days:
        if day.state not in _COUNTS and day.state is not State.NOT_EXPECTED:
            if found and previous == day.state:
                found[-1] = (found[-1][0], day.day, day.state)
            else:
                found.append((day.day, day.day, day.state))
        previous = day.state
    return [f"{a} ({state})" if a == b else f"{a} to {b} ({state})" for a, b, state in found]
