"""BIND's named: queries, refusals, zone transfers, response policies; its own files or syslog.

Source: BIND 9 Administrator Reference Manual, "logging" (categories queries, security, xfer-in, xfer-out,
rpz, lame-servers, rate-limit); Infoblox NIOS "Capturing DNS Queries and Responses" (``UDP: query: ...
response: ...``, with a second time in syslog).
"""

from __future__ import annotations

from traque.logs._format import LogFormat
from traque.logs._sayings import OwnLines, Saying, messages
from traque.model import Outcome, TimeRule

_LEVEL = (
    r"^(?:\d\d-[A-Z][a-z]{2}-\d{4} [\d:.]{8,12} )?(?:[\w-]+: )?(?:(?:info|notice|warning|error|debug \d+): )?"
)
_CLIENT = (
    rf"{_LEVEL}client (?:@0x[0-9a-f]+ )?(?P<host>[0-9A-Fa-f.:]+)(?:%\w+)?#(?P<port>\d{{1,5}})(?:/key \S+)?"
    r"(?: \([^)]{0,255}\))?: (?:view [^\s:]{1,80}: )?"
)
_ASKED = r"'(?P<question>[^'/\s]{1,255})(?:/(?:(?P<type>[A-Z0-9]+)/)?\w+)?'"
_FAR = r"(?P<server>[0-9A-Fa-f.:]+)#(?P<server_port>\d{1,5})"

message = messages(
    "bind",
    (
        Saying(
            rf"{_CLIENT}query: (?P<question>\S{{1,255}}) \w+ (?P<type>\S+) \S+(?: "
            rf"\((?P<server>[0-9A-Fa-f.:]+)\))?",
            Outcome.RESOLVED,
            "query",
        ),
        Saying(
            rf"{_CLIENT}(?:UDP|TCP): query: (?P<question>\S{{1,255}}) \w+ (?P<type>\S+) response: \w+"
            r"(?: \S+ \S{1,255} \d+ IN (?:A|AAAA) (?P<answer>[0-9A-Fa-f.:]{2,45});)?",
            Outcome.RESOLVED,
            "response",
        ),
        Saying(
            rf"{_CLIENT}(?P<action>answer|response): (?P<question>\S{{1,255}}) \w+ (?P<type>\w+) "
            r"(?:.{0,80}? -> \w+ \S{1,255} \d{1,10} (?:A|AAAA) (?P<answer>[0-9A-Fa-f.:]{2,45})(?= |$))?",
            Outcome.RESOLVED,
        ),
        Saying(
            rf"{_CLIENT}(?P<action>query|zone transfer|update|notify)(?: \([\w-]+\))? {_ASKED} denied",
            Outcome.DENIED,
        ),
        Saying(rf"{_CLIENT}(?P<action>bad zone transfer request): {_ASKED}", Outcome.REFUSED),
        Saying(rf"{_CLIENT}(?P<action>transfer) of {_ASKED}: [AI]XFR", Outcome.DATA),
        Saying(
            rf"{_CLIENT}(?:disabled )?(?P<action>rpz \S+ PASSTHRU rewrite) "
            rf"(?P<question>[^\s/]{{1,255}})/(?P<type>\w+)/",
            Outcome.RESOLVED,
        ),
        Saying(
            rf"{_CLIENT}disabled (?P<action>rpz \S+ \S+ rewrite) "
            rf"(?P<question>[^\s/]{{1,255}})/(?P<type>\w+)/",
            Outcome.RESOLVED,
        ),
        Saying(
            rf"{_CLIENT}(?P<action>rpz \S+ \S+ rewrite) "
            rf"(?P<question>[^\s/]{{1,255}})/(?P<type>\w+)/",
            Outcome.DENIED,
        ),
        Saying(rf"{_CLIENT}(?:would )?(?P<action>rate limit \w+)", Outcome.DENIED),
        Saying(
            rf"{_CLIENT}(?P<action>query failed) \([\w -]{{1,40}}\) for "
            r"(?P<question>[^\s/]{1,255})/\w+/(?P<type>\w+)",
            Outcome.RESOLVED,
        ),
        Saying(rf"{_CLIENT}(?P<action>\w+(?: \w+){{0,3}})", Outcome.ALLOWED),
        Saying(
            rf"{_LEVEL}(?P<action>transfer) of {_ASKED} from {_FAR}: (?:Transfer completed|connected)",
            Outcome.DATA,
        ),
        Saying(rf"{_LEVEL}(?P<action>transfer) of {_ASKED} from {_FAR}: ", Outcome.REFUSED),
        Saying(
            rf"{_LEVEL}(?:\w+: )?(?P<action>timed out|host unreachable|network unreachable) "
            rf"resolving {_ASKED}: {_FAR}",
            Outcome.UNANSWERED,
        ),
        Saying(
            rf"{_LEVEL}(?P<action>DNS format error) from {_FAR} resolving "
            r"(?P<question>[^\s/]{1,255})/(?P<type>\w{1,10}) for ",
            Outcome.REFUSED,
        ),
        Saying(
            rf"{_LEVEL}(?P<action>[\w ()]{{3,60}}) resolving {_ASKED}(?: \(in \S+\))?: {_FAR}",
            Outcome.REFUSED,
        ),
    ),
)

_OWN = OwnLines(
    "bind",
    r"\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.\d+)? ",
    message,
    (TimeRule("day-month"), TimeRule("iso")),
)

SPEC = LogFormat(
    name="bind",
    title="BIND named (queries, security, transfers, RPZ)",
    example=b"07-Jan-2021 04:18:07.123 queries: info: client @0x7f0001 10.0.0.7#51022 (www.evil.example): "
    b"query: www.evil.example IN A +E(0)K (10.0.0.53)",
    knows="The client initiated; a query resolved a name, 'denied', RPZ rewrites and rate limits "
    "are the server's "
    "controls. In 'transfer of ... from' and 'resolving ...' we initiated.",
    times=_OWN.times,
    sniff=_OWN.sniff,
    reader=_OWN.reader,
    programs=("named",),
    begins=("client @0x", "info: client ", "error: client ", "client "),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED},
)
