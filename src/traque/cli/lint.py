"""``traque lint``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import click

from traque.cli._bulletins import bulletin_options, read_bulletins
from traque.cli._several import Several, SeveralCommand
from traque.cli._values import moment

_EXAMPLES: Final = """\b
Examples:
  traque lint bulletin.csv
  traque lint list.csv advisory.html --own 203.0.113.0/24 example.org AS64496
  traque lint bulletin.json --fix clean/
\b
Exit status:
  0    no complaint, or notes only
  1    warnings: a person must look
  2    the bulletin cannot be read, or the arguments are wrong
  3    errors: using some of these values does harm
"""
_STATUS: Final = {None: 0, "note": 0, "warning": 1, "error": 3}


@click.command(cls=SeveralCommand, epilog=_EXAMPLES, short_help="Judge a bulletin before you trust it.")
@click.argument("bulletins", metavar="BULLETIN|VALUE...", nargs=-1)
@click.option(
    "--own", cls=Several, metavar="CIDR|NAME|ASN...", help="What is yours: a listed value of it is an error."
)
@click.option(
    "--fix",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write cleaned.csv, without what must not be used, and changes.csv there.",
)
@click.option("--as-of", callback=moment, metavar="DATE", help="Judge as of this day.  [default: now]")
@click.option("--json", "as_json", is_flag=True, help="Print the document instead of the page.")
@bulletin_options
def lint(
    *,
    bulletins: tuple[str, ...],
    own: tuple[str, ...],
    fix: Path | None,
    as_of: datetime | None,
    as_json: bool,
    fetch: tuple[str, ...],
    added_after: datetime | None,
    all_attributes: bool,
    known: tuple[str, ...],
) -> int:
    """Look for mistakes: values that are harmless, shared, private, too wide, undated, contradictory, yours.

    Each complaint says which values, why, and what to do.
    """
    from traque import lint as library
    from traque.cli import _output as output
    from traque.cli._values import today
    from traque.lint import written
    from traque.reports._lint import lint as page

    questions = read_bulletins(
        bulletins, fetch=fetch, added_after=added_after, all_attributes=all_attributes, known=known
    )
    now = as_of or today()
    result = library.lint(questions, own=own, now=now)
    closing = ""
    if fix:
        folder = output.folder(fix)
        cleaned, changes = library.cleaned(questions, result)
        for name, document in written.documents(cleaned, changes, now).items():
            output.save(folder / name, document)
        closing = f"{len(changes)} values taken out: {folder / 'cleaned.csv'}, {folder / 'changes.csv'}"
    if as_json:
        output.document(result)
    else:
        output.write(page(result, output.setting(closing=closing)))
    return _STATUS[result.worst()]
