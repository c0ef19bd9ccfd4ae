"""``traque ledger status`` and ``traque ledger verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.cli._ledger import at_option
from traque.cli.exit import Exit

_VERIFIED: Final = """\b
Exit status:
  0    every file is what it was when it was written
  1    something is damaged
  2    there is no ledger
"""


@click.command(short_help="Show what a ledger holds.")
@at_option
@click.option("--json", "as_json", is_flag=True, help="Print the whole document, for programs.")
def status(*, at: Path, as_json: bool) -> int:
    """Sources, streams, days and gaps, rows, sizes, settings, legal holds, and what is overdue."""
    from datetime import UTC, datetime

    from traque.cli import _output as output
    from traque.ledger.reporting import status as library
    from traque.reports._ledger import status_page

    found = library(at, datetime.now(UTC))
    if as_json:
        output.document(found)
    else:
        output.write(status_page(found, output.setting()))
    return Exit.NOTHING_SEEN


@click.command(epilog=_VERIFIED, short_help="Check a ledger's files.")
@at_option
@click.option("--json", "as_json", is_flag=True, help="Print the document, for programs.")
def verify(*, at: Path, as_json: bool) -> int:
    """Compare every file with its SHA-256, its size and rows with the manifest, and the order of its rows."""
    from traque.cli import _output as output
    from traque.ledger.checking import check
    from traque.reports._ledger import checked_page

    checked = check(at)
    if as_json:
        output.document(checked)
    else:
        output.write(checked_page(checked, output.setting()))
    return Exit.SEEN if checked.faults else Exit.NOTHING_SEEN
