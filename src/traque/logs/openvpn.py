"""OpenVPN's server log, in syslog or in its own file."""

from __future__ import annotations

import re
from functools import cache

from traque.logs._envelope import TIMES, Envelope, text_of
from traque.logs._fields import fields_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs.syslog import reader as syslog_reader
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

OWN_TIMES = (TimeRule("apache-error"), TimeRule("iso"))


def message(opened: Envelope) -> Event | None:
    """What a message of an OpenVPN server says; None for one that names no client."""
    client, established, said = _patterns()
    text = opened.message
    found = client.match(text)
    if found is None:
        found = established.search(text)
        if found is None:
            return None
        user, rest = None, text
    else:
        user, rest = found["name"], text[found.end() :]
    outcome, why = Outcome.ALLOWED, rest.strip()
    for pattern, known in said:
        if saying := pattern.search(rest):
            outcome, why = known, saying[0]
            if user is None and saying.groups() and saying[1]:
                user = saying[1]
            break
    if outcome is Outcome.LOGIN_REFUSED and user is None:
        outcome = Outcome.REFUSED
    pairs = [
        ("source.ip", found["ip"]),
        ("source.port", found["port"]),
        ("user.name", user),
        ("event.action", why[:80]),
    ]
    return Event(
        format="openvpn",
        time=opened.time,
        fields=fields_of(pairs, opened.fields()),
        initiator=Initiator.SOURCE,
        outcome=outcome,
        why=f"OpenVPN: {why[:60]}",
    )


def _own(record: bytes) -> Event | None:
    """A line of OpenVPN's own log file: a time, then the message."""
    text = text_of(record)
    found = _own_time().match(text)
    if found is None:
        return None
    return message(Envelope(read(record, OWN_TIMES), "", "", text[found.end() :]))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], tuple[tuple[re.Pattern[str], Outcome], ...]]:
    transport = r"(?:\[AF_INET6?\])?(?:(?:tcp|udp)[46]?(?:-server)?:)?"
    address = rf"{transport}(?P<ip>(?:\d{{1,3}}\.){{3}}\d{{1,3}}|[0-9A-Fa-f:]{{0,45}}:[0-9A-Fa-f:.]{{1,45}}?)"
    table = (
        (
            r"AUTH_FAILED|TLS Auth Error: .{0,80}|auth-failure|Auth Username/Password verification failed",
            Outcome.LOGIN_REFUSED,
        ),
        (
            r"PLUGIN_CALL: POST \S*PLUGIN_AUTH_USER_PASS_VERIFY status=1|PLUGIN_AUTH_USER_PASS_VERIFY failed",
            Outcome.LOGIN_REFUSED,
        ),
        (r"VERIFY ERROR: .{0,120}|VERIFY \w+ ERROR.{0,80}", Outcome.REFUSED),
        (r"TLS Error: .{0,120}|TLS_ERROR: .{0,80}|WARNING: Bad encapsulated packet length", Outcome.REFUSED),
        (r"\[(?!UNDEF)([^\[\]\s]{1,128})\] Peer Connection Initiated", Outcome.LOGIN_ACCEPTED),
        (r"MULTI(?:_sva)?: (?:primary virtual IP|pool returned|Learn)", Outcome.LOGIN_ACCEPTED),
        (
            r"TLS: Username/Password authentication succeeded for username '([^']{1,128})'",
            Outcome.LOGIN_ACCEPTED,
        ),
        (r"PUSH: Received control message|SENT CONTROL \[\S{1,128}\]: 'PUSH_REPLY", Outcome.LOGIN_ACCEPTED),
        (r"VERIFY OK: .{0,20}|VERIFY KU OK|VERIFY EKU OK|Data Channel", Outcome.ALLOWED),
    )
    return (
        re.compile(rf"(?:(?P<name>[^\s/\[\]:]{{1,128}})/)?{address}:(?P<port>\d{{1,5}}) "),
        re.compile(rf"(?:from|with) {address}:(?P<port>\d{{1,5}})(?!\d)"),
        tuple((re.compile(pattern), outcome) for pattern, outcome in table),
    )


@cache
def _own_time() -> re.Pattern[str]:
    return re.compile(
        r"(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d \d{4}"
        r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:us=\d+ )?"
    )


def sniff(head: Head) -> float:
    """Its messages in syslog, or lines of its own file."""
    return specific(max(head.share_of_messages("openvpn"), half(head, _own)))


def reader(head: Head) -> RecordReader:
    """By the envelope when there is one."""
    return syslog_reader(head) if head.share_of_messages("openvpn") >= 0.5 else LineReader(OWN_TIMES, _own)


SPEC = LogFormat(
    name="openvpn",
    title="OpenVPN server",
    example=b"Jan  7 04:18:07 vpn openvpn[411]: 192.0.2.7:51022 [alice] Peer Connection Initiated "
    b"with [AF_INET]192.0.2.7:51022",
    knows="The client initiated. 'Peer Connection Initiated', an address from the pool and a succeeded "
    "user name are log-ins accepted; AUTH_FAILED is a log-in refused when the account is named; "
    "VERIFY ERROR and TLS errors are refusals; other messages say only that it was let through.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("openvpn", "openvpn*", "ovpn-*"),
    message=message,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.UNKNOWN}
    ),
)
