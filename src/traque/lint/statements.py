"""What a bulletin says of its values: roles, dates, markings, withdrawals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from traque.lint._subject import ADDRESSES, NETWORKS, Subject
from traque.model.lint import Complaint, Severity

STALE: Final = timedelta(days=365)
_ATTACKS: Final = frozenset({"relay", "scanner", "attacker"})
"""Roles of addresses that open connections to their victims."""
_DESTINATION: Final = "ip-dst"


def roles(subject: Subject) -> Iterator[Complaint]:
    """Types that contradict the role, and one role for values that the prose tells apart."""
    bulletin = subject.bulletin
    listed = list(subject.of(*ADDRESSES, *NETWORKS))
    typed = [each for each in listed if each.typed == _DESTINATION]
    attack = [each for each in typed if (each.role or bulletin.role) in _ATTACKS]
    if typed and len(typed) == len(listed) and attack:
        sentence = next((s.sentence for s in bulletin.statements if s.topic == "role" and s.taken), "")
        said = f': "{sentence}"' if sentence else ""
        yield subject.complain(
            "typed-destination",
            "warning",
            f"all {len(typed)} addresses are typed ip-dst, although they attack",
            f"they are {attack[0].role or bulletin.role}s{said}; a rule for destinations alone misses them",
            "detect both directions (traque detect --direction both, the default)",
            values=[each.observable.value for each in attack],
        )
    elif typed and len(typed) == len(listed) > 1 and not any(each.role for each in typed):
        yield subject.complain(
            "typed-destination",
            "note",
            f"all {len(typed)} addresses are typed ip-dst, and no role is stated",
            "publishers give one type to all: such addresses may as well attack",
            "detect both directions (traque detect --direction both, the default)",
            values=[each.observable.value for each in typed],
        )
    yield from _one_role(subject)
    if listed and not any(each.role for each in listed) and bulletin.role is None:
        yield subject.complain(
            "no-role",
            "note",
            "no role is stated",
            "whether they are relays, servers or victims decides what a sighting means",
            "give the advisory's page beside the list; traque reads roles from its prose",
        )
    victims = [
        each.observable.value for each in bulletin.indicators if (each.role or "") in ("victim", "benign")
    ]
    if victims:
        yield subject.complain(
            "victim",
            "error",
            "victims or harmless values listed beside the attacker's",
            "the bulletin itself says that they are not the attacker's",
            "leave them out",
            values=victims,
            drops=True,
        )


def _one_role(subject: Subject) -> Iterator[Complaint]:
    bulletin = subject.bulletin
    stated = {each.role or bulletin.role for each in bulletin.indicators} - {None}
    told = Counter(s.value for s in bulletin.statements if s.topic == "role")
    if len(stated) == 1 and len(set(told) | stated) > 1:
        others = sorted(set(told) - stated)
        sentences = {s.value: s.sentence for s in bulletin.statements if s.topic == "role"}
        yield subject.complain(
            "one-role",
            "warning",
            f"every value has the role {next(iter(stated))}, although the prose tells of others",
            f"it also speaks of {', '.join(others)}",
            "find out which value is which before you conclude from a sighting",
            details={role: sentences[role] for role in others},
        )


def dates(subject: Subject) -> Iterator[Complaint]:
    """Indicators without dates, out of date, or valid only later."""
    bulletin, now = subject.bulletin, subject.now
    listed = bulletin.indicators
    if listed and not any(each.valid_from or each.valid_until for each in listed):
        yield subject.complain(
            "no-dates",
            "warning" if any(subject.of(*ADDRESSES)) else "note",
            "no indicator says since when or until when it is valid",
            "an address changes hands; a sighting outside the attack proves nothing",
            "ask the publisher; else take the bulletin's window, and let rules expire",
        )
    over = [each for each in listed if each.valid_until and each.valid_until <= now]
    if over:
        yield subject.complain(
            "expired",
            "warning",
            "indicators that are no longer valid",
            "the publisher ended them",
            "hunt for them in logs of their time; do not put them in detection",
            values=[each.observable.value for each in over],
            details={each.observable.value: f"until {each.valid_until:%Y-%m-%d}" for each in over},
            drops=True,
        )
    later = [each for each in listed if each.valid_from and each.valid_from > now + timedelta(days=1)]
    if later:
        yield subject.complain(
            "future",
            "warning",
            "indicators that are valid only later",
            "a date in the future is mostly a mistake",
            "check the dates with the publisher",
            values=[each.observable.value for each in later],
        )
    last = max(filter(None, (bulletin.published, bulletin.modified)), default=None)
    if last and now - last > STALE and any(subject.of(*ADDRESSES, *NETWORKS, "domain-name", "url")):
        years = (now - last).days / 365.25
        yield subject.complain(
            "stale",
            "warning",
            f"published {years:.1f} years ago ({last:%Y-%m-%d})",
            "addresses and names have had other holders since",
            "hunt in logs of that time; put it in detection only if an update confirms it",
        )
    withdrawn = [each.value for each in bulletin.refused if each.code == "withdrawn"]
    if withdrawn:
        yield subject.complain(
            "withdrawn",
            "warning",
            "values that the publisher took back",
            "an update withdraws them",
            "take them out of detection (traque detect into the same folder does)",
            values=withdrawn,
        )


def markings(subject: Subject) -> Iterator[Complaint]:
    """Sharing: no TLP, or several that contradict each other."""
    bulletin = subject.bulletin
    if bulletin.tlp is None and not any(each.tlp for each in bulletin.indicators):
        yield subject.complain(
            "no-tlp",
            "note",
            "no TLP is stated",
            "nobody knows with whom it may be shared",
            "ask the publisher before you pass it on",
        )
    stricter: dict[str, list[str]] = defaultdict(list)
    for each in bulletin.indicators:
        if each.tlp and bulletin.tlp and _RANK[each.tlp] > _RANK[bulletin.tlp]:
            stricter[each.tlp].append(each.observable.value)
    for tlp, values in stricter.items():
        yield subject.complain(
            "tlp",
            "error",
            f"values marked TLP:{tlp.upper()} in a bulletin marked TLP:{(bulletin.tlp or '').upper()}",
            "the markings contradict each other, and the stricter one holds",
            "treat the whole bulletin as the stricter one until the publisher corrects it",
            values=values,
        )
    same = {other.tlp for other in subject.others if other.id == bulletin.id and other.tlp}
    if bulletin.tlp and same - {bulletin.tlp}:
        yield subject.complain(
            "tlp",
            "error",
            "its files state different TLP",
            f"{', '.join(sorted(same | {bulletin.tlp}))}",
            "the stricter one holds",
        )


_RANK: Final = {"clear": 0, "green": 1, "amber": 2, "amber+strict": 3, "red": 4}

_REFUSALS: Final[dict[str, tuple[Severity, str, str]]] = {
    "bare-path": ("error", "a URL that is only a path", "it would match every site"),
    "too-wide": ("error", "a network of everything", "it would match everybody"),
    "public-suffix": ("error", "a whole registry", "it would match every name below it"),
    "invalid-octet": ("warning", "no address", "an octet is beyond 255"),
    "malformed": ("warning", "no value of its kind", "it cannot be what it is called"),
    "empty": ("warning", "an empty value", "nothing is listed there"),
    "too-common": ("warning", "a name that every system has", "it would match everywhere"),
    "too-short": ("warning", "a name that is too short", "it would match everywhere"),
    "single-label": ("note", "a name of one label", "it is nobody's on the Internet"),
}


def refusals(subject: Subject) -> Iterator[Complaint]:
    """What could not be taken at all."""
    grouped: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for refused in subject.bulletin.refused:
        if refused.code in _REFUSALS:
            grouped[refused.code].append((refused.value, refused.reason))
    for code, found in grouped.items():
        severity, what, why = _REFUSALS[code]
        yield subject.complain(
            code,
            severity,
            f"{what}: refused",
            why,
            "tell the publisher; it is neither hunted nor exported",
            values=[value for value, _ in found],
            details=dict(found),
        )
