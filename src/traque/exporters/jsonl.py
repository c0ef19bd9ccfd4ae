"""JSON lines: one indicator a line, in the fields of the Elastic Common Schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.exporters._ecs import document
from traque.exporters._job import File, Job
from traque.exporters._json import lines
from traque.exporters._target import Limit, Target
from traque.observables import registry

FILE: Final = "indicators.jsonl"


def write(job: Job) -> Iterator[File]:
    """``indicators.jsonl``, lines in the order of kind and value."""
    yield File(FILE, lines(document(job, item) for item in job.items))


SPEC = Target(
    name="jsonl",
    title="JSON lines (ECS threat.indicator)",
    family="exchange",
    kinds=tuple(kind.name for kind in registry()),
    limits=(Limit("no limit", "one file"),),
    expiry="the field `traque.expires`, for the reader to honour",
    escaping="JSON strings",
    load="give indicators.jsonl to the reader (Logstash, Vector, Fluent Bit, a script)",
    verify="jq -r .traque.kind indicators.jsonl | sort | uniq -c",
    remove="delete the file",
    sources=("https://www.elastic.co/guide/en/ecs/current/ecs-threat.html", "https://jsonlines.org/"),
    read_back=(FILE,),
    write=write,
)
