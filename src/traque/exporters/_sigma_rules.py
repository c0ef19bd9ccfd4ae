r"""Where Sigma's taxonomy has the values of a list: log sources, fields and how they are compared.

Format: https://sigmahq.io/sigma-specification/ (rules, modifiers, taxonomy)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from traque.exporters._job import Item
from traque.exporters._lookups import hive_short, names_below
from traque.model.detection import Direction


class Test(msgspec.Struct, frozen=True):
    """One comparison: ``field`` with its modifiers, and what it is compared with for an item.

    ``way`` is the direction of the connection in which the field names the other end.
    """

    name: str
    field: str
    spell: Callable[[Item], Iterable[str]]
    way: Direction = "both"
    expands: bool = True


class Source(msgspec.Struct, frozen=True):
    """A log source and the comparisons of which one must hold; ``also`` are fields that must hold too."""

    name: str
    title: str
    logsource: tuple[tuple[str, str], ...]
    tests: tuple[Test, ...]
    also: tuple[tuple[str, str], ...] = ()


def _itself(item: Item) -> Iterable[str]:
    return (item.spelling,)


def _below(item: Item) -> Iterable[str]:
    return (f".{item.value}",) if names_below(item) else ()


def _in_folder(item: Item) -> Iterable[str]:
    return (f"\\{item.spelling}", f"/{item.spelling}")


def _labelled(item: Item) -> Iterable[str]:
    return (f"{item.kind.upper()}={item.value.upper()}",)


def _key(item: Item) -> Iterable[str]:
    key = hive_short(item.value)
    return () if key.startswith("HKCU\\") else (key,)


def _key_of_user(item: Item) -> Iterable[str]:
    key = hive_short(item.value)
    return (key.removeprefix("HKCU"),) if key.startswith("HKCU\\") else ()


def _inside(spell: Callable[[Item], Iterable[str]]) -> Callable[[Item], Iterable[str]]:
    return lambda item: (f"{key}\\" for key in spell(item))


def _pipe(item: Item) -> Iterable[str]:
    return (f"\\{item.value.lstrip(chr(92))}",)


def _ends(field_out: str, field_in: str, modifier: str = "") -> tuple[Test, ...]:
    expands = not modifier
    return (
        Test("out", field_out + modifier, _itself, "out", expands),
        Test("in", field_in + modifier, _itself, "in", expands),
    )


_WINDOWS: Final = ("product", "windows")


def _host(field: str) -> tuple[Test, ...]:
    return (Test("exact", field, _itself), Test("below", f"{field}|endswith", _below))


SOURCES: Final[dict[str, tuple[Source, ...]]] = {
    "ip": (
        Source("firewall", "a firewall", (("category", "firewall"),), _ends("dst_ip", "src_ip")),
        Source(
            "network",
            "a program",
            (("category", "network_connection"), _WINDOWS),
            _ends("DestinationIp", "SourceIp"),
        ),
    ),
    "net": (
        Source("firewall", "a firewall", (("category", "firewall"),), _ends("dst_ip", "src_ip", "|cidr")),
        Source(
            "network",
            "a program",
            (("category", "network_connection"), _WINDOWS),
            _ends("DestinationIp", "SourceIp", "|cidr"),
        ),
    ),
    "domain": (
        Source("dns", "DNS queries", (("category", "dns"),), _host("query")),
        Source(
            "dns-client", "a program's DNS queries", (("category", "dns_query"), _WINDOWS), _host("QueryName")
        ),
        Source("proxy", "a proxy", (("category", "proxy"),), _host("cs-host")),
    ),
    "url": (Source("proxy", "a proxy", (("category", "proxy"),), (Test("exact", "c-uri", _itself),)),),
    "hash": (
        Source(
            "process",
            "started programs",
            (("category", "process_creation"), _WINDOWS),
            (Test("hash", "Hashes|contains", _labelled),),
        ),
        Source(
            "library",
            "loaded libraries",
            (("category", "image_load"), _WINDOWS),
            (Test("hash", "Hashes|contains", _labelled),),
        ),
    ),
    "file": (
        Source(
            "process",
            "started programs",
            (("category", "process_creation"),),
            (Test("name", "Image|endswith", _in_folder),),
        ),
        Source(
            "file",
            "written files",
            (("category", "file_event"),),
            (Test("name", "TargetFilename|endswith", _in_folder),),
        ),
    ),
    "path": (
        Source(
            "process",
            "started programs",
            (("category", "process_creation"),),
            (Test("path", "Image", _itself),),
        ),
        Source(
            "file", "written files", (("category", "file_event"),), (Test("path", "TargetFilename", _itself),)
        ),
    ),
    "agent": (
        Source("proxy", "a proxy", (("category", "proxy"),), (Test("agent", "c-useragent", _itself),)),
        Source(
            "webserver",
            "a web server",
            (("category", "webserver"),),
            (Test("agent", "cs-user-agent", _itself),),
        ),
    ),
    "registry": (
        Source(
            "registry",
            "the registry",
            (("category", "registry_event"), _WINDOWS),
            (
                Test("key", "TargetObject", _key),
                Test("inside", "TargetObject|startswith", _inside(_key)),
                Test("user_key", "TargetObject|endswith", _key_of_user),
                Test("user_inside", "TargetObject|contains", _inside(_key_of_user)),
            ),
        ),
    ),
    "pipe": (
        Source(
            "pipe",
            "named pipes",
            (("category", "pipe_created"), _WINDOWS),
            (Test("pipe", "PipeName", _pipe),),
        ),
    ),
    "service": (
        Source(
            "service",
            "installed services",
            (_WINDOWS, ("service", "system")),
            (Test("name", "ServiceName", _itself),),
            also=(("Provider_Name", "Service Control Manager"), ("EventID", "7045")),
        ),
    ),
    "ja3": (
        Source(
            "tls",
            "TLS connections",
            (("product", "zeek"), ("service", "ssl")),
            (Test("client", "ja3", _itself),),
        ),
    ),
    "ja3s": (
        Source(
            "tls",
            "TLS connections",
            (("product", "zeek"), ("service", "ssl")),
            (Test("server", "ja3s", _itself),),
        ),
    ),
}
