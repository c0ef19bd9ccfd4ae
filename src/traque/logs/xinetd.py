"""xinetd: services started for a client, and clients that it turned away.

Source: xinetd.conf(5), ``log_on_success`` and ``log_on_failure``, xinetd.log(5), and fail2ban's published
sample lines.
"""

from __future__ import annotations

from traque.logs._envelope import TIMES
from traque.logs._format import LogFormat, specific
from traque.logs._sayings import Saying, messages
from traque.logs.syslog import reader
from traque.model import Outcome

_FROM = r"(?: \S{1,64}){0,3} from=(?:::ffff:)?(?P<host>[0-9A-Fa-f.:]{2,45})(?![\w.:])"

message = messages(
    "xinetd",
    (
        Saying(
            r"^(?P<action>FAIL: \S{1,64} (?:libwrap|address|time|load|\w{1,20}_limit|bad_addr|no_access))"
            rf"{_FROM}",
            Outcome.DENIED,
        ),
        Saying(rf"^(?P<action>FAIL: \S{{1,64}}){_FROM}", Outcome.REFUSED),
        Saying(rf"^(?P<action>START: \S{{1,64}}){_FROM}", Outcome.ALLOWED),
        Saying(
            r"^(?P<action>libwrap refused connection to \S{1,64}) (?:\(libwrap=\S{0,64}\) )?from "
            r"(?:::ffff:)?(?P<host>[0-9A-Fa-f.:]{2,45})(?![\w.:])",
            Outcome.DENIED,
        ),
    ),
)

SPEC = LogFormat(
    name="xinetd",
    title="xinetd",
    example=b"Jan  7 04:18:07 host xinetd[411]: FAIL: telnet address from=192.0.2.7",
    knows="The client initiated. START was let through; FAIL by address, libwrap, time or a limit is denied.",
    times=TIMES,
    sniff=lambda head: specific(head.share_of_messages("xinetd")),
    reader=reader,
    linewise=True,
    programs=("xinetd",),
    message=message,
    outcomes=frozenset({Outcome.DENIED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.UNKNOWN}),
)
