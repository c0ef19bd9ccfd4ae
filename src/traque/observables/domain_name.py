"""Domain names.

How one stands in a record: :mod:`traque.observables._names`. A name found matches the indicator that equals
it and every indicator that it is below, at a label boundary; a private public suffix (``github.io``) as an
indicator is matched by itself only.

The canonical form is lower case, A-labels (IDNA 2008 with UTS 46 mapping), no final dot, no ``*.``. Logs
are not mapped: a name in one is put in lower case and compared with the indicator's *spellings*: A-labels,
U-labels in NFC, U-labels in NFD. A U-label that holds a character that is neither letter, mark nor digit
(the Catalan middle dot, a joiner) is found as an A-label only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from traque.errors import ObservableError
from traque.expressions import expression
from traque.model import Observable
from traque.observables import _ip, _suffixes
from traque.observables._kind import ObservableKind, Reading, exactly
from traque.observables._names import LABEL_MOST, NAME_MOST, names
from traque.observables._text import lower

NAME = "domain-name"

_LABEL = expression(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")
_PLAIN = expression(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
"""Labels that are in canonical form already."""
_DOTS = str.maketrans("。．｡", "...")


def canonical(value: str) -> Observable:
    """A name, or the address or the URL that was typed as one. Raises ObservableError."""
    text = value.strip().translate(_DOTS)
    text = text.removeprefix("*").strip(".")
    if not text:
        raise ObservableError("a domain name is empty", code="empty")
    if "/" in text or (":" in text and "." in text.partition(":")[0]):
        return _url_or_network(text)
    if text.replace(".", "").isdigit() or ":" in text:
        return _ip.canonical(text)
    name = a_labels(text)
    if _suffixes.is_registry_suffix(name):
        raise ObservableError(
            f"{name!r} is a public suffix: it matches every name below", code="public-suffix"
        )
    if "." not in name:
        raise ObservableError(f"{name!r} has a single label", code="single-label")
    return Observable(NAME, name)


def a_labels(text: str) -> str:
    """A name in lower case and A-labels. Raises ObservableError unless each label can be one."""
    if _PLAIN.fullmatch(text) and len(text) <= NAME_MOST:
        return text
    name = ".".join(_a_label(label) for label in text.split("."))
    if len(name) > NAME_MOST:
        raise ObservableError(f"{name[:60]!r}... is longer than {NAME_MOST} characters", code="malformed")
    return name


def u_labels(name: str) -> str:
    """An A-label name with each label as it is meant, NFC; a label that cannot be decoded stays."""
    return unicodedata.normalize("NFC", ".".join(_u_label(label) for label in name.split(".")))


def spellings(name: str) -> tuple[str, ...]:
    """A-labels, U-labels in NFC and in NFD: those that differ."""
    if "xn--" not in name and name.isascii():
        return (name,)
    meant = u_labels(name)
    forms = (name, lower(meant), lower(unicodedata.normalize("NFD", meant)))
    return tuple(dict.fromkeys(forms))


def lookups(name: str) -> Iterator[tuple[str, str]]:
    """The name, then every name above it with two labels or more."""
    yield from exactly(name)
    above = name.partition(".")[2]
    while "." in above:
        yield above, "subdomain"
        above = above.partition(".")[2]


def matches_below(name: str) -> bool:
    """Whether a canonical name, as an indicator, is also matched by the names below it."""
    return not _suffixes.is_private_suffix(name)


def find(record: bytes) -> Iterator[Reading]:
    """Every reading of a name."""
    for start, end, name in names(record):
        yield Reading(start, end, name)


def _url_or_network(text: str) -> Observable:
    """What was typed as a name but has a path or a port."""
    from traque.observables import url  # which is built on this module

    if text[0].isdigit() and "://" not in text:
        try:
            return _ip.canonical(text)
        except ObservableError as error:
            if error.code != "malformed":
                raise
    return url.canonical(text)


def _a_label(label: str) -> str:
    import idna

    written = label.lower()
    if not written.isascii():
        try:
            written = idna.encode(label, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise ObservableError(f"{label!r} cannot be a label: {error}", code="malformed") from None
    if len(written) > LABEL_MOST or not _LABEL.fullmatch(written):
        raise ObservableError(f"{label[:80]!r} cannot be a label of a domain name", code="malformed")
    return written


def _u_label(label: str) -> str:
    import idna

    if not label.startswith("xn--"):
        return label
    try:
        return str(idna.decode(label))
    except idna.IDNAError:
        return label


SPEC = ObservableKind(
    name=NAME,
    title="Domain name",
    canonical=canonical,
    find=find,
    spellings=spellings,
    lookups=lookups,
    examples=("evil.example", "xn--vil-9la.example"),
)
