"""Hand-built results for the report tests: documentation addresses, one calm, one hostile."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from traque.model import (
    Case,
    CaseMember,
    Control,
    Coverage,
    Diagnostic,
    Direction,
    Evidence,
    Explanation,
    Finding,
    Gap,
    HuntResult,
    IndicatorRef,
    Lead,
    LeadSearch,
    OutsideWindow,
    Plan,
    PlanStep,
    Reason,
    Refused,
    SeenIn,
    Sight,
    Sighting,
    SourceCoverage,
    StreamCoverage,
    StreamSight,
    Trait,
    Verdict,
    Window,
)
from traque.model.result import BulletinInfo, ByteCount, HuntInfo

HOSTILE = (
    "\x1b[31m\x9b2J\u202e]8;;http://evil.example\x07 [bold red]x[/] \x00\u200b\udc80\n=cmd|' /C calc'!A0"
)
"""ANSI, C1, bidi override, OSC 8, rich markup, NUL, zero width, a lone surrogate, a new line, a formula."""


def utc(text: str) -> datetime:
    """The UTC time that ``text`` states."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def indicator(value: str, kind: str = "ipv4-addr") -> IndicatorRef:
    return IndicatorRef(kind=kind, value=value, bulletin="EX-2021-003", bulletins=("EX-2021-003",))


def sighting(value: str, verdict: Verdict, *, kind: str = "ipv4-addr", **changes: object) -> Sighting:
    """A sighting of two records in one source; ``changes`` are fields to replace."""
    fields: dict[str, object] = {
        "indicator": indicator(value, kind),
        "count": 2,
        "first_seen": utc("2021-02-11T03:14:07"),
        "last_seen": utc("2021-03-02T22:01:55"),
        "outside_window": None,
        "verdict": verdict,
        "verdicts": {verdict: 2},
        "direction": Direction.INBOUND,
        "assets": ("203.0.113.10",),
        "ports": (22,),
        "bytes": ByteCount(),
        "sources": (
            SeenIn(
                path="hosts/auth.log.2.gz",
                stream="sshd bastion",
                count=2,
                first_seen=utc("2021-02-11T03:14:07"),
                last_seen=utc("2021-03-02T22:01:55"),
            ),
        ),
        "evidence": (
            Evidence(
                path="hosts/auth.log.2.gz",
                line=1123,
                offset=104212,
                time=utc("2021-02-11T03:14:07"),
                text=f"Feb 11 03:14:07 bastion sshd[311]: Accepted password for jdoe from {value} port 4002",
                match=value,
                verdict=verdict,
                why="Accepted password",
                length=84,
            ),
        ),
        "evidence_of": 2,
    }
    return Sighting(**(fields | changes))  # type: ignore[arg-type]


def result(
    sightings: tuple[Sighting, ...] | None = None,
    *,
    findings: tuple[Finding, ...] = (),
    window_covered: bool | None = False,
    complete: bool = True,
    interrupted: bool = False,
    streams: tuple[StreamCoverage, ...] | None = None,
    not_seen: tuple[IndicatorRef, ...] = (
        indicator("198.51.100.77"),
        indicator("evil.example", "domain-name"),
    ),
    diagnostics: tuple[Diagnostic, ...] = (),
) -> HuntResult:
    """A whole result; by default with the four sightings of :func:`four`."""
    sightings = four() if sightings is None else sightings
    return HuntResult(
        hunt=HuntInfo(
            started=utc("2021-07-22T06:00:00"),
            finished=utc("2021-07-22T06:00:04"),
            since=utc("2021-01-01"),
            until=utc("2021-07-21"),
            window_from="asked",
            engine="kernel",
            version="0.1.0",
            own=("203.0.113.0/24",),
            paths=("logs",),
            interrupted=interrupted,
            bytes=1_234_567_890,
            records=138_365,
        ),
        bulletins=(
            BulletinInfo(
                id="EX-2021-003",
                title="Relays of a campaign",
                producer="CERT-EX",
                published=utc("2021-07-21"),
                tlp="clear",
                pap=None,
                actors=("APT0",),
                window=Window(since=utc("2021-01-01")),
                indicators=len(sightings) + len(not_seen),
                kinds={"ipv4-addr": len(sightings) + len(not_seen)},
                refused=(
                    Refused(
                        value="0.0.0.0/0", code="too-wide", reason="matches every address", kind="ipv4-net"
                    ),
                ),
            ),
        ),
        findings=findings,
        sightings=sightings,
        not_seen=not_seen,
        coverage=Coverage(
            streams=(stream("ufw fw1", gap=True), stream("sshd bastion")) if streams is None else streams,
            sources=(
                SourceCoverage(
                    path="hosts/auth.log.2.gz",
                    stream="sshd bastion",
                    format="sshd",
                    bytes=1_234_567,
                    records=8_000,
                    undated=0,
                    first=utc("2021-01-01"),
                    last=utc("2021-07-20T23:59:00"),
                    complete=complete,
                    why="" if complete else "ends in the middle of a gzip member",
                    year_from="name",
                ),
            ),
            window_covered=window_covered,
            asked_days=201,
            searched_days=201 if window_covered else 191,
        ),
        diagnostics=diagnostics,
    )


def assessed(answer: HuntResult, text: str = "") -> HuntResult:
    """``answer`` with a case, a lead, a plan, a row of visibility and an explanation; ``text`` in all their texts."""
    first = answer.sightings[0]
    member = CaseMember(
        kind="ipv4-addr",
        value=text or "198.51.100.23",
        verdict=Verdict.AUTH_FAILED,
        count=40,
        first_seen=utc("2021-02-11T03:10:00"),
        last_seen=None,
        streams=(text or "sshd bastion",),
        text=text or "auth-failed: 40 records over 40 accounts from 198.51.100.23",
    )
    case = Case(
        kind="chain",
        subject=text or "jdoe",
        text=text
        or "failed log-ins over 40 accounts from 1 address, then jdoe accepted from "
        "198.51.100.99 at 2021-03-01 04:18:07 UTC",
        verdict=Verdict.AUTHENTICATED,
        first_seen=member.first_seen,
        last_seen=None,
        members=(member,),
        members_of=1,
        accounts=(text or "jdoe",),
        next_steps=(text or "take jdoe as stolen",),
    )
    lead = Lead(
        kind="ipv4-addr",
        value=text or "198.51.100.99",
        text=text or "198.51.100.99 is on no list, and has the same network as 198.51.100.23",
        traits=(
            Trait(name="network", value=text or "198.51.100.0/24", shared_with=(text or "198.51.100.23",)),
        ),
        verdict=Verdict.AUTHENTICATED,
        count=1,
        first_seen=utc("2021-02-11T04:00:00"),
        last_seen=utc("2021-02-11T04:00:00"),
        streams=(text or "sshd bastion",),
        accounts=(text or "jdoe",),
        evidence=first.evidence[0],
    )
    step = PlanStep(
        subject=text or "sshd bastion",
        what=text or "copy it",
        why=text or "kept 30 days",
        owner=text or "hosts team",
    )
    row = StreamSight(
        stream=text or "ufw fw1",
        records=128,
        verdicts={
            Verdict.BLOCKED: Sight.SHOWN,
            Verdict.SESSION: Sight.UNLIKELY,
            Verdict.OUTBOUND: Sight.NEVER,
        },
        control=Control(kind="ipv4-addr", value=text or "192.0.2.1", path=text or "fw.log", found=True),
        remarks=(text or "only denials in the 128 records looked at",),
    )
    told = Explanation(
        rule=text or "an identity was accepted from it",
        facts=text or "Accepted password",
        confidence="medium",
        reasons=(Reason(code="role", text=text or "role relay", effect="lowers"),),
        next_steps=(text or "disable jdoe",),
    )
    return msgspec.structs.replace(
        answer,
        sightings=(msgspec.structs.replace(first, explanation=told), *answer.sightings[1:]),
        cases=(case,),
        leads=(lead,),
        lead_search=LeadSearch(text=text or "looked at 12 records in 1 source", sources=1, records=12),
        plan=Plan(freeze=(step,), look=(step,), ask=(step,)),
        visibility=(row,),
    )


def four() -> tuple[Sighting, ...]:
    """One sighting of each of four verdicts, worst first."""
    return (
        sighting(
            "198.51.100.23",
            Verdict.AUTHENTICATED,
            accounts=("jdoe",),
            accepted=("jdoe",),
            verdicts={Verdict.AUTHENTICATED: 1, Verdict.AUTH_FAILED: 1},
        ),
        sighting(
            "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1",
            Verdict.OUTBOUND,
            kind="ipv6-addr",
            direction=Direction.OUTBOUND,
            assets=("10.20.1.5", "10.20.1.6", "10.20.1.7", "10.20.1.8", "203.0.113.10"),
            assets_by_verdict={
                Verdict.OUTBOUND: ("10.20.1.5", "10.20.1.6", "10.20.1.7", "10.20.1.8"),
                Verdict.BLOCKED: ("203.0.113.10",),
            },
            bytes=ByteCount(inward=120_000, outward=4_000_000),
        ),
        sighting(
            "198.51.100.4",
            Verdict.BLOCKED,
            outside_window=OutsideWindow(
                count=1,
                first_seen=utc("2020-12-29T03:12:45"),
                last_seen=utc("2020-12-29T03:12:45"),
                verdict=Verdict.BLOCKED,
            ),
        ),
        sighting(
            "https://www.evil.example/a/very/long/path/that/goes/on/and/on/and/on/until/the/line/is/full?and=more&x=1",
            Verdict.TRACE,
            kind="url",
            first_seen=None,
            last_seen=None,
            undated=2,
        ),
    )


def stream(name: str, *, gap: bool = False) -> StreamCoverage:
    """A stream of 201 asked days; with ``gap``, ten of them are missing and it was silent once."""
    gaps = (
        Gap(start=utc("2021-03-08"), end=utc("2021-03-18"), kind="days"),
        Gap(start=utc("2021-05-01T02:00:00"), end=utc("2021-05-01T07:12:00"), kind="silence"),
    )
    return StreamCoverage(
        name=name,
        format=name.split(maxsplit=1)[0],
        first=utc("2021-01-01"),
        last=utc("2021-07-20T23:59:00"),
        gaps=gaps if gap else (),
        sources=29,
        records=54_321,
        days=191 if gap else 201,
        asked_days=201,
        asked_days_covered=191 if gap else 201,
        parse_rate=0.87 if gap else 1.0,
    )


def own_asset() -> Finding:
    """The finding that one of our own addresses is an indicator."""
    return Finding(
        code="own-asset",
        indicator=indicator("203.0.113.9"),
        asset="203.0.113.9",
        text="203.0.113.9 is yours and is an indicator of EX-2021-003.",
        remedy="Take it off the network, keep its memory and configuration, and tell CERT-EX.",
    )


def hostile() -> HuntResult:
    """A result whose every free text is :data:`HOSTILE`."""
    bad = sighting(
        "evil.example",
        Verdict.SESSION,
        kind="domain-name",
        assets=(HOSTILE,),
        accounts=(HOSTILE, "=1+1"),
        enrichment={"country": HOSTILE},
        sources=(SeenIn(path=HOSTILE, stream=HOSTILE, count=2, first_seen=None, last_seen=None),),
        evidence=(
            Evidence(
                path=HOSTILE,
                line=1,
                offset=0,
                time=None,
                text=f"{HOSTILE} evil.example {HOSTILE}",
                match="evil.example",
                verdict=Verdict.SESSION,
                why=HOSTILE,
                fields={"user.name": HOSTILE, "destination.bytes": 10**25},
            ),
        ),
    )
    found = Finding(
        code="own-asset", indicator=indicator(HOSTILE), asset=HOSTILE, text=HOSTILE, remedy=HOSTILE
    )
    noted = Diagnostic(code="source-unsafe-name", count=1, examples=(HOSTILE,), text="archive member")
    answer = result(
        (bad,),
        findings=(found,),
        streams=(stream(HOSTILE, gap=True),),
        not_seen=(indicator(HOSTILE),),
        diagnostics=(noted,),
    )
    return assessed(answer, HOSTILE)
