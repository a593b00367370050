"""Prints a report as a Word document in the layout of GB/T 9704-2012.

python-docx provides the container, built once.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.oxml import parse_xml

from xltool.forms.memo import derive_once
from xltool.model import Grid, Heading, Paragraph, Rectangle, Report
from xltool.report import style
from xltool.report.grids import fit_figure, index_rows, is_flat, measure_rooms
from xltool.report.text import DRAFT_MARK, REMEMBERED_TEXT, break_title, clean_line, is_ragged
from xltool.spreadsheet.packed import ZipPart, join_zip_parts, pack_part, read_zip_parts

_DOCUMENT: Final = "word/document.xml"
_CORE: Final = "docProps/core.xml"

_SMALLEST: Final = 8  # half-points
_CELL_MARGIN: Final = 15  # twips
_ROW_HEIGHT: Final = 340  # 6 mm, as in the official blank forms: table 3 and its heading have room on one page
_GAP_ABOVE_TABLE: Final = 80
_GAP_BELOW_TABLE: Final = 160
_RAGGED: Final = '<w:jc w:val="left"/>'
_TITLE_SIZE: Final = 440  # twips: 20 characters on a line of 156 mm
_LEAST_PART: Final = 0.8  # of the usual size, for a label to stay on its line
_NUMBER: Final = re.compile("（[^）]{1,2}）")
_SIDES: Final = ("top", "left", "bottom", "right", "insideH", "insideV")

_KEPT: Final = frozenset({"styles", "settings", "fontTable", "header", "footer", "officeDocument", "core-properties"})
"""What a report needs of the container, by the last word of the relationship; the rest is another template's."""


def to_docx(report: Report, look: style.Look | None = None) -> bytes:
    """The report as a .docx file, in the official look or an office's own.

    The same report in the same look gives the same bytes.
    """
    look = look or _official_look()
    body = [_write_paragraph(look, "DraftMark", DRAFT_MARK)] if report.draft else []
    body.append(_write_title(report, look))
    for before, part, after in zip((None, *report.parts), report.parts, (*report.parts[1:], None), strict=False):
        gaps = _write_gaps(below=isinstance(before, Grid), above=isinstance(after, Grid))
        match part:
            case Heading():
                body.append(_write_paragraph(look, f"Heading{part.level}", part.text, gaps))
            case Paragraph():
                body.append(
                    _write_paragraph(look, "BodyText", part.text, gaps + (_RAGGED if is_ragged(part.text) else ""))
                )
            case Grid():
                body.append(_write_table(part, look))
                # Word joins two tables with nothing between them, and a document may not end with one.
                if part.note or after is None or isinstance(after, Grid):
                    body += [_write_paragraph(look, "TableNote", line) for line in part.note.split("\n")]
    base = _prepare_base(look, report.draft)
    document = base.opening + "".join(body).encode() + base.closing
    own = {_DOCUMENT: pack_part(document), _CORE: pack_part(_write_core(report).encode())}
    return join_zip_parts(base.parts, own)


def _write_title(report: Report, look: style.Look) -> str:
    """The title, broken after the agency's name where one line cannot hold it."""
    first, *rest = break_title(report.title, report.agency)
    if len(report.title) * _TITLE_SIZE <= look.page.text_width:
        return _write_paragraph(look, "Title", report.title)
    runs = _write_run(first) + "".join(f"<w:r><w:br/></w:r>{_write_run(line)}" for line in rest)
    return f"<w:p><w:pPr><w:pStyle w:val={quoteattr(look.ids['Title'])}/></w:pPr>{runs}</w:p>"


def _write_paragraph(look: style.Look, kind: str, text: str, more: str = "") -> str:
    return f"<w:p><w:pPr><w:pStyle w:val={quoteattr(look.ids[kind])}/>{more}</w:pPr>{_write_run(text)}</w:p>"


def _write_gaps(*, below: bool, above: bool) -> str:
    """The distance of a paragraph to a table before or after it; in the text itself all lines have one pitch."""
    if not (below or above):
        return ""
    return f'<w:spacing w:before="{_GAP_BELOW_TABLE if below else 0}" w:after="{_GAP_ABOVE_TABLE if above else 0}"/>'


def _write_run(text: str, size: int = 0) -> str:
    return _write_words(text, size) if len(text) <= REMEMBERED_TEXT else _write_words.__wrapped__(text, size)


@lru_cache(maxsize=2**12)
def _write_words(text: str, size: int) -> str:
    printed = escape(clean_line(text))
    if not printed:
        return ""
    smaller = f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else ""
    return f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/>{smaller}</w:rPr><w:t xml:space="preserve">{printed}</w:t></w:r>'


def _write_table(grid: Grid, look: style.Look) -> str:
    return f"{_open_table(grid.blank or grid, look)}{''.join(_write_rows(grid, look))}</w:tbl>"


@derive_once
def _open_table(grid: Grid, look: style.Look) -> str:
    """What is said of a table as a whole."""
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in _SIDES)
    margins = "".join(
        f'<w:{side} w:w="{_CELL_MARGIN if side in ("left", "right") else 0}" w:type="dxa"/>' for side in _SIDES[:4]
    )
    columns = "".join(f'<w:gridCol w:w="{right - left}"/>' for left, right in pairwise(_list_edges(grid, look)))
    headed = f"，前 {grid.head_rows} 行是表头" if grid.head_rows else ""
    said = f"{clean_line(grid.title)}：{grid.rows} 行 {grid.columns} 列的表{headed}。"
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{look.page.text_width}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>'
        f"{borders}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        f"<w:tblCaption w:val={quoteattr(clean_line(grid.title))}/><w:tblDescription w:val={quoteattr(said)}/>"
        f"</w:tblPr>"
        f"<w:tblGrid>{columns}</w:tblGrid>"
    )


def _list_edges(grid: Grid, look: style.Look) -> list[int]:
    """Where the columns of a grid begin and end, in twips from the left."""
    return [0, *(round(look.page.text_width * reach / sum(grid.widths)) for reach in accumulate(grid.widths))]


class _Frame(NamedTuple):
    """What stands before the run of a cell in a line, whatever is in it.

    `at` tells which rectangle it is of, `begins` whether that begins in this line; `part` is the part of the usual size
    that its label fits in.
    """

    at: int
    begins: bool
    opening: str
    part: float


def _write_rows(grid: Grid, look: style.Look) -> Iterator[str]:
    narrow = min(1, look.page.text_width / style.TEXT_WIDTH)
    laid = grid.blank or grid
    rooms = measure_rooms(laid)
    for opening, frames in _frame_rows(laid, look):
        written = [opening]
        for frame in frames:
            written.append(frame.opening)
            if frame.begins:
                r = grid.rectangles[frame.at]
                part = fit_figure(r.text, rooms[frame.at]) * narrow if r.role == "value" else frame.part
                written.append(_write_run(r.text, max(int(part * style.TABLE_SIZE), _SMALLEST) if part < 1 else 0))
            written.append("</w:p></w:tc>")
        written.append("</w:tr>")
        yield "".join(written)


@derive_once
def _frame_rows(grid: Grid, look: style.Look) -> list[tuple[str, list[_Frame]]]:
    """The lines of a grid, and of all that are filled from it: what opens each, and what opens its cells."""
    edges = _list_edges(grid, look)
    # A table that fits on a page stays on one: broken, the labels over many rows would stand on one side of the break
    # only.
    whole = grid.rows * _ROW_HEIGHT < look.page.text_height - style.TEXT_HEIGHT // 22
    label = "TableText" if is_flat(grid) else "TableLabel"
    styles = {
        kind: f"<w:pStyle w:val={quoteattr(look.ids[kind])}/>" for kind in ("TableText", "TableLabel", "TableHead")
    }
    lines: list[tuple[str, list[_Frame]]] = []
    for row, touching in enumerate(index_rows(grid)):
        kept = "<w:keepNext/>" if whole and row + 1 < grid.rows else ""
        frames = []
        for at in touching:
            r = grid.rectangles[at]
            width = edges[r.column + r.width] - edges[r.column]
            indent, part = _set_number(r, width - 2 * _CELL_MARGIN)
            paragraph = f"{styles[_choose_style(r, label)]}{kept}{indent}"
            frames.append(_Frame(at, r.row == row, _open_cell(r, width, paragraph, begins=r.row == row), part))
        repeated = "<w:tblHeader/>" if row < grid.head_rows else ""
        properties = f'<w:cantSplit/><w:trHeight w:val="{_ROW_HEIGHT}" w:hRule="atLeast"/>{repeated}'
        lines.append((f"<w:tr><w:trPr>{properties}</w:trPr>", frames))
    return lines


def _choose_style(r: Rectangle, label: str) -> str:
    """The style of what stands in a rectangle: figures are centred, and labels over several rows.

    Others have the one for labels.
    """
    if r.role == "label":
        return "TableText" if r.height > 1 else label
    return "TableText" if r.role in {"value", "print"} else "TableHead"


def _set_number(r: Rectangle, room: int) -> tuple[str, float]:
    """What sets the number of a label over several rows on its own line, and the part of its size that fits.

    So stands （三） above 不予公开.
    """
    number = _NUMBER.match(r.text) if r.role == "label" and r.height > 1 else None
    if number is None:
        return "", 1
    above, below = (length * style.TABLE_SIZE * 10 for length in (len(number[0]), len(r.text) - len(number[0])))
    part = min(1.0, room / below) if below and room >= _LEAST_PART * below else 1.0
    return f'<w:ind w:firstLine="{max(0, round(room - above * part) // 2)}"/>{_RAGGED}', part


def _open_cell(r: Rectangle, width: int, paragraph: str, *, begins: bool) -> str:
    across = f'<w:gridSpan w:val="{r.width}"/>' if r.width > 1 else ""
    down = f'<w:vMerge w:val="{"restart" if begins else "continue"}"/>' if r.height > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{across}{down}<w:vAlign w:val="center"/></w:tcPr>'
        f"<w:p><w:pPr>{paragraph}</w:pPr>"
    )


def _write_core(report: Report) -> str:
    # The last day of the period stands for the time of making: a document must not differ because the clock does.
    day = f"{report.year:04d}-12-31T00:00:00Z"
    status = "<cp:contentStatus>草稿</cp:contentStatus>" if report.draft else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(clean_line(report.title))}</dc:title><dc:creator>"
        f"{escape(clean_line(report.agency))}</dc:creator>"
        f"<cp:lastModifiedBy>{escape(clean_line(report.agency))}</cp:lastModifiedBy>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}</dcterms:modified>'
        f"<dc:language>zh-CN</dc:language>{status}</cp:coreProperties>"
    )


def _pack_parts(parts: dict[str, bytes]) -> bytes:
    """A package with its parts in a fixed order and without a trace of the system or the time that it was made by.

    All times are the start of the zip calendar.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name)
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, parts[name])
    return buffer.getvalue()


@cache
def _official_look() -> style.Look:
    return style.official_look()


class _Base(NamedTuple):
    """What no report in a look changes: the document before and after its body, and all other parts of the package."""

    opening: bytes
    closing: bytes
    parts: tuple[ZipPart, ...]


@lru_cache(maxsize=4)
def _prepare_base(look: style.Look, draft: bool) -> _Base:
    document = docx.Document()
    section = document.sections[0]
    section.footer.part.element[:] = [parse_xml(style.write_page_number(look, odd=True))]
    section.even_page_footer.part.element[:] = [parse_xml(style.write_page_number(look, odd=False))]
    if draft:
        section.header.part.element[:] = [parse_xml(style.write_header(look, DRAFT_MARK))]
        section.even_page_header.part.element[:] = [parse_xml(style.write_header(look, DRAFT_MARK))]
    properties = section._sectPr
    properties[:] = [
        *(child for child in properties if child.tag.endswith("Reference")),
        *map(parse_xml, look.page.xml()),
    ]
    for relations in (document.part.rels, document.part.package.rels):
        for relation in list(relations.values()):
            if relation.reltype.rsplit("/", 1)[1] not in _KEPT:
                del relations[relation.rId]
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts |= {
        "word/styles.xml": look.styles.encode(),
        "word/settings.xml": style.write_settings().encode(),
        "word/fontTable.xml": look.font_table.encode(),
    }
    opening, section_start, closing = parts[_DOCUMENT].partition(b"<w:sectPr")
    return _Base(opening, section_start + closing, tuple(read_zip_parts(_pack_parts(parts))))
