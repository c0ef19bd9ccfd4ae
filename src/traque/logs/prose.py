"""Sentences of programs that no format knows: who is named as the peer, and what the words say came of it.

``Failed login for 'alice' from 192.0.2.7``, ``client 192.0.2.7: access denied``: the words before an address
tell its role. What contradicts itself (two addresses that are each said to be where it came from: one may
be a name that a client chose) is left open. It is a guess, and the event says so.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import msgspec

from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import UNSPECIFIED, fields_of
from traque.logs._format import AUTO, Head, LineReader, LogFormat, RecordReader, share
from traque.model import Event, Initiator, Outcome
from traque.timestamps import read

LONGEST: Final = 8192
"""So much of a record is looked at."""
NEAR: Final = 80
"""Characters before an address that tell its role."""
MOST: Final = 32
"""A record that names more addresses is a list."""
FEWEST: Final = 0.25
"""The share of lines that must name a peer."""


def understand(record: bytes) -> Event | None:
    """What a line says; None for one that names no peer and has no time."""
    time = read(record, AUTO)
    event = said(text_of(record))
    if event is None:
        return None if time is None else Event(format="prose", time=time, why="a line that names no peer")
    return msgspec.structs.replace(event, time=time)


def peer_of(record: bytes) -> Event | None:
    """As :func:`understand`, for a line of another format: None for one that names no peer."""
    event = None if record.startswith((b"#", b"{")) else said(text_of(record))
    return None if event is None else msgspec.structs.replace(event, time=read(record, AUTO))


def message(opened: Envelope) -> Event | None:
    """The sentence in a syslog message of which no format knows anything; None if it names no peer."""
    event = said(opened.message)
    if event is None:
        return None
    fields_of(opened.fields().items(), event.fields)
    return msgspec.structs.replace(event, time=opened.time)


def said(text: str) -> Event | None:
    """What a sentence says of the address that it names as the peer; None if it names none, or several."""
    text = text[:LONGEST]
    words = _words()
    if words.quoted.search(text):
        return None
    named: dict[str, tuple[str, str]] = {}
    everything: set[str] = set()
    for count, found in enumerate(words.address.finditer(text)):
        if count == MOST:
            return None
        address = found["plain"] or found["six"]
        if not _is_whole(address) or address in (UNSPECIFIED, "::"):
            continue
        before = text[max(0, found.start() - NEAR) : found.start()]
        everything.add(address)
        if words.towards.match(text, found.end()):
            before = "from "
        for role, expression in (("destination", words.to), ("source", words.of)):
            if expression.search(before):
                if named.setdefault(role, (address, found["port"] or ""))[0] != address:
                    return None
                break
    if "source" not in named and (named or len(everything) != 1):
        return None
    outcome, why = _outcome(text)
    if not named and outcome is not Outcome.UNKNOWN:
        named["source"] = (everything.pop(), "")
    if "source" not in named:
        return None
    return _event(text, named, outcome, why)


def _is_whole(address: str) -> bool:
    """Not a time or a MAC address: ``04:18:07``."""
    return ":" not in address or "::" in address or address.count(":") == 7


def _event(text: str, named: dict[str, tuple[str, str]], outcome: Outcome, why: str) -> Event:
    account = _words().account.search(text)
    if account is not None and account.lastgroup == "plain" and not _words().login.search(text):
        # "transfer for example.com. from": no account where nobody logs in.
        account = None
    pairs: list[tuple[str, object]] = [("user.name", account[account.lastgroup or 0] if account else None)]
    for role, (address, port) in named.items():
        pairs += [(f"{role}.ip", address), (f"{role}.port", port)]
    fields = fields_of(pairs)
    if outcome in (Outcome.LOGIN_REFUSED, Outcome.LOGIN_ACCEPTED) and "user.name" not in fields:
        outcome = Outcome.REFUSED if outcome is Outcome.LOGIN_REFUSED else Outcome.UNKNOWN
    return Event(
        format="prose",
        fields=fields,
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=f"guessed from words: {why}",
    )


def outcome_of(text: str) -> tuple[Outcome, str]:
    """What the words of a sentence say came of it, and which of them."""
    return _outcome(text[:LONGEST])


def _outcome(text: str) -> tuple[Outcome, str]:
    words = _words()
    failed = words.failed.search(text)
    if failed and (account := words.login.search(text)):
        return Outcome.LOGIN_REFUSED, f"{account[0]} {failed[0]}".lower()
    if blocked := words.blocked.search(text):
        return Outcome.DENIED, blocked[0].lower()
    if refused := words.refused.search(text):
        return Outcome.REFUSED, refused[0].lower()
    if not failed and (accepted := words.accepted.search(text)):
        return Outcome.LOGIN_ACCEPTED, accepted[0].lower()
    return Outcome.UNKNOWN, "nothing says what came of it"


class _Words:
    def __init__(self) -> None:
        four = r"(?:\d{1,3}\.){3}\d{1,3}"
        six = r"(?=[0-9A-Fa-f]*:[0-9A-Fa-f]*:)[0-9A-Fa-f:]{2,39}(?:(?:\d{1,3}\.){3}\d{1,3})?"
        net = r"/\d{1,3}(?![\w.:])"
        self.address = re.compile(
            rf"(?<![\w./@-])(?<!\d:)(?:(?P<plain>{four})(?:[:#](?P<port>\d{{1,5}}))?(?![\w-]|[.:]\d|{net})"
            rf"|(?<!:)(?P<six>{six})(?!\w|[.:]\w|{net}))"
        )
        opening = r"(?: ?[:=])? ?['\"\[({<]{0,3}$"
        kind = r"(?: (?:ip|host|address|ip address|peer))?"
        self.to = re.compile(
            r"(?:\b(?:to|onto|server|destination|local|target|upstream|backend|listening on|at|via)"
            rf"{kind}|->){opening}",
            re.IGNORECASE,
        )
        self.of = re.compile(
            rf"\b(?:from{kind}(?: [\w.-]{{1,64}} ?(?=[\[(]))?|client|remote(?: host| address| ip)?|rhost|peer"
            r"|ip(?: address)?|attacker|viewer address|(?:connecting |offending )?host|source|src|connection"
            rf"|visitor|login action|(?:un)?ban(?:ned)?|query|address){opening}|@['\"]$",
            re.IGNORECASE,
        )
        self.towards = re.compile(r"\]? ?(?:->|to) ?\[?[0-9A-Fa-f:]{1,4}[.:]")
        self.quoted = re.compile(r"\bReceived: |\bX-Forwarded-For\b", re.IGNORECASE)
        self.account = re.compile(
            r"\b(?:user(?:[ _-]?name)?|account|login(?:name)?)(?: that [\w ]{1,40} was)?"
            r"(?: ?[=:] ?(?!\w{1,20}=)(?P<bare>[^\s\"'<>\[\],;&|]{1,128}+)(?! [\"'\[(<]?\d{1,3}\.)"
            r"| ?(?:[=:] ?)?[\"'<](?=[^\"'<>\w]{0,127}\w)(?P<text>[^\"'<>]{1,128})[\"'>])"
            r"|\b(?:for|as|login to) (?:user )?[\"'](?P<quoted>[^\"']{1,128})[\"']"
            r"|\bfor (?:user )?(?P<plain>[^\s\"':,]{1,128}) (?:from\b|\[)",
            re.IGNORECASE,
        )
        self.failed = re.compile(
            r"\b(?:fail(?:ed|ure|ures|s)?|invalid|incorrect|wrong|bad|unknown|mismatch|unauthori[sz]ed|"
            r"(?:does ?n.t|not|could not) (?:match|exist|found|be found|authenticated|authenticate)|"
            r"no such user|denied|error)\b|(?:LOGIN|AUTH)_?ERR",
            re.IGNORECASE,
        )
        self.login = re.compile(
            r"log-?ins?\b|\blogon\b|\blog(?:ged)? in\b|\bauth(?!or)\w*|\bpasswords?\b|\bcredentials?\b|"
            r"\b(?:2fa|admin) (?:code|token)\b|\btotp\b|\bsign-?in\b|\b(?:unknown|invalid|no such) user\b",
            re.IGNORECASE,
        )
        self.blocked = re.compile(
            r"\b(?:blocked|blocking|dropped|dropping|banned|blacklisted|ban)\b", re.IGNORECASE
        )
        self.refused = re.compile(
            r"\b(?:denied|forbidden|not allowed|refused|rejected|rejecting|reject)\b", re.IGNORECASE
        )
        self.accepted = re.compile(
            r"\b(?:log-?in|logon|auth\w*)[ :]{1,3}(?:was )?(?:success\w*|succeeded|accepted)\b|"
            r"\bsuccess\w* (?:log-?in|logon|auth\w*|logged in)|\baccepted (?:password|publickey|log-?in)\b",
            re.IGNORECASE,
        )


@cache
def _words() -> _Words:
    return _Words()


def sniff(head: Head) -> float:
    """A good part of the lines names a peer in words: surer than nothing, less sure than any format."""
    part = share(head, lambda line: said(text_of(line)))
    return 0.21 + 0.04 * part if part >= FEWEST else 0.0


def reader(_head: Head) -> RecordReader:
    """Line by line."""
    return LineReader(AUTO, understand)


SPEC = LogFormat(
    name="prose",
    title="Sentences of programs that no format knows",
    example=b"2021-01-07 04:18:07 [webshop] Failed login for user 'alice' from 192.0.2.7",
    knows="Guessed from words, and said so: an address after 'from', 'client', 'rhost', 'IP:'... initiated. "
    "'Failed login', 'wrong password' refuse the account that the line names, 'login successful' accepts it; "
    "'blocked', 'banned' are denied, 'rejected', 'denied' refused.",
    sniff=sniff,
    ceiling=0.25,
    reader=reader,
    linewise=True,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.DENIED, Outcome.UNKNOWN}
    ),
)
