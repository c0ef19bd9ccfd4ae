"""The option ``--config``: which source map a command uses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from traque.source_map import SourceMap

_Command = TypeVar("_Command", bound=Callable[..., Any])


def config_option(command: _Command) -> _Command:
    """Add ``--config FILE`` to a command, as its argument ``config``."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The source map.  [default: traque.toml in this folder, if there is one]",
    )(command)


def source_map(config: Path | None) -> SourceMap | None:
    """The map that is named, else the one in the current folder, else none. UsageError for a wrong one."""
    from traque.source_map import find_source_map, read_source_map

    path = config or find_source_map(Path())
    return None if path is None else read_source_map(path)
