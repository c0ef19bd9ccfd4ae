"""The top of the page: masthead, findings, the answer, key figures, next steps, the verdict table."""

from __future__ import annotations

from collections import Counter

from traque.model import HuntResult, Verdict
from traque.model.result import BulletinInfo
from traque.reports import _summary as facts
from traque.reports import _told as told
from traque.reports._language import Words
from traque.reports._marks import TLPS, strictest_tlp
from traque.reports._markup import Content, Html, el, join, section, table


def masthead(result: HuntResult, words: Words) -> Html:
    """Who may read it, what it is about, when it was made."""
    tlp = strictest_tlp(result)
    marks = (
        [el("span", f"TLP:{tlp.upper()}", class_=f"tlp {_tlp_class(tlp)}", title=words("tlp.title"))]
        if tlp
        else []
    )
    marks += [
        el("span", f"PAP:{pap.upper()}", class_="tlp")
        for pap in dict.fromkeys(bulletin.pap for bulletin in result.bulletins if bulletin.pap)
    ]
    names = [bulletin.title or bulletin.id for bulletin in result.bulletins]
    lines = [el("p", _about(bulletin, words), class_="about") for bulletin in result.bulletins[:5]]
    made = words("by", version=result.hunt.version, date=words.day(result.hunt.finished))
    return el(
        "header",
        el(
            "div",
            el("span", words("title"), class_="kicker"),
            el("span", *marks, class_="marks"),
            class_="top",
        ),
        el("h1", words.listing(names, 3)),
        *lines,
        el("p", f"{made}. {words('utc')}", class_="made"),
        class_="masthead",
    )


def _tlp_class(tlp: str) -> str:
    return f"tlp-{tlp.replace('+', '-')}" if tlp in TLPS else ""


def _about(bulletin: BulletinInfo, words: Words) -> str:
    said = [
        bulletin.id if bulletin.title else "",
        bulletin.producer,
        words("b.published", date=words.day(bulletin.published)) if bulletin.published else "",
        words.listing(bulletin.actors, 4),
        words.many("indicators", bulletin.indicators),
    ]
    return " · ".join(part for part in said if part)


def summary(result: HuntResult, words: Words) -> Html:
    """The answer in plain words, the key figures, what to do."""
    said = told.answer(result, words)
    leading = 2 if result.sightings and len(said) > 2 else 1
    lead, rest = " ".join(said[:leading]), said[leading:]
    steps = el("ol", *(el("li", step) for step in told.next_steps(result, words)), class_="steps")
    return section(
        "summary",
        words("h.summary"),
        "",
        el("p", lead, class_="lead"),
        el("p", " ".join(rest)) if rest else None,
        el("p", told.window(result, words), class_="note"),
        _figures(result, words),
        el("h3", words("h.next"), id="next"),
        steps,
    )


def _figures(result: HuntResult, words: Words) -> Html:
    coverage = result.coverage
    seen = sum(sighting.verdict is not Verdict.SELF for sighting in result.sightings)
    hunted = len(result.sightings) + len(result.not_seen)
    firsts = [s.first_seen for s in result.sightings if s.first_seen is not None]
    figures: list[tuple[str, Content, Content]] = [
        (words("k.seen"), words.number(seen), words("k.of", n=words.number(hunted))),
        (words("k.worst"), verdict(result.sightings[0].verdict, words) if seen else words("k.none"), None),
        (
            words("k.records"),
            words.number(sum(s.count for s in result.sightings)),
            words("k.of", n=words.number(result.hunt.records)),
        ),
    ]
    if firsts:
        figures.append((words("k.first"), f"{min(firsts):%Y-%m-%d}", None))
    if coverage.asked_days is not None and coverage.searched_days is not None:
        of = words("k.of", n=words.number(coverage.asked_days))
        figures.append((words("k.days"), words.number(coverage.searched_days), of))
    return el(
        "dl",
        *(
            el("div", el("dt", name), el("dd", el("b", value), " ", el("span", note) if note else None))
            for name, value, note in figures
        ),
        class_="figures",
    )


def verdict(value: Verdict, words: Words) -> Html:
    """A verdict's name with its mark; the colour only repeats the word."""
    return el("span", words.verdict(value), class_=f"v v-{value}")


def verdicts(result: HuntResult, words: Words) -> Html | None:
    """Each verdict that occurs: how often, what it says, what to do."""
    if not result.sightings:
        return None
    records: Counter[Verdict] = Counter()
    for sighting in result.sightings:
        records.update(sighting.verdicts)
    head = [
        (words("c.verdict"), ""),
        (words("c.count"), "n"),
        (words("c.records"), "n"),
        (words("c.meaning"), "wide"),
        (words("c.action"), "wide"),
    ]
    rows: list[list[Content]] = [
        [
            verdict(name, words),
            words.number(many),
            words.number(records[name]),
            words(f"says.{name}"),
            words(f"act.{name}"),
        ]
        for name, many in facts.by_verdict(result)
    ]
    return section(
        "verdicts", words("h.verdicts"), words("n.verdicts"), table(head, rows, words("h.verdicts"))
    )


def contents(parts: list[tuple[str, str]], words: Words) -> Html:
    """Where to find what."""
    links = [el("li", el("a", title, href=f"#{name}")) for name, title in parts]
    return el(
        "nav", el("h2", words("contents"), class_="unseen"), el("ul", *links), aria_label=words("contents")
    )


def skip(words: Words) -> Html:
    """For the keyboard: past everything to the sightings."""
    return join(el("a", words("skip"), href="#sightings", class_="skip"))
