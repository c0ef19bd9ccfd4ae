"""``traque ledger forget`` and ``traque ledger hold``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import click

from traque.cli._ledger import at_option, key_option, wait_option
from traque.cli._several import Several, SeveralCommand
from traque.cli._values import moment
from traque.cli.exit import Exit

_FORGET: Final = """\b
Examples:
  traque ledger forget --ledger /srv/ledger --before 2020-01-01
  traque ledger forget --ledger /srv/ledger --source 12 'mail/*'
  traque ledger forget --ledger /srv/ledger --value 203.0.113.7 person@example.org
"""
_HOLD: Final = """\b
Examples:
  traque ledger hold --ledger /srv/ledger 12 'vpn/*' --reason "case 2021-17"
  traque ledger hold --ledger /srv/ledger '*' --lift
"""


@click.command(cls=SeveralCommand, epilog=_FORGET, short_help="Remove days, sources or values for good.")
@at_option
@click.option("--before", callback=moment, metavar="DATE", help="Rows of days before this one.")
@click.option("--source", "sources", cls=Several, metavar="N|GLOB...", help="Sources, by number or path.")
@click.option(
    "--value", "values", cls=Several, metavar="VALUE...", help="Values, and what is below or inside them."
)
@key_option()
@wait_option
def forget(
    *,
    at: Path,
    before: datetime | None,
    sources: tuple[str, ...],
    values: tuple[str, ...],
    key: Path | None,
    wait: float,
) -> int:
    """Rewrite the files without what is to be forgotten: it is gone when this returns.

    What is under a legal hold is not removed, and nothing else then either. A log that is still there brings
    its rows back with the next `add`, if its source was removed: leave it out with --exclude.
    """
    from traque.bulletins import from_values
    from traque.cli import _output as output
    from traque.ledger import writer
    from traque.ledger.upkeep import forget as library
    from traque.reports._words import count

    if not (before or sources or values):
        raise click.UsageError("Say what to forget: --before, --source or --value.")
    wanted = [one.observable for one in from_values(values).indicators] if values else []
    with writer(at, wait=wait) as made:
        day = before.date() if before else None
        gone = library(made, before=day, sources=sources, values=wanted, key=key)
    output.write(
        f"Gone: rows of {count(gone.emptied, 'source')}, {count(gone.sources, 'source')} whole, "
        f"{count(gone.values, 'value')}.\n".encode()
    )
    return Exit.NOTHING_SEEN


@click.command(epilog=_HOLD, short_help="Keep sources from being forgotten or purged.")
@click.argument("sources", metavar="N|GLOB...", nargs=-1, required=True)
@at_option
@click.option("--reason", default="", metavar="TEXT", help="Why: a case, a request.")
@click.option("--lift", is_flag=True, help="End the hold.")
@wait_option
def hold(*, sources: tuple[str, ...], at: Path, reason: str, lift: bool, wait: float) -> int:
    """Put sources, by number or path, under a legal hold: neither forget nor the retention removes them."""
    from traque.cli import _output as output
    from traque.ledger import writer
    from traque.ledger.upkeep import hold as library
    from traque.reports._words import count

    if bool(reason) == lift:
        raise click.UsageError("Give a --reason for the hold, or --lift it.")
    with writer(at, wait=wait) as made:
        changed = library(made, sources, reason)
    output.write(f"{count(changed, 'source')} changed.\n".encode())
    return Exit.NOTHING_SEEN
