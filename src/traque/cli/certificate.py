"""``traque certificate``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.cli._sealed import certificate_files, sign_option, signing_key

_EXAMPLES: Final = """\b
Examples:
  traque hunt list.csv --in /var/log --out out --certificate     # a hunt that writes one itself
  traque certificate out --out certificate.json
  traque certificate out/result.json --out certificate.json --sign soc.key
"""


@click.command(epilog=_EXAMPLES, short_help="What a hunt searched, day by day: the proof of a no.")
@click.argument("result")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the document there (JSON), and beside it the page (.txt).",
)
@sign_option
@click.option("--json", "as_json", is_flag=True, help="Print the document instead of the page.")
def certificate(*, result: str, out: Path | None, sign: Path | None, as_json: bool) -> None:
    """Say what RESULT rests on: the question, each stream by day, clocks, duplicates, refused values, hashes.

    A no is stated only for what was searched. RESULT is a result.json or the folder of one.
    """
    from traque.cli import _output as output
    from traque.proof.certificate import certify
    from traque.proof.reading import read_result

    key = signing_key(sign)
    read = read_result(result)
    document, page = certificate_files(certify(read.result, read.digest), key)
    if out is not None:
        output.save(out, document)
        output.save(out.with_suffix(".txt"), page)
    output.write(document if as_json else page)
