"""Zscaler Internet Access: the NSS logs (web, firewall, DNS, tunnels, audit) as pairs, JSON or quoted CSV.

Source: Zscaler "NSS Feed Output Format: Web Logs", "... Firewall Logs", "... DNS Logs", "... Tunnel Logs",
"... SaaS Security Logs" and "... Admin Audit Logs" (the feeds for Splunk and for JSON;
the sample lines of CSV). CSV has no header: the web log is read by the addresses that stand before method and
status, and by its first columns; the firewall log by its position. Other orders of columns are not guessed
at. Its CEF and LEEF feeds go to those formats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from traque.logs._documents import Document, time_of
from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import UNSPECIFIED, fields_of, http_outcome, is_address, number_of, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs.json import understand as understand_json
from traque.model import Event, Initiator, Outcome, Stamp, TimeRule
from traque.timestamps import read

TIMES = (
    TimeRule("iso"),
    TimeRule("apache-error"),
    TimeRule("apache-error", anchor=b'"'),
    TimeRule("syslog"),
    *(TimeRule(layout, anchor=b'"datetime":') for layout in ("iso", "apache-error")),
    TimeRule("apache-error", anchor=b'"time":'),
    *(TimeRule(layout, anchor=b"datetime=") for layout in ("iso", "apache-error")),
)


def understand(record: bytes) -> Event | None:
    """What a record of pairs or CSV says, or a JSON document in the same file."""
    if record.lstrip().startswith(b"{"):
        return understand_json(record)
    text = text_of(record)
    return _table(text) if text.startswith('"') else _pairs(text, read(record, TIMES))


def message(opened: Envelope) -> Event | None:
    """The same record inside a syslog envelope."""
    if opened.message.startswith('"'):
        return _table(opened.message)
    return _pairs(opened.message, opened.time)


def _table(text: str) -> Event | None:
    """A line of quoted columns: a web or a firewall record."""
    columns = text.strip()[1:-1].split('","', 60)
    time = read(columns[0].encode(), (TimeRule("apache-error"),))
    if time is None or not text.rstrip().endswith('"'):
        return None
    values = _firewall(columns) or _web(columns)
    return None if values is None else _event(values, time)


_FIREWALL = (
    "time", "login", "dept", "location", "cdport", "csport", "sdport", "ssport", "csip", "cdip", "ssip",
    "sdip", "tsip", "tsport", "ttype", "action", "dnat", "stateful", "aggregate", "nwsvc", "nwapp", "ipproto",
    "ipcat", "destcountry", "avgduration", "rulelabel", "inbytes", "outbytes",
)  # fmt: skip
_ENDS = slice(8, 12)


def _firewall(columns: Sequence[str]) -> dict[str, str] | None:
    if len(columns) < len(_FIREWALL) or not all(map(is_address, columns[_ENDS])):
        return None
    return dict(zip(_FIREWALL, columns, strict=False))


def _web(columns: Sequence[str]) -> dict[str, str] | None:
    """Both lengths of Zscaler's column lists have client, server, method, status and agent in a row."""
    for at in range(12, len(columns) - 4):
        client, server, method, status, agent = columns[at : at + 5]
        if is_address(client) and _server().fullmatch(server) and _request().fullmatch(f"{method} {status}"):
            first = zip(("login", "proto", "url", "action"), columns[1:5], strict=True)
            sizes = dict(zip(("reqsize", "respsize"), columns[7:9], strict=True))
            host = re.split(r"[/?:]", columns[3], maxsplit=1)[0]
            ends = {"cip": client, "sip": server, "reqmethod": method, "respcode": status, "ua": agent}
            return {**dict(first), **sizes, **ends, "hostname": host}
    return None


@cache
def _server() -> re.Pattern[str]:
    return re.compile(r"NA|None|N/A|[0-9A-Fa-f:.]{2,45}")


@cache
def _request() -> re.Pattern[str]:
    return re.compile(r"(?:[A-Z][A-Z-]{1,19}|NA|None) (?:\d{3}|NA|None|0)")


def document(entry: Document) -> Event | None:
    """What a JSON record of NSS says; None if it is none."""
    inner = entry.get("event")
    if not str(entry.get("sourcetype", "")).startswith("zscalernss") or not isinstance(inner, Mapping):
        return None
    values = {str(key).lower(): str(value) for key, value in inner.items()}
    return _event(values, time_of(inner) or time_of(entry))


def _pairs(text: str, time: Stamp | None) -> Event | None:
    if "\t" not in text or "=" not in text:
        return None
    parts = (part.partition("=") for part in text.split("\t")[:200])
    values = {key.lower(): value for key, equals, value in parts if equals}
    if values.get("vendor") == "Zscaler" or values.get("product", "").startswith("NSS"):
        return _event(values, time)
    return None


def _event(values: Mapping[str, str], time: Stamp | None) -> Event:
    get = {key: value for key, value in values.items() if value not in ("None", "NA", "N/A")}.get
    url, host = get("url", ""), get("hostname", "")
    if url and "://" not in url:
        tls = get("protocol", get("proto", "")).lower() in ("https", "ssl", "tunnel_ssl", "http_proxy_https")
        url = f"{'https' if tls else 'http'}://{url}"
    url = url or get("fullurl", "")
    server = get("serverip") or get("sip") or get("cdip") or get("sdip") or get("srv_dip")
    server = server or get("destinationip", "")
    action = get("action") or get("resaction") or get("reqaction") or get("event", "")
    back = number_of(get("responsesize") or get("respsize") or get("inbytes"))
    pairs = [
        ("source.ip", get("clientip") or get("cip") or get("csip") or get("clt_sip") or get("sourceip")),
        ("source.port", get("clientsourceport") or get("csport") or get("sourceport")),
        ("source.nat.ip", get("clientpublicip") or get("cintip")),
        ("destination.ip", server if is_address(server) and server != UNSPECIFIED else None),
        ("destination.port", get("cdport") or get("sdport") or get("srv_dport")),
        ("dns.question.name", get("dns_req")),
        ("dns.resolved_ip", get("dns_resp") if is_address(get("dns_resp", "")) else None),
        ("destination.domain", host),
        ("url.original", get("url")),
        *(url_fields(url) if url else []),
        ("source.bytes", get("requestsize") or get("reqsize") or get("outbytes")),
        ("destination.bytes", back),
        ("user.name", get("user") or get("login") or get("adminid")),
        ("event.action", action),
        ("http.request.method", get("requestmethod") or get("reqmethod")),
        ("http.response.status_code", get("status") or get("respcode")),
        ("user_agent.original", get("useragent") or get("ua")),
        ("http.request.referrer", get("refererurl") or get("referer")),
        ("file.hash.md5", get("md5") or get("bamd5") or get("filemd5")),
        ("threat.name", get("threatname")),
    ]
    status = get("status") or get("respcode")
    why = f"{action} {status or ''}".strip()
    lowered, outcome = action.lower(), Outcome.UNKNOWN
    if lowered.startswith(("block", "drop", "deny", "caution")) or lowered == "reset":
        outcome = Outcome.DENIED
    elif number_of(status) is not None:
        outcome = http_outcome(status)
    elif back:
        outcome = Outcome.DATA
    elif get("dns_req"):
        outcome = Outcome.RESOLVED
    elif lowered == "sign_in":
        accepted = get("result", "").upper() == "SUCCESS"
        outcome = Outcome.LOGIN_ACCEPTED if accepted else Outcome.LOGIN_REFUSED
    elif lowered.startswith("allow"):
        outcome = Outcome.ALLOWED
    fields = fields_of(pairs)
    return Event(
        format="zscaler", time=time, fields=fields, initiator=Initiator.SOURCE, outcome=outcome, why=why
    )


def understand_line(record: bytes) -> Event | None:
    """What a record says that is no document."""
    return None if record.lstrip().startswith(b"{") else understand(record)


def sniff(head: Head) -> float:
    """Pairs or documents that name NSS, or its columns."""
    return specific(max(half(head, understand_line), head.share_of_documents(document)))


def reader(_head: Head) -> RecordReader:
    """Tab-separated pairs and documents, one a line."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="zscaler",
    title="Zscaler NSS (web, firewall, DNS, tunnel, audit)",
    example=b"2021-01-07 04:18:07\treason=Allowed\tprotocol=HTTPS\taction=Allowed\tresponsesize=5300\t"
    b"requestsize=400\t"
    b"serverip=198.51.100.9\trequestmethod=GET\tuseragent=curl/7.68.0\tproduct=NSS\tClientIP=10.0.0.7\tstatus=200\t"
    b"user=alice@example.org\turl=www.example/a\tvendor=Zscaler\thostname=www.example",
    knows="The client inside initiated. Blocked is denied; the HTTP status or the bytes back say what came "
    "of an allowed request. SIGN_IN of the audit log is an administrator's log-in, by its result.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    marks=("vendor=Zscaler", "product=NSS"),
    message=message,
    document=document,
    outcomes=frozenset(Outcome),
)
