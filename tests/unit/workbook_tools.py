"""Writes small workbooks, as Excel lays them out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = f"""<styleSheet xmlns="{SHEET}"><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>
<numFmt numFmtId="165" formatCode="&quot;days&quot; 0.0 [Red]"/><numFmt numFmtId="166" formatCode="[h]:mm:ss"/></numFmts>
<cellStyleXfs><xf numFmtId="22"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>"""

Value = str | int | float | tuple[float, int] | None
"""A text, a number, a number with the index of its format, an empty cell."""


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Value]]],
    *,
    more: Mapping[str, str | bytes] = {},
    unused: Sequence[str] = (),
    since_1904: bool = False,
) -> bytes:
    """The sheets by title, their rows, and other parts of the package."""
    strings: list[str] = list(unused)
    parts: dict[str, str | bytes] = {"[Content_Types].xml": "<Types/>", "_rels/.rels": "<Relationships/>"}
    listed, links = [], []
    for number, (title, rows) in enumerate(sheets.items(), 1):
        body = "".join(_row(at, row, strings) for at, row in enumerate(rows, 1))
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{SHEET}"><sheetData>{body}</sheetData></worksheet>'
        )
        listed.append(f'<sheet name="{escape(title)}" sheetId="{number}" r:id="rId{number}"/>')
        links.append(f'<Relationship Id="rId{number}" Target="worksheets/sheet{number}.xml"/>')
    properties = f'<workbookPr date1904="{int(since_1904)}"/>'
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}">{properties}<sheets>{"".join(listed)}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{RELATIONS}">{"".join(links)}</Relationships>'
    )
    parts["xl/styles.xml"] = STYLES
    items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{SHEET}">{items}</sst>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | dict(more)).items():
            archive.writestr(zipfile.ZipInfo(name, (2021, 1, 7, 0, 0, 0)), content)
    return out.getvalue()


def _row(number: int, row: Sequence[Value], strings: list[str]) -> str:
    cells = "".join(_cell(f"{chr(65 + at)}{number}", value, strings) for at, value in enumerate(row))
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: Value, strings: list[str]) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        if value not in strings:
            strings.append(value)
        return f'<c r="{place}" t="s"><v>{strings.index(value)}</v></c>'
    number, style = value if isinstance(value, tuple) else (value, 0)
    return f'<c r="{place}" s="{style}"><v>{number}</v></c>'
