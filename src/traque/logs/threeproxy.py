"""3proxy's access log, in its own default and in the formats that its documentation and sample file show.

Source: 3proxy, "How To: logging format, log error codes" and ``3proxy.cfg.sample``: time, service and port,
error code, user, client, target, bytes out and in, hops, and what was asked for. Other formats are its
administrator's.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import relayed, text_of
from traque.logs._fields import fields_of, number_of, side, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, share, specific
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("epoch"), TimeRule("yymmdd"), TimeRule("eu-slash"))
_NOBODY = ("0.0.0.0", "::")  # noqa: S104 - compared with, never bound


def understand(record: bytes) -> Event | None:
    """What a line says; None for a line in another format."""
    found = _line().match(text_of(record))
    if found is None:
        return None
    service, code, user, client, client_port, target, target_port, sent, received, asked = found.groups()
    outcome, why = _outcome(int(code), user != "-", number_of(received) or 0)
    method, _, rest = (asked or "").partition(" ")
    url = rest.split(" ", 1)[0]
    pairs = [
        *side("source", client, client_port),
        *(side("destination", target, target_port) if target not in _NOBODY else []),
        ("user.name", user),
        ("source.bytes", sent),
        ("destination.bytes", received),
        ("event.code", code),
        ("network.application", (service or "").lower()),
    ]
    if "://" in url:
        pairs += [("http.request.method", method), ("url.original", url), *url_fields(url)]
    elif method == "CONNECT":
        pairs += [("http.request.method", method), *url_fields(url)]
    return Event(
        format="threeproxy",
        time=read(record, TIMES),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=why,
    )


def _outcome(code: int, named: bool, received: int) -> tuple[Outcome, str]:
    """What came of a request by 3proxy's error code and the bytes that the target sent."""
    why = f"3proxy code {code}"
    if 4 <= code <= 8:
        return Outcome.LOGIN_REFUSED if named else Outcome.REFUSED, f"{why}: authentication failed"
    if 1 <= code <= 10:
        return Outcome.DENIED, f"{why}: access denied"
    if received:
        return Outcome.DATA, f"{why}, {received} bytes back"
    return Outcome.UNANSWERED, f"{why}, no bytes back"


@cache
def _line() -> re.Pattern[str]:
    address = r"([0-9A-Fa-f.:]{2,45}):(\d{1,5})"
    return re.compile(
        r"(?:\d{10}\.\d{1,6}|\d{12}\.\d{1,6}|\d\d-\d\d-\d{4} \d\d:\d\d:\d\d(?: [+-]\d{4})?) {1,3}"
        rf"(?:([A-Z][A-Z0-9]{{1,11}})\.)?\d{{1,5}} (\d{{3,5}}) (\S{{1,256}}) {address} {address} "
        r"(\d{1,18}) (\d{1,18}) \d{1,3}(?: (.{0,65536}))?$"
    )


def sniff(head: Head) -> float:
    """Its columns, or its messages in syslog."""
    return specific(max(half(head, understand), head.share_of_messages("threeproxy")))


def reader(head: Head) -> RecordReader:
    """Lines of its own; through syslog, the syslog reader."""
    from traque.logs.syslog import reader as enveloped

    if head.share_of_messages("threeproxy") > share(head, understand):
        return enveloped(head)
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="threeproxy",
    title="3proxy access log",
    example=b"1609993087.123  PROXY.3128 00000 alice 10.0.0.7:51022 192.0.2.7:443 1200 5300 0 "
    b"CONNECT www.example:443 HTTP/1.1",
    knows="The client initiated. Codes 1 to 3, 9 and 10 are denied, 4 to 8 refuse the account; else bytes "
    "from the target are data, and without them it did not answer.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("3proxy",),
    message=relayed(understand),
    utc=True,
    outcomes=frozenset(
        {Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.DENIED, Outcome.DATA, Outcome.UNANSWERED}
    ),
)
