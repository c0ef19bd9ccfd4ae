"""Elastic Security: an index of indicators, indicator match rules, and an ES|QL search.

The rules compare fields of events with the index (addresses, names, URLs, hashes...). Networks cannot be
compared that way: rules of their own hold them in a filter, which takes CIDR for fields of the type ``ip``.
Names below a listed one are found by a third kind of rule, a filter of suffix wildcards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from traque.exporters import _elastic
from traque.exporters._capacity import aggregated, shards
from traque.exporters._job import File, Item, Job
from traque.exporters._json import lines
from traque.exporters._lookups import listed, names_below
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain
from traque.model.stix import stable
from traque.observables import registry

_MATCHED: Final = {
    "ip": "threat.indicator.ip",
    "domain": "threat.indicator.url.domain",
    "url": "threat.indicator.url.full",
    "email": "threat.indicator.email.address",
    "md5": "threat.indicator.file.hash.md5",
    "sha1": "threat.indicator.file.hash.sha1",
    "sha256": "threat.indicator.file.hash.sha256",
    "sha512": "threat.indicator.file.hash.sha512",
    "file": "threat.indicator.file.name",
    "path": "threat.indicator.file.path",
    "registry": "threat.indicator.registry.path",
    "agent": "threat.indicator.name",
    "service": "threat.indicator.name",
    "ja3": "threat.indicator.name",
    "ja3s": "threat.indicator.name",
    "certificate": "threat.indicator.name",
}
"""The field of the index that a list's values stand in."""
_KINDS: Final = {
    "ip": ("ipv4-addr", "ipv6-addr"),
    "domain": ("domain-name",),
    "url": ("url",),
    "email": ("email-addr",),
    "file": ("file-name",),
    "path": ("file-name",),
    "registry": ("registry-key",),
    "agent": ("user-agent",),
    "service": ("windows-service",),
    "certificate": ("x509-certificate",),
}
NETWORKS: Final = 10_000
"""Networks in the filter of a rule; a terms query may hold 65,536 values."""
SUFFIXES: Final = 500
"""Names in a filter of wildcards, each a clause (``indices.query.bool.max_clause_count`` is 1,024 at least)."""
_WHERE: Final = ["logs-*", "filebeat-*", "packetbeat-*", "winlogbeat-*", "auditbeat-*", "endgame-*"]


def write(job: Job) -> Iterator[File]:
    """The index, its documents in bulk requests, the rules and the search."""
    yield File("index-template.json", [_elastic.template()])
    bulks = list(_elastic.bulk(job))
    yield from bulks
    yield File("load.sh", [_elastic.loader((file.name for file in bulks), "ELASTICSEARCH")], script=True)
    yield File("rules.ndjson", lines(_rules(job)))
    yield from _hunts(job)


def _rules(job: Job) -> Iterator[_elastic.Json]:
    lists = listed(
        job.items, ("ip", "net", "domain", "url", "email", "file", "path", "agent", "registry", "service")
    )
    present = {item.kind for item in job.items} | set(lists)
    for name in _MATCHED:
        kinds = _KINDS.get(name, (name,))
        if (name in _KINDS and name in lists) or (present & set(kinds) and name not in ("file", "path")):
            fields = _elastic.fields(name, job.direction)
            if fields:
                yield _match_rule(job, name, kinds, fields)
    for number, networks in enumerate(_networks(lists.get("net", ())), 1):
        fields = _elastic.fields("net", job.direction)
        yield _filter_rule(job, "networks", number, [{"terms": {field: list(networks)}} for field in fields])
    below = [item.value for item in lists.get("domain", ()) if names_below(item)]
    for number, names in enumerate(shards(below, SUFFIXES) if below else (), 1):
        yield _filter_rule(
            job,
            "names below",
            number,
            [
                {"wildcard": {field: {"value": f"*.{name}", "case_insensitive": True}}}
                for field in _elastic.fields("domain", job.direction)[:1]
                for name in names
            ],
        )


def _networks(items: Sequence[Item]) -> Iterator[Sequence[str]]:
    networks = aggregated(item.value for item in items)
    return shards(networks, NETWORKS) if networks else iter(())


def _match_rule(job: Job, name: str, kinds: Sequence[str], fields: Sequence[str]) -> _elastic.Json:
    wanted = " or ".join(f'"{kind}"' for kind in kinds)
    return _rule(job, name, "threat_match") | {
        "query": "*:*",
        "threat_index": [_elastic.INDEX],
        "threat_query": f'traque.kind: ({wanted}) and traque.expires >= "now/d"',
        "threat_language": "kuery",
        "threat_indicator_path": "threat.indicator",
        "threat_mapping": [
            {"entries": [{"field": field, "type": "mapping", "value": _MATCHED[name]}]} for field in fields
        ],
        "concurrent_searches": 1,
        "items_per_search": 9000,
    }


def _filter_rule(job: Job, name: str, number: int, clauses: list[Any]) -> _elastic.Json:
    """A query rule whose values stand in a filter of Query DSL."""
    condition = {"bool": {"should": clauses, "minimum_should_match": 1}}
    return _rule(job, f"{name} {number}", "query") | {
        "query": "*:*",
        "filters": [
            {
                "meta": {
                    "type": "custom",
                    "key": "query",
                    "disabled": False,
                    "negate": False,
                    "alias": "traque",
                },
                "query": condition,
            }
        ],
    }


def _rule(job: Job, name: str, kind: str) -> _elastic.Json:
    ids = plain(" ".join(bulletin.id for bulletin in job.bulletins))
    marks = sorted({f"TLP:{bulletin.tlp.upper()}" for bulletin in job.bulletins if bulletin.tlp})
    return {
        "rule_id": stable("elastic", name),
        "name": f"traque: {name}",
        "description": f"{' / '.join(job.header())}",
        "type": kind,
        "language": "kuery",
        "index": _WHERE,
        "severity": "high",
        "risk_score": 73,
        "tags": ["traque", *marks],
        "references": [],
        "note": f"Indicators of {ids}; renew or remove by {job.expires:%Y-%m-%d}",
        "from": "now-65m",
        "interval": "1h",
        "enabled": False,
        "version": 1,
        "actions": [],
        "exceptions_list": [],
    }


def _hunts(job: Job) -> Iterator[File]:
    """ES|QL: a search for each field, joined with the index in look-up mode.

    A field each, because ES|QL refuses a query that names a field which no event has.
    """
    head = "".join(f"// {line}\n" for line in job.header())
    present = {item.kind for item in job.items}
    for name in _MATCHED:
        if present.isdisjoint(_KINDS.get(name, (name,))):
            continue
        for field in _elastic.fields(name, job.direction):
            query = (
                f"{head}// Reindex the indicators into traque-lookup first, which is made with\n"
                '// PUT /traque-lookup {"settings": {"index.mode": "lookup"}}\n'
                f"FROM logs-*\n| WHERE {field} IS NOT NULL\n| MV_EXPAND {field}\n"
                f"| EVAL traque.value = TO_LOWER(TO_STRING({field}))\n"
                "| LOOKUP JOIN traque-lookup ON traque.value\n"
                "| WHERE traque.kind IS NOT NULL AND traque.expires >= NOW()\n"
                "| STATS records = COUNT(*), first_seen = MIN(@timestamp), last_seen = MAX(@timestamp)\n"
                "    BY traque.value, traque.kind, traque.role\n| SORT records DESC\n"
            )
            yield File(f"hunt/{field}.esql", [query])


SPEC = Target(
    name="elastic",
    title="Elastic Security index, indicator match rules and ES|QL",
    family="siem",
    kinds=tuple(kind.name for kind in registry() if kind.name not in ("mutex", "named-pipe", "asn", "ja4")),
    actions=("alert",),
    limits=(
        Limit(
            f"{_elastic.TERMS:,} values in a terms query (index.max_terms_count)",
            "indicator match rules fetch 9,000 at a time; more rules of 10,000 networks",
        ),
        Limit(f"{_elastic.DOCUMENTS:,} documents a bulk request", "more requests, sent by load.sh"),
        Limit(f"{SUFFIXES} names a filter of wildcards (max_clause_count)", "more rules"),
    ),
    expiry="the rules leave out what has expired (`traque.expires`), but networks and names below: load again",
    escaping="JSON strings; queries in KQL and ES|QL are constant, values stand in documents and in Query DSL",
    load=(
        "ELASTICSEARCH=https://user:password@search.example:9200 ./load.sh\n"
        "Security, Rules, Import rules: rules.ndjson; then enable them"
    ),
    verify=f"GET /{_elastic.INDEX}/_count",
    remove=f"delete the rules tagged traque; DELETE /{_elastic.INDEX}",
    sources=(
        "https://www.elastic.co/docs/solutions/security/detect-and-alert/indicator-match",
        "https://www.elastic.co/docs/reference/elasticsearch/rest-apis/bulk",
        "https://www.elastic.co/docs/reference/query-languages/esql/commands/lookup-join",
    ),
    read_back=("bulk/indicators-*.ndjson",),
    write=write,
)
