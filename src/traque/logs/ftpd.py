"""FTP servers: vsftpd, ProFTPD, Pure-FTPd; their own files, ``xferlog``, or syslog.

Source: the servers' manuals, wu-ftpd's ``xferlog(5)``, and fail2ban's published sample lines.
"""

from __future__ import annotations

from traque.logs._format import LogFormat
from traque.logs._sayings import OwnLines, Saying, messages
from traque.model import Outcome, TimeRule

_IP = r"(?:::ffff:)?(?P<host>[0-9A-Fa-f.:]{3,45})"
_VSFTPD = r"^(?:\[pid \d+\] )?(?:\[(?P<user>[^\]]{1,255})\] )?"
_PROFTPD = rf"^(?:proftpd\[\d+\]:? )?(?:\S{{1,255}} )?\([^\s\[]{{0,255}}\[{_IP}\]\)(?: -|:) "
_PURE = rf"^\((?P<user>[^@]{{1,255}})@{_IP}\) "

message = messages(
    "ftpd",
    (
        Saying(rf'{_VSFTPD}(?P<action>OK LOGIN): Client "{_IP}"', Outcome.LOGIN_ACCEPTED),
        Saying(rf'{_VSFTPD}(?P<action>FAIL LOGIN): Client "{_IP}"', Outcome.LOGIN_REFUSED),
        Saying(
            rf'{_VSFTPD}(?P<action>OK (?:UPLOAD|DOWNLOAD|MKDIR|DELETE|RENAME)): Client "{_IP}", '
            rf'"(?P<path>[^"]{{0,1024}})"',
            Outcome.LOGIN_ACCEPTED,
        ),
        Saying(rf'{_VSFTPD}(?P<action>FAIL \w+): Client "{_IP}"', Outcome.REFUSED),
        Saying(rf'{_VSFTPD}(?P<action>CONNECT): Client "{_IP}"', Outcome.ALLOWED),
        Saying(
            rf"{_PROFTPD}(?:ANON|USER) (?P<user>.{{1,255}}?): (?P<action>Login successful)",
            Outcome.LOGIN_ACCEPTED,
        ),
        Saying(
            rf"{_PROFTPD}USER (?P<user>.{{1,255}}?)(?:: | \()(?P<action>no such user found|Login failed)",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(
            rf"{_PROFTPD}(?P<action>SECURITY VIOLATION|Maximum login attempts|Connection refused)",
            Outcome.REFUSED,
        ),
        Saying(
            rf"{_PROFTPD}(?P<action>FTP session (?:opened|closed)|[A-Z]\w+(?: \w+){{0,2}})", Outcome.ALLOWED
        ),
        Saying(
            rf"^\([^@]{{1,255}}@{_IP}\) \[WARNING\] (?P<action>Authentication failed) for user "
            rf"\[(?P<user>[^\]]{{0,255}})\]",
            Outcome.LOGIN_REFUSED,
        ),
        Saying(rf"^\(\?@{_IP}\) \[INFO\] (?P<user>\S+) is now (?P<action>logged in)", Outcome.LOGIN_ACCEPTED),
        Saying(rf"^\(\?@{_IP}\) \[\w+\] (?P<action>New connection|Logout|Timeout)", Outcome.ALLOWED),
        Saying(
            rf"{_PURE}\[NOTICE\] (?P<path>\S{{1,1024}}) (?P<action>uploaded|downloaded)",
            Outcome.LOGIN_ACCEPTED,
        ),
        Saying(rf"{_PURE}\[\w+\] (?P<action>\w+(?: \w+){{0,2}})", Outcome.LOGIN_ACCEPTED),
        Saying(
            rf"^\d+ {_IP} \d+ (?P<path>\S{{1,1024}}) [ab] [_CUT]\S* [iod] [argu] (?P<user>\S+) ftp ",
            Outcome.LOGIN_ACCEPTED,
            "transfer",
        ),
    ),
)

_OWN = OwnLines(
    "ftpd",
    r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} ",
    message,
    (TimeRule("apache-error"), TimeRule("syslog"), TimeRule("iso")),
)

SPEC = LogFormat(
    name="ftpd",
    title="FTP servers (vsftpd, ProFTPD, Pure-FTPd, xferlog)",
    example=b'Thu Jan  7 04:18:07 2021 [pid 4711] [alice] OK LOGIN: Client "192.0.2.7"',
    knows="The client initiated. 'OK LOGIN', 'Login successful' and 'is now logged in' accepted the account, "
    "'FAIL LOGIN', 'no such user' and 'Authentication failed' refused it; a transfer is an "
    "accepted account's.",
    times=_OWN.times,
    sniff=_OWN.sniff,
    reader=_OWN.reader,
    programs=("vsftpd", "proftpd", "pure-ftpd"),
    begins=("proftpd[",),
    message=message,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.UNKNOWN}
    ),
)
