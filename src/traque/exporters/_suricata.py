"""What Suricata's and Snort's rules share: quoting of ``content``, and messages."""

from __future__ import annotations

from typing import Final

from traque.exporters._job import Job
from traque.exporters._text import plain

SIDS: Final = (1_000_000, 2_000_000)
"""The range that is left to local rules."""
_AS_IS: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_./?&=+,@*~()[]!'^%$<>{}#`"
)


def content(value: str | bytes) -> str:
    """``value`` as the text of ``content:"..."``: what has a meaning there stands in hex between bars."""
    written: list[str] = []
    hexed: list[str] = []
    for byte in value.encode() if isinstance(value, str) else value:
        char = chr(byte)
        if char in _AS_IS:
            if hexed:
                written.append(f"|{' '.join(hexed)}|")
                hexed.clear()
            written.append(char)
        else:
            hexed.append(f"{byte:02x}")
    if hexed:
        written.append(f"|{' '.join(hexed)}|")
    return "".join(written)


def message(job: Job, what: str) -> str:
    """The text of ``msg``: what was seen, of which bulletins; without colons, where old parsers split."""
    ids = "+".join(bulletin.id for bulletin in job.bulletins[:3])
    return plain(f"traque {what} {ids}", most=160).replace(":", "_").replace(",", "_")


def metadata(job: Job) -> str:
    """``metadata`` of one rule: bulletins, date, marking, actors, day of the export and of expiry."""
    pairs = []
    for bulletin in job.bulletins[:3]:
        pairs.append(("bulletin", bulletin.id))
        pairs.append(("published", f"{bulletin.published:%Y-%m-%d}" if bulletin.published else ""))
        pairs.append(("tlp", bulletin.tlp or ""))
        pairs.append(("pap", bulletin.pap or ""))
        pairs.extend(("actor", actor) for actor in bulletin.actors[:2])
    pairs.append(("created_at", f"{job.made:%Y_%m_%d}"))
    pairs.append(("expires", f"{job.expires:%Y-%m-%d}"))
    pairs.append(("traque", job.version))
    return ", ".join(f"{key} {_word(value)}" for key, value in pairs if value)


def _word(text: str) -> str:
    return plain(text, most=60).replace(" ", "_").replace(",", "_").replace(":", "_")
