"""Windows Firewall, by PowerShell: block rules of the group ``traque``.

The firewall has no rule that only alerts. A rule takes lists of addresses; 1,000 a rule keep it readable.
Source: Microsoft documentation, ``New-NetFirewallRule``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.exporters._capacity import aggregated, shards
from traque.exporters._job import File, Job
from traque.exporters._packets import commented
from traque.exporters._target import ADDRESSES, Limit, Target

_LISTED: Final = 1_000
_WAYS: Final = {"in": "Inbound", "out": "Outbound"}
_CLEAN: Final = "Get-NetFirewallRule -Group traque -ErrorAction SilentlyContinue | Remove-NetFirewallRule\n"


def write(job: Job) -> Iterator[File]:
    """``traque.ps1``, which replaces the group, and ``remove.ps1``."""
    yield File("traque.ps1", _script(job))
    yield File("remove.ps1", _remove(job))


def _script(job: Job) -> Iterator[str]:
    yield "#Requires -RunAsAdministrator\n"
    yield from commented(job)
    yield f"$ErrorActionPreference = 'Stop'\n{_CLEAN}"
    values = aggregated(job.values(*ADDRESSES))
    for number, part in enumerate(shards(values, _LISTED) if values else (), start=1):
        yield f"$listed = @({', '.join(_quoted(value) for value in part)})\n"
        for way, direction in _WAYS.items():
            if job.direction in (way, "both"):
                yield (
                    f"New-NetFirewallRule -Group traque -DisplayName {_quoted(f'traque {way} {number}')} `\n"
                    f"  -Description {_quoted(job.label(job.items[0]))} `\n"
                    f"  -Direction {direction} -Action Block -RemoteAddress $listed | Out-Null\n"
                )


def _remove(job: Job) -> Iterator[str]:
    yield "#Requires -RunAsAdministrator\n"
    yield from commented(job)
    yield f"# Run this on {job.expires:%Y-%m-%d} unless a newer export was loaded.\n{_CLEAN}"


def _quoted(text: str) -> str:
    """A PowerShell string in which nothing is expanded; a quote is doubled, in each of its forms."""
    doubled = "".join(char * 2 if char in "'\u2018\u2019\u201a\u201b" else char for char in text)
    return f"'{doubled}'"


SPEC = Target(
    name="windows-firewall",
    title="Windows Firewall rules (PowerShell)",
    family="hosts",
    kinds=ADDRESSES,
    actions=("block",),
    limits=(Limit(f"{_LISTED:,} addresses a rule", "more rules are written"),),
    escaping="PowerShell strings in single quotes; descriptions are safe ASCII",
    load="powershell -ExecutionPolicy Bypass -File traque.ps1",
    verify="Get-NetFirewallRule -Group traque | Get-NetFirewallAddressFilter",
    remove="powershell -ExecutionPolicy Bypass -File remove.ps1",
    sources=("https://learn.microsoft.com/en-us/powershell/module/netsecurity/new-netfirewallrule",),
    write=write,
)
