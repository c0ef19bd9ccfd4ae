"""JSON access logs of Caddy 2 and of Traefik (``format: json``).

Source: Caddy "Log structured access", Traefik "Access Logs" field list. JSON logs that administrators lay
out themselves (nginx) are read by the names of their fields, as any JSON.
"""

from __future__ import annotations

from collections.abc import Mapping

from traque.logs._documents import Document, time_of
from traque.logs._fields import fields_of, host_and_port, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, specific
from traque.logs._web import target_fields, web_outcome
from traque.logs.json import understand
from traque.model import Event, Initiator, Outcome, TimeRule

TIMES = (
    TimeRule("epoch", anchor=b'"ts":'),
    TimeRule("iso", anchor=b'"ts":'),
    TimeRule("iso", anchor=b'"time":'),
)


def document(entry: Document) -> Event | None:
    """What an entry of Caddy or Traefik says; None if it is none."""
    request = entry.get("request")
    if isinstance(request, Mapping) and "uri" in request and "remote_ip" in request and "status" in entry:
        return _caddy(entry, request)
    if "ClientAddr" in entry and "DownstreamStatus" in entry:
        return _traefik(entry)
    return None


def _caddy(entry: Document, request: Mapping[str, object]) -> Event:
    headers = request.get("headers")
    scheme = "https" if "tls" in request else "http"
    pairs = [
        ("source.ip", request.get("remote_ip")),
        ("source.port", request.get("remote_port")),
        ("source.bytes", entry.get("bytes_read")),
        ("destination.bytes", entry.get("size")),
        ("user_agent.original", _header(headers, "User-Agent")),
        ("http.request.referrer", _header(headers, "Referer")),
        ("http.request.headers.x-forwarded-for", _header(headers, "X-Forwarded-For")),
    ]
    get = request.get
    return _event(
        entry,
        pairs,
        (get("method"), get("host"), get("uri"), entry.get("status"), entry.get("user_id")),
        scheme,
    )


def _traefik(entry: Document) -> Event:
    get = entry.get
    pairs = [
        *side("source", *host_and_port(_text(get("ClientAddr")))),
        ("source.bytes", get("RequestContentSize")),
        ("destination.bytes", get("DownstreamContentSize")),
        ("server.address", get("ServiceAddr")),
        ("user_agent.original", get("request_User-Agent")),
        ("http.request.referrer", get("request_Referer")),
        ("http.request.headers.x-forwarded-for", get("request_X-Forwarded-For")),
    ]
    scheme = _text(get("RequestScheme")) or "http"
    asked = (
        get("RequestMethod"),
        get("RequestHost"),
        get("RequestPath"),
        get("DownstreamStatus"),
        get("ClientUsername"),
    )
    return _event(entry, pairs, asked, scheme)


def _event(entry: Document, pairs: list[tuple[str, object]], asked: tuple[object, ...], scheme: str) -> Event:
    method, host, target, user = (_text(asked[index]) for index in (0, 1, 2, 4))
    status, user = asked[3], "" if user == "-" else user
    pairs += [
        ("user.name", user),
        ("http.request.method", method),
        ("http.response.status_code", status),
        *target_fields(target, host, scheme),
    ]
    outcome, why = web_outcome(method, status, target, user=bool(user))
    return Event(
        format="webjson",
        time=time_of(entry),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=why,
    )


def _header(headers: object, name: str) -> str:
    value = headers.get(name) if isinstance(headers, Mapping) else None
    return ", ".join(map(str, value[:5])) if isinstance(value, list) else _text(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def sniff(head: Head) -> float:
    """Documents with the fields that each of the two always writes."""
    return specific(head.share_of_documents(document))


def reader(_head: Head) -> RecordReader:
    """Through JSON, whose other documents in the file are read too."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="webjson",
    title="Caddy and Traefik JSON access logs",
    example=b'{"level":"info","ts":1609993087.123,"logger":"http.log.access","msg":"handled request",'
    b'"request":{"remote_ip":"192.0.2.7","remote_port":"51022","method":"GET","host":"www.example","uri":"/a?b=1"},'
    b'"bytes_read":0,"user_id":"","size":5300,"status":200}',
    knows="The client initiated. 2xx and 3xx are data, 4xx and 5xx a refusal; with an account, 2xx and 3xx "
    "are a log-in accepted and 401 one refused.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    document=document,
    outcomes=frozenset(Outcome) - {Outcome.ALLOWED, Outcome.RESOLVED, Outcome.DENIED},
)
