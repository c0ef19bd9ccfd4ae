"""``traque diff``."""

from __future__ import annotations

from typing import Final

import click

_EXAMPLES: Final = """\b
Examples:
  traque diff july.csv august.csv
  traque diff july.csv august.csv --json
  traque hunt august.csv --known july.csv --in /var/log     # hunts only what is new
\b
Exit status:
  0    the same
  1    something was added, withdrawn or changed
  2    a bulletin cannot be read
"""


@click.command(epilog=_EXAMPLES, short_help="Compare two versions of a bulletin.")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print the document instead of the page.")
def diff(*, old: str, new: str, as_json: bool) -> int:
    """Say what NEW adds to OLD, no longer lists, and says differently."""
    from traque.bulletins import load
    from traque.cli import _output as output
    from traque.compare import compare
    from traque.reports._comparison import comparison

    result = compare(load([old]), load([new]))
    if as_json:
        output.document(result)
    else:
        output.write(comparison(result, output.setting()))
    return int(result.differs)
