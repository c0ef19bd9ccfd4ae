"""``traque evidence``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from traque.cli._sealed import sign_option, signing_key

_EXAMPLES: Final = """\b
Examples:
  traque hunt list.csv --in /var/log --out out --hash-sources
  traque evidence out --out bag.zip --sign soc.key
  traque verify bag.zip out/result.json
"""


@click.command(
    epilog=_EXAMPLES, short_help="The records of a result, word for word, in a bag that can be checked."
)
@click.argument("result")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.zip",
    required=True,
    help="Write the bag there.",
)
@sign_option
def evidence(*, result: str, out: Path, sign: Path | None) -> None:
    """Pack the records that RESULT kept, byte for byte, with hashes of their sources; no more of the logs.

    The manifest chains the records: none can be changed, added, moved or taken out unseen. The same RESULT
    gives the same bytes.
    """
    from traque.cli import _output as output
    from traque.proof.bag import evidence_bag
    from traque.proof.reading import read_result

    key = signing_key(sign)
    read = read_result(result)
    output.save(out, evidence_bag(read.result, read.digest, key))
    records = sum(len(sighting.evidence) for sighting in read.result.sightings)
    hashed = all(source.sha256 for source in read.result.coverage.sources)
    hint = "" if hashed else "; no hashes of the sources (hunt with --hash-sources to have them)"
    output.write(f"{records:,} records{hint}\n".encode())
