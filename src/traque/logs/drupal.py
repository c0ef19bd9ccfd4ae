"""Drupal's watchdog, sent to syslog: ``base URL|time|type|address|request|referer|user id|link|message``.

Source: Drupal's "Syslog" module (the default of ``syslog_format``), and fail2ban's samples of it. The address
comes before everything that a client can choose; a client may put ``|`` into what follows it.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import Envelope
from traque.logs._fields import fields_of, side
from traque.logs._format import Head, LogFormat, specific
from traque.logs._web import target_fields
from traque.logs.syslog import reader
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read


def message(opened: Envelope) -> Event | None:
    """What a message says; None for one that is not Drupal's."""
    found = _line().match(opened.message)
    if found is None:
        return None
    base, second, kind, host, rest = found.groups()
    columns = rest.split("|")
    # request, referer, user id, link, message: with more of them it is open where the message begins.
    said = columns[4].strip() if len(columns) == 5 else ""
    account = _account().match(said)
    user, outcome = None, Outcome.ALLOWED if said else Outcome.UNKNOWN
    if account is not None:
        user = account["refused"] or account["accepted"]
        outcome = Outcome.LOGIN_REFUSED if account["refused"] else Outcome.LOGIN_ACCEPTED
    elif kind in ("page not found", "access denied") or "Login attempt failed" in rest:
        outcome = Outcome.REFUSED
    asked = columns[0].removeprefix(base)
    pairs = [
        *side("source", host),
        ("user.name", user),
        *(target_fields(asked, "") if asked.startswith("/") else []),
        ("event.action", kind),
    ]
    return Event(
        format="drupal",
        time=opened.time or read(second.encode(), (TimeRule("epoch"),)),
        fields=fields_of(pairs, opened.fields()),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=f"Drupal {kind}: {said}"[:90],
    )


@cache
def _line() -> re.Pattern[str]:
    return re.compile(
        r"(https?://[^|\s]{1,255})\|(\d{10})\|([\w ./-]{1,64})\|([0-9A-Fa-f.:]{2,45})\|([^\n]{0,16384})"
    )


@cache
def _account() -> re.Pattern[str]:
    return re.compile(
        r"Login attempt failed for (?P<refused>.{1,128}?)\.?$"
        r"|Session (?:opened|revisited) for (?P<accepted>.{1,128}?)\.?$"
    )


def sniff(head: Head) -> float:
    """Its messages in syslog."""
    return specific(head.share_of_messages("drupal"))


SPEC = LogFormat(
    name="drupal",
    title="Drupal watchdog (syslog)",
    example=b"<142>Jan  7 2021 04:18:07 web1 drupal: https://www.example|1609993087|user|192.0.2.7|"
    b"https://www.example/user/login|https://www.example/|0||Login attempt failed for alice.",
    knows="The address in the fourth column initiated. 'Session opened' is a log-in accepted, 'Login "
    "attempt failed' one refused, with the account; what was not found or denied was refused.",
    times=(TimeRule("syslog"), TimeRule("iso")),
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=("|user|", "|page not found|", "|access denied|"),
    message=message,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.UNKNOWN}
    ),
)
