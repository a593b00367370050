"""What besides arithmetic speaks for a correction: last year's figure, and the slips that could have led there.

In points, whole numbers: the more, the less likely it is. Only differences between corrections mean anything.
"""

from __future__ import annotations

from math import isqrt
from typing import Final

from xltool.forms.cell_checks import has_jumped
from xltool.forms.number import format_value
from xltool.model import Cell, Value, figure_of

UNEXPLAINED: Final = 12
"""A figure that no slip made of the other."""
SLIPPED: Final = 5
"""A figure that a slip made of the other."""
MARGIN: Final = 3
"""By so many points one correction must be likelier than every other to be named."""
LEAST_COMPARED: Final = 10
"""Smaller figures of last year, in whole units, say nothing about this year's by being near."""
UNUSUAL: Final = 6
"""A relation missed that holds as a rule: one of a warning's weight."""
_MOST_FAR: Final = 8


def weigh_correction(cell: Cell, value: int, proposed: int, last: Value) -> int:
    """How unlikely it is that a cell should hold the proposed figure and got the one it holds."""
    slip = SLIPPED if name_slip(value, proposed, None, cell) else UNEXPLAINED  # many figures are last year's rightly
    return slip + weigh_nearness(cell, value, proposed, last)


def weigh_nearness(cell: Cell, value: int, proposed: int, last: Value) -> int:
    """How much further from last year's figure the proposed one is than that which stands there; 0 where none is."""
    before = figure_of(last)
    return 0 if before is None else _weigh_distance(proposed, before, cell) - _weigh_distance(value, before, cell)


def name_witness(cell: Cell, value: int, proposed: int, last: Value) -> str:
    """What speaks for a correction, in a clerk's words; '' for nothing."""
    before = figure_of(last)
    if before is not None and _is_nearer(value, proposed, before, cell):
        return f"上年是 {format_value(before, cell.measure)}，改后相近"
    if cell.total and value == 0:
        return "合计为 0，而分项之和不为 0"
    return name_slip(value, proposed, before, cell)


def name_slip(value: int, proposed: int, last: int | None, cell: Cell) -> str:
    """The slip of a hand that makes one figure of the other, in a clerk's words; '' where there is none."""
    if value == -proposed:
        return "正负号可能填反"
    said = _find_slip_of_digits(str(abs(value)), str(abs(proposed)))
    if said:
        return said
    if last is not None and value == last and abs(last) >= LEAST_COMPARED * cell.measure.scale:
        return "与上年的数相同，可能照抄了上年"
    return ""


def _weigh_distance(figure: int, last: int, cell: Cell) -> int:
    """How far a figure is from last year's, by the breadth in which counts vary from year to year by themselves."""
    scale = cell.measure.scale
    breadth = isqrt(abs(last) * scale) + scale
    return min((2 * abs(figure - last) // breadth).bit_length() * 2, _MOST_FAR) if figure != last else 0


def _is_nearer(value: int, proposed: int, last: int, cell: Cell) -> bool:
    """Whether a figure far from last year's is near it when corrected: a jump gone, or a half made a fifth."""
    if has_jumped(proposed, last, cell):
        return False
    near = abs(last) >= LEAST_COMPARED * cell.measure.scale and 5 * abs(proposed - last) <= abs(last)
    return has_jumped(value, last, cell) or (near and 2 * abs(value - last) > abs(last))


def _find_slip_of_digits(old: str, new: str) -> str:
    if len(old) == len(new) > 1 and old != new and sorted(old) == sorted(new):
        differing = [at for at, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
        if len(differing) == 2 and differing[1] - differing[0] == 1:
            return "相邻两位数字可能写颠倒"
    longer, shorter = (old, new) if len(old) > len(new) else (new, old)
    if (
        len(longer) == len(shorter) + 1
        and shorter != "0"
        and any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    ):
        return "可能多写或漏写一位数字"
    return ""
