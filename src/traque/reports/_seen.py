"""The page of ``traque seen``."""

from __future__ import annotations

from typing import Final

from traque.model import Observable
from traque.model.seen import SeenAnswer, SeenValue
from traque.reports._page import STYLES, Page
from traque.reports._renderer import Setting
from traque.reports._words import count, listing, moment, number

SOURCES: Final = 10
"""Sources of a value that are shown."""
_UNTOLD: Final = "Not held by a ledger, so not answered (hunt the logs for it)"
_UNTOLD_KEY: Final = "Not told without the ledger's key (--key), or not held at all (hunt the logs for it)"
_WIDTHS: Final = (-9, 10, 10, 16)
_BEFORE_PATH: Final = 2 + 9 + 10 + 10 + 16 + 2 * 4


def seen_page(answer: SeenAnswer, setting: Setting) -> bytes:
    """What a ledger says of values: those that were seen first."""
    page = Page(setting)
    for value in answer.seen:
        _value(page, value)
    _others(page, answer.not_seen, "Not seen")
    _others(page, answer.untold, _UNTOLD_KEY if answer.lacks_key else _UNTOLD)
    _others(page, answer.only_host, "Only the host was seen, the URL may have been (hunt the logs for it)")
    page.say()
    page.say((_scope(answer), "dim"))
    for path in answer.incomplete[:SOURCES]:
        page.entry(("incomplete", "dim"), path, hang=14)
    return page.close()


def _value(page: Page, value: SeenValue) -> None:
    records = ("at most " if value.at_most else "") + count(value.records, "record")
    page.say((value.value, "bold"), f" ({value.kind}): {records} on {count(value.days, 'day')}")
    if value.first and value.last:
        page.say(f"{moment(value.first)} to {moment(value.last)}", indent=2)
    if value.undated:
        page.say(f"{count(value.undated, 'record')} without a readable time", indent=2)
    if value.own_times:
        page.say(
            ("dated by where such logs have their times: of some records no more is held", "dim"), indent=2
        )
    if value.host_only:
        page.say(
            f"its host in {count(value.host_only, 'more record')}, which may state it in parts", indent=2
        )
    for verdict, records_of in value.verdicts.items():
        page.say((str(verdict), STYLES[verdict]), f" {number(records_of)}", indent=2)
    if value.values:
        names = listing(value.values, 8, len(value.values) + value.others)
        page.say(f"as {names}", indent=2)
    for source in value.sources[:SOURCES]:
        first = moment(source.first)[:10] if source.first else "undated"
        last = moment(source.last)[:10] if source.last else ""
        cells = (number(source.records), first, last, str(source.verdict), source.path)
        page.row(cells, (*_WIDTHS, max(20, page.width - _BEFORE_PATH)), indent=2)
    if len(value.sources) > SOURCES:
        page.say(f"and {count(len(value.sources) - SOURCES, 'more source')}", indent=2)


def _others(page: Page, values: tuple[Observable, ...], title: str) -> None:
    if values:
        page.say(f"{title}: {listing([one.value for one in values], 20)}")


def _scope(answer: SeenAnswer) -> str:
    span = ""
    if answer.first and answer.last:
        span = f", from {moment(answer.first)} to {moment(answer.last)}"
    whole = f"{count(answer.ledger.sources, 'source')}, {count(answer.records, 'record')}{span}"
    broken = f"; {number(len(answer.incomplete))} of them incomplete" if answer.incomplete else ""
    broken += f"; {number(answer.ledger.forgotten)} more were forgotten" if answer.ledger.forgotten else ""
    return f"The ledger {answer.ledger.path} holds {whole}{broken}. Which days: traque ledger status."
