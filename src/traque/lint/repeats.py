"""Values that say what another one already says."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from traque.lint._subject import Subject
from traque.model.lint import Complaint
from traque.observables import matches_below


def covered(subject: Subject) -> Iterator[Complaint]:
    """Addresses inside listed networks, names below listed ones, URLs and mail of listed names."""
    details = {**_in_networks(subject), **_below_names(subject)}
    if details:
        yield subject.complain(
            "duplicate",
            "note",
            "values that another one covers",
            "they are counted twice, and matched by both",
            "keep both if their context differs",
            values=list(details),
            details=details,
        )


def _in_networks(subject: Subject) -> dict[str, str]:
    listed = {
        (net.version, net.prefixlen, int(net.network_address)): value
        for value, net in subject.networks
        if net.prefixlen < net.max_prefixlen
    }
    lengths = sorted({(version, length) for version, length, _ in listed}, reverse=True)
    found = {}
    for value, net in subject.networks:
        for version, length in lengths:
            if version != net.version or length >= net.prefixlen:
                continue
            first = int(net.network_address) >> (net.max_prefixlen - length) << (net.max_prefixlen - length)
            if holder := listed.get((version, length, first)):
                found[value] = f"in {holder}"
                break
    return found


def _below_names(subject: Subject) -> dict[str, str]:
    names = {each.observable.value: matches_below(each.observable) for each in subject.of("domain-name")}
    found = {}
    for name in names:
        labels = name.split(".")
        parents = (".".join(labels[at:]) for at in range(1, len(labels)))
        if holder := next((parent for parent in parents if names.get(parent)), None):
            found[name] = f"below {holder}"
    hosts = {
        str(ipaddress.ip_address(value))
        for value, net in subject.networks
        if net.prefixlen == net.max_prefixlen
    }
    for each in subject.of("url"):
        host = each.observable.value.split("://", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0].strip("[]")
        if host in names or host in hosts:
            found[each.observable.value] = f"on the listed host {host}"
    return found
