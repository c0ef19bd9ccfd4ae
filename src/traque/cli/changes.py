"""``traque changes``."""

from __future__ import annotations

from typing import Final

import click

_EXAMPLES: Final = """\b
Examples:
  traque changes last-week today
  traque changes last-week/result.json today/result.json --json
\b
Exit status:
  0    nothing new
  1    a sighting or finding is new, or says more than before
  2    a result cannot be read
  3    the later hunt is incomplete
"""


@click.command(epilog=_EXAMPLES, short_help="What a hunt saw that an earlier one had not.")
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print the document instead of the page.")
def changes(*, old: str, new: str, as_json: bool) -> int:
    """Say what is new in the result NEW: sightings, worse verdicts, more records, and what is gone."""
    from traque.cli import _output as output
    from traque.proof.changing import changes as compare
    from traque.proof.reading import read_result
    from traque.proof.sealing import sealed
    from traque.reports._changes import changes_page

    found = compare(read_result(old), read_result(new))
    output.write(sealed(found) if as_json else changes_page(found, output.setting()))
    return 3 if found.incomplete else int(found.news)
