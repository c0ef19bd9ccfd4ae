"""``traque init``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.cli._several import Several, SeveralCommand

_EXAMPLES: Final = """\b
Examples:
  traque init /var/log            # writes traque.toml here
  traque init logs/ --print
"""


@click.command(cls=SeveralCommand, epilog=_EXAMPLES, short_help="Propose a source map (traque.toml).")
@click.argument("paths", metavar="DIR...", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default="traque.toml",
    show_default=True,
    metavar="FILE",
    help="Where to write it. Its globs lead from the folder of this file.",
)
@click.option("--print", "to_print", is_flag=True, help="Print it and write nothing.")
@click.option("--force", is_flag=True, help="Overwrite a map that is there.")
@click.option("--exclude", cls=Several, metavar="GLOB...", help="Leave these files out.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def init(
    *, paths: tuple[str, ...], out: Path, to_print: bool, force: bool, exclude: tuple[str, ...], quiet: bool
) -> int:
    """Propose a source map for the logs in DIR.

    The beginning of every file is read: rotations are put together as streams, formats named, zones and years
    that had to be guessed are marked "check", files of no known format listed. Correct the file as you know
    better; `traque hunt` and `traque inspect` use the traque.toml of the folder that they run in.
    """
    from traque import inspection
    from traque.cli import _output as output
    from traque.cli._progress import progress_bar, stop_on_interrupt
    from traque.cli.exit import Exit
    from traque.errors import UsageError
    from traque.hunt import HuntOptions
    from traque.reports import printable
    from traque.reports._words import count

    if not to_print and not force and out.exists():
        raise UsageError(
            "it is there already",
            where=str(out),
            remedy="--force overwrites it, --print only shows a proposal",
        )
    options = HuntOptions(exclude=(*exclude, "traque.toml"))
    with stop_on_interrupt() as stop, progress_bar(quiet=quiet) as progress:
        found = inspection.inspect(paths, options=options, beginnings=True, progress=progress, stop=stop)
    if found.interrupted:
        return Exit.ABORTED
    proposal = inspection.propose(found, out.parent)
    if to_print:
        output.write(proposal.text.encode())
        return Exit.NOTHING_SEEN
    try:
        output.save(out, proposal.text.encode())
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", where=str(out)) from error
    said = f"{out}: {count(proposal.streams, 'stream')} of {count(proposal.sources, 'source')}"
    check = f"; {proposal.guesses} to check" if proposal.guesses else ""
    unknown = f"; {proposal.unknown} of no known format" if proposal.unknown else ""
    output.write(f"{printable(said)}{check}{unknown}\n".encode())
    return Exit.NOTHING_SEEN
