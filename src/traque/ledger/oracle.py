"""What the ledger holds of a stream's records, in plain Python: the specification of the kernel's collector.

**Rows.** A row is a value of a kind that has a table (:data:`KINDS`), a day of UTC, and a fact; it has the
number of the records in which the value can be read (:attr:`~traque.observables.ObservableKind.find`), each
record once, and their first and last moment. Values are as a record writes them, in lower case where case
does not matter: an indicator is asked for by its spellings.

**Moments.** The time of a record is what the format's rules read in its first :data:`TIME_HEAD` bytes, and
the source's clock says what moment it names. Without a time there is no day, and no moment.

**What is not held** (:func:`holds` says of an indicator whether that may hide it):

- addresses inside and own mail addresses (:class:`~traque.ledger.inside.Inside`), but by their pseudonyms
  where there is a secret; URLs at such addresses, and those in which such an address or mail address can be
  read; mail addresses in which an address inside can be read;
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
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Final

import msgspec

from traque.ledger.inside import NOTHING, Inside
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
    records: Iterable[bytes], times: Sequence[TimeRule], moment: Moment, inside: Inside = NOTHING
) -> list[Row]:
    """The rows of these records (without their line ends), in order of kind and value."""
    found: dict[tuple[str, bytes, int | None], list[int]] = {}
    for record in records:
        stamp = specified(record[:TIME_HEAD], times)
        us = None if stamp is None else _microseconds(moment(stamp))
        day = None if us is None else us // _DAY
        for kind, value in set(values(record, inside)):
            held = inside.held(kind, stored(kind, value))
            found.setdefault((kind, held, day), []).append(us or 0)
    return in_order(
        Row(kind, value, day, 0, len(moments), min(moments), max(moments))
        for (kind, value, day), moments in found.items()
    )


def in_order(found: Iterable[Row]) -> list[Row]:
    """Rows in the order of a table: undated ones come first."""
    return sorted(
        found, key=lambda row: (KINDS.index(row.kind), row.value, row.day is not None, row.day or 0, row.fact)
    )


def values(record: bytes, inside: Inside = NOTHING) -> Iterator[tuple[str, str]]:
    """Every value that is held of a record, with its kind and without pseudonyms; some come several times."""
    hidden: list[tuple[int, int]] = []
    for kind in (kind for kind in KINDS if kind not in ("url", "email-addr")):
        for reading in registry()[kind].find(record):
            is_inside = inside.holds(kind, stored(kind, reading.value))
            if is_inside:
                hidden.append((reading.start, reading.end))
            if _is_held(kind, reading.value) and not (is_inside and inside.secret is None):
                yield kind, reading.value
    own: list[tuple[int, int]] = []
    for reading in registry()["email-addr"].find(record):
        is_inside = inside.holds("email-addr", reading.value.encode())
        if is_inside:
            own.append((reading.start, reading.end))
        if not _holds_one(hidden, reading.start, reading.end) and not (is_inside and inside.secret is None):
            yield "email-addr", reading.value
    yield from (("url", value) for value in _urls(record, inside, [*hidden, *own]))


def _holds_one(spans: Iterable[tuple[int, int]], begin: int, end: int) -> bool:
    return any(begin <= first and last <= end for first, last in spans)


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


def holds(observable: Observable, inside: Inside = NOTHING) -> bool:
    """Whether a record that matches ``observable`` is certain to have a row that says so.

    Of a URL, the row of its host. Rows with pseudonyms say it to those with the secret.
    """
    kind, value = observable.kind, observable.value
    if kind == "url":
        return holds(url.host_of(value), inside)
    if kind in ("ipv4-net", "ipv6-net"):
        return inside.secret is not None or not inside.overlaps(ip_network(value))
    if kind not in KINDS or not _is_held(kind, value):
        return False
    if inside.secret is None and inside.holds(kind, stored(kind, value)):
        return False
    return kind != "email-addr" or not _has_address(value.encode(), inside)


def _has_address(text: bytes, inside: Inside) -> bool:
    """Whether an address inside can be read in a text."""
    return bool(inside.networks) and any(
        inside.holds(kind, stored(kind, reading.value))
        for kind in ("ipv4-addr", "ipv6-addr")
        for reading in registry()[kind].find(text)
    )


def _is_held(kind: str, value: str) -> bool:
    if kind != "domain-name":
        return True
    last = value.rpartition(".")[2]
    return (
        last[:1] not in _DIGITS
        and last not in FILE_ENDINGS
        and not any(value == top or value.endswith("." + top) for top in _REVERSE)
    )


def _urls(record: bytes, inside: Inside, hidden: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The URLs of a record; what stands at ``hidden`` is in none of them."""
    if len(record) >= LONG:
        return
    left = URLS_BESIDES + URLS_EACH * len(record)
    addresses = set(url.address_hosts(record))
    sites = {site[:3]: site for site in url.sites(record)}
    for place, site in sorted(sites.items()):
        if place in addresses:
            address = ip_address(site.host.strip("[]"))
            if inside.holds(f"ipv{address.version}-addr", address.packed):
                continue
        elif not _is_held("domain-name", site.host):
            continue
        rests = sorted(dict(site.rests).items())
        if len(rests) > LENGTHS:
            rests = [*rests[: LENGTHS - 1], rests[-1]]
        held = [
            value
            for stop, rest in rests
            if not _holds_one(hidden, site.start, stop)
            for value in _at_one_length(site, stop, rest)
        ]
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
