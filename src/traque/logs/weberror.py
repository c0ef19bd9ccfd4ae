"""Error logs of Apache and nginx: what a client's request ran into."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import fields_of, host_and_port, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("apache-error"), TimeRule("iso"))


def understand(record: bytes) -> Event | None:
    """What an error log line says; a line without a client gives its time only."""
    event = _understand(text_of(record))
    return None if event is None else msgspec.structs.replace(event, time=read(record, TIMES))


def message(opened: Envelope) -> Event | None:
    """The same line sent through syslog, where the time may be missing."""
    event = _understand(opened.message)
    if event is not None:
        fields_of(opened.fields().items(), event.fields)
    return event


def _understand(text: str) -> Event | None:
    apache, nginx, client, request, table = _patterns()
    start = apache.match(text) or nginx.match(text)
    if start is None:
        return None
    body = text[start.end() :]
    peer = (_claimed().match(body) if body.startswith("user ") else None) or client.search(text)
    if peer is None:
        return Event(format="weberror", fields={}, why="no client in the record")
    host, port = host_and_port(peer[1] or peer[2])
    asked = request.search(body)
    outcome, why, user = Outcome.ALLOWED, "an error about the client's request", None
    for pattern, known in table:
        if found := pattern.search(body):
            outcome, why, user = known, found[0][:60], found.groupdict().get("user")
            break
    if outcome is Outcome.LOGIN_REFUSED and not user:
        outcome = Outcome.REFUSED
    pairs = [
        *side("source", host, port),
        ("user.name", user),
        ("http.request.method", asked and asked[1]),
        ("url.original", asked and asked[2]),
        ("url.domain", asked and asked[3]),
        ("event.action", why),
    ]
    return Event(
        format="weberror",
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=f"error log: {why}",
    )


@cache
def _claimed() -> re.Pattern[str]:
    """nginx: the name that a client claimed may look like the rest of a record; the last client counts."""
    return re.compile(
        r'user ".{0,2048}(?:not found in "[^"]{1,255}"|password mismatch)()'
        r", client: ([0-9A-Fa-f.:]{2,45}), server: "
    )


_Table = tuple[tuple[re.Pattern[str], Outcome], ...]


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str], _Table]:
    day = r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4}"
    user = r"user [\"']?(?P<user>[^\s\"':]{1,128})[\"']?"
    table = (
        (
            r"File does not exist|script .{0,200}?not found|No such file or directory|Invalid (?:URI|method)",
            Outcome.REFUSED,
        ),
        (
            rf"{user}:? .{{0,200}}?(?:not found|[Pp]assword mismatch|[Aa]uthentication failure)",
            Outcome.LOGIN_REFUSED,
        ),
        (
            (
                r'ModSecurity: {1,2}(?:\[\w+ "[^"]{0,512}"\] ){0,40}Access denied with code'
                r"|limiting (?:requests|connections)"
            ),
            Outcome.DENIED,
        ),
        (
            r"client denied by server configuration|forbidden by rule|is forbidden|[Cc]annot serve directory",
            Outcome.REFUSED,
        ),
    )
    return (
        re.compile(
            rf"(?:\[{day}\] )?\[[\w.-]*:?(?:emerg|alert|crit|error|warn|notice|info|debug|trace\d)\] "
        ),
        re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[\w+\] \d+#\d+: (?:\*\d+ )?"),
        re.compile(r"\[(?:client|remote) ([^\]\s]{1,60})\]|, client: ([0-9A-Fa-f.:]{2,45})(?:,|$)"),
        re.compile(
            r'request: "([A-Z]{1,20}) ([^"\s]{1,4096})[^"]{0,40}"(?:, upstream: "[^"]{0,512}")?'
            r'(?:, host: "([^"]{1,255})")?'
        ),
        tuple((re.compile(pattern), outcome) for pattern, outcome in table),
    )


def sniff(head: Head) -> float:
    """Lines of its own."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """Apache's and nginx's lines alike."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="weberror",
    title="web error log (Apache, nginx)",
    example=b"[Thu Jan 07 04:18:07.123456 2021] [auth_basic:error] [pid 12] [client 192.0.2.7:51022] "
    b'AH01617: user alice: authentication failure for "/mail": Password Mismatch',
    knows="The client initiated. A user not found or a password mismatch is a log-in refused, with the "
    "account; 'denied', 'forbidden' and missing files are refusals; ModSecurity's denials and "
    "rate limits are denied; else it was let through.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("nginx", "httpd", "apache2", "apache", "lighttpd", "httpd/*"),
    message=message,
    outcomes=frozenset(
        {Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.DENIED, Outcome.UNKNOWN}
    ),
)
