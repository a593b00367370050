"""Shares whose labels name their whole: of a figure of another table, or of one that the paper prints nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from xltool.drafting.adding import PERIOD_BEFORE, Direction
from xltool.drafting.dividing import TYPED_RATE, add_rate, find_share, list_figures
from xltool.drafting.draft import NOT_ADDED, Axis, DraftBlock, DraftItem, DraftMeasure, DraftRate, DraftTable, is_ratio
from xltool.drafting.names import IdGiver
from xltool.drafting.papers import BlankPaper
from xltool.drafting.shape import BlockShape, ColumnShape, RowShape
from xltool.drafting.share_words import ShareLabel, read_share
from xltool.drafting.words import load_terms, read_label

_AXES: Final[tuple[Axis, ...]] = ("column", "row")
_CORE: Final = re.compile(r"^(?:全部|全年|[本当](?:年度?|月|期|季度?)|总)|(?:总?(?:数量|[数量额])|总计|合计)$")
"""What a figure's name may have or lack and be of the same thing: 本年受理总数, 受理数."""
_UNPRINTED: Final = "报告不印的数"
_NAME: Final = "附表"
_LONGEST_SHEET: Final = 16
_NO_WORDS: Final = re.compile(r"\W")
_UNLESS: Final = "要由单位自己填比例就删去 rate"


def propose_named_shares(tables: Sequence[DraftTable], paper: BlankPaper, names: IdGiver) -> DraftTable | None:
    """占新受理数比例 of the one figure beside it, in the one figure that is called 新受理数.

    Where no paper prints that, it gets a row in a table that no report prints, which is given; None where there is no
    such share. What is not certain stays typed in, with the reason.
    """
    unprinted = _UnprintedTable(names)
    for table in tables:
        for block, axis in ((block, axis) for block in table.blocks for axis in _AXES):
            for item in block.items(axis):
                share = read_share(item.label) if is_ratio(item) and item.rate is None else None
                if share is None or table.defined_by(axis, item) is not None:
                    continue
                if share.whole:
                    _propose_share(Direction(table, block, axis), item, share, _Places(tables, paper, unprinted))
                elif TYPED_RATE not in item.doubts:
                    item.doubts.append(TYPED_RATE)
    return unprinted.make()


class _Places:
    """Where the whole of a share may stand: on the paper, or in the table that it does not print."""

    def __init__(self, tables: Sequence[DraftTable], paper: BlankPaper, unprinted: _UnprintedTable) -> None:
        self.tables, self.paper, self.unprinted = tables, paper, unprinted

    def find_on_paper(self, whole: str, part: DraftItem) -> str:
        """Where the paper prints something of that name, or that may be it, in words; '' where it does nowhere."""
        core = _take_core(whole)
        for table in self.tables:
            items = [each for block in table.blocks for axis in _AXES for each in block.items(axis)]
            labels = [each.label for each in items if each is not part and not is_ratio(each)]
            labels += [head.label for each in items for head in each.heads]
            if found := next((label for label in labels if core in read_label(label).words), ""):
                return f"{table.name}的“{found.strip()}”"
        labels = [*(each.label for each in self.paper.fields), *(each.label for each in self.paper.told)]
        return next((f"表外的“{label}”" for label in labels if core in label), "")


class _UnprintedTable:
    """The figures that the paper does not print, a row each, while they are gathered."""

    def __init__(self, names: IdGiver) -> None:
        self._ids = IdGiver()
        self._rows: dict[str, DraftItem] = {}
        self._column = DraftItem("number", "数", "数", (), None)
        self._table = DraftTable(
            names.give("unprinted", "unprinted"), _NAME, _NAME, _UNPRINTED, [], 2, (), unprinted=True
        )

    def divide(self, along: Direction, item: DraftItem, whole: str, part: DraftItem) -> bool:
        """Makes a share the rate of its part and a whole, in the unit of the part.

        False where that is in several units, or another part of the same whole is in another one.
        """
        measures = _list_part_measures(along, part)
        row = self._rows.get(whole) or DraftItem(
            self._ids.give(whole, "whole"), whole, whole, (), measures[0] if measures else None, alone=part.alone
        )
        if row.measure is None or any(each[:3] != row.measure[:3] for each in measures):
            return False
        told = f"{part.short}÷{whole}”四舍五入起草，空白表上没有“{whole}"
        summed = find_share(along, item)
        beside = "" if summed is None or summed.at is None else f"或就是“{summed.at.short}”的，"
        doubt = f"按“{told}”，填在{_NAME}（报告不印）；{beside}印在别处的改用那一格，截尾的改成 cut，{_UNLESS}"
        if not add_rate(along, item, DraftRate([(1, part)], [], other=(self._table, row, self._column)), doubt):
            return False
        if whole not in self._rows:
            told = f"空白表上没有印“{whole}”，按“{row.measure.unit}”起草，报告不印"
            row.doubts.append(f"{told}；印在别处的改用那一格，{_UNLESS} 和本行")
            self._rows[whole] = row
        return True

    def make(self) -> DraftTable | None:
        """The table of all wholes; None where there are none."""
        rows = [*self._rows.values()]
        first = rows[0].measure if rows else None
        if first is None:
            return None
        lines = tuple(RowShape(at, (), (), {}, ()) for at in range(len(rows)))
        shape = BlockShape(
            0, len(rows), "", (), (), (), (), (ColumnShape(0, ()),), lines,
            headless=True, unlabelled=False, abreast=1, spans=(),
        )  # fmt: skip
        table = self._table
        table.blocks.append(DraftBlock(shape, rows, [self._column], first, told=True))
        table.title = rows[0].label if len(rows) == 1 else _UNPRINTED
        table.sheet = f"{_NAME} {_NO_WORDS.sub('', table.title)}"[:_LONGEST_SHEET].strip()
        return table


def _propose_share(along: Direction, item: DraftItem, share: ShareLabel, places: _Places) -> None:
    part = _find_part(along, item, share)
    if part is None:
        _keep_typed(item, share, "看不出是旁边哪一个数占的")
        return
    if _tells_of_before(item) or _tells_of_before(part):
        _keep_typed(item, share, "是上一期的")
        return
    wholes = [cell for each in places.tables if each is not along.table for cell in _list_named(each, share.whole)]
    if len(wholes) == 1:
        _divide_by_other(along, item, part, wholes[0])
        return
    if _take_core(share.whole) in "".join([*(head.label for head in part.heads), part.label]):
        summed = find_share(along, item)
        if summed is None or summed.at is None:
            _keep_typed(item, share, f"“{share.whole}”看来是“{part.short}”各项之和，表上没有这个合计")
        else:
            told = f"{part.short}÷{summed.at.short}的{part.short}"
            add_rate(along, item, summed, f"按“{told}”四舍五入起草，请对照原表；{_UNLESS}")
        return
    if where := places.find_on_paper(share.whole, part):
        _keep_typed(item, share, f"可能是{where}")
        return
    if not places.unprinted.divide(along, item, share.whole, part):
        _keep_typed(item, share, "各处的计量单位不同")


def _divide_by_other(
    along: Direction, item: DraftItem, part: DraftItem, whole: tuple[DraftTable, DraftItem, DraftItem]
) -> None:
    """Makes a share the rate of its part and a figure of another table, by what is between their units."""
    table, row, column = whole
    theirs = next(block for block in table.blocks if row in block.rows).measure_of(row, column).unit
    units = sorted({each.unit for each in _list_part_measures(along, part)} - {theirs})
    factor = load_terms().find_factor(units[0], theirs) if len(units) == 1 else None
    numerator = denominator = 1
    if factor is not None:
        numerator, denominator = factor.denominator, factor.numerator
    asked = f"；计量单位不同（{'、'.join([*units, theirs])}），请核对倍数" if units else ""
    told = f"{part.short}÷{table.name}的{row.short}{column.short}"
    rate = DraftRate([(numerator, part)], [], other=whole, times=denominator)
    add_rate(along, item, rate, f"按“{told}”四舍五入起草，请对照原表{asked}；{_UNLESS}")


def _find_part(along: Direction, item: DraftItem, share: ShareLabel) -> DraftItem | None:
    """The one figure beside a share that it is of; None where there is none, or several."""
    figures = list_figures(along, item)
    if share.part:
        names = {share.part, share.part.removesuffix("数"), f"{share.part}数"}
        figures = [each for each in figures if read_label(each.label).words in names]
    near = [each for each in figures if each.heads == item.heads] or figures
    return near[0] if len(near) == 1 else None


def _tells_of_before(item: DraftItem) -> bool:
    """Whether a figure is of an earlier period, whose whole is another."""
    return any(PERIOD_BEFORE.search(label) for label in (item.label, *(head.label for head in item.heads)))


def _list_part_measures(along: Direction, part: DraftItem) -> list[DraftMeasure]:
    block, axis = along.block, along.axis
    pairs = [
        (part, place) if axis == "row" else (place, part) for place in block.items("column" if axis == "row" else "row")
    ]
    found = [block.measure_of(row, column) for row, column in pairs if column.id not in row.absent]
    return [each for each in found if each.kind not in NOT_ADDED]


def _keep_typed(item: DraftItem, share: ShareLabel, why: str) -> None:
    told = f"看来是占“{share.whole}”的比例，{why}，按填报起草；能由别的格算出来的，写成 rate = …"
    item.doubts[:] = [*(each for each in item.doubts if each != TYPED_RATE), told]


def _take_core(name: str) -> str:
    """The name of a figure without what it may have or lack."""
    return _CORE.sub("", name) or name


def _list_named(table: DraftTable, stem: str) -> Iterator[tuple[DraftTable, DraftItem, DraftItem]]:
    """The figures of a table that bear a name: those of a row that has one alone, or of a column so."""
    for block in table.blocks:
        for axis in _AXES:
            for item in (each for each in block.items(axis) if read_label(each.label).words == stem):
                across = block.items("column" if axis == "row" else "row")
                pairs = [(item, each) if axis == "row" else (each, item) for each in across]
                held = [
                    (row, column)
                    for row, column in pairs
                    if column.id not in row.absent and block.measure_of(row, column).kind not in NOT_ADDED
                    and not any(is_ratio(each) or each.rate is not None for each in (row, column))
                ]  # fmt: skip
                alone = held if len(held) == 1 else [pair for pair in held if any(map(_is_sum, {*pair} - {item}))]
                yield from ((table, row, column) for row, column in alone[:1] if len(alone) == 1)


def _is_sum(item: DraftItem) -> bool:
    return read_label(item.label).is_total
