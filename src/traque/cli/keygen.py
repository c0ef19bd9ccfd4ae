"""``traque keygen``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

_EXAMPLES: Final = """\b
Examples:
  traque keygen soc.key                                  # writes soc.key and soc.key.pub
  traque certificate out/ --out cert.json --sign soc.key
  traque verify cert.json --key soc.key.pub
"""


@click.command(epilog=_EXAMPLES, short_help="Make a key that signs certificates and evidence.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def keygen(*, file: Path) -> None:
    """Write a new Ed25519 key to FILE, readable by you alone, and its public half to FILE.pub.

    Keep FILE secret; give FILE.pub, or the id that is printed, to those who check what you sign.
    """
    from traque.cli import _output as output
    from traque.proof.keys import generate
    from traque.reports import printable

    public, beside = generate(file)
    output.write(printable(f"{public.id}  {beside}").encode() + b"\n")
