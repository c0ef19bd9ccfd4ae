"""dnsmasq (also Pi-hole, OpenWrt): questions, forwards, answers, blocked names, DHCP leases.

Source: dnsmasq manual, ``--log-queries`` (also ``extra``) and ``--log-dhcp``.
"""

from __future__ import annotations

from traque.logs._envelope import TIMES
from traque.logs._format import LogFormat, specific
from traque.logs._sayings import Saying, messages
from traque.logs.syslog import reader
from traque.model import Initiator, Outcome

_EXTRA = r"^(?:\d+ (?:(?P<host>[0-9A-Fa-f.:]+)/(?P<port>\d{1,5}) )?)?"
_PLAIN = r"^(?:\d+ \S+ )?"
_NAME = r"(?P<question>\S{1,255})"

message = messages(
    "dnsmasq",
    (
        Saying(
            rf"{_PLAIN}(?P<action>query)\[(?P<type>[\w=]+)\] {_NAME} from (?P<host>[0-9A-Fa-f.:]+)",
            Outcome.RESOLVED,
        ),
        Saying(rf"{_PLAIN}(?P<action>forwarded) {_NAME} to (?P<server>[0-9A-Fa-f.:]+)", Outcome.RESOLVED),
        Saying(
            rf"{_EXTRA}(?P<action>(?:gravity|regex|exactly|blacklist|denylist)[\w "
            rf"]{{0,20}}(?:blocked|denied|blacklisted)) {_NAME} is",
            Outcome.DENIED,
        ),
        Saying(
            rf"{_EXTRA}(?P<action>config|reply|cached(?:-stale)?|/\S+) {_NAME} is (?:0\.0\.0\.0|::)$",
            Outcome.DENIED,
        ),
        Saying(
            rf"{_EXTRA}(?P<action>reply|cached(?:-stale)?|config|/\S+|DHCP) {_NAME} is "
            rf"(?:(?P<answer>[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]+)|<\S+>|(?P<alias>\S+))",
            Outcome.RESOLVED,
        ),
        Saying(rf"^possible (?P<action>DNS-rebind attack) detected: {_NAME}", Outcome.DENIED),
        Saying(
            r"^(?:\d+ )?(?P<action>DHCP(?:ACK|OFFER|REQUEST|RELEASE|DECLINE))\(\S+\) "
            r"(?P<host>[0-9A-Fa-f.:]+) ",
            Outcome.UNKNOWN,
            initiator=Initiator.UNKNOWN,
        ),
    ),
)

SPEC = LogFormat(
    name="dnsmasq",
    title="dnsmasq, Pi-hole",
    example=b"2021-01-07T04:18:07+01:00 gw dnsmasq[411]: query[A] www.evil.example from 10.0.0.7",
    knows="The client initiated. A question, its forward and its answer resolved a name; names that a list "
    "blocks, or that are answered with 0.0.0.0 or ::, were denied.",
    times=TIMES,
    sniff=lambda head: specific(head.share_of_messages("dnsmasq")),
    reader=reader,
    programs=("dnsmasq", "dnsmasq-dhcp", "pihole-FTL"),
    message=message,
    outcomes=frozenset({Outcome.DENIED, Outcome.RESOLVED, Outcome.UNKNOWN}),
)
