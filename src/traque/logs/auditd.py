r"""Linux audit records (auditd, audisp): log-ins, accounts, commands; enriched or raw.

Source: Linux audit documentation, "Audit record types" and fields. The records of one event, which share
``msg=audit(time:serial)``, are read as one, and values that the kernel writes in hexadecimal (``saddr=``,
``proctitle=``, arguments with blanks) are written out, see :mod:`traque.sources.framing`; in other logs
(syslog) they are searched only where enrichment (``SADDR={...}``) or quotes spell them out.
"""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import fields_of, host_and_port, is_address, side
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, share, specific
from traque.logs._losses import AUDIT
from traque.model import Event, Initiator, Outcome, Stamp, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("epoch", anchor=b"msg=audit("), TimeRule("epoch", anchor=b"audit("))

_ACCEPTS = frozenset({"accept", "accept4"})
_LOGINS = frozenset({"USER_LOGIN", "USER_AUTH", "CRED_ACQ", "USER_START", "LOGIN"})


def understand(record: bytes) -> Event | None:
    """What one event says, of one or several records."""
    text = text_of(record)
    return _event(text, read(record, TIMES)) if _start().match(text) else None


def _event(text: str, time: Stamp | None) -> Event:
    kinds = _kind().findall(text)
    pairs = {key: quoted or bare for key, quoted, bare in reversed(_pair().findall(text[:65536]))}
    address = pairs.get("addr", "")
    hostname = pairs.get("hostname", "")
    far = address if is_address(address) else hostname if is_address(hostname) or "." in hostname else ""
    accepted = pairs.get("res", pairs.get("success", "")).lower() in ("success", "yes", "1")
    account = pairs.get("acct") or pairs.get("AUID")
    spelt, port = host_and_port(pairs.get("saddr", ""))
    enriched, port = pairs.get("laddr", spelt), pairs.get("lport", port)
    if is_address(enriched) and not far and (pairs.get("SYSCALL") in _ACCEPTS or _accept().search(text)):
        far, enriched = enriched, ""
    arguments = " ".join(
        value for key, value in sorted(pairs.items()) if re.fullmatch(r"a\d{1,3}", key) and value
    )
    found = [
        *(side("source", far) if far else []),
        *(side("destination", enriched, port) if is_address(enriched) else []),
        ("user.name", account),
        ("event.action", pairs.get("op") or (kinds[0] if kinds else "")),
        ("event.outcome", pairs.get("res") or pairs.get("success")),
        ("process.executable", pairs.get("exe")),
        ("process.command_line", pairs.get("cmd") or (arguments if "EXECVE" in kinds else None)),
        ("host.name", pairs.get("node")),
    ]
    fields = fields_of(found)
    initiator, outcome = Initiator.UNKNOWN, Outcome.UNKNOWN
    if "destination.ip" in fields and (pairs.get("SYSCALL") == "connect" or _connect().search(text)):
        initiator, outcome = Initiator.SOURCE, Outcome.ALLOWED
    if far:
        initiator = Initiator.SOURCE
        if _LOGINS & set(kinds):
            outcome = Outcome.LOGIN_ACCEPTED if accepted else Outcome.LOGIN_REFUSED
        else:
            outcome = Outcome.ALLOWED if accepted else Outcome.REFUSED
    if outcome is Outcome.LOGIN_REFUSED and not account:
        outcome = Outcome.REFUSED
    why = f"{','.join(dict.fromkeys(kinds[:6]))} {pairs.get('res', '')}".strip()
    return Event(format="auditd", time=time, fields=fields, initiator=initiator, outcome=outcome, why=why)


def message(opened: Envelope) -> Event | None:
    """A record that audisp or the kernel sent to syslog."""
    text = opened.message
    if not _start().match(text):
        return None
    event = _event(text, opened.time)
    for name, value in opened.fields().items():
        event.fields.setdefault(name, value)
    return event


def reader(head: Head) -> RecordReader:
    """Audit's own file, or syslog with its records."""
    from traque.logs import syslog

    if head.share_of_messages("auditd") > share(head, understand):
        return syslog.reader(head)
    return LineReader(TIMES, understand)


@cache
def _start() -> re.Pattern[str]:
    return re.compile(r"(?:node=\S{1,255} )?(?:type=\S{1,40} )(?:msg=)?audit\(\d*\.?\d*:?\d*\)")


@cache
def _kind() -> re.Pattern[str]:
    return re.compile(r"(?<!\S)type=([A-Z_]{2,40}|UNKNOWN\[\d+\]) ")


@cache
def _connect() -> re.Pattern[str]:
    """By number: x86-64, aarch64, s390x and ppc64le."""
    return re.compile(
        r" arch=(?:c000003e syscall=42|c00000b7 syscall=203|80000016 syscall=362|c0000015 syscall=328) "
    )


@cache
def _accept() -> re.Pattern[str]:
    return re.compile(r" arch=(?:c000003e syscall=(?:43|288)|c00000b7 syscall=(?:202|242)) ")


@cache
def _pair() -> re.Pattern[str]:
    return re.compile(r"(?<![\w-])([A-Za-z_][\w-]{0,40})=(?:\"([^\"]*+)\"|([^\s\"'\x1d{}?()]++))")


SPEC = LogFormat(
    name="auditd",
    title="Linux audit (auditd, audisp)",
    example=b"type=USER_AUTH msg=audit(1609993087.123:441): pid=2124 uid=0 auid=4294967295 ses=4294967295 "
    b'msg=\'op=PAM:authentication acct="alice" exe="/usr/sbin/sshd" hostname=192.0.2.7 '
    b"addr=192.0.2.7 terminal=ssh res=success'",
    knows="addr= initiated; USER_AUTH, USER_LOGIN, CRED_ACQ and USER_START with res= say whether "
    "the account was "
    "accepted; a connect opened a connection to its socket's address, an accept took one.",
    times=TIMES,
    sniff=lambda head: specific(max(half(head, understand), head.share_of_messages("auditd"))),
    reader=reader,
    programs=("audispd", "audisp-syslog", "audit", "kernel"),
    message=message,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.UNKNOWN}
    ),
    losses=AUDIT,
)
