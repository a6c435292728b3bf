"""Files of many kinds, written byte for byte the same on every machine: nothing compressed, no time of day.

Each function gives a file's bytes. What other programs need to open them is there, and no more.
"""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

Cell = str | int | float
Rows = Sequence[Sequence[Cell]]

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument."


def csv_file(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def zip_file(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o644 << 16
            packed.writestr(info, data)
    return out.getvalue()


# ---- office documents -------------------------------------------------------------------------------------------


def xlsx_file(sheets: Mapping[str, Rows]) -> bytes:
    """A workbook; the first row of a sheet is its head."""
    numbered = list(enumerate(sheets.items(), 1))
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, (name, _) in numbered)
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            (f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered
        ),
    }
    for n, (_, rows) in numbered:
        data = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
        parts[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{_SHEET}"><sheetData>{data}</sheetData></worksheet>'
    kinds = {"/xl/workbook.xml": "spreadsheetml.sheet.main"}
    kinds |= {f"/xl/worksheets/sheet{n}.xml": "spreadsheetml.worksheet" for n, _ in numbered}
    return _office("xl/workbook.xml", kinds, parts)


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def docx_file(title: str, body: Iterable[str | Rows]) -> bytes:
    """A document: a title, then paragraphs and tables."""
    parts = [_paragraph(title, '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>')]
    parts += [_paragraph(part) if isinstance(part, str) else _table(part) for part in body]
    text = f'<w:document xmlns:w="{_WORD}"><w:body>{"".join(parts)}</w:body></w:document>'
    kinds = {"/word/document.xml": "wordprocessingml.document.main"}
    return _office("word/document.xml", kinds, {"word/document.xml": text})


def _paragraph(text: str, style: str = "") -> str:
    return f'<w:p>{style}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _table(rows: Rows) -> str:
    made = ("".join(f"<w:tc>{_paragraph(str(cell))}</w:tc>" for cell in row) for row in rows)
    grid = "<w:gridCol/>" * len(rows[0])
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(f'<w:tr>{r}</w:tr>' for r in made)}</w:tbl>"


def pptx_file(slides: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """A deck of slides, each a title and lines below it."""
    numbered = list(enumerate(slides, 1))
    names = f'xmlns:p="{_SLIDE}" xmlns:r="{_OFFICE}" xmlns:a="{_DRAWING}"'
    empty = f"<p:cSld><p:spTree>{_TREE}</p:spTree></p:cSld>"
    mapped = " ".join(f'{name}="{_MAPPED.get(name, name)}"' for name in ("bg1", "tx1", "bg2", "tx2", *_ACCENTS))
    listed = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n + 1}"/>' for n, _ in numbered)
    parts = {
        "ppt/presentation.xml": f"<p:presentation {names}><p:sldMasterIdLst>"
        f'<p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst><p:sldIdLst>{listed}</p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/>'
        '<p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": _relations(
            [("rId1", "slideMaster", "slideMasters/slideMaster1.xml")]
            + [(f"rId{n + 1}", "slide", f"slides/slide{n}.xml") for n, _ in numbered]
        ),
        "ppt/slideMasters/slideMaster1.xml": f"<p:sldMaster {names}>{empty}<p:clrMap {mapped}/><p:sldLayoutIdLst>"
        '<p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>',
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            [("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml"), ("rId2", "theme", "../theme/theme1.xml")]
        ),
        "ppt/slideLayouts/slideLayout1.xml": f"<p:sldLayout {names}>{empty}</p:sldLayout>",
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _relations(
            [("rId1", "slideMaster", "../slideMasters/slideMaster1.xml")]
        ),
        "ppt/theme/theme1.xml": _theme(),
    }
    kinds = {
        "/ppt/presentation.xml": "presentationml.presentation.main",
        "/ppt/slideMasters/slideMaster1.xml": "presentationml.slideMaster",
        "/ppt/slideLayouts/slideLayout1.xml": "presentationml.slideLayout",
        "/ppt/theme/theme1.xml": "theme",
    }
    for n, (title, lines) in numbered:
        shapes = _shape(2, "title", [title]) + _shape(3, "body", lines)
        tree = f"<p:cSld><p:spTree>{_TREE}{shapes}</p:spTree></p:cSld>"
        parts[f"ppt/slides/slide{n}.xml"] = f"<p:sld {names}>{tree}</p:sld>"
        parts[f"ppt/slides/_rels/slide{n}.xml.rels"] = _relations(
            [("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml")]
        )
        kinds[f"/ppt/slides/slide{n}.xml"] = "presentationml.slide"
    return _office("ppt/presentation.xml", kinds, parts)


_ACCENTS = ("accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink")
_MAPPED = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_TREE = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'


def _shape(ident: int, kind: str, lines: Sequence[str]) -> str:
    text = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines)
    number = "" if kind == "title" else ' idx="1"'
    at = f'<a:xfrm><a:off x="457200" y="{ident * 900000}"/><a:ext cx="8229600" cy="900000"/></a:xfrm>'
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{ident}" name="{kind} {ident}"/><p:cNvSpPr/><p:nvPr>'
        f'<p:ph type="{kind}"{number}/></p:nvPr></p:nvSpPr>'
        f"<p:spPr>{at}</p:spPr><p:txBody><a:bodyPr/>{text}</p:txBody></p:sp>"
    )


def _theme() -> str:
    names = ("dk1", "lt1", "dk2", "lt2", *_ACCENTS)
    shades = ("000000", "FFFFFF", "333333", "EEEEEE", *("4472C4",) * 8)
    colours = "".join(f'<a:{n}><a:srgbClr val="{shade}"/></a:{n}>' for n, shade in zip(names, shades, strict=True))
    font = '<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    styles = (
        f"<a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{f'<a:ln>{fill}</a:ln>' * 3}</a:lnStyleLst>"
        f"<a:effectStyleLst>{'<a:effectStyle><a:effectLst/></a:effectStyle>' * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst>"
    )
    return (
        f'<a:theme xmlns:a="{_DRAWING}" name="plain"><a:themeElements><a:clrScheme name="plain">{colours}</a:clrScheme>'
        f'<a:fontScheme name="plain"><a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont></a:fontScheme>'
        f'<a:fmtScheme name="plain">{styles}</a:fmtScheme></a:themeElements></a:theme>'
    )


def _relations(targets: Iterable[tuple[str, str, str]]) -> str:
    listed = "".join(f'<Relationship Id="{i}" Type="{_OFFICE}/{kind}" Target="{t}"/>' for i, kind, t in targets)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _office(main: str, kinds: Mapping[str, str], parts: Mapping[str, str]) -> bytes:
    overrides = "".join(f'<Override PartName="{p}" ContentType="{_TYPE}{kind}+xml"/>' for p, kind in kinds.items())
    defaults = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    types = f'<Types xmlns="{_PACKAGE}/content-types">{defaults}{overrides}</Types>'
    whole = {"[Content_Types].xml": types, "_rels/.rels": _relations([("rId1", "officeDocument", main)]), **parts}
    return zip_file({name: (_XML + text).encode() for name, text in whole.items()})


# ---- PDF and PNG ------------------------------------------------------------------------------------------------


def pdf_file(pages: Sequence[Sequence[str]]) -> bytes:
    """Pages of lines in Helvetica; ASCII only."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for n, lines in enumerate(pages):
        shown = "".join(f"({_pdf_text(line)}) Tj T*\n" for line in lines)
        stream = f"BT /F1 11 Tf 16 TL 60 780 Td\n{shown}ET\n".encode("ascii")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {5 + 2 * n} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%sendstream" % (len(stream), stream))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, end)
    return bytes(out)


def _pdf_text(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def png_file(tiles: Sequence[Sequence[tuple[int, int, int]]], side: int = 12) -> bytes:
    """An image of square tiles, `side` pixels each with one white pixel around it; RGB."""
    blank = b"\xff\xff\xff" * (len(tiles[0]) * (side + 2))
    lines = []
    for row in tiles:
        line = b"".join(b"\xff\xff\xff" + bytes(colour) * side + b"\xff\xff\xff" for colour in row)
        lines += [blank, *[line] * side, blank]
    raw = b"".join(b"\0" + line for line in lines)
    size = struct.pack(">IIBBBBB", len(blank) // 3, len(lines), 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", size), (b"IDAT", _stored(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _stored(raw: bytes) -> bytes:
    """A zlib stream that compresses nothing: compressors differ, this does not."""
    out = bytearray(b"\x78\x01")
    for at in range(0, len(raw), 65_535):
        block = raw[at : at + 65_535]
        out += struct.pack("<BHH", at + 65_535 >= len(raw), len(block), len(block) ^ 0xFFFF) + block
    return bytes(out) + struct.pack(">I", zlib.adler32(raw))
