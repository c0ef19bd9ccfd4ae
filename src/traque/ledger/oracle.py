"""What the ledger holds of a stream's records, in plain Python: the specification of the kernel's collector.

**Rows.** A row is a value of a kind that has a table (:data:`KINDS`), a day of UTC, and a fact; it has the
number of the records in which the value can be read (:attr:`~traque.observables.ObservableKind.find`), each
record once, and their first and last moment. Values are as a record writes them, in lower case where case
does not matter: an indicator is asked for by its spellings.

**Moments.** The time of a record is what the format's rules read in its first :data:`TIME_HEAD` bytes, and
the source's clock says what moment it names. Without a time there is no day, and no moment.

**What is not held** (:func:`holds` says of an indicator whether that may hide it):

- addresses in the networks that are left out, and URLs at them;
- names whose last label begins with a digit or is one of :data:`FILE_ENDINGS`: none on the Internet are,
  but fractions of seconds, versions and files; and names below ``in-addr.arpa`` and ``ip6.arpa``, which are
  held as the addresses that they are;
- URLs that are only their host without a scheme; those without a scheme that stand there with one and are
  else the same (as a row, the one is the beginning of the other: a URL without a scheme is asked for as a
  range, and a record that writes it with two schemes counts twice); those longer than :data:`URL_MOST` bytes.
  Of the lengths in which a URL can be read at one host, the :data:`LENGTHS` - 1 shortest and the longest are
  held. The hosts of a record are taken in their order, until the URLs at one are more bytes than are left of
  :data:`URLS_EACH` for each byte of the record and :data:`URLS_BESIDES`. Of a record longer than
  :data:`LONG` bytes no URLs are held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

import msgspec

from traque.model import Observable, Stamp, TimeRule
from traque.observables import registry, url
from traque.observables._ipv6 import compressed
from traque.observables._url_form import Rest, split
from traque.scan.matches import TIME_HEAD
from traque.timestamps import specified

KINDS: Final = (
    "ipv4-addr",
    "ipv6-addr",
    "domain-name",
    "url",
    "email-addr",
    "md5",
    "sha1",
    "sha256",
    "sha512",
)
"""The kinds that have a table, in the order of their numbers."""

LENGTHS: Final = 8
URLS_EACH: Final = 16
URLS_BESIDES: Final = 4096
URL_MOST: Final = 4096
LONG: Final = (1 << 20) + (1 << 16)
"""Bytes of a record from which on the kernel reads it in windows."""

FILE_ENDINGS: Final = frozenset({
    "asp", "aspx", "bat", "bin", "cfg", "cgi", "cmd", "conf", "css", "csv", "dat", "dll", "doc",
    "docx", "exe", "gif", "gz", "htm", "html", "ico", "ini", "jpeg", "jpg", "js", "json", "jsp",
    "lnk", "log", "mp4", "pdf", "php", "png", "ppt", "pptx", "rar", "sql", "svg", "tar", "tgz",
    "tmp", "ttf", "txt", "webp", "woff", "xls", "xlsx", "xml", "yaml", "yml",
})  # fmt: skip
"""Last labels that are no top-level domains."""

_REVERSE: Final = ("in-addr.arpa", "ip6.arpa")
_TEXTS: Final = frozenset({"domain-name", "url", "email-addr"})
_DIGITS: Final = frozenset("0123456789")
_DAY: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Moment = Callable[[Stamp], datetime]
"""The moment that a stamp names."""

Networks = Sequence[tuple[str, int]]
"""Addresses, each with the length of a prefix."""


class Row(msgspec.Struct, frozen=True):
    """A row of the ledger, but for its source.

    ``value`` is as its table has it (:func:`stored`); ``day`` counts from 1970; ``first`` and ``last`` are
    microseconds of UTC since then, 0 without a day; ``inward`` and ``outward`` are bytes from and to the
    value.
    """

    kind: str
    value: bytes
    day: int | None
    fact: int
    count: int
    first: int
    last: int
    inward: int | None = None
    outward: int | None = None


def rows(
    records: Iterable[bytes], times: Sequence[TimeRule], moment: Moment, left_out: Networks = ()
) -> list[Row]:
    """The rows of these records (without their line ends), in order of kind and value."""
    found: dict[tuple[str, bytes, int | None], list[int]] = {}
    for record in records:
        stamp = specified(record[:TIME_HEAD], times)
        us = None if stamp is None else _microseconds(moment(stamp))
        day = None if us is None else us // _DAY
        for kind, value in set(values(record, left_out)):
            found.setdefault((kind, stored(kind, value), day), []).append(us or 0)
    return in_order(
        Row(kind, value, day, 0, len(moments), min(moments), max(moments))
        for (kind, value, day), moments in found.items()
    )


def in_order(found: Iterable[Row]) -> list[Row]:
    """Rows in the order of a table: undated ones come first."""
    return sorted(
        found, key=lambda row: (KINDS.index(row.kind), row.value, row.day is not None, row.day or 0, row.fact)
    )


def values(record: bytes, left_out: Networks = ()) -> Iterator[tuple[str, str]]:
    """Every value that is held of a record, with its kind; some come several times."""
    for kind in KINDS:
        if kind == "url":
            yield from ((kind, value) for value in _urls(record, left_out))
            continue
        for reading in registry()[kind].find(record):
            if _is_held(kind, reading.value, left_out):
                yield kind, reading.value


def stored(kind: str, value: str) -> bytes:
    """A value as its table has it."""
    if kind in ("ipv4-addr", "ipv6-addr"):
        return ip_address(value).packed
    if kind == "domain-name":
        return ".".join(reversed(value.split("."))).encode()
    if kind == "url":
        scheme, host, rest = split(value)
        return f"{host}{rest}{'' if scheme is None else ' ' + scheme}".encode()
    return value.encode() if kind == "email-addr" else bytes.fromhex(value)


def written(kind: str, value: bytes) -> str:
    """A value of a table as an indicator's spelling has it."""
    if kind in ("ipv4-addr", "ipv6-addr"):
        return str(IPv4Address(value) if len(value) == 4 else compressed(int.from_bytes(value)))
    if kind not in _TEXTS:
        return value.hex()
    text = value.decode("utf-8", "replace")  # a damaged file may hold anything
    if kind == "domain-name":
        return ".".join(reversed(text.split(".")))
    if kind == "url":
        rest, space, scheme = text.rpartition(" ")
        return f"{scheme}://{rest}" if space else scheme
    return text


def holds(observable: Observable, left_out: Networks = ()) -> bool:
    """Whether a record that matches ``observable`` is certain to have a row that says so.

    Of a URL, the row of its host.
    """
    kind, value = observable.kind, observable.value
    if kind == "url":
        return holds(url.host_of(value), left_out)
    if kind in ("ipv4-net", "ipv6-net"):
        wanted = ip_network(value)
        networks = (ip_network(network, strict=False) for network in left_out)
        return not any(wanted.version == one.version and wanted.overlaps(one) for one in networks)
    return kind in KINDS and _is_held(kind, value, left_out)


def _is_held(kind: str, value: str, left_out: Networks) -> bool:
    if kind == "domain-name":
        last = value.rpartition(".")[2]
        return (
            last[:1] not in _DIGITS
            and last not in FILE_ENDINGS
            and not any(value == top or value.endswith("." + top) for top in _REVERSE)
        )
    if kind in ("ipv4-addr", "ipv6-addr"):
        return not _is_left_out(ip_address(value), left_out)
    return True


def _is_left_out(address: IPv4Address | IPv6Address, left_out: Networks) -> bool:
    networks = (ip_network(network, strict=False) for network in left_out)
    return any(address.version == network.version and address in network for network in networks)


def _urls(record: bytes, left_out: Networks) -> Iterator[str]:
    if len(record) >= LONG:
        return
    left = URLS_BESIDES + URLS_EACH * len(record)
    addresses = set(url.address_hosts(record))
    sites = {site[:3]: site for site in url.sites(record)}
    for place, site in sorted(sites.items()):
        if place in addresses:
            if _is_left_out(ip_address(site.host.strip("[]")), left_out):
                continue
        elif not _is_held("domain-name", site.host, left_out):
            continue
        rests = sorted(dict(site.rests).items())
        if len(rests) > LENGTHS:
            rests = [*rests[: LENGTHS - 1], rests[-1]]
        held = [value for stop, rest in rests for value in _at_one_length(site, stop, rest)]
        size = sum(len(stored("url", value)) for value in held)
        if size > left:
            return
        left -= size
        yield from held


def _at_one_length(site: url.Site, stop: int, rest: Rest) -> Iterator[str]:
    bare, *others = (reading.value for reading in site.readings(stop, rest))
    is_new = all(other.partition("://")[2] != bare for other in others)
    for value in (*((bare,) if is_new and bare != site.host else ()), *others):
        if len(value.encode()) <= URL_MOST:
            yield value


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
