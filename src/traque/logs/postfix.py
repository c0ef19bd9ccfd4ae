"""Postfix: connections in, log-ins over SASL, refusals, and deliveries out; postgrey's answers.

Source: Postfix' own manual pages and DEBUG_README, postgrey's manual page. Some relays leave only
``postfix`` of a process' name: then the message tells which way it went.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import TIMES, Envelope
from traque.logs._fields import Fields, fields_of, side
from traque.logs._format import LogFormat, specific
from traque.logs.syslog import reader
from traque.model import Event, Initiator, Outcome

_OUTWARD = frozenset({"smtp", "lmtp", "error", "relay", "local", "virtual", "pipe"})
"""Processes that deliver."""


def message(opened: Envelope) -> Event | None:
    """What a message of a Postfix process says; None for one that names no peer in a way that is known."""
    process = opened.program.rpartition("/")[2]
    fields = opened.fields()
    found: tuple[Initiator, Outcome, str] | None
    if process == "postgrey":
        found = _greylisted(opened.message, fields)
    elif process in _OUTWARD:
        found = _outward(opened.message, fields)
    else:
        found = _inward(opened.message, fields)
        if found is None and process == "postfix":
            found = _outward(opened.message, fields)
    if found is None:
        found = _addresses(opened.message, fields)
    if found is None:
        return None
    initiator, outcome, why = found
    return Event(
        format="postfix",
        time=opened.time,
        fields=fields,
        initiator=initiator,
        outcome=outcome,
        why=f"{process}: {why}",
    )


def _inward(text: str, fields: Fields) -> tuple[Initiator, Outcome, str] | None:
    """By smtpd and postscreen: the client connected to us."""
    sasl, reject, limit, queued = _inward_patterns()[:4]
    if found := sasl.search(text):
        account = _account(text)
        _client(fields, found, action="SASL authentication failed", user=account)
        return (
            Initiator.SOURCE,
            Outcome.LOGIN_REFUSED if account else Outcome.REFUSED,
            "SASL authentication failed",
        )
    if found := reject.search(text):
        _client(fields, found, action="reject", code=found["code"])
        _mail(fields, text)
        return Initiator.SOURCE, Outcome.REFUSED, f"reject {found['code']}"
    if found := limit.search(text):
        _client(fields, found, action="rate limit exceeded")
        return Initiator.SOURCE, Outcome.REFUSED, "rate limit exceeded"
    if found := queued.search(text):
        account = found["account"]
        _client(fields, found, action="client", user=account)
        if account:
            return Initiator.SOURCE, Outcome.LOGIN_ACCEPTED, "sasl_username"
        return Initiator.SOURCE, Outcome.DATA, "accepted a mail from it"
    return _contact(text, fields)


def _contact(text: str, fields: Fields) -> tuple[Initiator, Outcome, str] | None:
    """Connections without a mail, and complaints about a client's name."""
    contact, mention, content, counted = _inward_patterns()[4:]
    if found := content.search(text):
        _client(fields, found, action=f"{found['action']} {found['part']}")
        _mail(fields, text[found.end() - 7 :])
        refused = found["action"] in ("reject", "milter-reject")
        return (
            Initiator.SOURCE,
            Outcome.REFUSED if refused else Outcome.DATA,
            f"{found['action']} {found['part']}",
        )
    if found := counted.search(text):
        _client(fields, found, action=found["action"])
        return Initiator.SOURCE, Outcome.ALLOWED, found["action"]
    if found := mention.search(text):
        address, name = found["ip"] or found["listed"], found["name"] or found["host"]
        fields_of([("related.ip", address), ("related.hosts", name)], fields)
        return Initiator.UNKNOWN, Outcome.UNKNOWN, "a name that does not resolve to the address"
    if found := contact.search(text):
        _client(fields, found, action=found["action"])
        _mail(fields, text)
        if found["action"] == "disconnect" and re.search(r" data=[1-9]\d*(?: |$)", text):
            return Initiator.SOURCE, Outcome.DATA, "disconnect after a mail"
        return Initiator.SOURCE, Outcome.ALLOWED, f"{found['action']} from"
    return None


def _greylisted(text: str, fields: Fields) -> tuple[Initiator, Outcome, str] | None:
    """postgrey: it puts a client off for some minutes, or lets it pass."""
    values = dict(re.findall(r"(?:^|[ ,])(\w{1,40})=([^,]{0,320})", text[:2048]))
    address, slash, bits = values.get("client_address", "").partition("/")
    if not address or (slash and bits not in ("32", "128")):
        return None
    pairs = [
        ("source.ip", address),
        ("source.domain", None if values.get("client_name") == "unknown" else values.get("client_name")),
        ("email.from.address", values.get("sender")),
        ("email.to.address", values.get("recipient")),
        ("event.action", values.get("action")),
    ]
    fields_of(pairs, fields)
    passed = values.get("action") == "pass"
    why = f"{values.get('action', '')} {values.get('reason', '')}".strip()[:80]
    return Initiator.SOURCE, Outcome.ALLOWED if passed else Outcome.REFUSED, why


def _client(
    fields: Fields, found: re.Match[str], *, action: str, user: str | None = None, code: str | None = None
) -> None:
    group = found.groupdict()
    name = group.get("name")
    pairs: list[tuple[str, object]] = [
        ("source.ip", group["ip"]),
        ("source.port", group.get("port")),
        ("source.domain", None if name in (None, "unknown") else name),
        ("user.name", user),
        ("event.action", action),
        ("smtp.response.code", code),
    ]
    fields_of(pairs, fields)


def _account(text: str) -> str | None:
    found = re.search(r"sasl_username=([^,\s]+)", text)
    return found[1] if found else None


def _mail(fields: Fields, text: str) -> None:
    """Envelope addresses and the greeting: they are claims of the client, not peers."""
    sender, recipient, helo = (re.search(rf"\b{key}=<([^<>\s]*)>", text) for key in ("from", "to", "helo"))
    pairs = [
        ("email.from.address", sender and sender[1]),
        ("email.to.address", recipient and recipient[1]),
        ("smtp.helo", helo and helo[1]),
    ]
    fields_of(pairs, fields)


def _outward(text: str, fields: Fields) -> tuple[Initiator, Outcome, str] | None:
    """By smtp and lmtp: we connected to a server."""
    delivery, failed, said, secured = _outward_patterns()
    sent = delivery.search(text)
    if sent is not None:
        fields_of([("email.to.address", sent["to"]), ("event.action", sent["status"])], fields)
    if sent is not None and sent["ip"]:
        fields_of(
            [*side("destination", sent["ip"], sent["port"]), ("destination.domain", sent["relay"])], fields
        )
        if sent["status"] == "sent":
            return Initiator.SOURCE, Outcome.DATA, "status=sent"
        if said.search(text) or sent["status"] == "bounced":
            return Initiator.SOURCE, Outcome.REFUSED, f"status={sent['status']}, it said why"
        return Initiator.SOURCE, Outcome.UNKNOWN, f"status={sent['status']}"
    if found := failed.search(text):
        fields_of(
            [*side("destination", found["ip"], found["port"]), ("destination.domain", found["name"])], fields
        )
        fields_of([("event.action", "connect")], fields)
        refused = "refused" in found["reason"].lower()
        return Initiator.SOURCE, Outcome.REFUSED if refused else Outcome.UNANSWERED, found["reason"][:60]
    if found := said.search(text):
        fields_of([*side("destination", found["ip"]), ("destination.domain", found["name"])], fields)
        return Initiator.SOURCE, Outcome.REFUSED, "host said"
    if found := secured.search(text):
        fields_of(
            [*side("destination", found["ip"], found["port"]), ("destination.domain", found["name"])], fields
        )
        return Initiator.SOURCE, Outcome.DATA, "TLS connection established"
    return None


def _addresses(text: str, fields: Fields) -> tuple[Initiator, Outcome, str] | None:
    """Queue manager, cleanup, local delivery: mail addresses only."""
    before = len(fields)
    _mail(fields, text)
    if len(fields) == before:
        return None
    return Initiator.UNKNOWN, Outcome.UNKNOWN, "addresses of a mail"


# A client is name[address] or name[address]:port; postscreen writes [address]:port.
_CLIENT = r"(?P<name>[^\s\[\]<>,]{0,255})\[(?P<ip>[0-9A-Fa-f.:]{2,45})\](?::(?P<port>\d+))?"


@cache
def _inward_patterns() -> tuple[re.Pattern[str], ...]:
    return (
        re.compile(rf"^(?:\w+: )?warning: {_CLIENT}: SASL (?P<mechanism>\S+) authentication failed"),
        re.compile(rf"^(?:[\w.]+: )?(?:milter-)?reject: .{{0,60}}? from {_CLIENT}: (?P<code>[45]\d\d)"),
        re.compile(rf"^warning: [\w ]{{1,60}} limit exceeded: \d+ from {_CLIENT} for service"),
        re.compile(
            rf"^[\w.]+: client={_CLIENT}(?:, sasl_method=[^,]*)?(?:, sasl_username=(?P<account>[^,\s]+))?"
        ),
        re.compile(
            r"^(?:\w+: )?(?P<action>connect|disconnect|CONNECT|DISCONNECT|HANGUP|PREGREET|PASS (?:NEW|OLD)|"
            r"lost connection|timeout|too many errors|SSL_accept error|improper command pipelining|"
            r"(?:Anonymous|Untrusted|Trusted) TLS connection established|discard|warn|hold|filter|"
            r"COMMAND [A-Z ]+|BARE NEWLINE|NON-SMTP COMMAND|WHITELISTED|ALLOWLISTED|DNSBL rank \d+)\b"
            rf".{{0,120}}?(?:from|for) {_CLIENT}"
        ),
        re.compile(
            r"^warning: (?:hostname (?P<name>\S+) does not resolve to address "
            r"(?P<ip>[0-9A-Fa-f.:]{2,44}[0-9A-Fa-f])"
            r"|(?P<listed>[0-9A-Fa-f.:]{3,45}): (?:address not listed for )?hostname (?P<host>\S+))"
        ),
        # The header is the sender's text: the last "from" is Postfix' own.
        re.compile(
            r"^\w{1,32}: (?P<action>warning|reject|milter-reject|hold|discard|filter|prepend|replace|redirect"
            rf"|info|bcc): (?P<part>header|body|mime-header) .{{0,4096}} from {_CLIENT}; from=<"
        ),
        re.compile(
            r"^statistics: (?P<action>max [a-z ]{1,40}) \d[\d/s]{0,16} for "
            r"\(\w+:(?P<ip>[0-9A-Fa-f.:]{2,45})\) at "
        ),
    )


@cache
def _outward_patterns() -> tuple[re.Pattern[str], ...]:
    peer = r"(?P<name>[^\s\[\]<>,]{1,255})\[(?P<ip>[0-9A-Fa-f.:]{2,45})\]"
    return (
        re.compile(
            r"to=<(?P<to>[^<>\s]*)>, (?:orig_to=<[^<>\s]*>, )?relay=(?P<relay>[^\s\[,]+)"
            r"(?:\[(?P<ip>[0-9A-Fa-f.:]{2,45})\](?::(?P<port>\d+))?)?, .{0,200}?status=(?P<status>\w+)"
        ),
        re.compile(rf"\bconnect to {peer}:(?P<port>\d+): (?P<reason>[^)]{{1,100}})"),
        re.compile(rf"\bhost {peer} (?:said|refused to talk to me): "),
        re.compile(
            rf"^(?:\w+ TLS connection established to|\w+: Used TLS for) {peer}:(?P<port>\d{{1,5}})(?!\d)"
        ),
    )


def _shapes() -> tuple[str, ...]:
    """Log-ins refused, mails refused, and mails sent: the addresses of a mail are claims, and free."""
    # What only looks like an address would let the claims decide; those of IPv6 are judged one by one.
    octet = r"(?:0|1(?:[0-9][0-9]?)?|2(?:[0-4][0-9]?|5[0-5]?|[6-9])?|[3-9][0-9]?)"
    peer = rf"(?:{octet}\.){{3}}{octet}"
    client = rf"[!-+.-;=?-Z\\^-~]{{0,99}}\[{peer}\]"
    # "from=" ends it, so none of the clauses behind the first begins with an f: each byte tells what it
    # belongs to.
    reason = r"[^<>;]*; (?:[^<>;f][^<>;]*; )*"
    process, number, word = r"\[(?P<free1>[0-9]{1,7})\]: ", r"[0-9.]+", "[!-;=?-~]"
    claimed = " ".join(rf"{name}=<(?P<free{place}>{word}*)>" for place, name in ((2, "from"), (3, "to")))
    log_in = (
        rf"postfix/smtpd{process}warning: {client}: SASL [A-Z0-9-]+ authentication failed: [^ ,]*, "
        r"sasl_username=(?P<account>[A-Za-z0-9_][!-+.-~]*)"
    )
    refused = (
        rf"postfix/smtpd{process}NOQUEUE: reject: RCPT from {client}: [45][0-9][0-9] {reason}{claimed} "
        rf"proto=E?SMTP helo=<(?P<free4>{word}*)>"
    )
    sent = (
        rf"postfix/smtp{process}(?P<free2>[0-9A-Za-z]+): to=<(?P<free3>{word}+)>, "
        rf"relay=(?P<free4>[A-Za-z0-9._-]+)\[{peer}\]:[0-9]+, delay=(?P<free5>{number}), "
        rf"delays=(?P<free6>[0-9./]+), dsn={number}, status=sent \((?P<free7>[ -~]*)"
    )
    return log_in, refused, sent


SPEC = LogFormat(
    name="postfix",
    title="Postfix",
    example=b"Jan  7 04:18:07 mx1 postfix/smtpd[2144]: connect from unknown[192.0.2.7]",
    knows="smtpd and postscreen: the client initiated. A reject is a refusal; a failed SASL log-in is a "
    "log-in refused if it names the account; sasl_username is a log-in accepted; a queued mail is "
    "data; connect, disconnect and lost connections were let through. smtp: this host initiated; "
    "status=sent is data, what the server said against it a refusal, a time-out unanswered.",
    times=TIMES,
    sniff=lambda head: specific(head.share_of_messages("postfix")),
    reader=reader,
    linewise=True,
    programs=("postfix/*", "postfix-*", "postfix", "postgrey"),
    message=message,
    message_shapes=_shapes(),
    outcomes=frozenset(Outcome) - {Outcome.RESOLVED, Outcome.DENIED},
)
