"""Asterisk and FreePBX: registrations and calls refused, security events; its own file or syslog.

Source: Asterisk documentation, "Logging" and "Security Event Logging", and fail2ban's published sample lines.
"""

from __future__ import annotations

from traque.logs._format import LogFormat
from traque.logs._sayings import OwnLines, Saying, messages
from traque.model import Outcome, TimeRule

_LEVEL = (
    r"^(?:NOTICE|SECURITY|WARNING|ERROR|VERBOSE)\[\d+\](?:\[C-[0-9a-f]+\])?:? "
    r"(?:\S{1,80}:\d* )?(?:in )?(?:\w+: )?"
)
_IP = r"(?P<host>\d[\d.]{6,14}|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:]+\]?)(?::(?P<port>\d{1,5}))?"
_REMOTE = (
    r'.{0,600}?,LocalAddress="IPV[46]/\w+/(?P<server>[^/"]{1,45})/(?P<server_port>\d+)"'
    r',RemoteAddress="IPV[46]/\w+/(?P<host>[^/"]{1,45})/(?P<port>\d+)"'
)
_SECURITY = r'SecurityEvent="(?P<action>{})".{{0,300}}?,AccountID="(?P<user>[^"]{{0,255}})"'

message = messages(
    "asterisk",
    (
        Saying(_LEVEL + _SECURITY.format("SuccessfulAuth") + _REMOTE, Outcome.LOGIN_ACCEPTED),
        Saying(
            _LEVEL
            + _SECURITY.format(
                "InvalidPassword|InvalidAccountID|ChallengeResponseFailed|AuthMethodNotAllowed"
            )
            + _REMOTE,
            Outcome.LOGIN_REFUSED,
        ),
        Saying(
            _LEVEL
            + _SECURITY.format("FailedACL|LoadAverageLimit|RequestNotAllowed|SessionLimit|MemoryLimit")
            + _REMOTE,
            Outcome.DENIED,
        ),
        Saying(_LEVEL + _SECURITY.format(r"\w+") + _REMOTE, Outcome.ALLOWED),
        Saying(
            rf"{_LEVEL}(?P<action>Registration|Request(?: '?\w+'?)?) from '(?P<user>.{{0,255}})' "
            rf"failed for '{_IP}'",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(
            rf"{_LEVEL}(?:Host )?{_IP} (?P<action>(?:failed|tried) (?:to authenticate|MD5 authentication)) "
            rf"(?:as|for|with nonexistent user) '(?P<user>[^']{{0,255}})'",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(
            rf"{_LEVEL}(?P<action>No registration for peer) '(?P<user>[^']{{0,255}})' \(from {_IP}\)",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(
            rf"{_LEVEL}(?P<action>Call) (?:from '.{{0,255}}' )?\((?:(?:TCP|UDP|TLS|WS):)?{_IP}\) "
            rf"to extension '.{{0,255}}' rejected",
            Outcome.REFUSED,
        ),
        Saying(
            rf"{_LEVEL}Ext\. s: \"(?P<action>Rejecting unknown SIP connection) from {_IP}\"", Outcome.REFUSED
        ),
        Saying(rf"{_LEVEL}(?P<action>hacking attempt detected) '{_IP}'", Outcome.REFUSED),
    ),
)

_OWN = OwnLines(
    "asterisk",
    r"\[(?:\d{4}-\d\d-\d\d|[A-Z][a-z]{2} [ \d]?\d) \d\d:\d\d:\d\d(?:\.\d+)?\] ",
    message,
    (TimeRule("iso", anchor=b"["), TimeRule("syslog", anchor=b"[")),
)

SPEC = LogFormat(
    name="asterisk",
    title="Asterisk (SIP, IAX, PJSIP)",
    example=b"[2021-01-07 04:18:07] NOTICE[1638] chan_sip.c: Registration from "
    b"'<sip:301@pbx.example>' failed for "
    b"'192.0.2.7:5060' - Wrong password",
    knows="The far end initiated. SuccessfulAuth accepted the account, failed registrations and "
    "InvalidPassword "
    "refused it, FailedACL denied it, a rejected call was refused.",
    times=_OWN.times,
    sniff=_OWN.sniff,
    reader=_OWN.reader,
    programs=("asterisk",),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.DATA, Outcome.UNANSWERED, Outcome.RESOLVED},
)
