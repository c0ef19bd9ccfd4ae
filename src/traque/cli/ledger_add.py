"""``traque ledger add``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.cli._ledger import at_option, key_option, wait_option
from traque.cli._reading import Reading, reading_options
from traque.cli._several import SeveralCommand
from traque.cli.exit import Exit

_EXAMPLES: Final = """\b
Examples:
  traque ledger add --ledger /srv/ledger /var/log/remote
  traque ledger add --ledger /srv/ledger logs/ old.tar.gz --own 203.0.113.0/24 --tz Europe/Paris
  zcat huge.gz | traque ledger add --ledger /srv/ledger -

\b
Exit status:
  0    all is in the ledger, added now or before
  2    no question: arguments, a source map or a path are wrong
  3    something could not be read, or the ledger not be written
"""


@click.command(cls=SeveralCommand, epilog=_EXAMPLES, short_help="Add what stands in logs.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@at_option
@key_option()
@reading_options(
    own="What is yours: addresses are inside, mail addresses of your domains too.", own_values="CIDR|NAME..."
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Files read at once.  [default: one a core]"
)
@wait_option
@click.option("--json", "as_json", is_flag=True, help="Print the document, for programs.")
@click.option("--quiet", is_flag=True, help="No progress bar, and no report when all went well.")
def add(
    *,
    paths: tuple[str, ...],
    at: Path,
    key: Path | None,
    reading: Reading,
    jobs: int | None,
    wait: float,
    as_json: bool,
    quiet: bool,
) -> int:
    """Read logs as a hunt does, and keep every value that stands in them.

    PATH is a file, a folder, an archive, or - for standard input. What is in the ledger is not read again:
    rotated, renamed and compressed files are known by their content, and of a log that has grown nothing is
    counted twice. Use the same --own, --tz and --year here and in hunts: a hunt with others reads the logs.
    """
    from traque import indexing as library
    from traque.cli import _output as output
    from traque.cli._progress import progress_bar, stop_on_interrupt
    from traque.reports._ledger import added_page

    options = reading.options(jobs=jobs, ledger_key=key)
    with stop_on_interrupt() as stop, progress_bar(quiet=quiet) as progress:
        added = library.add(at, paths, options=options, progress=progress, stop=stop, wait=wait)
    if as_json:
        output.document(added)
    elif not quiet or added.incomplete:
        output.write(added_page(added, output.setting()))
    return Exit.INCOMPLETE if added.incomplete else Exit.NOTHING_SEEN
