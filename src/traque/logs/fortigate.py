"""FortiGate's key=value logs: traffic, UTM, VPN and administrator events."""

from __future__ import annotations

from collections.abc import Mapping

from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import fields_of, number_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._losses import LossWord
from traque.logs._pairs import pairs_of
from traque.model import ABSENT, STATED, Event, Initiator, Members, Outcome, TimeRule
from traque.timestamps import read

TIMES = (TimeRule("fortigate"), TimeRule("epoch", anchor=b"eventtime="))

_DENIED = frozenset(
    {"deny", "denied", "block", "blocked", "dropped", "drop", "reset", "violation", "quarantine"}
)
_REFUSED_LOGIN = ("login-fail", "auth-fail", "authentication-failed", "ssl-login-fail")


def understand(record: bytes) -> Event | None:
    """What a FortiGate record says."""
    if b"logid=" not in record:
        return None
    values = pairs_of(text_of(record))
    kind = values.get("type")
    if (
        kind is None
        or "logid" not in values
        or not ("devname" in values or "devid" in values or "vd" in values)
    ):
        return None
    fields = fields_of(_fields(values))
    if kind == "event":
        initiator, outcome, why = _event(values)
    else:
        initiator, outcome, why = _traffic(values)
    return Event(
        format="fortigate",
        time=read(record, TIMES),
        fields=fields,
        initiator=initiator,
        outcome=outcome,
        why=why,
    )


def message(opened: Envelope) -> Event | None:
    """The same record inside a syslog relay's envelope."""
    return understand(opened.message.encode())


def _fields(values: Mapping[str, str]) -> list[tuple[str, object]]:
    # Of a long session every record tells the bytes so far; the delta is what this one adds.
    get = values.get
    source = get("srcip") or get("remip") or get("rem_ip") or get("userip")
    destination = get("dstip") or get("locip")
    if get("type") == "event" and source is None:
        # Administrators: ui="https(192.0.2.1)".
        source = get("ui", "").partition("(")[2].rstrip(")")
    asked = get("qname", "").strip("[]")
    name = get("hostname") or asked
    url = get("url", "")
    if url.startswith("/") and name:
        url = f"{get('service', 'http').lower()}://{name}{url}"
    return [
        ("source.ip", source),
        ("source.port", get("srcport") or get("remport")),
        ("source.nat.ip", get("transip") if get("trandisp") == "snat" else None),
        ("destination.ip", destination),
        ("destination.port", get("dstport") or get("locport")),
        ("destination.domain", get("hostname")),
        ("source.bytes", get("sentdelta") or get("sentbyte")),
        ("destination.bytes", get("rcvddelta") or get("rcvdbyte")),
        ("user.name", get("user") or get("unauthuser")),
        ("event.action", get("action")),
        ("event.outcome", get("status")),
        ("network.direction", _direction(values)),
        (
            "network.transport",
            {"6": "tcp", "17": "udp", "1": "icmp", "58": "ipv6-icmp"}.get(get("proto", "")),
        ),
        ("network.application", get("app") or get("service")),
        ("dns.question.name", asked),
        ("dns.answers.data", get("ipaddr")),
        ("url.full", url),
        ("url.domain", get("hostname")),
        ("user_agent.original", get("agent")),
        ("http.request.referrer", get("referralurl")),
        ("http.request.headers.x-forwarded-for", get("forwardedfor")),
        ("file.name", get("filename")),
        ("file.hash.sha256", get("filehash") if len(get("filehash", "")) == 64 else None),
        ("email.from.address", get("from") or get("sender")),
        ("email.to.address", get("to") or get("recipient")),
        ("rule.name", get("attack") or get("virus")),
        ("observer.name", get("devname") or get("devid")),
    ]


def _direction(values: Mapping[str, str]) -> str | None:
    source, destination = values.get("srcintfrole"), values.get("dstintfrole")
    inside = ("lan", "dmz")
    if source in inside:
        return "internal" if destination in inside else "outbound"
    return "inbound" if source == "wan" else None


def _traffic(values: Mapping[str, str]) -> tuple[Initiator, Outcome, str]:
    """The source of a traffic or UTM record opened the session; its bytes say whether it was answered."""
    action = values.get("action", "").lower()
    received = number_of(values.get("rcvdbyte")) or 0
    answered = f"{action} with {received} bytes back"
    if action in _DENIED or values.get("utmaction") in ("block", "blocked"):
        return Initiator.SOURCE, Outcome.DENIED, f"action {action}"
    if values.get("type") != "traffic" and values.get("qname"):
        return Initiator.SOURCE, Outcome.RESOLVED, f"{values.get('eventtype', 'dns')} {action}".strip()
    if action == "server-rst" and (number_of(values.get("rcvdpkt")) or 0) <= 1:
        return Initiator.SOURCE, Outcome.REFUSED, "server-rst before any data"
    if received > 0:
        return Initiator.SOURCE, Outcome.DATA, answered
    if action in ("timeout", "ip-conn", "dns"):
        return Initiator.SOURCE, Outcome.UNANSWERED, f"action {action}, nothing back"
    if not action:
        return Initiator.SOURCE, Outcome.UNKNOWN, "no action"
    return Initiator.SOURCE, Outcome.ALLOWED, f"action {action}, nothing known to come back"


def _event(values: Mapping[str, str]) -> tuple[Initiator, Outcome, str]:
    """Log-ins to the VPN, the portal and the administration; the remote end opened them."""
    action, status = values.get("action", "").lower(), values.get("status", "").lower()
    kind, ipsec = values.get("subtype", ""), values.get("tunneltype", "").startswith("ipsec")
    why = f"{kind} {action} {status}".strip()
    user = values.get("user", "N/A") not in ("N/A", "")
    initiator = Initiator.UNKNOWN
    if values.get("remip") or values.get("srcip") or values.get("userip") or values.get("ui"):
        initiator = Initiator.SOURCE
    if ipsec or action in ("negotiate", "phase2-up"):
        initiator = {"remote": Initiator.SOURCE, "local": Initiator.DESTINATION}.get(
            values.get("init", ""), Initiator.UNKNOWN
        )
    if action in _REFUSED_LOGIN or (
        action in ("login", "authentication", "auth-logon") and status.startswith("fail")
    ):
        return initiator, Outcome.LOGIN_REFUSED if user else Outcome.REFUSED, why
    if action == "tunnel-up" or (action in ("login", "authentication", "auth-logon") and status == "success"):
        return initiator, Outcome.LOGIN_ACCEPTED, why
    if action in ("tunnel-down", "tunnel-stats") and number_of(values.get("rcvdbyte")):
        return initiator, Outcome.DATA, f"{why}, {values['rcvdbyte']} bytes back"
    if action in ("ssl-new-con", "tunnel-stats", "tunnel-down", "negotiate"):
        failed = status in ("failure", "negotiate_error")
        return initiator, Outcome.REFUSED if failed else Outcome.ALLOWED, why
    return initiator, Outcome.UNKNOWN, why


def sniff(head: Head) -> float:
    """Records of its own, or inside a syslog relay's envelope."""
    return specific(max(half(head, understand), head.share_of_messages("fortigate")))


def reader(_head: Head) -> RecordReader:
    """The pairs are found wherever they stand, with an envelope before them or not."""
    return LineReader(TIMES, understand, SHAPES)


# Traffic records: the source opened the session. What no judgement reads is free.
_GIVEN = (("type", ("=traffic",)), ("srcip", (STATED,)), ("dstip", (STATED,)), ("action", (STATED, ABSENT)))
_ROLES = (
    ("date", "time"),
    ("time", "time"),
    ("srcip", "source_ip"),
    ("dstip", "destination_ip"),
    ("dstport", "destination_port"),
    ("rcvdpkt", "count"),
    ("user", "account"),
    *((name, "") for name in ("type", "subtype", "logid", "tz", "devname", "devid", "action", "utmaction")),
    *((name, "") for name in ("srcintfrole", "dstintfrole", "unauthuser", "locport", "qname", "eventtype")),
)
_TRAFFIC = Members(
    syntax="pairs",
    given=(*_GIVEN, ("sentdelta", (ABSENT,)), ("rcvddelta", (ABSENT,))),
    roles=(*_ROLES, ("sentbyte", "source_bytes"), ("rcvdbyte", "destination_bytes")),
    others="free",
)
_LONG = Members(
    syntax="pairs",
    given=(*_GIVEN, ("sentdelta", (STATED,)), ("rcvddelta", (STATED,))),
    roles=(
        *_ROLES,
        ("sentdelta", "source_bytes"),
        ("rcvddelta", "destination_bytes"),
        ("rcvdbyte", "count"),
    ),
    others="free",
)
SHAPES = (_TRAFFIC, _LONG)
SPEC = LogFormat(
    name="fortigate",
    title="FortiGate key=value",
    example=b'<189>date=2021-01-07 time=04:18:07 devname="FGT" devid="FGT60E" logid="0000000013" '
    b'type="traffic" subtype="forward" tz="+0100" srcip=192.0.2.7 srcport=51022 srcintfrole="wan" '
    b'dstip=203.0.113.9 dstport=443 proto=6 action="close" sentbyte=1200 rcvdbyte=5300',
    knows="The source of a traffic or UTM record opened the session. deny and blocked are denied; bytes "
    "back are data; timeout, ip-conn and dns errors without bytes back are unanswered; other "
    "accepted sessions were let through. VPN and administrator events: tunnel-up and log-in "
    "success are log-ins accepted, ssl-login-fail and failures are log-ins refused.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    begins=("date=", "devname=", "time=", "logver=", "timestamp="),
    message=message,
    shapes=SHAPES,
    outcomes=frozenset(Outcome),
    losses=(
        LossWord("rate-limited", b"0100022019", "the firewall dropped log entries: its rate limit (22019)"),
    ),
)
