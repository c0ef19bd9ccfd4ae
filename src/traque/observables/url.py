r"""URLs.

The canonical form: :mod:`traque.observables._url_form`. How escapes are read and where a URL ends:
:mod:`traque.observables._url_text`.

**A URL stands where its host does.** A host is every reading of a name (:mod:`traque.observables._names`),
of an IPv4 address (:mod:`traque.observables._ipv4`), or of an IPv6 address
(:mod:`traque.observables._ipv6`) right between ``[`` and ``]``, a zone allowed.

**What follows the host** is read up to where a URL ends, at most 4096 bytes, plainly; or in percent-encoded
form when an encoded ``://`` (``%3A%2F%2F``, any case) precedes the host or ``%2F``, ``%3A`` or ``%3F``
follows it. Of what is found these lengths are tried: the whole (unless it was cut at 4096 bytes); each that
ends before ``,``, ``;``, ``'``, ``)`` or ``]``; in the plain form, each that ends before a percent-escape
(``%XX``, ``%25XX``, ``%2525XX``, ``%252525XX``) of a byte that ends a URL; and each of these without one or
more of the ``.``, ``:``, ``!``, ``?`` at its end. A length is a reading if it is empty or an optional final
dot of the host, an optional port, then path and query as in RFC 3986. Nothing else is tried: there is no
prefix matching.

**What precedes the host**: every reading without scheme begins at the host (at the ``[``). Readings with
one begin at the scheme: before the host optional user information (at most 256 bytes that are none of
``/?#@``, of what ends a URL, nor a backslash) with ``@``, then ``://`` (each of the three may be escaped as
in :mod:`~traque.observables._url_text`; in percent-encoded form ``%3A%2F%2F``, and ``%40``), then the
scheme: a letter, then letters, digits, ``+``, ``-``, ``.``, at most 32. It begins where the run of such
characters begins, after one of ``+-.``, or where an escape ends.

An indicator without a scheme matches with any scheme and none; one with a scheme matches with that scheme
only. One that is only a host is a domain name or an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from collections.abc import Set as AbstractSet

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables import _ip, _ipv4, _ipv6, domain_name
from traque.observables._escapes import escape_ends
from traque.observables._kind import ObservableKind, Reading, exactly
from traque.observables._names import names
from traque.observables._url_form import Rest, rest_of, split
from traque.observables._url_text import END, encoded_pieces, plain_pieces, unescaped

NAME = "url"

_MOST = 4096
_CUTS = frozenset(b",;')]")
_TRAILING = b".:!?"
_PATH_BEGINS = frozenset(b"/?")
_PORT_BYTES = 8  # one more than .:65535
_ENCODED_END = expression(rb"%(?:25){0,3}(?:[01][0-9A-Fa-f]|2[02]|3[CcEe]|5[CcEe]|60|7[BbCcDdFf])")
_ENCODED_NEXT = expression(rb"%(?:2[fF]|3[aAfF])")
_WINDOW = 512
_USER = rb"(?:[^\x00-\x20\"<>|^{}`\\\x7f/?#@]{1,256}@)?"
_PLAIN_MARK = expression(rb"(?::|\\+u003[aA])(?:\\*/|\\+u002[fF]){2}" + _USER + rb"\Z")
_ENCODED_MARK = expression(rb"%3[aA](?:%2[fF]){2}(?:[A-Za-z0-9%._~!*'()-]{1,256}%40)?\Z")
_SCHEME_RUN = expression(rb"[A-Za-z0-9+.-]{1,33}\Z")
_SCHEME_MOST = 32
_ZONE = expression(rb"(?:%[A-Za-z0-9._~%-]{1,32})?\]")
_WRITTEN = expression(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?//(.*)", re.DOTALL)
_AUTHORITY_END = expression(r"[/?#]")


def canonical(value: str) -> Observable:
    """A URL, or the host that was typed as one. Raises ObservableError."""
    text = unescaped(value.strip().encode("utf-8", "replace")).decode("utf-8", "replace")
    if not text:
        raise ObservableError("a URL is empty", code="empty")
    written = _WRITTEN.fullmatch(text)
    scheme = written[1].lower() if written and written[1] else None
    hierarchy = written[2] if written else text
    authority = _AUTHORITY_END.split(hierarchy, maxsplit=1)[0]
    if not authority:
        raise ObservableError(f"{value!r} has no host: it would match everywhere", code="bare-path")
    server = authority.rpartition("@")[2]
    host_end = server.find("]") + 1 if server.startswith("[") else len(server.partition(":")[0])
    host = _host(server[:host_end])
    rest = rest_of((server[host_end:] + hierarchy[len(authority) :]).encode())
    if rest is None:
        raise ObservableError(f"{value!r} has no valid port", code="malformed")
    url = rest.behind(host.value if host.kind != _ip.IPV6 else f"[{host.value}]", scheme)
    if len(url) > _MOST:
        raise ObservableError(f"{value[:60]!r}... is longer than {_MOST} characters", code="too-long")
    if url == host.value:
        return domain_name.canonical(url) if host.kind == domain_name.NAME else host
    return Observable(NAME, url)


def host_of(url: str) -> Observable:
    """The host of a canonical URL."""
    return _host(split(url)[1])


def spellings(url: str) -> tuple[str, ...]:
    """With the host in each of its spellings."""
    scheme, host, rest = split(url)
    mark = "" if scheme is None else f"{scheme}://"
    return tuple(f"{mark}{form}{rest}" for form in domain_name.spellings(host))


def find(record: bytes, hosts: Container[str] | None = None, most: int = _MOST) -> Iterator[Reading]:
    """Every reading of a URL; those of other hosts than ``hosts`` or longer than ``most`` may be left out."""
    ends = escape_ends(record)
    for start, end, host in hosts_in(record):
        if hosts is None or host in hosts:
            schemes, encoded = _before(record, start, ends)
            for stop, rest in _rests(record, end, encoded, most):
                yield Reading(start, stop, rest.behind(host, None))
                for at, scheme in schemes:
                    yield Reading(at, stop, rest.behind(host, scheme))


def longest(
    record: bytes, is_end: Callable[[str], bool], is_host: Callable[[str], bool]
) -> Iterator[Reading]:
    """For prose: the longest reading at each host that ``is_end`` allows to end there, none inside another.

    A reading without a scheme must have a path or a query, and ``is_host`` must allow its host.
    """
    ends = escape_ends(record)
    taken = 0
    for start, end, host in sorted(hosts_in(record)):
        if start < taken:
            continue
        schemes, encoded = _before(record, start, ends)
        if not schemes and not is_host(host):
            continue
        begin, scheme = min(schemes, default=(start, None))
        for stop, rest in sorted(_rests(record, end, encoded, _MOST), key=lambda item: -item[0]):
            if is_end(record[begin:stop].decode("utf-8", "replace")) and (scheme or rest.path or rest.query):
                yield Reading(begin, stop, rest.behind(host, scheme))
                taken = stop
                break


def hosts_in(record: bytes) -> Iterator[tuple[int, int, str]]:
    """Where hosts stand, and how they are written in a canonical URL."""
    yield from names(record)
    yield from _ipv4.addresses(record)
    for start, end, number in _ipv6.addresses(record):
        bracket = _ZONE.match(record, end)
        if bracket and record[start - 1 : start] == b"[":
            yield start - 1, bracket.end(), _ipv6.mapped(number) or f"[{_ipv6.compressed(number)}]"


def _host(text: str) -> Observable:
    if text.startswith("[") or text.replace(".", "").isdigit():
        return _ip.canonical(text)
    name = domain_name.a_labels(text.removesuffix("."))
    if "." not in name:
        raise ObservableError(f"the host {text!r} has a single label", code="single-label")
    return Observable(domain_name.NAME, name)


def _before(record: bytes, start: int, ends: AbstractSet[int]) -> tuple[list[tuple[int, str]], bool]:
    """The schemes before a host, where they begin, and whether the URL is in percent-encoded form so far."""
    window = record[max(0, start - _WINDOW) : start]
    encoded = _ENCODED_MARK.search(window)
    mark = encoded or _PLAIN_MARK.search(window)
    schemes = list(_schemes(record, start - len(window) + mark.start(), ends)) if mark else []
    return schemes, encoded is not None


def _rests(record: bytes, start: int, encoded: bool, most: int) -> Iterator[tuple[int, Rest]]:
    """What can be read after a host that ends at ``start``: where it ends, and its normal form."""
    encoded = encoded or _ENCODED_NEXT.match(record, start) is not None
    for stop, text in _lengths(record, start, encoded, most):
        rest = rest_of(text)
        if rest is not None:
            yield stop, rest


def _lengths(record: bytes, start: int, encoded: bool, most: int) -> Iterator[tuple[int, bytes]]:
    """The lengths that are tried: where each ends, and the bytes that it means."""
    text = bytearray()
    places: list[int] = []
    for byte, place in (encoded_pieces if encoded else plain_pieces)(record, start):
        places.append(place)
        is_escape = byte == ord("%") and not encoded and _ENCODED_END.match(record, place)
        if byte == END or byte in _CUTS or is_escape:
            for size in range(len(text), len(text.rstrip(_TRAILING)) - 1, -1):
                yield places[size], bytes(text[:size])
        if byte == END:
            return
        text.append(byte)
        # From here on nothing is a reading: neither path nor query can begin, or all is too long in any form.
        if len(text) == _PORT_BYTES and not set(text) & _PATH_BEGINS:
            return
        if len(text) > 3 * (most + _PORT_BYTES) and byte not in _PATH_BEGINS:
            return


def _schemes(record: bytes, end: int, ends: AbstractSet[int]) -> Iterator[tuple[int, str]]:
    """The schemes that end at ``end``, and where they begin."""
    run = _SCHEME_RUN.search(record[max(0, end - _SCHEME_MOST - 1) : end])
    size = len(run[0]) if run else 0
    for start in range(max(end - size, end - _SCHEME_MOST), end):
        begins = start == end - size or record[start - 1] in b"+.-" or start in ends
        if begins and record[start : start + 1].isalpha():
            yield start, record[start:end].decode("ascii").lower()


SPEC = ObservableKind(
    name=NAME,
    title="URL",
    canonical=canonical,
    find=find,
    spellings=spellings,
    lookups=exactly,
    examples=("http://evil.example/gate.php?id=1", "evil.example/x", "https://[2001:db8::1]:8443/a"),
)
