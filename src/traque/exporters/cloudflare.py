"""Cloudflare custom lists: addresses, host names and AS numbers, as the body of the Lists API.

IPv6 is taken as networks of /12 to /64 only, IPv4 networks from /8. ``PUT`` replaces all items of a list, so
a new export also takes out what was withdrawn, all of it where nothing of a list is left. An account does one
such operation at a time and refuses the next, so it is waited for. Source: Cloudflare documentation, "Custom
lists", "Lists API endpoints".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from traque.exporters._capacity import within
from traque.exporters._job import File, Item, Job
from traque.exporters._packets import commented
from traque.exporters._target import ADDRESSES, Limit, Target

_ITEMS: Final = 10_000
_FULL: Final = "an account holds 10,000 list items"
_FIELD: Final = {"traque_ip": "ip.src", "traque_hostname": "http.host", "traque_asn": "ip.src.asnum"}

_KINDS: Final = {"traque_ip": ADDRESSES, "traque_hostname": ("domain-name",), "traque_asn": ("asn",)}


def write(job: Job) -> Iterator[File]:
    """The items of each list, and a script that creates, fills or empties them."""
    fitting = within(job, [item for item in job.items if _fits(job, item)], _ITEMS, _FULL)
    lists = {name: [item for item in fitting if item.kind in kinds] for name, kinds in _KINDS.items()}
    names = [name for name, items in lists.items() if items or job.gone(*_KINDS[name])]
    for name in names:
        yield File(f"{name}.json", _items(job, lists[name]))
    yield File("load.sh", _load(job, names), script=True)
    yield File("remove.sh", _remove(job, names), script=True)


def _fits(job: Job, item: Item) -> bool:
    if not item.kind.startswith("ip"):
        return True
    network = ipaddress.ip_network(item.value)
    if network.version == 6 and not 12 <= network.prefixlen <= 64:
        job.leave_out(item, "grammar", "IPv6 is taken as networks of /12 to /64 only")
        return False
    return True


def _items(job: Job, items: Sequence[Item]) -> Iterator[str]:
    yield "[\n"
    for number, item in enumerate(items):
        value: object = item.value
        field = "ip"
        if item.kind == "domain-name":
            field, value = "hostname", {"url_hostname": item.value}
        elif item.kind == "asn":
            field, value = "asn", int(item.value[2:])
        entry = msgspec.json.encode({field: value, "comment": job.label(item)}).decode()
        yield f"{entry}{',' if number < len(items) - 1 else ''}\n"
    yield "]\n"


def _load(job: Job, names: Sequence[str]) -> Iterator[str]:
    yield from _shell(job)
    yield (
        "fill() {\n"
        '  operation=$(call PUT "/$1/items" -d "@$2" | jq -r .result.operation_id)\n'
        "  while :; do\n"
        '    state=$(call GET "/bulk_operations/$operation" | jq -r .result.status)\n'
        '    case "$state" in\n'
        "      pending | running) sleep 2 ;;\n"
        "      completed) return ;;\n"
        '      *) echo "$2 was not taken: operation $operation, $state" >&2; exit 1 ;;\n'
        "    esac\n  done\n}\n"
    )
    for name in names:
        kind = name.partition("_")[2]
        body = f'{{"name":"{name}","kind":"{kind}","description":"traque"}}'
        yield f"id=$(list {name})\n"
        yield f"[ -n \"$id\" ] || id=$(call POST '' -d '{body}' | jq -r .result.id)\n"
        yield f'fill "$id" {name}.json\n'
    verb = "block" if job.blocks else "log"
    yield f"# Then a custom rule with the action {verb}:\n"
    yield from (f"#   {_FIELD[name]} in ${name}\n" for name in names)


def _remove(job: Job, names: Sequence[str]) -> Iterator[str]:
    yield from _shell(job)
    yield f"# Run this on {job.expires:%Y-%m-%d} unless a newer export was loaded.\n"
    for name in names:
        yield f'id=$(list {name}); [ -z "$id" ] || call DELETE "/$id"\n'


def _shell(job: Job) -> Iterator[str]:
    yield "#!/bin/sh\n"
    yield from commented(job)
    yield "# Needs curl and jq; CLOUDFLARE_ACCOUNT and CLOUDFLARE_TOKEN must be set.\n"
    yield 'set -e\ncd "$(dirname "$0")"\n'
    yield (
        "call() {\n  method=$1 path=$2; shift 2\n"
        '  curl -fsS -X "$method" -H "Authorization: Bearer $CLOUDFLARE_TOKEN" \\\n'
        '    -H "Content-Type: application/json" "$@" \\\n'
        '    "https://api.cloudflare.com/client/v4/accounts/$CLOUDFLARE_ACCOUNT/rules/lists$path"\n}\n'
        "list() {\n"
        '  call GET "" | jq -r --arg name "$1" \'.result[] | select(.name == $name).id\'\n}\n'
    )


SPEC = Target(
    name="cloudflare",
    title="Cloudflare custom lists",
    family="network",
    kinds=(*ADDRESSES, "domain-name", "asn"),
    outside=True,
    limits=(
        Limit("10,000 items an account (Enterprise; fewer on other plans)", "the worst indicators are kept"),
    ),
    escaping="JSON; comments are reduced to safe ASCII",
    load="CLOUDFLARE_ACCOUNT=... CLOUDFLARE_TOKEN=... ./load.sh   # then the rules that its last lines show",
    verify="Manage Account > Configurations > Lists shows traque_ip with its items",
    remove="./remove.sh",
    sources=(
        "https://developers.cloudflare.com/waf/tools/lists/custom-lists/",
        "https://developers.cloudflare.com/waf/tools/lists/lists-api/endpoints/",
    ),
    write=write,
)
