"""Palo Alto Networks firewalls' CSV: traffic, threat, URL, GlobalProtect, system, configuration, log-ins.

Source: PAN-OS "Syslog Field Descriptions", and Strata Logging Service "Syslog fields" (Prisma Access: the
same order, times in ISO form, ``AUTH``); columns are counted from the record's first comma-separated value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final

import msgspec

from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import UNSPECIFIED, fields_of, number_of, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (
    TimeRule("iso", column=6, separator=b","),
    TimeRule("iso", column=1, separator=b","),
    TimeRule("syslog"),
    TimeRule("iso"),
)
COLUMNS: Final = 70
"""Columns that a record may have, at the least."""

_LOG_INS = ("portal-auth", "gateway-auth", "gateway-register", "gateway-connected", "portal-getconfig")


def understand(record: bytes) -> Event | None:
    """What a record says, with an envelope before it or not."""
    event = _understand(text_of(record))
    return None if event is None else msgspec.structs.replace(event, time=read(record, TIMES))


def message(opened: Envelope) -> Event | None:
    """The same record in a syslog envelope."""
    event = _understand(opened.message)
    if event is None:
        return None
    fields_of(opened.observer().items(), event.fields)
    return msgspec.structs.replace(event, time=read(opened.message.encode(), TIMES))


def _understand(text: str) -> Event | None:
    start = _start().search(text, 0, 400)
    if start is None:
        return None
    line = text[start.start(1) :]
    try:
        row = next(csv.reader([line]), []) if '"' in line else line.split(",")
    except csv.Error:
        row = line.split(",")
    return of_row(row)


def of_row(row: Sequence[str]) -> Event:
    """What the columns say, without a time; a short record still says what its columns say."""
    row = [*row, *[""] * (COLUMNS - len(row))]
    return _KINDS.get(row[3], _other)(row)


def _event(pairs: Sequence[tuple[str, object]], initiator: Initiator, outcome: Outcome, why: str) -> Event:
    return Event(format="paloalto", fields=fields_of(pairs), initiator=initiator, outcome=outcome, why=why)


def _decryption(row: Sequence[str]) -> Event:
    """The columns of a session, and whether it was let through; its bytes stand in its traffic record."""
    outcome = Outcome.DENIED if _is_denied(row[30].lower()) else Outcome.ALLOWED
    return _event(_session(row), Initiator.SOURCE, outcome, f"{row[3]} {row[30]}".strip())


def _configuration(row: Sequence[str]) -> Event:
    """Who changed what; a refusal of the change is not one of the log-in."""
    pairs = [("user.name", row[10]), ("event.action", row[9]), ("source.ip", row[7])]
    return _event(pairs, Initiator.SOURCE, Outcome.UNKNOWN, f"CONFIG {row[9]} {row[12]}".strip())


def _other(row: Sequence[str]) -> Event:
    return _event([("event.action", f"{row[3]} {row[4]}")], Initiator.UNKNOWN, Outcome.UNKNOWN, row[3])


def _session(row: Sequence[str]) -> list[tuple[str, object]]:
    """What traffic and threat records have in common."""
    nat = [("source.nat.ip", row[9]), ("destination.nat.ip", row[10])]
    return [
        ("source.ip", row[7]),
        ("source.port", row[24]),
        ("destination.ip", row[8]),
        ("destination.port", row[25]),
        *(pair for pair in nat if pair[1] not in (UNSPECIFIED, "::")),
        ("user.name", row[12]),
        ("network.transport", row[29].lower()),
        ("network.application", row[14]),
        ("rule.name", row[11]),
        ("event.action", row[30]),
    ]


def _traffic(row: Sequence[str]) -> Event:
    """The source of a session opened it."""
    pairs = [
        *_session(row),
        ("source.bytes", row[32]),
        ("destination.bytes", row[33]),
        ("observer.name", row[52] or row[2]),
    ]
    action, back, packets, end = row[30].lower(), number_of(row[33]) or 0, number_of(row[45]), row[46]
    why = f"{row[4]} {action} {end}".strip()
    if _is_denied(action) or row[4] in ("deny", "drop"):
        return _event(pairs, Initiator.SOURCE, Outcome.DENIED, why)
    if end == "tcp-rst-from-server" and packets is not None and packets <= 1:
        return _event(pairs, Initiator.SOURCE, Outcome.REFUSED, why)
    if end in ("threat", "policy-deny"):
        return _event(pairs, Initiator.SOURCE, Outcome.DENIED, why)
    if back and row[14] != "incomplete":
        return _event(pairs, Initiator.SOURCE, Outcome.DATA, f"{why}, {back} bytes back")
    if end == "aged-out" and not back and row[33]:
        return _event(pairs, Initiator.SOURCE, Outcome.UNANSWERED, f"{why}, nothing back")
    return _event(pairs, Initiator.SOURCE, Outcome.ALLOWED, why)


def _threat(row: Sequence[str]) -> Event:
    """A threat or URL in a session, whose source opened it; the action says whether it went on."""
    named, kind = row[31], row[4]
    url: list[tuple[str, object]] = []
    if kind == "url" and named:
        scheme = "https" if row[25] == "443" or row[14] == "ssl" else "http"
        whole = named if "://" in named else f"{scheme}://{named}"
        url = [
            ("url.original", named),
            *(pair for pair in url_fields(whole) if pair[0] != "destination.port"),
        ]
    elif "." in named and "/" not in named and kind in ("spyware", "dns", "dns-security"):
        url = [("dns.question.name", named)]
    elif named:
        url = [("file.name", named)]
    digest = {32: "md5", 64: "sha256"}.get(len(row[43]))
    pairs = [
        *_session(row),
        *url,
        (f"file.hash.{digest}" if digest else "file.hash.sha256", row[43] if digest else None),
        ("user_agent.original", row[46]),
        ("http.request.headers.x-forwarded-for", row[48]),
        ("http.request.referrer", row[49]),
        ("email.from.address", row[50]),
        ("email.to.address", row[52]),
        ("threat.name", None if kind == "url" else row[32]),
        ("observer.name", row[59] or row[2]),
    ]
    action = row[30].lower()
    outcome = Outcome.DENIED if _is_denied(action) else Outcome.ALLOWED
    return _event(pairs, Initiator.SOURCE, outcome, f"{kind} {action}, {row[35]}".strip(" ,"))


def _is_denied(action: str) -> bool:
    return action.startswith(
        ("deny", "drop", "reset", "block", "sinkhole", "override-lockout", "random-drop")
    )


def _globalprotect(row: Sequence[str]) -> Event:
    """VPN: the client's public address, its account, and whether it was let in."""
    public = row[15] if row[15] not in ("", UNSPECIFIED) else row[16]
    pairs = [
        ("source.ip", public),
        ("client.nat.ip", row[17] if row[17] != UNSPECIFIED else None),
        ("user.name", row[12]),
        ("event.action", row[8]),
        ("event.outcome", row[28]),
        ("host.hostname", row[14]),
        ("observer.name", row[2]),
    ]
    why, failed = f"GlobalProtect {row[8]} {row[28]}".strip(), row[28].lower().startswith("fail")
    outcome = Outcome.ALLOWED
    if failed:
        outcome = Outcome.LOGIN_REFUSED if row[12] and "prelogin" not in row[8] else Outcome.REFUSED
    elif row[8] in _LOG_INS and row[28].lower() == "success":
        outcome = Outcome.LOGIN_ACCEPTED
    elif row[8] == "gateway-logout":
        outcome = Outcome.DATA
    return _event(pairs, Initiator.SOURCE if public else Initiator.UNKNOWN, outcome, why)


def _authentication(row: Sequence[str]) -> Event:
    """An account at an authentication policy (captive portal, multi-factor): the event says its outcome."""
    said = f"{row[20]} {row[18]}".strip()
    pairs = [
        ("source.ip", row[8]),
        ("user.name", row[9] or row[10]),
        ("event.action", row[20]),
        ("rule.name", row[12]),
        ("observer.name", row[29] or row[2]),
    ]
    lowered, outcome = said.lower(), Outcome.UNKNOWN
    if any(word in lowered for word in ("fail", "denied", "invalid", "reject", "timeout", "timed out")):
        outcome = Outcome.LOGIN_REFUSED if row[9] or row[10] else Outcome.REFUSED
    elif "success" in lowered or "allow" in lowered:
        outcome = Outcome.LOGIN_ACCEPTED
    return _event(pairs, Initiator.SOURCE, outcome, f"AUTHENTICATION {said}"[:100].strip())


def _mapped(row: Sequence[str]) -> Event:
    """Whose address it is (User-ID), how its machine is kept (HIP): nothing was opened."""
    mapped = row[3] == "USERID"
    pairs = [
        ("source.ip", row[8] if mapped else row[11]),
        ("user.name", row[9] if mapped else row[7]),
        ("event.action", f"{row[3]} {row[4]}".strip()),
    ]
    return _event(pairs, Initiator.UNKNOWN, Outcome.UNKNOWN, f"{row[3]} {row[4]}".strip())


def _system(row: Sequence[str]) -> Event:
    """A description in words; log-ins are told by it."""
    peer, user = _words()
    said = row[14]
    host, account = peer.search(said), user.search(said)
    name = account[account.lastindex or 0] if account else None
    pairs = [
        ("source.ip", host[1] if host else None),
        ("user.name", name),
        ("event.action", row[8]),
        ("observer.name", row[2]),
    ]
    lowered, outcome = said.lower(), Outcome.UNKNOWN
    if host is not None:
        if "fail" in row[8] or "failed" in lowered or "invalid" in lowered:
            outcome = Outcome.LOGIN_REFUSED if name else Outcome.REFUSED
        elif "succeeded" in lowered or lowered.startswith("authenticated") or "logged in" in lowered:
            outcome = Outcome.LOGIN_ACCEPTED
    initiator = Initiator.SOURCE if host is not None else Initiator.UNKNOWN
    return _event(pairs, initiator, outcome, f"SYSTEM {row[8]}: {said[:60]}")


_KINDS: Final[Mapping[str, Callable[[Sequence[str]], Event]]] = MappingProxyType(
    {
        "TRAFFIC": _traffic,
        "THREAT": _threat,
        "GLOBALPROTECT": _globalprotect,
        "SYSTEM": _system,
        "CONFIG": _configuration,
        "AUTHENTICATION": _authentication,
        "AUTH": _authentication,
        "USERID": _mapped,
        "HIPMATCH": _mapped,
        "HIP-MATCH": _mapped,
        "DECRYPTION": _decryption,
        "TUNNEL": _decryption,
    }
)


@cache
def _words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    address = r"((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{1,39})"
    return (
        re.compile(rf"(?:[Ff]rom:? |Login from: ){address}"),
        re.compile(
            r"[Uu]ser '([^']{1,128})'|User name: ([^,\s]{1,128})|^User (\S{1,128}) "
            r"|authenticat(?:ed|ion) for user ([^',\s]{1,128}?)\.(?= |$)"
        ),
    )


@cache
def _start() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|(?<=[\s>]))(\d{0,3},\d{4}[/-]\d\d[/-]\d\d[ T][\d:.Z]{8,20},[^,]{0,40},"
        r"(TRAFFIC|THREAT|SYSTEM|CONFIG|GLOBALPROTECT|USERID|AUTH(?:ENTICATION)?|HIP-?MATCH|DECRYPTION|CORRELATION"
        r"|TUNNEL|SCTP|IPTAG|AUDIT|GTP),)"
    )


def sniff(head: Head) -> float:
    """The receive time, the serial number and the type, side by side."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The columns are found with an envelope before them or not."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="paloalto",
    title="Palo Alto Networks PAN-OS CSV",
    example=b"<14>Jan  7 04:18:07 fw.example 1,2021/01/07 04:18:07,007000000001,TRAFFIC,end,2305,"
    b"2021/01/07 04:18:06,192.0.2.7,203.0.113.9,0.0.0.0,0.0.0.0,web,,,ssl,vsys1,untrust,dmz,ethernet1/1,"
    b"ethernet1/2,fwd,2021/01/07 04:18:07,101,1,51022,443,0,0,0x1c,tcp,allow,6500,1200,5300,20,"
    b"2021/01/07 04:18:00,5,any,0,1,0x0,CH,FR,0,10,10,tcp-fin",
    knows="The source of a session opened it. deny, drop and reset are denied; bytes back are data, unless "
    "the application is 'incomplete'; aged-out without bytes back is unanswered; a lone reset of the "
    "server is a refusal. GlobalProtect and system messages say which log-ins were accepted or "
    "refused.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=(",TRAFFIC,", ",THREAT,", ",GLOBALPROTECT,", ",SYSTEM,", ",CONFIG,", ",AUTH"),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.RESOLVED},
)
