"""Who reads times: the kernel where it is built, else the specification, which answers the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from traque.model import Stamp, TimeRule
from traque.timestamps import _reading


def read(record: bytes, rules: Sequence[TimeRule]) -> Stamp | None:
    """The time of ``record`` by the first of ``rules`` that reads one, else None.

    As :func:`traque.timestamps.specified` says, and as quick as it gets. KeyError for a layout that is not
    one.
    """
    return _reader(tuple(rules))(record)


@lru_cache(maxsize=256)
def _reader(rules: tuple[TimeRule, ...]) -> Callable[[bytes], Stamp | None]:
    """A function for these rules, compiled once."""
    for rule in rules:
        _reading.LAYOUTS[rule.layout]
    try:
        from traque._kernel import TimeReader
    except ImportError:
        return lambda record: _reading.read(record, rules)
    reading = TimeReader([packed(rule) for rule in rules]).read

    def read_quickly(record: bytes) -> Stamp | None:
        found = reading(record)
        return None if found is None else Stamp(*found)

    return read_quickly


def packed(rule: TimeRule) -> tuple[str, bytes, int, bytes]:
    """A rule as the kernel takes it."""
    return rule.layout, rule.anchor, rule.column, rule.separator
