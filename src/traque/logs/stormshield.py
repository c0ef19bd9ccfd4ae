"""Stormshield Network Security: connections, filter, alarms, web, VPN, authentication, administration.

Source: Stormshield "Description of audit logs" (SNS 4). ``time`` is the firewall's wall clock, whose offset
stands apart in ``tz`` (``+0100``).
"""

from __future__ import annotations

from collections.abc import Mapping

from traque.logs._envelope import Envelope, text_of
from traque.logs._fields import fields_of, number_of, opener
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._pairs import pairs_of
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (
    TimeRule("iso-tz", anchor=b" time="),
    TimeRule("iso-tz", anchor=b" startime="),
    TimeRule("syslog"),
    TimeRule("iso"),
)


def understand(record: bytes) -> Event | None:
    """What a record says."""
    if b"id=firewall" not in record or not (b"logtype=" in record or b"startime=" in record):
        return None
    values = pairs_of(text_of(record))
    if values.get("id") != "firewall" or "fw" not in values:
        return None
    initiator, outcome, why = _meaning(values)
    return Event(
        format="stormshield",
        time=read(record, TIMES),
        fields=fields_of(_fields(values)),
        initiator=initiator,
        outcome=outcome,
        why=why,
    )


def message(opened: Envelope) -> Event | None:
    """The same record inside a syslog envelope."""
    return understand(opened.message.encode())


def _fields(values: Mapping[str, str]) -> list[tuple[str, object]]:
    get = values.get
    url, host = get("arg", ""), get("dstname")
    if get("logtype") != "web":
        url = ""
    elif url.startswith("/") and host:
        url = f"{'https' if get('proto') == 'ssl' else 'http'}://{host}{url}"
    return [
        ("source.ip", get("src") or get("address")),
        ("source.port", get("srcport")),
        ("source.nat.ip", get("modsrc") if get("modsrc") != get("src") else None),
        ("destination.ip", get("dst")),
        ("destination.port", get("dstport")),
        ("destination.domain", host if host and "." in host else None),
        ("source.bytes", get("sent")),
        ("destination.bytes", get("rcvd")),
        ("network.transport", get("ipproto")),
        ("network.application", get("proto")),
        ("user.name", get("user")),
        ("event.action", get("action") or get("msg")),
        ("event.outcome", get("result")),
        ("rule.name", get("rulename") or get("ruleid")),
        ("url.original", url),
        ("url.domain", host if url else None),
        ("http.request.method", get("op") if url else None),
        ("observer.name", get("fw")),
    ]


def _meaning(values: Mapping[str, str]) -> tuple[Initiator, Outcome, str]:
    kind, action, said = values.get("logtype", ""), values.get("action", "").lower(), values.get("msg", "")
    if kind in ("auth", "server", "xvpn", "vpn", "authstat"):
        return _session(kind, said, values)
    initiator = Initiator.UNKNOWN
    if values.get("src"):
        initiator = opener(values.get("srcport"), values.get("dstport"))
    back = number_of(values.get("rcvd")) or 0
    if action in ("block", "reset", "quarantine"):
        return initiator, Outcome.DENIED, f"{kind} {action} {said}".strip()[:100]
    if kind in ("connection", "plugin", "web", "ftp", "smtp", "pop3", "ssl") and back:
        # The firewall itself counted this session: its source opened it, whatever the ports.
        return Initiator.SOURCE, Outcome.DATA, f"{kind} {action} with {back} bytes back"
    if kind in ("connection", "plugin", "web", "ftp", "smtp", "pop3", "ssl"):
        initiator = Initiator.SOURCE
    known = action in ("pass", "log") or kind == "connection"
    why = f"{kind} {action} {said}".strip()[:100]
    return initiator, Outcome.ALLOWED if known else Outcome.UNKNOWN, why


_ACCEPTED = (
    "authenticated", "authentication success", "login", "logged in", "tunnel created", "tunnel open"
)  # fmt: skip


def _session(kind: str, said: str, values: Mapping[str, str]) -> tuple[Initiator, Outcome, str]:
    """Log-ins: to the captive portal, the administration, the SSL and IPsec VPN; ``error=0`` is success."""
    initiator = Initiator.SOURCE if values.get("src") or values.get("address") else Initiator.UNKNOWN
    failed = values.get("error", "0") not in ("0", "") or "fail" in said.lower() or "refused" in said.lower()
    why = f"{kind} error={values.get('error', '')}: {said}"[:100]
    if kind == "vpn":
        side = values.get("side")
        initiator = {"initiator": Initiator.SOURCE, "responder": Initiator.DESTINATION}.get(
            side or "", Initiator.UNKNOWN
        )
        if failed:
            return initiator, Outcome.REFUSED, why
        done = "established" in said.lower() or "SA " in said
        return initiator, Outcome.DATA if done else Outcome.UNKNOWN, why
    if failed:
        return initiator, Outcome.LOGIN_REFUSED if values.get("user") else Outcome.REFUSED, why
    lowered = said.lower()
    if kind == "xvpn" and number_of(values.get("rcvd")):
        return initiator, Outcome.DATA, why
    if any(word in lowered for word in ("logout", "logged out", "closed", "expired", "disconnect")):
        return initiator, Outcome.DATA, why
    if any(word in lowered for word in _ACCEPTED):
        return initiator, Outcome.LOGIN_ACCEPTED, why
    return initiator, Outcome.UNKNOWN, why


def sniff(head: Head) -> float:
    """Records of its own, or inside a syslog relay's envelope."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The pairs are found wherever they stand, with an envelope before them or not."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="stormshield",
    title="Stormshield Network Security",
    example=b'id=firewall time="2021-01-07 04:18:07" fw="fw.example" tz=+0100 startime="2021-01-07 04:18:05" '
    b'pri=5 slotlevel=2 ruleid=10 srcif="Ethernet0" srcifname="out" ipproto=tcp proto=https src=192.0.2.7 '
    b"srcport=51022 dst=203.0.113.9 dstport=443 ipv=4 sent=1200 rcvd=5300 duration=2.01 action=pass "
    b'logtype="connection"',
    knows="The source of a connection opened it, and bytes back are data; in filter and alarm logs the "
    "ports tell. action=block is denied, pass is let through. auth, server and xvpn: error=0 with a "
    "log-in's words is a log-in accepted, another error one refused; vpn: side says who opened.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    begins=("id=firewall",),
    message=message,
    outcomes=frozenset(Outcome) - {Outcome.UNANSWERED, Outcome.RESOLVED},
)
