r"""Graylog: CSV files for lookup tables, and a pipeline rule for each.

The CSV adapter's parser (opencsv) has a backslash as escape character: every cell is quoted, and a quote is doubled, a
backslash too. Networks are a table of their own, whose adapter compares as CIDR. Keys are in lower case, and
the rules lower what they look up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from traque.exporters._job import File, Item, Job
from traque.exporters._lookups import kinds_of, listed, registry_forms
from traque.exporters._target import Limit, Target
from traque.exporters._text import visible
from traque.model.detection import Direction

_FIELDS: Final[dict[str, tuple[tuple[str, Direction], ...]]] = {
    "ip": (("destination_ip", "out"), ("source_ip", "in")),
    "net": (("destination_ip", "out"), ("source_ip", "in")),
    "domain": (("query_request", "both"), ("http_host", "both"), ("destination_hostname", "both")),
    "url": (("http_url", "both"), ("http_uri", "both")),
    "email": (("email_from", "both"),),
    "hash": (("hash_md5", "both"), ("hash_sha1", "both"), ("hash_sha256", "both"), ("hash_sha512", "both")),
    "file": (("file_name", "both"), ("process_name", "both")),
    "path": (("file_path", "both"), ("process_path", "both")),
    "agent": (("http_user_agent", "both"),),
    "registry": (("registry_key", "both"),),
    "service": (("service_name", "both"),),
    "ja3": (("ssl_ja3", "both"),),
    "ja3s": (("ssl_ja3s", "both"),),
}
"""Fields of the Graylog Information Model."""


def write(job: Job) -> Iterator[File]:
    """A CSV and a rule for each list."""
    for name, items in listed(job.items, tuple(_FIELDS)).items():
        yield File(f"lookups/traque-{name}.csv", _table(job, name, items))
        fields = [
            field for field, way in _FIELDS[name] if job.direction == "both" or way in ("both", job.direction)
        ]
        if fields:
            yield File(f"rules/traque-{name}.rule", [_rule(job, name, fields)])


def _table(job: Job, name: str, items: Sequence[Item]) -> Iterator[str]:
    yield '"key","value"\n'
    for start in range(0, len(items), 10_000):
        yield "".join(
            f'"{_cell(key)}","{_cell(_said(job, item))}"\n'
            for item in items[start : start + 10_000]
            for key in _spellings(name, item)
        )


def _spellings(name: str, item: Item) -> Iterable[str]:
    if name == "registry":
        return [form.lower() for form in registry_forms(item.value)]
    return (item.value.lower(),)


def _said(job: Job, item: Item) -> str:
    indicator, bulletin = item.indicator, job.bulletin(item)
    level = indicator.tlp or bulletin.tlp
    words = (
        visible(" ".join(item.bulletins)),
        visible(indicator.role or ""),
        f"TLP:{level.upper()}" if level else "",
        f"until {item.expires:%Y-%m-%d}",
    )
    return ", ".join(filter(None, words))


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '""')


def _rule(job: Job, name: str, fields: Sequence[str]) -> str:
    """The first field that is listed names the indicator; its table's value says which bulletin."""
    title = f"traque: {name}"
    tests = " ||\n  ".join(
        f'is_not_null(lookup_value("traque-{name}", lowercase(to_string($message.{field}))))'
        for field in fields
    )
    found = "".join(
        f'  set_field("traque_{field}", lookup_value("traque-{name}", lowercase(to_string($message.{field}))));\n'
        for field in fields
    )
    head = "".join(f"// {line}\n" for line in job.header())
    return f'{head}rule "{title}"\nwhen\n  {tests}\nthen\n  set_field("traque_list", "{name}");\n{found}end\n'


SPEC = Target(
    name="graylog",
    title="Graylog lookup tables and pipeline rules",
    family="siem",
    kinds=kinds_of(_FIELDS),
    actions=("alert",),
    limits=(
        Limit("the adapter holds the file in memory", "some 300 bytes an indicator; one file a list"),
        Limit("names are compared whole", "names below a listed one are not found"),
    ),
    escaping="every cell in quotes; a quote and a backslash are doubled (the adapter's escape character)",
    load=(
        "copy lookups/*.csv to the server (an allowed path of the CSV adapter)\n"
        'System, Lookup Tables: an adapter, a cache and a table for each, named traque-X; separator `,`, quote `"`,\n'
        "key column key, value column value; traque-net with CIDR lookup\n"
        "System, Pipelines, Manage rules: each rules/*.rule; an alert on the field traque_list"
    ),
    verify="System, Lookup Tables, traque-ip, Test lookup",
    remove="copy the next export over the files (read anew after the check interval); or delete tables and rules",
    sources=(
        "https://go2docs.graylog.org/current/making_sense_of_your_log_data/lookup_tables.htm",
        "https://go2docs.graylog.org/current/making_sense_of_your_log_data/pipelines.htm",
    ),
    write=write,
)
