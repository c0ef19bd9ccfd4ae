"""Squid's access log, in its native and its combined format; Cisco's web appliance, which writes it too.

Source: Squid, ``logformat squid`` and ``combined``; Cisco "Secure Web Appliance: access log file", which
syslog prefixes with ``Info:`` and whose tunnels are ``tunnel://host:443/``.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import fields_of, http_outcome, is_address, number_of, side, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs.syslog import reader as syslog_reader
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("epoch"), TimeRule("epoch", anchor=b"Info: "), TimeRule("clf", anchor=b"["))


def understand(record: bytes) -> Event | None:
    """What a line of access.log says."""
    return _understand(text_of(record), record)


def message(opened: Envelope) -> Event | None:
    """The same line sent through syslog."""
    event = _understand(opened.message, opened.message.encode())
    if event is not None:
        fields_of(opened.fields().items(), event.fields)
    return event


def _understand(text: str, record: bytes) -> Event | None:
    text = text.removeprefix("Info: ")
    if found := _pattern().match(text):
        client, tag, status, size, method, url, user, hierarchy, peer = found.groups()
    elif found := _combined().match(text):
        client, user, method, url, status, size, tag, hierarchy = found.group(1, 2, 3, 4, 5, 6, 9, 10)
        peer = "-"
    else:
        return None
    # Behind a parent or sibling proxy the peer is that proxy: the URL alone says where the request went.
    direct = hierarchy.endswith("DIRECT") or hierarchy in ("ORIGINAL_DST", "PINNED")
    tunnel = url.removeprefix("tunnel://").rstrip("/") if url.startswith("tunnel://") else url
    asked = [] if url.startswith("error:") else url_fields(tunnel)
    if direct and is_address(peer):
        asked = [("destination.ip", peer), *asked]
    elif peer != "-":
        asked.append(("server.address", peer))
    pairs = [
        *side("source", client),
        ("user.name", user),
        ("http.request.method", method),
        ("url.original", url),
        *asked,
        ("destination.bytes", size),
        ("http.response.status_code", status if number_of(status) else None),
        ("event.action", tag),
    ]
    if found.re is _combined():
        pairs += [("http.request.referrer", found[7]), ("user_agent.original", found[8])]
    return Event(
        format="squid",
        time=read(record, TIMES),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=_outcome(tag, int(status), method),
        why=f"{tag}/{status}",
    )


def _outcome(tag: str, status: int, method: str) -> Outcome:
    """What came of the request, by Squid's result code and the status it sent to the client."""
    if "DENIED" in tag:
        return Outcome.DENIED
    if status == 0 or "TIMEOUT" in tag or "TIMEDOUT" in tag:
        return Outcome.UNANSWERED
    if tag.startswith(("NONE", "TCP_TUNNEL")) or method == "CONNECT":
        # No server spoke HTTP here: an error is Squid's own.
        return Outcome.UNANSWERED if status >= 400 else http_outcome(status)
    if status in (502, 503, 504):
        # Either the server's own answer or Squid's word for a connection that failed: the log does not tell.
        return Outcome.UNKNOWN
    return http_outcome(status)


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(
        # time elapsed client TAG/status bytes METHOD URL user HIERARCHY/peer type
        r"\d{9,10}\.\d{1,6} +-?\d+ (\S+) ([A-Z][A-Z_]*)/(\d{1,3}) (\d+) "
        r"(\S+) (\S+) (\S+) ([A-Z_]+)/(\S+)(?: |$)"
    )


@cache
def _combined() -> re.Pattern[str]:
    """``logformat combined``: a web server's line, then what Squid did."""
    return re.compile(
        r'(\S+) \S+ (\S+) \[[^\]]{15,30}\] "([A-Z]{2,16}) (\S+) HTTP/[\d.]{1,3}" (\d{3}) (\d+) '
        r'"([^"]*)" "([^"]*)" ([A-Z][A-Z_]*):([A-Z][A-Z_]*)'
    )


def sniff(head: Head) -> float:
    """Lines of its own, or its messages in syslog."""
    return specific(max(half(head, understand), head.share_of_messages("squid")))


def reader(head: Head) -> RecordReader:
    """Direct lines; through syslog, the syslog reader."""
    if head.share_of_messages("squid") >= 0.5:
        return syslog_reader(head)
    return LineReader(TIMES, understand, SHAPES)


def _shapes() -> tuple[str, ...]:
    """``time elapsed client TAG/status bytes METHOD URL user HIERARCHY/peer type``.

    The peer is the server, or else nobody or another proxy: then the URL's host is the destination.
    """
    host = r"[A-Za-z0-9.-]+"
    begin = (
        r"(?P<time>1[0-9]{9}\.[0-9]{3})(?P<free1> +[0-9]{1,9}) (?P<source>[0-9A-Za-z:.-]+) "
        r"[A-Z][A-Z_]*/[0-9]{1,3} (?P<destination_bytes>[0-9]{1,15}) "
    )
    tunnel = r"CONNECT (?P<{role}>{host}):(?P<destination_port>[1-9][0-9]{{0,4}})"
    fetched = r"[A-Z]+ (?:ht|f)tps?://(?P<{role}>{host})(?::[1-9][0-9]*)?(?:/(?P<path>[!-~]*))?"
    user = r" (?:-|(?P<account>[A-Za-z0-9_][!-~]*)) "
    peer = r"(?:(?:HIER_)?DIRECT|ORIGINAL_DST|PINNED)/(?P<destination_ip>[0-9A-Fa-f:.]+) [^\n]*"
    other = r"[A-Z_]+/[^ ]+ [^\n]*"
    return tuple(
        begin + asked.format(role=role, host=host) + user + end
        for role, end in (("domain", peer), ("destination", other))
        for asked in (tunnel, fetched)
    )


SHAPES = _shapes()
SPEC = LogFormat(
    name="squid",
    title="Squid access log (native, combined), Cisco web appliance",
    example=b"1609993087.123     45 10.0.0.7 TCP_TUNNEL/200 5120 CONNECT www.example:443 - "
    b"HIER_DIRECT/192.0.2.7 -",
    knows="The client initiated. TCP_DENIED is denied; status 0, a time-out and a failed CONNECT are "
    "unanswered; 2xx and 3xx are data, 4xx and 500 a refusal; 502, 503 and 504 are unknown, for "
    "they may be Squid's or the server's.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("squid", "(squid*"),
    begins=("Info: 1",),
    message=message,
    shapes=SHAPES,
    outcomes=frozenset({Outcome.DATA, Outcome.REFUSED, Outcome.UNANSWERED, Outcome.DENIED, Outcome.UNKNOWN}),
)
