"""Which values a SIEM looks up together: those that stand in the same fields of a log."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from traque.exporters._job import Item, Job
from traque.exporters._text import visible
from traque.observables import matches_below

LISTS: Final = {
    "ip": ("ipv4-addr", "ipv6-addr"),
    "net": ("ipv4-net", "ipv6-net"),
    "domain": ("domain-name",),
    "url": ("url",),
    "email": ("email-addr",),
    "hash": ("md5", "sha1", "sha256", "sha512"),
    "file": ("file-name",),
    "path": ("file-name",),
    "agent": ("user-agent",),
    "registry": ("registry-key",),
    "pipe": ("named-pipe",),
    "service": ("windows-service",),
    "mutex": ("mutex",),
    "ja3": ("ja3",),
    "ja3s": ("ja3s",),
    "ja4": ("ja4",),
    "certificate": ("x509-certificate",),
}
"""Each list with its kinds; a file's name without a folder is in ``file``, else in ``path``."""
_HIVES: Final = (
    ("hkey_local_machine\\", "HKLM\\"),
    ("hkey_current_user\\", "HKCU\\"),
    ("hkey_classes_root\\", "HKCR\\"),
    ("hkey_users\\", "HKU\\"),
    ("hkey_current_config\\", "HKCC\\"),
)
COLUMNS: Final = ("value", "kind", "role", "tlp", "bulletin", "actors", "expires")
"""What a look-up says of a value."""


def kinds_of(names: Iterable[str]) -> tuple[str, ...]:
    """The kinds that these lists hold, in the order of the lists."""
    return tuple(dict.fromkeys(kind for name in names for kind in LISTS[name]))


def listed(items: Iterable[Item], names: Iterable[str]) -> dict[str, list[Item]]:
    """The items of each of these lists that has any."""
    wanted = {kind: name for name in names for kind in LISTS[name] if name not in ("file", "path")}
    found: dict[str, list[Item]] = {name: [] for name in names}
    for item in items:
        found[wanted.get(item.kind) or file_list(item.value)].append(item)
    return {name: members for name, members in found.items() if members}


def file_list(value: str) -> str:
    """Whether a file's name is one of the list ``file`` or ``path``."""
    return "path" if "\\" in value or "/" in value else "file"


def hive_short(key: str) -> str:
    r"""A canonical registry key with its hive as Sysmon and ECS write it (``HKLM\...``)."""
    return next((short + key[len(long) :] for long, short in _HIVES if key.startswith(long)), key)


def registry_forms(key: str) -> list[str]:
    r"""A canonical registry key with its hive written out and short, in lower case."""
    return list(dict.fromkeys((key, hive_short(key).lower())))


def names_below(item: Item) -> bool:
    """Whether names below the item's match too."""
    return matches_below(item.observable)


def row(job: Job, item: Item, value: str) -> tuple[str, ...]:
    """The cells of :data:`COLUMNS` for one spelling of the item."""
    indicator, bulletin = item.indicator, job.bulletin(item)
    return (
        value,
        item.kind,
        visible(indicator.role or ""),
        (indicator.tlp or bulletin.tlp or "").upper(),
        visible(" ".join(item.bulletins)),
        visible("; ".join(indicator.actors or bulletin.actors)),
        f"{item.expires:%Y-%m-%d}",
    )


def table(
    job: Job, items: Sequence[Item], spellings: Callable[[Item], Iterable[str]] = lambda item: (item.value,)
) -> Iterator[str]:
    """A CSV table (RFC 4180) of :data:`COLUMNS` in parts, a row for each spelling of each item."""
    yield csv_lines([COLUMNS])
    for start in range(0, len(items), 10_000):
        yield csv_lines(
            row(job, item, value) for item in items[start : start + 10_000] for value in spellings(item)
        )


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """Rows as RFC 4180 has them, with a line feed after each."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
