"""The option that names a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

VARIABLE: Final = "TRAQUE_LEDGER"

ledger_option = click.option(
    "--ledger",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="A ledger: spares the logs in which no indicator stands, and tells of those that are gone.",
)
"""A hunt is as without a ledger unless it is told to ask one."""

needed_ledger = click.option(
    "--ledger",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    required=True,
    envvar=VARIABLE,
    show_envvar=True,
    help="The ledger.",
)
