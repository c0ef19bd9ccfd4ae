"""Splunk's searches: constant, because the values stand only in the look-ups.

Each reads a data model of the Common Information Model and looks its fields up. Fields: Splunk Common
Information Model Add-on Manual (Network Traffic, Network Resolution, Web, Endpoint, Email, Certificates).
"""

from __future__ import annotations

from typing import Final

import msgspec

from traque.model.detection import Direction


class Field(msgspec.Struct, frozen=True):
    """A field of a data model, and the direction in which it names the other end."""

    name: str
    way: Direction = "both"


class Search(msgspec.Struct, frozen=True):
    """Which fields of ``dataset`` are looked up in which list; ``by`` are shown beside."""

    name: str
    lists: tuple[str, ...]
    model: str
    dataset: str
    fields: tuple[Field, ...]
    by: tuple[str, ...] = ()


SEARCHES: Final = (
    Search(
        "connections",
        ("ip", "net"),
        "Network_Traffic",
        "All_Traffic",
        (Field("dest", "out"), Field("src", "in")),
        ("src", "dest", "dest_port", "action"),
    ),
    Search("dns", ("domain",), "Network_Resolution", "DNS", (Field("query"),), ("src", "query")),
    Search("web-host", ("domain", "ip", "net"), "Web", "Web", (Field("dest"),), ("src", "dest", "action")),
    Search("web-url", ("url",), "Web", "Web", (Field("url"),), ("src", "url", "action", "status")),
    Search(
        "web-agent", ("agent",), "Web", "Web", (Field("http_user_agent"),), ("src", "dest", "http_user_agent")
    ),
    Search(
        "mail", ("email",), "Email", "All_Email", (Field("src_user"),), ("src_user", "recipient", "action")
    ),
    Search(
        "process-hash",
        ("hash",),
        "Endpoint",
        "Processes",
        (Field("process_hash"),),
        ("dest", "user", "process_path", "process_hash"),
    ),
    Search(
        "process-name",
        ("file",),
        "Endpoint",
        "Processes",
        (Field("process_name"),),
        ("dest", "user", "process_name"),
    ),
    Search(
        "process-path",
        ("path",),
        "Endpoint",
        "Processes",
        (Field("process_path"),),
        ("dest", "user", "process_path"),
    ),
    Search(
        "file-hash",
        ("hash",),
        "Endpoint",
        "Filesystem",
        (Field("file_hash"),),
        ("dest", "user", "file_path", "file_hash"),
    ),
    Search(
        "file-name", ("file",), "Endpoint", "Filesystem", (Field("file_name"),), ("dest", "user", "file_name")
    ),
    Search(
        "file-path", ("path",), "Endpoint", "Filesystem", (Field("file_path"),), ("dest", "user", "file_path")
    ),
    Search(
        "registry",
        ("registry",),
        "Endpoint",
        "Registry",
        (Field("registry_path"),),
        ("dest", "user", "registry_path", "action"),
    ),
    Search(
        "service",
        ("service",),
        "Endpoint",
        "Services",
        (Field("service_name"),),
        ("dest", "user", "service_name"),
    ),
    Search(
        "certificate",
        ("certificate",),
        "Certificates",
        "All_Certificates",
        (Field("ssl_hash"),),
        ("src", "dest", "ssl_hash"),
    ),
)


_HASHES: Final = (
    r'rex field={0} max_match=8 "(?<traque_key>[0-9A-Fa-f]{{32,128}})"'
    " | mvexpand traque_key | eval traque_key=lower(traque_key)"
)
_KEYS: Final = {
    "process_hash": (_HASHES.format("process_hash"),),
    "file_hash": (_HASHES.format("file_hash"),),
    "registry_path": (
        "eval traque_key=lower(registry_path)",
        r'eval traque_key=replace(lower(registry_path),"\\\\[^\\\\]*$","")',
    ),
}
"""What is looked up of a field that is not its whole value: ``SHA256=...,MD5=...``, the key of a value."""
_OUTPUT: Final = "OUTPUTNEW value as traque_value kind role tlp bulletin actors expires"


def search(spec: Search, lists: tuple[str, ...], direction: Direction) -> list[str]:
    """The lines of the search; empty when nothing of it is asked for."""
    fields = [f.name for f in spec.fields if direction == "both" or f.way in ("both", direction)]
    if not fields or not lists:
        return []
    by = " ".join(f"{spec.dataset}.{name}" for name in spec.by)
    lines = [
        "| tstats summariesonly=false allow_old_summaries=true count",
        "  min(_time) as first_seen max(_time) as last_seen",
        f"  from datamodel={spec.model}.{spec.dataset} by {by}",
        f'| rename "{spec.dataset}.*" as *',
    ]
    for name in fields:
        for key in _KEYS.get(name, (f"eval traque_key=lower(mvindex({name},0))",)):
            lines.append(f"| {key}")
            lines += [f"| lookup traque_{of} value as traque_key {_OUTPUT}" for of in lists]
    return [
        *lines,
        '| where isnotnull(traque_value) AND strptime(expires,"%Y-%m-%d")>=relative_time(now(),"@d")',
        "| convert ctime(first_seen) ctime(last_seen)",
    ]
