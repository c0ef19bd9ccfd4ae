"""OpenSSH's server: log-ins accepted and refused, connections without a log-in."""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import TIMES, Envelope
from traque.logs._fields import fields_of, side
from traque.logs._format import LogFormat, specific
from traque.logs.syslog import reader
from traque.model import Event, Initiator, Outcome


def message(opened: Envelope) -> Event | None:
    """What a message of sshd says; None for one that names no peer in a way that is known."""
    text = opened.message
    readings = ((pattern.match(text), outcome) for pattern, outcome in _patterns())
    found, outcome = next(
        (reading for reading in readings if reading[0] is not None), (None, Outcome.UNKNOWN)
    )
    if found is None:
        return None
    group = found.groupdict()
    user, host = group.get("user"), group["host"]
    pairs: list[tuple[str, object]] = [
        ("event.action", group.get("action") or found[0].split(" from ")[0][:80])
    ]
    if outcome is Outcome.UNKNOWN:
        pairs += [("related.ip", group.get("ip")), ("related.hosts", host)]
    else:
        pairs += [*side("source", host, group.get("port")), ("user.name", user and user.strip())]
    if outcome is Outcome.LOGIN_REFUSED and not (user and user.strip()):
        outcome = Outcome.REFUSED
    return Event(
        format="sshd",
        time=opened.time,
        fields=fields_of(pairs, opened.fields()),
        initiator=Initiator.UNKNOWN if outcome is Outcome.UNKNOWN else Initiator.SOURCE,
        outcome=outcome,
        why=f"sshd: {group.get('action') or _first_words(text)}",
    )


def _first_words(text: str) -> str:
    return " ".join(text.split(maxsplit=3)[:3])


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Outcome], ...]:
    # The user is text that the client chose: it may hold " from 192.0.2.1 port 22". The address that sshd
    # itself writes is the last one, hence the greedy user and the end of the line.
    peer = r"(?P<host>[^\s\[\]]+)"
    port = (
        r"(?: port (?P<port>\d+))?(?: on \S+(?: port \d+)?)?(?: rdomain \S*)?(?: ssh\d?)?"
        r"(?: via \S+)?(?:: .*)?(?: \[preauth\])?\s*$"
    )
    user = r"(?P<user>.*)"
    unknown = r"(?:invalid |illegal )?(?:user )?"
    error = r"(?:error: |fatal: )?"
    refused = (
        rf"(?P<action>Failed \S+) for {unknown}{user} from {peer}{port}",
        rf"(?P<action>(?:Invalid|Illegal) user) {user} from {peer}{port}",
        rf"{error}PAM: (?P<action>.{{1,60}}?) for {unknown}{user} from {peer}{port}",
        rf"{error}(?P<action>maximum authentication attempts exceeded) for {unknown}{user} from {peer}{port}",
        rf"User {user} from {peer} (?P<action>not allowed) because .*",
        rf"(?P<user>ROOT) (?P<action>LOGIN REFUSED) FROM {peer}{port}",
        (
            r"(?:\S*\(sshd:auth\): |PAM \d+ more )?(?P<action>[Aa]uthentication failures?); [^;]{0,200}?"
            r"rhost=(?P<host>\S+)(?: +user=(?P<user>\S*))?"
        ),
    )
    contact = (
        (
            rf"(?:{error}|.{{0,80}}: )(?P<action>Connection (?:closed|reset)|Disconnected|Disconnecting)"
            rf"(?: by| from)? (?:invalid |illegal |authenticating )?user (?P<user>.*) {peer} port "
            r"(?P<port>\d+)(?:: .*)?(?: \[preauth\])?\s*$"
        ),
        (
            rf"(?:{error}|.{{0,80}}: )(?P<action>Connection (?:closed|reset)|Disconnected|Disconnecting)"
            rf"(?: by| from)? {peer}{port}"
        ),
        rf"{error}(?P<action>Received disconnect) from {peer}(?: port (?P<port>\d+))?: ?.*$",
        rf"{error}(?P<action>Timeout before authentication) for connection from {peer} to .*",
        rf"{error}(?P<action>refused connect) from \S+ \({peer}\)$",
        (
            rf"{error}(?P<action>Did not receive identification string|Connection|"
            r"Bad protocol version identification '.*'|banner exchange: Connection|"
            r"kex_exchange_identification: .*|Timeout before authentication|"
            r"ssh_dispatch_run_fatal: Connection|Unable to negotiate(?: a key exchange method)?|"
            r"Postponed \S+ for .*|"
            rf"(?:Accepted|Found matching) \S+ key.*) (?:from |for |with )?{peer}{port}"
        ),
    )
    mention = (
        rf"(?P<action>reverse mapping checking getaddrinfo) for {peer} (?:\[(?P<ip>[^\]]+)\] )?failed.*",
        r"(?P<action>Address) (?P<ip>\S+) maps to (?P<host>[^\s,]+), but .*",
    )
    accepted = (rf"(?P<action>Accepted \S+) for {user} from {peer} port (?P<port>\d+)(?: ssh\d?)?(?:: .*)?$",)
    table = (
        *((pattern, Outcome.LOGIN_ACCEPTED) for pattern in accepted),
        *((pattern, Outcome.LOGIN_REFUSED) for pattern in refused),
        *((pattern, Outcome.ALLOWED) for pattern in contact),
        *((pattern, Outcome.UNKNOWN) for pattern in mention),
    )
    return tuple((re.compile(pattern, re.DOTALL), outcome) for pattern, outcome in table)


def _shapes() -> tuple[str, ...]:
    """The client's port is never the service's; the account must be one word, and so must a key's."""
    program = r"sshd(?:-session)?\[(?P<free1>[0-9]{1,7})\]: "
    port = r"[^ ]+ port (?P<free2>[0-9]{1,5})"
    account = r"(?P<account>[A-Za-z0-9_][!-~]*)"
    ended = r"(?:Connection (?:closed|reset) by|Disconnected from) "
    return tuple(
        program + shape
        for shape in (
            rf"(?:Failed|Accepted) [^ ]+ for {account} from {port} ssh2(?:: [A-Z0-9-]+ (?P<free3>[!-~]+))?",
            rf"Failed [^ ]+ for invalid user {account} from {port} ssh2",
            rf"Invalid user {account} from {port}",
            rf"{ended}{port}(?: \[preauth\])?",
            rf"{ended}(?:invalid|authenticating) user {account} {port}(?: \[preauth\])?",
            rf"Received disconnect from {port}:[^\n]*",
        )
    )


SPEC = LogFormat(
    name="sshd",
    title="OpenSSH server",
    example=b"Jan  7 04:18:07 bastion sshd[1234]: Accepted publickey for alice from 192.0.2.7 "
    b"port 51022 ssh2",
    knows="The peer is the client, so it initiated. 'Accepted' is a log-in accepted; 'Failed', 'Invalid "
    "user' and PAM's authentication failures are log-ins refused, with the account; closed, reset "
    "and unfinished connections were only let through. Reverse-mapping complaints mention an "
    "address, they are no connection of their own.",
    times=TIMES,
    sniff=lambda head: specific(head.share_of_messages("sshd")),
    reader=reader,
    linewise=True,
    programs=("sshd", "sshd-*", "sshd(*"),
    message=message,
    message_shapes=_shapes(),
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.UNKNOWN}
    ),
)
