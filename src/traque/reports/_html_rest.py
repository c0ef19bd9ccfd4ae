"""The rest of the page: places, what was not seen or not hunted, statements, data, method."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Final

from traque.model import HuntResult, Sighting, Verdict
from traque.model.verdict import worst
from traque.reports import _told as told
from traque.reports._html_head import verdict
from traque.reports._html_sightings import country
from traque.reports._language import Words
from traque.reports._markup import Content, Html, el, folded, join, section, table
from traque.reports._world_map import world_map

PLACES: Final = 12
VALUES: Final = 2_000
REFUSED: Final = 500
FEW: Final = 60
SOURCES: Final = 2_000


def geography(result: HuntResult, words: Words) -> Html | None:
    """Countries and networks of what was seen, as a map and as bars."""
    placed = [
        s for s in result.sightings if s.verdict is not Verdict.SELF and s.indicator.kind.startswith("ipv")
    ]
    known = [s for s in placed if s.enrichment.get("country") or s.enrichment.get("asn")]
    if not known:
        return None
    countries = _group((country(sighting, words) or words("geo.unknown"), sighting) for sighting in placed)
    networks = _group(
        (" ".join(filter(None, (s.enrichment.get("asn"), s.enrichment.get("network")))), s)
        for s in placed
        if s.enrichment.get("asn")
    )
    return section(
        "geography",
        words("h.geography"),
        words("n.geography"),
        world_map(placed, words),
        el(
            "div",
            _bars(countries, words("c.country"), words),
            _bars(networks, words("c.network"), words),
            class_="two",
        ),
    )


def _group(named: Iterable[tuple[str, Sighting]]) -> list[tuple[str, list[Sighting]]]:
    groups: dict[str, list[Sighting]] = defaultdict(list)
    for name, sighting in named:
        groups[name].append(sighting)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def _bars(groups: Sequence[tuple[str, list[Sighting]]], title: str, words: Words) -> Html:
    most = len(groups[0][1]) if groups else 1
    total = sum(len(members) for _, members in groups)
    head = [(title, ""), (words("c.indicators"), "n"), ("", "bar"), (words("c.verdict"), "")]
    rows: list[list[Content]] = []
    for name, members in groups[:PLACES]:
        bar = el("rect", x=0, y=3, height=10, width=f"{max(len(members) / most * 100, 1):.1f}%", class_="bar")
        strip = el("svg", bar, width="100%", height=16, aria_hidden="true")
        share = el("span", words.percent(len(members) / total), class_="quiet")
        rows.append(
            [
                name,
                join(words.number(len(members)), " · ", share),
                strip,
                verdict(worst(s.verdict for s in members), words),
            ]
        )
    rest = len(groups) - PLACES
    return el(
        "div",
        table(head, rows, title),
        el("p", words.many("more", rest), class_="note") if rest > 0 else None,
    )


def not_seen(result: HuntResult, words: Words) -> Html | None:
    """The indicators that no record holds."""
    if not result.not_seen:
        return None
    values = [el("li", el("code", ref.value)) for ref in result.not_seen[:VALUES]]
    if (rest := len(result.not_seen) - VALUES) > 0:
        values.append(el("li", words.many("more", rest)))
    kinds = Counter(ref.kind for ref in result.not_seen).most_common()
    said = words.many("indicators", len(result.not_seen))
    named = (
        f"{words('x.colon', name=said)} {', '.join(f'{kind} {words.number(many)}' for kind, many in kinds)}"
    )
    listed = el("ul", *values, class_="values")
    return section(
        "not-seen",
        words("h.notseen"),
        words("n.notseen"),
        folded(named, listed, opened=len(result.not_seen) <= FEW),
    )


def refused(result: HuntResult, words: Words) -> Html | None:
    """What the bulletins state and nothing looked for."""
    values = [(bulletin, value) for bulletin in result.bulletins for value in bulletin.refused]
    if not values:
        return None
    head = [
        (words("c.value"), ""),
        (words("c.kind"), ""),
        (words("c.code"), ""),
        (words("c.reason"), "wide"),
        (words("c.bulletin"), ""),
    ]
    rows: list[list[Content]] = [
        [
            el("code", value.value or "—"),
            value.kind or "",
            words.or_else(f"r.{value.code}", value.code),
            el("span", value.reason, lang="en"),
            bulletin.id,
        ]
        for bulletin, value in values[:REFUSED]
    ]
    rest = len(values) - REFUSED
    many = words.many("indicators", len(values))
    return section(
        "refused",
        words("h.refused"),
        words("n.refused"),
        folded(
            many,
            table(head, rows, words("h.refused")),
            el("p", words.many("more", rest)) if rest > 0 else None,
            opened=len(values) <= FEW,
        ),
    )


def warninglisted(result: HuntResult, words: Words) -> Html | None:
    """Sightings whose value is on a list of known-benign ones."""
    listed = [s for s in result.sightings if s.enrichment.get("warninglists")]
    if not listed:
        return None
    head = [(words("c.indicator"), ""), (words("c.verdict"), ""), (words("c.lists"), "wide")]
    rows: list[list[Content]] = [
        [
            el("code", s.indicator.value),
            verdict(s.verdict, words),
            el("span", s.enrichment["warninglists"], lang="en"),
        ]
        for s in listed[:REFUSED]
    ]
    return section(
        "warninglists",
        words("h.warninglists"),
        words("n.warninglists"),
        table(head, rows, words("h.warninglists")),
        el("p", words.many("more", len(listed) - REFUSED)) if len(listed) > REFUSED else None,
    )


def statements(result: HuntResult, words: Words) -> Html | None:
    """The sentences that window, role and actors come from."""
    items = []
    for bulletin in result.bulletins:
        for said in bulletin.statements[:40]:
            place = ", ".join(part for part in (PurePath(said.path).name, said.where) if part)
            items.append(
                el(
                    "li",
                    el(
                        "p",
                        el("b", words.or_else(f"s.{said.topic}", said.topic)),
                        " ",
                        el("code", said.value),
                        " ",
                        el("span", words("s.taken" if said.taken else "s.not"), class_="quiet"),
                    ),
                    el("blockquote", el("p", said.sentence), el("footer", place)),
                    class_="taken" if said.taken else None,
                )
            )
    if not items:
        return None
    return section(
        "statements", words("h.statements"), words("n.statements"), el("ul", *items, class_="said")
    )


def remarks(result: HuntResult, words: Words) -> Html | None:
    """What was guessed, skipped or repaired."""
    said = told.remarks(result, words)
    if not said:
        return None
    return section(
        "remarks", words("h.remarks"), words("n.remarks"), el("ul", *(el("li", line) for line in said[:100]))
    )


def data(result: HuntResult, words: Words) -> Html | None:
    """What is known from data packed with traque, and how old they are."""
    if not result.reference:
        return None
    head = [
        (words("c.data"), "wide"),
        (words("c.date"), "t"),
        (words("c.licence"), ""),
        (words("c.from"), "wide"),
    ]
    rows: list[list[Content]] = [
        [
            el("span", ref.title, lang="en"),
            ref.date,
            ref.licence,
            el("span", "; ".join(filter(None, (ref.source, ref.attribution, ref.note))), lang="en"),
        ]
        for ref in result.reference
    ]
    return section("data", words("h.data"), "", table(head, rows, words("h.data"), cards=True))


def method(result: HuntResult, words: Words) -> Html:
    """Version, options, and every source."""
    hunt = result.hunt
    searched = words(
        "m.searched.text",
        size=words.size(hunt.bytes),
        records=words.many("records", hunt.records),
        sources=words.many("sources", len(result.coverage.sources)),
    )
    paths = [path for b in result.bulletins for path in (b.paths or (b.path,)) if path]
    said = [
        ("version", hunt.version),
        ("engine", hunt.engine),
        ("started", words.moment(hunt.started)),
        ("took", words.duration(hunt.finished - hunt.started)),
        ("searched", searched),
        ("window", told.window(result, words)),
        ("bulletins", ", ".join(paths[:50])),
        ("paths", ", ".join(hunt.paths[:50])),
        ("own", ", ".join(hunt.own[:100])),
        ("internal", ", ".join(hunt.internal[:100])),
        ("excluded", ", ".join(hunt.excluded[:100])),
        ("ledger", told.ledger(result, words)),
        ("zone", hunt.zone),
        ("maxage", words.many("days", hunt.max_age) if hunt.max_age else ""),
        ("interrupted", words("yes") if hunt.interrupted else ""),
        ("schema", result.schema),
    ]
    facts = [el("div", el("dt", words(f"m.{name}")), el("dd", value)) for name, value in said if value]
    return section("method", words("h.method"), "", el("dl", *facts, class_="facts"), _sources(result, words))


def _sources(result: HuntResult, words: Words) -> Html:
    head = [
        (words("c.source"), ""),
        (words("c.stream"), ""),
        (words("c.format"), ""),
        (words("c.size"), "n"),
        (words("c.records"), "n"),
        (words("c.first"), "t"),
        (words("c.last"), "t"),
        (words("c.complete"), ""),
    ]
    rows: list[list[Content]] = []
    for source in result.coverage.sources[:SOURCES]:
        end: Content = words("yes") if source.complete else el("strong", words("no"), class_="lacking")
        if source.duplicate_of:
            end = words("duplicate", path=source.duplicate_of)
        rows.append(
            [
                el("code", source.path),
                source.stream,
                source.format,
                words.size(source.bytes),
                words.number(source.records),
                words.moment(source.first),
                words.moment(source.last),
                end,
            ]
        )
    rest = len(result.coverage.sources) - SOURCES
    return folded(
        f"{words('x.colon', name=words('m.sources'))} {words.number(len(result.coverage.sources))}",
        table(head, rows, words("m.sources"), "dense"),
        el("p", words.many("more", rest)) if rest > 0 else None,
    )
