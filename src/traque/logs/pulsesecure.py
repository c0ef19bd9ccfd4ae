"""Ivanti Connect Secure (Pulse Secure, Juniper SA): user and administrator access logs.

Source: Ivanti Connect Secure "Log Monitoring": the WELF form (``vpn=ive user=... msg="AUT24326: ..."``) and
the standard form (``time - node - [address] user(realm)[roles] - message``, the user after ``system::`` where
there are virtual systems), with the messages of Sekoia's published examples; and the appliance's own files,
as the vc0 decoder writes them.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from traque.logs._documents import Document, stamp_of
from traque.logs._envelope import Envelope, observed, text_of
from traque.logs._fields import UNSPECIFIED, fields_of, number_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._pairs import pairs_of
from traque.logs.json import understand as understand_json
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (
    TimeRule("iso", anchor=b" time="),
    TimeRule("iso", anchor=b'"@timestamp":'),
    TimeRule("iso"),
    TimeRule("syslog"),
)
_ACCEPTED = (
    "aut24326",
    "aut31504",
    "authentication successful",
    "authentication accepted",
    "login succeeded",
    "session started",
    "session created",
)
_GOING_ON = (
    "session ended",
    "session resumed",
    "timed out",
    "logout",
    "closed connection",
    "established connection",
    "connected with",
    "key exchange",
)
_FAILED = ("failed", "rejected", "denied", "not allowed", "invalid", "aut24327", "aut23457")


def understand(record: bytes) -> Event | None:
    """What a record says, in either form."""
    if record.startswith(b"{"):
        return understand_json(record)
    event = _understand(text_of(record))
    return None if event is None else msgspec.structs.replace(event, time=read(record, TIMES))


def message(opened: Envelope) -> Event | None:
    """The same record inside a syslog envelope."""
    return observed(_understand(opened.message), opened)


def document(record: Document) -> Event | None:
    """A record of a vc0 file; None for other documents."""
    if record.get("@format") != "vc0":
        return None
    get, said = record.get, record.get("text")
    words = " ".join(map(str, said)) if isinstance(said, list) else ""
    event = _event(f"{get('code', '')} {words}", str(get("src", "")), str(get("user", "")), *(None,) * 4)
    fields_of([("observer.name", get("node"))], event.fields)
    return msgspec.structs.replace(event, time=stamp_of(get("@timestamp")))


def _understand(text: str) -> Event | None:
    if "vpn=" in text and "user=" in text and "realm=" in text:
        values = pairs_of(text)
        if "vpn" not in values or "msg" not in values:
            return None
        get = values.get
        return _event(
            get("msg", ""),
            get("src", ""),
            get("user", ""),
            get("dst"),
            get("sent"),
            get("rcvd"),
            get("agent"),
        )
    found = _line().search(text, 0, 1024)
    if found is None:
        return None
    return _event(text[found.end() :], found[1], found[2], None, None, None, None)


def _event(said: str, source: str, user: str, *rest: str | None) -> Event:
    destination, sent, received, agent = rest
    said, user = said[:1024], user.rpartition("::")[2]
    known = user not in ("", "System", "-", "unknown")
    if source in ("127.0.0.1", UNSPECIFIED) and (named := _from().search(said)):
        source = named[1]
    initiator = Initiator.SOURCE if source not in ("", "127.0.0.1") else Initiator.UNKNOWN
    outcome, lowered = Outcome.UNKNOWN, said.lower()
    asked = _unauthenticated().search(said)
    if asked is not None:
        outcome = Outcome.ALLOWED
    elif "host checker" in lowered:
        # What a machine is like, before or while its user logs in.
        outcome = Outcome.REFUSED if "failed" in lowered else Outcome.ALLOWED
    elif any(word in lowered for word in _FAILED):
        outcome = Outcome.LOGIN_REFUSED if known else Outcome.REFUSED
        if (
            "aut2" not in lowered
            and "authentication" not in lowered
            and "login" not in lowered
            and "sign" not in lowered
        ):
            outcome = Outcome.DENIED if "denied" in lowered else Outcome.REFUSED
    elif known and any(word in lowered for word in _ACCEPTED):
        outcome = Outcome.LOGIN_ACCEPTED
    elif any(word in lowered for word in _GOING_ON):
        outcome = Outcome.DATA
    elif "connection from" in lowered or "connected to" in lowered:
        outcome = Outcome.ALLOWED
    pairs = [
        ("source.ip", source),
        ("destination.ip", destination if destination and number_of(destination[:1]) is not None else None),
        ("source.bytes", received),
        ("destination.bytes", sent),
        ("user.name", user if known else None),
        ("user_agent.original", agent),
        ("url.original", asked[1] if asked else None),
        (
            "event.action",
            said.partition(" ")[0].rstrip(":") if said[:3].isupper() else " ".join(said.split()[:3]),
        ),
    ]
    return Event(
        format="pulsesecure",
        fields=fields_of(pairs),
        initiator=initiator,
        outcome=outcome,
        why=" ".join(said.split())[:90],
    )


@cache
def _line() -> re.Pattern[str]:
    return re.compile(
        r" - [\w.-]{1,64} - \[([0-9A-Fa-f:.]{2,45})\] ([^\s()\[\]]{0,128}(?: "
        r"[^\s()\[\]]{1,64})?)\([^()]{0,128}\)"
        r"\[[^\[\]]{0,256}\] - "
    )


@cache
def _unauthenticated() -> re.Pattern[str]:
    return re.compile(r"Unauthenticated request url (\S{1,512}) came from")


@cache
def _from() -> re.Pattern[str]:
    return re.compile(r"(?:from|source IP) '?((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{2,40})")


def sniff(head: Head) -> float:
    """Records of its own, or inside a syslog relay's envelope."""
    return specific(max(half(head, _lined), head.share_of_documents(document)))


def _lined(line: bytes) -> bool:
    return _understand(text_of(line)) is not None


def reader(_head: Head) -> RecordReader:
    """The record is found with an envelope before it or not."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="pulsesecure",
    title="Ivanti Connect Secure (Pulse Secure)",
    example=b'<134>Jan  7 04:18:07 vpn.example id=firewall time="2021-01-07 04:18:07" pri=6 '
    b"fw=203.0.113.1 vpn=ive "
    b'user=alice realm="Users" roles="" proto=auth src=192.0.2.7 dst= dstname= type=vpn op= arg="" '
    b"result= sent= "
    b'rcvd= agent="" duration= msg="AUT24326: Primary authentication successful for alice/AD from 192.0.2.7"',
    knows="By the message's words: authentication successful, login succeeded and session started are "
    "log-ins accepted; failed is one refused; session ended was data. The address that it names "
    "initiated.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=(" vpn=", ")[] - ", "] - "),
    message=message,
    document=document,
    outcomes=frozenset(Outcome) - {Outcome.UNANSWERED, Outcome.RESOLVED},
)
