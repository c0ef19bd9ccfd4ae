"""Zeek intelligence files: tab-separated, with a ``#fields`` line that names the columns.

``indicator`` and ``indicator_type`` are needed; ``meta.desc``, ``meta.source`` and ``meta.url`` describe.
``Intel::ADDR``, ``SUBNET``, ``DOMAIN``, ``URL`` (without scheme), ``EMAIL`` and ``FILE_HASH`` are searched.

Format: https://docs.zeek.org/en/current/frameworks/intel.html
"""

from __future__ import annotations

from typing import Final

from traque.bulletins._build import ADDRESS, HASH, NOT_FOR_DETECTION, Builder, Context, Head, is_searched
from traque.bulletins._fields import confidence, tlp_tag
from traque.bulletins._reader import BulletinReader
from traque.errors import MalformedBulletin
from traque.expressions import expression
from traque.model import Bulletin

_TYPES: Final = {
    "ADDR": ADDRESS,
    "SUBNET": ADDRESS,
    "DOMAIN": "domain-name",
    "URL": "url",
    "EMAIL": "email-addr",
    "FILE_HASH": HASH,
    "FILE_NAME": "file-name",
    "SOFTWARE": "user-agent",
    "USER_NAME": "user-account",
    "CERT_HASH": "x509-certificate",
    "PUBKEY_HASH": "public-key",
}
_MARK = expression(rb"(?m)^#fields[\t ]+indicator[\t ]+indicator_type\b|^#fields[\t ].*\bindicator_type\b")
_ESCAPE = expression(r"(?:\\x[0-9A-Fa-f]{2})+")
_UNSET: Final = frozenset({"-", "(empty)", ""})


def _sniff(head: bytes, _name: str) -> float:
    return 1.0 if _MARK.search(head) else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    builder = Builder(Head(format=SPEC.name))
    fields: list[str] = []
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        line = line.rstrip("\r")  # noqa: PLW2901
        if line.startswith("#fields"):
            fields = line.removeprefix("#fields").strip().split("\t" if "\t" in line else None)
        elif line.startswith("#") or not line.strip():
            builder.head.tlp = builder.head.tlp or tlp_tag(line)
        else:
            _row(builder, fields, line.split("\t"), f"line {number}", name)
    return (builder.bulletin(),)


def _row(builder: Builder, fields: list[str], cells: list[str], where: str, name: str) -> None:
    if "indicator" not in fields or "indicator_type" not in fields:
        raise MalformedBulletin(
            "a row stands before the line #fields that names indicator and indicator_type",
            where=f"{name}, {where}",
            remedy="add the line that Zeek needs too",
        )
    if len(cells) < 2:
        reason = "the row does not have the columns that #fields names, separated by tabs"
        builder.refuse("\t".join(cells), "malformed", reason, where=where)
        return
    row = {
        field: cell.strip() for field, cell in zip(fields, cells, strict=False) if cell.strip() not in _UNSET
    }
    value, word = _unescaped(row.get("indicator", "")), row.get("indicator_type", "")
    kind = _TYPES.get(word.rpartition("::")[2].upper(), word or "unstated")
    described = [row[key] for key in ("meta.desc", "meta.source") if key in row]
    context = Context(
        tlp=tlp_tag(" ".join(row.values())),
        confidence=confidence(row.get("meta.confidence")),
        description="; ".join(described),
        words=tuple(described),
        where=where,
    )
    if url := row.get("meta.url"):
        builder.refuse(
            url, NOT_FOR_DETECTION, "a reference for the reader, not an indicator", kind="url", where=where
        )
    if is_searched(kind):
        builder.state(value, kind, context)
    else:
        builder.not_searched(value, kind, where)


def _unescaped(text: str) -> str:
    r"""Zeek's ASCII reader takes ``\\xNN`` for the byte."""
    if "\\x" not in text:
        return text
    return _ESCAPE.sub(
        lambda found: bytes.fromhex(found[0].replace("\\x", "")).decode("utf-8", "replace"), text
    )


SPEC: Final = BulletinReader(
    name="zeek-intel",
    title="Zeek intelligence files",
    extensions=(".intel", ".dat"),
    sniff=_sniff,
    read=_read,
)
"""The reader."""
