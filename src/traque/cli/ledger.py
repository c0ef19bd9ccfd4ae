"""``traque ledger``: the commands that keep a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.cli._ledger import at_option, key_option, wait_option
from traque.cli.exit import Exit
from traque.cli.ledger_add import add
from traque.cli.ledger_forget import forget, hold
from traque.cli.ledger_status import status, verify

_EXAMPLES: Final = """\b
Examples:
  traque ledger init /srv/ledger --retention 400 --legal-basis "art. 6(1)(f), log policy 2021-3"
  traque ledger init /srv/ledger --inner pseudonyms --key /etc/traque/ledger.key
  traque ledger add --ledger /srv/ledger /var/log/remote
  traque seen --ledger /srv/ledger 203.0.113.7
  traque ledger status --ledger /srv/ledger
  traque ledger forget --ledger /srv/ledger --before 2020-01-01
"""


@click.group(epilog=_EXAMPLES, short_help="Keep what stood in logs, to answer the next bulletin at once.")
def ledger() -> None:
    """Keep what stands in logs, so that it is known when they are deleted: addresses, names, URLs, hashes.

    `init` makes a ledger, `add` (each night) reads the logs that are new. Then `traque seen VALUE` says at
    once when and where a value stood, and `traque hunt --ledger DIR` asks it too. A ledger is a folder of
    open files; one command at a time writes to it, any number may read. Guide: docs/ledger.md.
    """


@click.command(short_help="Make an empty ledger.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--retention", type=click.IntRange(min=1), metavar="DAYS", help="Remove rows of days further back."
)
@click.option(
    "--legal-basis", default="", metavar="TEXT", help="Why these data may be kept: shown by status."
)
@click.option(
    "--inner",
    type=click.Choice(["left-out", "kept", "pseudonyms"]),
    default="left-out",
    show_default=True,
    help="Addresses inside the organisation, and mail addresses of its domains: not held, held as they "
    "are, or by pseudonyms that only those with the key can undo.",
)
@key_option()
def init(*, folder: Path, retention: int | None, legal_basis: str, inner: str, key: Path | None) -> int:
    """Make an empty ledger in DIR. What its settings say of the inside holds for good.

    With pseudonyms, the key is made in FILE where that is not there yet. Keep a copy of it, apart from the
    ledger: each `add` needs it, and so does everybody who asks for an address inside.
    """
    from traque.cli import _output as output
    from traque.ledger import Inner, Settings, create

    given = click.get_current_context().get_parameter_source("key")
    if inner != "pseudonyms" and given is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError("--key is for --inner pseudonyms.")
    settings = Settings(retention_days=retention, legal_basis=legal_basis, inner=Inner(inner))
    create(folder, settings, key=key)
    output.hint(f"{folder}: add logs with: traque ledger add --ledger {folder} PATH...")
    return Exit.NOTHING_SEEN


@click.command(short_help="Change what a ledger's keeper decided.")
@at_option
@click.option("--retention", type=click.IntRange(min=1), metavar="DAYS", help="Remove rows further back.")
@click.option("--no-retention", is_flag=True, help="Keep rows whatever their day.")
@click.option("--legal-basis", metavar="TEXT", help="Why these data may be kept.")
@wait_option
def settings(
    *, at: Path, retention: int | None, no_retention: bool, legal_basis: str | None, wait: float
) -> int:
    """Change the retention or the legal basis; `status` shows them. The next add or compact removes rows."""
    from traque.ledger import writer
    from traque.ledger.upkeep import settle

    if retention is not None and no_retention:
        raise click.UsageError("--retention and --no-retention exclude each other.")
    with writer(at, wait=wait) as made:
        settle(made, retention_days=None if no_retention else retention, drop=no_retention, basis=legal_basis)
    return Exit.NOTHING_SEEN


@click.command(short_help="Merge a ledger's files, and remove what is past the retention.")
@at_option
@wait_option
def compact(*, at: Path, wait: float) -> int:
    """Make one file of each table. `add` merges small files by itself; this merges all."""
    from datetime import UTC, datetime

    from traque.cli import _output as output
    from traque.ledger import writer
    from traque.ledger.upkeep import compact as library
    from traque.reports._words import count

    with writer(at, wait=wait) as made:
        before = sum(file.bytes for file in made.manifest.files)
        purged = library(made, datetime.now(UTC))
        after = sum(file.bytes for file in made.manifest.files)
    output.write(f"{before:,} bytes became {after:,}.\n".encode())
    if purged:
        output.write(f"The retention removed rows of {count(purged, 'source')}.\n".encode())
    return Exit.NOTHING_SEEN


for _command in (init, add, status, compact, forget, hold, settings, verify):
    ledger.add_command(_command)
