"""Knows the files that traque writes itself: searching an earlier answer would find its own indicators."""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from traque.diagnostics import Diagnostics
from traque.errors import SourceError
from traque.expressions import expression
from traque.sources.files import Entry, pieces
from traque.sources.streams import AsFile

_BOM: Final = b"\xef\xbb\xbf"
_TAIL: Final = 64 * 1024
_LARGEST: Final = 64 << 20
"""Bytes of a ``detection.json`` that are read."""

_ID: Final = rb'"[a-z-]{1,20}--[0-9a-f-]{36}"'
_JSON: Final = (
    expression(rb'\s{0,64}\{\s{0,64}"schema"\s{0,8}:\s{0,8}"traque/[a-z-]{1,32}/\d'),
    expression(
        rb'\{\s{0,8}"type": "bundle",\s{0,8}"id": %b,\s{0,8}"objects": \[\s{0,8}\{\s{0,8}"type": "identity",'
        rb'[^{}]{0,400}"name": "traque",\s{0,8}"identity_class": "system"' % _ID
    ),
    expression(rb'\{\s{0,8}"Event": \{\s{0,8}"uuid": "[0-9a-f-]{36}",\s{0,8}"info": "Sightings \(traque\): '),
)
_LINES: Final = b'{"event":{"module":"traque","dataset":"traque.sighting",'
_REPORT: Final = (b"<!-- traque hunt report -->", b"<!DOCTYPE html>\n<!-- traque hunt report -->")
_TABLES: Final = (
    b"verdict,kind,indicator,bulletins,role,records,first_seen,last_seen,",
    b"kind,value,role,action,expires,bulletins\n",
)
_BAG: Final = expression(
    rb'PK\x03\x04.{22}\x0d\0..manifest\.json\{\s{0,8}"schema": "traque/evidence-bag/\d', re.DOTALL
)
_PAGES: Final = (
    expression(rb"traque coverage certificate\n"),
    expression(rb"Sighting \d{1,9} of \d{1,9}: [^\n]{1,4096}\nlisted by {4}"),
    expression(
        rb"(?s:.{2,4000}?)\n(?:FINDINGS  about your own|SIGHTINGS  worst first, times in UTC|"
        rb"COVERAGE  what the answer rests on)"
    ),
)
_RULES: Final = expression(
    rb"(?:#![^\n]{1,80}\n|<!--\n)?(?:[#;!]|//|--| ) ?traque \d[\w.+-]{0,30}, made \d{4}-\d\d-\d\d, "
    rb"action (?:alert|block)\n"
)
_PDF_MARK: Final = b"% traque hunt report\n"
"""What our PDFs end with: a comment behind their last line."""
_CORE: Final = b"docProps/core.xml"
_WORKBOOK: Final = b"<dc:description>traque hunt report</dc:description>"


def is_own_output(head: bytes, name: str, as_file: AsFile | None = None) -> bool:
    """Whether a file that begins with ``head`` is a document, report, table, rule file or bag of ours.

    Decided by content; the ``name`` must only not contradict it: a log line that quotes the schema in
    ``access.log`` is still searched. Workbooks and PDFs say it at their end, which ``as_file`` leads to.
    """
    lowered = name.lower()
    begin = head.removeprefix(_BOM)
    match lowered.rpartition(".")[2]:
        case "json":
            own = any(pattern.match(begin) for pattern in _JSON)
        case "jsonl":
            own = begin.startswith(_LINES)
        case "csv":
            own = begin.startswith(_TABLES)
        case "html" | "md":
            own = begin.startswith(_REPORT)
        case "txt":
            own = any(pattern.match(begin) for pattern in _PAGES)
        case "zip":
            own = _BAG.match(head) is not None
        case "xlsx":
            own = head.startswith(b"PK\x03\x04") and _is_our_workbook(_tail(as_file))
        case "pdf":
            own = head.startswith(b"%PDF-") and _tail(as_file).endswith(_PDF_MARK)
        case _:
            own = False
    return own or (".log" not in lowered and _RULES.match(begin) is not None)


def _tail(as_file: AsFile | None) -> bytes:
    if as_file is None:
        return b""
    try:
        with as_file() as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            return file.read(_TAIL)
    except (SourceError, OSError):
        return b""


def _is_our_workbook(tail: bytes) -> bool:
    """Whether the properties at the end of a workbook name us."""
    at = tail.find(_CORE)
    if at < 30:
        return False
    stored = int.from_bytes(tail[at - 12 : at - 8], "little")
    begin = at + len(_CORE) + int.from_bytes(tail[at - 2 : at], "little")
    try:
        properties = zlib.decompressobj(-zlib.MAX_WBITS).decompress(tail[begin : begin + stored], _TAIL)
    except zlib.error:
        return False
    return _WORKBOOK in properties


class _File(msgspec.Struct):
    path: str
    bytes: int
    sha256: str


class _Target(msgspec.Struct):
    files: tuple[_File, ...] = ()


class _Export(msgspec.Struct):
    schema: str
    files: tuple[_File, ...] = ()
    targets: tuple[_Target, ...] = ()


def without_exports(entries: Sequence[Entry], diagnostics: Diagnostics) -> list[Entry]:
    """``entries`` without the files of ``traque detect``, as the ``detection.json`` above them lists them.

    A list of addresses has no place for a mark, so size and SHA-256 tell; what was edited since is searched.
    """
    files = [(entry.path, entry) for entry in entries if entry.path is not None and not entry.stream]
    exports = [(path, entry) for path, entry in files if path.name == "detection.json"]
    places = dict(files) if exports else {}
    own: set[Path] = set()
    for path, entry in exports:
        if not 0 < entry.size <= _LARGEST:
            continue
        for file in _exported(entry):
            listed = places.get(path.parent / file.path)
            if listed is not None and listed.path is not None and _is(listed, file):
                own.add(listed.path)
                diagnostics.note("source-own-output", listed.display)
    return [entry for entry in entries if entry.path not in own] if own else list(entries)


def _exported(entry: Entry) -> list[_File]:
    try:
        export = msgspec.json.decode(b"".join(pieces(entry)), type=_Export)
    except (msgspec.MsgspecError, UnicodeDecodeError, SourceError):
        return []
    if not export.schema.startswith("traque/detection/"):
        return []
    return [*export.files, *(file for target in export.targets for file in target.files)]


def _is(entry: Entry, file: _File) -> bool:
    if entry.size != file.bytes:
        return False
    digest = hashlib.sha256()
    try:
        for piece in pieces(entry):
            digest.update(piece)
    except SourceError:
        return False
    return digest.hexdigest() == file.sha256
