"""PDF documents: the text of their pages, values broken over lines put together again.

The lines go through the rules of lists and prose; where a link leads is a reference. Pages, decoded bytes and
text are bounded, so a bomb ends in words. A document that needs a password is tried with ``infected``.

Format: ISO 32000-2 (https://pdfa.org/resource/iso-32000-2/)
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

from traque.bulletins._build import Head
from traque.bulletins._document import Document
from traque.bulletins._reader import BulletinReader
from traque.bulletins._wrapped import rejoined
from traque.errors import MalformedBulletin
from traque.model import Bulletin

_PAGES: Final = 2000
_DECODED: Final = 128 << 20
"""Bytes of page content that are decoded in all."""
_TEXT: Final = 32 << 20
"""Characters of text that are taken in all."""
_WIDE: Final = 60
"""Characters of a line that the page's edge may have broken."""
_PASSWORDS: Final = ("", "infected")
_REMEDY: Final = "export the list of indicators from its publisher as text or CSV"


def _sniff(head: bytes, _name: str) -> float:
    return 1.0 if head.lstrip()[:5] == b"%PDF-" else 0.0


def _read(data: bytes, name: str) -> tuple[Bulletin, ...]:
    import logging

    import pypdf

    # What pypdf repairs on the way it says to the log; what it cannot read is raised.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        password = _opened(reader, name)
        document = Document(_head(reader))
        if password:
            document.note(f"the document was opened with the password {password!r}")
        for where, line in rejoined(_lines(reader, document, name)):
            document.paragraph(where, line, wide=_WIDE)
    except MalformedBulletin:
        raise
    except RecursionError:
        raise
    except Exception as error:  # noqa: BLE001 (a hostile document makes pypdf raise anything)
        raise MalformedBulletin(
            f"the PDF cannot be read: {type(error).__name__}: {error}"[:300], where=name, remedy=_REMEDY
        ) from None
    return (document.bulletin(),)


def _opened(reader: Any, name: str) -> str:
    """The password that opens the document; empty when it needs none."""
    if not reader.is_encrypted:
        return ""
    for password in _PASSWORDS:
        if reader.decrypt(password):
            return password
    raise MalformedBulletin(
        "the PDF is encrypted, and neither the empty password nor 'infected' opens it",
        where=name,
        remedy="save it without a password",
    )


def _head(reader: Any) -> Head:
    stated = reader.metadata
    return Head(
        format=SPEC.name,
        title=str(stated.title or "") if stated else "",
        producer=str(stated.author or "") if stated else "",
    )


def _lines(reader: Any, document: Document, name: str) -> Iterator[tuple[str, str]]:
    decoded = length = 0
    for number, page in enumerate(reader.pages, 1):
        if number > _PAGES:
            raise _too_large(f"more than {_PAGES} pages", name)
        contents = page.get_contents()
        decoded += len(contents.get_data()) if contents is not None else 0
        if decoded > _DECODED:
            raise _too_large(f"more than {_DECODED >> 20} MiB of page content", name)
        text = page.extract_text()
        length += len(text)
        if length > _TEXT:
            raise _too_large(f"more than {_TEXT >> 20} million characters", name)
        for target in _links(page):
            document.link(f"page {number}", target)
        for line_number, line in enumerate(text.splitlines(), 1):
            yield f"page {number}, line {line_number}", line


def _links(page: Any) -> Iterator[str]:
    for reference in page.get("/Annots") or ():
        action = reference.get_object().get("/A")
        target = action.get_object().get("/URI") if action is not None else None
        if target is not None:
            yield str(target)


def _too_large(what: str, name: str) -> MalformedBulletin:
    return MalformedBulletin(f"the PDF holds {what}: too large to be a bulletin", where=name, remedy=_REMEDY)


SPEC: Final = BulletinReader(
    name="pdf",
    title="PDF documents",
    extensions=(".pdf",),
    sniff=_sniff,
    read=_read,
    binary=True,
)
"""The reader."""
