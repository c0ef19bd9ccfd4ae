"""Mail addresses: ``local@domain``, case-free; one never implies its domain.

**The at sign** is ``@`` or ``%40`` (``%2540``, ``%252540``, ``%25252540``).

**The domain** is the name (:mod:`traque.observables._names`, the same rules and sizes) that begins right
after it: the run from there, whole; a run that begins with a dot or a hyphen is none. It must equal the
indicator's.

**The local part** ends right before the at sign and holds ASCII letters, digits, ``.``, ``_``, ``-``,
``+``, the other characters of RFC 5322's atext (``!#$%&'*/=?^`{|}~``) and non-ASCII label characters: at
most 64 characters. Since the other characters are often not part of it (``to=user@``, ``'user@``), it is
tried from every place where the rule allows: from the beginning of the run of such characters, after each
of the others, and where an escape ends (:mod:`traque.observables._escapes`); dots at that place are
skipped. Quoted local parts are not read.

The canonical form is lower case with the domain in A-labels; spellings as for domain names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables import domain_name
from traque.observables._escapes import escape_ends
from traque.observables._kind import ObservableKind, Reading, exactly
from traque.observables._names import name_at
from traque.observables._text import decode, label_class, lower

NAME = "email-addr"

_LOCAL_MOST = 64
_OTHERS = "!#$%&'*/=?^`{|}~"
_AT = expression(r"@|%(?:25){0,3}40")
_LOCAL = expression(r"[^\s@\"(),:;<>\[\]\\]+")


def canonical(value: str) -> Observable:
    """A mail address; ``mailto:`` and a display name around ``<...>`` are dropped. Raises ObservableError."""
    text = value.strip()
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1].strip()
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0]
    if not text:
        raise ObservableError("a mail address is empty", code="empty")
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or local[0] == "." or len(local) > _LOCAL_MOST:
        raise ObservableError(f"{value!r} is not a mail address", code="malformed")
    name = domain_name.a_labels(domain.removesuffix("."))
    if "." not in name:
        raise ObservableError(f"{value!r} has a domain of a single label", code="single-label")
    return Observable(NAME, f"{lower(local)}@{name}")


def spellings(address: str) -> tuple[str, ...]:
    """With the domain in each of its spellings."""
    local, _, domain = address.rpartition("@")
    return tuple(f"{local}@{form}" for form in domain_name.spellings(domain))


def find(record: bytes) -> Iterator[Reading]:
    """Every reading of a mail address."""
    if b"@" not in record and b"40" not in record:
        return
    text, offsets = decode(record)
    ends = escape_ends(record)
    for at in _AT.finditer(text):
        domain = name_at(text, at.end())
        if domain is None:
            continue
        run = _run_before(text, at.start())
        for start in range(max(run, at.start() - _LOCAL_MOST), at.start()):
            if start > run and text[start - 1] not in _OTHERS and offsets[start] not in ends:
                continue
            local = text[start : at.start()].lstrip(".")
            if local:
                first = at.start() - len(local)
                value = f"{lower(local)}@{lower(text[at.end() : domain])}"
                yield Reading(offsets[first], offsets[domain], value)


def _run_before(text: str, end: int) -> int:
    """Where the run of local characters begins that ends at ``end``; not sought further than one too many."""
    window = text[max(0, end - _LOCAL_MOST - 1) : end]
    run = _run_pattern().search(window)
    return end - len(run[0]) if run else end


@cache
def _run_pattern() -> re.Pattern[str]:
    return re.compile(f"[{label_class()}.+{re.escape(_OTHERS)}]*\\Z")


SPEC = ObservableKind(
    name=NAME,
    title="Mail address",
    canonical=canonical,
    find=find,
    spellings=spellings,
    lookups=exactly,
    examples=("user@evil.example",),
)
