"""Web servers' access logs: common, combined, with a virtual host before or after, nginx's default."""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import CLOCK, MONTH, Envelope, text_of
from traque.logs._fields import fields_of, host_and_port, is_address, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._web import web_outcome
from traque.logs.syslog import reader as syslog_reader
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("clf", anchor=b"["),)


def understand(record: bytes) -> Event | None:
    """What an access log line says."""
    text = text_of(record)
    escaped, loose = _patterns()
    found = escaped.match(text) or loose.match(text)
    if found is None:
        return None
    before, client, user, between, request, status, size, referrer, agent, rest = found.groups()
    vhost = before or (between if between and _is_host(between) else None)
    user = user if user.strip('-" ') else None
    method, target = _request(request)
    host, forwarded = vhost or "", None
    # After the agent nginx writes X-Forwarded-For, others the virtual host.
    last = (rest or "")[:1024].strip(' "').partition('"')[0]
    if is_address(last.partition(",")[0].strip()):
        forwarded = last
    elif not host and _is_host(last):
        host = last
    pairs = [
        *side("source", client.rstrip(",")),
        ("user.name", user),
        ("http.request.method", method),
        ("http.response.status_code", status),
        ("destination.bytes", size),
        *_target(target, host),
        ("http.request.referrer", referrer),
        ("user_agent.original", agent),
        ("http.request.headers.x-forwarded-for", forwarded),
    ]
    outcome, why = web_outcome(method, status, target, user=user is not None)
    return Event(
        format="webaccess",
        time=read(record, TIMES),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=why,
    )


def message(opened: Envelope) -> Event | None:
    """The same line sent through syslog."""
    event = understand(opened.message.encode())
    if event is not None:
        fields_of(opened.fields().items(), event.fields)
    return event


def _request(request: str) -> tuple[str | None, str]:
    """Method and target of a request line; anything else is a target (what scanners send is kept)."""
    method, _, rest = request.partition(" ")
    if not rest or not method.isascii() or not method.replace("_", "").isalpha():
        return None, request
    target, _, version = rest.rpartition(" ")
    return method, target if version.startswith("HTTP/") else rest


def _target(target: str, vhost: str) -> list[tuple[str, object]]:
    """The request's target. A full URL or a CONNECT in it is what the client asked for, not a peer."""
    path, question, query = target.partition("#")[0].partition("?")
    found: list[tuple[str, object]] = [("url.original", target)]
    if path.startswith("/"):
        found += [("url.path", path), ("url.query", query if question else None)]
    if vhost:
        name, port = host_and_port(vhost)
        found += [("url.domain", name), ("destination.port", port)]
        if path.startswith("/"):
            found.append(("url.full", f"http{'s' if port == '443' else ''}://{vhost}{target}"))
    return found


def _is_host(text: str) -> bool:
    return len(text) <= 255 and _host().fullmatch(host_and_port(text)[0]) is not None


@cache
def _host() -> re.Pattern[str]:
    return re.compile(r"localhost|(?=[0-9.-]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+\.?")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    # [vhost[:port]] client ident user [time] [vhost] "request" status bytes [times] ["referrer"
    # "agent"] [rest]
    before = (
        # A container runtime's time before the line is no client.
        r"(?:<\d{1,3}>)? ?(?!\d{4}-\d\d-\d\dT)(?:([^\s\[\"]+) (?=[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]* ))?"
        r"([^\s\[\"]+) (?:[^\s\[\"]+) ([^\[\"]{1,128}|\"[^\"\[]{0,128}\") "
        r"\[\d\d?/[A-Za-z]{3}/\d{4}[: ]\d\d?:\d\d:\d\d[^\]]{0,20}\] "
        r"(?:([^\s\[\"]{1,255}) )?"
    )
    quoted = r'"((?:[^"\\]|\\.)*+)"'
    after = rf" (\d{{3}}) (\d+|-)(?:(?: \d[\d.]{{0,15}}){{0,2}} {quoted} {quoted}(.*)|\s*$)?"
    # Some servers do not escape a quote inside the request.
    return re.compile(before + quoted + after, re.DOTALL), re.compile(
        before + r'"(.*?)(?<!\\)"' + after, re.DOTALL
    )


def sniff(head: Head) -> float:
    """Lines of its own, or the messages of a web server in syslog."""
    return specific(max(half(head, understand), head.share_of_messages("webaccess")))


def reader(head: Head) -> RecordReader:
    """Direct lines; through syslog, the syslog reader."""
    if head.share_of_messages("webaccess") >= 0.5:
        return syslog_reader(head)
    return LineReader(TIMES, _either, SHAPES)


def _either(record: bytes) -> Event | None:
    """An access, or a line of the error log that the server writes to the same file."""
    from traque.logs import weberror

    return understand(record) or weberror.understand(record)


def _shapes() -> tuple[str, ...]:
    """Status and virtual host are kept. What a POST was sent to may be a log-in form."""
    word, said = r"[!#-\[\]-~]*", r"[ !#-\[\]-~]*"
    client = r"(?P<source>[0-9A-Fa-f:.]+) - (?:-|(?P<account>[A-Za-z0-9_][!#-Z\]-~]*)) "
    at = (
        rf"\[(?P<time>(?:[0-2][0-9]|3[01])/{MONTH}/20[0-9]{{2}}:{CLOCK}) "
        r'[+-][01][0-9][0-5][0-9]\] "'
    )
    after = (
        r'" [0-9]{3} (?:(?P<destination_bytes>[0-9]{1,15})|-)'
        rf'(?: "(?P<free2>{word})" "(?P<free3>{said})"[^\n]*)?'
    )
    fetched = rf"(?:GET|HEAD|OPTIONS) /(?P<path>{word}) HTTP/[0-9.]+"
    return tuple(before + at + asked + after for before in (client, r'[^\["]+') for asked in (fetched, said))


SHAPES = _shapes()
SPEC = LogFormat(
    name="webaccess",
    title="web access log (Apache and nginx: common, combined, with virtual host)",
    example=b'192.0.2.7 - alice [07/Jan/2021:04:18:07 +0000] "GET /mail?id=1 HTTP/1.1" 200 5120 '
    b'"https://www.example/" "Mozilla/5.0"',
    knows="The first address is the client, which initiated. 2xx and 3xx are data, 4xx and 5xx a "
    "refusal. With an account in the record, 2xx and 3xx are a log-in accepted, 401, 403 and 407 "
    "a log-in refused; without one these ask for a log-in. A redirect after a form was posted to a "
    "log-in page is a log-in accepted, with less confidence; a 200 there is only data.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("nginx", "httpd", "apache2", "apache", "lighttpd"),
    message=message,
    shapes=SHAPES,
    outcomes=frozenset(Outcome) - {Outcome.ALLOWED, Outcome.RESOLVED, Outcome.DENIED},
)
