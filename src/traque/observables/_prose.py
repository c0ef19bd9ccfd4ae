r"""Observables in text that people wrote: one bare value (:func:`guess`), or prose (:func:`extract`).

Prose is full of names that are no domain names: ``beacon.exe``, ``README.md``, ``System.Net``. A name in
prose is one when

- it is below a listed public suffix or a reserved last label (:mod:`traque.observables._suffixes`), and its
  last label is written in one case;
- no ``/`` or ``\`` stands right before it (it is a part of a path there), and the label right above its
  suffix holds no ``_``;
- if its last label is a file extension too (:data:`FILE_SUFFIXES`): it has no capital letter, at least
  three labels, and none of the others is an extension or a number; or the publisher defanged it, which
  nobody does to a file name. So ``www.evil.sh`` is a name, ``update.sh``, ``libc.6.so`` and ``Invoice.zip``
  are files. (``.pl`` and ``.cc`` are used by too many real names to be in that list; for them a capital
  letter is enough.)

A bare value is a whole line or cell, so there the number of labels does not matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import ENUMERABLE_KINDS, Observable
from traque.observables import _ip, _suffixes
from traque.observables._hash import DIGITS
from traque.observables._hash import canonical as hash_canonical
from traque.observables._names import names
from traque.observables._refang import refang
from traque.observables._text import decode, lower
from traque.observables._url_form import split

FILE_SUFFIXES: Final = frozenset({"md", "mk", "mov", "pm", "ps", "py", "rs", "sh", "so", "tf", "zip"})
"""Top-level domains that are file extensions in the first place."""

ALSO_FILES: Final = frozenset({"cc", "pl"})
_EXTENSION = expression(
    r"7z|apk|bat|bin|bmp|c|cc|cfg|cmd|conf|cpp|css|csv|dat|dll|docx?|elf|exe|gif|gz|h|html?|iso|jar|jpg|js|json|lnk"
    r"|log|md|mk|mov|msi|pcap|pdb|pdf|php|pl|pm|png|ps|ps1|py|rar|rs|rtf|sh|so|sys|tar|tf|tmp|txt|vbs|xlsx?|xml|yml|zip"
)
_TRAILING = ".,;:!?'"
_CLOSING = {")": "(", "]": "["}
_PREFIX = expression(rb"/[0-9]{1,3}(?![0-9A-Za-z.]?[0-9A-Za-z/])")
_BLOB = expression(rb"[^\s\"<>|^{}`,;']{4097,}")  # longer than a URL can be: encoded data
_WRAPPED = "\"'`<>,; \t\r\n"
_PORT = expression(r"(\[.*\]|[^:]*):[0-9]{1,5}")
_PORT_FIRST = expression(r"\A:[0-9]+")
_PREFIX_ONLY = expression(r"(?:/[0-9]*)?")
_HOST_NAME = expression(r"\.[^.0-9][^.]*\Z")
_TWO_GROUPS = expression(r"(?=.*[0-9])[0-9a-f]+:.*[0-9a-f]")
_DEFANGING = expression(r"[\[({\\]")
_UNDERSCORED = expression(
    r"(?:[a-z0-9_-]{1,63}\.){0,20}(?=[a-z0-9-]*_)[a-z0-9_-]{1,63}\.[a-z][a-z0-9-]{1,62}"
)
"""A name with a ``_`` in its last label but one."""
_ADDRESSES = {"ipv4-addr": "ipv4-net", "ipv6-addr": "ipv6-net"}

Found = tuple[Observable, int, int]
"""What was found, and where it begins and ends in the text."""


def guess(text: str) -> Observable | None:
    """The observable that a bare value is, defanged or not; None if it is none.

    A port after an address or a name is dropped. Raises nothing: what is no valid value is None.
    """
    value = refang(text).strip(_WRAPPED)
    for attempt in (hash_canonical, _as_address, _as_mail, _as_url, _as_name):
        try:
            observable = attempt(value)
        except ObservableError:
            continue
        if observable is not None:
            return observable
    return None


def extract(text: str, kinds: Collection[str] = ENUMERABLE_KINDS, *, raw: str = "") -> Iterator[Found]:
    """Every observable of ``kinds`` in refanged prose, in order; of overlapping ones the longest.

    So a name inside a URL or a mail address that is emitted is not emitted by itself. ``raw`` is the text
    before refanging, if at hand: it tells which names were defanged.
    """
    defanged = _defanged_names(raw)
    at = 0
    for line in text.split("\n"):
        for observable, start, end in _in_line(line, kinds, defanged):
            yield observable, at + start, at + end
        at += len(line) + 1


def whole(text: str, *, defanged: bool = False) -> Observable | None:
    """What a whole line is, of the forms that prose is full of for other reasons; None if it is none.

    ``::1`` and ``2002::`` (with a digit: ``::`` alone is a mark in some texts), and a name with a
    ``_`` right above its last label, when no registry runs that or it is ``defanged``. Raises ObservableError
    for one that cannot be meant, with the reason.
    """
    if "::" in text and any(map(str.isdigit, text)):
        try:
            return _ip.canonical(text)
        except ObservableError as error:
            if error.code == "malformed":
                return None
            raise
    if not _UNDERSCORED.fullmatch(text) or not _suffixes.has_known_suffix(text):
        return None
    last = text.rpartition(".")[2]
    if _EXTENSION.fullmatch(last):
        return None
    if not defanged and last not in _suffixes.RESERVED:
        raise ObservableError(f"no registry hands out a name with _ right below .{last}", code="malformed")
    from traque.observables import canonical

    return canonical("domain-name", text)


def _defanged_names(raw: str) -> frozenset[str]:
    tokens = (refang(token) for token in raw.split() if _DEFANGING.search(token))
    return frozenset(name for token in tokens for *_, name in names(token.encode("utf-8", "surrogatepass")))


def _in_line(line: str, kinds: Collection[str], defanged: Collection[str]) -> list[Found]:
    record = line.encode("utf-8", "surrogatepass")
    candidates = _candidates(record, kinds, defanged)
    found = sorted(candidates, key=lambda item: (item[1] - item[2], item[1], item[0]))
    kept: list[Found] = []
    taken = bytearray(len(record))
    for observable, start, end in found:
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            kept.append((observable, start, end))
    places = {byte: char for char, byte in enumerate(decode(record)[1])} if not record.isascii() else None
    kept.sort(key=lambda item: item[1])
    return [(item, places[start], places[end]) if places else (item, start, end) for item, start, end in kept]


def _candidates(record: bytes, kinds: Collection[str], defanged: Collection[str]) -> Iterator[Found]:
    yield from _addresses(record, kinds)
    for kind in (*DIGITS, "email-addr"):
        if kind in kinds:
            for start, end in _spans(kind, record):
                yield from _valid(kind, record, start, end)
    if "url" in kinds:
        yield from _urls(record)
    if "domain-name" in kinds:
        for start, end in _spans("domain-name", record):
            written = record[start:end].decode("utf-8", "replace")
            in_path = record[start - 1 : start] in (b"/", b"\\") and record[start - 2 : start] != b"//"
            if not in_path and _is_name(written, lower(written) in defanged):
                yield from _valid("domain-name", record, start, end)


def _addresses(record: bytes, kinds: Collection[str]) -> Iterator[Found]:
    for kind, net in _ADDRESSES.items():
        if kind not in kinds and net not in kinds:
            continue
        for start, end in _spans(kind, record):
            prefix = _PREFIX.match(record, end)
            if prefix and net in kinds:
                yield from _valid(net, record, start, prefix.end())
            elif kind in kinds and not prefix:
                yield from (item for item in _valid(kind, record, start, end) if _is_address(item[0]))


def _is_address(observable: Observable) -> bool:
    """Not ``::`` or ``a::b``, which programmers write for other reasons."""
    return observable.kind != "ipv6-addr" or _TWO_GROUPS.search(observable.value) is not None


def _urls(record: bytes) -> Iterator[Found]:
    from traque.observables import url

    prose = _BLOB.sub(lambda blob: b" " * len(blob[0]), record)
    for reading in url.longest(prose, _may_end, _may_be_a_host):
        yield from (found for found in _valid("url", record, reading.start, reading.end) if _is_url(found[0]))


def _may_end(written: str) -> bool:
    """Whether a URL in prose may end like this: not with the punctuation of the sentence around it."""
    last = written[-1:]
    opening = _CLOSING.get(last)
    return last not in _TRAILING and (opening is None or written.count(last) <= written.count(opening))


def _may_be_a_host(host: str) -> bool:
    """Whether what has no scheme in front may be the host of a URL."""
    return _is_name(host, defanged=False) if _HOST_NAME.search(host) else _is_literal(host)


def _is_literal(host: str) -> bool:
    """Whether a host without a name is an address, not a version (``v1.43/containers``)."""
    try:
        _ip.canonical(host.strip("[]"))
    except ObservableError:
        return False
    return True


def _is_url(observable: Observable) -> bool:
    """Whether it is more than an address, a name or a network, each perhaps with a port."""
    if observable.kind != "url":
        return False
    scheme, host, rest = split(observable.value)
    if scheme is not None:
        return True
    path = _PORT_FIRST.sub("", rest)
    if _HOST_NAME.search(host):
        return bool(path) and _may_be_a_host(host)
    return not _PREFIX_ONLY.fullmatch(path) and _is_literal(host)


def _spans(kind: str, record: bytes) -> Iterator[tuple[int, int]]:
    from traque.observables import registry

    for reading in registry()[kind].find(record):
        yield reading.start, reading.end


def _valid(kind: str, record: bytes, start: int, end: int) -> Iterator[Found]:
    from traque.observables import canonical

    try:
        yield canonical(kind, record[start:end].decode("utf-8", "replace")), start, end
    except ObservableError:
        return


def _is_name(written: str, defanged: bool) -> bool:
    """Whether a name in prose is a domain name rather than a file or a piece of code."""
    name = written.lower()
    if not _suffixes.has_known_suffix(name):
        return False
    *above, last = written.split(".")
    if last not in (last.lower(), last.upper()) or "_" in above[-1]:
        return False
    if defanged or last.lower() not in FILE_SUFFIXES | ALSO_FILES:
        return True
    if written != name:
        return False
    if last in ALSO_FILES:
        return True
    return len(above) > 1 and not any(_EXTENSION.fullmatch(label) or label.isdigit() for label in above)


def _as_address(value: str) -> Observable:
    with_port = _PORT.fullmatch(value)
    return _ip.canonical(with_port[1] if with_port else value)


def _as_mail(value: str) -> Observable | None:
    from traque.observables import canonical

    return None if "://" in value else canonical("email-addr", value)


def _as_url(value: str) -> Observable | None:
    from traque.observables import canonical

    if any(map(str.isspace, value)):
        return None
    observable = canonical("url", value)
    return observable if _is_url(observable) else None


def _as_name(value: str) -> Observable | None:
    from traque.observables import canonical

    with_port = _PORT.fullmatch(value)
    name = canonical("domain-name", with_port[1] if with_port else value.rstrip("/"))
    *above, last = name.value.split(".")
    if name.kind != "domain-name" or not above or "_" in above[-1]:
        return None
    if not (_suffixes.has_known_suffix(name.value) or _suffixes.is_private_suffix(name.value)):
        return None
    return None if last in FILE_SUFFIXES and value.lower() != value else name
