"""Information elements of NetFlow v9 and IPFIX that matter to a hunt (IANA ipfix registry; vendors' own)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

REVERSE: Final = 29305
"""The enterprise number of RFC 5103: the same element, of the way back."""

_IANA: Final = """
1 octetDeltaCount n|2 packetDeltaCount n|4 protocolIdentifier n|6 tcpControlBits n|7 sourceTransportPort n
8 sourceIPv4Address a|10 ingressInterface n|11 destinationTransportPort n|12 destinationIPv4Address a
14 egressInterface n|15 ipNextHopIPv4Address a|16 bgpSourceAsNumber n|17 bgpDestinationAsNumber n
18 bgpNextHopIPv4Address a|21 flowEndSysUpTime n|22 flowStartSysUpTime n|23 postOctetDeltaCount n
24 postPacketDeltaCount n|27 sourceIPv6Address a|28 destinationIPv6Address a|32 icmpTypeCodeIPv4 n
44 sourceIPv4Prefix a|45 destinationIPv4Prefix a|47 mplsTopLabelIPv4Address a|56 sourceMacAddress m
57 postDestinationMacAddress m|58 vlanId n|60 ipVersion n|61 flowDirection n|62 ipNextHopIPv6Address a
63 bgpNextHopIPv6Address a|80 destinationMacAddress m|81 postSourceMacAddress m|82 interfaceName s
85 octetTotalCount n|86 packetTotalCount n|94 applicationDescription s|96 applicationName s
130 exporterIPv4Address a|131 exporterIPv6Address a|136 flowEndReason n|139 icmpTypeCodeIPv6 n
140 mplsTopLabelIPv6Address a|148 flowId n|150 flowStartSeconds t0|151 flowEndSeconds t0
152 flowStartMilliseconds t3|153 flowEndMilliseconds t3|154 flowStartMicroseconds tn|155
flowEndMicroseconds tn 156 flowStartNanoseconds tn|157 flowEndNanoseconds tn|160
systemInitTimeMilliseconds n 170 sourceIPv6Prefix a|169 destinationIPv6Prefix a|176 icmpTypeIPv4 n|177
icmpCodeIPv4 n 178 icmpTypeIPv6 n|179 icmpCodeIPv6 n|211 collectorIPv4Address a|212 collectorIPv6Address
a 225 postNATSourceIPv4Address a|226 postNATDestinationIPv4Address a|227 postNAPTSourceTransportPort n
228 postNAPTDestinationTransportPort n|230 natEvent n|231 initiatorOctets n|232 responderOctets n 233
firewallEvent n|234 ingressVRFID n|236 VRFname s|239 biflowDirection n|281 postNATSourceIPv6Address a 282
postNATDestinationIPv6Address a|298 initiatorPackets n|299 responderPackets n 323
observationTimeMilliseconds t3|351 layer2SegmentId n|371 userName s|403 originalExporterIPv4Address a 404
originalExporterIPv6Address a|459 httpRequestMethod s|460 httpRequestHost s|461 httpRequestTarget s 468
httpUserAgent s|34 samplingInterval n|50 samplerRandomInterval n|166 notSentFlowTotalCount n
305 samplingPacketInterval n|306 samplingPacketSpace n
40000 userName s|40001 postNATSourceIPv4Address a|40002 postNATDestinationIPv4Address a
40003 postNAPTSourceTransportPort n|40004 postNAPTDestinationTransportPort n|40005 firewallEvent n 56701
applicationName s|56702 userName s
"""
_VMWARE: Final = """
881 tenantSourceIPv4 a|882 tenantDestIPv4 a|883 tenantSourceIPv6 a|884 tenantDestIPv6 a
"""


def _table(text: str) -> dict[int, tuple[str, str]]:
    words = text.replace("|", " ").split()
    return {int(n): (name, kind) for n, name, kind in zip(*[iter(words)] * 3, strict=True)}


ELEMENTS: Final = MappingProxyType(
    {
        **{(0, number): element for number, element in _table(_IANA).items()},
        **{(6876, number): element for number, element in _table(_VMWARE).items()},
    }
)
"""Name and kind by (enterprise, number).

Kinds: n number, a address, m MAC, s text, t0 seconds, t3 milliseconds, tn NTP time.
"""
