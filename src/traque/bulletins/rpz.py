"""Response policy zones (RPZ): master files whose owners are what a resolver denies.

An owner is a name, or with a last label of its own an address in reverse (``32.10.2.0.192.rpz-ip``: of an
answer; ``rpz-nsip``: of a name server) or the name of a name server (``rpz-nsdname``). ``*.`` is the names
below. What a zone lets pass (``CNAME rpz-passthru.``) is an exception from its rules and refused, unless the
zone is an export of traque that only logs. Clients (``rpz-client-ip``) are one's own machines.

Format: draft-vixie-dnsop-dns-rpz-00, sections 3 to 5; RFC 1035, section 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from traque.bulletins._build import ADDRESS, NOT_FOR_DETECTION, Builder, Context, Head
from traque.bulletins._fields import pap_tag, tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.expressions import expression
from traque.model import Bulletin

_SOA = expression(rb"(?m)^[^;\n]*\sSOA\s")
_POLICY = expression(rb"(?m)^[^;\n]*\sCNAME\s+(?:\*?\.|rpz-[a-z-]+\.)\s*(?:;.*)?$")
_ONLY_LOGS = expression(r"; traque \S+, made \S+, action alert\s*$")
_TTL_OR_CLASS = expression(r"(?i)\d+[smhdw]?|IN")
_ANSWERS: Final = frozenset({"A", "AAAA", "CNAME"})
_PASSES: Final = "rpz-passthru."
_ADDRESSES: Final = {"rpz-ip": "", "rpz-nsip": "address of a name server"}


def _sniff(head: bytes, _name: str) -> float:
    return 0.9 if _SOA.search(head) and _POLICY.search(head) else 0.0


def _read(data: bytes, _name: str) -> tuple[Bulletin, ...]:
    builder = Builder(Head(format=SPEC.name))
    origin = ""
    only_logs = False
    for number, record in _records(data.decode("utf-8", "replace")):
        where = f"line {number}"
        if record.startswith(";"):
            builder.head.tlp = builder.head.tlp or tlp_tag(record)
            builder.head.pap = builder.head.pap or pap_tag(record)
            only_logs = only_logs or _ONLY_LOGS.fullmatch(record) is not None
            continue
        owner, *rest = record.split()
        if owner.upper() == "$ORIGIN" and rest:
            origin = rest[0].lower()
        while rest and _TTL_OR_CLASS.fullmatch(rest[0]):
            rest.pop(0)
        if len(rest) < 2 or owner.startswith("$") or rest[0].upper() not in _ANSWERS:
            continue
        name = _relative(owner.lower(), origin)
        if name is None:
            builder.refuse(owner, "malformed", f"it is not in the zone {origin}", where=where)
        elif rest[1].lower() == _PASSES and not only_logs:
            builder.refuse(name, NOT_FOR_DETECTION, "the zone lets it pass: an exception", where=where)
        elif name:
            _state(builder, name, where)
    return (builder.bulletin(),)


def _records(text: str) -> Iterator[tuple[int, str]]:
    """Records and whole-line comments with their line; an owner that is left out is that of the line before.

    What stands in parentheses (the numbers of an SOA) is left out.
    """
    owner = ""
    within = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(";"):
            yield number, line
            continue
        record = line.partition(";")[0]
        if within:
            within = ")" not in record
            continue
        within = "(" in record and ")" not in record
        if not record.strip():
            continue
        if record[0].isspace():
            record = f"{owner} {record}"
        owner = record.split(maxsplit=1)[0]
        yield number, record


def _relative(owner: str, origin: str) -> str | None:
    """An owner without the zone's name; empty for the zone itself, None for one outside."""
    if owner in ("@", origin):
        return ""
    if not owner.endswith("."):
        return owner
    return owner.removesuffix(f".{origin}") if origin and owner.endswith(f".{origin}") else None


def _state(builder: Builder, name: str, where: str) -> None:
    trigger, _, last = name.rpartition(".")
    if last in _ADDRESSES:
        builder.state(_address(trigger), ADDRESS, Context(description=_ADDRESSES[last], where=where))
    elif last == "rpz-client-ip":
        reason = "a client of the resolver: one's own machine, not the attacker's"
        builder.refuse(_address(trigger), NOT_FOR_DETECTION, reason, where=where)
    elif last == "rpz-nsdname":
        builder.state(trigger, "domain-name", Context(description="name of a name server", where=where))
    elif not (name.startswith("*.") and builder.states(name, "domain-name")):
        builder.state(name, "domain-name", Context(where=where))


def _address(trigger: str) -> str:
    """``192.0.2.10/32`` of ``32.10.2.0.192``, ``2001:db8::1/128`` of ``128.1.zz.db8.2001``."""
    prefix, *labels = trigger.split(".")
    labels.reverse()
    if len(labels) == 4 and all(map(str.isdigit, labels)):
        return f"{'.'.join(labels)}/{prefix}"
    if "zz" in labels:
        at = labels.index("zz")
        return f"{':'.join(labels[:at])}::{':'.join(labels[at + 1 :])}/{prefix}"
    return f"{':'.join(labels)}/{prefix}"


SPEC: Final = BulletinReader(
    name="rpz",
    title="response policy zones (RPZ)",
    extensions=(".rpz", ".zone"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
