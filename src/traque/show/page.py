"""What ``traque show`` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from traque.enrich.geography import country_name
from traque.model import Reference, Window
from traque.reports import Setting, json_
from traque.reports._page import Page
from traque.reports._words import count, listing, number
from traque.show.summary import ActorInfo, Share, Shown, Summary

ROWS: Final = 12
"""Countries and networks that are listed; the rest is counted."""
REFUSED: Final = 10
"""Refused values that are shown, after the count of each reason."""
_LABEL: Final = 14
_ALIASES: Final = 12


def render(summary: Summary, setting: Setting) -> bytes:
    """The whole page, in UTF-8."""
    page = Page(setting)
    for shown in summary.bulletins:
        _head(page, shown)
        _indicators(page, shown)
        _refused(page, shown)
        _places(page, shown, summary)
    if setting.saved:
        page.say("")
        page.say(setting.saved)
    return page.close()


def document(summary: Summary) -> bytes:
    """The same for programs."""
    return json_.document(
        {"schema": summary.schema} | {name: getattr(summary, name) for name in summary.__struct_fields__}
    )


def _head(page: Page, shown: Shown) -> None:
    page.heading(shown.id, shown.title if shown.title != shown.id else "")
    _fact(page, "producer", shown.producer)
    _fact(page, "published", _day(shown.published) or "not stated")
    _fact(page, "sharing", _sharing(shown))
    for actor in shown.actors:
        _fact(page, "actor", *_actor(actor))
    if not shown.actors:
        _fact(page, "actor", "none named")
    _fact(page, "search from", _window(shown.window))
    _sentences(page, shown, "window")
    if shown.valid_from or shown.valid_until:
        _fact(page, "valid", f"{_day(shown.valid_from) or '...'} to {_day(shown.valid_until) or '...'}")
    _fact(page, "read from", f"{listing(shown.paths, 4) or 'the command line'} ({shown.format})")
    for note in shown.notes:
        _fact(page, "note", note)


def _sentences(page: Page, shown: Shown, topic: str) -> None:
    """Where the prose says so, word for word; what it says besides and is not followed, too."""
    for said in shown.statements:
        if said.topic == topic:
            where = f" ({said.path})" if said.path else ""
            followed = "" if said.taken else f"not followed, {said.value}: "
            page.say((f"{followed}“{said.sentence}”{where}", "dim"), indent=_LABEL + 2)


def _fact(page: Page, label: str, *text: str) -> None:
    if any(text):
        page.entry((label, "dim"), *text, indent=2, hang=_LABEL + 2)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _sharing(shown: Shown) -> str:
    tlp = f"TLP:{shown.tlp.upper()}" if shown.tlp else "no TLP stated"
    return f"{tlp}, PAP:{shown.pap.upper()}" if shown.pap else tlp


def _window(window: Window | None) -> str:
    if window is None or (window.since is None and window.until is None):
        return "the bulletin states no search window"
    since, until = _day(window.since), _day(window.until)
    if since and until:
        return f"{since} until {until}"
    return since or f"any time until {until}"


def _actor(actor: ActorInfo) -> Sequence[str]:
    if not actor.name:
        return (f"{actor.stated} (no such name in the reference data)",)
    names = [name for name in (actor.name, *actor.aliases) if name.casefold() != actor.stated.casefold()]
    group = f"ATT&CK {actor.attack_id} {actor.attack_name}" if actor.attack_id else "no ATT&CK group"
    country = f"attributed to {country_name(actor.country)}" if actor.country else ""
    also = f"also {listing(names, _ALIASES)}" if names else ""
    return (f"{actor.stated}: ", "; ".join(fact for fact in (group, also, country) if fact))


def _indicators(page: Page, shown: Shown) -> None:
    page.heading("Indicators", number(shown.indicators))
    for kind, many in shown.kinds.items():
        page.row([kind, number(many)], (22, -8), indent=2)
    stated = {role: many for role, many in shown.roles.items() if role}
    if stated:
        roles = ", ".join(f"{role} {number(many)}" for role, many in stated.items())
        rest = shown.roles.get("", 0)
        page.say(f"roles: {roles}{f', not stated {number(rest)}' if rest else ''}", indent=2)
        _sentences(page, shown, "role")
    elif shown.indicators:
        page.say("no role is stated (relay, c2, payload...)", indent=2)


def _refused(page: Page, shown: Shown) -> None:
    if not shown.refused:
        return
    page.heading(
        "Refused", f"{count(len(shown.refused), 'value')} that the bulletin states and that are not hunted"
    )
    for code, many in Counter(refused.code for refused in shown.refused).most_common():
        page.row([code, number(many)], (22, -8), indent=2)
    for refused in shown.refused[:REFUSED]:
        page.entry((page.short(refused.value, 40), "bold"), refused.reason, indent=2, hang=44)
    if len(shown.refused) > REFUSED:
        page.say(f"and {count(len(shown.refused) - REFUSED, 'more value')}: with --json", indent=2)


def _places(page: Page, shown: Shown, summary: Summary) -> None:
    places = shown.places
    if not places.addresses:
        return
    page.heading("Countries", f"of {count(places.addresses, 'address or network', 'addresses and networks')}")
    _bars(page, places.countries, "country", "countries")
    page.heading("Networks", "autonomous systems that announce them")
    _bars(page, places.networks, "network", "networks")
    if places.cities:
        page.heading("Cities", "where the data know them")
        _bars(page, places.cities, "city", "cities")
    page.say("")
    for reference in summary.reference:
        page.say((_source(reference), "dim"), indent=2)
    page.say((_why_others_differ(shown, summary), "dim"), indent=2)


def _bars(page: Page, shares: Sequence[Share], noun: str, nouns: str) -> None:
    listed, rest = shares[:ROWS], shares[ROWS:]
    most = max(share.count for share in shares)
    key = max(len(share.key) for share in listed)
    name = min(max(len(share.name) for share in listed), 40)
    digits = max(5, len(number(most)))
    room = page.width - (2 + key + 2 + name + 2 + digits + 2 + 7 + 2)
    for share in listed:
        cells: list[str | tuple[str, str]] = [share.key, share.name, (number(share.count), "bold")]
        cells += [f"{share.percent:.1f} %", (_bar(share.count / most, max(room, 8), page.unicode), "blue")]
        page.row(cells, (key, name, -digits, -7, max(room, 8)), indent=2)
    if rest:
        many = sum(share.count for share in rest)
        page.say(
            f"and {number(many)} in {count(len(rest), f'more {noun}', f'more {nouns}')}: with --json",
            indent=2,
        )


def _bar(share: float, cells: int, unicode: bool) -> str:
    """A bar of at least one eighth of a cell; whole cells where there is no Unicode."""
    if not unicode:
        return "#" * max(1, round(share * cells))
    whole, rest = divmod(max(1, round(share * cells * 8)), 8)
    return "█" * whole + " ▏▎▍▌▋▊▉"[rest].strip()


def _source(reference: Reference) -> str:
    credit = f"; {reference.attribution}" if reference.attribution else ""
    return f"{reference.title}: data of {reference.date}, {reference.licence}{credit}"


def _why_others_differ(shown: Shown, summary: Summary) -> str:
    """Addresses change hands: counts made with other data, or at another time, are other counts."""
    said = f"These are the places of the addresses as of {' and '.join(summary.dates)}"
    if shown.published and (years := _years(shown.published, summary.dates[0])):
        said += f", {years} the bulletin was published"
    return (
        f"{said}. Addresses change holders and countries, and registries, providers and commercial data "
        "bases place them by different rules: counts made at another time or with other data differ by a few."
    )


def _years(published: datetime, date: str) -> str:
    try:
        days = (datetime.fromisoformat(date[:10]).date() - published.date()).days
    except ValueError:
        return ""
    if abs(days) < 60:
        return ""
    span = f"{abs(days) / 365.25:.1f} years" if abs(days) > 365 else f"{abs(days) // 30} months"
    return f"{span} after" if days > 0 else f"{span} before"
