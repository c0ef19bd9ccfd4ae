"""W3C extended logs of web servers and proxies: IIS, Blue Coat (ProxySG), CloudFront.

Source: W3C "Extended Log File Format" (WD-logfile), which says that times are UTC; Microsoft "W3C Logging";
Broadcom "ProxySG ELFF access log formats"; AWS "CloudFront standard logs". ``time-taken`` is no part of the
time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import msgspec

from traque.logs._envelope import Envelope, observed, text_of
from traque.logs._fields import fields_of, http_outcome, is_address, side
from traque.logs._format import AUTO, Head, LineReader, LogFormat, RecordReader, specific
from traque.logs._pairs import pairs_of
from traque.logs._web import target_fields, web_outcome
from traque.logs.syslog import reader as enveloped
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("iso"), *AUTO)
_MARK = b"#Fields:"
_PROXY = frozenset(
    {"s-action", "sc-filter-result", "cs-uri-scheme", "r-ip", "s-supplier-ip", "x-exception-id"}
)
_NAMES = (
    "c-ip",
    "cs-method",
    "s-ip",
    "sc-status",
    "cs-uri-stem",
    "cs-uri",
    "cs-host",
    "cs(user-agent)",
    "r-ip",
)
Columns = tuple[str, ...]


def _columns(head: Head) -> list[Columns]:
    """The columns of each header in the head, the first first: servers write a new one when they restart."""
    found: list[Columns] = []
    for line in head.lines:
        if line.startswith(_MARK):
            names = tuple(text_of(line[len(_MARK) :]).lower().split())
            if names not in found and sum(name in names for name in _NAMES) >= 2:
                found.append(names)
    return found


def message(opened: Envelope) -> Event | None:
    """A proxy's syslog, where each value stands beside its name: ``c-ip=192.0.2.7 s-action=TCP_HIT``."""
    values = {name.lower(): value for name, value in pairs_of(opened.message).items()}
    if "c-ip" not in values or _PROXY.isdisjoint(values):
        return None
    named = {f"cs-{name}": f"cs({name})" for name in ("user-agent", "referer")}
    event = _event({named.get(name, name): value for name, value in values.items()}, b"")
    return observed(None if event is None else msgspec.structs.replace(event, time=opened.time), opened)


def _values(record: bytes, tables: list[Columns]) -> dict[str, str] | None:
    if record.startswith(b"#"):
        return None
    text = text_of(record)
    values = text.split("\t") if text.count("\t") > 3 else [a or b for a, b in _word().findall(text)]
    for names in tables:
        if len(names) == len(values):
            return dict(zip(names, values, strict=True))
    return None


def _event(values: Mapping[str, str], record: bytes) -> Event | None:
    found = {name: value for name, value in values.items() if value not in ("-", "")}
    if not _PROXY.isdisjoint(values):
        pairs, outcome, why = _proxy(found)
    else:
        pairs, outcome, why = _server(found)
    get = found.get
    pairs += [
        *side("source", get("c-ip", "").strip("[]") or get("c-dns", "")),
        ("source.port", get("c-port")),
        ("user.name", get("cs-username")),
        ("http.request.method", get("cs-method")),
        ("http.response.status_code", get("sc-status")),
        ("source.bytes", get("cs-bytes")),
        ("destination.bytes", get("sc-bytes")),
        ("user_agent.original", get("cs(user-agent)")),
        ("http.request.referrer", get("cs(referer)")),
        ("http.request.headers.x-forwarded-for", get("x-forwarded-for") or get("cs(x-forwarded-for)")),
        ("observer.name", get("s-computername") or get("s-sitename") or get("x-edge-location")),
    ]
    fields = fields_of(pairs)
    if not fields:
        return None
    initiator = Initiator.SOURCE if "source.ip" in fields or "source.domain" in fields else Initiator.UNKNOWN
    time = read(record, TIMES)
    return Event(format="w3c", time=time, fields=fields, initiator=initiator, outcome=outcome, why=why)


def _server(found: Mapping[str, str]) -> tuple[list[tuple[str, object]], Outcome, str]:
    get = found.get
    stem, query = get("cs-uri-stem") or get("cs-uri", ""), get("cs-uri-query")
    target, host = (
        f"{stem}?{query}" if query else stem,
        get("x-host-header") or get("cs-host") or get("cs(host)", ""),
    )
    scheme = get("cs-protocol") or ("https" if get("s-port") == "443" else "http")
    status, user = get("sc-status"), "cs-username" in found
    outcome, why = web_outcome(get("cs-method"), status, target, user=user)
    pairs = [
        ("destination.ip", get("s-ip")),
        ("destination.port", get("s-port")),
        *target_fields(target, host, scheme),
    ]
    return pairs, outcome, why


def _proxy(found: Mapping[str, str]) -> tuple[list[tuple[str, object]], Outcome, str]:
    get = found.get
    scheme, host, port = get("cs-uri-scheme", "http"), get("cs-host", ""), get("cs-uri-port")
    path, query = get("cs-uri-path") or get("cs-uri-stem", ""), get("cs-uri-query", "")
    pairs: list[tuple[str, object]] = []
    peer = get("r-ip") or get("s-supplier-ip") or get("r-supplier-ip")
    if peer and is_address(peer):
        pairs.append(("destination.ip", peer))
    if host:
        kind = "ip" if is_address(host) else "domain"
        pairs += [(f"destination.{kind}", host), ("url.domain", host)]
    pairs.append(("destination.port", port or get("r-port")))
    if "://" in path:
        pairs.append(("url.full", path))
    elif host and scheme not in ("tcp", "ssl", "tunnel"):
        usual = port in (None, {"http": "80", "https": "443", "ftp": "21"}.get(scheme))
        query = query if query.startswith("?") or not query else f"?{query}"
        pairs.append(("url.full", f"{scheme}://{host}{'' if usual else f':{port}'}{path or '/'}{query}"))
    pairs.append(("event.action", get("sc-filter-result") or get("s-action")))
    status, failed = get("sc-status"), get("x-exception-id", "")
    why = " ".join(filter(None, (get("sc-filter-result"), get("s-action"), f"HTTP {status}", failed)))
    if (
        "DENIED" in get("sc-filter-result", "")
        or "DENIED" in get("s-action", "")
        or failed.startswith("policy_")
    ):
        return pairs, Outcome.DENIED, why
    if failed.startswith(("tcp_error", "dns_", "timeout")):
        return pairs, Outcome.UNANSWERED, why
    return pairs, http_outcome(status), why


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r'"([^"]*+)"|(\S+)')


def sniff(head: Head) -> float:
    """A header with the names of web logs, and rows that fit one; or the names in each row."""
    tables = _columns(head)
    if not tables:
        return specific(head.share_of_messages("w3c"))
    if not head.sample:
        return 0.6
    fit = sum(1 for line in head.sample if _values(line, tables) is not None) / len(head.sample)
    return 0.5 + 0.4 * fit if fit > 0.3 else 0.0


def reader(head: Head) -> RecordReader:
    """By the headers in the head."""
    tables = _columns(head)
    if not tables:
        return enveloped(head)

    def understand(record: bytes) -> Event | None:
        values = _values(record, tables)
        return None if values is None else _event(values, record)

    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="w3c",
    title="W3C extended logs (IIS, Blue Coat, CloudFront)",
    example=b"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
    b"cs(User-Agent) "
    b"sc-status time-taken\n2021-01-07 04:18:07 203.0.113.9 GET /owa - 443 - 192.0.2.7 curl/7.68.0 200 15",
    knows="c-ip is the client, which initiated. Of a server: 2xx and 3xx are data, 4xx and 5xx a refusal; "
    "with cs-username, 2xx and 3xx are a log-in accepted and 401 one refused. Of a proxy (s-action, "
    "sc-filter-result): DENIED is denied, tcp_error and dns failures are unanswered. Times are UTC.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    utc=True,
    marks=(" s-action=", " sc-filter-result="),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.ALLOWED, Outcome.RESOLVED},
)
