"""Palo Alto external dynamic lists: one file for addresses, one for domains, one for URLs.

A list holds one type. An address entry may carry a comment after a blank; domain and URL entries may not. A
domain matches itself only, so ``*.domain`` follows it. URL entries have no scheme and end with ``/`` so that
they match no longer host. What is beyond a firewall's capacity is *skipped* by it, in the order of the lists:
the worst come first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.exporters._capacity import within
from traque.exporters._job import File, Item, Job
from traque.exporters._lists import listed
from traque.exporters._packets import entries
from traque.exporters._target import ADDRESSES, Limit, Target
from traque.observables import matches_below

_ADDRESSES: Final = 150_000
_SMALL: Final = 50_000
_DOMAINS: Final = 50_000
_URLS: Final = 50_000
_ROOM: Final = "a firewall takes 50,000 of them and skips the rest"


def write(job: Job) -> Iterator[File]:
    """Lists for a web server that the firewall reaches."""
    addresses = [value for values in entries(job).values() for value in values]
    if len(addresses) > _ADDRESSES:
        kept = within(
            job, job.of(*ADDRESSES), _ADDRESSES, "a firewall takes 150,000 addresses and skips the rest"
        )
        addresses = [item.value for item in kept]
    yield from listed("addresses", addresses, _SMALL)
    names = within(job, job.of("domain-name"), _DOMAINS // 2, f"{_ROOM}; a name takes two entries")
    yield from listed("domains", [form for item in names for form in _names(item)], _DOMAINS)
    urls = [item for item in job.of("url") if _fits(job, item)]
    yield from listed("urls", [_bare(item.value) for item in within(job, urls, _URLS, _ROOM)], _URLS)


def _names(item: Item) -> Iterator[str]:
    yield item.value
    if matches_below(item.observable):
        yield f"*.{item.value}"


def _fits(job: Job, item: Item) -> bool:
    bare = _bare(item.value)
    if "*" in bare or "^" in bare:
        job.leave_out(item, "grammar", "`*` and `^` are wildcards in a URL list, and cannot be escaped")
        return False
    if len(bare) > 255:
        job.leave_out(item, "grammar", "an entry of a URL list has at most 255 characters")
        return False
    return True


def _bare(url: str) -> str:
    """Without the scheme; a host alone gets the slash that keeps it from being a prefix."""
    bare = url.split("://", 1)[-1]
    return bare if "/" in bare else f"{bare}/"


SPEC = Target(
    name="edl-paloalto",
    title="Palo Alto external dynamic lists",
    family="network",
    kinds=(*ADDRESSES, "domain-name", "url"),
    limits=(
        Limit(
            "50,000 addresses a firewall, 150,000 on large ones",
            "lists of 50,000; more than three are left out, worst kept",
        ),
        Limit("50,000 domains, 50,000 URLs", "the worst are kept, the others are listed as left out"),
    ),
    escaping="entries have no quoting: URLs with `*` or `^` are left out",
    load=(
        "publish the files on a web server, then Objects > External Dynamic Lists:\n"
        "a list of type IP, Domain and URL each; use them in a rule or a profile"
    ),
    verify="request system external-list show type ip name traque",
    remove="take the lists out of the rules, or publish an empty file",
    sources=(
        "https://docs.paloaltonetworks.com/network-security/security-policy/administration/objects/external-dynamic-lists",
    ),
    read_back=("addresses*.txt", "domains*.txt"),
    read_kinds=(*ADDRESSES, "domain-name"),
    write=write,
)
