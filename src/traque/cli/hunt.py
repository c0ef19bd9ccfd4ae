"""``traque hunt``."""

from __future__ import annotations

import atexit
import gc
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from traque.cli._answer import present_counts
from traque.cli._bulletins import bulletin_options, read_bulletins
from traque.cli._ledger import key_option, ledger_option
from traque.cli._reading import Reading, reading_options
from traque.cli._sealed import certificate_files, sign_option, signing_key
from traque.cli._several import Several, SeveralCommand
from traque.cli._values import moment
from traque.cli.exit import explain, table

_EXAMPLES: Final = """\b
Examples:
  traque hunt bulletin.json --in /var/log
  traque hunt list.csv page.txt --in logs/ old.tar.gz --own 203.0.113.0/24
  traque hunt 192.0.2.1 evil.example --in /var/log --since 2021-01-01
  traque hunt bulletin.json --own 203.0.113.0/24 example.org AS64496
  traque hunt --fetch https://cert.example/list.csv --in /var/log
  traque hunt bulletin.json --ledger /srv/ledger
  zcat huge.gz | traque hunt bulletin.json --in - --json > result.json

Options with several values take all words up to the next option, so name the bulletins first.
"""


@click.command(
    cls=SeveralCommand, epilog=f"{_EXAMPLES}\n\n{table()}", short_help="Search logs for indicators."
)
@click.argument("bulletins", metavar="BULLETIN|VALUE...", nargs=-1)
@bulletin_options
@click.option(
    "--in",
    "paths",
    cls=Several,
    metavar="PATH...",
    help="Logs: files, folders, or - for stdin. Without: those that the ledger knows; without one: only "
    "whether something of yours is listed.",
)
@click.option("--since", callback=moment, metavar="DATE", help="The window begins here.")
@click.option(
    "--until", callback=moment, metavar="DATE", help="The window ends before this moment. UTC unless stated."
)
@click.option(
    "--max-age",
    type=click.IntRange(min=1),
    metavar="DAYS",
    help="Indicators hold so long after their date; what is seen later is told apart, never hidden.",
)
@reading_options(
    own="What is yours: a finding when listed; addresses are inside. @2020-01-01..2021-06-30 says when.",
    own_values="CIDR|NAME|ASN...",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="Sources searched at once.  [default: one a core]"
)
@ledger_option
@key_option("--ledger-key")
@click.option(
    "--mmdb",
    cls=Several,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE...",
    help="Your own country, city or ASN data (MMDB), before the packed ones.",
)
@click.option("--engine", type=click.Choice(["auto", "kernel", "python"]), default="auto", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the result document instead of the report.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also write result.json, report.html and sightings.csv there.",
)
@click.option(
    "--hash-sources",
    is_flag=True,
    help="Record the SHA-256 of what is searched, for a certificate or evidence.",
)
@click.option(
    "--counts-only",
    is_flag=True,
    help="Only indicators, times, counts and verdicts; nothing of the inside.",
)
@click.option("--certificate", is_flag=True, help="With --out: also write certificate.json and .txt there.")
@sign_option
@click.option("--quiet", is_flag=True, help="Only the answer in one line, and no progress bar.")
def hunt(
    *,
    bulletins: tuple[str, ...],
    fetch: tuple[str, ...],
    added_after: datetime | None,
    all_attributes: bool,
    known: tuple[str, ...],
    paths: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    max_age: int | None,
    reading: Reading,
    ledger: Path | None,
    key: Path | None,
    jobs: int | None,
    mmdb: tuple[Path, ...],
    engine: str,
    as_json: bool,
    out: Path | None,
    hash_sources: bool,
    counts_only: bool,
    certificate: bool,
    sign: Path | None,
    quiet: bool,
) -> int:
    """Were these indicators ever here? Search logs of any format for the indicators of bulletins.

    BULLETIN is a file (STIX, MISP, CERT-FR CSV, a list, prose), VALUE an address, network, domain,
    URL, mail address or hash. Name the page or article about a list beside it: window, role and actor
    come from there. The window (--since, --until, else the bulletin's own) labels, it never hides:
    records outside it are reported too. NO_COLOR turns colours off.
    """
    from traque import hunt as library
    from traque.cli import _output as output
    from traque.cli._progress import progress_bar, stop_on_interrupt
    from traque.proof.certificate import certify
    from traque.reports import answer, renderers
    from traque.reports.json_ import digest_of

    options = reading.options(
        since=since,
        until=until,
        max_age=max_age,
        jobs=jobs,
        mmdb=mmdb,
        engine=engine,
        ledger=ledger,
        ledger_key=key,
        hash_sources=hash_sources,
        hash_program=hash_sources or certificate,
    )
    if counts_only and certificate:
        raise click.UsageError("--counts-only writes nothing of the inside, so no certificate either.")
    if sign and not certificate:
        raise click.UsageError("--sign signs the certificate: ask for it with --certificate.")
    if certificate and out is None:
        raise click.UsageError("--certificate writes beside the result: name a folder with --out.")
    signer = signing_key(sign)
    folder = output.folder(out) if out else None
    questions = read_bulletins(
        bulletins, fetch=fetch, added_after=added_after, all_attributes=all_attributes, known=known
    )
    with stop_on_interrupt() as stop, progress_bar(quiet=quiet) as progress:
        result = library.hunt(questions, paths, options=options, progress=progress, stop=stop)
    atexit.register(gc.freeze)  # what was found is no garbage when the interpreter ends
    status = library.exit_status(result)
    if counts_only:
        present_counts(result, folder, as_json=as_json)
        return status
    setting = output.setting(closing=explain(status), saved=str(folder or ""))
    formats = renderers()
    if folder:
        for renderer in formats:
            if renderer.with_hunt:
                output.save(folder / renderer.file_name, renderer.written(result, setting))
    if folder and certificate:
        document, page = certificate_files(certify(result, digest_of(result)), signer)
        output.save(folder / "certificate.json", document)
        output.save(folder / "certificate.txt", page)
    if as_json:
        output.write(formats["json"].written(result, setting))
    elif quiet:
        output.write(f"{answer(result)}\n".encode())
    else:
        output.write(formats["terminal"].written(result, setting))
    return status
