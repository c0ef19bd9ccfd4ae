"""Sendmail: mails in and out, log-ins, refusals by its rule sets.

Source: Sendmail Installation and Operation Guide, "Log entries" (``from=`` on arrival, ``to=`` on delivery,
``relay=`` the other side, ``stat=`` what came of it).
"""

from __future__ import annotations

from traque.logs._envelope import TIMES
from traque.logs._format import LogFormat, specific
from traque.logs._sayings import Saying, messages
from traque.logs.syslog import reader
from traque.model import Outcome

_ADDRESS = r"[0-9A-Fa-f.:]{3,45}"
_IP = rf"\[(?:IPv6:)?(?P<host>{_ADDRESS})\]"
_RELAY = rf"relay=(?:[^\s\[\],]{{1,255}} )?{_IP}"
_TARGET = rf"relay=(?:[^\s\[\],]{{1,255}} )?\[(?:IPv6:)?(?P<server>{_ADDRESS})\]"
_ID = r"^(?:[0-9A-Za-z]{10,16}: )?"
_TO = rf"{_ID}to=<?(?P<recipient>[^\s>,]{{1,320}})>?, .{{0,600}}?{_TARGET}"

message = messages(
    "sendmail",
    (
        Saying(
            rf"{_ID}AUTH=server, {_RELAY}.{{0,40}}?, authid=(?P<user>[^\s,]+)",
            Outcome.LOGIN_ACCEPTED,
            "AUTH=server",
        ),
        # The account is the client's text: the relay that sendmail writes is the last.
        Saying(
            rf"{_ID}(?P<action>AUTH failure) .{{0,600}}?, user=(?P<user>.{{0,320}}?), "
            rf"(?:.{{0,320}}, )?{_RELAY}",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(
            rf"{_ID}ruleset=\w+, (?:.{{0,600}}, )?{_RELAY}.{{0,40}}?, (?P<action>reject=\d{{3}})",
            Outcome.REFUSED,
        ),
        Saying(
            rf"{_ID}from=<?(?P<sender>[^\s>,]{{0,320}})>?, size=(?:.{{0,600}}, )?{_RELAY}",
            Outcome.DATA,
            "from",
        ),
        Saying(rf"{_TO}.{{0,100}}?, stat=(?P<action>Sent)", Outcome.DATA),
        Saying(
            rf"{_TO}.{{0,100}}?, stat=(?P<action>Deferred): (?:Connection timed out|No "
            rf"route|Operation timed)",
            Outcome.UNANSWERED,
        ),
        Saying(rf"{_TO}.{{0,100}}?, stat=(?P<action>[A-Z][\w ]{{2,40}})", Outcome.REFUSED),
        Saying(
            rf"{_ID}(?:[^\s\[\]]{{1,255}} )?{_IP}(?: \(may be forged\))?:? (?P<action>possible SMTP attack)",
            Outcome.REFUSED,
        ),
        Saying(
            rf"{_ID}(?P<action>rejecting commands|lost input channel|timeout waiting for input) from "
            rf"(?:[^\s\[\]]{{1,255}} )?{_IP}",
            Outcome.REFUSED,
        ),
        Saying(
            rf"{_ID}(?:[^\s\[\]]{{1,255}} )?{_IP}(?: \(may be forged\))? (?P<action>did not issue \S+)",
            Outcome.ALLOWED,
        ),
        Saying(rf"{_ID}STARTTLS=server, {_RELAY}", Outcome.ALLOWED, "STARTTLS=server"),
        Saying(rf"{_ID}STARTTLS=client, {_TARGET}", Outcome.ALLOWED, "STARTTLS=client"),
        Saying(rf"{_ID}<(?P<recipient>[^>\s]{{1,320}})>\.\.\. (?P<action>User unknown)", Outcome.REFUSED),
    ),
)

SPEC = LogFormat(
    name="sendmail",
    title="Sendmail",
    example=b"2021-01-07T04:18:07+00:00 relay sm-mta[4711]: 1074I7ab004711: "
    b"from=<bob@partner.example>, size=2048, class=0, "
    b"nrcpts=1, msgid=<x@partner.example>, proto=ESMTP, daemon=MTA, relay=mx.partner.example [192.0.2.7]",
    knows="The relay initiated in 'from=', AUTH and rule sets' refusals; we initiated in 'to=', "
    "where stat= says "
    "what came of it.",
    times=TIMES,
    sniff=lambda head: specific(head.share_of_messages("sendmail")),
    reader=reader,
    programs=("sendmail", "sm-*"),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.RESOLVED, Outcome.DENIED},
)
