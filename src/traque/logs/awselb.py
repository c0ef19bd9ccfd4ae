"""AWS load balancers: application (ALB), classic (ELB) and network (NLB, TLS listeners).

Source: AWS "Access logs for your Application Load Balancer", "... Classic Load Balancer", "... Network Load
Balancer".
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import text_of
from traque.logs._fields import fields_of, host_and_port, http_outcome, number_of, side, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._web import is_log_in_form
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (
    TimeRule("iso"),
    TimeRule("iso", column=1, separator=b" "),
    TimeRule("iso", column=2, separator=b" "),
)


def understand(record: bytes) -> Event | None:
    """What a line says."""
    text = text_of(record)
    http, tls = _patterns()
    if found := http.match(text):
        return _http(found, record)
    return _tls(found, record) if (found := tls.match(text)) else None


def _http(found: re.Match[str], record: bytes) -> Event:
    method, _, rest = found["request"].partition(" ")
    url = rest.rpartition(" ")[0] or rest
    status, target_status = found["status"], found["target_status"]
    target, _ = host_and_port(found["target"])
    asked = [pair for pair in url_fields(url) if pair[0].startswith("url.")] if "://" in url else []
    pairs = [
        *side("source", *host_and_port(found["client"])),
        ("server.ip", target),
        ("http.request.method", method if rest and method != "-" else None),
        ("url.original", None if method == "-" else url),
        *asked,
        ("http.response.status_code", status),
        ("source.bytes", found["received"]),
        ("destination.bytes", found["sent"]),
        ("user_agent.original", found["agent"]),
        ("observer.name", found["elb"]),
    ]
    path = url.partition("://")[2].partition("/")[2] if "://" in url else url
    if method == "-" and status == "-":
        # A classic TCP listener: bytes are all that is known.
        sent = number_of(found["sent"]) or 0
        outcome, why = (Outcome.DATA if sent else Outcome.UNKNOWN), f"TCP, {sent} bytes back"
    elif status == "403" and target_status == "-" and target in ("", "-"):
        outcome, why = Outcome.DENIED, "HTTP 403 of the balancer itself (WAF or rule)"
    elif is_log_in_form(method, status, f"/{path}"):
        outcome, why = Outcome.LOGIN_ACCEPTED, f"HTTP {status} after a log-in form: probably accepted"
    else:
        outcome, why = http_outcome(status), f"HTTP {status}"
    return _event(record, pairs, outcome, why)


def _tls(found: re.Match[str], record: bytes) -> Event:
    pairs = [
        *side("source", *host_and_port(found["client"])),
        *side("destination", *host_and_port(found["target"])),
        ("source.bytes", found["received"]),
        ("destination.bytes", found["sent"]),
        ("url.domain", found["domain"]),
        ("observer.name", found["elb"]),
    ]
    sent = number_of(found["sent"]) or 0
    return _event(record, pairs, Outcome.DATA if sent else Outcome.UNANSWERED, f"TLS, {sent} bytes back")


def _event(record: bytes, pairs: list[tuple[str, object]], outcome: Outcome, why: str) -> Event:
    time, fields = read(record, TIMES), fields_of(pairs)
    return Event(
        format="awselb", time=time, fields=fields, initiator=Initiator.SOURCE, outcome=outcome, why=why
    )


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    iso = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?"
    time = r"(?:-1|-|\d{1,9}(?:\.\d{1,9})?)"
    return (
        re.compile(
            rf"(?:(?:https?|h2|grpcs|wss?) )?{iso} (?P<elb>\S{{1,128}}) (?P<client>\S{{1,64}}) "
            rf"(?P<target>\S{{1,64}}) "
            rf"{time} {time} {time} (?P<status>\d{{3}}|-) (?P<target_status>\d{{3}}|-) "
            rf"(?P<received>\d{{1,18}}) "
            r'(?P<sent>\d{1,18}) "(?P<request>[^"]{0,65536})"(?: "(?P<agent>[^"]{0,8192})")?'
        ),
        re.compile(
            rf"tls \d\.\d {iso} (?P<elb>\S{{1,128}}) \S{{1,128}} (?P<client>\S{{1,64}}) "
            rf"(?P<target>\S{{1,64}}) "
            r"(?:-|\d{1,9}) (?:-|\d{1,9}) (?P<received>\d{1,18}) (?P<sent>\d{1,18}) \S{1,64} \S{1,256} "
            r"\S{1,256} \S{1,64} "
            r"\S{1,64} \S{1,64} (?P<domain>\S{1,255})"
        ),
    )


def sniff(head: Head) -> float:
    """Its columns."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The columns are always the same."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="awselb",
    title="AWS load balancers (ALB, ELB, NLB)",
    example=b"https 2021-01-07T04:18:07.123456Z app/web/50dc6c495c0c9188 192.0.2.7:51022 10.0.0.9:443 "
    b"0.001 0.002 0.000 "
    b'200 200 400 5300 "GET https://www.example:443/a?b=1 HTTP/1.1" "curl/7.68.0" '
    b"ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2",
    knows="The client initiated. 2xx and 3xx are data, 4xx and 5xx a refusal; a 403 that no target answered "
    "is the balancer's own, so denied. TLS and TCP listeners: bytes back are data.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    outcomes=frozenset(Outcome) - {Outcome.LOGIN_REFUSED, Outcome.ALLOWED, Outcome.RESOLVED},
)
