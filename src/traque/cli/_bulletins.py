"""The options that say which bulletins are read, alike for every command that reads some."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from traque.cli._several import Several
from traque.cli._values import moment
from traque.errors import UsageError

if TYPE_CHECKING:
    from traque.model import Bulletin


def bulletin_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--known``, ``--fetch``, ``--added-after`` and ``--all-attributes``."""
    for decorate in (
        click.option(
            "--known",
            cls=Several,
            metavar="BULLETIN...",
            help="Take only what these, read before, do not list (see traque diff).",
        ),
        click.option(
            "--all-attributes",
            is_flag=True,
            help="Take also what a MISP event does not mark for detection (to_ids false).",
        ),
        click.option(
            "--added-after",
            callback=moment,
            metavar="DATE",
            help="From TAXII servers, only what was added after this moment.",
        ),
        click.option(
            "--fetch",
            cls=Several,
            metavar="URL...",
            help="Bulletins at http(s) addresses, TAXII 2.1 too. Any other URL is a value, not contacted.",
        ),
    ):
        command = decorate(command)
    return command


def read_bulletins(
    arguments: tuple[str, ...],
    *,
    fetch: tuple[str, ...],
    added_after: datetime | None,
    all_attributes: bool,
    known: tuple[str, ...] = (),
    may_be_empty: bool = False,
) -> list[Bulletin]:
    """The bulletins that a command line names; credentials come from the environment.

    With ``known``, without what those list; UsageError when nothing is left.
    """
    from traque.bulletins import Credentials, Remote, load

    credentials = Credentials(
        user=os.environ.get("TRAQUE_FETCH_USER", ""),
        password=os.environ.get("TRAQUE_FETCH_PASSWORD", ""),
        token=os.environ.get("TRAQUE_FETCH_TOKEN", ""),
    )
    remote = Remote(addresses=fetch, added_after=added_after, credentials=credentials)
    found = load(arguments, remote=remote, all_attributes=all_attributes, may_be_empty=may_be_empty)
    if not known:
        return found
    from traque.compare import only_new

    left = only_new(found, load(known))
    if not any(bulletin.indicators for bulletin in left):
        raise UsageError("nothing in it is new", remedy="leave --known out to take it whole")
    return left
