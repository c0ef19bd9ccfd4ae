"""Dropbear's SSH server (routers, appliances).

Source: Dropbear's ``svr-auth*.c`` messages, and fail2ban's published sample lines.
"""

from __future__ import annotations

from traque.logs._envelope import TIMES
from traque.logs._format import LogFormat, specific
from traque.logs._sayings import Saying, messages
from traque.logs.syslog import reader
from traque.model import Outcome

_OWN = r"^(?:\[\d+\] [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d )?"
_PEER = r"<?(?:::ffff:)?(?P<host>[0-9A-Fa-f.:]*[0-9A-Fa-f]):(?P<port>\d{1,5})>?"

message = messages(
    "dropbear",
    (
        Saying(
            rf"{_OWN}(?P<action>(?:Password|Pubkey|PAM password) auth succeeded) for "
            rf"'(?P<user>.{{0,255}})' (?:with .{{0,200}} )?from {_PEER}",
            Outcome.LOGIN_ACCEPTED,
        ),
        Saying(
            rf"{_OWN}(?P<action>[Bb]ad (?:PAM )?password attempt) for '(?P<user>.{{0,255}})' from {_PEER}",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(
            rf"{_OWN}(?P<action>[Ll]ogin attempt for nonexistent user)(?: .{{0,255}})? from {_PEER}",
            Outcome.REFUSED,
        ),
        Saying(
            rf"{_OWN}(?P<action>Exit before auth) \(user '(?P<user>.{{0,255}})', \d+ fails\): Max "
            rf"auth tries reached.{{0,255}} from {_PEER}",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(
            rf"{_OWN}(?P<action>Exit before auth) from {_PEER}: \(user '(?P<user>.{{0,255}})', "
            rf"[1-9]\d* fails\)",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(rf"{_OWN}(?P<action>Exit before auth|Child connection) from {_PEER}", Outcome.ALLOWED),
    ),
)

SPEC = LogFormat(
    name="dropbear",
    title="Dropbear SSH",
    example=b"2021-01-07T04:18:07+01:00 gw dropbear[411]: Bad password attempt for 'root' from "
    b"192.0.2.7:51022",
    knows="The client initiated. 'auth succeeded' accepted the account, 'Bad password' refused "
    "it, 'nonexistent "
    "user' refused without naming it, 'Child connection' is a contact.",
    times=TIMES,
    sniff=lambda head: specific(head.share_of_messages("dropbear")),
    reader=reader,
    programs=("dropbear",),
    message=message,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.UNKNOWN}
    ),
)
