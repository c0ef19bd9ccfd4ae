"""``traque filter``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.cli._several import Several, SeveralCommand
from traque.cli.exit import table

_EXAMPLES: Final = """\b
Examples:
  traque filter out --verdict authenticated outbound
  traque filter out --stream 'vpn*' --json > vpn.json
  traque filter out --counts-only --json > for-the-cert.json
"""


@click.command(
    cls=SeveralCommand,
    epilog=f"{_EXAMPLES}\n\n{table()}",
    short_help="A part of a result, or its counts.",
)
@click.argument("result")
@click.option("--verdict", cls=Several, metavar="VERDICT...", help="Sightings with one of these verdicts.")
@click.option("--stream", cls=Several, metavar="GLOB...", help="Sightings in these streams.")
@click.option("--indicator", cls=Several, metavar="GLOB...", help="These indicators.")
@click.option("--counts-only", is_flag=True, help="Indicator, times, count, verdict; nothing of the inside.")
@click.option("--json", "as_json", is_flag=True, help="Print the document instead of the report.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also write the files there.",
)
def filter_(
    *,
    result: str,
    verdict: tuple[str, ...],
    stream: tuple[str, ...],
    indicator: tuple[str, ...],
    counts_only: bool,
    as_json: bool,
    out: Path | None,
) -> int:
    """Take the sightings of RESULT that fit all options; each that stays is whole, and so is the coverage.

    What comes out is a result too, which says that it is a part. It is no basis for a no.
    """
    from traque.cli._answer import present
    from traque.proof.choosing import choose
    from traque.proof.reading import read_result

    read = read_result(result)
    part = choose(read.result, read.digest, verdicts=verdict, streams=stream, indicators=indicator)
    return present(part, out=out, as_json=as_json, counts_only=counts_only)
