"""Prints a report as PDF.

Set with typst where that is installed, otherwise printed from the Word document by LibreOffice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xltool import itself, office
from xltool.messages import XltoolError
from xltool.model import Report
from xltool.report import fonts, typeset

BY_OFFICE: Final = "没有 typst，PDF 由 LibreOffice 转换：两次生成的文件内容一样，字节不同。"


@dataclass(frozen=True, slots=True)
class PrintedPdf:
    """A PDF, and in sentences what is not in it as it should be."""

    data: bytes
    remarks: tuple[str, ...]


def to_pdf(report: Report) -> PrintedPdf:
    """The report as PDF in the layout of GB/T 9704-2012.

    Raises `XltoolError` when there is nothing here to print it with.

    With typst the same report gives the same bytes wherever its version and the fonts are the same; with LibreOffice
    never twice.
    """
    if typeset.is_available():
        data, why = typeset.typeset_report(report)
        return PrintedPdf(
            data, tuple(remark for remark in (fonts.describe_replaced(typeset.list_families()), why) if remark)
        )
    program = office.find_program()
    if program is None:
        raise XltoolError(
            "生成 PDF 需要 typst 或 LibreOffice，这台电脑上都没有："
            f"{itself.advise_install('xltool[pdf]')}，或安装 LibreOffice。"
        )
    from xltool.report.docx import to_docx

    installed = fonts.list_system_families()
    remarks = (BY_OFFICE, "" if installed is None else fonts.describe_lacking(installed))
    return PrintedPdf(office.print_pdf(program, to_docx(report)), tuple(remark for remark in remarks if remark))
