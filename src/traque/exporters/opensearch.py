"""OpenSearch: an index of indicators, lists for terms look-ups, a query and a monitor over them.

A terms look-up takes the values of a query from a document. Each list is cut into documents of at most 65,536
values (``index.max_terms_count``); the query names them all. Fields of the type ``ip`` take networks too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from traque.exporters import _elastic
from traque.exporters._capacity import aggregated, shards
from traque.exporters._job import File, Item, Job
from traque.exporters._json import encoded, text
from traque.exporters._lookups import hive_short, listed
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain
from traque.observables import registry

LISTS_INDEX: Final = "traque-lists"
_LISTS: Final = ("ip", "net", "domain", "url", "email", "file", "path", "agent", "registry", "service")
_BY_KIND: Final = {"ja3": "ja3", "ja3s": "ja3s", "certificate": "x509-certificate"} | {
    name: name for name in ("md5", "sha1", "sha256", "sha512")
}


def write(job: Job) -> Iterator[File]:
    """The index, its documents, the lists, the query and the monitor."""
    yield File("index-template.json", [_elastic.template()])
    bulks = list(_elastic.bulk(job))
    lists = {name: list(_values(name, items)) for name, items in _listed(job).items()}
    bulks.append(File("bulk/lists.ndjson", _lists(lists)))
    yield from bulks
    yield File("load.sh", [_elastic.loader((file.name for file in bulks), "OPENSEARCH")], script=True)
    condition = _condition(job, lists)
    yield File("hunt.json", [text({"query": condition, "sort": [{"@timestamp": "asc"}]})])
    yield File("monitor.json", [text(_monitor(job, condition))])


def _listed(job: Job) -> dict[str, Sequence[Item]]:
    by_kind = {name: job.of(kind) for name, kind in _BY_KIND.items()}
    return {
        **listed((i for i in job.items if i.kind not in _BY_KIND.values()), _LISTS),
        **{n: i for n, i in by_kind.items() if i},
    }


def _values(name: str, items: Iterable[Item]) -> Iterable[str]:
    """The spellings that a keyword field may hold: as the bulletin writes it, and in lower case."""
    if name == "net":
        return aggregated(item.value for item in items)
    spelled = ((item.spelling, item.value) for item in items)
    if name == "registry":
        spelled = ((item.spelling, hive_short(item.value)) for item in items)
    return dict.fromkeys(value for pair in spelled for value in pair)


def _lists(lists: dict[str, list[str]]) -> Iterator[bytes]:
    for name, values in lists.items():
        for number, part in enumerate(shards(values, _elastic.TERMS), 1):
            yield encoded({"index": {"_index": LISTS_INDEX, "_id": f"{name}-{number}"}}) + b"\n"
            yield encoded({"list": name, "values": list(part)}) + b"\n"


def _condition(job: Job, lists: dict[str, list[str]]) -> dict[str, Any]:
    clauses = [
        {"terms": {field: {"index": LISTS_INDEX, "id": f"{name}-{number}", "path": "values"}}}
        for name, values in lists.items()
        for field in _elastic.fields(name, job.direction)
        for number in range(1, -(-len(values) // _elastic.TERMS) + 1)
    ]
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def _monitor(job: Job, condition: dict[str, Any]) -> dict[str, Any]:
    ids = plain(" ".join(bulletin.id for bulletin in job.bulletins))
    since = {
        "range": {
            "@timestamp": {"gte": "{{period_end}}||-65m", "lt": "{{period_end}}", "format": "epoch_millis"}
        }
    }
    query = {"size": 20, "query": {"bool": {"filter": [since, condition]}}}
    return {
        "type": "monitor",
        "name": f"traque: {ids}",
        "monitor_type": "query_level_monitor",
        "enabled": True,
        "schedule": {"period": {"interval": 1, "unit": "HOURS"}},
        "inputs": [{"search": {"indices": ["logs-*", "filebeat-*", "ss4o_logs-*"], "query": query}}],
        "triggers": [
            {
                "query_level_trigger": {
                    "name": f"indicators seen; renew or remove by {job.expires:%Y-%m-%d}",
                    "severity": "1",
                    "condition": {
                        "script": {"source": "ctx.results[0].hits.total.value > 0", "lang": "painless"}
                    },
                    "actions": [],
                }
            }
        ],
    }


SPEC = Target(
    name="opensearch",
    title="OpenSearch index, lists and monitor",
    family="siem",
    kinds=tuple(kind.name for kind in registry() if kind.name not in ("mutex", "named-pipe", "asn", "ja4")),
    actions=("alert",),
    limits=(
        Limit(
            f"{_elastic.TERMS:,} values in a terms query (index.max_terms_count)",
            "more lists, all in the query",
        ),
        Limit(
            "a terms query has no suffixes",
            "names below a listed one are found by `*.registered_domain` only",
        ),
        Limit(f"{_elastic.DOCUMENTS:,} documents a bulk request", "more requests, sent by load.sh"),
    ),
    expiry="",
    escaping="JSON strings; the query names lists, never values",
    load=(
        "OPENSEARCH=https://user:password@search.example:9200 ./load.sh\n"
        'curl -X POST "$OPENSEARCH/_plugins/_alerting/monitors" -H "Content-Type: application/json" -d @monitor.json'
    ),
    verify='curl "$OPENSEARCH/logs-*/_search" -H "Content-Type: application/json" -d @hunt.json',
    remove=f"delete the monitor; DELETE /{_elastic.INDEX},{LISTS_INDEX} (loading again replaces the lists whole)",
    sources=(
        "https://docs.opensearch.org/latest/query-dsl/term/terms/",
        "https://docs.opensearch.org/latest/observing-your-data/alerting/api/",
    ),
    read_back=("bulk/indicators-*.ndjson",),
    write=write,
)
