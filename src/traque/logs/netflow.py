"""NetFlow and IPFIX records, as the netflow decoder writes them (names of the IANA ipfix registry).

Most exporters write each direction of a session as a record of its own; the decoder tells a record of
the other direction where it saw it (``reverse``); bytes stay with their own record, so that sums are
exact. Firewall events (Cisco NSEL) and biflows (RFC 5103) state more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from traque.logs._documents import Document, stamp_of
from traque.logs._fields import fields_of, is_service, number_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, specific
from traque.logs._losses import SAMPLED, Amount, LossWord
from traque.logs.json import understand
from traque.model import Event, Initiator, Outcome, TimeRule

TIMES = (TimeRule("iso", anchor=b'"@timestamp":'), TimeRule("auto"))

_SYN, _RST, _ACK = 2, 4, 16
_PROTOCOLS: Final = {1: "icmp", 6: "tcp", 17: "udp", 47: "gre", 50: "esp", 58: "ipv6-icmp", 132: "sctp"}
_NAMES: Final = (
    ("source.ip", "sourceIPv4Address", "sourceIPv6Address", "sourceIPv4Prefix", "sourceIPv6Prefix"),
    ("source.port", "sourceTransportPort"),
    (
        "destination.ip",
        "destinationIPv4Address",
        "destinationIPv6Address",
        "destinationIPv4Prefix",
        "destinationIPv6Prefix",
    ),
    ("destination.port", "destinationTransportPort"),
    ("source.nat.ip", "postNATSourceIPv4Address", "postNATSourceIPv6Address"),
    ("source.nat.port", "postNAPTSourceTransportPort"),
    ("destination.nat.ip", "postNATDestinationIPv4Address", "postNATDestinationIPv6Address"),
    ("destination.nat.port", "postNAPTDestinationTransportPort"),
    ("source.bytes", "initiatorOctets", "octetDeltaCount", "octetTotalCount"),
    ("source.packets", "initiatorPackets", "packetDeltaCount", "packetTotalCount"),
    ("destination.bytes", "responderOctets", "reverseOctetDeltaCount", "reverseOctetTotalCount"),
    ("destination.packets", "responderPackets", "reversePacketDeltaCount", "reversePacketTotalCount"),
    ("user.name", "userName"),
    ("network.protocol", "applicationName"),
    ("url.domain", "httpRequestHost"),
    ("url.path", "httpRequestTarget"),
    ("http.request.method", "httpRequestMethod"),
    ("user_agent.original", "httpUserAgent"),
    ("observer.name", "exporter"),
)
_FIREWALL: Final = {1: "created", 2: "deleted", 3: "denied", 4: "alert", 5: "updated"}

_Known = tuple[Initiator, Outcome, str]


def document(record: Document) -> Event | None:
    """What a flow record says; None if it is none."""
    if record.get("@format") != "netflow":
        return None
    pairs: list[tuple[str, object]] = [
        (name, next((record[key] for key in keys if record.get(key) not in (None, "")), None))
        for name, *keys in _NAMES
    ]
    protocol = record.get("protocolIdentifier")
    reverse = _reverse(record)
    pairs += [
        ("network.transport", _PROTOCOLS.get(protocol) if isinstance(protocol, int) else None),
        ("event.action", _FIREWALL.get(number_of(record.get("firewallEvent")) or 0)),
    ]
    initiator, outcome, why = _known(record, reverse)
    return Event(
        format="netflow",
        time=stamp_of(record.get("@timestamp")),
        fields=fields_of(pairs),
        initiator=initiator,
        outcome=outcome,
        why=why,
    )


def _reverse(record: Document) -> Mapping[str, object]:
    reverse = record.get("reverse")
    return reverse if isinstance(reverse, Mapping) else {}


def _known(record: Document, reverse: Mapping[str, object]) -> _Known:
    """Who opened the session, and what came of it."""
    event = number_of(record.get("firewallEvent"))
    back = _first(record, "responderOctets", "reverseOctetDeltaCount", "reverseOctetTotalCount")
    if event in (1, 2, 3, 5) or (back is not None and not reverse):
        if event == 3:
            return Initiator.SOURCE, Outcome.DENIED, "firewall event: denied"
        outcome = Outcome.DATA if back else Outcome.UNANSWERED if event is None else Outcome.ALLOWED
        return Initiator.SOURCE, outcome, f"firewall event {event}" if event else f"biflow, {back} bytes back"
    side = number_of(record.get("biflowDirection"))
    protocol = number_of(record.get("protocolIdentifier"))
    if protocol == 6:
        return _tcp(record, reverse)
    if protocol in (1, 58):
        return _icmp(record)
    if side in (1, 2):
        opener = Initiator.SOURCE if side == 1 else Initiator.DESTINATION
        return opener, Outcome.DATA if reverse else Outcome.UNKNOWN, f"biflowDirection {side}"
    opener, how = _by_ports(record)
    if opener is Initiator.UNKNOWN:
        return opener, Outcome.DATA if reverse else Outcome.UNKNOWN, how
    if reverse or opener is Initiator.DESTINATION:
        return opener, Outcome.DATA, f"{how}, {'both ways' if reverse else 'a reply'}"
    return opener, Outcome.UNKNOWN, f"{how}, the way back was not exported"


def _first(record: Document, *names: str) -> int | None:
    return next((n for name in names if (n := number_of(record.get(name))) is not None), None)


def _tcp(record: Document, reverse: Mapping[str, object]) -> _Known:
    """Flags are those of all packets of one direction together, so a SYN without ACK was never answered."""
    flags, other = number_of(record.get("tcpControlBits")), number_of(reverse.get("tcpControlBits"))
    flags, other = (flags or 0) & 0x3F, (other or 0) & 0x3F
    if flags & _SYN and not flags & _ACK:
        if not reverse:
            return Initiator.SOURCE, Outcome.UNANSWERED, "SYN without ACK"
        outcome = Outcome.REFUSED if other & _RST and not other & _SYN else Outcome.UNANSWERED
        return Initiator.SOURCE, outcome, "SYN without ACK, RST back" if other & _RST else "SYN without ACK"
    lone = not reverse and number_of(record.get("packetDeltaCount")) == 1
    if flags & _RST and not flags & _SYN and (lone or (other & _SYN and not other & _ACK)):
        return Initiator.DESTINATION, Outcome.REFUSED, "RST without SYN: a refusal"
    opener, how = _opener(record, reverse, flags & other & _SYN)
    if not reverse:
        answered = flags & _ACK and (flags & _SYN or opener is Initiator.DESTINATION)
        return opener, Outcome.DATA if answered else Outcome.UNKNOWN, f"{how}, flags {flags:#04x}"
    if opener is Initiator.SOURCE and other & _RST and not other & _SYN:
        return opener, Outcome.REFUSED, f"{how}, RST back"
    return opener, Outcome.DATA, f"{how}, both ways"


def _opener(record: Document, reverse: Mapping[str, object], both_syn: int) -> tuple[Initiator, str]:
    """The direction that began first, where both have a SYN; else by the ports."""
    if both_syn and reverse:
        mine, theirs = str(record.get("@timestamp")), str(reverse.get("timestamp"))
        if mine != theirs:
            return Initiator.SOURCE if mine < theirs else Initiator.DESTINATION, "first SYN"
    return _by_ports(record)


def _icmp(record: Document) -> _Known:
    kind = _first(record, "icmpTypeIPv4", "icmpTypeIPv6")
    if kind is None:
        both = _first(record, "icmpTypeCodeIPv4", "icmpTypeCodeIPv6", "destinationTransportPort")
        kind = None if both is None else both >> 8
    if kind in (8, 128):
        return Initiator.SOURCE, Outcome.UNKNOWN, "echo request"
    if kind in (0, 129):
        return Initiator.DESTINATION, Outcome.DATA, "echo reply"
    return Initiator.UNKNOWN, Outcome.UNKNOWN, f"ICMP type {kind}"


def _by_ports(record: Document) -> tuple[Initiator, str]:
    source = number_of(record.get("sourceTransportPort"))
    destination = number_of(record.get("destinationTransportPort"))
    if source is not None and destination is not None and is_service(source) != is_service(destination):
        opener = Initiator.SOURCE if is_service(destination) else Initiator.DESTINATION
        return opener, f"by ports {source} and {destination}"
    return Initiator.UNKNOWN, "nothing tells who opened it"


def sniff(head: Head) -> float:
    """The decoder marks its records."""
    return specific(head.share_of_documents(lambda record: record.get("@format") == "netflow"))


def reader(_head: Head) -> RecordReader:
    """Records of a capture may stand between."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="netflow",
    title="NetFlow and IPFIX records (decoded)",
    example=b'{"@format":"netflow","@timestamp":"2021-01-07T04:18:07.120000Z","version":5,'
    b'"flowEnd":"2021-01-07T04:18:09.000000Z","sourceIPv4Address":"192.0.2.7","destinationIPv4Address":"203.0.113.9",'
    b'"sourceTransportPort":51022,"destinationTransportPort":443,"protocolIdentifier":6,"tcpControlBits":27,'
    b'"packetDeltaCount":6,"octetDeltaCount":900}',
    knows="Firewall events and biflows state the initiator. Else a SYN never acknowledged was unanswered; of "
    "two directions with SYN the earlier opened; else the one that speaks to a service's port, else unknown. "
    "Both directions, or an acknowledged SYN, are data; RST without SYN refuses.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    document=document,
    flows=True,
    outcomes=frozenset(Outcome) - {Outcome.LOGIN_ACCEPTED, Outcome.LOGIN_REFUSED, Outcome.RESOLVED},
    losses=(
        *SAMPLED,
        LossWord(
            "exporter-dropped",
            b'"notSentFlowTotalCount":',
            "the exporter did not send all flows",
            says=rb'"notSentFlowTotalCount":([0-9]{1,15})',
            amount=Amount.TOTAL,
        ),
    ),
)
