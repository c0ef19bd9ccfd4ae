"""What is the reader's own: addresses, networks, names, autonomous systems."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from contextlib import suppress

from traque.enrich import networks
from traque.errors import ObservableError, UsageError
from traque.model import Observable
from traque.observables import canonical

_ASN = re.compile(r"(?i)as\d{1,10}")


class Owned:
    """The reader's own networks, names and AS numbers, as ``--own`` names them.

    Raises UsageError for other words.
    """

    def __init__(self, words: Sequence[str] = ()) -> None:
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        self._names: list[str] = []
        self._systems: dict[int, str] = {}
        for word in words:
            self._add(word.strip())

    def _add(self, word: str) -> None:
        if _ASN.fullmatch(word):
            self._systems[int(word[2:])] = word.upper()
            return
        with suppress(ValueError):
            self._networks.append(ipaddress.ip_network(word, strict=False))
            return
        try:
            self._names.append(canonical("domain-name", word).value)
        except ObservableError as error:
            raise UsageError(
                f"--own {word!r} is no address, network, domain name or AS number: {error.what}",
                remedy="write 203.0.113.0/24, example.org or AS64496",
            ) from None

    def holding(self, observable: Observable) -> str:
        """Which of the reader's own words the value belongs to; empty when none."""
        if observable.kind in ("ipv4-addr", "ipv6-addr", "ipv4-net", "ipv6-net"):
            return self._network(observable.value)
        if observable.kind == "asn":
            return self._systems.get(int(observable.value[2:]), "")
        return self._name(_host(observable))

    def _network(self, value: str) -> str:
        listed = ipaddress.ip_network(value)
        for own in self._networks:
            if own.version == listed.version and own.overlaps(listed):
                return str(own)
        if self._systems and (found := networks.network(value)):
            return self._systems.get(found.asn, "")
        return ""

    def _name(self, host: str) -> str:
        return next((name for name in self._names if host == name or host.endswith(f".{name}")), "")


def _host(observable: Observable) -> str:
    """The host of a name, a URL or a mail address; empty for what has none."""
    value = observable.value
    if observable.kind == "domain-name":
        return value
    if observable.kind == "email-addr":
        return value.rpartition("@")[2]
    if observable.kind == "url":
        return value.split("://", 1)[-1].split("/", 1)[0].split("?", 1)[0].partition(":")[0]
    return ""
