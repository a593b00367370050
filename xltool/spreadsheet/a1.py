"""References such as D6 and '表三 依申请公开'!$A$1:$J$31.

The one place that turns them into zero-based integers and back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

ROWS: Final = 1_048_576
COLUMNS: Final = 16_384

_CELL: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")
_REFERENCE: Final = re.compile(
    r"(?:(?:'(?P<quoted>(?:[^'\[\]:]|'')++)'|(?P<plain>[\w.]+))!)?"
    r"(?:(?P<first>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6})(?::(?P<last>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}))?"
    r"|\$?(?P<left>[A-Za-z]{1,3}):\$?(?P<right>[A-Za-z]{1,3})"
    r"|\$?(?P<top>[1-9][0-9]{0,6}):\$?(?P<bottom>[1-9][0-9]{0,6}))"
)
_PLAIN_SHEET: Final = re.compile(r"[^\W\d][\w.]*")
_LOOKS_LIKE_CELL: Final = re.compile(
    r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*(?:[Cc][0-9]*)?|[Cc][0-9]*|TRUE|FALSE", re.IGNORECASE
)
# What a formula may hold that looks like a reference and is none comes first: texts, quoted sheets, brackets, names,
# numbers. Possessive repeats keep a formula with an open quote or bracket linear.
_TOKEN: Final = re.compile(
    r'"(?:[^"]|"")*+"?'
    r"|'(?:[^']|'')*+'?"
    r"|\[(?:[^\[\]]|\[[^\[\]]*+\])*+\]?"
    r"|(?P<columns>(?<![\w.$\\])\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.$(!\\]))"
    r"|(?P<rows>(?<![\w.$\\])\$?[1-9][0-9]{0,6}:\$?[1-9][0-9]{0,6}(?![\w.$(!\\]))"
    r"|(?P<cell>\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}(?![\w.$(!\\]))"
    r"|[\w.$\\]++"
)
_PART: Final = re.compile(r"(\$?)([A-Za-z]+|[0-9]+)")


def column_name(column: int) -> str:
    """The letters of a zero-based column: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int, *, absolute: bool = False) -> str:
    """The name of a zero-based cell: (5, 3) is D6, or $D$6 when absolute."""
    fixed = "$" if absolute else ""
    return f"{fixed}{column_name(column)}{fixed}{row + 1}"


def range_name(top: int, left: int, bottom: int, right: int, *, absolute: bool = False) -> str:
    """The name of a zero-based inclusive range: A1:J31, or D6 alone when it is one cell."""
    first, last = cell_name(top, left, absolute=absolute), cell_name(bottom, right, absolute=absolute)
    return first if first == last else f"{first}:{last}"


def quote_sheet(name: str) -> str:
    """A sheet name as it stands before the `!` of a reference: quoted only where Excel quotes it."""
    if _PLAIN_SHEET.fullmatch(name) and not _LOOKS_LIKE_CELL.fullmatch(name):
        return name
    return "'" + name.replace("'", "''") + "'"


@lru_cache(maxsize=8192)  # the same few hundred names come back in every sheet of every file
def parse_cell(text: str) -> tuple[int, int] | None:
    """The zero-based (row, column) of a cell name, `$` or not; None for what is no cell of a sheet."""
    match = _CELL.fullmatch(text)
    if match is None:
        return None
    row, column = int(match[2]) - 1, _parse_column(match[1])
    return (row, column) if row < ROWS and column < COLUMNS else None


@lru_cache(maxsize=8192)  # the hidden names of all workbooks of a form point at the same cells
def parse_reference(text: str) -> tuple[str | None, int, int, int, int] | None:
    """The (sheet or None, top, left, bottom, right) of a cell, a range, columns or rows, zero-based inclusive.

    None for anything else: a broken reference, several areas, several sheets, another workbook, a constant or a
    calculation.
    """
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    quoted = match["quoted"]
    sheet = match["plain"] if quoted is None else quoted.replace("''", "'")
    if match["first"]:
        first = parse_cell(match["first"])
        last = parse_cell(match["last"]) if match["last"] else first
    elif match["left"]:
        first, last = (0, _parse_column(match["left"])), (ROWS - 1, _parse_column(match["right"]))
    else:
        first, last = (int(match["top"]) - 1, 0), (int(match["bottom"]) - 1, COLUMNS - 1)
    if first is None or last is None:
        return None
    (top, bottom), (left, right) = sorted((first[0], last[0])), sorted((first[1], last[1]))
    return (sheet, top, left, bottom, right) if bottom < ROWS and right < COLUMNS else None


def shift_formula(formula: str, rows: int, columns: int) -> str:
    """The formula as it reads when moved by so many rows and columns: what stands after `$` stays.

    A reference that leaves the sheet becomes #REF!; texts, quoted sheet names, functions and defined names stay as they
    are.
    """

    def shift(match: re.Match[str]) -> str:
        token = match[0]
        if match.lastgroup is None:
            return token
        moved = [_move_part(fixed, what, rows, columns) for fixed, what in _PART.findall(token)]
        if None in moved:
            # A name such as XFE1 or TAX99999999 is no cell; it only looks like one.
            return token if _is_beyond_sheet(token) else "#REF!"
        parts = [part for part in moved if part is not None]
        return "".join(parts) if match.lastgroup == "cell" else ":".join(parts)

    return _TOKEN.sub(shift, formula)


def move_references(formula: str, home: str, move: Callable[[str, int, int], tuple[int, int]]) -> str:
    """The formula of a cell on the sheet `home` with every cell it refers to where `move` puts it.

    `move` takes a sheet and a zero-based cell. Whole rows and columns stay as they are.
    """
    sheet, end, here = home, 0, home

    def put(match: re.Match[str]) -> str:
        nonlocal sheet, end, here
        token, between = match[0], formula[end : match.start()]
        end = match.end()
        place = parse_cell(token) if match.lastgroup == "cell" else None
        if place is None:
            sheet = token[1:-1].replace("''", "'") if token[:1] == "'" else token
            return token
        here = sheet if between == "!" else here if between == ":" else home
        row, column = move(here, *place)
        fixed = [mark for mark, _ in _PART.findall(token)]
        return f"{fixed[0]}{column_name(column)}{fixed[1]}{row + 1}"

    return _TOKEN.sub(put, formula)


def _parse_column(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1


def _move_part(fixed: str, what: str, rows: int, columns: int) -> str | None:
    if what.isdecimal():
        row = int(what) - 1 + (0 if fixed else rows)
        return f"{fixed}{row + 1}" if 0 <= row < ROWS else None
    column = _parse_column(what) + (0 if fixed else columns)
    return f"{fixed}{column_name(column)}" if 0 <= column < COLUMNS else None


def _is_beyond_sheet(token: str) -> bool:
    return any(_move_part(fixed, what, 0, 0) is None for fixed, what in _PART.findall(token))
