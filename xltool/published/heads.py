"""What the heads above figures say: whether these are the columns of the form, in its order, its units, its edition."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from xltool.forms import number
from xltool.forms.layout import grid
from xltool.forms.memo import derive_once
from xltool.forms.number import is_figure_like
from xltool.forms.operators import EQUAL
from xltool.model import Block, CellKey, FormSpec, Rule, Table, summand_of
from xltool.published.vocabulary import bare_label, drop_number, plain_label

ALIKE_HEADS: Final = 0.6
"""Which share of the signs of unknown heads must be those of official ones, in their order."""
RIVAL_LEAD: Final = 0.05
"""By how much more of them another edition must have for the heads to be its."""

_HEADING_ROLES: Final = frozenset({"head", "label", "caption", "corner", "line"})
"""What stands above the figures of a table whose figures are in one line."""
_NOTE: Final = re.compile(r"\([^()]*\)")
_MONEY: Final = re.compile(r"\((?:单位[:：]?)?([^()]{0,2}元)\)")


class HeadVerdict(NamedTuple):
    """What is known of the columns under some heads."""

    foreign: tuple[str, ...] = ()
    """Heads that are not official."""
    unsure: bool = False
    """Whether the heads do not tell that the columns are those of the form."""
    missing: bool = False
    """Whether heads are missing, some or all."""
    against: str = ""
    """Why the columns are not those of the form."""


@lru_cache(maxsize=1024)
def judge_heads(table: Table, block: Block, heads: tuple[str, ...], rivals: tuple[Block, ...]) -> HeadVerdict:
    """What the bare heads above the rows of a block say; `rivals` are the blocks of other editions."""
    if block.headless or not heads:
        return HeadVerdict(unsure=not block.headless, missing=not block.headless)
    known = {bare_label(each): bare_label(each) for each in _list_head_words(block)}
    plain = {plain_label(each): each for each in known}
    read = tuple(head if head in known else plain.get(plain_label(head), head) for head in heads)
    units = _find_units(block)
    for head in heads:
        told = _MONEY.search(head)
        if told and units and told[1] not in units:
            return HeadVerdict(against=f"表头的单位是“{told[1]}”，表样是“{'、'.join(sorted(units))}”")
    foreign = tuple(dict.fromkeys(head for head in read if head not in known and not is_title(table, head)))
    wanted = [bare_label(column.label) for column in block.columns]
    seen = sum(label in read for label in wanted)
    levels: dict[int, list[str]] = {}
    for column in block.columns:
        levels.setdefault(len(column.heads), []).append(bare_label(column.label))
    if seen > 1 and not all(_stand_in_order(level, read) for level in levels.values()):
        return HeadVerdict(against="各栏的次序与表样不同")
    if seen * 2 >= len(wanted):
        return HeadVerdict(foreign)
    rival = max((_measure_heads(read, other) for other in rivals if _may_rival(other, block)), default=0.0)
    if rival > _measure_heads(read, block) + RIVAL_LEAD:
        return HeadVerdict(against="表头是另一版表样的")
    return HeadVerdict(foreign, unsure=True, missing=not foreign)


def is_like_heads(block: Block, heads: Sequence[str]) -> bool:
    """Whether words above rows are heads at all, be it misprinted ones, and not what else may stand between rows."""
    return bool(heads) and _contains("".join(map(bare_label, _list_head_words(block))), "".join(heads)) >= ALIKE_HEADS


def judge_heads_across(table: Table, heads: tuple[str, ...], lead: str) -> HeadVerdict | None:
    """What the bare heads above a line of figures say of a table whose rows stand side by side.

    None where they are no heads of it. Without any, the line above the table tells by the table's title.
    """
    wanted, titled = _list_head_lines(table), is_title(table, bare_label(lead))
    if not heads:
        return HeadVerdict(unsure=True, missing=True) if titled else None
    plain = {plain_label(each): each for each in wanted}
    read = tuple(head if head in wanted else plain.get(plain_label(head), head) for head in heads)
    if _are_in_order(table, read):
        return HeadVerdict()
    missing = Counter(wanted) - Counter(read)
    if not missing:
        return HeadVerdict(against="各栏的次序与表样不同")
    if _contains("".join(wanted), "".join(heads)) < ALIKE_HEADS and not titled:
        return None
    foreign = tuple(dict.fromkeys(head for head in read if head not in wanted and not is_title(table, head)))
    return HeadVerdict(foreign, unsure=True, missing=not foreign)


def keeps_sums(spec: FormSpec, printed: Mapping[CellKey, str]) -> bool:
    """Whether the figures of a row, as printed, keep each identity of the form that is about none but them."""
    values = {
        key: number.from_text(raw, spec.cell(key).measure).value for key, raw in printed.items() if key in spec.index
    }
    for rule in _list_identities(spec, frozenset(printed)):
        linear = rule.linear
        if rule.defines is not None and values[rule.defines] is None:
            continue
        left, right = (
            sum(times * (summand_of(values[key]) or 0) for key, times in side) for side in (linear.left, linear.right)
        )
        if left != right:
            return False
    return True


def proves_row(spec: FormSpec, printed: Mapping[CellKey, str]) -> bool:
    """Whether each cell of a row has a figure, and each is in an identity of the form that holds within the row."""
    within = {key for rule in _list_identities(spec, frozenset(printed)) for key in rule.linear.keys}
    figures = [number.from_text(raw, spec.cell(key).measure).value for key, raw in printed.items() if key in spec.index]
    return within >= printed.keys() and None not in figures and keeps_sums(spec, printed)


def find_unproved(spec: FormSpec, keys: frozenset[CellKey], printed: Mapping[CellKey, str]) -> frozenset[CellKey]:
    """Of the cells of a table those that are in an identity within it which fails, or which is about unknown figures.

    What is misread alike in a figure and in the total of its row keeps the sum of the row, and not those of columns.
    Figures that are not known are what the others leave for them.
    """
    values = {key: value for key, raw in printed.items() if (value := _read_value(spec, key, raw)) is not None}
    rules = _list_identities(spec, frozenset(key for key in keys if key in spec.index))
    while found := dict(solved for rule in rules if (solved := _solve_rule(rule, values))):
        values |= found
    failing = [
        rule
        for rule in rules
        if any(values.get(key, -1) < 0 for key in rule.linear.keys) or _sum_sides(rule, values) != 0
    ]
    return frozenset(key for rule in failing for key in rule.linear.keys)


def _solve_rule(rule: Rule, values: Mapping[CellKey, int]) -> tuple[CellKey, int] | None:
    """The one cell of an identity whose figure is not known, and what it must be; None where there is not just one."""
    unknown = [key for key in rule.linear.keys if key not in values]
    if len(unknown) != 1:
        return None
    [key] = unknown
    times = sum(times for each, times in rule.linear.left if each == key)
    times -= sum(times for each, times in rule.linear.right if each == key)
    rest = _sum_sides(rule, {**values, key: 0})
    return (key, -rest // times) if times and rest % times == 0 else None


def _sum_sides(rule: Rule, values: Mapping[CellKey, int]) -> int:
    """By how much the left side of an identity is more than the right one."""
    left, right = (sum(times * values[key] for key, times in side) for side in (rule.linear.left, rule.linear.right))
    return left - right


def _read_value(spec: FormSpec, key: CellKey, raw: str) -> int | None:
    return summand_of(number.from_text(raw, spec.cell(key).measure).value) if key in spec.index and raw else None


def proves_parts(spec: FormSpec, printed: Mapping[CellKey, str], parts: Sequence[CellKey]) -> bool:
    """Whether each of some cells is a part of a printed total that is not 0, so that a sum which holds is no chance."""
    totals = {
        key: rule.defines
        for rule in _list_identities(spec, frozenset(printed))
        if rule.defines is not None
        for key in rule.linear.keys
        if key != rule.defines
    }
    shown = [printed[totals[key]] if key in totals else "" for key in parts]
    return all(is_figure_like(raw) and raw.strip("0０") for raw in shown)


@derive_once
def _list_identities(spec: FormSpec, keys: frozenset[CellKey]) -> tuple[Rule, ...]:
    """The identities of a form that are about none but those cells, and hold of whatever is added up."""
    return tuple(
        rule
        for rule in spec.rules
        if rule.linear.operator is EQUAL and not rule.linear.of_each and keys.issuperset(rule.linear.keys)
    )


def _list_head_words(block: Block) -> Iterator[str]:
    for column in block.columns:
        yield column.label
        yield from (head.label for head in column.heads)
    printed = (*block.printed_before, *block.printed, *(word for line in block.lines for word in line))
    yield from (word for word in (*block.corner, *printed, block.caption) if word)


def _find_units(block: Block) -> frozenset[str]:
    """The units that the heads of a block name."""
    return frozenset(told[1] for column in block.columns if (told := _MONEY.search(bare_label(column.label))))


def is_title(table: Table, head: str) -> bool:
    """Whether a head is the table's own title, with a number or without, as some print it in the table's first row."""
    return drop_number(head) == drop_number(bare_label(table.title))


def _may_rival(other: Block, block: Block) -> bool:
    labels = {wording for row in block.rows for wording in (row.label, *row.variants)}
    return len(other.columns) == len(block.columns) and not labels.isdisjoint(row.label for row in other.rows)


def _measure_heads(heads: Sequence[str], block: Block) -> float:
    """Which share of the signs of printed heads are those of a block's, in its order."""
    return _contains("".join(bare_label(column.label) for column in block.columns), "".join(heads))


@lru_cache(maxsize=1024)
def _contains(official: str, printed: str) -> float:
    """The share; notes in brackets are no heads."""
    printed = _NOTE.sub("", printed)
    matcher = difflib.SequenceMatcher(None, official, printed, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / max(1, len(printed))


def _stand_in_order(level: Sequence[str], heads: Sequence[str]) -> bool:
    """Whether those heads of a level that are printed stand in the official order, and each as often."""
    return [head for head in heads if head in level] == [label for label in level if label in heads]


@lru_cache(maxsize=64)
def _list_head_lines(table: Table) -> tuple[str, ...]:
    """The heads of a table, line by line."""
    rectangles = [r for r in grid(table).rectangles if r.role in _HEADING_ROLES and r.text]
    return tuple(bare_label(r.text) for r in sorted(rectangles, key=lambda r: (r.row, r.column)))


@lru_cache(maxsize=64)
def _list_head_groups(table: Table, *, lowered: bool) -> tuple[tuple[str, ...], ...]:
    """The heads of a table by lines, those over one column each together: the order in one is the same in any print.

    Which line is told first depends on where in its cell a head stands: a head over one column that reaches down to the
    figures is told with the lowest line where it is `lowered`, else with the line that it begins on.
    """
    heads = [each for each in grid(table).rectangles if each.role in _HEADING_ROLES and each.text]
    lowest = max(each.row + each.height for each in heads)
    lines: dict[int, list[str]] = {}
    for each in sorted(heads, key=lambda each: each.column):
        line = lowest if each.row + each.height == lowest and (lowered or each.height == 1) else each.row
        lines.setdefault(line, []).append(bare_label(each.text))
    return tuple(map(tuple, lines.values()))


def _are_in_order(table: Table, heads: Sequence[str]) -> bool:
    """Whether the heads are those of a table, each line of them in its order."""
    return any(
        all(_holds(line, heads) for line in _list_head_groups(table, lowered=lowered)) for lowered in (True, False)
    )


def _holds(wanted: Sequence[str], heads: Sequence[str]) -> bool:
    remaining: Iterator[str] = iter(heads)
    return all(label in remaining for label in wanted)
