"""The sightings of the page: a table whose rows open on where each was seen and on its evidence.

The first rows stand in the page. Later ones wait as text in ``<script type="text/plain">`` blocks, one
row a line, and enter the page when they are sorted or filtered into view: a page of fifty thousand
sightings opens as quickly as one of a hundred. What is escaped in a row stays escaped there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from traque.model import Evidence, HuntResult, Sighting, Verdict
from traque.reports import _recalled as ledger
from traque.reports import _told as told
from traque.reports._around import around
from traque.reports._escape import printable
from traque.reports._html_head import verdict
from traque.reports._language import Words
from traque.reports._markup import Content, Html, el, folded, section

PAGE: Final = 100
"""Rows that are shown at once; so many stand in the page."""
_PLENTY: Final = ((200, 12, 1_000), (2_000, 3, 600))
_LATER: Final = (1, 400)
"""Evidence for a sighting by its rank: up to the first number, so many records of so many characters."""
_LISTED: Final = 12
_SOURCES: Final = 40


def sightings(result: HuntResult, words: Words, *, opened: int = 0) -> Html | None:
    """The section; ``opened`` rows show their evidence from the start (for print)."""
    if not result.sightings:
        return None
    total = len(result.sightings)
    gone = ledger.gone(result)
    rows = [_row(result, rank, words, gone, opened=rank < opened) for rank in range(min(PAGE, total))]
    head = [
        ("verdict", "c.verdict", ""),
        ("indicator", "c.indicator", ""),
        ("records", "c.records", "n"),
        ("first", "c.first", "t"),
        ("last", "c.last", "t"),
        ("where", "c.where", "wide"),
    ]
    columns = [
        el("th", el("span", words(name), data_sort=key), scope="col", class_=kind or None)
        for key, name, kind in head
    ]
    table = el(
        "table",
        el("caption", f"{words('h.sightings')}. {words('utc')}", class_="unseen"),
        el("thead", el("tr", *columns)),
        *rows,
        id="table",
        class_="sightings",
    )
    first = words.number(min(PAGE, total))
    return section(
        "sightings",
        words("h.sightings"),
        words("n.sightings"),
        _controls(result, words),
        el("noscript", el("p", words("f.noscript", n=first), class_="note")) if total > 1 else None,
        table,
        _pager(words),
        el("p", words("f.print"), class_="note paper"),
    )


def waiting(result: HuntResult, words: Words) -> Iterator[bytes]:
    """What the page's script reads: the later rows in blocks, the keys of all, its own words."""
    if not result.sightings:
        return
    total, gone = len(result.sightings), ledger.gone(result)
    for start in range(PAGE, total, PAGE):
        ranks = range(start, min(start + PAGE, total))
        rows = [_row(result, rank, words, gone, opened=False) for rank in ranks]
        yield f'<script type="text/plain" class="rows">{chr(10).join(rows)}</script>\n'.encode()
    yield _data("index", [_keys(sighting, words) for sighting in result.sightings])
    yield _data("words", {name: words(f"f.{name}") for name in ("shown", "page", "sort")})


def _row(result: HuntResult, rank: int, words: Words, gone: frozenset[str], *, opened: bool) -> Html:
    sighting = result.sightings[rank]
    shown = el(
        "tr",
        el("td", verdict(sighting.verdict, words), data_l=words("c.verdict")),
        el(
            "th", el("code", sighting.indicator.value), _sub(_place(sighting, words)), scope="row", class_="i"
        ),
        el("td", words.number(sighting.count), class_="n", data_l=words("c.records")),
        el("td", _time(sighting.first_seen, words), class_="t", data_l=words("c.first")),
        el("td", _time(sighting.last_seen, words), class_="t", data_l=words("c.last")),
        el(
            "td",
            words.listing(streams(sighting), 3),
            _sub(_ends(sighting, words)),
            class_="wide",
            data_l=words("c.where"),
        ),
    )
    kept = sighting.evidence[: _share(rank)[0]]
    remark = ledger.remark(sighting, gone, words)
    records = [record(one, words, sighting.verdict, _share(rank)[1]) for one in kept]
    detail = folded(
        _title(sighting, len(kept), words, gone),
        el("p", remark, class_="note lacking") if remark else None,
        el("dl", *_facts(result, sighting, words, gone), class_="facts"),
        el("ol", *records, class_="evidence") if records else None,
        el("p", words("evidence.rest"), class_="note") if len(kept) < len(sighting.evidence) else None,
        opened=opened,
    )
    return el("tbody", shown, el("tr", el("td", detail, colspan=6), class_="more"))


def _title(sighting: Sighting, kept: int, words: Words, gone: frozenset[str]) -> str:
    """What the row opens on."""
    if not kept and ledger.wholly(sighting, gone):
        return words("ledger.open")
    if sighting.count <= kept:
        return words.many("evidence.all", kept)
    return words("evidence.open", shown=words.number(kept), of=words.number(sighting.count))


def _share(rank: int) -> tuple[int, int]:
    return next(((records, cells) for first, records, cells in _PLENTY if rank < first), _LATER)


def streams(sighting: Sighting) -> list[str]:
    """The streams it was seen in, each once."""
    return list(dict.fromkeys(source.stream for source in sighting.sources))


def _place(sighting: Sighting, words: Words) -> str:
    known = sighting.enrichment
    network = " ".join(filter(None, (known.get("asn"), known.get("network"))))
    role = sighting.indicator.role or ""
    parts = (words.or_else(f"role.{role}", role), country(sighting, words), network)
    return " · ".join(part for part in parts if part)


def country(sighting: Sighting, words: Words) -> str:
    """The country of its address, as the language names it; empty when none is known."""
    code = sighting.enrichment.get("country", "")
    return words.country(code) or sighting.enrichment.get("country_name") or code


def _ends(sighting: Sighting, words: Words) -> str:
    parts = [words.listing(sighting.accounts, 3), words.listing(sighting.assets, 2)]
    return " · ".join(part for part in parts if part)


def _sub(said: str) -> Html | None:
    return el("span", said, class_="sub") if said else None


def _time(moment: datetime | None, words: Words) -> Html:
    if moment is None:
        return el("span", words("undated"), class_="quiet")
    date, _, clock = words.moment(moment).partition(" ")
    return el("time", date, " ", el("span", clock, class_="clock"), datetime=moment.isoformat())


def _facts(result: HuntResult, sighting: Sighting, words: Words, gone: frozenset[str]) -> Iterator[Html]:
    known, ref = sighting.enrichment, sighting.indicator
    of = [f"{words.verdict(name)} {words.number(many)}" for name, many in sighting.verdicts.items()]
    volume = [
        words(f"d.bytes.{way}", size=words.size(size))
        for way, size in (("in", sighting.bytes.inward), ("out", sighting.bytes.outward))
        if size is not None
    ]
    said: list[tuple[str, str]] = [
        ("verdicts", " · ".join(of)),
        ("worst", words.verdict(sighting.at_worst) if sighting.at_worst else ""),
        ("direction", words(f"direction.{sighting.direction}")),
        ("outside", told.outside(result, sighting, words)),
        ("validity", told.outside_validity(sighting, words)),
        ("confidence", _confidence(sighting, words)),
        ("accounts", words.listing(sighting.accounts, _LISTED)),
        ("assets", words.listing(sighting.assets, _LISTED)),
        ("ports", words.listing([str(port) for port in sighting.ports], _LISTED)),
        ("bytes", ", ".join(volume)),
        ("lists", known.get("warninglists", "")),
        ("actor", known.get("actor", "")),
        ("description", ref.description[:500]),
        ("bulletins", ", ".join(ref.bulletins) if len(ref.bulletins) > 1 else ""),
    ]
    for name, value in said:
        if value:
            yield el("div", el("dt", words(f"d.{name}")), el("dd", value))
    if sighting.undated:
        yield el("div", el("dt", words("undated")), el("dd", words.many("n.undated", sighting.undated)))
    yield el("div", el("dt", words("d.sources")), el("dd", _sources(sighting, words, gone)), class_="full")


def _confidence(sighting: Sighting, words: Words) -> str:
    """How sure it is, and what speaks for and against it; the verdict does not depend on it."""
    told = sighting.explanation
    stated = f"{sighting.confidence}/100" if sighting.confidence is not None else ""
    if told is None or not told.confidence:
        return stated
    level = words.or_else(f"confidence.{told.confidence}", told.confidence)
    reasons = [words.sentence(reason.text) for reason in told.reasons[:6]]
    return " · ".join(part for part in (level, *reasons) if part)


def _sources(sighting: Sighting, words: Words, gone: frozenset[str]) -> Html:
    items = [
        el(
            "li",
            el("code", source.path),
            f" · {words.many('records', source.count)}",
            f" · {words('ledger.source')}" if source.path in gone else None,
        )
        for source in sighting.sources[:_SOURCES]
    ]
    if rest := len(sighting.sources) - _SOURCES:
        items += [el("li", words.many("more", rest))] if rest > 0 else []
    return el("ul", *items)


def record(record: Evidence, words: Words, worst: Verdict | None = None, cells: int = 1_000) -> Html:
    """An item of a list; those of the ``worst`` verdict are marked, ``cells`` of each are shown."""
    before, match, after = around(record.text, record.match, cells)
    place = [
        words("evidence.line", line=words.number(record.line)),
        words("evidence.offset", offset=words.number(record.offset)),
    ]
    said = words.known(record.why)
    why = el("span", said or record.why, lang=None if said else "en", class_="why") if record.why else None
    cut = words("evidence.cut", length=words.size(record.length)) if record.cut else ""
    return el(
        "li",
        el(
            "p",
            verdict(record.verdict, words),
            " ",
            _time(record.time, words),
            " ",
            el("code", record.path, class_="path"),
            f" {', '.join(place)}{f', {cut}' if cut else ''} ",
            why,
        ),
        el("pre", el("code", before, el("mark", match) if match else None, after)),
        class_="own" if record.verdict == worst else None,
    )


def _controls(result: HuntResult, words: Words) -> Html:
    present = list(dict.fromkeys(sighting.verdict for sighting in result.sightings))
    boxes = [
        el(
            "label",
            el("input", type="checkbox", name="verdict", value=str(at), checked=True),
            verdict(name, words),
        )
        for at, name in enumerate(present)
    ]
    return el(
        "form",
        el(
            "label",
            el("span", words("f.search")),
            el(
                "input",
                type="search",
                id="search",
                placeholder=words("f.placeholder"),
                autocomplete="off",
                spellcheck="false",
            ),
            class_="search",
        ),
        el("fieldset", el("legend", words("f.verdicts"), class_="unseen"), *boxes),
        el(
            "p",
            el("span", id="shown", role="status"),
            " ",
            el("button", words("f.open"), type="button", id="open"),
            el("button", words("f.close"), type="button", id="close"),
        ),
        class_="controls",
        id="controls",
        hidden=True,
    )


def _pager(words: Words) -> Html:
    return el(
        "p",
        el("button", words("f.previous"), type="button", id="previous"),
        el("span", id="page"),
        el("button", words("f.next"), type="button", id="next-page"),
        class_="pager",
        id="pager",
        hidden=True,
    )


def _keys(sighting: Sighting, words: Words) -> list[Content | int | float]:
    """What a row is sorted and filtered by: verdict, value, records, first, last, streams, all words."""
    moments = [m.timestamp() if m else 0 for m in (sighting.first_seen, sighting.last_seen)]
    where = ", ".join(streams(sighting)[:3])
    said = [
        sighting.indicator.value,
        sighting.indicator.kind,
        words.verdict(sighting.verdict),
        where,
        _place(sighting, words),
        *sighting.accounts[:50],
        *sighting.assets[:50],
        sighting.enrichment.get("country", ""),
        sighting.enrichment.get("warninglists", ""),
    ]
    return [
        sighting.verdict,
        printable(sighting.indicator.value),
        sighting.count,
        *moments,
        printable(where),
        printable(" ".join(said).lower())[:1_000],
    ]


def _data(name: str, content: object) -> bytes:
    """JSON for the page's script, without a character that HTML could read."""
    written = msgspec.json.encode(content).decode()
    for char in "<>&\u00a0\u202f\u2028\u2029":
        written = written.replace(char, f"\\u{ord(char):04x}")
    return f'<script type="application/json" id="{name}">{written}</script>\n'.encode()
