"""Countries by address, and their names."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator

from packing import columns, ranges
from packing.fetch import Package

RANGES = Package(
    "npm",
    "@ip-location-db/geo-whois-asn-country",
    "2.3.2026061719",
    "ip-location-db-geo-whois-asn-country-2.3.2026061719.tgz",
    "2a3e609015884c93c2d398e777ce1d2d34cab026054c43559bff32b25669f606",
)
NAMES = Package(
    "npm",
    "i18n-iso-countries",
    "7.14.0",
    "i18n-iso-countries-7.14.0.tgz",
    "bb418ebfb965789fcfbcce7dee59888d901ef64b03601da78b2e224cd6f5825c",
)


def names() -> dict[str, str]:
    """English names by two-letter code: of several the shortest that is part of the first and is no other's.

    ``Iran``, not ``Islamic Republic of Iran``; but both Congos keep their long names.
    """
    read = json.loads(NAMES.member("/langs/en.json"))["countries"]
    every = {code: [name] if isinstance(name, str) else name for code, name in sorted(read.items())}
    uses = Counter(name for held in every.values() for name in held)
    return {
        code: min((n for n in held if n in held[0] and len(n) > 3 and uses[n] == 1), key=len)
        for code, held in every.items()
    }


def pack() -> list[dict[str, object]]:
    """Write ``countries``; its records for the manifest."""
    known = names()
    codes = {code: number for number, code in enumerate(known, 1)}

    def rows(version: int) -> Iterator[ranges.Row]:
        text = RANGES.member(f"-ipv{version}-num.csv").decode()
        for first, last, country in csv.reader(io.StringIO(text)):
            if country not in codes:
                codes[country] = len(codes) + 1
                known[country] = country
            yield int(first), int(last), codes[country]

    packed = ranges.packed(rows(4), rows(6), "B")
    columns.write("countries", {"ranges": packed, "names": list(known.items())})
    return [
        {
            "name": "countries",
            "title": "Countries of addresses (geo-whois-asn-country of ip-location-db)",
            "date": "2026-06-17",
            "licence": "CC0-1.0, CC-BY-4.0",
            "source": f"npm {RANGES.name} {RANGES.version}",
            "attribution": "Holds statistics data of the Number Resource Organization (nro.net), CC BY 4.0",
            "note": "GeoFeed before Whois before AS registration. Names of countries: npm "
            f"{NAMES.name} {NAMES.version} (MIT)",
            "packages": [RANGES, NAMES],
        }
    ]
