"""A published report as PDF: what is printed where on its pages."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any, Final

from xltool.messages import finding
from xltool.published.document import Document
from xltool.published.pages import MAX_PAGES, PrintedPage, lay_out_pages, require_plumber
from xltool.published.radicals import replace_radicals
from xltool.published.vocabulary import Vocabulary
from xltool.spreadsheet.package import Refusal, damage_refusal, limit_refusal

_FAULTS: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, OSError, RecursionError,
    TypeError, ValueError,
)  # fmt: skip
"""What the libraries let out when a file is not what it says, beside their own."""


def read_pdf(data: bytes, vocabulary: Vocabulary) -> Document:
    """The document of a PDF; one without any text has a note that says so.

    Raises Refusal for what is damaged, locked or over a limit, or when the library that reads PDF is not installed.
    """
    require_plumber()
    import pdfplumber
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.psexceptions import PSException
    from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # what it has to say about a file goes to nobody's screen
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            count = len(document.pages)
            if count > MAX_PAGES:
                raise limit_refusal("PDF 的页数", MAX_PAGES, count)
            title = replace_radicals(str((document.metadata or {}).get("Title") or ""))
            return lay_out_pages(_list_pages(document), title, "PDF", vocabulary)
    except (PDFException, PSException, MalformedPDFException, PdfminerException) as error:
        if "Password" in f"{type(error).__name__}{error!r}":
            raise Refusal(finding("file.locked")) from None
        raise damage_refusal("", "PDF 的内容不完整") from None
    except _FAULTS:
        raise damage_refusal("", "PDF 的内容不完整") from None


def _list_pages(document: Any) -> Iterator[PrintedPage]:
    """What is printed on each page, one at a time."""
    for page in document.pages:
        yield PrintedPage(page.chars, page.filter(lambda piece: not _is_white(piece)).edges)
        page.close()


def _is_white(piece: Any) -> bool:
    """Whether a shape is filled with white and has no outline: the ground of a page or of a cell, which is no rule."""
    colour = piece.get("non_stroking_color")
    if piece["object_type"] == "char" or piece.get("stroke") or not isinstance(colour, (tuple, list)) or not colour:
        return False
    light = (
        [1 - part for part in colour] if len(colour) == 4 else colour
    )  # cyan, magenta, yellow and black take light away
    return all(isinstance(part, (int, float)) and part > 0.95 for part in light)
