"""``traque inspect``."""

from __future__ import annotations

from typing import Final

import click

from traque.cli._reading import Reading, reading_options
from traque.cli._several import SeveralCommand
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
@reading_options()
@click.option("--all", "every", is_flag=True, help="Try every record with its format, not a sample.")
@click.option("--full", is_flag=True, help="Show each of several sources at length.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole document, for programs.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def inspect(
    *,
    paths: tuple[str, ...],
    reading: Reading,
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
    from traque.reports import inspection_json, inspection_page

    options = reading.options()
    with stop_on_interrupt() as stop, progress_bar(quiet=quiet) as progress:
        answer = library.inspect(paths, options=options, every=every, progress=progress, stop=stop)
    output.write(inspection_json(answer) if as_json else inspection_page(answer, output.setting(), full=full))
    return Exit.INCOMPLETE if answer.incomplete else Exit.NOTHING_SEEN
