"""SonicWall (SonicOS) syslog: ``id=firewall sn=... m=36 src=192.0.2.7:51022:X1 dst=...``.

Source: "SonicOS Log Events Reference Guide"; ``m`` is the message's number there. Administrators choose what
``id`` says, and some collectors leave it out (LogZilla's examples of SonicOS 6 and 7): it is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import fields_of, number_of, opener
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._pairs import pairs_of
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("iso", anchor=b" time="), TimeRule("syslog"), TimeRule("iso"))


def understand(record: bytes) -> Event | None:
    """What a record says."""
    if b"sn=" not in record or b" fw=" not in record or b" m=" not in record:
        return None
    values = pairs_of(text_of(record))
    if not ("sn" in values and "fw" in values and "m" in values):
        return None
    get = values.get
    source, source_port = _end(get("src") or get("srcV6", ""))
    destination, port = _end(get("dst") or get("dstV6", ""))
    transport, _, service = get("proto", "").partition("/")
    host, path = get("dstname", ""), get("arg", "")
    initiator, outcome, why = _meaning(values, source_port, port)
    pairs = [
        ("source.ip", source),
        ("source.port", source_port),
        ("source.nat.ip", _end(get("natSrc", ""))[0]),
        ("destination.ip", destination),
        ("destination.port", port),
        ("source.bytes", get("sent")),
        ("destination.bytes", get("rcvd")),
        ("network.transport", transport),
        ("network.application", get("appName") or service),
        ("user.name", get("user") or get("usr")),
        ("event.action", get("fw_action") if get("fw_action") not in (None, "NA") else get("msg")),
        ("url.domain", host),
        ("destination.domain", host),
        (
            "url.full",
            f"{'https' if service == 'https' else 'http'}://{host}{path}" if path.startswith("/") else None,
        ),
        ("rule.name", get("rule")),
        ("observer.name", get("sn")),
    ]
    time = read(record, TIMES)
    return Event(
        format="sonicwall", time=time, fields=fields_of(pairs), initiator=initiator, outcome=outcome, why=why
    )


def message(opened: Envelope) -> Event | None:
    """The same record inside a syslog envelope."""
    return understand(opened.message.encode())


def _end(text: str) -> tuple[str, str]:
    """``address:port:interface:name``; IPv6 addresses stand in brackets, or alone."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":").partition(":")[0]
    if text.count(":") > 1 and "." not in text.partition(":")[0]:
        return text, ""
    host, _, rest = text.partition(":")
    return host, rest.partition(":")[0]


def _meaning(values: Mapping[str, str], source_port: str, port: str) -> tuple[Initiator, Outcome, str]:
    said, action = values.get("msg", ""), values.get("fw_action", "").lower()
    lowered, why = said.lower(), f"m={values['m']} {said}"[:100].strip()
    initiator = opener(source_port, port) if values.get("src") or values.get("srcV6") else Initiator.UNKNOWN
    log_in = "login" in lowered or "log in" in lowered or "authentication" in lowered
    if log_in and any(word in lowered for word in ("denied", "fail", "incorrect", "lockout", "unknown user")):
        named = values.get("user") or values.get("usr")
        return initiator, Outcome.LOGIN_REFUSED if named else Outcome.REFUSED, why
    if log_in and any(word in lowered for word in ("allowed", "success", "accepted")):
        return initiator, Outcome.LOGIN_ACCEPTED, why
    if action in ("drop", "deny", "block") or any(
        w in lowered for w in ("dropped", "denied", "blocked", "rejected")
    ):
        return initiator, Outcome.DENIED, why
    back = number_of(values.get("rcvd")) or 0
    if "opened" in lowered or "closed" in lowered:
        initiator = Initiator.SOURCE if initiator is not Initiator.UNKNOWN else initiator
    if back:
        return initiator, Outcome.DATA, f"{why}, {back} bytes back"
    if (
        action in ("forward", "allow")
        or "opened" in lowered
        or "closed" in lowered
        or "web site hit" in lowered
    ):
        return initiator, Outcome.ALLOWED, why
    return initiator, Outcome.UNKNOWN, why


def sniff(head: Head) -> float:
    """Records of its own, or inside a syslog relay's envelope."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The pairs are found wherever they stand, with an envelope before them or not."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="sonicwall",
    title="SonicWall",
    example=b'<134>id=firewall sn=0017C5000001 time="2021-01-07 04:18:07 UTC" fw=203.0.113.1 pri=5 c=4 m=36 '
    b'msg="TCP connection dropped" n=1 src=192.0.2.7:51022:X1 dst=203.0.113.9:22:X0 proto=tcp/ssh',
    knows="By the message's words: dropped and denied are denied, bytes back are data, opened and closed "
    "were let through; log-ins allowed and denied. The source opened, unless the ports say otherwise.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    begins=("id=", "sn="),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.UNANSWERED, Outcome.RESOLVED},
)
