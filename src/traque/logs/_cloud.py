"""What the audit logs of clouds have in common: a caller's address, an account and a result, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from traque.logs._documents import Document, stamp_of
from traque.logs._fields import fields_of, host_and_port, is_address, side
from traque.logs._format import Head, LineReader, RecordReader, specific
from traque.logs.json import understand
from traque.model import Event, Initiator, Outcome, TimeRule

Accepts = Callable[[Document], Event | None]


def caller(value: object) -> list[tuple[str, object]]:
    """The source's fields from an address, with or without brackets and a port, or from a service's name."""
    if not isinstance(value, str) or not value:
        return []
    text = value.strip()
    if text.startswith("::ffff:") and text.count(":") == 4:  # an IPv4 address with a port, written together
        text = text.removeprefix("::ffff:")
    host, port = (text, "") if is_address(text) else host_and_port(text)
    if is_address(host):
        return side("source", host, port)
    return [("source.domain", host)] if "." in host and "/" not in host and " " not in host else []


def audit(
    name: str,
    time: object,
    pairs: Iterable[tuple[str, object]],
    outcome: Outcome,
    why: str,
) -> Event:
    """An event whose source is the caller; a refused log-in without an account is a refusal."""
    fields = fields_of(pairs)
    if outcome is Outcome.LOGIN_REFUSED and "user.name" not in fields:
        outcome = Outcome.REFUSED
    known = "source.ip" in fields or "source.domain" in fields
    return Event(
        format=name,
        time=stamp_of(time) if time is not None else None,
        fields=fields,
        initiator=Initiator.SOURCE if known else Initiator.UNKNOWN,
        outcome=outcome,
        why=why,
    )


def mapping(value: object) -> Mapping[str, object]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def first(value: object) -> Mapping[str, object]:
    """The first object of a list, or an empty one."""
    return mapping(value[0]) if isinstance(value, list) and value else {}


def text(value: object) -> str:
    """The value if it is text, else the empty text."""
    return value if isinstance(value, str) else ""


def anchored(*keys: str) -> tuple[TimeRule, ...]:
    """Time rules for ISO times under the first of ``keys`` that stands in a record."""
    rules = [TimeRule("iso", anchor=f'"{key}"'.encode()) for key in keys]
    return (*rules, TimeRule("auto"))


def document_reader(times: tuple[TimeRule, ...]) -> Callable[[Head], RecordReader]:
    """A reader of documents, whichever formats they are in."""
    return lambda _head: LineReader(times, understand)


def document_sniff(accepts: Accepts) -> Callable[[Head], float]:
    """The share of documents that the format knows."""
    return lambda head: specific(head.share_of_documents(accepts))
