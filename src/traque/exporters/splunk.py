"""Splunk: an app with look-ups and one search for each data model that has the values' fields.

Look-ups compare without case; those of networks by CIDR, those of names with a wildcard that only this module
writes (a name has none of its own). A registry key is found as the path of an event and as the key of its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from traque.exporters._job import File, Item, Job
from traque.exporters._lookups import kinds_of, listed, names_below, registry_forms, table
from traque.exporters._splunk_searches import SEARCHES, search
from traque.exporters._target import Limit, Target
from traque.exporters._text import plain

APP: Final = "traque"
_LISTS: Final = tuple(dict.fromkeys(name for spec in SEARCHES for name in spec.lists))
_MATCHES: Final = {"net": "CIDR(value)", "domain": "WILDCARD(value)"}


def write(job: Job) -> Iterator[File]:
    """The app's folder."""
    lists = listed(job.items, _LISTS)
    head = "".join(f"# {line}\n" for line in job.header())
    for name, items in lists.items():
        yield File(f"{APP}/lookups/traque_{name}.csv", table(job, items, _SPELLINGS.get(name, _folded)))
    yield File(f"{APP}/default/transforms.conf", [head, *_transforms(lists)])
    yield File(f"{APP}/default/savedsearches.conf", [head, *_searches(job, lists)])
    yield File(f"{APP}/default/app.conf", [head, _app(job)])
    yield File(
        f"{APP}/metadata/default.meta", ["[]\naccess = read : [ * ], write : [ admin ]\nexport = system\n"]
    )


def _folded(item: Item) -> Iterable[str]:
    return (item.value.lower(),)


def _names(item: Item) -> Iterable[str]:
    return (item.value, f"*.{item.value}") if names_below(item) else (item.value,)


def _keys(item: Item) -> Iterable[str]:
    return (key.lower() for key in registry_forms(item.value))


_SPELLINGS: Final = {"domain": _names, "registry": _keys}


def _transforms(lists: Iterable[str]) -> Iterator[str]:
    for name in lists:
        yield f"\n[traque_{name}]\nfilename = traque_{name}.csv\ncase_sensitive_match = false\nmax_matches = 1\n"
        if name in _MATCHES:
            yield f"match_type = {_MATCHES[name]}\n"


def _searches(job: Job, lists: Iterable[str]) -> Iterator[str]:
    ids = plain(" ".join(bulletin.id for bulletin in job.bulletins))
    for spec in SEARCHES:
        lines = search(spec, tuple(name for name in spec.lists if name in lists), job.direction)
        if lines:
            yield f"\n[traque - {spec.name}]\ndescription = Indicators of {ids}; renew or remove by {job.expires:%Y-%m-%d}\n"
            yield "search = " + " \\\n".join(lines) + "\n"
            yield "dispatch.earliest_time = -70m@m\ndispatch.latest_time = -5m@m\n"
            yield "enableSched = 1\ncron_schedule = 7 * * * *\nalert.track = 1\ncounttype = number of events\n"
            yield "relation = greater than\nquantity = 0\nalert.suppress = 1\nalert.suppress.period = 24h\n"
            yield "alert.suppress.fields = traque_value\n"
    yield "\n[traque - look-ups]\ndescription = How many values are loaded\nsearch = "
    yield " \\\n".join(
        f"| inputlookup {'append=true ' if number else ''}traque_{name}.csv"
        for number, name in enumerate(lists)
    )
    yield " \\\n| stats count min(expires) as first_expiry by kind bulletin\n"


def _app(job: Job) -> str:
    return (
        f"\n[install]\nis_configured = 1\n\n[ui]\nis_visible = 0\nlabel = traque\n\n"
        f"[launcher]\nversion = 1.0.{job.made:%Y%m%d}\ndescription = Indicators of compromise, as look-ups and searches\n"
    )


SPEC = Target(
    name="splunk",
    title="Splunk app with look-ups",
    family="siem",
    kinds=kinds_of(_LISTS),
    actions=("alert",),
    limits=(
        Limit(
            "look-ups by CIDR and wildcard are held in memory (max_memtable_bytes, 25 MB)",
            "raise it in limits.conf for more",
        ),
        Limit("the search head's bundle, 2 GB by default (maxBundleSize)", "one look-up a list, plain text"),
    ),
    expiry="the searches leave out what has expired (the column `expires`)",
    escaping=(
        "values stand only in CSV (RFC 4180 quotes), never in a search; ids in descriptions are reduced to safe"
        " ASCII"
    ),
    load="copy traque/ to $SPLUNK_HOME/etc/apps/, then splunk restart (or debug/refresh)",
    verify='splunk search "| savedsearch \\"traque - look-ups\\""',
    remove="splunk remove app traque",
    sources=(
        "https://docs.splunk.com/Documentation/Splunk/latest/Admin/Transformsconf",
        "https://docs.splunk.com/Documentation/CIM/latest/User/Overview",
    ),
    write=write,
)
