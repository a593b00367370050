"""What kind of document the bytes of a published report are, and its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xltool import kinds
from xltool.model import FormSpec
from xltool.published import docx, foreign, html, ofd, sections, tables, text
from xltool.published.document import Document
from xltool.published.vocabulary import read_vocabulary
from xltool.spreadsheet.package import Package

_PDF: Final = b"%PDF-"
_OFD, _PAGED, _TEXT = "OFD 文件", "PDF", "文本"
_TOLD_BY_LABELS: Final = frozenset({_OFD, _PAGED, _TEXT})
"""Kinds of documents whose tables may have no lines: official labels tell them."""
PAGED_KINDS: Final = frozenset({_PAGED, _OFD})
"""Kinds of documents that are pages."""


def read_document(data: bytes, specs: Sequence[FormSpec], *, scans: bool = False) -> tuple[str, Document] | None:
    """What kind of document bytes are, in words, and its parts; the labels of forms tell the tables of a plain text.

    Those labels are of the usual forms; what calls itself another form, or is a text that has no title and no table of
    theirs, is read by the labels of that form, or of all: the words of one are sentences in reports of another.

    None for what is no document that a report is published as. `scans`: the text of a scan is recognised, which takes
    seconds for each page, where the library for that is installed.

    Raises Refusal for a document that is damaged or over a limit.
    """
    usual = [spec for spec in specs if spec.usual] or specs
    opened = _read_by_labels(data, usual, scans=scans)
    if opened is None or opened[0] not in _TOLD_BY_LABELS or len(usual) == len(specs):
        return opened
    kind, parts = opened
    if any(sections.has_form_title(parts, spec) for spec in usual):
        return opened
    titled = [spec for spec in specs if sections.has_form_title(parts, spec)]
    if titled or (kind == _TEXT and not tables.find_tables(usual, parts)):
        return _read_by_labels(data, titled or specs, scans=scans)
    return opened


def _read_by_labels(data: bytes, specs: Sequence[FormSpec], *, scans: bool) -> tuple[str, Document] | None:
    """The kind and the parts of a document, by the labels of these forms where no lines tell its tables."""
    if data.startswith(kinds.ZIP):
        package = Package(data)
        if ofd.ENTRY in package:
            return _OFD, ofd.read_ofd(package, read_vocabulary(specs))
        return ("Word 文档", docx.read_docx(package)) if "word/document.xml" in package else None
    if (strange := foreign.name_foreign(data)) is not None:
        return strange.told, docx.read_docx(Package(foreign.convert_foreign(data)))
    if data.startswith(_PDF):
        from xltool.published import pdf, scan

        document = pdf.read_pdf(data, read_vocabulary(specs))
        return _PAGED, scan.read_scan(data, document, read_vocabulary(specs)) if scans else document
    if kinds.is_page(data):
        return "网页", html.read_html(data)
    return (_TEXT, text.read_text(data, read_vocabulary(specs))) if kinds.is_text(data) else None


def name_file_kind(data: bytes) -> str:
    """What a file is that is no published report."""
    if not data.startswith(kinds.ZIP):
        return kinds.of_bytes(data).what
    names = [name.lower() for name in Package(data).names]
    return "工作簿（用 xltool read 读）" if "xl/workbook.xml" in names else kinds.of_members(names).what
