"""Proposes a source map: one table for each stream that was recognised, the rest as comments."""

from __future__ import annotations

import glob
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from traque.model import Diagnostic
from traque.model.inspection import Inspection, SourceInspection
from traque.source_map import spellings

_DATE: Final = "0123456789-_."
_DAY: Final = "0123456789-_"
_IN_NO_TABLE: Final = """\
# In no table, because too little is known of the records. Every byte is searched all the same, but of what
# is named "not searched".
"""
_HEADER: Final = """\
# Source map, proposed by `traque init`. docs/source-map.md says what each key does.
# It changes nothing yet: the same hunt, with or without it. Correct what is marked "check", fill in
# owners, delete what you do not need. A file is in the first table with a glob for it; * is any text, / too.

# own = ["203.0.113.0/24"]        # your public addresses: inside, and a finding when a bulletin lists one
# internal = ["198.51.100.0/24"]  # more inside addresses; private ranges always are
# tz = "Europe/Paris"             # of times that state no zone, where no table below says so
"""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A source map as text. ``streams`` have tables, ``unknown`` sources, and empty ones, stand in comments.

    ``guesses`` are the tables in which a zone or a year had to be assumed.
    """

    text: str
    streams: int
    sources: int
    unknown: int
    guesses: int


def propose(inspection: Inspection, folder: Path) -> Proposal:
    """A map for what was inspected, to stand in ``folder``. A hunt with it answers as one without."""
    named = [
        (spellings(Path(s.file) if s.file else None, s.member, folder)[0], s) for s in inspection.sources
    ]
    names = _Names([name for name, _ in named])
    streams: dict[str, list[tuple[str, SourceInspection]]] = defaultdict(list)
    unknown: dict[str, list[tuple[str, SourceInspection]]] = defaultdict(list)
    for name, source in named:
        group = streams if _is_known(source) else unknown
        group[source.coverage.stream].append((name, source))
    tables = [_table(stream, members, names) for stream, members in sorted(streams.items())]
    rest = [member for members in unknown.values() for member in members]
    comments = _comments(rest, inspection.diagnostics)
    return Proposal(
        text="\n".join([_HEADER, *tables, *comments]),
        streams=len(streams),
        sources=sum(map(len, streams.values())),
        unknown=sum(source.coverage.bytes > 0 or not source.coverage.complete for _, source in rest),
        guesses=sum(any(_guessed(source) for _, source in members) for members in streams.values()),
    )


def _is_known(source: SourceInspection) -> bool:
    return bool(source.recognised.title) and source.coverage.bytes > 0


def _guessed(source: SourceInspection) -> bool:
    unstated = source.reading.zoneless and not source.clock.zone_from
    return bool(unstated or source.clock.year_from == "mtime" or source.clock.year_guessed)


def _table(stream: str, members: Sequence[tuple[str, SourceInspection]], names: _Names) -> str:
    sources = [source for _, source in members]
    first = sources[0]
    files = names.globs([name for name, _ in members])
    lines = ["[[source]]", f"files = {_array(files)}"]
    if stream.isprintable() and stream.strip() == stream:
        lines.append(f"name = {_text(stream)}")
    lines.append(f"format = {_text(first.recognised.format)}  # {_sureness(sources)}")
    if any(source.reading.zoneless for source in sources) and not _is_utc(first):
        check = "" if first.clock.zone_from else "  # check: its times state no zone"
        lines.append(f"tz = {_text(first.clock.zone)}{check}")
    lines += _years(sources)
    lines.append('# owner = ""')
    return "\n".join(lines) + "\n"


def _is_utc(source: SourceInspection) -> bool:
    """Whether the format itself defines its zone."""
    return source.clock.zone_from == "the format's definition"


def _sureness(sources: Sequence[SourceInspection]) -> str:
    lowest = min(source.recognised.confidence for source in sources)
    tried = sum(source.reading.tried for source in sources)
    understood = sum(source.reading.understood for source in sources)
    well = f", {understood / tried:.0%} of the records tried are understood" if tried else ""
    doubt = "check: " if lowest < 0.5 or (tried and understood < 0.95 * tried) else ""
    return f"{doubt}{lowest:.0%} sure{well}"


def _years(sources: Sequence[SourceInspection]) -> list[str]:
    if any(source.clock.year_guessed for source in sources):
        return ["# year = ...  # check: its times state no year and would span more than one"]
    dated = [s for s in sources if s.clock.year_from == "mtime" and s.coverage.last is not None]
    years = sorted({str(s.coverage.last.year) for s in dated if s.coverage.last is not None})
    if not years:
        return []
    taken = f"taken from when the file was last changed ({', '.join(years)})"
    return [f"# year = {years[-1]}  # check: its times state no year, {taken}"]


def _comments(
    members: Sequence[tuple[str, SourceInspection]], diagnostics: Sequence[Diagnostic]
) -> list[str]:
    """The sources in no table, by what can be said of them."""
    hints: dict[str, list[str]] = defaultdict(list)
    for name, source in members:
        hints[_hint(source)].append(name)
    comments = [_IN_NO_TABLE] if hints else []
    for hint, names in sorted(hints.items()):
        files = "".join(f"#     {_text(name)}\n" for name in names)
        comments.append(f"# {hint}:\n{files}")
    for diagnostic in diagnostics:
        if diagnostic.incomplete and diagnostic.examples:
            lines = "".join(f"#     {_text(example)}\n" for example in diagnostic.examples)
            comments.append(f"# {diagnostic.text} ({diagnostic.count:,}):\n{lines}")
    return comments


def _hint(source: SourceInspection) -> str:
    taken = source.recognised
    if source.coverage.bytes == 0 and source.coverage.complete:
        return "empty"
    if taken.layout.startswith("encoded"):
        return f"not searched, {taken.format}: {taken.remedy or 'export it as text or JSON'}"
    if source.coverage.bytes == 0:
        return f"not searched, {_text(source.coverage.why)[1:-1]}"
    nearest = taken.others[0].format if taken.others else ""
    if nearest:
        return f"no format is sure enough, the nearest is {nearest} (`traque inspect` shows why)"
    return "no format known (`traque inspect` shows the records, docs/add-a-log-format.md how to add one)"


class _Names:
    """Every name that was found, to try a glob on: it must take those that it is meant for, and no other."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(map(_plain, names))

    def globs(self, names: Sequence[str]) -> list[str]:
        """The fewest globs for ``names`` that take nothing else; with room for rotations to come."""
        plain = [_plain(name) for name in names]
        whole = self._one(plain)
        if whole:
            return [whole]
        folders: dict[str, list[str]] = defaultdict(list)
        for name in plain:
            folders[name.rpartition("/")[0]].append(name)
        globs = []
        for inside in folders.values():
            one = self._one(inside)
            globs += [one] if one else [_glob(name) for name in inside]
        return globs

    def _one(self, names: list[str]) -> str:
        """``beginning*`` or ``beginning*end`` for exactly these names, or nothing.

        The digits at which they begin to differ are left out: other dates will come.
        """
        common = _common(names)
        for start in dict.fromkeys((common.rstrip(_DATE), common)):
            end = _common([name[len(start) :][::-1] for name in names])[::-1].lstrip(_DAY)
            within = bool(start.rpartition("/")[2])
            for suffix in ([""] if within else []) + ([end] if end else []):
                if self._count(start, suffix) == len(set(names)):
                    return _glob(start, suffix)
        return ""

    def _count(self, start: str, end: str) -> int:
        found = 0
        at = bisect_left(self._names, start)
        while at < len(self._names) and self._names[at].startswith(start):
            name = self._names[at]
            found += name.endswith(end) and len(name) >= len(start) + len(end)
            at += 1
        return found


def _common(names: Sequence[str]) -> str:
    """The characters that all begin with."""
    low, high = min(names), max(names)
    same = (n for n, (one, other) in enumerate(zip(low, high, strict=False)) if one != other)
    return low[: next(same, min(len(low), len(high)))]


def _plain(name: str) -> str:
    """What no glob can spell (control characters, a backslash) as ``?``."""
    return "".join(char if char.isprintable() and char != "\\" else "?" for char in name)


def _glob(start: str, end: str | None = None) -> str:
    """A glob for the name ``start``, or for those that begin with it and end with ``end``; ``?`` stay.

    What lies in the map's own folder gets ``./``: without a slash a name is looked for in every folder.
    """
    parts = [glob.escape(part).replace("[?]", "?") for part in (start, end) if part is not None]
    return ("" if "/" in start else "./") + "*".join(parts)


def _array(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return f"[{_text(texts[0])}]"
    return "[\n" + "".join(f"    {_text(text)},\n" for text in texts) + "]"


def _text(value: str) -> str:
    """A TOML string on one line, whatever ``value`` holds (TOML 1.0, basic strings)."""
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(
        char
        if char.isprintable()
        else f"\\u{ord(char):04x}"
        if ord(char) <= 0xFFFF
        else f"\\U{ord(char):08x}"
        for char in quoted.encode("utf-8", "replace").decode()
    )
