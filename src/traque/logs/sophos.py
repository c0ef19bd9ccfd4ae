"""Sophos Firewall (XG, SFOS) and Sophos UTM: firewall, web, IPS, VPN and log-in records, as pairs.

Source: Sophos Firewall "Syslog Guide"; Sophos UTM log file reference. A UTM's own files write the time as
``2021:01:07-04:18:07``.
"""

from __future__ import annotations

from collections.abc import Mapping

from traque.logs._envelope import relayed, text_of
from traque.logs._fields import fields_of, http_outcome, number_of, url_fields
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._pairs import pairs_of
from traque.logs._segments import opener_by_flags
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

TIMES = (
    TimeRule("iso", anchor=b" timestamp="),
    TimeRule("fortigate"),
    TimeRule("syslog"),
    TimeRule("iso"),
)


def understand(record: bytes) -> Event | None:
    """What a record says."""
    if b"log_type=" in record and b"log_id=" in record:
        values = pairs_of(text_of(record))
        if "log_component" in values or "log_subtype" in values:
            return _event(record, values, *_firewall(values))
    elif b' sub="' in record and b' sys="' in record:
        values = pairs_of(text_of(record))
        if "sub" in values and "name" in values:
            return _event(record, values, *_utm(values))
    return None


def _event(
    record: bytes, values: Mapping[str, str], initiator: Initiator, outcome: Outcome, why: str
) -> Event:
    get = values.get
    url, host = get("url", ""), get("domain") or get("host")
    proto = {"6": "tcp", "17": "udp", "1": "icmp"}.get(get("proto", ""), get("protocol", "").lower())
    pairs = [
        ("source.ip", get("src_ip") or get("srcip") or get("remote_ip")),
        ("source.port", get("src_port") or get("srcport")),
        ("source.nat.ip", get("tran_src_ip") or get("src_trans_ip")),
        ("destination.ip", get("dst_ip") or get("dstip")),
        ("destination.port", get("dst_port") or get("dstport")),
        ("source.bytes", get("sent_bytes") or get("bytes_sent")),
        ("destination.bytes", get("recv_bytes") or get("bytes_received") or get("size")),
        ("network.transport", proto),
        ("network.application", get("application") or get("app_name")),
        ("user.name", get("user_name") or get("user") or get("username") or get("usr_name")),
        ("event.action", get("log_subtype") or get("action") or get("name")),
        ("event.outcome", get("status")),
        ("url.original", url),
        *(url_fields(url) if "://" in url[:12] else []),
        ("destination.domain", host if host and "." in host and not url else None),
        ("http.request.method", get("method") or get("httpmethod")),
        ("http.response.status_code", get("statuscode") or get("status_code") or get("httpstatus")),
        ("user_agent.original", get("user_agent") or get("ua")),
        ("http.request.referrer", get("referer")),
        ("file.name", get("file_name") or get("filename")),
        ("rule.name", get("fw_rule_name") or get("fw_rule_id") or get("fwrule") or get("signature_msg")),
        ("observer.name", get("device_id") or get("device_serial_id")),
    ]
    time = read(record, TIMES)
    return Event(
        format="sophos", time=time, fields=fields_of(pairs), initiator=initiator, outcome=outcome, why=why
    )


def _firewall(values: Mapping[str, str]) -> tuple[Initiator, Outcome, str]:
    """Sophos Firewall: the source of a record opened the connection; log-ins stand in events."""
    get = values.get
    kind, component, subtype = get("log_type", ""), get("log_component", ""), get("log_subtype", "").lower()
    status, why = get("status", "").lower(), f"{get('log_component', kind)} {get('log_subtype', '')}".strip()
    initiator = Initiator.SOURCE if get("src_ip") or get("remote_ip") else Initiator.UNKNOWN
    if kind == "Event":
        user = get("user_name") or get("username") or get("usr_name")
        if status.startswith("fail") or subtype == "failed":
            refused = "uthentication" in component + subtype or component in ("GUI", "CLI", "SSL VPN")
            outcome = Outcome.LOGIN_REFUSED if user and refused else Outcome.REFUSED
            return initiator, outcome, f"{why} {status}"
        if status.startswith("success") and ("uthentication" in component + subtype or subtype == "admin"):
            return initiator, Outcome.LOGIN_ACCEPTED, f"{why} {status}"
        if status in ("connected", "established"):
            return initiator, Outcome.LOGIN_ACCEPTED if user else Outcome.DATA, f"{why} {status}"
        return initiator, Outcome.UNKNOWN, f"{why} {status}".strip()
    if subtype in ("denied", "drop", "deny", "blocked", "block", "virus", "spam", "malicious"):
        if component == "Invalid Traffic":
            initiator = opener_by_flags("", get("src_port"), get("dst_port"))
        return initiator, Outcome.DENIED, why
    back = number_of(get("recv_bytes") or get("bytes_received")) or 0
    if back:
        return initiator, Outcome.DATA, f"{why} with {back} bytes back"
    allowed = subtype in ("allowed", "allow", "detect", "clean", "pass", "warned")
    return initiator, Outcome.ALLOWED if allowed else Outcome.UNKNOWN, why


def _utm(values: Mapping[str, str]) -> tuple[Initiator, Outcome, str]:
    """Sophos UTM: packet filter, web proxy, authentication."""
    get = values.get
    action, name, sub = get("action", "").lower(), get("name", ""), get("sub", "")
    initiator = Initiator.SOURCE if get("srcip") else Initiator.UNKNOWN
    if sub == "auth" or "uthentication" in name:
        if "fail" in name.lower():
            return initiator, Outcome.LOGIN_REFUSED if get("user") else Outcome.REFUSED, name
        if "success" in name.lower():
            return initiator, Outcome.LOGIN_ACCEPTED, name
        return initiator, Outcome.UNKNOWN, name
    if sub in ("packetfilter", "ips"):
        initiator = opener_by_flags(get("tcpflags", ""), get("srcport"), get("dstport"))
    if action in ("drop", "block", "reject", "blocked"):
        return initiator, Outcome.DENIED, f"{sub} {name}"
    if get("statuscode"):
        return initiator, http_outcome(get("statuscode")), f"{sub} HTTP {get('statuscode')}"
    allowed = action in ("accept", "pass", "log", "nat", "dnat", "snat", "alert")
    return initiator, Outcome.ALLOWED if allowed else Outcome.UNKNOWN, f"{sub} {name}"


def sniff(head: Head) -> float:
    """Records of its own, or inside a syslog relay's envelope."""
    return specific(half(head, understand))


def reader(_head: Head) -> RecordReader:
    """The pairs are found wherever they stand, with an envelope before them or not."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="sophos",
    title="Sophos Firewall (XG), Sophos UTM",
    example=b'<30>device="SFW" date=2021-01-07 time=04:18:07 timezone="CET" device_name="XG210" '
    b"device_id=C00001 "
    b'log_id=010101600001 log_type="Firewall" log_component="Firewall Rule" log_subtype="Allowed" '
    b'priority=Information fw_rule_id=2 src_ip=192.0.2.7 dst_ip=203.0.113.9 protocol="TCP" src_port=51022 '
    b"dst_port=443 sent_bytes=1200 recv_bytes=5300",
    knows="The source opened; Denied, Drop and block are denied, bytes back are data, Allowed was let "
    "through. Authentication events say which log-ins were accepted or refused. UTM packets: TCP "
    "flags, else ports.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    marks=(' log_component="', ' sub="'),
    message=relayed(understand),
    outcomes=frozenset(Outcome) - {Outcome.RESOLVED},
)
