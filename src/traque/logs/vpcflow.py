"""AWS VPC Flow Logs: default (version 2) and custom columns by their header.

Source: AWS, "Flow log records" (docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html), versions 2
to 5; what is not in the default order has a header. A session has a record each way: a reply from a service
port is no initiation. ``NODATA`` and ``SKIPDATA`` records state no peers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from traque.logs._envelope import text_of
from traque.logs._fields import fields_of, is_service, number_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, half, specific
from traque.logs._losses import LossWord
from traque.model import Event, Initiator, Outcome, TimeRule
from traque.timestamps import read

_DEFAULT: Final = (
    "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol",
    "packets", "bytes", "start", "end", "action", "log-status",
)  # fmt: skip
TIMES: Final = (TimeRule("epoch", column=10, separator=b" "),)
_TRANSPORTS = {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "58": "ipv6-icmp"}
_SYN, _ACK = 2, 16


def _names(head: Head) -> tuple[str, ...]:
    """The columns: of a header, else the default ones, after a time where CloudWatch wrote one."""
    for line in head.lines[:3]:
        words = text_of(line).strip().split(" ")
        if "srcaddr" in words and "dstaddr" in words:
            return tuple(words)
    stamped = any(line[:4].isdigit() and line[4:5] == b"-" for line in head.sample[:1])
    return ("timestamp", *_DEFAULT) if stamped else _DEFAULT


def _row(record: bytes, names: Sequence[str]) -> dict[str, str] | None:
    words = text_of(record).strip().split(" ")
    if len(words) != len(names):
        return None
    values = dict(zip(names, words, strict=True))
    if values.get("action", "-") not in ("ACCEPT", "REJECT", "-") or values.get("log-status", "OK") not in (
        "OK",
        "NODATA",
        "SKIPDATA",
        "-",
    ):
        return None
    if names is _DEFAULT or "interface-id" in values:
        eni = values.get("interface-id", "")
        if not (eni.startswith("eni-") or eni == "-"):
            return None
    start = values.get("start", values.get("end", ""))
    return values if start.isdigit() or "start" not in values else None


def _event(values: Mapping[str, str], record: bytes, times: tuple[TimeRule, ...]) -> Event:
    get = {name: value for name, value in values.items() if value != "-"}.get
    initiator, outcome, why = _meaning(values)
    pairs = [
        ("source.ip", get("pkt-srcaddr") or get("srcaddr")),
        ("source.port", get("srcport")),
        ("destination.ip", get("pkt-dstaddr") or get("dstaddr")),
        ("destination.port", get("dstport")),
        ("source.bytes", get("bytes")),
        ("network.transport", _TRANSPORTS.get(get("protocol", ""))),
        ("network.direction", {"ingress": "inbound", "egress": "outbound"}.get(get("flow-direction", ""))),
        ("event.action", get("action")),
        ("observer.name", get("interface-id")),
    ]
    return Event(
        format="vpcflow",
        time=read(record, times),
        fields=fields_of(pairs),
        initiator=initiator,
        outcome=outcome,
        why=why,
    )


def _meaning(values: Mapping[str, str]) -> tuple[Initiator, Outcome, str]:
    """Who opened the session that this is one way of; bytes that the opened end sent are its answer."""
    status, action = values.get("log-status", "OK"), values.get("action", "-")
    if status in ("NODATA", "SKIPDATA"):
        return Initiator.UNKNOWN, Outcome.UNKNOWN, status
    source, destination = number_of(values.get("srcport")), number_of(values.get("dstport"))
    flags, initiator, reason = number_of(values.get("tcp-flags")) or 0, Initiator.UNKNOWN, "ports do not tell"
    if flags & _SYN:
        initiator = Initiator.DESTINATION if flags & _ACK else Initiator.SOURCE
        reason = "SYN ACK is a reply" if flags & _ACK else "SYN"
    elif source is not None and destination is not None and is_service(source) != is_service(destination):
        initiator = Initiator.DESTINATION if is_service(source) else Initiator.SOURCE
        reason = "from a service port" if is_service(source) else "to a service port"
    if action == "REJECT":
        return initiator, Outcome.DENIED, f"REJECT, {reason}"
    if initiator is Initiator.DESTINATION and number_of(values.get("bytes")):
        return initiator, Outcome.DATA, f"{action}, the answer of a session, {reason}"
    return initiator, Outcome.ALLOWED if action == "ACCEPT" else Outcome.UNKNOWN, f"{action}, {reason}"


def sniff(head: Head) -> float:
    """The number of columns, the interface, the action and the status agree."""
    names = _names(head)
    return specific(
        half(head, lambda line: _row(line, names) is not None or line.startswith(names[0].encode()))
    )


def reader(head: Head) -> RecordReader:
    """By the header in the head, else the default columns."""
    names = _names(head)
    start = names.index("start") if "start" in names else names.index("end") if "end" in names else -1
    times = (TimeRule("epoch", column=start, separator=b" "),) if start >= 0 else (TimeRule("iso"),)

    def understand(record: bytes) -> Event | None:
        values = _row(record, names)
        return None if values is None else _event(values, record, times)

    return LineReader(times, understand)


SPEC = LogFormat(
    name="vpcflow",
    title="AWS VPC Flow Logs",
    example=b"2 123456789010 eni-0a1b2c3d 192.0.2.7 10.0.0.9 51022 22 6 1 40 1609993087 1609993147 REJECT OK",
    knows="REJECT is denied, ACCEPT was let through. TCP flags say who opened where they are recorded, else "
    "the service's port; two high ports do not tell. What the opened end sent back is data.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    losses=(
        LossWord("flow-skipped", b"SKIPDATA", "SKIPDATA: AWS dropped flow records of this interval"),
        LossWord(
            "flow-none", b"NODATA", "NODATA: an interval in which the interface had no traffic", dropped=False
        ),
    ),
    flows=True,
    outcomes=frozenset({Outcome.ALLOWED, Outcome.DATA, Outcome.DENIED, Outcome.UNKNOWN}),
)
