"""Prints a report as a Word document in the layout of GB/T 9704-2012; python-docx provides the container, built once."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from itertools import accumulate, pairwise
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.oxml import parse_xml
from docx.shared import Twips

from xltool.model import Grid, Heading, Paragraph, Rectangle, Report
from xltool.report import style
from xltool.report.grids import flat, rows, squeeze
from xltool.report.text import DRAFT_MARK, clean, ragged, title_lines

_DOCUMENT: Final = "word/document.xml"
_CORE: Final = "docProps/core.xml"

_SMALLEST: Final = 8  # half-points
_CELL_MARGIN: Final = 20  # twips
_ROW_HEIGHT: Final = 340  # 6 mm: table 3 and its heading have room on one page
_GAP_ABOVE_TABLE: Final = 80
_GAP_BELOW_TABLE: Final = 160
_RAGGED: Final = '<w:jc w:val="left"/>'
_TITLE_LENGTH: Final = 20  # characters of 22 pt on a line of 156 mm
_SIDES: Final = ("top", "left", "bottom", "right", "insideH", "insideV")

_KEPT: Final = frozenset({"styles", "settings", "fontTable", "header", "footer", "officeDocument", "core-properties"})
"""What a report needs of the container, by the last word of the relationship; the rest is another template's."""


def to_docx(report: Report) -> bytes:
    """The report as a .docx file: the same report gives the same bytes."""
    body = [_paragraph("DraftMark", DRAFT_MARK)] if report.draft else []
    body.append(_title(report))
    for before, part, after in zip((None, *report.parts), report.parts, (*report.parts[1:], None), strict=False):
        gaps = _gaps(below=isinstance(before, Grid), above=isinstance(after, Grid))
        match part:
            case Heading():
                body.append(_paragraph(f"Heading{part.level}", part.text, gaps))
            case Paragraph():
                body.append(_paragraph("BodyText", part.text, gaps + (_RAGGED if ragged(part.text) else "")))
            case Grid():
                body.append(_table(part))
                # Word joins two tables with nothing between them, and a document may not end with one.
                if part.note or after is None or isinstance(after, Grid):
                    body.append(_paragraph("TableNote", part.note))
    opening, closing, shared = _base(report.draft)
    return _zip(shared | {_DOCUMENT: opening + "".join(body).encode() + closing, _CORE: _core(report).encode()})


def _title(report: Report) -> str:
    """The title, broken after the agency's name where one line cannot hold it."""
    first, *rest = title_lines(report.title, report.agency)
    if len(report.title) <= _TITLE_LENGTH:
        return _paragraph("Title", report.title)
    runs = _run(first) + "".join(f"<w:r><w:br/></w:r>{_run(line)}" for line in rest)
    return f'<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>{runs}</w:p>'


def _paragraph(kind: str, text: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{kind}"/>{more}</w:pPr>{_run(text)}</w:p>'


def _gaps(*, below: bool, above: bool) -> str:
    """The distance of a paragraph to a table before or after it; in the text itself all lines have one pitch."""
    if not (below or above):
        return ""
    return f'<w:spacing w:before="{_GAP_BELOW_TABLE if below else 0}" w:after="{_GAP_ABOVE_TABLE if above else 0}"/>'


def _run(text: str, size: int = 0) -> str:
    printed = escape(clean(text))
    if not printed:
        return ""
    smaller = f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else ""
    return f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/>{smaller}</w:rPr><w:t xml:space="preserve">{printed}</w:t></w:r>'


def _table(grid: Grid) -> str:
    edges = [0, *(round(style.TEXT_WIDTH * reach / sum(grid.widths)) for reach in accumulate(grid.widths))]
    kinds = {"value": "TableText", "label": "TableText" if flat(grid) else "TableLabel"}
    lines = [_line(grid, row, touching, edges, kinds) for row, touching in enumerate(rows(grid))]
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in _SIDES)
    columns = "".join(f'<w:gridCol w:w="{right - left}"/>' for left, right in pairwise(edges))
    margins = "".join(f'<w:{side} w:w="{_CELL_MARGIN}" w:type="dxa"/>' for side in ("left", "right"))
    title = quoteattr(clean(grid.title))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{style.TEXT_WIDTH}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        f"<w:tblCaption w:val={title}/><w:tblDescription w:val={title}/></w:tblPr>"
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(lines)}</w:tbl>"
    )


def _line(grid: Grid, row: int, touching: list[Rectangle], edges: list[int], kinds: dict[str, str]) -> str:
    repeated = "<w:tblHeader/>" if row < grid.head_rows else ""
    cells = []
    for r in touching:
        width = edges[r.column + r.width] - edges[r.column]
        part = squeeze(grid, r) if r.role == "value" else 1
        size = max(int(part * style.TABLE_SIZE), _SMALLEST) if part < 1 else 0
        run = _run(r.text, size) if r.row == row else ""
        cells.append(_cell(r, width, kinds.get(r.role, "TableHead"), run, "restart" if r.row == row else "continue"))
    properties = f'<w:cantSplit/><w:trHeight w:val="{_ROW_HEIGHT}" w:hRule="atLeast"/>{repeated}'
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(r: Rectangle, width: int, kind: str, run: str, merge: str) -> str:
    across = f'<w:gridSpan w:val="{r.width}"/>' if r.width > 1 else ""
    down = f'<w:vMerge w:val="{merge}"/>' if r.height > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{across}{down}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{kind}"/></w:pPr>{run}</w:p></w:tc>'
    )


def _core(report: Report) -> str:
    # The last day of the period stands for the time of making: a document must not differ because the clock does.
    day = f"{report.year:04d}-12-31T00:00:00Z"
    status = "<cp:contentStatus>草稿</cp:contentStatus>" if report.draft else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(clean(report.title))}</dc:title><dc:creator>{escape(clean(report.agency))}</dc:creator>"
        f"<cp:lastModifiedBy>{escape(clean(report.agency))}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified>'
        f"<dc:language>zh-CN</dc:language>{status}</cp:coreProperties>"
    )


def _zip(parts: dict[str, bytes]) -> bytes:
    """A package with its parts in a fixed order, their times at the start of the zip calendar, and no trace of the system that made it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name)
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, parts[name])
    return buffer.getvalue()


@cache
def _base(draft: bool) -> tuple[bytes, bytes, dict[str, bytes]]:
    """What no report changes: the document before and after its body, and all other parts."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Twips(style.PAGE_WIDTH), Twips(style.PAGE_HEIGHT)
    section.top_margin, section.left_margin = Twips(style.TOP), Twips(style.LEFT)
    section.right_margin = Twips(style.PAGE_WIDTH - style.LEFT - style.TEXT_WIDTH)
    section.bottom_margin = Twips(style.PAGE_HEIGHT - style.TOP - style.TEXT_HEIGHT)
    section.footer_distance = section.header_distance = Twips(style.FOOTER)
    section.footer.part.element[:] = [parse_xml(style.page_number(odd=True))]
    section.even_page_footer.part.element[:] = [parse_xml(style.page_number(odd=False))]
    if draft:
        section.header.part.element[:] = [parse_xml(style.header(DRAFT_MARK))]
        section.even_page_header.part.element[:] = [parse_xml(style.header(DRAFT_MARK))]
    for relations in (document.part.rels, document.part.package.rels):
        for relation in list(relations.values()):
            if relation.reltype.rsplit("/", 1)[1] not in _KEPT:
                del relations[relation.rId]
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts |= {
        "word/styles.xml": style.styles().encode(),
        "word/settings.xml": style.settings().encode(),
        "word/fontTable.xml": style.font_table().encode(),
    }
    opening, section_start, closing = parts.pop(_DOCUMENT).partition(b"<w:sectPr")
    return opening, section_start + closing, parts
