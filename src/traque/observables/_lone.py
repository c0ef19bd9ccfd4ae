"""The shortest way from a line of a list to its observable: for lines that hold one plainly written value.

Lists of a million values are made of such lines. What is read here is what prose reading
(:mod:`traque.observables._prose`) makes of the same line, much sooner; a test holds them equal.
"""

from __future__ import annotations

from typing import Final

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables import _suffixes
from traque.observables._prose import ALSO_FILES, FILE_SUFFIXES

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = rf"(?:{_LABEL}\.)+[a-z]{{2,24}}"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_SHAPE: Final = expression(
    r"(?P<hash>[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})"
    rf"|(?P<address>(?:{_OCTET}\.){{3}}{_OCTET})"
    r"|(?P<padded>(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,2})?)"
    rf"|(?P<name>{_NAME})"
    rf"|(?P<url>https?://(?P<host>{_NAME})/[A-Za-z0-9_-]+(?:[/.?=][A-Za-z0-9_-]+){{0,20}})"
    rf"|(?P<query>https?://(?P<site>{_NAME})/[A-Za-z0-9_-]+(?:[/.?=&][A-Za-z0-9_-]+){{0,20}})"
    rf"|(?P<mail>[a-z0-9]+(?:[._+-][a-z0-9]+){{0,5}}@(?P<domain>{_NAME}))"
)
_FILES: Final = FILE_SUFFIXES | ALSO_FILES
_HASHES: Final = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_CANONICAL: Final = {"address": "ipv4-addr", "name": "domain-name", "url": "url"}
"""Shapes whose spelling is the canonical form."""
_OTHERS: Final = {"padded": "ipv4-addr", "query": "url", "mail": "email-addr"}
_LONGEST_NAME: Final = 253


def lone(text: str) -> Observable | None:
    """The observable that ``text`` is, if its spelling leaves no question; else None: look closer."""
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    found = shape.lastgroup or ""
    if found == "hash":
        return Observable(_HASHES[len(text)], text)
    name = shape["name"] or shape["host"] or shape["site"] or shape["domain"]
    if name and not _leaves_no_question(name):
        return None
    if found in _CANONICAL:
        return Observable(_CANONICAL[found], text)
    from traque.observables import canonical

    try:
        return canonical(_OTHERS[found], text)
    except ObservableError:
        return None


def _leaves_no_question(name: str) -> bool:
    """Whether a name is one: of no file, of no length that none has, and below a known suffix."""
    suffix = name.rpartition(".")[2]
    return suffix not in _FILES and len(name) <= _LONGEST_NAME and _suffixes.has_known_suffix(name)
