"""The CSV in which CERT-FR publishes markers (``CERTFR-<year>-IOC-<n>-IOC.csv``).

Twenty columns, two of them misspelt (``siganture.value``, ``signature_component.metedata``): names are
compared with that in mind. A signature has one component or several; the value stands in the
component, and the components of one signature belong together. Sharing marks, date and actors are
those of the event, in each row. The validity of a marker and a search window are not stated: the
advisory's page has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from traque.bulletins import _table
from traque.bulletins._build import ADDRESS, Builder, Context, Head
from traque.bulletins._fields import moment, pap_tag, strictest, tlp, tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.errors import MalformedBulletin
from traque.expressions import expression
from traque.model import Bulletin

_COLUMNS: Final = {
    "event.uuid": "event",
    "event.tlp": "tlp",
    "event.title.desensitized": "title",
    "event.title": "title",
    "event.description": "event_description",
    "event.date": "date",
    "event.apts": "apts",
    "event.metadata": "tags",
    "signature.uuid": "signature",
    "signature.description": "signature_description",
    "signature_component.uuid": "component",
    "signature_component.type": "type",
    "signature_component.value": "value",
    "signature_component.description": "description",
}
_NEEDED: Final = frozenset({"type", "value"})
_KINDS: Final = {
    "ip": ADDRESS,
    "ip-src": ADDRESS,
    "ip-dst": ADDRESS,
    "ipv4": ADDRESS,
    "ipv6": ADDRESS,
    "domain": "domain-name",
    "hostname": "domain-name",
    "url": "url",
    "uri": "url",
    "email": "email-addr",
    "email-src": "email-addr",
    "email-dst": "email-addr",
    "md5": "md5",
    "sha1": "sha1",
    "sha256": "sha256",
    "sha512": "sha512",
    "filename": "file-name",
    "regkey": "registry-key",
    "mutex": "mutex",
    "user-agent": "user-agent",
    "ja3-fingerprint-md5": "ja3",
    "AS": "asn",
}
_TOGETHER: Final = 12
"""Values named in ``together``."""

_ADVISORY = expression(r"CERTFR-\d{4}-[A-Z]{3}-\d{3,4}")
_HEADER_MARKS: Final = (b"signature_component", b"event.uuid", b"event.classification")
_QUOTED = expression(r"'([^']+)'|\"([^\"]+)\"")
_ACTOR_TAG = expression(r'misp-galaxy:(?:threat-actor|mitre-intrusion-set)="([^"]+)"')


def _sniff(head: bytes, _name: str) -> float:
    first = head.lstrip().split(b"\n", 1)[0]
    return 1.0 if sum(mark in first for mark in _HEADER_MARKS) > 1 else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    text = data.decode("utf-8", "replace").lstrip()
    delimiter = next((d for d in _table.DELIMITERS if d in text.split("\n", 1)[0]), ",")
    rows = list(_table.rows(text, delimiter))
    names = [_COLUMNS.get(_correct(cell), "") for cell in rows[0][1]] if rows else []
    if missing := _NEEDED - set(names):
        raise MalformedBulletin(
            f"no column signature_component.{' or '.join(sorted(missing))}",
            where=f"{name}, line 1",
            remedy="fetch the file again from cert.ssi.gouv.fr",
        )
    advisory = _ADVISORY.search(name)
    head = Head(format=SPEC.name, producer="CERT-FR", id=advisory[0] if advisory else "")
    builder = Builder(head)
    records = [
        (line, dict(zip(names, map(str.strip, cells), strict=False)), cells) for line, cells in rows[1:]
    ]
    _complete(head, [record for _, record, _ in records])
    for text in dict.fromkeys(record.get("event_description", "") for _, record, _ in records):
        builder.tell(text, "event.description")
    components: dict[str, list[str]] = {}
    for _, record, _ in records:
        components.setdefault(record.get("signature", ""), []).append(record.get("value", ""))
    for line, record, cells in records:
        if len(cells) < len(names):
            builder.refuse(
                ",".join(cells), "malformed", "the row ends before its last column", where=f"line {line}"
            )
        else:
            _component(builder, record, components, f"line {line}")
    return (builder.bulletin(),)


def _complete(head: Head, records: list[dict[str, str]]) -> None:
    """What the rows say of their events, in the head."""
    events = dict.fromkeys(record["event"] for record in records if record.get("event"))
    head.id = head.id or (next(iter(events)) if len(events) == 1 else "")
    titles = dict.fromkeys(record["title"] for record in records if record.get("title"))
    head.title = "; ".join(list(titles)[:3])
    head.published = max((day for record in records if (day := moment(record.get("date")))), default=None)
    head.actors = tuple(dict.fromkeys(name for record in records for name in _actors(record)))


def _component(builder: Builder, record: dict[str, str], components: dict[str, list[str]], line: str) -> None:
    kind, value = record["type"], record["value"]
    tags = record.get("tags", "")
    described = [record.get(key, "") for key in ("description", "signature_description", "event_description")]
    siblings = components[record["signature"]][:_TOGETHER] if record.get("signature") else []
    context = Context(
        tlp=strictest((tlp(record.get("tlp", "")), tlp_tag(tags))),
        pap=pap_tag(tags),
        description="; ".join(dict.fromkeys(filter(None, described))),
        words=tuple(described),
        actors=tuple(_actors(record)),
        together=tuple(other for other in siblings if other != value),
        where=line,
        typed=kind,
        id=record.get("component", ""),
    )
    if (asked := _KINDS.get(kind)) is not None:
        builder.state(value, asked, context)
    else:
        builder.not_searched(value, kind or "unstated", line)


def _actors(record: dict[str, str]) -> Iterable[str]:
    """``['APT31']`` (a list as Python writes it) and galaxy tags."""
    cell = record.get("apts", "")
    quoted = [one or two for one, two in _QUOTED.findall(cell)]
    names = quoted or [name for part in cell.strip("[]").split(",") if (name := part.strip())]
    return dict.fromkeys((*names, *_ACTOR_TAG.findall(record.get("tags", ""))))


def _correct(name: str) -> str:
    return name.strip().lower().replace("siganture", "signature").replace("metedata", "metadata")


SPEC: Final = BulletinReader(
    name="certfr-csv",
    title="CERT-FR markers (CSV)",
    extensions=(".csv",),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
