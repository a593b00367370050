"""Writes OFD files: a report as pages of text and lines in millimetres, and what may be wrong with one."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from xltool import api
from xltool.model import Grid, Heading, Paragraph, Submission
from xltool.report.assemble import assemble_report

NAMESPACE = "http://www.ofdspec.org/2016"
WIDTH, HEIGHT, MARGIN, SIZE, LEAD = 210.0, 297.0, 20.0, 4.2, 7.0
CELL = 3.6
"""Millimetres: the page, its margins, the size of its text and from line to line; the size of the text in cells."""


def width(sign: str, size: float) -> float:
    return size if unicodedata.east_asian_width(sign) in "WFA" else size / 2


def wrap(text: str, room: float, size: float, indent: float = 0.0) -> list[str]:
    """The lines of a text; no Latin word is broken, and no stop begins a line."""
    lines, line, used = [], "", indent
    for word in re.findall("[!-~]+[，。；：！？、）》”]*|.[，。；：！？、）》”]*", text):
        breadth = sum(width(sign, size) for sign in word)
        if line and used + breadth > room:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + word, used + breadth
    return [*lines, line] if line else lines


def text_object(text: str, left: float, top: float, size: float) -> str:
    """One line, its steps told one by one but for runs of equal ones."""
    steps: list[str] = []
    widths = [width(sign, size) for sign in text][:-1]
    at = 0
    while at < len(widths):
        run = 1
        while at + run < len(widths) and widths[at + run] == widths[at]:
            run += 1
        steps.append(f"g {run} {widths[at]:g}" if run > 1 else f"{widths[at]:g}")
        at += run
    delta = f" DeltaX={quoteattr(' '.join(steps))}" if steps else ""
    box = f"{left:g} {top:g} {sum(width(sign, size) for sign in text):g} {size:g}"
    return (
        f'<ofd:TextObject ID="1" Boundary="{box}" Font="3" Size="{size:g}"><ofd:TextCode X="0" Y="{size * 0.8:g}"'
        f"{delta}>{escape(text)}</ofd:TextCode></ofd:TextObject>"
    )


def box_object(left: float, top: float, across: float, down: float) -> str:
    """A rectangle drawn in its own frame."""
    path = f"M 0 0 L {across:g} 0 L {across:g} {down:g} L 0 {down:g} C"
    return (
        f'<ofd:PathObject ID="2" Boundary="{left:g} {top:g} {across:g} {down:g}" LineWidth="0.2">'
        f"<ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>"
    )


class Pages:
    """Pages that fill up from the top."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = [[]]
        self.top = MARGIN

    def make_room(self, height: float) -> None:
        if self.top + height > HEIGHT - MARGIN:
            self.pages.append([])
            self.top = MARGIN

    def paragraph(self, text: str, size: float = SIZE, *, middle: bool = False) -> None:
        indent = 0.0 if middle else 2 * size
        lines = wrap(text, WIDTH - 2 * MARGIN, size, indent)
        for at, line in enumerate(lines):
            self.make_room(LEAD)
            used = sum(width(sign, size) for sign in line)
            left = (WIDTH - used) / 2 if middle else MARGIN + (0 if at else indent)
            self.pages[-1].append(text_object(line, left, self.top, size))
            self.top += LEAD

    def grid(self, grid: Grid) -> None:
        columns = max(each.column + each.width for each in grid.rectangles)
        rows = max(each.row + each.height for each in grid.rectangles)
        across = (WIDTH - 2 * MARGIN) / columns
        heights = [LEAD] * rows
        for each in sorted(grid.rectangles, key=lambda each: each.height):
            lines = [line for part in each.text.split("\n") for line in wrap(part, each.width * across - 1, CELL)]
            lacking = len(lines) * CELL * 1.2 + 1 - sum(heights[each.row : each.row + each.height])
            heights[each.row + each.height - 1] += max(0.0, lacking)
        begun = 0
        while begun < rows:  # as many rows as have room, cut between rows that no rectangle joins
            end = begun + 1
            while any(each.row < end < each.row + each.height for each in grid.rectangles):
                end += 1
            self.make_room(sum(heights[begun:end]))
            for each in (each for each in grid.rectangles if begun <= each.row < end):
                left, top = MARGIN + each.column * across, self.top + sum(heights[begun : each.row])
                down = sum(heights[each.row : each.row + each.height])
                self.pages[-1].append(box_object(left, top, each.width * across, down))
                lines = [line for part in each.text.split("\n") for line in wrap(part, each.width * across - 1, CELL)]
                for number, line in enumerate(lines):
                    self.pages[-1].append(text_object(line, left + 0.5, top + 0.5 + number * CELL * 1.2, CELL))
            self.top += sum(heights[begun:end])
            begun = end
        self.top += LEAD


def to_ofd(submission: Submission) -> bytes:
    """A submission's report as OFD."""
    report = assemble_report(api.form(submission.form), submission)
    pages = Pages()
    pages.paragraph(report.title, 6, middle=True)
    for part in report.parts:
        match part:
            case Grid():
                pages.grid(part)
            case Heading() | Paragraph():
                pages.paragraph(part.text)
    return package(["".join(page) for page in pages.pages], report.title)


def page_part(content: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:Page xmlns:ofd="{NAMESPACE}"><ofd:Content><ofd:Layer ID="5">'
        f"{content}</ofd:Layer></ofd:Content></ofd:Page>"
    ).encode()


def package(
    contents: Sequence[str],
    title: str = "",
    change: Callable[[dict[str, bytes]], Mapping[str, bytes]] = lambda parts: parts,
) -> bytes:
    """An OFD file of pages with some content, its parts changed at the end."""
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    listed = "".join(f'<ofd:Page ID="{at + 10}" BaseLoc="Pages/Page_{at}/Content.xml"/>' for at in range(len(contents)))
    parts = {
        "OFD.xml": f'{head}<ofd:OFD xmlns:ofd="{NAMESPACE}" Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo>'
        f"<ofd:Title>{escape(title)}</ofd:Title></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
        "</ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f'{head}<ofd:Document xmlns:ofd="{NAMESPACE}"><ofd:CommonData><ofd:PageArea>'
        f"<ofd:PhysicalBox>0 0 {WIDTH:g} {HEIGHT:g}</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>"
        f"{listed}</ofd:Pages></ofd:Document>",
    }
    whole = {name: part.encode() for name, part in parts.items()}
    whole |= {f"Doc_0/Pages/Page_{at}/Content.xml": page_part(each) for at, each in enumerate(contents)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in change(whole).items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), part)
    return buffer.getvalue()
