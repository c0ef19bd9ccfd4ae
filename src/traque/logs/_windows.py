"""What Windows events mean, and the names that their values have: tables."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from traque.model import Initiator, Outcome

Known = tuple[Initiator, Outcome]
IN = Initiator.SOURCE
ACCEPTED, REFUSED = (IN, Outcome.LOGIN_ACCEPTED), (IN, Outcome.LOGIN_REFUSED)
_CONTACT, _DENIED = (IN, Outcome.ALLOWED), (IN, Outcome.DENIED)
NOTHING = (Initiator.UNKNOWN, Outcome.UNKNOWN)

MEANING: Final[Mapping[tuple[str, int], Known]] = MappingProxyType(
    {
        ("security", 4624): ACCEPTED,
        ("security", 4625): REFUSED,
        ("security", 4648): NOTHING,
        ("security", 4771): REFUSED,
        ("security", 4778): ACCEPTED,
        ("security", 4779): _CONTACT,
        ("security", 4825): _DENIED,
        ("security", 5140): (IN, Outcome.DATA),
        ("security", 5145): (IN, Outcome.DATA),
        ("security", 5152): _DENIED,
        ("security", 5153): _DENIED,
        ("security", 5157): _DENIED,
        ("security", 5156): _CONTACT,
        ("security", 6272): ACCEPTED,
        ("security", 6273): REFUSED,
        ("security", 6274): REFUSED,
        ("security", 1200): ACCEPTED,
        ("security", 1201): REFUSED,
        ("security", 1202): ACCEPTED,
        ("security", 1203): REFUSED,
        # Whoever got this far spoke to the service; the log-in is told by 21 and 4624.
        ("remoteconnectionmanager", 1149): (IN, Outcome.DATA),
        ("localsessionmanager", 21): ACCEPTED,
        ("localsessionmanager", 22): ACCEPTED,
        ("localsessionmanager", 24): (IN, Outcome.DATA),
        ("localsessionmanager", 25): ACCEPTED,
        ("rdpcorets", 131): _CONTACT,
        ("rdpcorets", 140): REFUSED,
        ("terminalservices-gateway", 200): _CONTACT,
        ("terminalservices-gateway", 201): _DENIED,
        ("terminalservices-gateway", 301): _DENIED,
        ("terminalservices-gateway", 302): ACCEPTED,
        ("terminalservices-gateway", 303): (IN, Outcome.DATA),
        ("sysmon", 22): (IN, Outcome.RESOLVED),
        ("dns-client", 3006): (IN, Outcome.RESOLVED),
        ("dns-client", 3008): (IN, Outcome.RESOLVED),
        ("dns-client", 3020): (IN, Outcome.RESOLVED),
        ("bits-client", 59): _CONTACT,
        ("bits-client", 60): _CONTACT,
        ("bits-client", 61): _CONTACT,
        ("bits-client", 16403): _CONTACT,
    }
)
BY_STATUS: Final = frozenset({4768, 4769, 4776})

SOURCE: Final = (
    "IpAddress", "ClientAddress", "ClientIP", "IPString", "SourceAddress", "SourceIp", "Address", "Param3",
    "CallingStationID", "ClientIPAddress", "RemoteIP",
)  # fmt: skip
SOURCE_PORT: Final = ("IpPort", "ClientPort", "SourcePort")
DESTINATION: Final = ("DestAddress", "DestinationIp", "DestinationAddress")
DESTINATION_PORT: Final = ("DestPort", "DestinationPort")
USER: Final = (
    "TargetUserName", "AccountName", "User", "Param1", "Username", "UserName", "SubjectUserName",
    "TargetOutboundUserName",
)  # fmt: skip

LABELS: Final = MappingProxyType(
    {
        "Source Network Address": "IpAddress",
        "Adresse du réseau source": "IpAddress",
        "Source Port": "IpPort",
        "Port source": "IpPort",
        "Client Address": "IpAddress",
        "Client IP": "ClientIP",
        "User Name": "UserName",
        "Adresse du client": "IpAddress",
        "Client Port": "IpPort",
        "Port client": "IpPort",
        "Network Address": "IpAddress",
        "Adresse du réseau": "IpAddress",
        "Source Address": "SourceAddress",
        "Adresse source": "SourceAddress",
        "Destination Address": "DestAddress",
        "Adresse de destination": "DestAddress",
        "Destination Port": "DestPort",
        "Port de destination": "DestPort",
        "SourceIp": "SourceIp",
        "SourcePort": "SourcePort",
        "DestinationIp": "DestinationIp",
        "DestinationHostname": "DestinationHostname",
        "DestinationPort": "DestinationPort",
        "QueryName": "QueryName",
        "QueryResults": "QueryResults",
        "Image": "Image",
        "Hashes": "Hashes",
        "Account Name": "TargetUserName",
        "Nom du compte": "TargetUserName",
        "Status": "Status",
    }
)
