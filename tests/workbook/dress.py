"""Puts looks on cells of a workbook, as an application's menu does.

Fonts, fills, number formats and conditions in the style part.
"""

from __future__ import annotations

from lxml import etree

from tests.workbook.parts import MAIN
from tests.workbook.tamper import Opened

STYLES = "xl/styles.xml"


def element(xml: str) -> etree._Element:
    """An element of a worksheet or style part."""
    return etree.fromstring(f'<a xmlns="{MAIN}">{xml}</a>')[0]


def _added(opened: Opened, table: str, xml: str) -> int:
    root = opened.tree(STYLES)
    found = root.find(f"{{{MAIN}}}{table}")
    if found is None:
        found = etree.Element(f"{{{MAIN}}}{table}")
        root.insert(0, found)
    found.append(element(xml))
    return len(found) - 1


def dress(
    opened: Opened,
    sheet: str,
    *addresses: str,
    code: str | None = None,
    number: int = 0,
    font: str = "",
    fill: str = "",
) -> None:
    """Gives cells a number format by code or built-in number, and the inside of a font or of a fill."""
    if code is not None:
        number = 300 + _added(opened, "numFmts", '<numFmt numFmtId="0" formatCode=""/>')
        last = opened.tree(STYLES).find(f"{{{MAIN}}}numFmts")[-1]
        last.set("numFmtId", str(number))
        last.set("formatCode", code)
    for address in addresses:
        cell = opened.cell(sheet, address)
        looks = opened.tree(STYLES).find(f"{{{MAIN}}}cellXfs")
        look = etree.fromstring(etree.tostring(looks[int(cell.get("s", "0"))]))
        if code is not None or number:
            look.set("numFmtId", str(number))
        if font:
            look.set("fontId", str(_added(opened, "fonts", f"<font>{font}</font>")))
        if fill:
            look.set("fillId", str(_added(opened, "fills", f"<fill>{fill}</fill>")))
        looks.append(look)
        cell.set("s", str(len(looks) - 1))


def condition(
    opened: Opened, sheet: str, area: str, dxf: str, rule: str = 'type="expression"', formula: str = "TRUE"
) -> None:
    """Adds a conditional format with a differential format, empty for none."""
    given = ""
    if dxf:
        given = f' dxfId="{_added(opened, "dxfs", f"<dxf>{dxf}</dxf>")}"'
    inner = formula if formula.startswith("<") else f"<formula>{formula}</formula>"
    xml = (
        f'<conditionalFormatting sqref="{area}"><cfRule {rule} priority="99"{given}>{inner}</cfRule>'
        f"</conditionalFormatting>"
    )
    merges = opened.sheet(sheet).find(f"{{{MAIN}}}mergeCells")
    merges.addnext(element(xml))


def attach(
    opened: Opened, part: str, kind: str, target: str, content: bytes | str | None, external: bool = False
) -> None:
    """Adds a relationship of a part, and the part that it points to."""
    folder, _, name = part.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels"
    if rels not in opened.parts:
        opened.parts[rels] = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
    root = opened.tree(rels)
    line = etree.SubElement(root, f"{{{root.nsmap[None]}}}Relationship", Id=f"rIdNew{len(root)}", Target=target)
    line.set("Type", f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}")
    if external:
        line.set("TargetMode", "External")
    if content is not None:
        path = target.removeprefix("/")
        opened.parts[path] = content.encode() if isinstance(content, str) else content
