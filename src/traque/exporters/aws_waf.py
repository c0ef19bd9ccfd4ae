"""AWS WAF: IP sets of at most 10,000 entries, and a rule group that counts or blocks.

The files are the addresses of each set. The ARNs of the sets are known only once they exist, so ``load.sh``
puts them in the rule group; sets and a group that exist get the new content, whole. WAF sees who asks, never
whom a machine calls. Source: AWS WAF developer guide, "IP set match rule statement"; AWS CLI reference, ``wafv2
update-ip-set``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from traque.exporters._capacity import shards, within
from traque.exporters._job import File, Job
from traque.exporters._packets import commented, entries
from traque.exporters._target import ADDRESSES, Limit, Target

_SET: Final = 10_000
_SETS: Final = 50
"""An IP set reference costs one capacity unit and sets are limited to 100 an account; half are left to
others."""
_FULL: Final = f"{_SETS} sets of {_SET:,} entries are full"

_SCOPE: Final = "--scope REGIONAL"
_LISTED: Final = {"rule-group": "RuleGroups", "ip-set": "IPSets"}


def write(job: Job) -> Iterator[File]:
    """One file a set, the rule group, and the scripts."""
    found = {family: values for family, values in entries(job).items() if values}
    if sum(len(values) for values in found.values()) > _SET * (_SETS - 2):
        kept = [item.value for item in within(job, job.items, _SET * (_SETS - 2), _FULL)]
        found = {4: [v for v in kept if ":" not in v], 6: [v for v in kept if ":" in v]}
    names = []
    for family, values in found.items():
        for number, part in enumerate(shards(values, _SET), start=1):
            name = f"traque-ipv{family}-{number}"
            names.append(name)
            yield File(f"{name}.json", [_json(list(map(_prefixed, part)))])
    yield File("load.sh", _load(job, names), script=True)
    yield File("remove.sh", _remove(job), script=True)


def _prefixed(value: str) -> str:
    return value if "/" in value else f"{value}/{128 if ':' in value else 32}"


def _described(job: Job) -> str:
    """AWS takes letters, digits, blanks and ``=:#@/-,.`` (1 to 256)."""
    said = f"traque {job.label(job.items[0])}" if job.items else "traque"
    return "".join(char if char.isalnum() or char in " =:@/-,." else "-" for char in said)[:256]


def _rule(name: str, priority: int, *, blocks: bool) -> dict[str, object]:
    return {
        "Name": name,
        "Priority": priority,
        "Statement": {"IPSetReferenceStatement": {"ARN": f"ARN:{name}"}},
        "Action": {"Block": {}} if blocks else {"Count": {}},
        "VisibilityConfig": {
            "SampledRequestsEnabled": True,
            "CloudWatchMetricsEnabled": True,
            "MetricName": name,
        },
    }


def _load(job: Job, names: Sequence[str]) -> Iterator[str]:
    rules = [_rule(name, priority, blocks=job.blocks) for priority, name in enumerate(names)]
    yield from _shell(job)
    yield "rules=$(cat <<'END'\n"
    yield f"{msgspec.json.encode(rules).decode()}\nEND\n)\n"
    for name in names:
        given = f'{_SCOPE} --name {name} --addresses file://{name}.json --description "{_described(job)}"'
        yield from _written("ip-set", name, given, f"--ip-address-version {name[7:11].upper()}")
        yield f"arn=$(found ip-set IPSets {name} ARN)\n"
        yield f'rules=$(printf %s "$rules" | sed "s|ARN:{name}\\"|$arn\\"|")\n'
    seen = "SampledRequestsEnabled=true,CloudWatchMetricsEnabled=true,MetricName=traque"
    given = f'{_SCOPE} --name traque --visibility-config {seen} --rules "$rules"'
    yield from _written("rule-group", "traque", given, f"--capacity {_SETS}")


def _written(kind: str, name: str, given: str, fixed: str) -> Iterator[str]:
    """Create or replace it; ``fixed`` is what cannot be changed later."""
    yield f"id=$(found {kind} {_LISTED[kind]} {name} Id)\n"
    yield f'if [ -n "$id" ]; then\n  token=$(found {kind} {_LISTED[kind]} {name} LockToken)\n'
    yield f'  aws wafv2 update-{kind} {given} --id "$id" --lock-token "$token"\n'
    yield f"else\n  aws wafv2 create-{kind} {given} {fixed}\nfi\n"


def _remove(job: Job) -> Iterator[str]:
    yield from _shell(job)
    yield f"# Run this on {job.expires:%Y-%m-%d} unless a newer export was loaded.\n"
    yield from _deleted("rule-group", "traque")
    yield f"for name in $(aws wafv2 list-ip-sets {_SCOPE} --limit 100 \\\n"
    yield "  --query \"IPSets[?starts_with(Name, 'traque-ipv')].Name\" --output text)\ndo\n"
    yield from _deleted("ip-set", '"$name"')
    yield "done\n"


def _deleted(kind: str, name: str) -> Iterator[str]:
    yield f"id=$(found {kind} {_LISTED[kind]} {name} Id)\n"
    yield f'if [ -n "$id" ]; then\n  token=$(found {kind} {_LISTED[kind]} {name} LockToken)\n'
    yield f'  aws wafv2 delete-{kind} {_SCOPE} --name {name} --id "$id" --lock-token "$token"\nfi\n'


def _shell(job: Job) -> Iterator[str]:
    yield "#!/bin/sh\n"
    yield from commented(job)
    yield 'set -e\ncd "$(dirname "$0")"\n'
    yield (
        "found() {\n"
        f'  aws wafv2 "list-${{1}}s" {_SCOPE} --limit 100 --query "$2[?Name==\'$3\'].$4" --output text\n}}\n'
    )


def _json(document: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


SPEC = Target(
    name="aws-waf",
    title="AWS WAF IP sets and rule group",
    family="network",
    kinds=ADDRESSES,
    outside=True,
    limits=(
        Limit("10,000 entries an IP set", "more sets are written"),
        Limit("100 IP sets an account and region", "at most 50 are filled; the worst indicators are kept"),
    ),
    escaping="JSON; descriptions are reduced to the characters that AWS takes",
    load="./load.sh   # then add the rule group traque to your web ACL",
    verify="aws wafv2 list-ip-sets --scope REGIONAL",
    remove="./remove.sh   # after the rule group was taken out of the web ACL",
    sources=(
        "https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-ipset-match.html",
    ),
    write=write,
)
