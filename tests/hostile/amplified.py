"""Small files that ask for much work.

Each thing that is held once and used often, and each search that could go on and on.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.hostile.base import ACCEPTED, REJECTED, Case, acted, parts, with_parts
from tests.hostile.markup import BOOK, SHEET, STRINGS, STYLES, rows, swapped
from tests.workbook.dress import dress
from tests.workbook.tamper import TABLE_3, Opened

LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def noise(size: int, seed: int = 1) -> str:
    """Chinese text that hardly deflates."""
    rng = Random(seed)
    return "".join(chr(0x4E00 + rng.randrange(20_000)) for _ in range(size))


def strokes(count: int, seed: int) -> str:
    """So many quotes that do not end, each with a letter and a stroke, as no pattern repeats them."""
    return "".join(f"'{letter}|" for letter in Random(seed).choices("abcdefghij", k=count))


def padded(xml: str | bytes) -> bytes:
    """The XML with a comment that hardly deflates.

    Under the limit of the ratio, so that what it asks for is really done.
    """
    data = xml.encode() if isinstance(xml, str) else xml
    return b"<!--" + noise(len(data) // 160).encode() + b"-->" + data


def one_text_everywhere(size: int, count: int) -> bytes:
    """A long text once in the table of texts, and many cells that show it."""
    strings = parts()[STRINGS].replace(b"</sst>", f"<si><t>{noise(size)}</t></si></sst>".encode())
    at = parts()[STRINGS].count(b"<si>")
    columns = 100
    cells = "".join(
        f'<row r="{row}">' + f'<c t="s"><v>{at}</v></c>' * columns + "</row>"
        for row in range(100, 100 + count // columns)
    )
    return with_parts(
        **{STRINGS: strings, SHEET: parts()[SHEET].replace(b"</sheetData>", padded(cells) + b"</sheetData>")}
    )


def many_sheets(count: int, content: bytes, links: int = 100) -> bytes:
    """Sheets beside those of the form, each of the same content."""
    names = [f"xl/worksheets/more{at}.xml" for at in range(count)]
    entries = b"".join(
        f'<sheet name="附{at}" sheetId="{links + at}" r:id="rIdMore{at}"/>'.encode() for at in range(count)
    )
    lines = "".join(
        f'<Relationship Id="rIdMore{at}" Type="{LINKS}/worksheet" Target="worksheets/more{at}.xml"/>'
        for at in range(count)
    )
    rels = "xl/_rels/workbook.xml.rels"
    return with_parts(
        **{
            BOOK: parts()[BOOK].replace(b"</sheets>", entries + b"</sheets>"),
            rels: parts()[rels].replace(b"</Relationships>", lines.encode() + b"</Relationships>"),
            **dict.fromkeys(names, content),
        }
    )


def names(count: int, formula: str, length: int = 0) -> Callable[[], bytes]:
    added = "".join(f'<definedName name="n{at}{"x" * length}">{formula}</definedName>' for at in range(count))
    return swapped(b"</definedNames>", padded(added) + b"</definedNames>", BOOK)


def formats(count: int) -> Callable[[], bytes]:
    """As many number formats as cells, each as long as one may be."""

    def act(opened: Opened) -> None:
        for at in range(count):
            dress(opened, TABLE_3, f"{'DEFGHI'[at % 6]}{6 + at // 6}", code=f"[>{at}]{'#,' * 60}0{'0' * 60};{'@' * 60}")

    return acted(act)


def conditions(count: int) -> Callable[[], bytes]:
    xml = "".join(
        f'<conditionalFormatting sqref="{"D6:J30 " * 40}"><cfRule type="expression" priority="{at}"><formula>D6&gt;'
        f"{at}</formula></cfRule>"
        "</conditionalFormatting>"
        for at in range(count)
    )
    return swapped(b"</mergeCells>", b"</mergeCells>" + xml.encode())


def merges(area: str) -> Callable[[], bytes]:
    found = "".join(f'<mergeCell ref="{area.format(at, at + 1)}"/>' for at in range(100, 5000, 2))
    return swapped(b"</mergeCells>", found.encode() + b"</mergeCells>")


EMPTY = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
SHARED = '<row r="1"><c r="A1"><f t="shared" si="1" ref="A1:CV40">' + "B2+" * 2700 + "1</f></c></row>"
SHARED += "".join(f'<row r="{at}">' + '<c><f t="shared" si="1"/></c>' * 100 + "</row>" for at in range(2, 40))

CASES = {
    "one text of 300,000 signs in 100,000 cells": Case(
        lambda: one_text_everywhere(300_000, 100_000), ACCEPTED, "sheet.unread"
    ),
    "400 sheets": Case(lambda: many_sheets(400, EMPTY), ACCEPTED, ""),
    "60 copies of the largest table": Case(lambda: many_sheets(60, parts()[SHEET]), ACCEPTED, "sheet.added"),
    "30 sheets of shared formulas": Case(
        lambda: many_sheets(30, EMPTY.replace(b"<sheetData/>", f"<sheetData>{SHARED}</sheetData>".encode())),
        REJECTED,
        "file.limit",
    ),
    "100,000 names": Case(names(100_000, f"'{TABLE_3}'!$D$6"), ACCEPTED, ""),
    "5,000 names of long formulas": Case(names(5_000, "SUM(A1:B2)+" * 100 + "1"), ACCEPTED, ""),
    "144 long number formats": Case(formats(144), ACCEPTED, "cell.disguised"),
    "2,000 conditions on everything": Case(conditions(2000), ACCEPTED, ""),
    "merges that overlap": Case(merges("A{}:CV{}"), ACCEPTED, ""),
    "a row of all texts": Case(
        swapped(
            b"</sst>", "".join(f"<si><t>{at}本年新收</t></si>" for at in range(49_000)).encode() + b"</sst>", STRINGS
        ),
        ACCEPTED,
        "",
    ),
    "a style sheet of 60,000 looks": Case(
        swapped(
            b"</cellXfs>",
            padded('<xf numFmtId="10" fontId="0" fillId="0" borderId="0"/>' * 60_000) + b"</cellXfs>",
            STYLES,
        ),
        ACCEPTED,
        "",
    ),
    "a heading of a million bytes": Case(swapped(b"<t>", f"<t>{noise(340_000, 2)}".encode(), STRINGS), ACCEPTED, ""),
    "a figure of a million digits": Case(
        rows(f'<row r="99"><c r="A99"><v>1{"".join(Random(4).choices("0123456789", k=999_999))}</v></c></row>'),
        ACCEPTED,
        "sheet.unread",
    ),
    "quotes without end in a formula": Case(
        rows('<row r="99"><c r="A99"><f>' + '"' * 8191 + "</f><v>0</v></c></row>"), ACCEPTED, ""
    ),
    "brackets without end in a formula": Case(
        rows('<row r="99"><c r="A99"><f>' + "[" * 8191 + "</f><v>0</v></c></row>"), ACCEPTED, ""
    ),
    "strokes and quotes in formulas": Case(
        rows(
            "".join(
                f'<row r="{at}"><c r="A{at}"><f>{strokes(2700, at)}</f><v>0</v></c></row>' for at in range(100, 200)
            )
        ),
        ACCEPTED,
        "file.outside",
    ),
}
