"""Workbooks built from small inline XML parts, so that every test shows the bytes it is about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_LINKS = "http://purl.oclc.org/ooxml/officeDocument/relationships"

CONTENT_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def rels(*lines: tuple[str, str, str], space: str = LINKS) -> str:
    """A .rels part from (id, kind, target)."""
    inner = "".join(f'<Relationship Id="{id}" Type="{space}/{kind}" Target="{target}"/>' for id, kind, target in lines)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def workbook(*sheets: str, before: str = "", after: str = "", main: str = MAIN, links: str = LINKS) -> str:
    """A workbook part whose sheets are rId1, rId2 and so on."""
    entries = "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(sheets, 1))
    return f'<workbook xmlns="{main}" xmlns:r="{links}">{before}<sheets>{entries}</sheets>{after}</workbook>'


def sheet(data: str, before: str = "", after: str = "", main: str = MAIN) -> str:
    return f'<worksheet xmlns="{main}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'


def strings(*items: str) -> str:
    return f'<sst xmlns="{MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def parts(
    data: str = "", *, before: str = "", after: str = "", sst: str | None = None, **others: str
) -> dict[str, str | bytes]:
    """The parts of a workbook of one sheet; `others` replaces or adds parts by name through `**{...}`."""
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": rels(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook("表一"),
        "xl/_rels/workbook.xml.rels": rels(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId9", "sharedStrings", "sharedStrings.xml")
        ),
        "xl/worksheets/sheet1.xml": sheet(data, before, after),
        "xl/sharedStrings.xml": strings() if sst is None else sst,
    }
    return found | others


def packed(entries: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The zip of those parts, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()
