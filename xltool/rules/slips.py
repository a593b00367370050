"""Slips of the hand when figures are typed or copied: which there are, how they are made, how they are recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from xltool.model import Cell, FormSpec

Changes = Mapping[int, int]
"""What stands in some cells after a slip, by their places among the values."""


@dataclass(frozen=True, slots=True)
class SlipKind:
    """One kind of slip: its name in data, what a clerk calls it, and how it is made.

    `make` takes a form, true figures, last year's, a cell's place and chance, and gives what is typed instead; nothing
    where that cell cannot be spoilt so.
    """

    id: str
    words: str
    make: Callable[[FormSpec, Sequence[int], Sequence[int], int, Random], Changes]


def _of_digits(change: Callable[[str, Random], str]) -> Callable[..., Changes]:
    """A slip within the digits of one figure."""

    def make(spec: FormSpec, true: Sequence[int], last: Sequence[int], at: int, rng: Random) -> Changes:  # noqa: ARG001
        cell, figure = spec.cells[at], true[at]
        unit = _find_step(cell, figure)
        typed = change(str(abs(figure) // unit), rng)
        made = int(typed or 0) * unit * (-1 if figure < 0 else 1)
        return {at: made} if typed and made != figure and can_hold(cell, made) else {}

    return make


def _find_step(cell: Cell, figure: int) -> int:
    """What the last digit that is written of a figure stands for: 0.1 of 78.1."""
    step = cell.measure.scale
    while figure % step:
        step //= 10
    return step


def can_hold(cell: Cell, figure: int) -> bool:
    """Whether a figure may stand in a cell at all."""
    measure = cell.measure
    return abs(figure) <= measure.maximum * measure.scale and (measure.signed or figure >= 0)


def _transpose(digits: str, rng: Random) -> str:
    places = [at for at in range(len(digits) - 1) if digits[at] != digits[at + 1]]
    if not places:
        return ""
    at = places[rng.randrange(len(places))]
    return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]


def _double(digits: str, rng: Random) -> str:
    at = rng.randrange(len(digits))
    return digits[: at + 1] + digits[at:]


def _drop_zero(digits: str, rng: Random) -> str:
    places = [at for at, digit in enumerate(digits) if digit == "0" and len(digits) > 1]
    if not places:
        return ""
    at = places[rng.randrange(len(places))]
    return digits[:at] + digits[at + 1 :]


def _add_zero(digits: str, rng: Random) -> str:  # noqa: ARG001
    return digits + "0"


def _miss_by_one(spec: FormSpec, true: Sequence[int], last: Sequence[int], at: int, rng: Random) -> Changes:  # noqa: ARG001
    made = true[at] + (-1, 1)[rng.randrange(2)] * spec.cells[at].measure.scale
    return {at: made} if can_hold(spec.cells[at], made) else {}


def _copy_last_year(spec: FormSpec, true: Sequence[int], last: Sequence[int], at: int, rng: Random) -> Changes:  # noqa: ARG001
    return {at: last[at]} if last[at] != true[at] else {}


def _turn_sign(spec: FormSpec, true: Sequence[int], last: Sequence[int], at: int, rng: Random) -> Changes:  # noqa: ARG001
    return {at: -true[at]} if true[at] and spec.cells[at].measure.signed else {}


def _type_total(spec: FormSpec, true: Sequence[int], last: Sequence[int], at: int, rng: Random) -> Changes:  # noqa: ARG001
    """The total of its row, or of its column, in a part."""
    cell = spec.cells[at]
    lines = [
        true[spec.index[other.key]]
        for other in spec.cells
        if other.total
        and not cell.total
        and other.block is cell.block
        and (other.row is cell.row or other.column is cell.column)
    ]
    fitting = [total for total in lines if total != true[at]]
    return {at: fitting[rng.randrange(len(fitting))]} if fitting else {}


def _shift_cell(by_row: bool) -> Callable[..., Changes]:
    """A figure typed into the neighbouring cell: what belongs there stands here, or nothing does."""

    def make(spec: FormSpec, true: Sequence[int], last: Sequence[int], at: int, rng: Random) -> Changes:  # noqa: ARG001
        places = list_line(spec, at, by_row)
        where = places.index(at)
        near = [places[to] for to in (where - 1, where + 1) if 0 <= to < len(places) and true[places[to]] != true[at]]
        if not near:
            return {}
        other = near[rng.randrange(len(near))]
        return {at: true[other], other: true[at]}

    return make


def _shift_line(across: bool) -> Callable[..., Changes]:
    """The figures of a whole row one column to the side, or of a whole column one row down or up.

    Nothing stands where they begin, and the last of them is lost.
    """

    def make(spec: FormSpec, true: Sequence[int], last: Sequence[int], at: int, rng: Random) -> Changes:  # noqa: ARG001
        places = list_line(spec, at, by_row=not across)
        if len(places) < 3:
            return {}
        moved = [0, *(true[place] for place in places[:-1])]
        if rng.randrange(2):
            moved = [*(true[place] for place in places[1:]), 0]
        return {place: made for place, made in zip(places, moved, strict=True) if made != true[place]}

    return make


def _exchange_lines(rows: bool) -> Callable[..., Changes]:
    """The figures of a whole row in the next row, and the other way round; or of two columns."""

    def make(spec: FormSpec, true: Sequence[int], last: Sequence[int], at: int, rng: Random) -> Changes:  # noqa: ARG001
        mine = list_line(spec, at, by_row=not rows)
        crossing = list_line(spec, at, by_row=rows)
        where = crossing.index(at)
        near = [crossing[to] for to in (where - 1, where + 1) if 0 <= to < len(crossing)]
        if not near or len(mine) < 2:
            return {}
        other = list_line(spec, near[rng.randrange(len(near))], by_row=not rows)
        pairs = list(zip(mine, other, strict=False))
        made = {one: true[two] for one, two in pairs} | {two: true[one] for one, two in pairs}
        return {place: figure for place, figure in made.items() if figure != true[place]}

    return make


def list_line(spec: FormSpec, at: int, by_row: bool) -> list[int]:
    """The inputs that stand in a line with a cell: its column, from row to row, or its row."""
    cell = spec.cells[at]
    return [
        place
        for place, other in enumerate(spec.cells)
        if other.block is cell.block
        and (place == at or not other.total)
        and (other.column is cell.column if by_row else other.row is cell.row)
    ]


SLIPS: Final = (
    SlipKind("transposed", "相邻两位颠倒", _of_digits(_transpose)),
    SlipKind("doubled", "一位数写了两遍", _of_digits(_double)),
    SlipKind("zero-added", "多写一个零", _of_digits(_add_zero)),
    SlipKind("zero-dropped", "漏写一个零", _of_digits(_drop_zero)),
    SlipKind("off-by-one", "多一或少一", _miss_by_one),
    SlipKind("last-year", "照抄上年的数", _copy_last_year),
    SlipKind("total", "分项里填了合计", _type_total),
    SlipKind("sign", "正负号填反", _turn_sign),
    SlipKind("row", "填到了相邻的行", _shift_cell(by_row=True)),
    SlipKind("column", "填到了相邻的栏", _shift_cell(by_row=False)),
    SlipKind("row-moved", "整行与相邻的行颠倒", _exchange_lines(rows=True)),
    SlipKind("column-moved", "整栏与相邻的栏颠倒", _exchange_lines(rows=False)),
    SlipKind("row-shifted", "整行错开一栏", _shift_line(across=True)),
    SlipKind("column-shifted", "整栏错开一行", _shift_line(across=False)),
)
"""Every kind of slip that the self-test makes, slips of one figure first."""
SINGLE: Final = SLIPS[:8]
"""Those that spoil one cell."""


def list_slips(spec: FormSpec, table: str) -> Iterator[SlipKind]:
    """The kinds that can befall a table: a sign only where figures may be negative."""
    signed = any(cell.measure.signed for cell in spec.cells if cell.table.id == table)
    yield from (kind for kind in SLIPS if kind.id != "sign" or signed)
