"""Log-ins to mail stores, webmails, consoles and directories, in syslog.

Read are Courier, Cyrus, UW IMAP, Roundcube, SOGo, Webmin, Proxmox, phpMyAdmin, OpenLDAP's slapd and xrdp;
Roundcube and xrdp also in files of their own.
Source: the programs' own messages, as fail2ban's published sample lines have them.
"""

from __future__ import annotations

from traque.logs._envelope import TIMES
from traque.logs._format import LogFormat
from traque.logs._sayings import OwnLines, Saying, messages
from traque.model import Outcome, TimeRule

_IP = r"(?:::ffff:)?(?P<host>\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)"
_ACCEPTED, _REFUSED = Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED

message = messages(
    "logins",
    (
        # Courier
        Saying(
            rf"^(?:\w+: )?(?P<action>LOGIN FAILED), (?:method=\w+, "
            rf")?(?:user=(?P<user>.{{0,320}}), )?ip=\[{_IP}\]",
            _REFUSED,
        ),
        Saying(rf"^(?P<action>LOGIN), user=(?P<user>.{{0,320}}), ip=\[{_IP}\]", _ACCEPTED),
        Saying(rf"^error,relay={_IP}, ?(?:.{{0,320}})(?P<action>535 Authentication failed)", Outcome.REFUSED),
        Saying(rf"^error,relay={_IP},", Outcome.REFUSED, "error"),
        # Cyrus: badlogin: host [ip] mechanism user reason; login: host [ip] user mechanism
        Saying(
            rf"^(?P<action>badlogin): (?:\S{{1,255}} )?\[{_IP}\] [\w-]+ "
            rf"(?:\[?(?P<user>[^\s\[\]]{{1,320}})\]? )?",
            _REFUSED,
        ),
        Saying(rf"^(?P<action>login): (?:\S{{1,255}} )?\[{_IP}\] (?P<user>\S{{1,320}}) ", _ACCEPTED),
        # UW IMAP
        Saying(
            r"^(?P<action>Login failed|Login excessive login failures) user=(?P<user>\S{0,320}) "
            r"auth=\S{0,320} "
            rf"host=(?:\S{{1,255}} )?\[{_IP}\]",
            _REFUSED,
        ),
        Saying(rf"^(?P<action>Login) user=(?P<user>\S{{0,320}}) host=(?:\S{{1,255}} )?\[{_IP}\]", _ACCEPTED),
        # Roundcube: the account is the client's text, the address that Roundcube writes is the last
        Saying(
            r"^(?:<\w+> )?IMAP Error: (?P<action>Login failed) for (?P<user>.{0,320}?) "
            rf"(?:against \S{{1,255}} )?from {_IP}(?:\(X-[^)]{{0,255}}\))?\. (?:AUTHENTICATE|LOGIN|Could) ",
            _REFUSED,
        ),
        Saying(
            r"^(?:<\w+> )?(?:IMAP Error: )?(?P<action>Login failed|FAILED login) for (?P<user>.{0,320}) "
            rf"(?:against \S{{1,255}} )?from {_IP}(?:\(X-|[. (]|$)",
            _REFUSED,
        ),
        Saying(
            rf"^(?:<\w+> )?(?P<action>Successful login) for (?P<user>.{{0,320}}?) \(ID: ?\d+\) from {_IP}",
            _ACCEPTED,
        ),
        # SOGo
        Saying(
            rf"^(?:sogod \[\d+\]: )?SOGoRootPage (?P<action>Login) from '{_IP}[^']{{0,255}}' for "
            rf"user '(?P<user>.{{0,320}})' might not",
            _REFUSED,
        ),
        Saying(
            rf"^(?:sogod \[\d+\]: )?SOGoRootPage (?P<action>successful login) from "
            rf"'{_IP}[^']{{0,255}}' for user '(?P<user>.{{0,320}})'",
            _ACCEPTED,
        ),
        # Webmin
        Saying(
            rf"^(?P<action>Invalid login|Non-existent login) as (?P<user>.{{1,320}}) from {_IP}", _REFUSED
        ),
        Saying(rf"^(?P<action>Successful login) as (?P<user>.{{1,320}}) from {_IP}", _ACCEPTED),
        # Proxmox
        Saying(
            rf"^(?P<action>authentication failure); rhost={_IP} user=(?P<user>\S{{0,320}}) msg=", _REFUSED
        ),
        # phpMyAdmin
        Saying(rf"^(?P<action>user denied): (?P<user>.{{0,320}}) \([\w-]{{1,40}}\) from {_IP}$", _REFUSED),
        Saying(rf"^(?P<action>user authenticated): (?P<user>.{{0,320}}) from {_IP}$", _ACCEPTED),
        # slapd
        Saying(
            rf"^conn=\d+ fd=\d+ (?P<action>ACCEPT) from IP=\[?{_IP}\]?:(?P<port>\d{{1,5}}) "
            r"\(IP=\[?(?P<server>[0-9A-Fa-f.:]+?)\]?:(?P<server_port>\d{1,5})\)",
            Outcome.ALLOWED,
        ),
        # xrdp
        Saying(
            rf"^(?:\[\w+ ?\] )?(?P<action>AUTHFAIL): user=(?P<user>.{{0,320}}) ip={_IP} time=\d+", _REFUSED
        ),
    ),
)

_OWN = OwnLines(
    "logins",
    r"\[\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}\]: |\[\d{8}-\d\d:\d\d:\d\d\] ",
    message,
    (*TIMES, TimeRule("day-month", anchor=b"[")),
)

SPEC = LogFormat(
    name="logins",
    title="Log-ins to Courier, Cyrus, UW IMAP, Roundcube, SOGo, Webmin, Proxmox, phpMyAdmin, slapd, xrdp",
    example=b"2021-01-07T04:18:07+01:00 mail imapd: LOGIN FAILED, user=alice@corp.example, "
    b"ip=[::ffff:192.0.2.7]",
    knows="The address that the program names initiated; its words say whether the account was accepted or "
    "refused. slapd's ACCEPT is a contact.",
    times=_OWN.times,
    sniff=_OWN.sniff,
    reader=_OWN.reader,
    programs=(
        "imapd",
        "imapd-ssl",
        "pop3d",
        "pop3d-ssl",
        "ipop3d",
        "imaplogin",
        "courierpop3login",
        "courieresmtpd",
        "cyrus/*",
        "imap",
        "imaps",
        "pop3",
        "pop3s",
        "roundcube",
        "sogod",
        "webmin",
        "pvedaemon",
        "pveproxy",
        "phpMyAdmin",
        "slapd",
        "xrdp-sesman",
    ),
    begins=("sogod [",),
    message=message,
    outcomes=frozenset(
        {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.REFUSED, Outcome.ALLOWED, Outcome.UNKNOWN}
    ),
)
