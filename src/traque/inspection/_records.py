"""Tries records with their log format, and gathers what it understands and what not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final

from traque.inspection._reasons import why_not
from traque.model import Event, Initiator, Outcome, Stamp
from traque.model.inspection import Endpoint, Example, Line, Missed, Reading
from traque.triage.judge import judge
from traque.triage.locate import DESTINATION_ADDRESSES, ENDPOINTS, SOURCE_ADDRESSES, Place
from traque.triage.perimeter import Perimeter

KINDS: Final = 4
"""Records of different kinds that are shown, beside the last one."""
MISSED: Final = 3
"""Records that are shown of those that were not understood for one reason."""
FIELDS: Final = 200
"""Names of fields that are counted; hostile text may invent more."""
TEXT: Final = 2048
"""Characters of a record, and of a field's value, that are shown."""
_ADDRESS: Final = re.compile(rb"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_SIDES: Final = ((Place.SOURCE, SOURCE_ADDRESSES), (Place.DESTINATION, DESTINATION_ADDRESSES))


class Records:
    """Told of records one by one; :meth:`reading` says what they were.

    ``parse`` is the reader's, ``moment`` makes a moment of a stamp, ``is_header`` tells of a first line that
    is not understood whether it is the names of columns.
    """

    def __init__(
        self,
        parse: Callable[[bytes], Event | None],
        moment: Callable[[Stamp], datetime],
        perimeter: Perimeter,
        is_header: Callable[[bytes], bool],
    ) -> None:
        self._parse = parse
        self._is_header = is_header
        self._moment = moment
        self._perimeter = perimeter
        self._counts: Counter[str] = Counter()
        self._formats: Counter[str] = Counter()
        self._initiators: Counter[Initiator] = Counter()
        self._outcomes: Counter[Outcome] = Counter()
        self._fields: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()
        self._lines: dict[str, list[Line]] = {}
        self._kinds: dict[object, Example] = {}
        self._last: tuple[int, bytes, Event] | None = None

    def take(self, number: int, record: bytes, cut: bool) -> None:
        """The record of that number (from 1); ``cut`` if it is longer than what is given of it."""
        record = record.rstrip(b"\r")
        bare = record.removeprefix(b"\xef\xbb\xbf").strip()
        if not bare or bare.startswith(b"#"):
            self._counts["headers"] += 1
            return
        event = self._parse(record)
        stamp = event.time if event is not None else None
        if number == 1 and event is None and self._is_header(bare):
            self._counts["headers"] += 1
            return
        self._counts["tried"] += 1
        if stamp is None:
            self._counts["untimed"] += 1
        else:
            self._counts["zoneless"] += not stamp.zoned
            self._counts["yearless"] += not stamp.dated
        if event is None or event.format == "unknown":
            self._miss(number, record, why_not(record, cut=cut, timed=stamp is not None))
        else:
            self._understand(number, record, event)

    def _miss(self, number: int, record: bytes, reason: str) -> None:
        self._missed[reason] += 1
        lines = self._lines.setdefault(reason, [])
        if len(lines) < MISSED:
            lines.append(Line(number=number, text=_text(record)))

    def _understand(self, number: int, record: bytes, event: Event) -> None:
        counts, names = self._counts, event.fields.keys()
        counts["understood"] += 1
        self._formats[event.format] += 1
        self._initiators[event.initiator] += 1
        self._outcomes[event.outcome] += 1
        for name in names:
            if name in self._fields or len(self._fields) < FIELDS:
                self._fields[name] += 1
        if not names & ENDPOINTS:
            counts["unnamed"] += _ADDRESS.search(record) is not None
        else:
            ends = [_end(event, addresses) for _, addresses in _SIDES]
            counts["outside"] += all(end and not self._perimeter.is_inside(end) for end in ends)
        kind = (event.format, event.initiator, event.outcome, event.fields.get("event.action"))
        if kind not in self._kinds and len(self._kinds) < KINDS:
            self._kinds[kind] = self._example(number, record, event)
        self._last = (number, record, event)

    def reading(self, *, whole: bool) -> Reading:
        """What was gathered; ``whole`` if every record was told."""
        examples = list(self._kinds.values())
        if self._last is not None and all(example.number != self._last[0] for example in examples):
            examples.append(self._example(*self._last))
        counts = self._counts
        return Reading(
            tried=counts["tried"],
            understood=counts["understood"],
            headers=counts["headers"],
            untimed=counts["untimed"],
            zoneless=counts["zoneless"],
            yearless=counts["yearless"],
            unnamed=counts["unnamed"],
            outside=counts["outside"],
            formats=dict(self._formats.most_common()),
            initiators=dict(self._initiators.most_common()),
            outcomes=dict(self._outcomes.most_common()),
            fields=dict(self._fields.most_common()),
            missed=tuple(
                Missed(reason=reason, count=count, examples=tuple(self._lines[reason]))
                for reason, count in self._missed.most_common()
            ),
            examples=tuple(examples),
            whole=whole,
        )

    def _example(self, number: int, record: bytes, event: Event) -> Example:
        return Example(
            number=number,
            text=_text(record),
            time=None if event.time is None else self._moment(event.time),
            stated=_stated(event.time),
            format=event.format,
            initiator=event.initiator,
            outcome=event.outcome,
            why=event.why[:TEXT],
            endpoints=tuple(self._endpoints(event)),
            fields={
                name: value[:TEXT] if isinstance(value, str) else value
                for name, value in list(event.fields.items())[:FIELDS]
            },
        )

    def _endpoints(self, event: Event) -> list[Endpoint]:
        ends = []
        for place, addresses in _SIDES:
            value = _end(event, addresses)
            port = event.fields.get(f"{place.value}.port")
            if value:
                ends.append(
                    Endpoint(
                        side=place.value,
                        value=f"{value} port {port}" if port is not None else value,
                        inside=self._perimeter.is_inside(value),
                        opened=event.initiator.value == place.value,
                        hit=judge(event, place, self._perimeter).verdict,
                    )
                )
        return ends


def _end(event: Event, addresses: tuple[str, ...]) -> str:
    return next((str(value)[:TEXT] for name in addresses if (value := event.fields.get(name))), "")


def _stated(stamp: Stamp | None) -> str:
    if stamp is None:
        return "nothing"
    missing = [word for word, there in (("zone", stamp.zoned), ("year", stamp.dated)) if not there]
    return f"no {' and no '.join(missing)}" if missing else "zone and year"


def _text(record: bytes) -> str:
    return record[: 4 * TEXT].decode("utf-8", "replace")[:TEXT]
