"""Options that the commands on a ledger share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def at_option(command: _Command) -> _Command:
    """Add ``--ledger DIR`` to a command, as its argument ``at``."""
    return click.option(
        "--ledger",
        "at",
        required=True,
        envvar="TRAQUE_LEDGER",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="The ledger.  [default: TRAQUE_LEDGER in the environment]",
    )(command)


def wait_option(command: _Command) -> _Command:
    """Add ``--wait SECONDS``."""
    return click.option(
        "--wait",
        type=click.FloatRange(min=0),
        default=0.0,
        metavar="SECONDS",
        help="Wait so long for another command that writes to it.",
    )(command)


def key_option(name: str = "--key") -> Callable[[_Command], _Command]:
    """Add ``--key FILE`` to a command, as its argument ``key``; a hunt has it by another name."""
    return click.option(
        name,
        "key",
        envvar="TRAQUE_LEDGER_KEY",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="The key of a ledger with pseudonyms.  [default: TRAQUE_LEDGER_KEY in the environment]",
    )


ledger_option = click.option(
    "--ledger",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="A ledger: spares the logs in which no indicator stands, and tells of those that are gone.",
)
"""A hunt is as without a ledger unless it is told to ask one: the environment does not count."""
