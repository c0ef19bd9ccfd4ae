"""Writes the binary samples (PDF, DOCX, XLSX, zip) beside it, byte for byte the same each time."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
HASH = "0123456789abcdef" * 4
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(lines: list[str], link: str = "") -> bytes:
    """One page of text, one line below another."""
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    stream = zlib.compress(f"BT /F1 10 Tf 12 TL 40 800 Td {shown} ET".encode())
    annotation = (
        f"/Annots [<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI({link})>>>>]" if link else ""
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R{annotation}>>".encode(),
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Title(Example advisory)/Author(Example CERT)>>",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )


def archive(members: dict[str, str | bytes]) -> bytes:
    """A zip archive without times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in members.items():
            target.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def encrypted(name: str, data: bytes, password: bytes) -> bytes:
    """A zip archive of one stored member in the old encryption (APPNOTE, section 6.1)."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = zlib.crc32(bytes([byte]), keys[0] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = zlib.crc32(bytes([keys[1] >> 24]), keys[2] ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    for byte in password:
        update(byte)
    crc, out = zlib.crc32(data), bytearray()
    for byte in bytes(11) + bytes([crc >> 24]) + data:
        mixed = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((mixed * (mixed ^ 1) >> 8) & 0xFF))
        update(byte)
    plain = archive({name: b""})
    local, _, _ = plain.partition(b"PK\x01\x02")
    fields = crc.to_bytes(4, "little") + len(out).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    header = b"PK\x03\x04\x14\0\x01\0\0\0" + local[10:14] + fields + local[26:30] + name.encode()
    central = b"PK\x01\x02\x14\0\x14\0\x01\0\0\0" + local[10:14] + fields
    central += len(name).to_bytes(2, "little") + bytes(16) + name.encode()
    body = header + bytes(out)
    end = b"PK\x05\x06" + bytes(4) + b"\x01\0\x01\0" + len(central).to_bytes(4, "little")
    return body + central + end + len(body).to_bytes(4, "little") + b"\0\0"


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def table(rows: list[list[str]]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def docx() -> bytes:
    link = '<w:p><w:r><w:t>See </w:t></w:r><w:hyperlink r:id="r1"><w:r><w:t>the report</w:t></w:r></w:hyperlink></w:p>'
    deleted = "<w:p><w:del><w:r><w:delText>192.0.2.159</w:delText></w:r></w:del><w:r><w:t>bad[.]exam</w:t></w:r><w:r><w:t>ple</w:t></w:r></w:p>"
    rows = [
        ["Address", "Victim", "Note"],
        ["192.0.2.150", "198.51.100.1", "Router proxy"],
        ["192.0.2.151", "", ""],
    ]
    body = (
        paragraph("C2 servers", "Heading1")
        + table(rows)
        + paragraph("Files", "Heading1")
        + paragraph(HASH)
        + deleted
        + link
    )
    return archive(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f'<w:document xmlns:w="{WORD}" xmlns:r="{OFFICE}"><w:body>{body}</w:body></w:document>',
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Target="https://blog.example/post"/></Relationships>',
            "word/footer1.xml": f'<w:ftr xmlns:w="{WORD}">{paragraph("TLP:AMBER")}</w:ftr>',
            "docProps/core.xml": '<c:coreProperties xmlns:c="urn:c" xmlns:dc="urn:dc"><dc:title>Example report</dc:title><dc:creator>Example CERT</dc:creator></c:coreProperties>',
        }
    )


def xlsx() -> bytes:
    def row(number: int, cells: dict[str, str]) -> str:
        inner = (
            f'<c r="{at}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for at, text in cells.items()
        )
        return f'<row r="{number}">{"".join(inner)}</row>'

    rows = [
        row(1, {"A": "Indicators of an example"}),
        '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="C3" t="s"><v>1</v></c></row>',
        row(4, {"A": "192.0.2.160", "C": "scanner"}),
        row(5, {"A": "evil[.]example", "C": "C2 server"}),
        row(6, {"A": "not a value", "C": ""}),
    ]
    return archive(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="IOCs" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}"><si><t>Indicator</t></si><si><r><t>Comm</t></r><r><t>ent</t></r></si></sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{"".join(rows)}</sheetData></worksheet>',
        }
    )


def main() -> None:
    lines = [
        "TLP:GREEN",
        "C2 servers",
        "192.0.2.",
        "170",
        "evil[.]",
        "example",
        "Hashes of the samples",
        f"SHA-256: {HASH[:50]}",
        f"{HASH[50:]} dropper",
        "0123456789abcdef0123456789abcdef",
        "fedcba9876543210fedcba9876543210",
        "More about the campaign and its infrastructure can be found at",
        "https://blog.example/post",
    ]
    inner = archive({"inner.txt": "TLP:GREEN\n192.0.2.180\n"})
    samples: dict[str, bytes] = {
        "pdf/good.pdf": pdf(lines, "https://blog.example/post"),
        "pdf/malformed.pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog>> endobj\n",
        "pdf/lookalike.txt": b"The mark %PDF-1.7 begins a document\n192.0.2.171\n",
        "docx/good.docx": docx(),
        "docx/malformed.docx": archive({"[Content_Types].xml": "<Types/>", "word/styles.xml": "<x/>"}),
        "docx/lookalike.docx": xlsx(),
        "xlsx/good.xlsx": xlsx(),
        "xlsx/malformed.xlsx": archive({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook>"}),
        "xlsx/lookalike.xlsx": docx(),
        "zip/good.zip": archive(
            {"list.csv": "ip,comment\n192.0.2.181,C2 server\n", "a/inner.zip": inner, "x.png": b"\x89PNG\r\n"}
        ),
        "zip/good-encrypted.zip": encrypted("list.txt", b"192.0.2.182\nevil[.]example\n", b"infected"),
        "zip/malformed.zip": archive({"list.txt": "192.0.2.183\n"})[:40],
        "zip/malformed-password.zip": encrypted("list.txt", b"192.0.2.184\n", b"another"),
        "zip/lookalike.txt": b"PK stands for Phil Katz\n192.0.2.185\n",
    }
    for name, data in samples.items():
        (HERE / name).write_bytes(data)


if __name__ == "__main__":
    main()
