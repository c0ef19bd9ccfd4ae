"""What was added to a ledger, what it holds and whether it is whole, for a terminal."""

from __future__ import annotations

from typing import Final

from traque.model.ledger import LedgerAdded, LedgerChecked, LedgerKey, LedgerSource, LedgerStatus
from traque.reports._page import Page
from traque.reports._renderer import Setting
from traque.reports._words import boundary, count, gap, listing, moment, number, size

STREAMS: Final = 30
SOURCES: Final = 20
GAPS: Final = 3
"""Rows that are shown of each; the rest is counted."""
_HANG: Final = 13
_INNER: Final = {
    "left-out": "addresses inside and own mail addresses are left out",
    "kept": "addresses inside are held",
    "pseudonyms": "addresses inside and own mail addresses are held by pseudonyms",
}
_BECAME: Final = (
    ("new", "new"),
    ("grown", "grown since, read anew"),
    ("changed", "other content than before"),
    ("moved", "renamed, rotated or compressed since"),
    ("copies", "copies of what the ledger has"),
    ("unchanged", "unchanged, not read"),
    ("unreadable", "not readable, or not to the end"),
)


def added_page(added: LedgerAdded, setting: Setting) -> bytes:
    """What became of each file, and what could not be read."""
    page = Page(setting)
    counts = [f"{number(getattr(added, name))} {words}" for name, words in _BECAME if getattr(added, name)]
    page.say((f"{count(added.files, 'file')}", "bold"), f": {', '.join(counts) or 'none'}.")
    page.say(
        f"Added: {count(added.sources, 'source')}, {size(added.bytes)}, {count(added.rows, 'row')}; "
        f"commit {added.sequence} of {added.ledger}."
    )
    if added.purged:
        page.say(f"The retention removed rows of {count(added.purged, 'source')}.")
    for one in added.diagnostics:
        style = "yellow" if one.incomplete else "dim"
        examples = f": {listing(one.examples, 3, one.count)}" if one.examples else ""
        page.entry((f"{number(one.count)} x", style), f"{one.text}{examples}", indent=2, hang=8)
    if added.interrupted:
        page.say(("Stopped before the end: what was read whole until then is in the ledger.", "yellow"))
    if setting.closing:
        page.say((setting.closing, "dim"))
    return page.close()


def status_page(status: LedgerStatus, setting: Setting) -> bytes:
    """Sources, days, sizes, settings, and what is overdue or held."""
    page = Page(setting)
    page.say((status.ledger, "bold"), f"  commit {status.sequence}, {moment(status.written)}")
    for label, text in _facts(status):
        page.entry((label, "dim"), text, indent=0, hang=_HANG)
    _warnings(page, status)
    if status.kinds:
        page.heading("Kinds")
        for kind in status.kinds:
            page.row(
                (kind.kind, count(kind.rows, "row"), size(kind.bytes), count(kind.files, "file")),
                (_HANG, -18, -10, -10),
            )
    _streams(page, status)
    _sources(page, status)
    if len(status.keys) > 1:
        page.heading("Keys", "a hunt with another zone, year or own networks reads these sources again")
        for key in status.keys:
            page.entry(f"{key.number}", _key(key), indent=0, hang=4)
    return page.close()


def checked_page(checked: LedgerChecked, setting: Setting) -> bytes:
    """Whether it is what it was, and what is not."""
    page = Page(setting)
    for fault in checked.faults:
        page.entry(("DAMAGED", "bold red"), fault, indent=0, hang=9)
    if checked.faults:
        page.say("Bring these files back from a copy of the ledger; nothing else can.")
    else:
        page.say(
            ("whole", "bold green"),
            f": {count(checked.files, 'file')}, {size(checked.bytes)}, {count(checked.rows, 'row')} of "
            f"{count(checked.sources, 'source')}, commit {checked.sequence}.",
        )
    return page.close()


def _facts(status: LedgerStatus) -> list[tuple[str, str]]:
    days = "none with a time"
    if status.first is not None and status.last is not None:
        days = f"{number(status.days)} with records, {boundary(status.first)} to {moment(status.last)}"
    ratio = "" if status.ratio is None else f": {status.ratio:.2%} of the {size(status.raw_bytes)} of logs"
    retention = "none: rows are kept" if status.retention_days is None else f"{status.retention_days} days"
    gone = f"; before {status.forgotten_before} nothing is held any more" if status.forgotten_before else ""
    return [
        ("sources", f"{number(len(status.sources))} in {count(len(status.streams), 'stream')}"),
        ("records", number(status.records)),
        ("days", days),
        ("rows", number(status.rows)),
        ("size", f"{size(status.bytes)} in {count(status.files, 'file')}{ratio}"),
        ("retention", f"{retention}{gone}"),
        *([("forgotten", _removed(status))] if status.removed else []),
        ("legal basis", status.legal_basis or "not stated"),
        (
            "inside",
            _INNER[status.inner],
        ),
    ]


def _removed(status: LedgerStatus) -> str:
    days = [f"{count(sources, 'source')} on {day}" for day, sources in status.removed.items()]
    return f"{listing(days[::-1], GAPS)}, with all they had"


def _warnings(page: Page, status: LedgerStatus) -> None:
    if status.held:
        named = listing([str(one) for one in status.held], SOURCES)
        page.say((f"Under a legal hold: source {named}.", "yellow"))
    if status.overdue:
        held = set(status.held)
        free = [one for one in status.overdue if one not in held]
        what = f"{count(len(status.overdue), 'source')} with rows past the retention"
        todo = "traque ledger compact removes them" if free else "all under a legal hold"
        page.say((f"Overdue: {what}: {todo}.", "yellow"))


def _streams(page: Page, status: LedgerStatus) -> None:
    if not status.streams:
        return
    page.heading("Streams", "days that the ledger holds, and where it is silent")
    for stream in status.streams[:STREAMS]:
        span = "no time"
        if stream.first is not None and stream.last is not None:
            span = f"{stream.first:%Y-%m-%d} to {stream.last:%Y-%m-%d}, {count(stream.days, 'day')}"
        held = f"{count(stream.sources, 'source')}, {count(stream.records, 'record')}"
        page.say((stream.name, "bold"), f"  {stream.format}, {held}, {span}")
        for one in stream.gaps[:GAPS]:
            page.say((gap(one), "yellow"), indent=2)
        if len(stream.gaps) > GAPS:
            page.say(f"and {count(len(stream.gaps) - GAPS, 'more gap')}: with --json", indent=2)
    if len(status.streams) > STREAMS:
        page.say(f"and {count(len(status.streams) - STREAMS, 'more stream')}: with --json")


def _sources(page: Page, status: LedgerStatus) -> None:
    remarkable = [source for source in status.sources if _remark(source)]
    shown = remarkable if len(status.sources) > SOURCES else list(status.sources)
    if not shown:
        return
    page.heading("Sources", "" if len(status.sources) <= SOURCES else "those with a remark; all with --json")
    for source in shown[:SOURCES]:
        remark = _remark(source)
        page.entry(
            f"{source.number}",
            f"{source.path}  {source.format}, {count(source.records, 'record')}, {count(source.rows, 'row')}",
            (f"; {remark}", "yellow") if remark else "",
            indent=0,
            hang=6,
        )
    if len(shown) > SOURCES:
        page.say(f"and {number(len(shown) - SOURCES)} more: with --json")


def _remark(source: LedgerSource) -> str:
    remarks = [f"legal hold: {source.hold}"] if source.hold else []
    remarks += [source.partial] if source.partial else []
    remarks += [source.why] if not source.complete else []
    remarks += [] if source.there else ["its log is no longer there"]
    return "; ".join(remarks)


def _key(key: LedgerKey) -> str:
    parts = [
        count(key.sources, "source"),
        f"rules {key.rules}",
        f"zone {key.zone}",
        f"year {key.year}" if key.year is not None else "",
        f"format {key.format}" if key.format else "",
        f"inside {listing(key.inside, 4)}",
        f"domains {listing(key.domains, 4)}" if key.domains else "",
        f"proxies {listing(key.proxies, 4)}" if key.proxies else "",
    ]
    return ", ".join(part for part in parts if part)
