"""Palo Alto Networks' Strata Logging Service (Cortex Data Lake), of firewalls and Prisma Access: JSON.

Source: Palo Alto Networks "Strata Logging Service: Log schema reference". The values are those of PAN-OS'
columns, under names; what they say is :mod:`traque.logs.paloalto`'s to tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from traque.logs._cloud import anchored, document_reader, document_sniff
from traque.logs._documents import Document, stamp_of
from traque.logs._format import LogFormat
from traque.logs.paloalto import COLUMNS, of_row
from traque.model import Event, Outcome

TIMES = anchored("TimeGenerated", "EventTime")

_SESSION: Final = MappingProxyType(
    {
        2: "DeviceSN", 3: "LogType", 4: "Subtype", 7: "SourceAddress", 8: "DestinationAddress",
        9: "NATSource", 10: "NATDestination", 11: "Rule", 12: "SourceUser", 14: "Application",
        24: "SourcePort", 25: "DestinationPort", 29: "Protocol", 30: "Action",
    }
)  # fmt: skip
_NAMES: Final[Mapping[str, Mapping[int, str]]] = MappingProxyType(
    {
        "TRAFFIC": {
            **_SESSION, 32: "BytesSent", 33: "BytesReceived", 45: "PacketsReceived", 46: "SessionEndReason",
            52: "DeviceName",
        },
        "THREAT": {
            **_SESSION, 32: "ThreatName", 35: "DirectionOfAttack", 43: "FileHash", 46: "UserAgent",
            48: "XForwardedFor", 49: "Referer", 50: "Sender", 52: "Recipient", 59: "DeviceName",
        },
        "DECRYPTION": _SESSION,
        "GLOBALPROTECT": {
            3: "LogType", 8: "EventIDValue", 12: "SourceUserName", 14: "EndpointDeviceName", 15: "PublicIPv4",
            16: "PublicIPv6", 17: "PrivateIPv4", 2: "DeviceName", 28: "EventStatus",
        },
        "SYSTEM": {2: "LogSourceName", 3: "LogType", 8: "EventName", 14: "EventDescription"},
        "HIPMATCH": {3: "LogType", 4: "Subtype", 7: "SourceUser", 11: "SourceIP"},
    }
)  # fmt: skip
"""In which of PAN-OS' columns the values stand."""


def document(found: Document) -> Event | None:
    """The same record as JSON; None without the marks of one."""
    names = _NAMES.get(str(found.get("LogType")))
    time = stamp_of(found.get("TimeGenerated") or found.get("EventTime"))
    if names is None or time is None or not ("ConfigVersion" in found or "DeviceSN" in found):
        return None
    row = [""] * COLUMNS
    for column, name in names.items():
        value = found.get(name)
        row[column] = "" if value is None else str(value)
    if row[3] == "THREAT":
        row[31] = str(found.get("URL") or found.get("FileName") or found.get("DNSQuery") or "")
    return msgspec.structs.replace(of_row(row), format="strata", time=time)


SPEC = LogFormat(
    name="strata",
    title="Palo Alto Networks Strata Logging Service JSON",
    example=b'{"TimeReceived":"2021-01-07T04:18:14.000000Z","DeviceSN":"007000000001","LogType":"TRAFFIC",'
    b'"Subtype":"end","ConfigVersion":"10.1","TimeGenerated":"2021-01-07T04:18:07.000000Z",'
    b'"SourceAddress":"192.0.2.7","DestinationAddress":"203.0.113.9","SourcePort":51022,"DestinationPort":443,'
    b'"Protocol":"tcp","Application":"ssl","Action":"allow","BytesSent":1200,"BytesReceived":5300,'
    b'"SessionEndReason":"tcp-fin"}',
    knows="As of PAN-OS' CSV: the source of a session opened it; deny, drop and reset are denied; bytes "
    "back are data. GlobalProtect and system messages say which log-ins were accepted or refused.",
    times=TIMES,
    sniff=document_sniff(document),
    reader=document_reader(TIMES),
    linewise=True,
    document=document,
    outcomes=frozenset(Outcome) - {Outcome.RESOLVED},
)
