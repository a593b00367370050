"""Opens a file of any kind that holds a workbook: told by its content, never by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xltool import kinds
from xltool.messages import finding
from xltool.spreadsheet.book import RawBook, read_book
from xltool.spreadsheet.package import Package


def open_workbook(data: bytes, passwords: Sequence[str] = ()) -> RawBook:
    """The raw contents of a workbook; `passwords` are tried in order on one that is locked with a password.

    Raises Refusal, and nothing else, for whatever is no workbook, is damaged or is over a limit.
    """
    if not data.startswith(kinds.OLE2):
        return _read_unlocked(data)
    from xltool.spreadsheet import encryption

    if not encryption.is_encrypted(data):
        return _read_unlocked(data)
    content, told = encryption.decrypt_workbook(data, passwords)
    book = _read_unlocked(content)
    return replace(book, notes=(finding("file.unlocked"), *book.notes)) if told else book


def _read_unlocked(data: bytes) -> RawBook:
    """A workbook that needs no password, or a second time one would."""
    if data.startswith(kinds.OLE2) and any(kinds.has_stream(data, name) for name in ("Workbook", "Book")):
        from xltool.spreadsheet import xls

        return _note_conversion(xls.read_xls(data), "旧版工作簿（.xls 或 .et）")
    if data.startswith(kinds.ZIP):
        package = Package(data)
        if "content.xml" in package and "mimetype" in package:
            from xltool.spreadsheet import ods

            return _note_conversion(ods.read_ods(package), "ODF 表格（.ods）")
        return read_book(package)
    return read_book(Package(data))


def _note_conversion(book: RawBook, what: str) -> RawBook:
    return replace(book, notes=(finding("file.converted", what=what), *book.notes))
