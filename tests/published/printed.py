"""Prints a report as PDF in ways that we do not: with and without rules, with upright heads, by other programs."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from xltool import api
from xltool.forms.totals import complete_totals
from xltool.model import Grid, Heading, Paragraph, Rectangle, Submission
from xltool.report.assemble import assemble_report

FONT, SIZE = "STSong-Light", 9
BREADTH, MARGIN = 595 - 2 * 60, 60


class Manner(NamedTuple):
    """How a report is printed.

    `rules`: all, level (only some level ones) or none; `heads` of the tables whose rows stand side by side: level, up
    or down (turned), stacked (a sign a line); `middle`: where text stands in a cell; `room`: points that are left free
    at the foot of each page, so that tables break elsewhere; `padding`: points beside the text of a cell; `clocks`:
    what a browser shows above the pages in turn, with the title, and below them an address and the page's number.
    """

    rules: str = "all"
    heads: str = "level"
    middle: str = "MIDDLE"
    room: int = 60
    padding: int = 3
    clocks: tuple[str, ...] = ()


def print_report(submission: Submission, manner: Manner) -> bytes:
    """The report as PDF."""
    pytest.importorskip("reportlab", reason="reportlab is not installed: pip install '.[test]'")
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph as Text
    from reportlab.platypus import SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    spec = api.form(submission.form)
    report = assemble_report(spec, complete_totals(spec, submission)[0])
    body = ParagraphStyle("body", fontName=FONT, fontSize=12, leading=20, wordWrap="CJK", firstLineIndent=24)
    title = ParagraphStyle("title", body, fontSize=18, leading=26, firstLineIndent=0, alignment=1)
    story: list[object] = [Text(report.title, title)]
    for part in report.parts:
        match part:
            case Grid():
                story += [_build_table(part, manner), Text(" ", body)]
            case Heading() | Paragraph():
                story.append(Text(_escape(part.text), body))

    def print_around(canvas: Any, document: Any) -> None:
        if manner.clocks:
            canvas.setFont(FONT, 8)
            canvas.drawString(24, 818, f"{manner.clocks[document.page % len(manner.clocks)]}  {report.title}")
            canvas.drawString(24, 16, "https://www.yl.example/zfxxgk/nb/2024.html")
            canvas.drawRightString(570, 16, f"{document.page}/6")

    buffer = io.BytesIO()
    SimpleDocTemplate(
        buffer, pagesize=(595, 842), leftMargin=MARGIN, rightMargin=MARGIN, topMargin=60, bottomMargin=manner.room,
        title=report.title, invariant=True,
    ).build(story, onFirstPage=print_around, onLaterPages=print_around)  # fmt: skip
    return buffer.getvalue()


def _build_table(grid: Grid, manner: Manner) -> object:
    from reportlab.lib import colors
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph as Text
    from reportlab.platypus import Table, TableStyle

    left = ParagraphStyle("cell", fontName=FONT, fontSize=SIZE, leading=SIZE * 1.3, wordWrap="CJK")
    centre = ParagraphStyle("figure", left, alignment=1)
    across = grid.rows < 6 and grid.columns > 8
    cells: list[list[object]] = [[""] * grid.columns for _ in range(grid.rows)]
    styles: list[tuple[object, ...]] = [("VALIGN", (0, 0), (-1, -1), manner.middle)]
    styles += [(f"{side}PADDING", (0, 0), (-1, -1), manner.padding) for side in ("LEFT", "RIGHT")]
    total = sum(grid.widths)
    widths = [BREADTH * width / total for width in grid.widths]
    for each in grid.rectangles:
        styles.append(("SPAN", (each.column, each.row), (each.column + each.width - 1, each.row + each.height - 1)))
        text = _escape(each.text)
        if across and manner.heads != "level" and each.width == 1 and each.role != "value":
            cells[each.row][each.column] = _turn(each, manner, centre)
        else:
            cells[each.row][each.column] = Text(text, left if each.role == "label" else centre) if text else ""
    if manner.rules == "all":
        styles.append(("GRID", (0, 0), (-1, -1), 0.5, colors.black))
    elif manner.rules == "level":
        styles += [("LINEABOVE", (0, 0), (-1, 0), 1, colors.black), ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black)]
        styles.append(("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black))
    return Table(cells, colWidths=widths, style=TableStyle(styles))


def _turn(each: Rectangle, manner: Manner, style: object) -> object:
    from reportlab.platypus import Flowable
    from reportlab.platypus import Paragraph as Text

    if manner.heads == "stacked":
        return Text("<br/>".join(each.text), style)

    class Turned(Flowable):  # type: ignore[misc]
        def wrap(self, *_: float) -> tuple[float, float]:
            return SIZE * 1.3, SIZE * len(each.text) + 2

        def draw(self) -> None:
            self.canv.saveState()
            self.canv.setFont(FONT, SIZE)
            if manner.heads == "up":
                self.canv.translate(SIZE, 1)
                self.canv.rotate(90)
            else:
                self.canv.translate(2, SIZE * len(each.text) + 1)
                self.canv.rotate(-90)
            self.canv.drawString(0, 0, each.text)
            self.canv.restoreState()

    return Turned()


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


# ---------------------------------------------------------------- the same of our own documents, for other printers

DIRECTIONS = {"up": "btLr", "down": "tbRl", "signs": "tbRlV"}
"""What Word calls them: turned up, turned down, signs that stand upright under one another."""


def change_word(data: bytes, heads: str = "level", *, ruled: bool = True) -> bytes:
    """Our Word document with the heads of its last table turned or stacked, or with tables without borders."""
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn
    from docx.shared import Cm

    document = Document(io.BytesIO(data))
    table = document.tables[-1]
    if heads != "level":
        for cell in _list_heads(table):
            if heads == "stacked":
                run = cell.paragraphs[0].runs[0]
                run.text = "\n".join(run.text)
            else:
                told = parse_xml(f'<w:textDirection {nsdecls("w")} w:val="{DIRECTIONS[heads]}"/>')
                properties = cell._tc.get_or_add_tcPr()
                tags = {qn(f"w:{name}") for name in ("tcFitText", "vAlign", "hideMark")}
                after = [each for each in properties if each.tag in tags]
                after[0].addprevious(told) if after else properties.append(told)
        for row in table.rows[1:3]:
            row.height = Cm(1.5)
    if not ruled:
        for each in document.tables:
            for borders in [*each._tbl.iter(qn("w:tblBorders")), *each._tbl.iter(qn("w:tcBorders"))]:
                borders.getparent().remove(borders)
            sides = ("top", "left", "bottom", "right", "insideH", "insideV")
            none = "".join(f'<w:{side} w:val="nil"/>' for side in sides)
            told = parse_xml(f"<w:tblBorders {nsdecls('w')}>{none}</w:tblBorders>")
            each._tbl.tblPr.append(told)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _list_heads(table: Any) -> Iterator[Any]:
    """The cells of heads of one column, each once."""
    seen: set[Any] = set()
    for row in table.rows[1:3]:
        for cell in row.cells:
            if cell._tc not in seen and cell._tc.grid_span == 1 and cell.text:
                seen.add(cell._tc)
                yield cell


STYLES = {
    "level": "",
    "signs": "writing-mode: vertical-rl",
    "down": "writing-mode: vertical-rl; text-orientation: sideways",
    "up": "writing-mode: vertical-rl; text-orientation: sideways; transform: rotate(180deg)",
    "turned": "transform: rotate(-90deg); height: 6em; width: 6em; margin: 0 -2em; line-height: 6em",
    "narrow": "width: 1em; margin: auto; word-break: break-all; white-space: normal",
}
"""How a page sets heads upright; but for `narrow` they are not broken."""
BARE = "<style>th, td { border: 0 !important; background: none !important }</style></head>"


def change_page(data: bytes, heads: str = "level", *, ruled: bool = True) -> bytes:
    """Our page with the heads of its last table set otherwise, or with tables without borders."""
    begin, _, end = data.decode().rpartition("<table")
    if heads != "level":
        style = f"display: inline-block; white-space: nowrap; {STYLES[heads]}"
        end = re.sub(
            r'(<th class="head"[^>]*scope="col"[^>]*>)([^<]*)(</th>)', rf'\1<div style="{style}">\2</div>\3', end
        )
    told = f"{begin}<table{end}"
    return (told if ruled else told.replace("</head>", BARE)).encode()


# ---------------------------------------------------------------- with typst

TYPST_HEADS = {
    "up": "rotate(-90deg, reflow: true, text({}))",
    "down": "rotate(90deg, reflow: true, text({}))",
    "stacked": "stack(dir: ttb, spacing: 2pt, ..{}.clusters())",
}
TYPST_PAGE = """#set page(margin: 2.2cm)
#set text(font: "Noto Serif CJK SC", size: 12pt)
#set par(first-line-indent: (amount: 2em, all: true), spacing: 0.65em)
"""


def print_with_typst(submission: Submission, heads: str = "level", *, ruled: bool = True) -> bytes:
    """The report as PDF, set by typst with other means than ours."""
    typst = pytest.importorskip("typst", reason="typst is not installed: pip install '.[pdf]'")
    spec = api.form(submission.form)
    report = assemble_report(spec, complete_totals(spec, submission)[0])
    out = [TYPST_PAGE, f"#align(center, text(size: 18pt, {_quote(report.title)}))"]
    for part in report.parts:
        if isinstance(part, Grid):
            across = part.rows < 6 and part.columns > 8
            cells = []
            for each in part.rectangles:
                upright = across and each.role != "value" and each.width == 1 and heads != "level"
                body = (TYPST_HEADS[heads] if upright else "text({})").format(_quote(each.text))
                place = f"x: {each.column}, y: {each.row}, colspan: {each.width}, rowspan: {each.height}"
                cells.append(f"table.cell({place}, {body})")
            widths = ", ".join(f"{width}fr" for width in part.widths)
            stroke = "0.5pt" if ruled else "none"
            out.append(
                f"#[#set text(size: 8pt)\n#set par(first-line-indent: 0pt)\n#table(columns: ({widths},), "
                f"stroke: {stroke}, inset: 3pt, align: horizon + center, {', '.join(cells)})]"
            )
        else:
            out += [f"#par({_quote(line)})" for line in part.text.split("\n")]
    made: bytes = typst.compile("\n\n".join(out).encode())
    return made


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(_CHROMIUM is None, reason="no Chromium")


def print_by_browser(page: bytes, folder: Path) -> bytes:
    """A page as Chromium prints it; a browser that dies is started once more."""
    (folder / "page.html").write_bytes(page)
    for attempt in (1, 2):
        command = [_CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / str(attempt)}"]
        done = subprocess.run(
            [*command, f"--print-to-pdf={folder / 'page.pdf'}", (folder / "page.html").as_uri()],
            capture_output=True,
            timeout=240,
            check=False,
        )
        if done.returncode == 0 and (folder / "page.pdf").exists():
            return (folder / "page.pdf").read_bytes()
    raise AssertionError(done.stderr[-2000:].decode("utf-8", "replace"))
