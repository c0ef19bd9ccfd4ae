"""Netfilter's packet log (ufw, iptables, nftables): ``[UFW BLOCK] IN=eth0 OUT= SRC=... DST=...``."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import msgspec

from traque.logs._envelope import TIMES, Envelope, open_envelope, text_of
from traque.logs._fields import fields_of, is_service, number_of, opener
from traque.logs._format import AUTO, Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs.syslog import reader as syslog_reader
from traque.model import Event, Initiator, Outcome
from traque.timestamps import read

_LETTERS: Final = {"d": "drop", "r": "reject", "a": "accept", "ret": "accept"}
"""How UniFi gateways name the action: ``[WAN_LOCAL-default-D]``, ``[LAN_LOCAL-RET-2147483647]``."""


def message(opened: Envelope) -> Event | None:
    """What a packet log message says; None if it is none."""
    begin, pair, flag, word = _patterns()
    start = begin.search(opened.message)
    if start is None:
        return None
    # An ICMP error quotes the packet it answers in brackets: those are not this packet's endpoints.
    packet = opened.message[start.start() :].partition(" [SRC=")[0]
    values: dict[str, str] = {}
    for name, value in pair.findall(packet):
        values.setdefault(name, value)
    if "SRC" not in values or "DST" not in values:
        return None
    prefix = opened.message[: start.start()]
    action = word.search(prefix)
    pairs = [
        ("source.ip", values["SRC"]),
        ("source.port", values.get("SPT")),
        ("destination.ip", values["DST"]),
        ("destination.port", values.get("DPT")),
        ("network.transport", values.get("PROTO", "").lower()),
        ("observer.ingress.interface.name", values.get("IN")),
        ("observer.egress.interface.name", values.get("OUT")),
        ("event.action", _LETTERS.get(action[0].lower(), action[0].lower()) if action else _prefix(prefix)),
        ("network.bytes", values.get("LEN")),
    ]
    initiator, reason = _initiator(values, frozenset(flag.findall(packet)))
    outcome = Outcome.UNKNOWN
    if action is not None:
        outcome = Outcome.DENIED if action["denied"] else Outcome.ALLOWED
    return Event(
        format="netfilter",
        time=opened.time,
        fields=fields_of(pairs, opened.observer()),
        initiator=initiator,
        outcome=outcome,
        why=f"{action[0] if action else 'prefix says no action'}, {reason}",
    )


def _initiator(values: dict[str, str], flags: frozenset[str]) -> tuple[Initiator, str]:
    """Who opened the exchange that this packet is part of, and how that is known."""
    source, destination = values.get("SPT"), values.get("DPT")
    if values.get("PROTO") == "ICMP" or values.get("PROTO") == "ICMPv6":
        if values.get("TYPE") in ("8", "128"):
            return Initiator.SOURCE, "echo request"
        if values.get("TYPE") in ("0", "129", "3", "11", "1"):
            return Initiator.DESTINATION, "ICMP reply"
        return Initiator.UNKNOWN, "ICMP"
    if "SYN" in flags:
        if "ACK" in flags:
            return Initiator.DESTINATION, "SYN ACK is a reply"
        return Initiator.SOURCE, "SYN"
    if flags & {"ACK", "RST"}:
        asked, asking = number_of(destination), number_of(source)
        if asked is not None and asking is not None and is_service(asked) and not is_service(asking):
            # A late segment of a client: its conversation was opened from the high port.
            return Initiator.SOURCE, "from a high port to a service"
        return Initiator.DESTINATION, f"{'RST' if 'RST' in flags else 'ACK'} without SYN is a reply"
    initiator = opener(source, destination)
    return initiator, "ports" if initiator is Initiator.SOURCE else "from a service port to a high port"


def _prefix(text: str) -> str:
    """The rule's own prefix, without the kernel's seconds since boot."""
    return re.sub(r"^\[ *\d+\.\d+\] *", "", text).strip(" :")[-80:]


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return (
        re.compile(r"\b(?:IN|OUT)=[^\s=]{0,64} "),
        re.compile(r"\b(IN|OUT|SRC|DST|PROTO|SPT|DPT|TYPE|LEN)=(\S*)"),
        re.compile(r" (SYN|ACK|RST|FIN|PSH|URG)(?= |$)"),
        re.compile(
            r"(?P<denied>BLOCK|DROP|REJECT|DENY|DENIED|INVALID|DISCARD|(?<=-)[DR](?=\]|-\d{1,10}\]))(?:P?ED)?(?![A-Z])"
            r"|(?:ALLOW|ACCEPT|PASS|PERMIT|(?<=-)(?:A|RET)(?=\]|-\d{1,10}\]))(?:ED)?(?![A-Z])",
            re.IGNORECASE,
        ),
    )


def _bare(record: bytes) -> Event | None:
    """A packet log line without a syslog envelope (dmesg, a serial console)."""
    if open_envelope(record) is not None:
        return None
    event = message(Envelope(None, "", "", text_of(record)))
    return None if event is None else msgspec.structs.replace(event, time=read(record, AUTO))


def sniff(head: Head) -> float:
    """A syslog file of packet logs, or bare packet log lines."""
    return specific(max(head.share_of_messages("netfilter"), half(head, _bare)))


def reader(head: Head) -> RecordReader:
    """By the envelope when there is one."""
    if head.share_of_messages("netfilter") >= 0.5:
        return syslog_reader(head)
    return LineReader(AUTO, _bare)


_UP_TO_IN: Final = r"(?:[^=I]*I(?:I|[^=IN][^=I]*I)*N)+="
"""``[^=]*IN=``, written so that each byte alone tells what it belongs to: that is matched in one pass."""


def _shapes() -> tuple[str, ...]:
    """Of the two ports, the one that asks is free where it is certain which one that is."""
    high = r"(?:3[3-9][0-9]{3}|[45][0-9]{4}|6[0-4][0-9]{3})"  # no service port among them
    packet = (
        r"kernel: \[ *(?P<free1>[0-9]{1,9}\.[0-9]{1,6})\] " + _UP_TO_IN + r"[0-9A-Za-z_.:@+-]{0,64} "
        r"OUT=[0-9A-Za-z_.:@+-]{0,64} (?:MAC=[^ ]* )?"
        r"SRC=(?P<source_ip>[0-9A-Fa-f:.]+) DST=(?P<destination_ip>[0-9A-Fa-f:.]+) "
        r"LEN=(?P<free2>[0-9]{1,5}) T(?:OS=[^ ]+ PREC=[^ ]+ T)?TL=(?P<free3>[0-9]{1,3}) "
        r"ID=(?P<free4>[0-9]{1,5}) (?:DF )?"
    )
    window = r" (?:SEQ=[0-9]+ ACK=[0-9]+ )?WINDOW=(?P<free6>[0-9]{1,5}) RES=0x[0-9a-f]{2} "
    flags, end = r"(?:(?:CWR|ECE|ACK|PSH|RST|FIN) )+", r"URGP=[0-9]+ ?(?:MARK=[^ ]+ ?)?"
    asking, to_service = rf"SPT=(?P<free5>{high})", r" DPT=(?P<destination_port>[1-9][0-9]{0,2})"
    answering = rf"SPT=(?P<source_port>[1-9][0-9]{{0,2}}) DPT=(?P<free5>{high})"
    service = r"(?P<destination_port>[1-9][0-9]{0,4})"
    return tuple(
        packet + shape
        for shape in (
            rf"PROTO=TCP SPT=(?P<free5>[0-9]{{1,5}}) DPT={service}{window}SYN {end}",
            rf"PROTO=TCP {asking}{to_service}{window}{flags}{end}",
            rf"PROTO=TCP {answering}{window}{flags}{end}",
            rf"PROTO=TCP SPT=[0-9]+ DPT=[0-9]+{window}{flags}(?:SYN )?{end}",
            rf"PROTO=UDP {asking} DPT=[0-9]+ LEN=(?P<free6>[0-9]{{1,5}}) ?",
            rf"PROTO=UDP {answering} LEN=(?P<free6>[0-9]{{1,5}}) ?",
            r"PROTO=UDP SPT=[0-9]+ DPT=[0-9]+ LEN=(?P<free6>[0-9]{1,5}) ?",
            r"PROTO=ICMP TYPE=[0-9]+ CODE=[0-9]+ ID=(?P<free5>[0-9]{1,5}) SEQ=(?P<free6>[0-9]{1,5}) ?",
        )
    )


SPEC = LogFormat(
    name="netfilter",
    title="Linux netfilter (ufw, iptables, nftables)",
    example=b"Jan  7 04:18:07 gate kernel: [12.5] [UFW BLOCK] IN=eth0 OUT= MAC=00:16 SRC=192.0.2.7 "
    b"DST=203.0.113.9 LEN=60 TTL=52 ID=1 PROTO=TCP SPT=51022 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0",
    knows="The rule's prefix names the action: BLOCK, DROP, REJECT, DENY are denied, ALLOW, ACCEPT are "
    "allowed, any other is unknown. A TCP SYN opens; a segment with ACK or RST and no SYN, or "
    "from a service port to a high port, is a reply, so the destination opened, unless it goes "
    "from a high port to a service port (a client's late segment).",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    linewise=True,
    programs=("kernel", "ulogd", "ufw"),
    message=message,
    message_shapes=_shapes(),
    outcomes=frozenset({Outcome.ALLOWED, Outcome.DENIED, Outcome.UNKNOWN}),
    limit="ufw and most rules that log write a few lines a minute only (ufw: 3, after 10 at once): of a "
    "flood of packets most are not recorded, and nothing says so",
)
