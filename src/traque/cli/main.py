"""The command ``traque``: which errors end it, and with which status."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

import click

from traque import __version__
from traque.cli.certificate import certificate
from traque.cli.changes import changes
from traque.cli.data import data
from traque.cli.detect import detect
from traque.cli.diff import diff
from traque.cli.evidence import evidence
from traque.cli.exit import Exit
from traque.cli.explain import explain
from traque.cli.filter import filter_
from traque.cli.formats import formats
from traque.cli.hunt import hunt
from traque.cli.init import init
from traque.cli.inspect import inspect
from traque.cli.keygen import keygen
from traque.cli.ledger import ledger
from traque.cli.lint import lint
from traque.cli.merge import merge
from traque.cli.report import report
from traque.cli.seen import seen
from traque.cli.show import show
from traque.cli.verify import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="traque")
def traque() -> None:
    """Were these indicators of compromise ever here, since when, and what could not be checked?"""


traque.add_command(hunt)
traque.add_command(seen)
traque.add_command(explain)
traque.add_command(filter_, "filter")
traque.add_command(merge)
traque.add_command(changes)
traque.add_command(certificate)
traque.add_command(evidence)
traque.add_command(verify)
traque.add_command(keygen)
traque.add_command(report)
traque.add_command(detect)
traque.add_command(lint)
traque.add_command(diff)
traque.add_command(show)
traque.add_command(data)
traque.add_command(inspect)
traque.add_command(init)
traque.add_command(ledger)
traque.add_command(formats)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status (:mod:`traque.cli.exit`); raises nothing."""
    gc.set_threshold(100_000, 50, 100)  # modules and what is found stay to the end: no garbage among them
    try:
        with traque.make_context("traque", list(sys.argv[1:] if arguments is None else arguments)) as context:
            return int(traque.invoke(context) or Exit.NOTHING_SEEN)
    except click.exceptions.Exit as done:  # --help, --version
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return Exit.USAGE
    except KeyboardInterrupt:
        return _failed("aborted", Exit.ABORTED)
    except BrokenPipeError:  # from click's own writing; a reader that has seen enough is no error
        from traque.cli._output import hush

        hush()
        return Exit.NOTHING_SEEN
    except Exception as error:  # noqa: BLE001 - the last place that can say it in words
        return _explained(error)


def _explained(error: Exception) -> int:
    """The status for ``error``, said on standard error."""
    from traque.errors import BulletinError, LedgerError, ObservableError, ProofError, UsageError

    if os.environ.get("TRAQUE_DEBUG"):
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            _say(line)
    if isinstance(error, UsageError | BulletinError | ObservableError):
        return _failed(str(error), Exit.USAGE)
    if isinstance(error, ProofError | LedgerError):
        return _failed(str(error), Exit.INCOMPLETE)
    return _failed(
        f"internal error: {type(error).__name__}: {error}\n"
        "There is no answer. Run again with TRAQUE_DEBUG=1 in the environment to see where it failed,\n"
        "and report it with that output.",
        Exit.INTERNAL,
    )


def _failed(message: str, status: Exit) -> int:
    first, *rest = message.split("\n")
    for line in (f"traque: {first}", *rest):
        _say(line)
    return status


def _say(line: str) -> None:
    from traque.reports import printable

    click.echo(printable(line, ascii_only=not _is_utf8()), err=True)


def _is_utf8() -> bool:
    return (getattr(sys.stderr, "encoding", None) or "").lower().replace("-", "") == "utf8"
