"""``traque detect``."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from traque.cli._bulletins import bulletin_options, read_bulletins
from traque.cli._several import Several, SeveralCommand
from traque.cli._values import moment, span
from traque.cli.exit import Exit

if TYPE_CHECKING:
    from traque.model.detection import Action, Direction

_EXAMPLES: Final = """\b
Examples:
  traque detect bulletin.csv --for suricata,nftables --out rules/
  traque detect bulletin.json --for all --out rules/ --check
  traque detect bulletin.json --for bind-rpz --out rules/ --action block --expire 90d
  traque detect --list
\b
Exit status:
  0    all targets were written, and nothing failed a check
  2    nothing can be written: arguments, a bulletin or its marking (TLP) forbid it
  3    a check failed, a target was refused, or values did not fit
"""


def _list_targets(context: click.Context, _option: click.Parameter, value: Any) -> None:
    if not value or context.resilient_parsing:
        return
    from traque.cli._output import setting, write
    from traque.exporters import targets
    from traque.reports._page import Page

    page = Page(setting())
    registry = targets()
    for family in ("network", "hosts", "siem", "exchange"):
        page.heading(family)
        for spec in registry:
            if spec.family == family:
                page.entry((spec.name, "bold"), spec.title, indent=2, hang=24)
                page.say((f"{', '.join(spec.kinds)}; can {' and '.join(spec.actions)}", "dim"), indent=24)
    for failure in registry.failures:
        page.entry((failure.module, "yellow"), f"could not be loaded: {failure.reason}", indent=2, hang=24)
    write(page.close())
    context.exit()


@click.command(cls=SeveralCommand, epilog=_EXAMPLES, short_help="Put indicators into detection.")
@click.argument("bulletins", metavar="BULLETIN|VALUE...", nargs=-1)
@bulletin_options
@click.option(
    "--for",
    "names",
    cls=Several,
    metavar="TARGET...",
    required=True,
    help="Targets, or all; with commas or blanks between them.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    required=True,
    help="A folder for each target is written here.",
)
@click.option("--check", is_flag=True, help="Run the targets' own checkers, where they are installed.")
@click.option(
    "--expire",
    callback=span,
    metavar="DAYS",
    help="How long rules live.  [default: 30d for relays and addresses of no stated role, else 90d]",
)
@click.option(
    "--action",
    type=click.Choice(["alert", "block"]),
    default="alert",
    show_default=True,
    help="What the rules do.",
)
@click.option(
    "--direction",
    type=click.Choice(["in", "out", "both"]),
    default="both",
    show_default=True,
    help="Who opened the traffic that rules look at.",
)
@click.option(
    "--include", cls=Several, metavar="VALUE...", help="Write these although a warninglist holds them."
)
@click.option("--accept-tlp", is_flag=True, help="Write a TLP:RED bulletin too.")
@click.option("--as-of", callback=moment, metavar="DATE", help="The day of the export.  [default: today]")
@click.option("--json", "as_json", is_flag=True, help="Print the result document instead of the report.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_targets,
    help="List the targets, what they take, and end.",
)
def detect(
    *,
    bulletins: tuple[str, ...],
    fetch: tuple[str, ...],
    added_after: datetime | None,
    all_attributes: bool,
    known: tuple[str, ...],
    names: tuple[str, ...],
    out: Path,
    check: bool,
    expire: timedelta | None,
    action: Action,
    direction: Direction,
    include: tuple[str, ...],
    accept_tlp: bool,
    as_of: datetime | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Write the indicators as rules and lists for firewalls, sensors, name servers, hosts and SIEMs.

    An export into the folder of an earlier one keeps its rule numbers, and removes what was withdrawn.
    What a target cannot express, and what is known to be harmless, is left out and listed.
    """
    from traque import detect as library
    from traque.cli import _output as output
    from traque.cli._values import today
    from traque.reports._detection import detection

    options = library.DetectOptions(
        targets=names,
        action=action,
        direction=direction,
        expire=expire,
        include=include,
        accept_tlp=accept_tlp,
        check=check,
    )
    questions = read_bulletins(
        bulletins, fetch=fetch, added_after=added_after, all_attributes=all_attributes, known=known
    )
    result = library.detect(
        questions,
        output.folder(out),
        options=options,
        made=as_of or today(),
        warned=library.known_benign,
        progress=lambda name: None if quiet or as_json else output.hint(f"writing {name}"),
    )
    if as_json:
        output.document(result)
    elif not quiet:
        output.write(detection(result, output.setting()))
    return Exit.NOTHING_SEEN if result.complete else Exit.INCOMPLETE
