"""``traque inspect``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.cli._config import config_option, source_map
from traque.cli._several import Several, SeveralCommand
from traque.cli.exit import Exit

_EXAMPLES: Final = """\b
Examples:
  traque inspect strange.log
  traque inspect /var/log
  traque inspect fw.log --tz Europe/Paris --own 203.0.113.0/24
  zcat huge.gz | traque inspect - --json

\b
Exit status:
  0    every source was read to its end, understood or not
  2    no question: arguments, a source map or a path are wrong
  3    something could not be read to its end
"""


@click.command(
    cls=SeveralCommand, epilog=_EXAMPLES, short_help="Show how logs are recognised and understood."
)
@click.argument("paths", metavar="FILE...", nargs=-1, required=True)
@config_option
@click.option("--own", cls=Several, metavar="CIDR...", help="Your public addresses: inside.")
@click.option(
    "--internal", cls=Several, metavar="CIDR...", help="More inside addresses (private ranges always are)."
)
@click.option("--exclude", cls=Several, metavar="GLOB...", help="Leave these files out.")
@click.option("--tz", "zone", default="", metavar="ZONE", help="Zone of times that state none.")
@click.option(
    "--year", type=click.IntRange(1970, 9999), metavar="YEAR", help="Year of times that state none."
)
@click.option("--all", "every", is_flag=True, help="Try every record with its format, not a sample.")
@click.option("--full", is_flag=True, help="Show each of several sources at length.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole document, for programs.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def inspect(
    *,
    paths: tuple[str, ...],
    config: Path | None,
    own: tuple[str, ...],
    internal: tuple[str, ...],
    exclude: tuple[str, ...],
    zone: str,
    year: int | None,
    every: bool,
    full: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """What does traque make of these logs? The tool for a log that is not understood.

    FILE is a file, a folder, an archive, or - for standard input. Of each source: what it was recognised as
    and by what, some records with their fields and roles, what is assumed of their times, the stream, gaps,
    how many records are understood and why the others are not, and what to do about it.
    """
    from traque import inspection as library
    from traque.cli import _output as output
    from traque.cli._progress import progress_bar, stop_on_interrupt
    from traque.hunt import HuntOptions
    from traque.reports import inspection_json, inspection_page

    options = HuntOptions(
        own=own,
        internal=internal,
        exclude=exclude,
        zone=zone,
        year=year,
        source_map=source_map(config),
    )
    with stop_on_interrupt() as stop, progress_bar(quiet=quiet) as progress:
        answer = library.inspect(paths, options=options, every=every, progress=progress, stop=stop)
    output.write(inspection_json(answer) if as_json else inspection_page(answer, output.setting(), full=full))
    return Exit.INCOMPLETE if answer.incomplete else Exit.NOTHING_SEEN
