"""What Elasticsearch and OpenSearch share: the index, its documents, and lists of values for terms look-ups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from traque.exporters import _ecs
from traque.exporters._capacity import shards
from traque.exporters._job import File, Item, Job
from traque.exporters._json import encoded, lines, text
from traque.model.detection import Direction

INDEX: Final = "traque-indicators"
DOCUMENTS: Final = 20_000
"""Documents in a bulk request: some 15 MB, below ``http.max_content_length`` (100 MB)."""
TERMS: Final = 65_536
"""``index.max_terms_count``: the values that one terms query may hold."""

Json = dict[str, Any]

EVENTS: Final[dict[str, tuple[tuple[str, Direction], ...]]] = {
    "ip": (("destination.ip", "out"), ("source.ip", "in")),
    "net": (("destination.ip", "out"), ("source.ip", "in")),
    "domain": (
        ("dns.question.name", "both"),
        ("dns.question.registered_domain", "both"),
        ("url.domain", "both"),
        ("url.registered_domain", "both"),
        ("tls.client.server_name", "both"),
    ),
    "url": (("url.full", "both"), ("url.original", "both")),
    "email": (("email.from.address", "both"), ("email.reply_to.address", "both")),
    "md5": (("file.hash.md5", "both"), ("process.hash.md5", "both"), ("dll.hash.md5", "both")),
    "sha1": (("file.hash.sha1", "both"), ("process.hash.sha1", "both"), ("dll.hash.sha1", "both")),
    "sha256": (("file.hash.sha256", "both"), ("process.hash.sha256", "both"), ("dll.hash.sha256", "both")),
    "sha512": (("file.hash.sha512", "both"), ("process.hash.sha512", "both")),
    "file": (("file.name", "both"), ("process.name", "both"), ("dll.name", "both")),
    "path": (("file.path", "both"), ("process.executable", "both"), ("dll.path", "both")),
    "agent": (("user_agent.original", "both"),),
    "registry": (("registry.path", "both"),),
    "service": (("service.name", "both"),),
    "ja3": (("tls.client.ja3", "both"),),
    "ja3s": (("tls.server.ja3s", "both"),),
    "certificate": (
        ("tls.server.hash.sha1", "both"),
        ("tls.server.hash.sha256", "both"),
        ("tls.server.hash.md5", "both"),
    ),
}
"""ECS fields of events in which a list's values stand, each with the direction in which it is the other end."""


def fields(name: str, direction: Direction) -> list[str]:
    """The fields of a list's values for connections in ``direction``."""
    return [field for field, way in EVENTS[name] if direction == "both" or way in ("both", direction)]


def mappings() -> Json:
    """The mapping of the index: exact values, and addresses as addresses."""
    keyword: Json = {"type": "keyword", "ignore_above": 8191}
    return {
        "dynamic_templates": [{"texts": {"match_mapping_type": "string", "mapping": keyword}}],
        "properties": {
            "@timestamp": {"type": "date"},
            "threat": {
                "properties": {
                    "indicator": {
                        "properties": {
                            "ip": {"type": "ip"},
                            "modified_at": {"type": "date"},
                            "description": {"type": "text"},
                        }
                    }
                }
            },
            "traque": {
                "properties": {
                    "expires": {"type": "date"},
                    "valid_from": {"type": "date"},
                    "valid_until": {"type": "date"},
                }
            },
        },
    }


def bulk(job: Job, folder: str = "bulk") -> Iterator[File]:
    """The documents in bulk requests, and the deletions of those that were withdrawn."""
    for number, items in enumerate(shards(job.items, DOCUMENTS), 1):
        if items:
            yield File(f"{folder}/indicators-{number:04}.ndjson", _requests(job, items))
    if job.withdrawn:
        yield File(
            f"{folder}/withdrawn.ndjson",
            lines(
                {"delete": {"_index": INDEX, "_id": _ecs.identifier(gone.kind, gone.value)}}
                for gone in job.withdrawn
            ),
        )


def _requests(job: Job, items: Sequence[Item]) -> Iterator[bytes]:
    for item in items:
        action = {"index": {"_index": INDEX, "_id": _ecs.identifier(item.kind, item.value)}}
        yield encoded(action) + b"\n" + encoded(_ecs.document(job, item)) + b"\n"


def loader(files: Iterable[str], variable: str) -> str:
    """A script that makes the index and sends every bulk request; it stops at the first refusal."""
    steps = "".join(f"send {name}\n" for name in files)
    return (
        "#!/bin/sh\n# Loads the indicators. "
        + variable
        + " is the address of the cluster with its credentials,\n"
        "# for example https://user:password@search.example:9200\nset -eu\n"
        f': "${{{variable}:?say where the cluster is}}"\n'
        f'curl -fsS -X PUT "${variable}/_index_template/{INDEX}" -H "Content-Type: application/json"'
        " --data-binary @index-template.json\n"
        "send() {\n"
        f'  curl -fsS "${variable}/_bulk?refresh=true" -H "Content-Type: application/x-ndjson" --data-binary "@$1" |\n'
        '    grep -q \'"errors":false\' || { echo "$1: refused in part" >&2; exit 1; }\n}\n' + steps
    )


def template() -> bytes:
    """The index template, as its API takes it."""
    return text(
        {"index_patterns": [INDEX], "template": {"settings": {"number_of_shards": 1}, "mappings": mappings()}}
    )
