"""Dovecot's log-ins over IMAP, POP3, ManageSieve and submission, in syslog or in its own file.

Source: Dovecot manual, "Logging", and ``login_log_format_elements`` (``rip`` is the client, ``lip`` the
server).
"""

from __future__ import annotations

import msgspec

from traque.logs._envelope import TIMES, Envelope
from traque.logs._format import LogFormat, specific
from traque.logs._sayings import Saying, messages
from traque.logs.syslog import reader
from traque.model import Event, Outcome

# The user is text that the client chose; the address that Dovecot writes is the last "rip=".
_USER = r"(?:user=<(?P<user>.{0,320})>, )?"
_PEER = r"(?:.{0,400}[, ])?rip=(?P<host>[^\s,]+)(?:, rport=(?P<port>\d+))?(?:, lip=(?P<server>[^\s,]+))?"
_OWN_FILE = (
    r"^auth\((?P<user>[^,()]{1,320}),(?P<host>[0-9A-Fa-f.:]+)[^)]{0,100}\)(?:<[^>]{0,80}>)?: (?:Info: )?"
    r"(?:\w+: )?(?P<action>[Pp]assword mismatch|unknown user|[Aa]uthentication failure|invalid credentials)"
)
_ENDED = (
    r"^(?:[\w-]+-login: )?(?:Info: |Error: )?(?P<action>Login aborted|Aborted "
    r"login|Disconnected|[A-Z][\w ]{3,40})"
)

_said = messages(
    "dovecot",
    (
        Saying(rf"^(?:[\w-]+-login: )?(?:Info: )?(?P<action>Login): {_USER}{_PEER}", Outcome.LOGIN_ACCEPTED),
        Saying(
            rf"{_ENDED}[^<]{{0,600}}\b(?:auth[ _]failed|failed authentication)\b[^<]{{0,200}}?: "
            rf"{_USER}{_PEER}",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(rf"{_ENDED}[^<]{{0,600}}?: {_USER}{_PEER}", Outcome.ALLOWED),
        Saying(
            r"^(?:dovecot: )?(?:auth(?:-worker)?(?:\(\d+\))?: )?(?:Info: )?(?:conn [^:]+: "
            r")?(?:auth(?:-worker)?(?:<\d+>)?: )?"
            r"(?:pam|sql|ldap|passwd-file|passwd|shadow|static|lua|dict|auth|policy|cache)"
            r"\((?P<user>[^,()]{1,320}),(?P<host>[0-9A-Fa-f.:]+)[^)]{0,100}\)(?:<[^>]{0,80}>)?[^:]{0,100}: "
            r"(?:Info: )?(?:\w+: )?.{0,80}?(?P<action>[Pp]assword mismatch|unknown "
            r"user|[Aa]uthentication failure|"
            r"pam_authenticate\(\) failed|invalid credentials|user not found)",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(_OWN_FILE, Outcome.LOGIN_REFUSED),
    ),
)


def message(opened: Envelope) -> Event | None:
    """What Dovecot says. In its own file ``auth(user,client,...):`` stands where the program would."""
    if opened.program.startswith("auth("):
        whole = f"{opened.program}:{opened.message}"
        opened = msgspec.structs.replace(opened, program="auth", message=whole)
    return _said(opened)


SPEC = LogFormat(
    name="dovecot",
    title="Dovecot (IMAP, POP3, ManageSieve, submission log-ins)",
    example=b"2021-01-07T04:18:07+01:00 mail dovecot: imap-login: Login: user=<alice>, method=PLAIN, "
    b"rip=192.0.2.7, lip=10.0.0.25, mpid=4711, TLS, session=<abc>",
    knows="The client (rip) initiated. 'Login:' accepted the account; 'auth failed', 'Password mismatch' "
    "and 'unknown user' refused it; a disconnection without an attempt is a contact.",
    times=TIMES,
    sniff=lambda head: specific(head.share_of_messages("dovecot")),
    reader=reader,
    programs=(
        "dovecot",
        "imap-login",
        "pop3-login",
        "managesieve-login",
        "submission-login",
        "dovecot-auth",
        "auth",
        "auth-worker",
        "auth(*",
    ),
    message=message,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.UNKNOWN}
    ),
)
