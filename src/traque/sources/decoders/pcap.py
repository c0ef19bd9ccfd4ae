"""Packet captures (pcap, pcapng): flows, and what is said in clear by DNS, TLS, HTTP and NetFlow.

One record a packet would drown the answer. A record is one of: a ``flow`` (both ends, first and last
time, packets, bytes and TCP flags each way; a flow ends with the capture, after five minutes of silence,
or when 65,536 others are newer), a ``dns`` message, the name in a ``tls`` client hello, an ``http``
request with its answer, a packet cited by an ICMP error (``icmp-quoted``), a resolved ``name`` (pcapng),
or a NetFlow record. The offset is that of the first packet. Fragments of an IP packet count as one packet.
Other text in packets (mail, HTTP bodies, certificates) is searched in the raw bytes. QUIC and encrypted
traffic give their addresses only.
"""

from __future__ import annotations

from collections.abc import Iterator

from traque.sources.decoders._captures import Names, is_pcap, is_pcapng, packets
from traque.sources.decoders._decoder import Decoded, Decoder, Faults, Reading
from traque.sources.decoders._flows import Flows, address, names, quoted
from traque.sources.decoders._fragments import Fragments
from traque.sources.decoders._frames import At, Packet, reassembled
from traque.sources.decoders._links import dissect, known
from traque.sources.decoders._netflow import Exports, is_export


def decode(reading: Reading) -> Iterator[Decoded]:
    """Flows and transactions, in bounded memory."""
    faults = Faults()
    exports = Exports(faults, reading.carried)

    def datagram(data: bytes, packet: Packet, offset: int) -> Iterator[Decoded]:
        if is_export(data, whole=True):
            yield from exports.datagram(data, offset, address(packet.source))

    flows = Flows(datagram)
    fragments = Fragments()

    def understand(packets: list[Packet], at: At) -> Iterator[Decoded]:
        for packet in packets:
            if packet.quoted:
                yield quoted(packet, at)
            elif packet.part is None:
                yield from flows.take(packet, at)
            else:
                for whole, begun in fragments.take(packet, at):
                    yield from understand(reassembled(whole), begun)

    for frame in packets(reading, faults):
        if isinstance(frame, Names):
            yield from names(frame.pairs, frame.offset)
            continue
        if not known(frame.link):
            faults.note(f"packets of link type {frame.link} are not decoded")
            continue
        at = At(frame.time, frame.offset)
        yield from understand(dissect(frame.link, frame.data), at)
    for whole, begun in fragments.finish():
        yield from understand(reassembled(whole), begun)
    yield from flows.finish()
    yield from exports.finish()
    faults.check()


SPEC = Decoder(
    name="pcap",
    title="packet capture (pcap)",
    recognise=lambda head, _name: is_pcap(head) or is_pcapng(head),
    decode=decode,
    whole=False,
)
