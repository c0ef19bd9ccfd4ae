"""The folder of a MISP feed: ``manifest.json`` names the events, ``<uuid>.json`` holds one each.

``hashes.csv`` only repeats the events' values as MD5, for look-ups on the publisher's server; it is not read.
An event that the manifest names and the folder lacks, or that is broken, is noted on the first bulletin.

Format: https://github.com/MISP/misp-rfc (misp-core-format, section 5: manifest)
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from traque.bulletins import _json
from traque.errors import BulletinError, EmptyBulletin, MalformedBulletin, UsageError
from traque.expressions import expression
from traque.model import Bulletin

_MANIFEST: Final = "manifest.json"
_LARGEST: Final = 256 << 20
_IDENTIFIER = expression(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMED: Final = 10
"""Missing or broken events that are named in a note."""


def read(folder: Path, read_file: Callable[[Path], list[Bulletin]]) -> list[Bulletin]:
    """The bulletins of the events, each file read with ``read_file``; UsageError for another folder."""
    manifest = folder / _MANIFEST
    if not manifest.is_file():
        raise UsageError(
            "this is a folder without manifest.json: a MISP feed has one",
            where=str(folder),
            remedy="name the files in it",
        )
    found: list[Bulletin] = []
    failed: list[str] = []
    for identifier in _events(manifest):
        try:
            found += read_file(folder / f"{identifier}.json")
        except EmptyBulletin:
            failed.append(f"{identifier} (empty)")
        except (BulletinError, UsageError) as error:
            failed.append(f"{identifier} ({error.what})")
    if not found:
        what = f"none of its {len(failed)} events can be read" if failed else "the manifest names no event"
        raise EmptyBulletin(
            ", ".join((what, *failed[:3])), where=str(manifest), remedy="fetch the feed again"
        )
    if failed:
        more = ", ..." if len(failed) > _NAMED else ""
        note = f"{len(failed)} events of the feed were not read: {', '.join(failed[:_NAMED])}{more}"
        found[0] = msgspec.structs.replace(found[0], notes=(*found[0].notes, note))
    return found


def _events(manifest: Path) -> list[str]:
    """The events that the manifest names, the newest first; what is no identifier names no file."""
    try:
        if manifest.stat().st_size > _LARGEST:
            raise MalformedBulletin(
                f"larger than {_LARGEST >> 20} MiB", where=str(manifest), remedy="fetch the feed again"
            )
        data = manifest.read_bytes()
    except OSError as error:
        raise UsageError(
            f"the file cannot be read: {error.strerror or error}",
            where=str(manifest),
            remedy="check its permissions",
        ) from None
    stated, _ = _json.load(data, str(manifest))
    if not isinstance(stated, dict):
        return []
    names = [name for name in stated if _IDENTIFIER.fullmatch(name)]
    return sorted(names, key=lambda name: _timestamp(stated[name]), reverse=True)


def _timestamp(entry: object) -> int:
    text = _json.text(entry.get("timestamp")) if isinstance(entry, dict) else ""
    text = text.strip('"')
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
