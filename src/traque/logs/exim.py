"""Exim: mails in and out, log-ins, refusals; its main and reject logs, or syslog.

Source: Exim specification, chapter "Log files" (``<=`` arrival, ``=>`` delivery, ``**`` bounce, ``==``
deferral; ``H=`` host, ``A=`` authenticator and account, ``I=`` local interface).
"""

from __future__ import annotations

from traque.logs._format import LogFormat
from traque.logs._sayings import OwnLines, Saying, messages
from traque.model import Outcome, TimeRule

_ADDRESS = r"[0-9A-Fa-f.:]{3,45}"
_NAMES = r"(?:[^\s()\[]{1,255} )?(?:\(.{0,255}?\) )?"
_HOME = rf"(?: I=\[(?P<server>{_ADDRESS})\](?::(?P<server_port>\d{{1,5}}))?)?"
_CLIENT = rf"{_NAMES}\[(?P<host>{_ADDRESS})\](?::(?P<port>\d{{1,5}}))?{_HOME}"
_TARGET = rf" H=[^\s\[]{{1,255}} \[(?P<server>{_ADDRESS})\](?::(?P<server_port>\d{{1,5}}))?"
_ID = (
    r"^(?:\d{4}-\d\d-\d\d \S+ )?(?:(?:\S{1,255} )?exim4?\[\d+\]: )?(?:\[\d+\] )?(?:\w{6}-\w{6,11}-\w{2,4} )?"
)

message = messages(
    "exim",
    (
        Saying(
            rf"{_ID}(?P<action><=) (?P<sender>\S+).{{0,200}}? H={_CLIENT}.{{0,800}}? A=\w+:(?P<user>\S+)",
            Outcome.LOGIN_ACCEPTED,
        ),
        Saying(rf"{_ID}(?P<action><=) (?P<sender>\S+).{{0,200}}? H={_CLIENT}", Outcome.DATA),
        Saying(rf"{_ID}(?P<action>[=\-]>|>>) (?P<recipient>\S+).{{0,400}}?{_TARGET}", Outcome.DATA),
        Saying(rf"{_ID}(?P<action>\*\*) (?P<recipient>\S+).{{0,400}}?{_TARGET}", Outcome.REFUSED),
        Saying(
            rf"{_ID}(?P<action>==) (?P<recipient>\S+).{{0,400}}?{_TARGET}.{{0,200}}?[Tt]imed? ?out",
            Outcome.UNANSWERED,
        ),
        Saying(rf"{_ID}(?P<action>==) (?P<recipient>\S+).{{0,400}}?{_TARGET}", Outcome.REFUSED),
        Saying(
            rf"{_ID}\w+ (?P<action>authenticator failed) for {_CLIENT}(?: \S+)?: \d{{3}} "
            r"(?:.{0,120}?\(set_id=(?P<user>[^)]{1,320})\))?",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(
            rf"{_ID}H={_CLIENT}.{{0,600}}?(?P<action>(?:temporarily )?rejected (?:RCPT|MAIL|EHLO|HELO|AUTH|"
            r"connection|after DATA|\S+)|sender verify (?:fail|"
            r"defer))(?:.{0,20}?<(?P<recipient>[^>\s]{1,320})>)?",
            Outcome.REFUSED,
        ),
        Saying(
            rf"{_ID}(?P<action>SMTP protocol (?:synchronization )?error).{{0,300}} H={_CLIENT}",
            Outcome.REFUSED,
        ),
        Saying(
            rf"{_ID}SMTP (?P<action>protocol (?:synchronization )?error|call).{{0,300}}? from {_CLIENT}",
            Outcome.REFUSED,
        ),
        Saying(
            rf"{_ID}(?P<action>refused connection|rejected connection) from (?:H=)?{_CLIENT}", Outcome.REFUSED
        ),
        Saying(rf"{_ID}(?P<action>[A-Za-z][\w /]{{3,60}}) from (?:H=)?{_CLIENT}", Outcome.ALLOWED),
        Saying(
            rf"{_ID}(?P<action>no (?:MAIL|IP address)).{{0,300}}?\b(?:in|during) SMTP connection "
            rf"from {_CLIENT}",
            Outcome.ALLOWED,
        ),
        Saying(
            rf"{_ID}(?P<action>no (?:host name|IP address) found) for .{{0,300}}?[ "
            rf"\[](?P<related>\d+\.[\d.]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)",
            Outcome.ALLOWED,
        ),
    ),
)

_OWN = OwnLines(
    "exim", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? (?:[+-]\d{4} )?", message, (TimeRule("iso"),)
)

SPEC = LogFormat(
    name="exim",
    title="Exim (main log, reject log, syslog)",
    example=b"2021-01-07 04:18:07 1kxLmn-0001Ab-2C <= bob@partner.example H=mx.partner.example "
    b"[192.0.2.7]:51022 "
    b"I=[203.0.113.25]:25 P=esmtps S=4711 id=x@partner.example",
    knows="A client wrote to us in '<=' (an account in A= was accepted), refusals and failed authenticators; "
    "we opened '=>', '->', '**' and '=='.",
    times=_OWN.times,
    sniff=_OWN.sniff,
    reader=_OWN.reader,
    programs=("exim", "exim4"),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.RESOLVED, Outcome.DENIED},
)
