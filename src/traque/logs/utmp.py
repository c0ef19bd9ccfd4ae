"""Linux log-in records (utmp, wtmp, btmp, lastlog), as the utmp decoder writes them: utmp(5)."""

from __future__ import annotations

from traque.logs._documents import Document, stamp_of
from traque.logs._fields import fields_of, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, specific
from traque.logs.json import understand
from traque.model import Event, Initiator, Outcome, TimeRule

TIMES = (TimeRule("iso", anchor=b'"@timestamp":'), TimeRule("auto"))

_SESSIONS = ("USER_PROCESS", "LASTLOG")


def document(record: Document) -> Event | None:
    """What a log-in record says; None if it is none."""
    if record.get("@format") != "utmp":
        return None
    kind, host = str(record.get("type", "")), record.get("host")
    address = record.get("addr")
    pairs: list[tuple[str, object]] = [("source.ip", address)]
    if isinstance(host, str) and not host.startswith(":") and kind not in ("BOOT_TIME", "RUN_LVL"):
        pairs += side("source", host.partition(" ")[0])
    pairs += [
        ("user.name", record.get("user")),
        ("user.id", record.get("uid")),
        ("event.action", kind),
        ("tty", record.get("line")),
    ]
    fields = fields_of(pairs)
    remote = "source.ip" in fields or "source.domain" in fields
    initiator, outcome, why = Initiator.UNKNOWN, Outcome.UNKNOWN, f"{kind} record"
    if remote and record.get("file") == "btmp":
        initiator, outcome, why = Initiator.SOURCE, Outcome.LOGIN_REFUSED, "btmp: a log-in failed"
    elif remote and kind in _SESSIONS:
        initiator, outcome, why = Initiator.SOURCE, Outcome.LOGIN_ACCEPTED, f"{kind}: a session was opened"
    elif remote and kind == "DEAD_PROCESS":
        initiator, outcome, why = Initiator.SOURCE, Outcome.DATA, f"{kind}: a session ended"
    return Event(
        format="utmp",
        time=stamp_of(record.get("@timestamp")),
        fields=fields,
        initiator=initiator,
        outcome=outcome,
        why=why,
    )


def sniff(head: Head) -> float:
    """The decoder marks its records."""
    return specific(head.share_of_documents(lambda record: record.get("@format") == "utmp"))


def reader(_head: Head) -> RecordReader:
    """Times stand first in each record."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="utmp",
    title="Linux log-in records (decoded utmp, wtmp, btmp, lastlog)",
    example=b'{"@format":"utmp","@timestamp":"2021-01-07T04:18:07.120000Z","type":"USER_PROCESS","user":"jdoe",'
    b'"line":"pts/0","host":"198.51.100.23","addr":"198.51.100.23","pid":4242,"session":0,"file":"wtmp"}',
    knows="A remote host in a session's record logged in; in btmp it failed to; DEAD_PROCESS is a session's "
    "end. Records of the system itself state no initiator.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    document=document,
    outcomes=frozenset({Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.DATA, Outcome.UNKNOWN}),
)
