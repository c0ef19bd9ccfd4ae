"""``traque show``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import click

from traque.cli._bulletins import bulletin_options, read_bulletins
from traque.cli._several import Several, SeveralCommand

_EXAMPLES: Final = """\b
Examples:
  traque show CERTFR-2021-IOC-003-IOC.csv
  traque show bulletin.json --map map.png --chart chart.svg
  traque show bulletin.json --mmdb GeoLite2-City.mmdb --json
"""

_PICTURE = click.Path(path_type=Path, dir_okay=False)


@click.command(
    cls=SeveralCommand, epilog=_EXAMPLES, short_help="What a bulletin says, and where its addresses are."
)
@click.argument("bulletins", metavar="BULLETIN|VALUE...", nargs=-1)
@bulletin_options
@click.option(
    "--map", "map_", type=_PICTURE, metavar="FILE", help="Write a map of the world there: .svg or .png."
)
@click.option(
    "--chart", type=_PICTURE, metavar="FILE", help="Write countries and networks as bars: .svg or .png."
)
@click.option(
    "--mmdb",
    cls=Several,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE...",
    help="Your own country, city or ASN data (MMDB), before the packed ones.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the document instead of the page.")
def show(
    *,
    bulletins: tuple[str, ...],
    fetch: tuple[str, ...],
    added_after: datetime | None,
    all_attributes: bool,
    known: tuple[str, ...],
    map_: Path | None,
    chart: Path | None,
    mmdb: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Show what bulletins say: dates, sharing, actors and their other names, kinds, what is refused, places.

    Countries and networks come from data packed with traque (traque data); their date is always shown.
    """
    from traque.cli import _output as output
    from traque.enrich.places import Atlas
    from traque.show import bar_chart, page, picture, summarise, world_map

    for path in (map_, chart):
        if path:
            picture.check(path)
    found = read_bulletins(
        bulletins,
        fetch=fetch,
        added_after=added_after,
        all_attributes=all_attributes,
        known=known,
        may_be_empty=True,
    )
    with Atlas(mmdb) as atlas:
        summary = summarise(found, atlas)
    for path, draw in ((map_, world_map.draw), (chart, bar_chart.draw)):
        if path:
            output.save(path, picture.encode(draw(summary), path))
    if as_json:
        output.write(page.document(summary))
        return
    saved = ", ".join(str(path) for path in (map_, chart) if path)
    output.write(page.render(summary, output.setting(saved=f"Written: {saved}" if saved else "")))
