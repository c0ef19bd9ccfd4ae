"""The options that say how logs are read, alike for every command that reads some."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from traque.cli._several import Several

if TYPE_CHECKING:
    from traque.hunt import HuntOptions

_Command = Callable[..., Any]


class Reading(NamedTuple):
    """What these options say."""

    config: Path | None
    own: tuple[str, ...]
    internal: tuple[str, ...]
    exclude: tuple[str, ...]
    zone: str
    year: int | None

    def options(self, **more: Any) -> HuntOptions:
        """The options of a hunt, with ``more`` of them.

        The source map is the one that is named, else the one in the current folder, else none.
        UsageError for a wrong one.
        """
        from traque.hunt import HuntOptions
        from traque.source_map import find_source_map, read_source_map

        path = self.config or find_source_map(Path())
        return HuntOptions(
            own=self.own,
            internal=self.internal,
            exclude=self.exclude,
            zone=self.zone,
            year=self.year,
            source_map=None if path is None else read_source_map(path),
            **more,
        )


def reading_options(
    *, own: str = "Your public addresses: inside.", own_values: str = "CIDR..."
) -> Callable[[_Command], _Command]:
    """Add ``--config``, ``--own``, ``--internal``, ``--exclude``, ``--tz`` and ``--year``.

    The command gets them together, as its argument ``reading``. ``own`` says what ``--own`` means to it.
    """
    options = (
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="The source map.  [default: traque.toml in this folder, if there is one]",
        ),
        click.option("--own", cls=Several, metavar=own_values, help=own),
        click.option(
            "--internal",
            cls=Several,
            metavar="CIDR...",
            help="More inside addresses (private ranges always are).",
        ),
        click.option(
            "--exclude",
            cls=Several,
            metavar="GLOB...",
            help="Leave these files out; the report says so.",
        ),
        click.option(
            "--tz",
            "zone",
            default="",
            metavar="ZONE",
            help="Zone of times that state none.  [default: the source map's, else UTC]",
        ),
        click.option(
            "--year",
            type=click.IntRange(1970, 9999),
            metavar="YEAR",
            help="Year of times that state none.",
        ),
    )

    def add(command: _Command) -> _Command:
        @wraps(command)
        def with_reading(**given: Any) -> Any:
            reading = Reading(**{name: given.pop(name) for name in Reading._fields})
            return command(reading=reading, **given)

        decorated: _Command = with_reading
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return add
