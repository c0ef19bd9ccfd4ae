"""``traque data``."""

from __future__ import annotations

import click


@click.command(short_help="List the reference data that are packed, and check them.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def data(*, as_json: bool) -> int:
    """List the reference data packed with traque: date, licence, source; check that they are intact.

    Exit status 0 when they are, 3 when a file is missing or not what was packed.
    """
    from traque.cli._output import setting, write
    from traque.cli.exit import Exit
    from traque.enrich import provenance
    from traque.reports import json_
    from traque.reports._page import Page

    sets, damaged = provenance.data_sets(), list(provenance.damaged())
    if as_json:
        write(json_.document({"data": sets, "damaged": damaged}))
    else:
        page = Page(setting())
        page.heading("Reference data", "packed with traque; nothing is fetched")
        for held in sets:
            page.entry((held.name, "bold"), held.title, indent=2, hang=18)
            page.say(f"data of {held.date}; {held.licence}; {held.source}", indent=18)
            for line in (held.attribution, held.note):
                if line:
                    page.say((line, "dim"), indent=18)
        for line in damaged:
            page.entry(("damaged", "bold red"), f"{line}; install traque again", indent=2, hang=18)
        if not damaged:
            page.say("")
            page.say("All files are what was packed (SHA-256).", indent=2)
        write(page.close())
    return Exit.INCOMPLETE if damaged else Exit.NOTHING_SEEN
