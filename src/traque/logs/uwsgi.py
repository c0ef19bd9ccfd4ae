"""uWSGI's request log, in its own layout.

Source: the uWSGI documentation, "Formatting uWSGI requests logs" (the default format), and lnav's samples:
``[pid: N|app: N|req: N/N] client (user) {N vars in N bytes} [ctime] METHOD target => generated N bytes in N
msecs (HTTP/1.1 status) N headers in N bytes``.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import relayed, text_of
from traque.logs._fields import fields_of, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._web import target_fields, web_outcome
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("apache-error", anchor=b"} ["),)


def understand(record: bytes) -> Event | None:
    """What a line says, in an envelope or not."""
    found = _line().search(text_of(record))
    if found is None:
        return None
    client, user, method, target, size, status = found.groups()
    outcome, why = web_outcome(method, status, target, user=bool(user))
    pairs = [
        *side("source", client),
        ("user.name", user),
        ("http.request.method", method),
        ("http.response.status_code", status),
        ("destination.bytes", size),
        *target_fields(target, ""),
    ]
    return Event(
        format="uwsgi",
        time=read(record, TIMES),
        fields=fields_of(pairs),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=why,
    )


@cache
def _line() -> re.Pattern[str]:
    return re.compile(
        r"(?:^|\s)\[pid: \d{1,10}\|app: [-\d]{1,6}\|req: [-/\d]{1,24}\] "
        r"([0-9A-Fa-f.:%]{2,60}) \(([^()]{0,256})\) "
        r"\{\d{1,6} vars in \d{1,9} bytes\} \[[A-Z][^\]]{10,40}\] ([A-Z]{3,16}) (\S{1,65536}) => "
        r"generated (\d{1,18}) bytes in \d{1,12} (?:m?secs|micros)(?: via \w{1,20}\(\))? "
        r"\(HTTP/\d(?:\.\d)? (\d{3})\)"
    )


def sniff(head: Head) -> float:
    """Lines of its own."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """Every line is read by itself."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="uwsgi",
    title="uWSGI request log",
    example=b"[pid: 81|app: 0|req: 1/1] 192.0.2.7 () {38 vars in 696 bytes} [Thu Jan  7 04:18:07 2021] POST "
    b"/a => generated 47 bytes in 129 msecs (HTTP/1.1 200) 9 headers in 378 bytes (1 switches on core 3)",
    knows="The client initiated; the HTTP status says what came of it. With an account, 2xx and 3xx are a "
    "log-in accepted, 401 one refused.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("uwsgi",),
    message=relayed(understand),
    outcomes=frozenset(Outcome) - {Outcome.ALLOWED, Outcome.RESOLVED, Outcome.DENIED},
)
