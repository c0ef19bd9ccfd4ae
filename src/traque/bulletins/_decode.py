"""From the bytes of a file to UTF-8 text, or a reason in words why it is no text."""

from __future__ import annotations

import codecs
from typing import Final

from traque.errors import UnrecognisedBulletin

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTAINERS: Final = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive, or a document inside one (DOCX, XLSX)"),
    (b"\x1f\x8b", "gzip data"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ", "a program (PE)"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"ElfFile\x00", "a Windows event log"),
    (b"\xd4\xc3\xb2\xa1", "a packet capture"),
    (b"\xa1\xb2\xc3\xd4", "a packet capture"),
    (b"\x0a\x0d\x0d\x0a", "a packet capture"),
)
_TEXT_CONTROLS: Final = bytes((7, 8, 9, 10, 11, 12, 13, 27))
_CONTROLS: Final = bytes(b for b in (*range(32), 127) if b not in _TEXT_CONTROLS)
_SAMPLE: Final = 64 * 1024
_PIECE: Final = 4 << 20
_MAX_CONTROLS: Final = 0.02
"""Share of control characters above which bytes are not text."""
_ZERO_SHARE: Final = 0.3
"""Share of NUL bytes at one parity above which text is UTF-16."""


def to_utf8(data: bytes, where: str, remedy: str) -> tuple[bytes, tuple[str, ...]]:
    """``data`` as UTF-8 without a mark or NULs, and notes on what was changed to get there.

    UTF-8, UTF-16 and UTF-32 are recognised by their mark or their shape; other bytes are read as
    Windows-1252 (a superset of Latin-1's letters). Raises UnrecognisedBulletin for binary data.
    """
    encoding = _encoding(data)
    if encoding is None:
        kind = next((title for magic, title in _CONTAINERS if data.startswith(magic)), "binary data")
        raise UnrecognisedBulletin(f"this is not a bulletin: it is {kind}", where=where, remedy=remedy)
    notes = []
    if encoding not in ("utf-8", "utf-8-sig"):
        notes.append(f"the text is {encoding}, not UTF-8")
    text = b"" if encoding == "utf-8" else data.decode(encoding, "replace").encode("utf-8", "replace")
    clean = (data if encoding == "utf-8" else text).removeprefix(codecs.BOM_UTF8)
    if zeros := clean.count(0):
        notes.append(f"{zeros} NUL bytes were read as spaces")
        clean = clean.replace(b"\0", b" ")
    return clean, tuple(notes)


def _encoding(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if any(data.startswith(magic) for magic, _ in _CONTAINERS if magic != b"MZ"):
        return None
    sample = data[:_SAMPLE]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > _ZERO_SHARE * half and not sample[::2].count(0):
        return "utf-16-le"
    if sample[::2].count(0) > _ZERO_SHARE * half and not sample[1::2].count(0):
        return "utf-16-be"
    if len(sample) - len(sample.translate(None, _CONTROLS)) > _MAX_CONTROLS * len(sample):
        return None
    return "utf-8" if _is_utf8(data) else "windows-1252"


def _is_utf8(data: bytes) -> bool:
    """Whether all of ``data`` is, read in pieces: a second copy of a large file is too much."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _PIECE):
            decoder.decode(data[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
