"""Sets a report with typst, in this process.

The template is ours and fixed, everything that is printed goes in as JSON strings.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import metadata
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from xltool.messages import XltoolError
from xltool.model import Grid, Heading, Paragraph, Rectangle, Report
from xltool.report import fonts, style
from xltool.report.grids import is_flat
from xltool.report.text import DRAFT_MARK, break_title, clean_line, is_ragged

if TYPE_CHECKING:
    from typst import Fonts

_STANDARDS: Final = ("a-2a", "ua-1")
"""PDF/A for the archive and PDF/UA for reading aloud; both ask that every sign be there."""
OLDEST: Final = (0, 15)
"""The first version that makes both at once."""
_TITLE_SIZE: Final = 440  # twips: 20 characters on a line of 156 mm
_PROBE: Final = b"#set document(title: sys.inputs.sample)\n#sys.inputs.sample"
_SIGN: Final = re.compile(r'`"(?:\\u\{([0-9a-f]+)\}|([^"\\]+))"`')
_BYTE_ORDER_MARK: Final = "\ufeff"  # nobody sees it, and PDF/UA forbids it


def find_version() -> str | None:
    """The version of typst that is installed and can be loaded, or None."""
    try:
        import typst  # noqa: F401

        return metadata.version("typst")
    except ImportError:
        return None


def is_available() -> bool:
    """Whether typst is here in a version that can do what the template asks of it."""
    installed = find_version()
    return installed is not None and tuple(int(part) for part in re.findall("[0-9]+", installed)[:2]) >= OLDEST


def list_families() -> tuple[str, ...]:
    """The font families that typst finds on this computer or brings along."""
    return tuple(_load_fonts().families())


def typeset_report(report: Report) -> tuple[bytes, str]:
    """The report as PDF/A-2a and PDF/UA-1, and nothing; or as plain PDF, and why: a sign that no font here has.

    Same report, same fonts, same version of typst: same bytes. Raises `XltoolError` where no font has Chinese
    characters.
    """
    import typst

    source = files(__package__).joinpath("page.typ").read_bytes()
    data = json.dumps(_describe_report(report), ensure_ascii=False)
    try:
        return _compile_template(source, {"report": data}, _STANDARDS), ""
    except typst.TypstError as error:
        if not _has_chinese_face():
            raise XltoolError(
                "这台电脑上没有中文字体，生成不了 PDF；请安装宋体、仿宋、黑体、楷体，或 Noto CJK（思源）字体。"
            ) from error
        why = _explain_failure(error.message)
    try:
        return _compile_template(source, {"report": data}, ()), why
    except typst.TypstError as error:  # no text can do that; a version whose language has changed can
        raise XltoolError(
            f"typst {find_version()} 排不出报告（{error.message}）；请换用 {'.'.join(map(str, OLDEST))} 版。"
        ) from error


def _explain_failure(message: str) -> str:
    """What keeps a report from being PDF/A and PDF/UA.

    Nearly always a sign, which typst quotes as itself or by its number.
    """
    sign = _SIGN.search(message)
    if sign is None:
        return f"这份 PDF 不符合 PDF/A 和 PDF/UA（{message}）。"
    shown = f"U+{sign[1].upper():0>4}" if sign[1] else f"“{sign[2]}”"
    return (
        f"有字（如 {shown}）在这台电脑的字体里没有，或是自造字，PDF 中可能显示为方框，请核对；这份 PDF 因此不符合 "
        f"PDF/A 和 PDF/UA。"
    )


def _compile_template(source: bytes, inputs: dict[str, str], standards: tuple[Any, ...]) -> bytes:
    import typst

    compiler = typst.Compiler(source, root=str(files(__package__)), font_paths=_load_fonts(), sys_inputs=inputs)
    made = compiler.compile(format="pdf", pdf_standards=list(standards))
    assert isinstance(made, bytes)
    return made


def _has_chinese_face() -> bool:
    import typst

    try:
        _compile_template(_PROBE, {"sample": "年度报告"}, _STANDARDS[1:])
    except typst.TypstError:
        return False
    return True


@cache
def _load_fonts() -> Fonts:
    import typst

    return typst.Fonts()


def _describe_report(report: Report) -> dict[str, Any]:
    """The report as the template reads it; lengths in points."""
    known = list_families()
    lines = (
        break_title(report.title, report.agency)
        if len(report.title) * _TITLE_SIZE > style.TEXT_WIDTH
        else (report.title,)
    )
    roles = zip(("title", "body", "level1", "level2", "table"), fonts.CHAINS, strict=True)
    return {
        "name": _plain_text(f"{'【草稿】' if report.draft else ''}{report.title}"),
        "title": [_plain_text(line) for line in lines],
        "author": _plain_text(report.agency),
        "year": report.year,
        "keywords": ["草稿"] if report.draft else [],
        "mark": DRAFT_MARK if report.draft else None,
        "fonts": {role: fonts.find_present(chain.names, known) for role, chain in roles}
        | {"latin": fonts.find_present(fonts.LATIN, known)},
        "page": {
            "paper": [style.PAGE_WIDTH / 20, style.PAGE_HEIGHT / 20],
            "top": style.TOP_MARGIN / 20,
            "left": style.LEFT_MARGIN / 20,
            "width": style.TEXT_WIDTH / 20,
            "height": style.TEXT_HEIGHT / 20,
        },
        "parts": [_describe_part(part) for part in report.parts],
    }


def _describe_part(part: Heading | Paragraph | Grid) -> dict[str, Any]:
    match part:
        case Heading():
            return {"kind": "heading", "level": part.level, "text": _plain_text(part.text)}
        case Paragraph():
            return {"kind": "paragraph", "text": _plain_text(part.text), "ragged": is_ragged(part.text)}
        case Grid():
            return {
                "kind": "table",
                "widths": [style.TEXT_WIDTH / 20 * width / sum(part.widths) for width in part.widths],
                "size": style.TABLE_SIZE / 2,
                "flat": is_flat(part),
                "note": [_plain_text(line) for line in part.note.split("\n") if line],
                "bands": _describe_bands(part),
            }


def _describe_bands(grid: Grid) -> list[dict[str, Any]]:
    """The rectangles as runs of head and other lines.

    Each block of a table has its own head, and only the first of one block repeats.
    """
    heads = {"caption", "head", "corner", "line"}
    ordered = sorted(grid.rectangles, key=lambda r: (r.row, r.column))
    return [
        {"head": head, "repeated": head and grid.head_rows > 0, "cells": [_describe_cell(r) for r in run]}
        for head, run in groupby(ordered, lambda r: r.role in heads)
    ]


def _describe_cell(r: Rectangle) -> dict[str, Any]:
    return {
        "x": r.column,
        "y": r.row,
        "width": r.width,
        "height": r.height,
        "role": r.role,
        "text": _plain_text(r.text),
    }


def _plain_text(text: str) -> str:
    return clean_line(text).replace(_BYTE_ORDER_MARK, "")
