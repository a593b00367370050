"""What filled copies of a blank tell of its sums: which totals their figures prove, and which they belie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from xltool.drafting.adding import FEWEST_PARTS, Direction, Summands, add_total
from xltool.drafting.blank import read_blank
from xltool.drafting.draft import Axis, DraftBlock, DraftItem, DraftRule, DraftTable
from xltool.drafting.squares import SquareTable
from xltool.drafting.words import read_label
from xltool.forms.label import normalise_label
from xltool.forms.number import from_double, from_text
from xltool.messages import XltoolError
from xltool.model import LARGEST, Measure, summand_of

_FIGURE: Final = Measure("", "", 6, LARGEST // 10**6, signed=True)
"""What figures of any table are held in to be added up."""
_FEWEST_DIGITS: Final = 6
"""So many digits of totals must come out right, all in all, before figures alone are taken for a sum: of the some
hundred sums that a table might have, fewer than one in a thousand does so by chance."""
_ALIKE: Final = 0.9
"""So much of what a blank prints must stand in a copy of it."""

CopyFigures: TypeAlias = Mapping[tuple[DraftItem, DraftItem], int]
"""The figures of a copy by row and column; what is blank or no figure is not there."""


class _Evidence(NamedTuple):
    """How many sums came out wrong, and how many digits of those that came out right say something."""

    wrong: int
    digits: int


def read_copies(
    tables: Sequence[tuple[DraftTable, SquareTable]], copies: Sequence[tuple[bytes, str]]
) -> list[CopyFigures]:
    """The figures of filled copies; raises `XltoolError` for a file that is no copy of the blank."""
    found: list[CopyFigures] = []
    for data, name in copies:
        parts = [part for part in read_blank(data, name) if isinstance(part, SquareTable)]
        figures: dict[tuple[DraftItem, DraftItem], int] = {}
        for table, blank in tables:
            copy = next((part for part in parts if _is_copy(part, blank)), None)
            if copy is not None:
                parts.remove(copy)
                figures |= dict(_list_figures(table, copy))
        if not figures:
            raise XltoolError(f"{name}：不是这张空白表填好的，或者没有填数：没有一张表的格子和空白表相同又有数。")
        found.append(figures)
    return found


def _is_copy(table: SquareTable, blank: SquareTable) -> bool:
    """Whether a table has the cells of a blank, and what is printed in them."""
    if {square[:4] for square in table.squares} != {square[:4] for square in blank.squares}:
        return False
    printed = [square for square in blank.squares if not square.open]
    same = sum(
        normalise_label(table.at[square.row, square.column].text) == normalise_label(square.text) for square in printed
    )
    return same >= _ALIKE * len(printed)


def _list_figures(table: DraftTable, copy: SquareTable) -> Iterator[tuple[tuple[DraftItem, DraftItem], int]]:
    for block in table.blocks:
        for at, row in enumerate(block.rows):
            for place, square in block.shape.list_fills(at).items():
                figure = _read_figure(copy.at[square.row, square.column].text)
                if figure is not None:
                    yield (row, block.columns[place]), figure


def _read_figure(text: str) -> int | None:
    figure = from_text(text.strip().removesuffix("%"), _FIGURE)
    if figure.code in {"number.precision", "number.range"}:
        figure = from_double(text.strip(), _FIGURE)
    return summand_of(figure.value)


def propose_proved_sums(table: DraftTable, copies: Sequence[CopyFigures]) -> None:
    """Adds the totals that figures alone tell of, each with a doubt; sums that words tell of lose or gain one."""
    for rule in table.rules:
        if rule.defines and not (rule.factors or rule.printed):
            _weigh_rule(rule, copies)
    axes: tuple[Axis, ...] = ("row", "column")
    for block in table.blocks:
        for axis in axes:
            along = Direction(table, block, axis)
            while any(_propose_sum(along, item, copies) for item in block.items(axis)):
                pass


def _weigh_rule(rule: DraftRule, copies: Sequence[CopyFigures]) -> None:
    found = _weigh(rule.block, rule.axis, rule.target, rule.right, copies)
    if found.wrong:
        told = f"填好的表里有{found.wrong}处不等"
        rule.doubt = f"{rule.doubt}；{told}" if rule.doubt else told
    elif found.digits >= _FEWEST_DIGITS:
        rule.doubt = ""  # two who do not know of each other say it


def _weigh(
    block: DraftBlock, axis: Axis, target: DraftItem, parts: Summands, copies: Sequence[CopyFigures]
) -> _Evidence:
    """What figures say of a sum wherever all of them are known; a sum of one figure and zeros says nothing."""
    wrong = digits = 0
    for place in block.list_places(axis, [target, *(part for _, part in parts)]):
        for figures in copies:
            total, *found = (
                figures.get((item, place) if axis == "row" else (place, item))
                for item in (target, *(part for _, part in parts))
            )
            known = [figure for figure in found if figure is not None]
            if total is None or len(known) < len(found):
                continue
            if sum(times * figure for (times, _), figure in zip(parts, known, strict=True)) != total:
                wrong += 1
            elif sum(figure != 0 for figure in known) >= FEWEST_PARTS:
                digits += len(str(abs(total)).rstrip("0"))
    return _Evidence(wrong, digits)


def _propose_sum(along: Direction, item: DraftItem, copies: Sequence[CopyFigures]) -> bool:
    """Makes an item a total where figures prove that it is the sum of those next to it."""
    table, block, axis = along
    if table.defined_by(axis, item) is not None or item.rate is not None:
        return False
    for parts in _list_candidates(along, item):
        found = _weigh(block, axis, item, [(1, part) for part in parts], copies)
        if not found.wrong and found.digits >= _FEWEST_DIGITS:
            last = parts[-1].short
            doubt = f"填好的{len(copies)}份里，{item.short}都等于{parts[0].short}至{last}之和；不是合计就删去这条关系"
            return add_total(along, item, [(1, part) for part in parts], doubt)
    return False


def _list_candidates(along: Direction, item: DraftItem) -> Iterator[list[DraftItem]]:
    """What an item may be the sum of: those behind it, or before it, without the parts of other totals.

    Those first that end where something else begins, then the longest.
    """
    table, block, axis = along
    items = block.items(axis)
    at = items.index(item)
    for beside in (items[at + 1 :], items[:at][::-1]):
        run = [each for each in beside if each.heads[: len(item.heads)] == item.heads]
        inner = {
            part
            for each in run
            if (rule := table.defined_by(axis, each)) is not None and item not in {part for _, part in rule.right}
            for _, part in rule.right
        }
        outer = [each for each in run if each not in inner and each.rate is None]
        found = [outer[:count] for count in range(len(outer), FEWEST_PARTS - 1, -1)]
        found.sort(key=lambda parts: not _ends(parts, outer))
        yield from (parts if items.index(parts[0]) <= items.index(parts[-1]) else parts[::-1] for parts in found)


def _ends(parts: Sequence[DraftItem], outer: Sequence[DraftItem]) -> bool:
    """Whether something else begins behind some parts: other heads, or numbers of another depth; and all are alike."""

    def describe(item: DraftItem) -> tuple[object, ...]:
        return item.heads, read_label(item.label).numbering.level

    kinds = {describe(part) for part in parts}
    following = outer[len(parts)] if len(parts) < len(outer) else None
    return len(kinds) == 1 and (following is None or describe(following) not in kinds)
