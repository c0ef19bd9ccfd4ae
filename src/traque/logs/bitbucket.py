"""Bitbucket Server and Data Center: its access log and its older audit log, in columns between ``|``.

Source: Atlassian "How to read the Bitbucket Server Log Formats" (access: address, protocol, request, user,
time, action, details, status, bytes read, bytes written, labels, milliseconds, session) and plaso's sample
of the audit log (address, event, user, milliseconds since 1970, object, details, request, session). From
Bitbucket 7 on the audit log is the JSON that ``atlassian`` reads.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import text_of
from traque.logs._fields import fields_of, http_outcome, number_of, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._web import target_fields
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("epoch", column=3, separator=b" | "), TimeRule("iso", column=4, separator=b" | "))
_REFUSED = ("AuthenticationFailure", "LoginFailed", "FailedLogin")
_ACCEPTED = ("AuthenticationSuccess", "LoggedIn")


def understand(record: bytes) -> Event | None:
    """What a line of either log says."""
    text = text_of(record)
    access, audit = _access().match(text), _audit().match(text)
    if access is not None:
        fields, outcome, why = _accessed(access)
    elif audit is not None:
        fields, outcome, why = _audited(audit)
    else:
        return None
    return Event(
        format="bitbucket",
        time=read(record, TIMES),
        fields=fields_of([*_client(text.partition(" | ")[0]), *fields]),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=why,
    )


def _client(addresses: str) -> list[tuple[str, object]]:
    """The last address is who connected; those before it are what proxies, or the client, said."""
    forwarded, _, peer = addresses.rpartition(",")
    return [*side("source", peer), ("http.request.headers.x-forwarded-for", forwarded)]


def _accessed(found: re.Match[str]) -> tuple[list[tuple[str, object]], Outcome, str]:
    protocol, user, action, details, status, received, sent = found.groups()
    named = user != "-"
    pairs: list[tuple[str, object]] = [
        ("user.name", user),
        ("network.protocol", protocol),
        ("source.bytes", received),
        ("destination.bytes", sent),
    ]
    request, quoted = _request().fullmatch(action), _quoted().findall(details)
    if request is None:
        pairs += [("event.action", action), ("user_agent.original", quoted[0] if quoted else None)]
        outcome = Outcome.LOGIN_ACCEPTED if named else Outcome.UNKNOWN
        return pairs, outcome, f"{protocol} command" + (" of an account" if named else "")
    pairs += [
        ("http.request.method", request[1]),
        *target_fields(request[2], ""),
        ("http.response.status_code", status),
        ("http.request.referrer", quoted[0] if quoted else None),
        ("user_agent.original", quoted[1] if len(quoted) > 1 else None),
    ]
    if number_of(status) is None:
        return pairs, Outcome.ALLOWED, "a request that came in"
    return pairs, http_outcome(status, user=named), f"HTTP {status}" + (" with an account" if named else "")


def _audited(found: re.Match[str]) -> tuple[list[tuple[str, object]], Outcome, str]:
    event, user, target = found.groups()
    pairs: list[tuple[str, object]] = [("user.name", user), ("event.action", event)]
    named = user != "-"
    if any(word in event for word in _REFUSED):
        return pairs, Outcome.LOGIN_REFUSED if named else Outcome.REFUSED, event
    if named or any(word in event for word in _ACCEPTED):
        return pairs, Outcome.LOGIN_ACCEPTED, f"{event} on {target}" if target != "-" else event
    return pairs, Outcome.UNKNOWN, event


@cache
def _access() -> re.Pattern[str]:
    number = r"(\d{1,18}|-)"
    return re.compile(
        r"[0-9A-Fa-f.:,%]{2,400} \| (https?|ssh) \| [io][@*]\S{1,64} \| (\S{1,256}) \| "
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \| ([^|]{1,8192}) \| ([^|]{0,8192}) \| "
        rf"{number} \| {number} \| {number} \| "
    )


@cache
def _audit() -> re.Pattern[str]:
    return re.compile(
        r"[0-9A-Fa-f.:,%]{2,400} \| ([A-Za-z]{1,80}Event) \| (\S{1,256}) \| \d{13} \| ([^|]{1,1024}) \| "
    )


@cache
def _request() -> re.Pattern[str]:
    return re.compile(r'"([A-Z]{3,16}) (\S{1,8192}) HTTP/\d(?:\.\d)?"')


@cache
def _quoted() -> re.Pattern[str]:
    return re.compile(r'"([^"]*)"')


def sniff(head: Head) -> float:
    """Its columns."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The columns of each log are always the same."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="bitbucket",
    title="Bitbucket Server access log, audit log",
    example=b"192.0.2.7 | https | o@PZQFBCx921x19253x0 | alice | 2021-01-07 04:18:07,123 | "
    b'"GET /projects HTTP/1.1" | "https://git.example/" "curl/7.68.0" | 200 | 0 | 7881 | - | 20 | 1irez8i | ',
    knows="The client initiated: the last of several addresses, those before it are forwarded ones. A named "
    "account with 2xx or 3xx, over SSH, or in the audit log was accepted; 401 and AuthenticationFailure "
    "refused one. A line that begins a request (i) was only let through.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    outcomes=frozenset(Outcome) - {Outcome.RESOLVED, Outcome.DENIED},
)
