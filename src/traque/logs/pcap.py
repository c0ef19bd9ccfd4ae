"""Flows and transactions of a packet capture, as the pcap decoder writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from traque.logs._documents import Document, stamp_of
from traque.logs._fields import SEVERAL, fields_of, host_and_port, http_outcome, is_service, number_of
from traque.logs._format import Head, LineReader, LogFormat, RecordReader, specific
from traque.logs.json import understand
from traque.model import Event, Initiator, Outcome, TimeRule

TIMES = (TimeRule("iso", anchor=b'"@timestamp":'), TimeRule("auto"))

_Known = tuple[Initiator, Outcome, str]

_FIELDS: Final = {
    "src": "source.ip",
    "src_port": "source.port",
    "dst": "destination.ip",
    "dst_port": "destination.port",
    "ip": "related.ip",
    "name": "related.hosts",
    "bytes": "source.bytes",
    "bytes_back": "destination.bytes",
    "packets": "source.packets",
    "packets_back": "destination.packets",
    "proto": "network.transport",
    "query": "dns.question.name",
    "server_name": "tls.client.server_name",
    "method": "http.request.method",
    "uri": "url.original",
    "url": "url.full",
    "status": "http.response.status_code",
    "user_agent": "user_agent.original",
    "referer": "http.request.referrer",
    "x_forwarded_for": "http.request.headers.x-forwarded-for",
}

_SWAPPED: Final = {"src": "dst", "src_port": "dst_port", "dst": "src", "dst_port": "src_port"}
"""The source of a DNS answer's event is the one that asked."""


def document(record: Document) -> Event | None:
    """What a flow or transaction says; None if it is none."""
    kind = record.get("type")
    if record.get("@format") != "pcap" or not isinstance(kind, str):
        return None
    swapped = _SWAPPED if kind == "dns" and record.get("answer") is True else {}
    pairs = [(name, record.get(swapped.get(key, key))) for key, name in _FIELDS.items()]
    pairs += [("url.domain", _host(record)), ("dns.answers.data", _answers(record)), ("event.action", kind)]
    initiator, outcome, why = _known(kind, record)
    return Event(
        format="pcap",
        time=stamp_of(record.get("@timestamp")),
        fields=fields_of(pairs),
        initiator=initiator,
        outcome=outcome,
        why=why,
    )


def _host(record: Document) -> str:
    """The host of an HTTP request, without a port; a tunnel's is what it asks for."""
    host = record.get("uri" if record.get("method") == "CONNECT" else "host")
    return host_and_port(host)[0] if isinstance(host, str) else ""


def _answers(record: Mapping[str, object]) -> str:
    answers = record.get("answers")
    found = answers[:SEVERAL] if isinstance(answers, list) else []
    return ",".join(item for item in found if isinstance(item, str))


def _known(kind: str, record: Document) -> _Known:
    if kind == "dns":
        return Initiator.SOURCE, Outcome.RESOLVED, f"DNS {'answer' if record.get('answer') else 'question'}"
    if kind == "tls":
        return Initiator.SOURCE, Outcome.DATA, "TLS client hello on an open connection"
    if kind == "http":
        status = record.get("status")
        return Initiator.SOURCE, http_outcome(status), f"HTTP {status}" if status else "HTTP, answer not seen"
    if kind != "flow":
        return Initiator.UNKNOWN, Outcome.UNKNOWN, f"{kind} record"
    proto = record.get("proto")
    if proto == "tcp":
        return _tcp(record)
    if proto in ("icmp", "ipv6-icmp"):
        return _icmp(record)
    opener, how = _by_ports(record)
    if proto == "udp" and opener is not Initiator.UNKNOWN:
        answered = number_of(record.get("packets_back" if opener is Initiator.SOURCE else "packets"))
        return opener, Outcome.DATA if answered else Outcome.UNANSWERED, f"{how}, {answered} packets back"
    return Initiator.UNKNOWN, Outcome.UNKNOWN, how


def _tcp(record: Document) -> _Known:
    """The first SYN tells who opened a connection; where it was not captured, the ports."""
    first, flags, back = (str(record.get(key, "")) for key in ("first_flags", "flags", "flags_back"))
    if "S" in first:
        opener = Initiator.DESTINATION if "A" in first else Initiator.SOURCE
        how = "SYN seen"
    elif "S" in back and "A" not in back:
        opener, how = Initiator.DESTINATION, "SYN seen"
    else:
        opener, how = _by_ports(record)
    asked, answered = ("", "_back") if opener is not Initiator.DESTINATION else ("_back", "")
    reply = flags if answered == "" else back
    packets = number_of(record.get(f"packets{answered}")) or 0
    data = number_of(record.get(f"payload{answered}")) or 0
    sent = number_of(record.get(f"payload{asked}")) or 0
    if "S" in reply or (data and sent):
        return opener, Outcome.DATA, f"{how}, {data} bytes of data back"
    if opener is Initiator.UNKNOWN:
        return opener, Outcome.UNKNOWN, how
    if "R" in reply and not data:
        return opener, Outcome.REFUSED, f"{how}, RST"
    if not packets:
        return opener, Outcome.UNANSWERED, f"{how}, no packet back"
    return opener, Outcome.DATA if data else Outcome.UNKNOWN, f"{how}, {packets} packets back"


def _icmp(record: Document) -> _Known:
    kind, back = record.get("icmp_type"), number_of(record.get("packets_back"))
    if kind in (8, 128):
        outcome = Outcome.DATA if back else Outcome.UNANSWERED
        return Initiator.SOURCE, outcome, f"echo request, {back} packets back"
    if kind in (0, 129):
        return Initiator.DESTINATION, Outcome.DATA, "echo reply"
    return Initiator.UNKNOWN, Outcome.UNKNOWN, f"ICMP type {kind}"


def _by_ports(record: Document) -> tuple[Initiator, str]:
    source, destination = number_of(record.get("src_port")), number_of(record.get("dst_port"))
    if source is not None and destination is not None and is_service(source) != is_service(destination):
        opener = Initiator.SOURCE if is_service(destination) else Initiator.DESTINATION
        return opener, f"by ports {source} and {destination}"
    return Initiator.UNKNOWN, "nothing tells who opened it"


def sniff(head: Head) -> float:
    """The decoder marks its records."""
    return specific(head.share_of_documents(lambda record: record.get("@format") == "pcap"))


def reader(_head: Head) -> RecordReader:
    """NetFlow records may stand between."""
    return LineReader(TIMES, understand)


SPEC = LogFormat(
    name="pcap",
    title="Packet capture (decoded flows, DNS, TLS, HTTP)",
    example=b'{"@format":"pcap","@timestamp":"2021-01-07T04:18:07.120000Z","type":"flow","src":"192.0.2.7",'
    b'"src_port":51022,"dst":"203.0.113.9","dst_port":443,"proto":"tcp","last":"2021-01-07T04:18:09.000000Z",'
    b'"packets":6,"packets_back":5,"bytes":900,"bytes_back":4100,"payload":520,"payload_back":3800,'
    b'"first_flags":"S","flags":"SPA","flags_back":"SPA"}',
    knows="The first SYN of a connection names its opener; where it was not captured, the one that speaks to "
    "a service's port, else unknown. SYN-ACK or data both ways are data, RST refuses, no packet back is "
    "unanswered; HTTP by its status; DNS only resolves.",
    times=TIMES,
    sniff=sniff,
    reader=reader,
    document=document,
    outcomes=frozenset(
        {Outcome.DATA, Outcome.REFUSED, Outcome.UNANSWERED, Outcome.RESOLVED, Outcome.UNKNOWN}
    ),
)
