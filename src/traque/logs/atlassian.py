"""Confluence's and Jira's access logs (Tomcat's AccessLogValve as Atlassian sets it up), and audit logs.

Source: Atlassian "How to enable user access logging" (Confluence 7.11 and later, Jira 9.4 and later) and
plaso's samples of them: ``[time] forwarded-or-remote user thread remote METHOD target HTTP/1.1 status 20ms
bytes referer agent``; "Audit log integrations" (Confluence, Jira, Bitbucket Data Center), the JSON file.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._cloud import audit, caller, text
from traque.logs._documents import Document
from traque.logs._envelope import text_of
from traque.logs._fields import fields_of, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._web import target_fields, web_outcome
from traque.logs.json import understand as understand_json
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("epoch", anchor=b'"epochSecond":'), TimeRule("clf", anchor=b"["))


def understand(record: bytes) -> Event | None:
    """What a line of either log says."""
    if record.startswith(b"{"):
        return understand_json(record)
    found = _line().match(text_of(record))
    if found is None:
        return None
    named, user, remote, method, target, status, size, referrer, agent = found.groups()
    user = None if user == "-" else user
    outcome, why = web_outcome(method, status, target, user=user is not None)
    pairs = [
        *side("source", remote),
        ("http.request.headers.x-forwarded-for", named if named not in ("-", remote) else None),
        ("user.name", user),
        ("http.request.method", method),
        ("http.response.status_code", status),
        ("destination.bytes", size),
        *target_fields(target, ""),
        ("http.request.referrer", referrer),
        ("user_agent.original", agent),
    ]
    return Event(
        format="atlassian",
        time=read(record, TIMES),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=why,
    )


def document(found: Document) -> Event | None:
    """An event of an audit log; None for other documents.

    The last address of ``source`` is who connected; those before it are forwarded ones.
    """
    kind, author = found.get("auditType"), found.get("author")
    if not isinstance(kind, dict) or not isinstance(author, dict) or "affectedObjects" not in found:
        return None
    action, name = text(kind.get("action")), text(author.get("name"))
    named = text(author.get("type")) != "system" and name not in ("", "Anonymous", "System")
    forwarded, _, peer = text(found.get("source")).rpartition(",")
    pairs = [
        *caller(peer),
        ("http.request.headers.x-forwarded-for", forwarded),
        ("user.name", name if named else None),
        ("event.action", action),
        ("event.category", kind.get("category")),
        ("observer.name", found.get("system")),
    ]
    outcome, lowered = Outcome.UNKNOWN, action.lower()
    if "fail" in lowered and ("login" in lowered or "authentication" in lowered):
        outcome = Outcome.LOGIN_REFUSED
    elif named:
        outcome = Outcome.LOGIN_ACCEPTED
    return audit("atlassian", found.get("timestamp"), pairs, outcome, f"audit: {action}")


@cache
def _line() -> re.Pattern[str]:
    return re.compile(
        r"\[\d\d?/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] (\S{1,512}) (\S{1,256}) \S{1,128} "
        r"([0-9A-Fa-f.:%]{2,60}) ([A-Z]{3,16}) (\S{1,65536}) HTTP/\d(?:\.\d)? (\d{3}) \d{1,9}ms (\d{1,18}|-)"
        r"(?: (\S{1,8192}) (.{0,8192}))?"
    )


def sniff(head: Head) -> float:
    """Its columns, or its audit events."""
    return specific(max(half(head, _line_of), head.share_of_documents(document)))


def _line_of(record: bytes) -> bool:
    return _line().match(text_of(record)) is not None


def reader(_head: Head) -> RecordReader:
    """The columns are always the same."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="atlassian",
    title="Confluence and Jira access logs, Atlassian audit log",
    example=b"[07/Jan/2021:04:18:07 +0000] 192.0.2.7 alice http-nio-8080-exec-6 192.0.2.7 GET "
    b"/index.action HTTP/1.1 "
    b"200 20ms 7881 https://wiki.example/ curl/7.68.0",
    knows="The remote address is the client, which initiated; the first address may be what X-Forwarded-For "
    "says. With an account, 2xx and 3xx are a log-in accepted, 401 one refused; "
    "so is an audit event's author, unless the event is a log-in that failed.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    outcomes=frozenset(Outcome) - {Outcome.ALLOWED, Outcome.RESOLVED, Outcome.DENIED},
    document=document,
)
