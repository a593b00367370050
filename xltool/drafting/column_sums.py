"""Which columns of a draft are totals or parts: 合计 among its fellows, 其中, 增减额, names that come again."""

from __future__ import annotations

import re
from typing import Final

from xltool.drafting.adding import (
    DIFFERENCE,
    FEWEST_PARTS,
    PERIOD_BEFORE,
    Direction,
    add_check,
    add_total,
    join_parts,
)
from xltool.drafting.dividing import list_counterparts
from xltool.drafting.draft import NOT_ADDED, DraftBlock, DraftHead, DraftItem, DraftTable
from xltool.drafting.words import read_label
from xltool.forms.grammar import PART_OF

_THIS: Final = re.compile(r"^(?:本|当)(?:年|月|期|季|季度|年度)")


def propose_column_sums(table: DraftTable) -> None:
    """Adds to a draft the columns that are sums of others, and those that are parts of another."""
    for block in table.blocks:
        _propose_columns(table, block)
        _propose_changes(table, block)
        _propose_alike(table, block)
        _propose_same_leaves(table, block)
        for at, column in enumerate(block.columns):
            _propose_part(table, block, at, column)


def _propose_columns(table: DraftTable, block: DraftBlock) -> None:
    """合计 among columns: the others below its head, or those before it, or behind it."""
    for column in block.columns:
        if not read_label(column.label).is_total:
            continue
        group = [
            each for each in block.columns if each is not column and each.heads[: len(column.heads)] == column.heads
        ]
        at = block.columns.index(column)
        if column.heads:
            near = group
        else:
            near = [each for each in group if block.columns.index(each) < at]
            near = near or [each for each in group if block.columns.index(each) > at]
        compared = [each for each in group if _compares(each, column)]
        near = [each for each in near if not _is_inner_total(each, column) and each not in compared]
        parts = [each for each in near if block.list_places("column", [column, each])]
        parts, doubts = _choose_parts(column, parts)
        left = [each for each in near if each not in parts and _might_add_up(block, each)]
        if left:
            doubts.append(f"没有算进去的有{'、'.join(each.short for each in left)}")
        others = [each for each in group if not read_label(each.label).is_total and each not in (*near, *compared)]
        apart = len({each.heads for each in parts}) > 1
        before = any(PERIOD_BEFORE.match(each.label) for each in parts)
        bare = not column.heads and not _SURE.fullmatch(read_label(column.label).words)
        if len(parts) < FEWEST_PARTS or ((others or apart) and not column.heads) or before or bare:
            doubts.append("请对照原表说明")
        summands = [(1, each) for each in parts]
        doubt = f"{column.short}按{join_parts(summands)}起草，{'；'.join(doubts)}" if doubts else ""
        add_total(Direction(table, block, "column"), column, summands, doubt)


def _choose_parts(column: DraftItem, parts: list[DraftItem]) -> tuple[list[DraftItem], list[str]]:
    """Which of the columns beside a total make it up, and what is doubtful about it: 其中 is a part, and seldom all."""
    marked = [each for each in parts if read_label(each.label).of_which]
    if not marked:
        return parts, []
    inner = dict.fromkeys(head for each in parts for head in each.heads[len(column.heads) :])
    for head in (head for head in inner if _PARTED.search(head.label)):
        below = [each for each in parts if head in each.heads]
        if len(below) >= FEWEST_PARTS:
            return below, [f"按“{head.label}”各栏相加"]
    if len(marked) == 1 and len(parts) == 1:
        return [], []
    plain = [each for each in parts if each not in marked]
    before = [each for each in plain if parts.index(each) < parts.index(marked[0])]
    if len(before) >= FEWEST_PARTS:
        return before, ["“其中”各栏没有算进去"]
    return parts, ["请对照原表说明"]


_SURE: Final = re.compile(r"[合总小共]计")
"""What says a total of its fellows, while 总数 may be of some of them alone."""
_PARTED: Final = re.compile(r"^按.{1,12}分|(?:构成|分类|分布|类别|类型)$")
"""The label of a head below which all of something is parted: 按民族分."""
_COMPARED: Final = re.compile(r"[较比].{0,6}(?:增|减|升|降|±)|同期|累计|增、?减|以来|截至|截止|历年")
"""What stands beside a total, and is of another time."""


def _compares(item: DraftItem, column: DraftItem) -> bool:
    """Whether a column beside a total tells of another time, or of how much more it is, where the total does not."""

    def told(each: DraftItem) -> set[str]:
        words = [each.label, *(head.label for head in each.heads)]
        return {found[0] for word in words for found in [_COMPARED.search(word)] if found}

    return bool(told(item) - told(column)) or DIFFERENCE.search(item.label) is not None


def _might_add_up(block: DraftBlock, item: DraftItem) -> bool:
    return (item.measure or block.measure).kind not in NOT_ADDED and not read_label(item.label).of_which


def _is_inner_total(item: DraftItem, column: DraftItem) -> bool:
    """Whether a column is itself a total of some of the others."""
    return (
        read_label(item.label).is_total
        and (len(item.heads) > len(column.heads) or read_label(item.label).words.startswith("小"))
        and not read_label(column.label).words.startswith("小")
    )


def _propose_changes(table: DraftTable, block: DraftBlock) -> None:
    """增减额 beside the figures of this year and of the year before."""
    for column in block.columns:
        if not DIFFERENCE.search(read_label(column.label).words):
            continue
        stem = [(each, PERIOD_BEFORE.sub("", each.label), _THIS.sub("", each.label)) for each in block.columns]
        last = [(each, rest) for each, rest, _ in stem if rest != each.label]
        now = [(each, rest) for each, _, rest in stem if rest != each.label]
        pairs = [(new, old) for new, one in now for old, other in last if one == other and new.heads == old.heads]
        pairs = pairs or _pair_periods(block, column)
        if len(pairs) == 1:
            new, old = pairs[0]
            add_total(Direction(table, block, "column"), column, [(1, new), (-1, old)],
                f"{column.short}按{new.short}减{old.short}起草；要由单位自己填就删去这条",
            )  # fmt: skip


def _pair_periods(block: DraftBlock, column: DraftItem) -> list[tuple[DraftItem, DraftItem]]:
    """A figure and that of the period before, whose labels are one but for the periods: 累计完成, 上年同期累计."""
    others = [each for each in block.columns if each is not column]
    figures = [each for each in others if not DIFFERENCE.search(read_label(each.label).words)]
    last = [each for each in figures if PERIOD_BEFORE.match(each.label) and each.heads == column.heads]
    now = [each for each in figures if each.heads == column.heads and not PERIOD_BEFORE.match(each.label)]
    pairs = [(new, old) for old in last for new in list_counterparts(now, old)]
    return [(new, old) for new, old in pairs if block.list_places("column", [new, old, column])]


def _propose_alike(table: DraftTable, block: DraftBlock) -> None:
    """A column that is called as one below each of several heads: 按时办结数 beside 按时办结 of two channels."""
    for column in block.columns:
        name = read_label(column.label).words.removesuffix("数")
        parts = [
            each
            for each in block.columns
            if len(each.heads) > len(column.heads)
            and each.heads[: len(column.heads)] == column.heads
            and read_label(each.label).words.removesuffix("数") == name
        ]
        if len(parts) >= FEWEST_PARTS and len({each.heads for each in parts}) == len(parts):
            add_total(Direction(table, block, "column"), column, [(1, each) for each in parts],
                f"{column.short}按各组“{parts[0].short}”之和起草",
            )  # fmt: skip


def _propose_same_leaves(table: DraftTable, block: DraftBlock) -> None:
    """户数 below 合计 beside 户数 below 城市 and below 农村: their sum."""
    groups: dict[DraftHead, list[DraftItem]] = {}
    for column in block.columns:
        for head in column.heads[-1:]:
            groups.setdefault(head, []).append(column)
    for head, below in groups.items():
        if not read_label(head.label).is_total:
            continue
        fellows = [
            each
            for each, columns in groups.items()
            if each is not head and columns[0].heads[:-1] == below[0].heads[:-1]
            and not (read_label(each.label).is_total or read_label(each.label).of_which or _COMPARED.search(each.label))
        ]  # fmt: skip
        for column in below:
            name = read_label(column.label).words
            parts = [each for fellow in fellows for each in groups[fellow] if read_label(each.label).words == name]
            if len(parts) >= FEWEST_PARTS and len({each.heads for each in parts}) == len(parts):
                whole = len(parts) == len(fellows)
                named = "、".join(each.heads[-1].label for each in parts)
                said = f"{column.short}（{head.label}）应等于{named}的{column.short}之和"
                doubt = "" if whole else f"{head.label}的{column.short}按{named}的{column.short}之和起草"
                add_total(Direction(table, block, "column"), column, [(1, each) for each in parts], doubt, said)


def _propose_part(table: DraftTable, block: DraftBlock, at: int, column: DraftItem) -> None:
    """其中 as a part of the column before it that is none: not more than that."""
    if not read_label(column.label).of_which:
        return
    before = [each for each in block.columns[:at] if each.heads[: len(column.heads)] == column.heads]
    whole = next((each for each in reversed(before) if not read_label(each.label).of_which), None)
    if whole is None:
        return
    rule = table.defined_by("column", whole)
    if rule and any(part is column for _, part in rule.right):
        return
    add_check(Direction(table, block, "column"), ([(1, column)], [(1, whole)]), PART_OF,
        f"“其中”按属于“{whole.short}”起草；属于别的栏就改这条关系",
        f"{column.short}不应多于{whole.short}",
    )  # fmt: skip
