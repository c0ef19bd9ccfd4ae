"""``traque report``."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Final

import click

_EXAMPLES: Final = """\b
Examples:
  traque report answer/result.json --as html --out report.html
  traque report result.json --as html,pdf,xlsx --out answer/ --lang fr
  traque report result.json --as md | less
  traque report result.json --as stix,misp,notification --out to-the-cert/
"""


@click.command(epilog=_EXAMPLES, short_help="Write the answer of a hunt as page, table, STIX, MISP...")
@click.argument("result", metavar="RESULT.json", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "formats",
    metavar="FORMAT[,FORMAT]",
    required=True,
    help="html, pdf, md, xlsx, csv, json, ecs, stix, misp, notification, terminal.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR|FILE",
    help="A folder; or, for one format, a file with its ending.  [default: standard output]",
)
@click.option(
    "--lang",
    "language",
    metavar="LANGUAGE",
    default="en",
    show_default=True,
    help="Language of what people read: en or fr.",
)
def report(*, result: Path, formats: str, out: Path | None, language: str) -> None:
    """Write what a hunt answered (traque hunt --json, or result.json of --out) in other forms.

    It reads the result alone: no log, no bulletin, no network.
    """
    from traque.cli import _output as output
    from traque.cli._reports import chosen, in_language, read, target

    gc.disable()  # what is read is kept to the end: no need to look for garbage in it
    asked = chosen(formats)
    document = read(result)
    setting = output.setting(language=in_language(language))
    if out is None:
        if len(asked) > 1:
            raise click.UsageError("Several formats need a folder: --out DIR.")
        output.write(asked[0].written(document, setting))
        return
    files = target(out, asked)
    for renderer, path in files:
        output.save(path, renderer.written(document, setting))
        output.hint(f"written: {path}")
