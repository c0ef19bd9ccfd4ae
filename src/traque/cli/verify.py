"""``traque verify``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

_EXAMPLES: Final = """\b
Examples:
  traque verify certificate.json
  traque verify certificate.json bag.zip result.json     # and are they of this result?
  traque verify bag.zip --key soc.key.pub                # and did this key sign it?
\b
Exit status:
  0    everything is what it was when it was written
  2    a file is none of traque's, or cannot be read
  3    something was changed: the reason is printed
"""


@click.command(epilog=_EXAMPLES, short_help="Check certificates, evidence bags and results.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.pub",
    help="Certificates and bags must be signed by this key.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the document instead of the page.")
def verify(*, files: tuple[str, ...], key: Path | None, as_json: bool) -> int:
    """Check that each FILE is what it was when it was written, and that they belong together.

    A digest tells accidents and clumsy changes; that nobody rewrote all of it only a signature can tell, and
    only to those who know the key.
    """
    from traque.cli import _output as output
    from traque.proof.keys import PublicKey
    from traque.proof.verify import verify as check
    from traque.reports._verification import verification_page
    from traque.reports.json_ import document

    found = check(files, PublicKey.read(key) if key else None)
    output.write(document(found) if as_json else verification_page(found, output.setting()))
    return 0 if found.holds else 3
