"""PowerDNS: the recursor's and the authoritative server's questions, transfers and refusals, in syslog.

Source: PowerDNS documentation, ``quiet=no`` (recursor), ``log-dns-queries`` (authoritative).
"""

from __future__ import annotations

from traque.logs._envelope import TIMES
from traque.logs._format import LogFormat, specific
from traque.logs._sayings import Saying, messages
from traque.logs.syslog import reader
from traque.model import Outcome

_HOST = r"(?P<host>[0-9A-Fa-f.]+|[0-9A-Fa-f:.]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?"
_NAME = r"'(?P<question>[^'|/]{1,255}?)\.?\|(?P<type>\w+)'"

message = messages(
    "powerdns",
    (
        Saying(rf"^Remote {_HOST}(?:<-\S+)? (?P<action>wants) {_NAME}", Outcome.RESOLVED),
        Saying(rf"^(?:\d+ )?\[[\d/]+\] (?P<action>question) for {_NAME} from {_HOST}", Outcome.RESOLVED),
        Saying(
            rf"^AXFR(?:-out)? (?:of (?:domain )?|zone )'(?P<question>[^']{{1,255}})'.{{0,60}}? "
            rf"(?P<action>denied)[^'0-9]{{0,40}}{_HOST}",
            Outcome.DENIED,
        ),
        Saying(
            rf"^AXFR(?:-out)? (?:of (?:domain )?|zone )'(?P<question>[^']{{1,255}})'[^0-9]{{0,40}}"
            rf" '?{_HOST}'?.{{0,20}} (?P<action>denied|refused)",
            Outcome.DENIED,
        ),
        Saying(
            rf"^AXFR(?:-out)? (?:of (?:domain )?|zone )'(?P<question>[^']{{1,255}})' "
            rf"(?:initiated|allowed)[^0-9]{{0,40}}{_HOST}",
            Outcome.DATA,
            "AXFR",
        ),
        Saying(rf"^(?P<action>Dropping|Ignoring) .{{0,80}}? from {_HOST}", Outcome.DENIED),
    ),
)

SPEC = LogFormat(
    name="powerdns",
    title="PowerDNS (recursor and authoritative)",
    example=b"2021-01-07T04:18:07+01:00 ns1 pdns_recursor[411]: 1 [12/1] question for "
    b"'www.evil.example|A' from 10.0.0.7",
    knows="The client initiated; a question resolved a name, a transfer gave data or was denied.",
    times=TIMES,
    sniff=lambda head: specific(head.share_of_messages("powerdns")),
    reader=reader,
    programs=("pdns", "pdns_server", "pdns_recursor", "pdns-recursor"),
    message=message,
    outcomes=frozenset({Outcome.DATA, Outcome.DENIED, Outcome.RESOLVED}),
)
