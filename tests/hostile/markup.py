"""The XML inside: not well-formed, hostile, over a limit, or merely written in another way."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from tests.hostile.base import ACCEPTED, REJECTED, RETURNED, Case, acted, parts, replaced, spot, with_parts, workbook
from tests.workbook.dress import attach, element
from tests.workbook.parts import LINKS
from tests.workbook.rewriters import LYING, REWRITERS
from tests.workbook.tamper import TABLE_3, TABLE_4, Opened

DAMAGED, LIMIT, OTHER = "file.damaged", "file.limit", "file.not_workbook"
BOOK, SHEET, STRINGS, STYLES = "xl/workbook.xml", "xl/worksheets/sheet5.xml", "xl/sharedStrings.xml", "xl/styles.xml"
DECLARATION = re.compile(rb"\A<\?xml[^>]*\?>\s*")
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "%s">%s]>' % (
    b"ha" * 50,
    b"".join(
        b'<!ENTITY a%d "%s">' % (at, b"&a%s;" % (b"" if at == 1 else b"%d" % (at - 1)) * 10) for at in range(1, 12)
    ),
)


def body(data: bytes) -> bytes:
    return DECLARATION.sub(b"", data)


def headed(head: bytes, part: str = SHEET) -> Callable[[], bytes]:
    """Builds the workbook with something between a part's declaration and its root."""
    return replaced(part, lambda data: b'<?xml version="1.0" encoding="UTF-8"?>' + head + body(data))


def encoded(encoding: str, declared: str, part: str = SHEET, mark: bytes = b"") -> Callable[[], bytes]:
    def change(data: bytes) -> bytes:
        text = f'<?xml version="1.0" encoding="{declared}"?>' + body(data).decode()
        return mark + text.encode(encoding, "xmlcharrefreplace")

    return replaced(part, change)


def swapped(old: bytes, new: bytes, part: str = SHEET, count: int = 1) -> Callable[[], bytes]:
    return replaced(part, lambda data: data.replace(old, new, count))


def matched(pattern: bytes, new: bytes, part: str = SHEET) -> Callable[[], bytes]:
    return replaced(part, lambda data: re.sub(pattern, new, data, count=1))


def rows(xml: str) -> Callable[[], bytes]:
    """Builds the workbook with more rows at the end of a sheet."""
    return swapped(b"</sheetData>", xml.encode() + b"</sheetData>")


def in_cell(xml: str, **attributes: str) -> Callable[[], bytes]:
    """Builds the workbook with any XML in an input cell."""

    def act(opened: Opened) -> None:
        sheet, address = spot()
        cell = opened.cell(sheet, address)
        opened.put(sheet, address, None)
        cell.attrib.update(attributes)
        cell.extend(element(f"<c>{xml}</c>"))

    return acted(act)


def refused(code: str, build: Callable[[], bytes]) -> Case:
    return Case(build, REJECTED, code)


def whole(build: Callable[[], bytes], code: str = "") -> Case:
    return Case(build, ACCEPTED, code)


def twice(opened: Opened) -> None:
    """Two sheets of one name."""
    opened.entry(TABLE_4).set("name", TABLE_3)


def same_part(opened: Opened) -> None:
    links = f"{{{LINKS}}}id"
    opened.entry(TABLE_4).set(links, opened.entry(TABLE_3).get(links))


def link(target: str, mode: str = "") -> Callable[[], bytes]:
    """Builds the workbook with the relationship of one sheet pointing elsewhere."""

    def act(opened: Opened) -> None:
        relation = opened.entry(TABLE_3).get(f"{{{LINKS}}}id")
        for line in opened.tree("xl/_rels/workbook.xml.rels"):
            if line.get("Id") == relation:
                line.set("Target", target)
                if mode:
                    line.set("TargetMode", mode)

    return acted(act)


def formulas(count: int, text: str) -> Callable[[], bytes]:
    cells = "".join(f'<row r="{1000 + at}"><c r="A{1000 + at}"><f>{text}</f></c></row>' for at in range(count))
    return rows(cells)


DEEP = "<ext>" * 70 + "</ext>" * 70
SHARED = '<c><f t="shared" si="7"/></c>'
TEXT = "x" * (2**20 + 1)

CASES = {
    # documents in documents
    **{
        f"a DOCTYPE in {part}": refused(DAMAGED, headed(b"<!DOCTYPE a>", part))
        for part in (
            BOOK,
            SHEET,
            STRINGS,
            STYLES,
            "docProps/custom.xml",
            "docProps/app.xml",
            "xl/_rels/workbook.xml.rels",
            "[Content_Types].xml",
        )
    },
    "a billion laughs": refused(DAMAGED, headed(LAUGHS)),
    "an external entity": refused(DAMAGED, headed(b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>')),
    "an external subset": refused(DAMAGED, headed(b'<!DOCTYPE a SYSTEM "http://a.example/a.dtd">')),
    "a DOCTYPE in UTF-16": refused(
        DAMAGED,
        replaced(
            SHEET,
            lambda data: ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a>' + body(data).decode()).encode("utf-16"),
        ),
    ),
    "a DOCTYPE in a part that nobody reads": refused(
        DAMAGED, lambda: with_parts(**{"customXml/item1.xml": b"<!DOCTYPE a><a/>"})
    ),
    "an entity that nobody declared": refused(DAMAGED, swapped(b"<v>", b"<v>&pi;")),
    # not well-formed
    "a tag that is not closed": refused(DAMAGED, swapped(b"</row>", b"")),
    "two roots": refused(DAMAGED, replaced(SHEET, lambda data: data + b"<more/>")),
    "text behind the root": refused(DAMAGED, replaced(SHEET, lambda data: data + b"more")),
    "cut off in a tag": refused(DAMAGED, replaced(SHEET, lambda data: data[: len(data) // 2])),
    "a part without content": refused(DAMAGED, replaced(SHEET, lambda _: b"")),
    "a part of blanks": refused(DAMAGED, replaced(STRINGS, lambda _: b"  \n")),
    "an attribute twice": refused(DAMAGED, swapped(b"<row ", b'<row r="1" ')),
    "an attribute without quotes": refused(DAMAGED, swapped(b"<row ", b"<row a=1 ")),
    "an undeclared prefix": refused(DAMAGED, swapped(b"<row ", b'<row q:a="1" ')),
    "a NUL in a value": refused(DAMAGED, swapped(b"<v>", b"<v>\0")),
    "a control character in a value": refused(DAMAGED, swapped(b"<v>", b"<v>\x01")),
    "a reference to a control character": refused(DAMAGED, swapped(b"<v>", b"<v>&#1;")),
    "half a surrogate pair": refused(DAMAGED, swapped(b"<t>", b"<t>\xed\xa0\x80", STRINGS)),
    "a reference to half a surrogate pair": refused(DAMAGED, swapped(b"<t>", b"<t>&#xD800;", STRINGS)),
    "not UTF-8": refused(DAMAGED, swapped(b"<t>", b"<t>\xb1\xed\xd6\xf7", STRINGS)),
    "an overlong sign": refused(DAMAGED, swapped(b"<t>", b"<t>\xc0\xbc", STRINGS)),
    # encodings
    "UTF-7": refused(DAMAGED, encoded("utf-7", "UTF-7")),
    "UTF-32": refused(DAMAGED, encoded("utf-32", "UTF-32")),
    "EBCDIC": refused(DAMAGED, encoded("cp037", "cp037")),
    "an encoding that nobody knows": refused(DAMAGED, encoded("utf-8", "x-nonsense")),
    "GBK that says so": refused(DAMAGED, encoded("gbk", "GBK", STRINGS)),
    "UTF-16": whole(encoded("utf-16", "UTF-16")),
    "UTF-16, big end first": whole(encoded("utf-16-be", "UTF-16", mark=b"\xfe\xff")),
    "UTF-8 with a mark": whole(encoded("utf-8", "UTF-8", mark=b"\xef\xbb\xbf")),
    "ASCII with references": whole(encoded("ascii", "US-ASCII", STRINGS)),
    "GBK that is UTF-8": whole(encoded("utf-8", "GBK", STRINGS)),
    # limits
    "seventy levels": refused(LIMIT, swapped(b"</worksheet>", f"<extLst>{DEEP}</extLst></worksheet>".encode())),
    "ten thousand levels": refused(
        LIMIT, swapped(b"</worksheet>", b"<a>" * 10_000 + b"</a>" * 10_000 + b"</worksheet>")
    ),
    "a text of 1 MiB": refused(LIMIT, swapped(b"<t>", f"<t>{TEXT}".encode(), STRINGS)),
    "an attribute of 1 MiB": refused(LIMIT, swapped(b"<row ", f'<row spans="{TEXT}" '.encode())),
    "a million tags": refused(LIMIT, swapped(b"</sheetData>", b"<row/>" * 1_000_001 + b"</sheetData>")),
    "2,001 rows": refused(LIMIT, rows('<row r="2001"><c r="A2001"><v>1</v></c></row>')),
    "a row at the end of the sheet": refused(LIMIT, rows('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')),
    "101 columns": refused(LIMIT, rows('<row r="99"><c r="CW99"><v>1</v></c></row>')),
    "the last column": refused(LIMIT, rows('<row r="99"><c r="XFD99"><v>1</v></c></row>')),
    "5,001 merges": refused(
        LIMIT,
        swapped(
            b"</mergeCells>",
            b"".join(b'<mergeCell ref="A%d:B%d"/>' % (at, at) for at in range(900, 5901)) + b"</mergeCells>",
        ),
    ),
    "50,001 texts": refused(LIMIT, swapped(b"</sst>", b"<si><t/></si>" * 50_001 + b"</sst>", STRINGS)),
    "a formula of 8,193 characters": refused(LIMIT, formulas(1, "1" * 8193)),
    "formulas of 2 MiB": refused(LIMIT, formulas(300, "1" * 8000)),
    "a shared formula that grows without end": refused(
        LIMIT,
        rows(
            f'<row r="99"><c r="A99"><f t="shared" si="7" ref="A99:CV199">{"A1+" * 2000}A1</f></c></row>'
            + "".join(f'<row r="{at}">{SHARED * 100}</row>' for at in range(100, 140))
        ),
    ),
    # cells
    "a row 0": refused(DAMAGED, rows('<row r="0"><c><v>1</v></c></row>')),
    "a row beyond the sheet": refused(DAMAGED, rows('<row r="1048577"><c><v>1</v></c></row>')),
    "a row that is no number": refused(DAMAGED, rows('<row r="٣"><c><v>1</v></c></row>')),
    "a place that is none": refused(DAMAGED, rows('<row r="99"><c r="99A"><v>1</v></c></row>')),
    "a place of another row": refused(DAMAGED, rows('<row r="99"><c r="A98"><v>1</v></c></row>')),
    "a place beyond the last column": refused(DAMAGED, rows('<row r="99"><c r="XFE99"><v>1</v></c></row>')),
    "a cell twice": refused(DAMAGED, rows('<row r="6"><c r="D6"><v>12</v></c></row>')),
    "a row twice with another cell": refused(
        DAMAGED, rows('<row r="6"><c r="D6"><v>12</v></c></row><row r="6"><c r="D6"><v>13</v></c></row>')
    ),
    "a text that is not in the table": refused(DAMAGED, in_cell("<v>99999</v>", t="s")),
    "a text of a negative number": refused(DAMAGED, in_cell("<v>-1</v>", t="s")),
    "a text numbered with a sign": refused(DAMAGED, in_cell("<v>+1</v>", t="s")),
    "an unknown kind of cell": refused(DAMAGED, in_cell("<v>1</v>", t="q")),
    "a truth value of 2": refused(DAMAGED, in_cell("<v>2</v>", t="b")),
    "a merge that is none": refused(DAMAGED, swapped(b"</mergeCells>", b'<mergeCell ref="A:B:C"/></mergeCells>')),
    "a shared formula without its text": refused(
        DAMAGED, rows('<row r="99"><c r="A99"><f t="shared" si="9"/></c></row>')
    ),
    # parts
    "two sheets of one name": refused(DAMAGED, acted(twice)),
    "two sheets of one content": refused(DAMAGED, acted(same_part)),
    "a sheet whose relationship is gone": refused(
        DAMAGED, acted(lambda opened: opened.entry(TABLE_3).set(f"{{{LINKS}}}id", "rId999"))
    ),
    "a sheet outside the file": refused(DAMAGED, link("../../../etc/passwd")),
    "a sheet on the network": refused(DAMAGED, link("http://a.example/sheet.xml", "External")),
    "a sheet that is the workbook": refused(DAMAGED, link("workbook.xml")),
    "a sheet that is the table of texts": refused(DAMAGED, link("sharedStrings.xml")),
    "a workbook part that is a sheet": refused(OTHER, lambda: with_parts(**{BOOK: parts()[SHEET]})),
    "no sheets": Case(matched(rb"<sheets>.*</sheets>", b"<sheets/>", BOOK), RETURNED, "sheet.removed"),
    "only chart sheets": Case(
        swapped(b'/worksheet"', b'/chartsheet"', "xl/_rels/workbook.xml.rels", -1), RETURNED, "sheet.removed"
    ),
    # merely odd
    "a dimension that lies": whole(matched(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"')),
    "a dimension of the whole sheet": whole(matched(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"')),
    "no dimension": whole(matched(rb"<dimension[^>]*>", b"")),
    "comments and instructions": whole(swapped(b"<row ", b"<!-- a --><?office b?><row ")),
    "elements of later versions": whole(
        swapped(b"</worksheet>", b'<future xmlns="urn:later"><row r="6"/></future></worksheet>')
    ),
    "a row behind the others": whole(
        rows('<row r="99"><c r="A99" t="inlineStr"><is><t>备注</t></is></c></row>'), "sheet.unread"
    ),
    "the calendar of 1904": whole(matched(rb"<workbookPr", b'<workbookPr date1904="1"', BOOK)),
    "no calculation chain and full calculation": whole(
        matched(rb"<calcPr[^>]*>", b'<calcPr fullCalcOnLoad="1"/>', BOOK)
    ),
    "a part of custom XML": whole(
        acted(lambda opened: attach(opened, BOOK, "customXml", "/customXml/item1.xml", '<a xmlns="urn:a"/>'))
    ),
    "styles gone": whole(lambda: with_parts(**{STYLES: None})),
    "a style beyond the table": whole(acted(lambda opened: opened.cell(*spot()).set("s", "9999"))),
    "a style that is no number": whole(acted(lambda opened: opened.cell(*spot()).set("s", "x"))),
    "values in CDATA": whole(
        replaced(SHEET, lambda data: re.sub(rb"<v>([0-9]+)</v>", rb"<v><![CDATA[\1]]></v>", data))
    ),
    "a value with blanks around it": Case(
        replaced(SHEET, lambda data: re.sub(rb"<v>(23135)</v>", rb"<v> \1 </v>", data)), ACCEPTED, "number.stored"
    ),
    **{
        f"written by another: {name}": whole(partial(rewriter, workbook()), *LYING.get(name, ()))
        for name, rewriter in REWRITERS.items()
    },
}
