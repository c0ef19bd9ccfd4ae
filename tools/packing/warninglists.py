"""MISP's warninglists, in three packed files: addresses, names (with the rest of the text), hashes."""

from __future__ import annotations

import ipaddress
import json
import re
from collections import defaultdict
from collections.abc import Mapping

from packing import columns, ranges
from packing.fetch import Package

LISTS = Package(
    "pypi",
    "pymispwarninglists",
    "1.7.0",
    "pymispwarninglists-1.7.0-py3-none-any.whl",
    "18b0922a6334e20850b7ab84a0d9e52746302abc36ec034ecc141fb2db67d4a7",
)

LEFT_OUT = ("google-chrome-crux-1million", "tranco", "nioc-filehash")
"""Ten times the size of all others together. The top sites' first 10,000 and 20,000 are in other lists."""

GROUPS = {
    "reserved": "rfc1918 rfc3849 rfc5735 rfc6598 rfc6761 ipv6-linklocal multicast",
    "resolver": "public-dns-v4 public-dns-v6 public-dns-hostname",
    "cdn": "akamai cloudflare fastly stackpath",
    "cloud": "amazon-aws apple github google-gcp google google-gmail-sending-ips googlebot microsoft "
    "microsoft-azure microsoft-azure-china microsoft-azure-germany microsoft-azure-us-gov "
    "microsoft-office365 microsoft-office365-cn microsoft-office365-ip "
    "microsoft-win10-connection-endpoints openai-gptbot ovh-cluster wikimedia zscaler",
    "top-site": "alexa cisco_top1000 cisco_top5k cisco_top10k cisco_top20k majestic_million moz-top500 "
    "tranco10k bank-website dax30 university_domains covid covid-19-cyber-threat-coalition-whitelist "
    "covid-19-krassi-whitelist",
    "sinkhole": "sinkholes umbrella-blockpage-hostname umbrella-blockpage-v4 umbrella-blockpage-v6",
    "security": "security-provider-blogpost automated-malware-analysis digitalside "
    "microsoft-attack-simulator tenable-cloud-ipv4 tenable-cloud-ipv6 check-host-net",
    "scanner": "modat-scanner onyphe-scanner shadowserver",
    "suffix": "tlds second-level-tlds",
    "shared": "parking-domain parking-domain-ns url-shortener link-in-bio lots-project public-ipfs-gateways "
    "smtp-receiving-ips smtp-sending-ips disposable-email",
    "dynamic": "dynamic-dns",
    "vpn": "vpn-ipv4 vpn-ipv6",
    "lookup": "findip-host whats-my-ip captive-portals crl-hostname crl-ip",
    "hash": "common-ioc-false-positive eicar.com empty-hashes ti-falsepositives",
    "certificate": "mozilla-CA mozilla-IntermediateCA",
    "contact": "common-contact-emails",
}

_KINDS = {
    "ip-src": ("ipv4-addr", "ipv4-net", "ipv6-addr", "ipv6-net"),
    "ip-dst": ("ipv4-addr", "ipv4-net", "ipv6-addr", "ipv6-net"),
    "domain": ("domain-name",),
    "hostname": ("domain-name",),
    "url": ("url",),
    "uri": ("url",),
    "email-src": ("email-addr",),
    "email-dst": ("email-addr",),
    "md5": ("md5",),
    "sha1": ("sha1",),
    "sha256": ("sha256",),
    "sha512": ("sha512",),
    "x509-fingerprint-md5": ("x509-certificate",),
    "x509-fingerprint-sha1": ("x509-certificate",),
    "x509-fingerprint-sha256": ("x509-certificate",),
}
_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}")
_REGEX = re.compile(r"/(.*)/([a-z]*)")


def _group(slug: str) -> str:
    for group, slugs in GROUPS.items():
        if slug in slugs.split():
            return group
    if slug.endswith("-scanning"):
        return "scanner"
    raise SystemExit(f"warninglist {slug}: say which group it belongs to")


def lists() -> dict[str, dict[str, object]]:
    """Every list that is kept, by the name of its folder; those about kinds that traque has not are not."""
    found = {}
    for name, data in sorted(LISTS.members("/list.json").items()):
        slug = name.split("/")[-2]
        if slug in LEFT_OUT:
            continue
        read = json.loads(data)
        kinds = sorted({kind for type_ in read["matching_attributes"] for kind in _KINDS.get(type_, ())})
        if kinds and read["list"]:
            found[slug] = read | {"kinds": kinds, "group": _group(slug)}
    return found


def _regex(text: str) -> str:
    """``/pattern/flags``, as MISP writes it, as a pattern of Python."""
    found = _REGEX.fullmatch(text)
    if found is None:
        raise SystemExit(f"not a pattern: {text}")
    return ("(?i)" if "i" in found[2] else "") + found[1].replace("\\@", "@")


Lists = tuple[set[int], set[int]]
"""Lists that hold a text itself, and lists that hold the names below it."""


def _sets(members: Mapping[str, Lists]) -> dict[str, object]:
    """Sorted keys, the number of each one's sets of lists, the sets."""
    numbers: dict[tuple[tuple[int, ...], ...], int] = {}
    keys = sorted(members)
    codes = [
        numbers.setdefault(tuple(tuple(sorted(part)) for part in members[key]), len(numbers)) for key in keys
    ]
    return {"keys": "\n".join(keys), "codes": columns.column(codes, "H"), "sets": list(numbers)}


def _spans(spans: list[tuple[int, int, int]], bits: int) -> tuple[list[int], list[tuple[int, ...]]]:
    """Where the set of lists changes along the addresses, and the set from there."""
    events: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for first, last, number in spans:
        events[first].append((number, 1))
        events[last + 1].append((number, -1))
    depth: dict[int, int] = defaultdict(int)
    starts: list[int] = [0]
    sets: list[tuple[int, ...]] = [()]
    for at in sorted(events):
        for number, step in events[at]:
            depth[number] += step
        held = tuple(sorted(number for number, count in depth.items() if count))
        if at == 0:
            sets[0] = held
        elif held != sets[-1] and not at >> bits:
            starts.append(at)
            sets.append(held)
    return starts, sets


def _addresses(kept: Mapping[str, dict[str, object]]) -> dict[str, object]:
    spans: dict[int, list[tuple[int, int, int]]] = {4: [], 6: []}
    for number, read in enumerate(kept.values()):
        if read["type"] == "cidr":
            for entry in read["list"]:
                network = ipaddress.ip_network(entry)
                first, last = int(network.network_address), int(network.broadcast_address)
                spans[network.version].append((first, last, number))
    numbers: dict[tuple[int, ...], int] = {(): 0}
    parts = []
    for version, bits in ((4, 32), (6, 128)):
        starts, sets = _spans(spans[version], bits)
        parts.append((starts, [numbers.setdefault(held, len(numbers)) for held in sets]))
    return {"ranges": ranges.columns_of(*parts, "H"), "sets": [list(held) for held in numbers]}


def pack() -> list[dict[str, object]]:
    """Write the three files; the record for the manifest."""
    kept = lists()
    names: dict[str, Lists] = defaultdict(lambda: (set(), set()))
    hashes: dict[str, Lists] = defaultdict(lambda: (set(), set()))
    parts: list[tuple[str, int]] = []
    patterns: list[tuple[str, int]] = []
    for number, read in enumerate(kept.values()):
        for entry in read["list"]:
            text = entry.strip().lower()
            if read["type"] == "string":
                (hashes if _HASH.fullmatch(text) else names)[text][0].add(number)
            elif read["type"] == "hostname":
                itself, below = names[text.lstrip(".")]
                below.add(number)
                if not text.startswith("."):
                    itself.add(number)
            elif read["type"] == "substring":
                parts.append((text, number))
            elif read["type"] == "regex":
                patterns.append((_regex(entry), number))
    columns.write("warninglist-addresses", _addresses(kept))
    columns.write("warninglist-names", _sets(names))
    columns.write("warninglist-hashes", _sets(hashes))
    columns.write(
        "warninglists",
        {
            "lists": [
                {
                    "slug": slug,
                    "name": read["name"],
                    "type": read["type"],
                    "group": read["group"],
                    "kinds": read["kinds"],
                    "version": int(read["version"]),
                    "description": " ".join(read["description"].split()),
                    "entries": len(read["list"]),
                }
                for slug, read in kept.items()
            ],
            "parts": sorted(parts),
            "patterns": patterns,
        },
    )
    return [
        {
            "name": "warninglists",
            "title": f"MISP warninglists ({len(kept)} lists)",
            "date": "2025-12-23",
            "licence": "CC0-1.0",
            "source": f"PyPI {LISTS.name} {LISTS.version}",
            "attribution": "",
            "note": f"Each list has a date of its own. Left out for their size: {', '.join(LEFT_OUT)}",
            "files": ["warninglists", "warninglist-addresses", "warninglist-names", "warninglist-hashes"],
            "packages": [LISTS],
        }
    ]
