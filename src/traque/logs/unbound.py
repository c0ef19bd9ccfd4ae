"""Unbound: questions and replies, names that local zones and response policies deny; its own file or syslog.

Source: unbound.conf manual, ``log-queries``, ``log-replies``, ``log-local-actions``, ``log-servfail``.
"""

from __future__ import annotations

from traque.logs._envelope import Envelope
from traque.logs._format import LogFormat
from traque.logs._sayings import OwnLines, Saying, messages
from traque.model import Outcome, TimeRule

_LEVEL = r"^(?:\[\d+:\w+\] )?(?:info|error|notice|warning|query|reply): "
_HOST = r"(?P<host>[0-9A-Fa-f.:]+)(?:@(?P<port>\d{1,5}))?"
_NAME = r"(?P<question>\S{1,255}?)\.? (?P<type>[A-Z][A-Z0-9]*) (?:IN|CH|HS|ANY)"

message = messages(
    "unbound",
    (
        Saying(
            rf"{_LEVEL}\S{{1,255}} (?P<action>deny|refuse|always_refuse|always_nxdomain|"
            rf"always_null|static|redirect|"
            rf"inform_deny|inform_redirect|block_a) {_HOST} {_NAME}",
            Outcome.DENIED,
        ),
        Saying(
            rf"{_LEVEL}(?:\S{{1,255}} )?(?P<action>inform|transparent|typetransparent|nodefault) "
            rf"{_HOST} {_NAME}",
            Outcome.RESOLVED,
        ),
        Saying(rf"{_LEVEL}(?P<action>rpz): applied .{{0,300}}? {_HOST} {_NAME}", Outcome.DENIED),
        Saying(rf"{_LEVEL}(?:query: |reply: )?{_HOST} {_NAME} (?P<action>REFUSED)", Outcome.REFUSED),
        Saying(rf"{_LEVEL}(?:query: |reply: )?{_HOST} {_NAME}", Outcome.RESOLVED, "query"),
        Saying(
            rf"{_LEVEL}(?P<action>SERVFAIL) <(?P<question>\S{{1,255}}?)\.? (?P<type>\S+) IN>",
            Outcome.UNANSWERED,
        ),
    ),
)

_OWN = OwnLines(
    "unbound",
    r"(?:\[\d{10}\]|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) unbound",
    lambda opened: message(_without_id(opened)),
    (TimeRule("epoch", anchor=b"["), TimeRule("syslog"), TimeRule("iso")),
)


def _without_id(opened: Envelope) -> Envelope:
    """``[4711:0] info: ...`` begins the message in Unbound's own file too."""
    return Envelope(opened.time, opened.host, opened.program, opened.message.lstrip(": "))


SPEC = LogFormat(
    name="unbound",
    title="Unbound",
    example=b"[1609993087] unbound[411:0] info: 10.0.0.7 www.evil.example. A IN",
    knows="The client initiated; a question resolved a name, local zones' actions (deny, refuse, static, "
    "always_nxdomain...) and response policies denied it.",
    times=_OWN.times,
    sniff=_OWN.sniff,
    reader=_OWN.reader,
    programs=("unbound",),
    message=message,
    outcomes=frozenset({Outcome.DENIED, Outcome.REFUSED, Outcome.RESOLVED, Outcome.UNANSWERED}),
)
