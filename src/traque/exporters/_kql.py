r"""KQL for Microsoft Sentinel and Defender: constant, because the values stand only in look-up files.

A list is a table with the columns of :data:`~traque.exporters._lookups.COLUMNS`. A name stands there as it is
and, where names below it match, once more after a dot: a query then looks up the name of an event, and each
name above it after a dot. Language: https://learn.microsoft.com/kusto/query/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from traque.exporters._lookups import COLUMNS
from traque.model.detection import Direction

Match = Literal["whole", "address", "name", "host", "key"]


class Query(msgspec.Struct, frozen=True):
    """Which columns of ``table`` are looked up in ``list``; ``ways`` are the columns' directions."""

    name: str
    list: str
    table: str
    columns: tuple[str, ...]
    match: Match = "whole"
    ways: tuple[Direction, ...] = ()


SENTINEL: Final = (
    Query(
        "connections",
        "ip",
        "_Im_NetworkSession(starttime=since)",
        ("DstIpAddr", "SrcIpAddr"),
        ways=("out", "in"),
    ),
    Query(
        "networks",
        "net",
        "_Im_NetworkSession(starttime=since)",
        ("DstIpAddr", "SrcIpAddr"),
        "address",
        ("out", "in"),
    ),
    Query("dns", "domain", "_Im_Dns(starttime=since)", ("DnsQuery",), "name"),
    Query("web-host", "domain", "_Im_WebSession(starttime=since)", ("Url",), "host"),
    Query("web-url", "url", "_Im_WebSession(starttime=since)", ("Url",)),
    Query("web-agent", "agent", "_Im_WebSession(starttime=since)", ("HttpUserAgent",)),
    Query("mail", "email", "EmailEvents", ("SenderFromAddress", "SenderMailFromAddress")),
    Query(
        "process-hash",
        "hash",
        "_Im_ProcessCreate(starttime=since)",
        ("TargetProcessMD5", "TargetProcessSHA1", "TargetProcessSHA256", "TargetProcessSHA512"),
    ),
    Query(
        "file-hash",
        "hash",
        "_Im_FileEvent(starttime=since)",
        ("TargetFileMD5", "TargetFileSHA1", "TargetFileSHA256", "TargetFileSHA512"),
    ),
    Query("file-name", "file", "_Im_FileEvent(starttime=since)", ("TargetFileName",)),
    Query("file-path", "path", "_Im_FileEvent(starttime=since)", ("TargetFilePath",)),
    Query("process-path", "path", "_Im_ProcessCreate(starttime=since)", ("TargetProcessName",)),
    Query("registry", "registry", "_Im_RegistryEvent(starttime=since)", ("RegistryKey",), "key"),
)
"""By the parsers of the Advanced Security Information Model."""

DEFENDER: Final = (
    Query("connections", "ip", "DeviceNetworkEvents", ("RemoteIP",)),
    Query("networks", "net", "DeviceNetworkEvents", ("RemoteIP",), "address"),
    Query("web-host", "domain", "DeviceNetworkEvents", ("RemoteUrl",), "host"),
    Query("web-url", "url", "DeviceNetworkEvents", ("RemoteUrl",)),
    Query("mail", "email", "EmailEvents", ("SenderFromAddress", "SenderMailFromAddress")),
    Query("mail-url", "url", "EmailUrlInfo", ("Url",)),
    Query("mail-host", "domain", "EmailUrlInfo", ("UrlDomain",), "name"),
    Query("process-hash", "hash", "DeviceProcessEvents", ("MD5", "SHA1", "SHA256")),
    Query("file-hash", "hash", "DeviceFileEvents", ("MD5", "SHA1", "SHA256")),
    Query("library-hash", "hash", "DeviceImageLoadEvents", ("MD5", "SHA1", "SHA256")),
    Query("process-name", "file", "DeviceProcessEvents", ("FileName",)),
    Query("file-name", "file", "DeviceFileEvents", ("FileName",)),
    Query("process-path", "path", "DeviceProcessEvents", ("FolderPath",)),
    Query("file-path", "path", "DeviceFileEvents", ("FolderPath",)),
    Query("registry", "registry", "DeviceRegistryEvents", ("RegistryKey",), "key"),
)
"""By the tables of advanced hunting."""

_PARTS: Final = {
    "whole": "| extend traque_key = tolower(traque_field)\n",
    "name": (
        '| extend traque_labels = split(trim_end(@"\\.", tolower(traque_field)), ".")\n'
        "| mv-apply traque_i = range(0, array_length(traque_labels) - 1) to typeof(int) on (\n"
        '    project traque_key = strcat(iff(traque_i == 0, "", "."),'
        ' strcat_array(array_slice(traque_labels, traque_i, -1), ".")))\n'
    ),
    "key": (
        '| extend traque_labels = split(tolower(traque_field), "\\\\")\n'
        "| mv-apply traque_i = range(0, array_length(traque_labels) - 1) to typeof(int) on (\n"
        '    project traque_key = strcat_array(array_slice(traque_labels, 0, traque_i), "\\\\"))\n'
    ),
}
_HOST: Final = '| extend traque_field = extract(@"^(?:[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?)?([^/?#:@\\s]+)", 1, traque_field)\n'


def columns_of(query: Query, direction: Direction) -> list[str]:
    """The columns that name the other end of connections in ``direction``."""
    ways = query.ways or ("both",) * len(query.columns)
    return [
        column
        for column, way in zip(query.columns, ways, strict=True)
        if direction == "both" or way in ("both", direction)
    ]


def sentinel(query: Query, columns: Sequence[str]) -> str:
    """A query over a watchlist."""
    names = ", ".join(f"{name} = tostring({name})" for name in COLUMNS)
    source = f"_GetWatchlist('traque_{query.list}') | project {names}"
    return _text(query, columns, source, "TimeGenerated")


def defender(query: Query, columns: Sequence[str]) -> str:
    """A query over a file that advanced hunting fetches."""
    schema = ", ".join(f"{name}: string" for name in COLUMNS)
    source = (
        f"externaldata({schema})\n"
        f'    [@"https://storage.example/traque/traque_{query.list}.csv"]\n'
        '    with (format = "csv", ignoreFirstRecord = true)'
    )
    return _text(query, columns, source, "Timestamp")


def _text(query: Query, columns: Sequence[str], source: str, time: str) -> str:
    lines = (
        "let since = ago(65m);\n"
        f"let traque = materialize({source}\n    | where todatetime(expires) >= startofday(now()));\n"
    )
    if query.match == "address":
        return lines + _networks(query, columns, time)
    expand = f"| mv-expand traque_field = pack_array({', '.join(columns)}) to typeof(string)\n"
    steps = _HOST + _PARTS["name"] if query.match == "host" else _PARTS[query.match]
    return (
        f"{lines}{query.table}\n| where {time} >= since\n{expand}| where isnotempty(traque_field)\n{steps}"
        "| lookup kind=inner traque on $left.traque_key == $right.value\n"
    )


def _networks(query: Query, columns: Sequence[str], time: str) -> str:
    """IPv4 and IPv6 have a plugin each."""
    parts = [
        f"({query.table} | where {time} >= since | where isnotempty({column})\n"
        f"    | evaluate ipv{version}_lookup((traque | where kind == 'ipv{version}-net'), {column}, value))"
        for column in columns
        for version in (4, 6)
    ]
    return "union\n  " + ",\n  ".join(parts) + "\n"
