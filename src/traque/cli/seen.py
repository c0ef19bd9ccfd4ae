"""``traque seen``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.cli._ledger import at_option, key_option

_EXAMPLES: Final = """\b
Examples:
  traque seen 192.0.2.1 --ledger /srv/ledger
  traque seen evil.example 198.51.100.0/24 http://evil.example/gate
  traque seen 192.0.2.1 --json | jq '.seen[].sources[].path'
\b
Exit status:
  0    none of the values was seen
  1    something was seen
  2    wrong usage, or no ledger there
  3    none was seen, but the ledger cannot tell: it does not hold such values, or lost rows
"""


@click.command(epilog=_EXAMPLES, short_help="Ask a ledger when and where values were seen.")
@click.argument("values", metavar="VALUE...", nargs=-1, required=True)
@at_option
@key_option()
@click.option("--json", "as_json", is_flag=True, help="Print the document instead of the page.")
def seen(*, values: tuple[str, ...], at: Path, key: Path | None, as_json: bool) -> int:
    """Say when, where and how often VALUEs stood in logs, even in those that are deleted by now.

    The ledger alone is asked, no log is read (make one: traque ledger --help). A value is an address, a
    network, a domain (with all below it), a URL, a mail address or a hash, also defanged: evil[.]example.
    Addresses inside your organisation are not in a ledger unless it was told to keep them; one that holds
    them by pseudonyms tells of them with its key.
    """
    from traque.bulletins import from_values
    from traque.cli import _output as output
    from traque.hunt.seen import seen as library
    from traque.ledger import Ledger
    from traque.reports._seen import seen_page

    asked = [indicator.observable for indicator in from_values(values).indicators]
    answer = library(Ledger.open(at, key), asked)
    if as_json:
        output.document(answer)
    else:
        output.write(seen_page(answer, output.setting()))
    if answer.seen:
        return 1
    return 3 if answer.untold or answer.only_host or answer.incomplete else 0
