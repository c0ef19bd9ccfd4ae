"""Streams: one device x one log type, found by name and content over rotations and months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from traque.expressions import expression

COMPRESSED: Final = (".gz", ".bz2", ".xz", ".zst", ".lz4", ".z", ".tgz", ".tbz2", ".txz")
ARCHIVES: Final = (".zip", ".tar", ".jar")

_DATE = (
    r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?"
    r"(?:[-_.T]?(?:[01]\d|2[0-3])(?:[-_.:h]?[0-5]\d(?:[-_.:]?[0-5]\d)?)?)?"
)
_DATED = expression(
    rf"(?:[-_.]|(?<![0-9A-Za-z])){_DATE}(?![0-9])"
    r"|[-_.]?\d\d:\d\d:\d\d-\d\d:\d\d:\d\d"  # Zeek's rotations name their hours
    r"|(?<=u_ex|u_in|u_nc)\d{6}(?:\d\d)?(?![0-9])"  # IIS: two-digit year, month, day, hour
)
_ROTATION = expression(r"(?:\.\d{1,4})+$|(?<=\.pcap)\d{1,4}$")  # tcpdump -C numbers without a point
_DATE_FOLDER = expression(rf"^(?:{_DATE}|(?:19|20)\d\d|\d\d)$")
_EDGES = "-_. "


class Carrier(msgspec.Struct, frozen=True, kw_only=True):
    """What names a source's stream: path, log format, and the one device that its records name."""

    path: str
    format: str
    device: str = ""
    name: str = ""
    """The name that the source map gives; it is not split by device."""


def stream_path(path: str) -> str:
    """``path`` without compression, rotation and dates: ``zeek/2021-01/conn.json.gz`` is ``zeek/conn.json``.

    Folders that are only a date are dropped. An archive keeps its name as a folder, since two archives
    may be of two machines, unless its member has the same name.
    """
    *folders, name = path.split("/")
    kept = [_undated(name)]
    for folder in reversed(folders):
        below, is_archive = _folder(folder)
        if not is_archive or below != kept[-1]:
            kept.append(below)
    return "/".join(part for part in reversed(kept) if part) or path


@lru_cache(maxsize=4096)
def _folder(name: str) -> tuple[str, bool]:
    """What a folder adds to the name of a stream, and whether it is an archive."""
    return (_undated(name), True) if _is_archive(name) else (_without_date(name), False)


def _without_date(folder: str) -> str:
    if _DATE_FOLDER.match(folder):
        return ""
    return _DATED.sub("", folder).strip(_EDGES) if _DATED.search(folder) else folder


def _is_archive(part: str) -> bool:
    return part.lower().endswith(COMPRESSED + ARCHIVES)


@lru_cache(maxsize=4096)  # hosts of a row rotate alike
def _undated(name: str) -> str:
    bare = name
    while True:
        shorter = bare
        for suffix in COMPRESSED + ARCHIVES:
            if shorter.lower().endswith(suffix) and len(shorter) > len(suffix):
                shorter = shorter[: -len(suffix)]
        shorter = _ROTATION.sub("", shorter) or shorter
        if shorter == bare:
            break
        bare = shorter
    bare = _DATED.sub("", bare).strip(_EDGES) if _DATED.search(bare) else bare
    return _ROTATION.sub("", bare)


def name_streams(carriers: Sequence[Carrier]) -> list[str]:
    """The stream of each carrier, in the same order.

    Sources of one path and one format are one stream, unless each of them names exactly one
    device and these differ: then each device is its own. A path that carries several formats
    gets the format behind its name.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    formats: dict[str, set[str]] = defaultdict(set)
    for index, carrier in enumerate(carriers):
        path = stream_path(carrier.path)
        for name in {path, carrier.name or path}:
            formats[name].add(carrier.format)
        groups[carrier.name or path, carrier.format].append(index)
    names = [""] * len(carriers)
    for (path, log_format), members in groups.items():
        base = path if len(formats[path]) == 1 else f"{path} ({log_format})"
        devices = {carriers[index].device for index in members}
        named = any(carriers[index].name for index in members)
        split = len(devices) > 1 and "" not in devices and not named
        for index in members:
            names[index] = f"{base} @{carriers[index].device}" if split else base
    return names
