"""What the prose of a bulletin says of all its values: the window to search, their role, the actor.

Prose is for people and says many things, so a sentence counts only when its words are about the matter:

- *window*: a stretch of time (:mod:`traque.bulletins._periods`) in a sentence on searching (``search for
  compromises since...``), else on an attack. Dates of publication, of patches and of a group's whole history
  do not count, nor do those after the bulletin's own date or more than five years before it. The sentences
  on searching are followed if there are any; of several the earliest beginning and the latest end count.
- *role*: a role's word (:mod:`traque.bulletins._roles`) in a sentence on the listed things (``these
  addresses``, ``routers``...). It is followed when one role clearly prevails.
- *actor*: a name that can be told by its form (``APT31``, ``UNC2452``, ``TA542``), when only one is named in
  the text and the bulletin states none.
- *withdrawn*: a sentence that takes the whole bulletin back. It is told, and hunted all the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from traque.bulletins import _periods
from traque.bulletins._roles import ADDRESSING, prose_roles
from traque.bulletins._sentences import around
from traque.bulletins._words import alternatives, words
from traque.expressions import expression
from traque.model import Bulletin, Indicator, Statement, Window

READ: Final = 1 << 20
"""Characters of prose that are looked at."""
_TITLE = expression(r"\s*\S(?:.{0,58}[^\s.!?:;,…])?\s*")
"""A line too short to have been broken by its width, without a mark at its end."""
_KEPT: Final = 20
"""Statements of a topic that are kept."""
_OLDEST: Final = timedelta(days=5 * 366)
_DAY: Final = timedelta(days=1)

_SEARCH = words("""
    search(?:ed|es|ing)? hunt(?:ed|ing|s)? look(?:ing)?_(?:for|back) review(?:ed|ing)? examine check(?:ing)?
    inspect* retro(?:active|spective)\\w*
    recherch* chercher v[ée]rifi* contr[ôo]l* examiner remonter
""")
_SOUGHT = words("""
    compromis* logs? connections? traffic traces? activit* intrusions? evidence indicators? markers iocs?
    journa(?:l|ux) connexions? trafic indicateurs? marqueurs?
""")
_ATTACK = words("""
    attack* campaign* compromis* intru(?:sions?|ders?) exploit* infect* malicious* breach* target(?:ed|ing|s)?
    phish* botnets? ransom* operations? activit(?:y|ies) active infrastructure* malware implants? backdoor*
    hijack* used victim* observed deploy* spread* c2s? scann?\\w* incidents?
    attaqu* campagnes? intrus malveillan* cibl* hame[çc]onnage ran[çc]on* op[ée]ration* activit[ée]s? actifs?
    actives? maliciels? d[ée]tourn* utilis* victime* observ[ée]\\w* d[ée]ploy*
""")
_NO_ATTACK = words("""
    publi(?:sh\\w*|cation\\w*|[ée]\\w*) updat* patch* fixe?[ds]? fixing released? releases available copyright
    founded established versions? supported report(?:ed|ing) track(?:ed|ing|s)? disclos* known operating
    experience customers clients? employ* sanction* indict* arrest*
    no not never n['’]t hasn['’]t ceased stopped inactive dormant
    mise?s?_[àa]_jour correctifs? corrig* disponibles? fond[ée]e? suivie?s? divulgu* connue?s?
    aucune?s? ne n['’]\\w+ jamais cess[ée]
""")
"""Words that, right before a date, make it that of something else than an attack, or of none."""
_GROUP = words("""
    groups? gang actors? collective crew syndicate family malware ransomware botnet apt-?\\d+
    groupes? acteurs? mode_op[ée]ratoire moa famille
""")
_EVENT = words("""
    campaign* compromis* intrusions? exploitation incidents? this_(?:wave|activity) breach* infect* relays?
    addresses routers? targeted targeting attacks
    campagnes? relais adresses routeurs? cibl* attaques
""")
_CLAUSE = expression(r"[,;:()–—.!?]|\s-\s")
_BEFORE: Final = 70
"""Characters before a date that say what it is of."""

_THING: Final = alternatives("""
    addresses ips? ipv[46] domains? iocs? indicators? markers? hosts? nodes servers? urls? routers? devices
    appliances? boxes cameras? nas vps proxies gateways?
    adresses domaines? indicateurs? marqueurs? h[ôo]tes n[œo]e?uds serveurs routeurs? [ée]quipements?
    bo[iî]tiers?
    cam[ée]ras?
""")
_THINGS = expression(rf"(?i)\b(?:{_THING})\b")
_TO_BE: Final = alternatives("""
    as are were being become became into mak(?:e|es|ing)_them
    comme sont [ée]taient servant_de servent_de en_faire en_tant_que
""")
_ARE = expression(rf"(?i)\b(?:{_TO_BE})\s+(?:[\w-]+\s+){{0,3}}$")
"""What leads from things to what they are: ``routers ... used as (anonymisation) relays``."""
_LISTED = words("""
    following these listed below above attached
    ces suivant* ci-(?:dessous|dessus|jointe?s?) list[ée]e?s
""")
_NEXT = expression(rf"(?i)\s+(?:[\w-]+\s+)?(?:{_THING})\b")
_PREVAILS: Final = 2
"""A role is followed when it is in so many times as many sentences as any other."""

_ACTOR = expression(
    r"(?<![\w/.-])(?:APT[ -]?C?-?\d{1,3}|UNC\d{3,5}|FIN\d{1,2}|TA(?!00)\d{3,4}|UA[CT]-\d{4}"
    r"|(?:Storm|DEV)-\d{4}|TAG-\d{2,3})(?![\w/-]|\.\w)"
)
"""Names that numbering schemes give; ``TA0001`` is a tactic of ATT&CK."""
_BULLETIN: Final = "bulletin|advisory|alert|alerte|report|rapport|publication|avis|list|liste"
_TAKEN_BACK = expression(
    rf"(?i)\b(?:this|the|cette?|le)\s+(?:{_BULLETIN})\s+(?:has\s+been|was|is|a\s+[ée]t[ée]|est)\s+"
    r"(?:withdrawn|retracted|revoked|cancelled|(?:retir|annul|r[ée]voqu)[ée]e?)\b"
)


class Prose:
    """Prose in the making: lines with their places, and which place a character of it is in."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._starts: list[int] = []
        self._where: list[str] = []
        self._length = 0

    def add(self, text: str, where: str) -> None:
        """A line, or a paragraph, at a place."""
        if self._length >= READ or (not text.strip() and not self._lines):
            return
        if self._lines and _TITLE.fullmatch(self._lines[-1]) and text.lstrip()[:1].isupper():
            self._lines[-1] += "\n"  # a title is no part of the sentence below it
            self._length += 1
        self._starts.append(self._length)
        self._where.append(where)
        self._lines.append(text)
        self._length += len(text) + 1

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self._lines)

    def at(self, position: int) -> str:
        """The place of a character."""
        return self._where[max(0, bisect_right(self._starts, position) - 1)]


def statements(prose: Prose) -> tuple[Statement, ...]:
    """Everything that the prose says, in order, none of it followed yet."""
    text = prose.text[:READ]
    found: dict[tuple[str, str, str], Statement] = {}
    kept: Counter[str] = Counter()
    for topic, value, start, end in (*_windows(text), *_roles(text), *_actors(text), *_withdrawals(text)):
        if kept[topic] < _KEPT:
            sentence, _ = around(text, start, end)
            key = (topic, value, sentence)
            if key not in found:
                kept[topic] += 1
                found[key] = Statement(topic=topic, value=value, sentence=sentence, where=prose.at(start))
    return tuple(found.values())


def settle(bulletin: Bulletin) -> Bulletin:
    """The bulletin with window, role and actors from its statements, where it states none itself."""
    said = bulletin.statements
    if not said:
        return bulletin
    followed: set[Statement] = set()
    window = bulletin.window
    if window is None:
        window, sentences = _window(said, bulletin.published)
        followed.update(sentences)
    role = bulletin.role or _role(said)
    followed.update(one for one in said if one.topic == "role" and one.value == role)
    actors = bulletin.actors
    named = {one.value for one in said if one.topic == "actor"}
    if not actors and len(named) == 1:
        actors = tuple(named)
    followed.update(one for one in said if one.topic == "actor" and one.value in actors)
    followed.update(one for one in said if one.topic == "withdrawn")
    return msgspec.structs.replace(
        bulletin,
        window=window,
        role=role,
        actors=actors,
        indicators=tuple(_told(one, role, actors) for one in bulletin.indicators),
        statements=tuple(msgspec.structs.replace(one, taken=one in followed) for one in said),
    )


def _told(indicator: Indicator, role: str | None, actors: tuple[str, ...]) -> Indicator:
    """What the bulletin says of all its values, for one that it says nothing else of."""
    own = indicator.role
    if own is None and role is not None and indicator.observable.kind in ADDRESSING.get(role, ()):
        own = role
    if own == indicator.role and (indicator.actors or not actors):
        return indicator
    return msgspec.structs.replace(indicator, role=own, actors=indicator.actors or actors)


def _windows(text: str) -> Iterator[tuple[str, str, int, int]]:
    for stated in _periods.find(text):
        before = _CLAUSE.split(text[max(0, stated.start - _BEFORE) : stated.start])[-1]
        if _NO_ATTACK.search(before):
            continue
        sentence, _ = around(text, stated.start, stated.end)
        if _rank(sentence):
            yield "window", interval(stated.window), stated.start, stated.end


def _rank(sentence: str) -> int:
    """3: on searching; 2: on an attack; 1: on what a group does; 0: on something else."""
    if _SEARCH.search(sentence) and _SOUGHT.search(sentence):
        return 3
    if not _ATTACK.search(sentence):
        return 0
    if _GROUP.search(sentence):
        return 2 if _EVENT.search(sentence) else 1
    return 2


def interval(window: Window) -> str:
    """``since/until`` as ISO 8601 days; an open side is empty."""
    return "/".join(edge.date().isoformat() if edge else "" for edge in (window.since, window.until))


def _read_interval(value: str) -> Window:
    since, _, until = value.partition("/")
    return Window(_midnight(since), _midnight(until))


def _midnight(day: str) -> datetime | None:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00") if day else None


def _window(said: Sequence[Statement], published: datetime | None) -> tuple[Window | None, list[Statement]]:
    stated = [(one, _read_interval(one.value)) for one in said if one.topic == "window"]
    begins = [window.since for _, window in stated if window.since]
    latest = published or max(begins, default=None)
    if latest is None:
        return None, []
    recent = [
        (_rank(one.sentence), one, window)
        for one, window in stated
        if window.since and latest - _OLDEST <= window.since < latest + _DAY
    ]
    best = max((rank for rank, _, _ in recent), default=0)
    if best <= 1:  # a group's history is no window
        return None, []
    chosen = [(one, window) for rank, one, window in recent if rank == best]
    since = min(window.since for _, window in chosen if window.since)
    ends = [window.until for _, window in chosen]
    until = None if None in ends else max(end for end in ends if end)
    return Window(since, until), [
        one for one, window in chosen if window.since == since or (until and window.until == until)
    ]


def _roles(text: str) -> Iterator[tuple[str, str, int, int]]:
    for role, start, end in prose_roles(text):
        said = _ARE.search(text[max(0, start - _BEFORE) : start])
        listed = _NEXT.match(text, end) and _LISTED.search(text, max(0, start - _BEFORE), start)
        if (said or listed or role == "victim") and _THINGS.search(around(text, start, end)[0]):
            yield "role", role, start, end


def _role(said: Sequence[Statement]) -> str | None:
    """The role that is in clearly more sentences than any other."""
    ranked = Counter(one.value for one in said if one.topic == "role").most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] < _PREVAILS * ranked[1][1]):
        return None
    return ranked[0][0]


def _actors(text: str) -> Iterator[tuple[str, str, int, int]]:
    seen = set()
    for found in _ACTOR.finditer(text):
        name = re.sub(r"^APT[ -](?=\d)", "APT", found[0])
        if name not in seen:
            seen.add(name)
            yield "actor", name, found.start(), found.end()


def _withdrawals(text: str) -> Iterator[tuple[str, str, int, int]]:
    yield from (("withdrawn", "bulletin", found.start(), found.end()) for found in _TAKEN_BACK.finditer(text))
