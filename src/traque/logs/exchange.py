"""Microsoft Exchange: message tracking, and the SMTP receive and send protocol logs (CSV with ``#Fields``).

Source: Microsoft Learn, "Message tracking" and "Protocol logging". The header may stand anywhere in the
file; fields are quoted as in CSV.
"""

from __future__ import annotations

import csv
from functools import cache

import msgspec

from traque.logs._envelope import text_of
from traque.logs._fields import Fields, fields_of, host_and_port, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, share
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("iso"),)
_MARK = b"#Fields:"

_IN = {"RECEIVE": Outcome.DATA, "FAIL": Outcome.REFUSED, "HAREDIRECT": Outcome.DATA}
_OUT = {"SEND": Outcome.DATA, "SENDEXTERNAL": Outcome.DATA, "DEFER": Outcome.UNANSWERED}


class _Columns(msgspec.Struct, frozen=True):
    names: tuple[str, ...]

    def row(self, record: bytes) -> dict[str, str] | None:
        text = text_of(record)
        if text.startswith("#") or not text[:4].isdigit():
            return None
        try:
            values = next(csv.reader([text]), [])
        except csv.Error:
            return None
        if len(values) != len(self.names):
            return None
        return dict(zip(self.names, values, strict=True))


@cache
def _columns(line: bytes) -> _Columns:
    return _Columns(tuple(name.strip() for name in text_of(line)[len(_MARK) :].split(",")))


def _header(head: Head) -> _Columns | None:
    for line in head.lines:
        if line.startswith(_MARK):
            names = _columns(line)
            if {"date-time", "event-id", "client-ip"} <= set(names.names):
                return names
            if {"date-time", "connector-id", "local-endpoint", "remote-endpoint", "event"} <= set(
                names.names
            ):
                return names
            return None
    return None


def _tracked(row: dict[str, str], fields: Fields) -> tuple[Initiator, Outcome, str]:
    """A record of message tracking. ``client`` sent, ``server`` took."""
    kind, source = row.get("event-id", ""), row.get("source", "")
    client, server = row.get("client-ip", ""), row.get("server-ip", "")
    origin = row.get("original-client-ip", "")
    pairs: list[tuple[str, object]] = [
        ("email.from.address", row.get("sender-address")),
        ("email.to.address", row.get("recipient-address", "").replace(";", ",")),
        ("email.subject", row.get("message-subject")),
        ("email.message_id", row.get("message-id", "").strip("<>")),
        ("network.bytes", row.get("total-bytes")),
        ("event.action", kind),
    ]
    pairs += side("source", client or origin)
    pairs += side("destination", server)
    if client and origin not in ("", client):
        pairs.append(("related.ip", origin))
    pairs += [
        ("source.domain", row.get("client-hostname")),
        ("destination.domain", row.get("server-hostname")),
    ]
    fields_of(pairs, fields)
    if source not in ("SMTP", "GATEWAY", "") or not (client or server or origin):
        return Initiator.UNKNOWN, Outcome.UNKNOWN, f"{source} {kind}".strip()
    outcome = _IN.get(kind) or _OUT.get(kind) or Outcome.UNKNOWN
    return Initiator.SOURCE, outcome, f"{source} {kind}".strip()


def _spoken(row: dict[str, str], fields: Fields, *, sending: bool) -> tuple[Initiator, Outcome, str]:
    """A line of an SMTP conversation; ``context`` and ``data`` hold the words."""
    local, remote = row.get("local-endpoint", ""), row.get("remote-endpoint", "")
    near, far = ("source", "destination") if sending else ("destination", "source")
    event, data, context = row.get("event", ""), row.get("data", ""), row.get("context", "")
    verb = data.split(" ", 1)[0].upper()[:20] if event in "<>" else ""
    pairs: list[tuple[str, object]] = [*side(near, *host_and_port(local)), *side(far, *host_and_port(remote))]
    pairs.append(("event.action", {"+": "connect", "-": "disconnect", "*": "information"}.get(event, verb)))
    mail = data.partition("<")[2].partition(">")[0]
    if verb == "MAIL":
        pairs.append(("email.from.address", mail))
    elif verb == "RCPT":
        pairs.append(("email.to.address", mail))
    fields_of(pairs, fields)
    answered = event == ("<" if sending else ">") and data[:3].isdigit()
    if answered and data.startswith("235"):
        return Initiator.SOURCE, Outcome.LOGIN_ACCEPTED, f"SMTP {data[:3]}"
    if answered:
        refused = data[0] in "45"
        return Initiator.SOURCE, Outcome.REFUSED if refused else Outcome.DATA, f"SMTP {data[:3]}"
    if "authenticated" in context.lower() and event == "*":
        fields_of([("user.name", data)], fields)
        return Initiator.SOURCE, Outcome.LOGIN_ACCEPTED, context[:60]
    return Initiator.SOURCE, Outcome.ALLOWED, f"SMTP {'send' if sending else 'receive'} protocol"


def reader(head: Head) -> RecordReader:
    """By the ``#Fields`` in the head; the log's type says which way the conversation went."""
    columns = _header(head) or _Columns(())
    sending = any(
        line.lower().startswith(b"#log-type: smtp send") or b"smtpsend" in line.lower()
        for line in head.lines[:8]
        if line.startswith(b"#")
    )

    def understand(record: bytes) -> Event | None:
        row = columns.row(record)
        if row is None:
            return None
        fields: Fields = {}
        if "event-id" in row:
            initiator, outcome, why = _tracked(row, fields)
        else:
            initiator, outcome, why = _spoken(row, fields, sending=sending)
        return Event(
            format="exchange",
            time=read(record, TIMES),
            fields=fields,
            initiator=initiator,
            outcome=outcome,
            why=why,
        )

    return LineReader(TIMES, understand)


def sniff(head: Head) -> float:
    """A header of Exchange's columns, and rows that fit it."""
    columns = _header(head)
    if columns is None:
        return 0.0
    return 0.7 + 0.2 * share(head, columns.row)


SPEC = LogFormat(
    name="exchange",
    title="Microsoft Exchange message tracking, SMTP receive and send protocol logs",
    example=b"#Log-type: Message Tracking Log\n"
    b"#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source,event-id,recip"
    b"ient-address,sender-address\n"
    b"2021-01-07T04:18:07.123Z,192.0.2.7,mx.partner.example,10.0.0.25,EX1,SMTP,RECEIVE,alice@corp.example,bob@partner.example",
    knows="client-ip sent and server-ip took: RECEIVE, SEND and DEFER of the source SMTP say what "
    "came of it. In "
    "protocol logs the log's type says who connected, 235 accepted an account, 4xx and 5xx refused.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    outcomes=frozenset(Outcome) - {Outcome.LOGIN_REFUSED, Outcome.RESOLVED, Outcome.DENIED},
)
