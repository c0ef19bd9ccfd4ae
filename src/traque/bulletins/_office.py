"""Office Open XML packages: recognised, opened, and what DOCX and XLSX have in common.

Format: ECMA-376 (https://ecma-international.org/publications-and-standards/standards/ecma-376/)
"""

from __future__ import annotations

from typing import Any, Final

from traque.bulletins import _xml, _zip
from traque.bulletins._build import Head
from traque.bulletins._fields import moment
from traque.errors import MalformedBulletin

_LIMIT: Final = 256 << 20
"""Bytes that the parts of a document may unpack to."""
_PARTS: Final = ("[Content_Types].xml", "_rels/", "docProps/", "customXml/", "mimetype")


def sniff(head: bytes, name: str, folder: str, ending: str) -> float:
    """How sure it is that a package holds the parts of ``folder`` (``word/``, ``xl/``)."""
    first = _zip.first_member(head)
    if first.startswith(folder):
        return 1.0
    if not first.startswith(_PARTS):
        return 0.0
    return 1.0 if folder.encode() in head else 0.8 if name.lower().endswith(ending) else 0.0


class Package:
    """The parts of one document."""

    def __init__(self, data: bytes, name: str) -> None:
        self._archive = _zip.Archive(data, name, _LIMIT)
        self._name = name

    @property
    def names(self) -> tuple[str, ...]:
        """The parts."""
        return self._archive.names

    def part(self, part: str) -> Any:
        """The root element of a part, or None where it is missing."""
        if not self._archive.holds(part):
            return None
        return _xml.parse(self._archive.read(part), f"{self._name}/{part}")[0]

    def data(self, part: str) -> bytes | None:
        """A part as it is, or None where it is missing."""
        return self._archive.read(part) if self._archive.holds(part) else None

    def needed(self, part: str) -> Any:
        """The root element of a part without which there is no document."""
        root = self.part(part)
        if root is None:
            raise MalformedBulletin(
                f"the document has no {part}", where=self._name, remedy="save it anew, or export it as text"
            )
        return root

    def targets(self, part: str) -> dict[str, str]:
        """Where the relations of a part lead, by identifier."""
        folder, _, file = part.rpartition("/")
        root = self.part(f"{folder}/_rels/{file}.rels")
        return {} if root is None else {child.get("Id", ""): child.get("Target", "") for child in root}

    def head(self, form: str) -> Head:
        """What the document's properties say."""
        core = self.part("docProps/core.xml")
        if core is None:
            return Head(format=form)
        return Head(
            format=form,
            title=_xml.text_at(core, "title"),
            producer=_xml.text_at(core, "creator"),
            published=moment(_xml.text_at(core, "created")),
        )
