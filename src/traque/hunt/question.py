"""The question in the form that every source is asked: compiled once, shared between threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from traque.errors import UsageError
from traque.hunt.options import HuntOptions
from traque.model import Bulletin, Indicator, IndicatorRef, Observable, Window
from traque.owned import Owned, addresses
from traque.scan.matches import Engine
from traque.source_map import MappedSource
from traque.sources.duplicates import fingerprint
from traque.triage.perimeter import Perimeter

ID_LENGTH = 8
"""A bulletin's id shorter than this is too common a word to tell the bulletin's own text."""
HEAD = 64 * 1024
"""Bytes of a bulletin's file that its fingerprint is taken of."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a worker needs; ``refs`` are by the index of the observable.

    The bulletins' own text is told by ``marks``, their ids, and by ``texts``, their files' fingerprints.
    """

    observables: tuple[Observable, ...]
    refs: tuple[IndicatorRef, ...]
    engine: Engine
    perimeter: Perimeter
    proxies: Perimeter
    """Peers whose ``X-Forwarded-For`` is believed are its ``own``."""
    owned: Owned
    """What is the reader's, by the options and by every table of the source map."""
    window: Window
    window_from: str
    zone: tzinfo
    year: int | None
    marks: tuple[bytes, ...]
    texts: frozenset[bytes]
    now: datetime
    ageless: tuple[IndicatorRef, ...] = ()
    """The indicators whose age is not known, when only some age was asked for."""
    zone_from: str = ""
    """What says the zone: ``--tz`` or a place in the source map; empty for the default."""
    mapped: MappedSource | None = None
    """What the source map says of the source that is asked."""
    hash_sources: bool = False


def ask(
    bulletins: Sequence[Bulletin], options: HuntOptions, engine: Engine | None, now: datetime
) -> Question:
    """Check the options and put the question; ``engine`` None compiles what ``options.engine`` names.

    Raises UsageError for options that make no question.
    """
    if options.since is not None and options.until is not None and options.since >= options.until:
        raise UsageError(
            f"--since {options.since.isoformat()} is not before --until {options.until.isoformat()}",
            remedy="the window is half-open: until is the first moment that is no longer asked for",
        )
    window, window_from = _window(bulletins, options)
    refs = indicator_refs(bulletins, options.max_age)
    observables = tuple(refs)
    return Question(
        observables=observables,
        refs=tuple(refs.values()),
        engine=engine or compile_engine(options.engine, observables),
        perimeter=perimeter_of(options),
        proxies=proxies_of(options),
        owned=Owned(own_words(options, *(options.source_map.sources if options.source_map else ()))),
        window=window,
        window_from=window_from,
        zone=zone_of(options.zone or (options.source_map.tz if options.source_map else "") or "UTC"),
        zone_from=_zone_from(options),
        year=options.year,
        marks=tuple(b.id.encode() for b in bulletins if len(b.id) >= ID_LENGTH and b.format != "values"),
        texts=frozenset(mark for b in bulletins if (mark := _file_mark(b.path)) is not None),
        now=now,
        hash_sources=options.hash_sources,
        ageless=tuple(r for r in refs.values() if options.max_age is not None and r.valid_until is None),
    )


def _file_mark(path: str) -> bytes | None:
    """The fingerprint of a bulletin's file; None for a bulletin that is none, or that is gone by now."""
    try:
        with Path(path).open("rb") as file:
            return fingerprint(file.read(HEAD))
    except (OSError, ValueError):
        return None


def indicator_refs(
    bulletins: Sequence[Bulletin], max_age: int | None = None
) -> dict[Observable, IndicatorRef]:
    """Each observable once, with all the bulletins that list it; the first stated role counts.

    ``max_age`` are the days after which an indicator is not valid any more.
    """
    grouped: dict[Observable, list[tuple[Indicator, datetime | None]]] = {}
    for bulletin in bulletins:
        dated = bulletin.modified or bulletin.published
        for indicator in bulletin.indicators:
            until = _until(indicator, dated, max_age)
            grouped.setdefault(indicator.observable, []).append((indicator, until))
    return {
        observable: _ref_of_one(observable, *stated[0])
        if len(stated) == 1
        else _ref(observable, [one for one, _ in stated], _widest(max, [until for _, until in stated]))
        for observable, stated in grouped.items()
    }


def _ref_of_one(observable: Observable, stated: Indicator, until: datetime | None) -> IndicatorRef:
    """As :func:`_ref`, much sooner, for what is listed once: nearly all of a long list."""
    return IndicatorRef(
        kind=observable.kind,
        value=observable.value,
        bulletin=stated.bulletin,
        role=stated.role or None,
        bulletins=(stated.bulletin,),
        description=stated.description,
        confidence=stated.confidence,
        valid_from=stated.valid_from,
        valid_until=until,
    )


def _ref(observable: Observable, indicators: Sequence[Indicator], until: datetime | None) -> IndicatorRef:
    return IndicatorRef(
        kind=observable.kind,
        value=observable.value,
        bulletin=indicators[0].bulletin,
        role=next((i.role for i in indicators if i.role), None),
        bulletins=tuple(dict.fromkeys(i.bulletin for i in indicators)),
        description=next((i.description for i in indicators if i.description), ""),
        confidence=max((i.confidence for i in indicators if i.confidence is not None), default=None),
        valid_from=_widest(min, [i.valid_from for i in indicators]),
        valid_until=until,
    )


def _until(indicator: Indicator, dated: datetime | None, max_age: int | None) -> datetime | None:
    """The end of an indicator's validity: the stated one or that of its age, whichever is earlier."""
    stated = indicator.valid_until
    begin = indicator.modified or indicator.valid_from or dated
    if max_age is None or begin is None:
        return stated
    aged = begin + timedelta(days=max_age)
    return aged if stated is None else min(stated, aged)


def _widest(
    choose: Callable[[list[datetime]], datetime], edges: Sequence[datetime | None]
) -> datetime | None:
    """The wider edge of several validities; one that a bulletin leaves open stays open."""
    known = [edge for edge in edges if edge is not None]
    return choose(known) if len(known) == len(edges) else None


def compile_engine(name: str, observables: Sequence[Observable]) -> Engine:
    """The engine of that name; ``auto`` is the kernel where it is built, else the Python oracle."""
    if name == "python":
        return _python(observables)
    if name not in ("auto", "kernel"):
        raise UsageError(f"no engine is named {name!r}", remedy="use auto, kernel or python")
    from traque.scan import kernel

    try:
        return kernel.compile(observables)
    except ImportError as error:
        if name == "kernel":
            raise UsageError(
                "the compiled kernel is not here", remedy="install a built wheel, or use --engine python"
            ) from error
        return _python(observables)


def _python(observables: Sequence[Observable]) -> Engine:
    from traque.scan import oracle

    return oracle.compile(observables)


def _window(bulletins: Sequence[Bulletin], options: HuntOptions) -> tuple[Window, str]:
    if options.since is not None or options.until is not None:
        return Window(options.since, options.until), "asked"
    stated = [bulletin.window for bulletin in bulletins if bulletin.window is not None]
    if not stated:
        return Window(), ""
    starts = [w.since for w in stated]
    ends = [w.until for w in stated]
    return Window(
        None if None in starts else min(s for s in starts if s is not None),
        None if None in ends else max(e for e in ends if e is not None),
    ), "bulletin"


def perimeter_of(options: HuntOptions, *tables: MappedSource) -> Perimeter:
    """What is inside: by the options, by the top of the source map, and by these tables of it."""
    top = [options.source_map] if options.source_map else []
    own = addresses(own_words(options, *tables))
    internal = [n for part in top for n in part.internal] + [n for part in tables for n in part.internal]
    return Perimeter(own, [*options.internal, *internal])


def proxies_of(options: HuntOptions, *tables: MappedSource) -> Perimeter:
    """The trusted proxies, by the options, by the top of the source map, and by these tables of it."""
    top = options.source_map.trusted_proxies if options.source_map else ()
    return Perimeter([*options.trusted_proxies, *top, *(n for part in tables for n in part.trusted_proxies)])


def own_words(options: HuntOptions, *tables: MappedSource) -> list[str]:
    """What is the reader's, in their own words, once each."""
    top = options.source_map.own if options.source_map else ()
    return list(dict.fromkeys([*options.own, *top, *(word for part in tables for word in part.own)]))


def _zone_from(options: HuntOptions) -> str:
    if options.zone:
        return "--tz"
    return options.source_map.path if options.source_map and options.source_map.tz else ""


def zone_of(name: str) -> tzinfo:
    """The zone of that name. Raises UsageError for none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"--tz {name!r} is not a time zone", remedy="use an IANA name such as Europe/Paris or UTC"
        ) from error
