"""Reads ``traque.toml``. What is wrong in it is an error that names the line, the key and the remedy."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from traque.errors import UsageError
from traque.expressions import expression
from traque.source_map._model import FILE_NAME, ExpectedStream, MappedSource, SourceMap

LARGEST: Final = 1 << 20
"""Bytes of a map; a person writes no more."""
LONGEST: Final = 4096
"""Characters of a text in it."""
_TOP: Final = ("tz", "own", "internal", "trusted_proxies", "source", "stream")
_TABLE: Final = ("files", "format", "tz", "year", "name", "owner", "own", "internal", "trusted_proxies")
_EXPECTED: Final = ("name", "files", "owner", "from", "until", "retention")
_LONGEST_KEPT: Final = 36_525
"""Days that records may be kept: a century."""
_HEADER: Final = expression(r"^[ \t]*\[\[[ \t]*[\"']?(source|stream)[\"']?[ \t]*\]\]", re.MULTILINE)


def find_source_map(folder: Path) -> Path | None:
    """The map that stands in ``folder``, if there is one."""
    path = folder / FILE_NAME
    return path if path.is_file() else None


def read_source_map(path: Path) -> SourceMap:
    """The map in the file ``path``. Raises UsageError for one that cannot be read or is wrong."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"the source map cannot be read: {error.strerror or error}", where=str(path)
        ) from error
    if len(data) > LARGEST:
        raise UsageError(f"a source map of more than {LARGEST:,} bytes is none", where=str(path))
    import tomllib

    try:
        text = data.decode()
        document = tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(
            f"the source map is no TOML: {error}", where=str(path), remedy="see docs/source-map.md"
        ) from error
    return _Reader(str(path), text).whole(document, path.parent)


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._text = text
        self._headers = list(_HEADER.finditer(text))

    def whole(self, document: Mapping[str, object], folder: Path) -> SourceMap:
        top = _Table(
            self._path, self._text[: self._headers[0].start()] if self._headers else self._text, 1, ""
        )
        top.only(document, _TOP)
        return SourceMap(
            path=self._path,
            folder=folder,
            tz=top.zone(document),
            own=top.own(document),
            internal=top.networks(document, "internal"),
            trusted_proxies=top.networks(document, "trusted_proxies"),
            sources=tuple(self._source(n, table) for n, table in enumerate(top.tables(document, "source"))),
            streams=self._streams(top.tables(document, "stream")),
        )

    def _table(self, kind: str, number: int) -> _Table:
        """The text of a table; of ``source = [{...}]`` the lines are not looked for."""
        line, part = 0, ""
        places = [place for place, header in enumerate(self._headers) if header[1] == kind]
        if number < len(places):
            starts = [header.start() for header in self._headers] + [len(self._text)]
            begin = starts[places[number]]
            line = self._text.count("\n", 0, begin) + 1
            part = self._text[begin : starts[places[number] + 1]]
        return _Table(self._path, part, line, f"in [[{kind}]] number {number + 1}")

    def _source(self, number: int, values: Mapping[str, object]) -> MappedSource:
        table = self._table("source", number)
        table.only(values, _TABLE)
        return MappedSource(
            files=table.globs(values),
            format=table.format(values),
            tz=table.zone(values),
            year=table.year(values),
            name=table.text(values, "name"),
            owner=table.text(values, "owner"),
            own=table.own(values),
            internal=table.networks(values, "internal"),
            trusted_proxies=table.networks(values, "trusted_proxies"),
            line=table.line,
        )

    def _streams(self, tables: Sequence[Mapping[str, object]]) -> tuple[ExpectedStream, ...]:
        streams: dict[str, ExpectedStream] = {}
        for number, values in enumerate(tables):
            table = self._table("stream", number)
            table.only(values, _EXPECTED)
            name = table.text(values, "name")
            if not name:
                raise table.wrong("name", "is missing", 'write name = "edge firewall"')
            if name in streams:
                raise table.wrong(
                    "name", f"{name!r} is that of an earlier [[stream]]", "name each stream once"
                )
            since, until = table.moment(values, "from"), table.moment(values, "until")
            if since is not None and until is not None and since >= until:
                raise table.wrong("until", "is not after from", "until is the first day without the stream")
            streams[name] = ExpectedStream(
                name=name,
                files=table.globs(values) if "files" in values else (),
                owner=table.text(values, "owner"),
                since=since,
                until=until,
                retention=table.days(values, "retention"),
                line=table.line,
            )
        return tuple(streams.values())


class _Table:
    """Checks the values of one table; ``part`` is its text, which begins at ``line``."""

    def __init__(self, path: str, part: str, line: int, place: str) -> None:
        self._path = path
        self._part = part
        self.line = line
        self._place = place

    def wrong(self, key: str, what: str, remedy: str = "") -> UsageError:
        """The error for the value of a key."""
        found = re.search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.]", self._part, re.MULTILINE)
        line = self.line + self._part.count("\n", 0, found.start()) if found else self.line
        where = f"{self._path}:{line}" if line else self._path
        place = f" {self._place}" if self._place else ""
        return UsageError(f"{key}{place} {what}", where=where, remedy=remedy)

    def tables(self, values: Mapping[str, object], key: str) -> Sequence[Mapping[str, object]]:
        tables = values.get(key, [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self.wrong(key, "is not a list of tables", f"begin each with a line [[{key}]]")
        return tables

    def only(self, values: Mapping[str, object], known: Collection[str]) -> None:
        for key in values:
            if key not in known:
                remedy = f"the keys are {', '.join(known)}"
                raise self.wrong(key, "is not a key of a source map", _meant(key, known) or remedy)

    def text(self, values: Mapping[str, object], key: str) -> str:
        value = values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or not value.isprintable():
            raise self.wrong(key, "is not a line of text", f'write {key} = "..."')
        return value.strip()

    def texts(self, values: Mapping[str, object], key: str) -> tuple[str, ...]:
        value = values.get(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
            raise self.wrong(key, "is not a list of texts", f'write {key} = ["...", "..."]')
        return tuple(item.strip() for item in listed)

    def globs(self, values: Mapping[str, object]) -> tuple[str, ...]:
        globs = self.texts(values, "files")
        if not globs:
            raise self.wrong("files", "names nothing", 'write files = ["firewall/*.log*"]')
        for glob in globs:
            why = _bad_glob(glob)
            if why:
                raise self.wrong("files", f"has the glob {glob!r}, which {why}", "see docs/source-map.md")
        return globs

    def format(self, values: Mapping[str, object]) -> str:
        name = self.text(values, "format")
        if not name:
            return ""
        from traque import logs

        registry = logs.registry()
        if name not in registry:
            known = [spec.name for spec in registry]
            remedy = _meant(name, known) or "traque formats lists them"
            raise self.wrong("format", f"{name!r} is not a log format", remedy)
        return name

    def zone(self, values: Mapping[str, object]) -> str:
        name = self.text(values, "tz")
        if not name:
            return ""
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            remedy = "use an IANA name such as Europe/Paris or UTC"
            raise self.wrong("tz", f"{name!r} is not a time zone", remedy) from error
        return name

    def year(self, values: Mapping[str, object]) -> int | None:
        year = values.get("year")
        if year is None:
            return None
        if not isinstance(year, int) or isinstance(year, bool) or not 1970 <= year <= 9999:
            raise self.wrong("year", f"{year!r} is not a year", "write year = 2021")
        return year

    def moment(self, values: Mapping[str, object], key: str) -> datetime | None:
        """A day, which is its first moment in UTC, or a time."""
        value = values.get(key)
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        if value is not None:
            raise self.wrong(key, "is not a day", f"write {key} = 2021-01-31, without quotes")
        return None

    def days(self, values: Mapping[str, object], key: str) -> int | None:
        days = values.get(key)
        if days is None:
            return None
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= _LONGEST_KEPT:
            raise self.wrong(key, f"{days!r} is not a number of days", f"write {key} = 365")
        return days

    def own(self, values: Mapping[str, object]) -> tuple[str, ...]:
        from traque.owned import read_property

        texts = self.texts(values, "own")
        for text in texts:
            try:
                read_property(text)
            except UsageError as error:
                what = f"has {text!r}, which is no address or network, domain name or AS number with its days"
                raise self.wrong("own", what, error.remedy) from error
        return texts

    def networks(self, values: Mapping[str, object], key: str) -> tuple[str, ...]:
        texts = self.texts(values, key)
        for text in texts:
            try:
                ipaddress.ip_network(text, strict=False)
            except ValueError as error:
                remedy = "write it as 192.0.2.0/24 or 2001:db8::/32"
                raise self.wrong(key, f"has {text!r}, which is no address or network", remedy) from error
        return texts


def _meant(word: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, 1)
    return f"did you mean {close[0]}?" if close else ""


def _bad_glob(glob: str) -> str:
    """Why a glob could never do what its writer wants; empty for a good one."""
    if not glob or len(glob) > LONGEST or "\0" in glob:
        return "is empty or far too long"
    if ".." in glob.split("/"):
        return "leads out of its folder: write the absolute path instead"
    if re.search(r"\[(?![]!]?[^]]*\])", glob):
        return "opens a bracket and does not close it ([[] is the bracket itself)"
    return "holds a backslash: parts of a path are joined by /" if "\\" in glob else ""
