"""The finished report: against python-docx by table.cell, a plain jinja2 template, and escaping and joining alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape

import docx
import lxml.html
import pandas
from figures import sample, spec
from fill import contents, zipped
from jinja2 import Environment
from measure import Contender, Table, compared

import xltool
from xltool.frames import FRAME_HEADS
from xltool.model import Grid, Heading, Rectangle, Report, Submission
from xltool.report.assemble import assemble_report

TEMPLATE = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">
<title>{{ report.title }}</title></head><body>
<h1>{{ report.title }}</h1>
{% for part in report.parts %}{% if part.level %}<h{{ part.level + 1 }}>{{ part.text }}</h{{ part.level + 1 }}>
{% elif part.text is defined %}<p>{{ part.text }}</p>
{% else %}<table>{% for row in part.rectangles | groupby("row") %}<tr>{% for cell in row.list %}
<td class="{{ cell.role }}" rowspan="{{ cell.height }}" colspan="{{ cell.width }}">{{ cell.text }}</td>
{%- endfor %}</tr>{% endfor %}</table>
{% endif %}{% endfor %}</body></html>"""


def measured(quick: bool) -> list[Table]:
    submission = sample()
    assembled = assemble_report(spec(), submission)
    parts = contents(xltool.report(submission, "docx"))
    template = Environment(autoescape=True).from_string(TEMPLATE)
    rounds = 2 if quick else 15
    texts = list(_texts(assembled))
    to_docx = [
        Contender("xltool.report, docx", lambda: xltool.report(submission, "docx")),
        Contender("python-docx, cells by table.cell", lambda: by_cell(assembled)),
        Contender("limit: deflate and zip the same parts", lambda: zipped(parts)),
    ]
    to_html = [
        Contender("xltool.report, html", lambda: xltool.report(submission, "html")),
        Contender(
            "xltool.report, html, the fragment with inline styles",
            lambda: xltool.report(submission, "html", fragment=True),
        ),
        Contender("python-docx, the same content by table.cell", lambda: by_cell(assembled)),
        Contender("jinja2, a bare page: no heads, ids or styles", lambda: template.render(report=assembled).encode()),
        Contender(
            "limit: escape and join the same texts",
            lambda: "".join(f"<td>{escape(text)}</td>" for text in texts).encode(),
        ),
    ]
    to_markdown = [
        Contender("xltool.report, md", lambda: xltool.report(submission, "md")),
        Contender("limit: join the same texts", lambda: "".join(f"| {text} " for text in texts).encode()),
    ]
    to_csv = [
        Contender("xltool.report, csv", lambda: xltool.report(submission, "csv")),
        Contender("pandas, to_frame melted to a row a cell", lambda: melted(submission)),
    ]
    word, page = xltool.report(submission, "docx"), xltool.report(submission, "html")
    read_docx = [
        Contender("xltool.imported, docx", lambda: xltool.imported(word)),
        Contender("python-docx, opening it", lambda: docx.Document(io.BytesIO(word))),
        Contender("python-docx, opening it and reading all cells by table.cell", lambda: cells_by_cell(word)),
    ]
    read_html = [
        Contender("xltool.imported, html", lambda: xltool.imported(page)),
        Contender("pandas.read_html, the tables alone", lambda: pandas.read_html(io.BytesIO(page))),
        Contender("limit: lxml, parsing it", lambda: lxml.html.fromstring(page)),
    ]
    return [
        compared("A published Word document read", read_docx, 2 if quick else 7),
        compared("A published web page read", read_html, rounds),
        compared("Report as Word document", to_docx, rounds),
        compared("Report as web page", to_html, rounds),
        compared("Report as Markdown", to_markdown, rounds),
        compared("Report's figures as tidy .csv", to_csv, rounds),
    ]


def melted(submission: Submission) -> bytes:
    """The figures with their keys alone, without labels and units."""
    frame = xltool.to_frame([submission]).reset_index()
    written: str = frame.melt(["code", *FRAME_HEADS], var_name="key").to_csv(index=False)
    return written.encode("utf-8-sig")


def cells_by_cell(data: bytes) -> list[str]:
    """The cells of all tables as the documentation of python-docx has one read them."""
    tables = docx.Document(io.BytesIO(data)).tables
    return [
        table.cell(row, column).text
        for table in tables
        for row in range(len(table.rows))
        for column in range(len(table.columns))
    ]


def by_cell(report: Report) -> bytes:
    """The report as python-docx's own documentation would have it made."""
    document = docx.Document()
    document.add_heading(report.title, 0)
    for part in report.parts:
        if isinstance(part, Grid):
            table = document.add_table(part.rows, part.columns)
            for area in part.rectangles:
                cell = table.cell(area.row, area.column)
                if area.height * area.width > 1:
                    cell = cell.merge(table.cell(area.row + area.height - 1, area.column + area.width - 1))
                cell.text = area.text
        elif isinstance(part, Heading):
            document.add_heading(part.text, part.level)
        else:
            document.add_paragraph(part.text)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _texts(report: Report) -> Iterator[str]:
    for part in report.parts:
        areas: tuple[Rectangle, ...] = part.rectangles if isinstance(part, Grid) else ()
        yield from (area.text for area in areas) if areas else [part.text]  # type: ignore[union-attr]
