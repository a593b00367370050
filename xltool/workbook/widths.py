"""How broad the columns of 文字 and 校验 are, and how many lines a text takes in a column."""

from __future__ import annotations

from typing import Final

from xltool.forms.text import measure_breadth

LINE_HEIGHT: Final = 16.5  # points of one line at 11 pt
LIST_LINE: Final = 15  # of one line of a list, which has smaller letters
SMALL_LINE: Final = 13.5  # of one line at 9 pt
TALLEST_ROW: Final = 405  # Excel allows 409 points
TEXT_WIDTHS: Final = (20, 78, 20, 6)
CHECK_WIDTHS: Final = (6, 6, 31, 46, 9, 8, 8, 9, 22, 7)
_LEFT_OVER: Final = 3
"""Characters of a column for the indent, the margins, and punctuation that may not begin a line."""
_PAUSES: Final = "：；，、。:;,"


def count_lines(text: str, width: float, size: int) -> int:
    """How many lines a text takes in a column of that width in characters of 11 pt; a Chinese sign is two wide."""
    room = max(2.0, width * 11 / size - _LEFT_OVER)
    return max(1, sum(max(1, -(-measure_breadth(line) // room)) for line in text.split("\n")).__int__())


def measure_row(text: str, width: float, size: int) -> float:
    """How high a row is that shows a text in a column of that width, in points."""
    return min(TALLEST_ROW, LINE_HEIGHT * count_lines(text, width, size))


def count_line_signs(width: float, size: int) -> int:
    """How many Chinese signs stand in a line of a column of that width."""
    return int((width * 11 / size - _LEFT_OVER) // 2)


def count_row_lines(size: int) -> int:
    """How many lines the tallest row shows."""
    return int(TALLEST_ROW // (LINE_HEIGHT * size / 11))


def break_line(text: str, width: float, size: int) -> str:
    """A text of one line that takes two, broken where it pauses, so that both are as long as can be alike.

    One of more lines goes on in a new one where a bracket, of a unit mostly, ends it. As it is where it fits one line,
    or no such break makes it fit as many.
    """
    lines, bracket = count_lines(text, width, size), max(text.rfind("（"), text.rfind("("))
    if "\n" in text or lines == 1:
        return text
    if lines > 2:
        parts = text[:bracket], text[bracket:]
        ends = bracket > 0 and text[-1] in "）)" and count_lines(parts[1], width, size) == 1
        return "\n".join(parts) if ends and count_lines(parts[0], width, size) < lines else text
    halves: list[tuple[str, str]] = [
        (text[:at], text[at:]) for at in range(2, len(text) - 1) if text[at - 1] in _PAUSES or text[at] in "（("
    ]
    fitting = [pair for pair in halves if all(count_lines(half, width, size) == 1 for half in pair)]
    if not fitting:
        return text
    first, second = min(fitting, key=_measure_difference)
    return f"{first}\n{second}"


def _measure_difference(halves: tuple[str, str]) -> int:
    first, second = map(measure_breadth, halves)
    return abs(first - second)
