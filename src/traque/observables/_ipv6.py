r"""IPv6 addresses as they stand in text, for every kind that needs them (IPv4 and URLs too).

**The run.** A maximal run of ASCII letters, digits and ``:`` is examined from its beginning, from each
place inside it where an escape ends (:mod:`traque.observables._escapes`), and, when a dot stands before it,
also from after its first ``:`` (``192.0.2.1:2001:db8::1``).

**Words and groups.** The run is split at ``:``. A token of one to four hex digits is a group; an empty
token is part of ``::``; any other token is a word, and takes the colons beside it away. So
``outside:2001:db8::1``, ``IPv6:2001:db8::1`` and ``2001:db8::1:51234`` hold 2001:db8::1, and ``std::dead``
holds nothing. The last token of the run is a word, too, if a dot follows it that
:func:`~traque.observables._tails.stands_alone` does not allow, or if it begins a dotted quad that is not
embedded (below). What is left between words is a text; at each of its ends one ``:`` is dropped when it
stands alone or when three stand there.

**Addresses.** A text is an address when it has eight groups, or one ``::`` and at most seven. Not when it
has eight groups of two digits each (serial numbers, EUI-64). Times and MAC addresses have too few groups.

**Ports.** When the last token of a text is a port (decimal, 1-65535, no leading zero), what stands before
its ``:`` is tried as well. So a ninth group can only be a port, and ``2001:db8::1:443`` is read both ways.
``/p``, ``#p``, a zone (``%eth0``) and brackets need no rule: those bytes bound the address and are not part
of it.

**Embedded IPv4.** A last token that begins a dotted quad (octets as in :mod:`traque.observables._ipv4`,
followed by no letter or digit and by nothing that makes it part of more) is read as the last 32 bits if the
whole is then in ::ffff:0:0/96 or 64:ff9b::/96, else it is a word. An address in ::ffff:0:0/96, however it
is written, *is* the IPv4 address.

**Reverse names.** 32 single hex digits, each followed by a dot, then ``ip6.arpa`` (any case), last digit
first. Before it no ASCII letter, digit, ``-``, ``_`` or dot, or an escape end; after it no ASCII letter,
digit, ``-``, ``_``, and no dot followed by one of these. Read in Windows DNS form as well
(:mod:`traque.observables._names`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from ipaddress import IPv4Address, IPv6Address
from socket import AF_INET6, inet_ntop

from traque.expressions import expression
from traque.observables._escapes import escape_ends
from traque.observables._tails import is_port, stands_alone

_RUN = expression(rb"(?<![0-9A-Za-z:])[0-9A-Za-z]*:[0-9A-Za-z]*:[0-9A-Za-z:]*")
_GROUP = expression(rb"[0-9A-Fa-f]{1,4}")
_QUAD = expression(rb"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9A-Za-z])")
_SERIAL = expression(rb"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){7}")
_REVERSED = expression(rb"((?:[0-9A-Fa-f]\.){32})ip6\.arpa(?![A-Za-z0-9_-]|\.[A-Za-z0-9_-])", re.IGNORECASE)
_LABEL_OR_DOT = expression(rb"[A-Za-z0-9_.-]")
_COLONS_LEAST = 6  # 0:0:0:0:0:ffff:192.0.2.1
_GROUPS = 8
_OCTET_MOST = 255
_MAPPED = 0xFFFF  # ::ffff:0:0/96, without its last 32 bits
_NAT64 = 0x64FF9B << 64  # 64:ff9b::/96, likewise


def addresses(record: bytes, ends: AbstractSet[int] | None = None) -> Iterator[tuple[int, int, int]]:
    """Every reading ``(start, end, address)`` in ``record``; ``ends`` are its escape ends when known."""
    for run in _RUN.finditer(record):
        if b"::" not in run[0] and run[0].count(b":") < _COLONS_LEAST:
            continue
        ends = escape_ends(record) if ends is None else ends
        begin, end = run.span()
        starts = {begin, *(start for start in range(begin, end) if start in ends)}
        if record[begin - 1 : begin] == b".":
            starts.add(record.index(b":", begin) + 1)
        yield from {reading for start in starts for reading in _in_run(record, start, end)}
    if b"6.arpa" in record.lower():
        yield from _reversed(record, escape_ends(record) if ends is None else ends)


def parse(text: bytes) -> int | None:
    """The address that ``text`` writes in groups (no embedded IPv4), or None."""
    head, gap, tail = text.partition(b"::")
    groups = [*(head.split(b":") if head else ()), *(tail.split(b":") if tail else ())]
    if not all(_GROUP.fullmatch(group) for group in groups):
        return None
    missing = _GROUPS - len(groups)
    if missing < 1 if gap else missing != 0:
        return None
    before = head.count(b":") + 1 if head else 0
    groups[before:before] = [b"0"] * missing
    value = 0
    for group in groups:
        value = value << 16 | int(group, 16)
    return value


def mapped(address: int) -> str | None:
    """The IPv4 address that an address in ::ffff:0:0/96 is, else None."""
    return str(IPv4Address(address & 0xFFFFFFFF)) if address >> 32 == _MAPPED else None


def compressed(address: int) -> str:
    """The canonical text (RFC 5952; an embedded IPv4 address is written in hex)."""
    written = inet_ntop(AF_INET6, address.to_bytes(16))
    return IPv6Address(address).compressed if "." in written else written


def embedded(text: bytes) -> int | None:
    """The address that ``text`` writes with a dotted quad as its end, in one of the two prefixes."""
    groups, _, last = text.rpartition(b":")
    quad = _QUAD.fullmatch(last)
    if not quad or max(octets := [int(octet) for octet in quad.groups()]) > _OCTET_MOST:
        return None
    high, low = octets[0] << 8 | octets[1], octets[2] << 8 | octets[3]
    address = parse(b"%s:%x:%x" % (groups, high, low))
    return address if address is not None and address >> 32 in (_MAPPED, _NAT64) else None


def _in_run(record: bytes, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The readings in (the rest of) a run."""
    tokens = record[begin:end].split(b":")
    dotted = record[end : end + 1] == b"."
    quad = _QUAD.match(record, end - len(tokens[-1])) if dotted else None
    last_is_word = quad is not None or not stands_alone(record, end)
    first = at = begin  # where the present text begins, and the present token
    for index, token in enumerate(tokens):
        is_last = index == len(tokens) - 1
        if is_last and quad and stands_alone(record, quad.end()):
            start, stop = _trimmed(record, first, quad.end())
            address = embedded(record[start:stop])
            if address is not None:
                yield start, stop, address
                return
        if (token and not _GROUP.fullmatch(token)) or (is_last and last_is_word):
            yield from _in_text(record, *_trimmed(record, first, at - 1))
            first = at + len(token) + 1
        at += len(token) + 1
    yield from _in_text(record, *_trimmed(record, first, end))


def _trimmed(record: bytes, start: int, end: int) -> tuple[int, int]:
    """Without the one colon at an end that belongs to no ``::``."""
    text = record[start : max(start, end)]
    if text.startswith(b":") and (not text.startswith(b"::") or text.startswith(b":::")):
        start += 1
    if text.endswith(b":") and (not text.endswith(b"::") or text.endswith(b":::")):
        end -= 1
    return start, end


def _in_text(record: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The readings of one text: the whole, and the whole without a port."""
    text = record[start : max(start, end)]
    before, colon, last = text.rpartition(b":")
    for part in (text, before) if colon and is_port(last) else (text,):
        address = parse(part)
        if address is not None and not _SERIAL.fullmatch(part):
            yield start, start + len(part), address


def _reversed(record: bytes, ends: AbstractSet[int]) -> Iterator[tuple[int, int, int]]:
    for name in _REVERSED.finditer(record):
        start = name.start()
        if start in ends or not _LABEL_OR_DOT.fullmatch(record[start - 1 : start]):
            yield start, name.end(), int(name[1].replace(b".", b"")[::-1], 16)
