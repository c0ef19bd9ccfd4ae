"""HAProxy: HTTP, TCP and default logs, errors before a session, in syslog or bare.

Source: HAProxy Configuration Manual, section 8 "Logging" (``option httplog``, ``option tcplog``, the
session's state).
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from traque.logs._envelope import Envelope, open_envelope, text_of
from traque.logs._fields import fields_of, http_outcome, number_of, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._web import is_log_in_form, target_fields
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("clf", anchor=b" ["), TimeRule("syslog"), TimeRule("iso"))


def message(opened: Envelope) -> Event | None:
    """What a message says; None if it is no session's."""
    http, tcp, error, connect = _patterns()
    text = opened.message
    if found := http.match(text):
        event = _http(found)
    elif found := tcp.match(text):
        event = _tcp(found)
    elif found := error.match(text):
        pairs = [*side("source", found["ip"], found["port"]), ("network.application", found["frontend"])]
        said = found["said"].strip()
        refused = "ailure" in said or "rror" in said or "closed" in said or "timeout" in said.lower()
        outcome = Outcome.REFUSED if refused else Outcome.UNKNOWN
        event = _made(pairs, outcome, said[:80])
    elif found := connect.match(text):
        ends = [
            *side("source", found["ip"], found["port"]),
            *side("destination", found["to"], found["to_port"]),
        ]
        event = _made([*ends, ("network.application", found["frontend"])], Outcome.ALLOWED, "Connect from")
    else:
        return None
    fields_of(opened.fields().items(), event.fields)
    return msgspec.structs.replace(event, time=opened.time)


def _made(pairs: list[tuple[str, object]], outcome: Outcome, why: str) -> Event:
    fields = fields_of(pairs)
    return Event(format="haproxy", fields=fields, initiator=Initiator.SOURCE, outcome=outcome, why=why)


def _http(found: re.Match[str]) -> Event:
    method, _, rest = found["request"].partition(" ")
    target = rest.rpartition(" ")[0] if "HTTP/" in rest else rest
    status, state = found["status"], found["state"]
    headers = (found["headers"] or "").strip()
    # Captured headers stand in the order of the configuration: an address is the client's word for itself.
    forwarded = next((part for part in headers.strip("{} ").split("|") if _is_list(part)), None)
    pairs = [
        *side("source", found["ip"], found["port"]),
        ("network.application", found["frontend"]),
        ("server.address", found["server"] if found["server"] not in ("<NOSRV>", "<STATS>") else None),
        ("http.request.method", method if rest else None),
        *target_fields(target or found["request"], ""),
        ("http.response.status_code", status if number_of(status) else None),
        ("destination.bytes", found["bytes"]),
        ("http.request.headers.x-forwarded-for", forwarded),
        ("event.action", state),
    ]
    why = f"HTTP {status} {state}"
    if state.startswith("PR") and status in ("403", "401", "429", "400", "413", "-1"):
        return _made(pairs, Outcome.DENIED if status == "403" else Outcome.REFUSED, why)
    if is_log_in_form(method, status, target):
        return _made(pairs, Outcome.LOGIN_ACCEPTED, f"{why} after a log-in form: probably accepted")
    return _made(pairs, Outcome.UNANSWERED if status == "-1" else http_outcome(status), why)


def _tcp(found: re.Match[str]) -> Event:
    state, sent = found["state"], number_of(found["bytes"]) or 0
    pairs = [
        *side("source", found["ip"], found["port"]),
        ("network.application", found["frontend"]),
        ("server.address", found["server"] if found["server"] != "<NOSRV>" else None),
        ("destination.bytes", found["bytes"]),
        ("event.action", state),
    ]
    why = f"{sent} bytes, state {state}"
    if state.startswith("P"):
        return _made(pairs, Outcome.DENIED, why)
    if sent:
        return _made(pairs, Outcome.DATA, why)
    return _made(pairs, Outcome.UNANSWERED if state[:2] in ("SC", "sC", "CC") else Outcome.ALLOWED, why)


def _is_list(text: str) -> bool:
    return (
        bool(text)
        and all(character in "0123456789abcdefABCDEF.:, " for character in text)
        and text.count(".") >= 3
    )


def understand(record: bytes) -> Event | None:
    """What a line says, in an envelope or bare (a container's output), at the time when it was accepted."""
    opened = open_envelope(record) or Envelope(None, "", "", text_of(record).lstrip(" "))
    event = message(opened)
    return None if event is None else msgspec.structs.replace(event, time=read(record, TIMES))


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    client = r"(?:::ffff:)?(?P<ip>(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f:]{2,45}?|unix):(?P<port>\d{1,5}) "
    time = r"\[\d\d?/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,6})?\] "
    through = r"(?P<frontend>[^\s/]{1,128}) (?P<backend>[^\s/]{1,128})/(?P<server>\S{1,128}) "
    counts = r"\d{1,10}/\d{1,10}/\d{1,10}/\d{1,10}/\+?\d{1,10} \d{1,10}/\d{1,10}"
    return (
        re.compile(
            rf"{client}{time}{through}(?:-?\d{{1,10}}/){{4}}\+?-?\d{{1,10}} (?P<status>-1|\d{{3}}) "
            rf"\+?(?P<bytes>\d{{1,18}}) "
            rf"\S{{1,128}} \S{{1,128}} (?P<state>[A-Za-z-]{{4}}) {counts} "
            r'(?P<headers>\{[^{}"]{0,2048}\} ){0,2}"(?P<request>[^"]{0,65536})'
        ),
        re.compile(
            rf"{client}{time}{through}-?\d{{1,10}}/-?\d{{1,10}}/\+?\d{{1,10}} \+?(?P<bytes>\d{{1,18}}) "
            rf"(?P<state>[A-Za-z-]{{2,4}}) "
            rf"{counts}"
        ),
        re.compile(rf"{client}{time}(?P<frontend>[^\s/]{{1,128}})/[^\s:]{{1,64}}: (?P<said>.{{1,200}})"),
        re.compile(
            rf"Connect from {client}to (?P<to>[0-9A-Fa-f.:]{{2,45}}):(?P<to_port>\d{{1,5}}) "
            rf"\((?P<frontend>[^\s/()]{{1,128}})/"
        ),
    )


def sniff(head: Head) -> float:
    """Its messages in syslog, or bare lines."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """With an envelope or without; sessions state their own time, with its year."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="haproxy",
    title="HAProxy (HTTP, TCP)",
    example=b"Jan  7 04:18:07 lb haproxy[411]: 192.0.2.7:51022 [07/Jan/2021:04:18:07.123] www~ app/app1 "
    b"0/0/1/8/9 200 "
    b'5300 - - ---- 1/1/0/0/0 0/0 "GET /a?b=1 HTTP/1.1"',
    knows="The client initiated. HTTP: 2xx and 3xx are data, 4xx and 5xx a refusal, a 403 of HAProxy itself "
    "(state PR) is denied, status -1 unanswered. TCP: bytes are data; state P is denied, SC "
    "unanswered.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("haproxy", "haproxy*"),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.LOGIN_REFUSED, Outcome.RESOLVED},
)
