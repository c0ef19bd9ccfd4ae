"""``traque merge``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.cli.exit import table

_EXAMPLES: Final = """\b
Examples:
  traque merge paris=a/result.json lyon=b/result.json --out all
  traque merge hq=week1 hq=week2 --json        # one site twice: its streams are the same ones
"""


@click.command(epilog=f"{_EXAMPLES}\n\n{table()}", short_help="One result of the hunts of several sites.")
@click.argument("results", metavar="[SITE=]RESULT...", nargs=-1, required=True)
@click.option("--counts-only", is_flag=True, help="Indicator, times, count, verdict; nothing of the inside.")
@click.option("--json", "as_json", is_flag=True, help="Print the document instead of the report.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also write the files there.",
)
def merge(*, results: tuple[str, ...], counts_only: bool, as_json: bool, out: Path | None) -> int:
    """Add up hunts for the same indicators and window. A source that several of them hold counts once.

    SITE stands before the names of sources and streams (without it: the name of the file or of its folder).
    """
    from traque.cli._answer import present
    from traque.proof.merging import merge as library
    from traque.proof.reading import named_results

    reads, sites = named_results(results)
    return present(library(reads, sites), out=out, as_json=as_json, counts_only=counts_only)
