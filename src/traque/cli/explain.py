"""``traque explain``."""

from __future__ import annotations

from typing import Final

import click

from traque.cli._several import Several, SeveralCommand

_EXAMPLES: Final = """\b
Examples:
  traque explain out 1                          # the worst sighting of out/result.json
  traque explain result.json 192.0.2.1
  traque explain result.json 3 --in /backup/logs
"""


@click.command(cls=SeveralCommand, epilog=_EXAMPLES, short_help="One sighting word for word, and why.")
@click.argument("result")
@click.argument("which", metavar="N|VALUE")
@click.option("--in", "paths", cls=Several, metavar="PATH...", help="Where the logs are now.")
@click.option("--json", "as_json", is_flag=True, help="Print the document instead of the page.")
def explain(*, result: str, which: str, paths: tuple[str, ...], as_json: bool) -> None:
    """Explain sighting N of RESULT (the worst is 1): the bytes around each match, how they were read, why.

    Bytes come from the logs where these are still there, else from the result. Nothing in them is obeyed.
    """
    from traque.cli import _output as output
    from traque.proof.explain import explain as library
    from traque.proof.reading import read_result
    from traque.reports._explanation import explanation_page
    from traque.reports.json_ import document

    found = library(read_result(result).result, which, paths)
    output.write(document(found) if as_json else explanation_page(found, output.setting()))
