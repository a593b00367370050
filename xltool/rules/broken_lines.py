"""Each rule of a list broken once, in a line of its own that is right otherwise, by the least that breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from xltool.forms.line_rules import list_broken, mend_line, reckon_sides
from xltool.forms.list_demands import list_early, list_lone
from xltool.forms.list_rows import draw_lines, fits_column, list_missing, list_unfit
from xltool.forms.list_terms import read_iso, select_lines
from xltool.model import (
    FormSpec,
    LineRule,
    ListColumn,
    ListCondition,
    ListContent,
    ListRow,
    ListTerm,
    RowList,
)
from xltool.periods import Period

_ANY: Final = Period(2000)
"""The period in which lines are looked at: no condition of a line asks for it."""


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A rule of a list, a line in which nothing is wrong, and that line so changed that the rule is broken."""

    row_list: RowList
    rule: LineRule
    whole: ListRow
    broken: ListRow


def break_lines(
    spec: FormSpec, year: int, first: int
) -> tuple[tuple[LineBreak, ...], tuple[tuple[RowList, LineRule], ...]]:
    """One break for each rule of each list, no two in lines that are alike, and the rules that no change breaks.

    `first` lines are left for what is right: those that are broken are drawn as if they stood behind them.
    """
    made: list[LineBreak] = []
    kept: list[tuple[RowList, LineRule]] = []
    for row_list in spec.lists:
        drawn = draw_lines(spec, year, first + len(row_list.rules))[row_list.id]
        for at, rule in enumerate(row_list.rules, first):
            line = drawn[min(at, len(drawn) - 1)]
            broken = min(_list_broken_lines(row_list, rule, line), key=lambda each: each[0], default=None)
            if broken is None:
                kept.append((row_list, rule))
            else:
                made.append(LineBreak(row_list, rule, line, broken[1]))
    return tuple(made), tuple(kept)


def _list_broken_lines(
    row_list: RowList, rule: LineRule, line: ListRow
) -> Iterator[tuple[tuple[int, int, int, int], ListRow]]:
    """The line changed in one figure so that it breaks the rule, each with what else is wrong then, and by how much.

    Where that breaks others, too, more is changed so that they hold.
    """
    asked = _ask_line(row_list, rule, line)
    if asked is None:
        return
    beside = replace(row_list, rules=tuple(each for each in row_list.rules if each is not rule))
    for number, (name, _) in enumerate((*rule.left, *rule.right)):
        at = row_list.find_column(name)
        assert at is not None
        figure = asked.contents[at]
        assert isinstance(figure, int)
        for changed in _list_figures(row_list, rule, asked, at):
            alone = _replace_content(asked, at, changed)
            if fits_column(row_list.columns[at], changed) and _breaks(row_list, rule, alone):
                for more, tried in enumerate(dict.fromkeys((alone, mend_line(beside, alone)))):
                    if _breaks(row_list, rule, tried):
                        yield (_count_faults(row_list, tried), more, abs(changed - figure), number), tried


def _list_figures(row_list: RowList, rule: LineRule, line: ListRow, at: int) -> Iterator[int]:
    """Figures of a column that bring both sides together, and a little more and less of each."""
    name, figure = row_list.columns[at].id, line.contents[at]
    assert isinstance(figure, int)
    times = sum(each for other, each in rule.left if other == name)
    times -= sum(each for other, each in rule.right if other == name)
    if not times:
        return
    sides = reckon_sides(row_list, rule, line)
    assert sides is not None
    even = figure + (sides[1] - sides[0]) // times
    scale = row_list.columns[at].measure.scale
    yield from sorted(
        {even + more for more in (-scale, -1, 0, 1, scale)} | {figure}, key=lambda each: abs(each - figure)
    )


def _ask_line(row_list: RowList, rule: LineRule, line: ListRow) -> ListRow | None:
    """The line so changed that the rule asks it: its conditions hold and its figures stand; None where they cannot."""
    for name, _ in (*rule.left, *rule.right):
        at = row_list.find_column(name)
        assert at is not None
        if not isinstance(line.contents[at], int):
            line = _replace_content(line, at, row_list.columns[at].measure.scale)
    for condition in rule.conditions:
        at = row_list.find_column(condition.column)
        assert at is not None
        column = row_list.columns[at]
        tried = (_replace_content(line, at, each) for each in (line.contents[at], *_list_contents(column, condition)))
        met = (each for each in tried if _meets(row_list, condition, each) and fits_column(column, each.contents[at]))
        found = next(met, None)
        if found is None:
            return None
        line = found
    return line if all(_meets(row_list, each, line) for each in rule.conditions) else None


def _list_contents(column: ListColumn, condition: ListCondition) -> Iterator[ListContent]:
    """What a column may hold so that a condition on it holds."""
    operand = condition.operand
    if isinstance(operand, int):
        yield from (operand, operand + 1, operand - 1)
    elif isinstance(operand, str):
        yield operand
        day = read_iso(operand)
        if day is not None:
            yield from ((day + timedelta(days=more)).isoformat() for more in (1, -1) if date.min < day < date.max)
    if column.entry is not None:
        yield from column.entry.choices
        yield "样例"
    else:
        yield column.measure.scale
    yield None


def _meets(row_list: RowList, condition: ListCondition, line: ListRow) -> bool:
    return bool(select_lines(ListTerm(row_list.id, None, (condition,)), row_list, [line], _ANY))


def _breaks(row_list: RowList, rule: LineRule, line: ListRow) -> bool:
    return any(each.rule is rule for each in list_broken(row_list, [line]))


def _count_faults(row_list: RowList, line: ListRow) -> int:
    """How much is wrong in a line."""
    lines: Sequence[ListRow] = [line]
    found = [*list_missing(row_list, lines), *list_unfit(row_list, lines)]
    return len([*found, *list_lone(row_list, lines), *list_early(row_list, lines), *list_broken(row_list, lines)])


def _replace_content(line: ListRow, at: int, content: ListContent) -> ListRow:
    return ListRow((*line.contents[:at], content, *line.contents[at + 1 :]), line.agency)
