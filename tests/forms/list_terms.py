"""Terms over the lists of `tests.forms.lists`, lines for them made at random, and what they come to, said naively."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from xltool.forms.list_rows import trim_lines
from xltool.model import ListColumn, ListCondition, ListRow, ListTerm, PeriodEdge, RowList
from xltool.periods import Period

WORDS = (
    "甲",
    "乙",
    "abc",
    "ABC",
    "a*",
    "a?",
    "a",
    "~a",
    "ａ",
    "*",
    "1",
    "01",
    "１",
    "0.5",
    "<1",
    "=1",
    "TRUE",
    "=甲",
    "甲 乙",
    "甲  乙",
)
"""What wildcards, criteria, numbers in words and letters of either case or width would be mistaken for."""


def draw_content(column: ListColumn) -> st.SearchStrategy[int | str | None]:
    """What may be held in a column: blanks, what fits, and what does not."""
    kind = column.entry
    if kind is None:
        low = -3 if column.measure.signed else 0
        figures = st.integers(low, 4).map(lambda units: units * column.measure.scale)
        return st.none() | figures | st.integers(low, 300) | st.sampled_from(["十几", "1件"])
    match kind.form:
        case "choice" | "yes_no":
            return st.none() | st.sampled_from(kind.choices) | st.just("别的")
        case "several":
            chosen = st.sets(st.sampled_from(kind.choices), min_size=1)
            return st.none() | chosen.map(lambda some: "、".join(each for each in kind.choices if each in some))
        case "date":
            days = st.integers(-3, 3).flatmap(
                lambda by: st.sampled_from([date(2024, 1, 1), date(2024, 6, 30), date(2024, 12, 31)]).map(
                    lambda day: (day + timedelta(days=by)).isoformat()
                )
            )
            return st.none() | days | st.just("上周")
        case _:
            return st.none() | st.sampled_from(WORDS)


def draw_lines(row_list: RowList, most: int = 8) -> st.SearchStrategy[tuple[ListRow, ...]]:
    """Lines of a list, empty ones among them."""
    line = st.tuples(*map(draw_content, row_list.columns)) | st.just((None,) * len(row_list.columns))
    return st.lists(line.map(ListRow), max_size=most).map(tuple)


def draw_condition(column: ListColumn) -> st.SearchStrategy[ListCondition]:
    """A condition that may be asked of a column."""
    bare = st.sampled_from(["is blank", "is not blank"]).map(lambda sign: ListCondition(column.id, sign))
    alike, ordered = st.sampled_from(["=", "!="]), st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    kind = column.entry
    if kind is None:
        signs, operands = (
            ordered,
            st.integers(-2, 3).map(lambda units: units * column.measure.scale) | st.integers(-9, 99),
        )
    elif kind.form == "date":
        days = st.sampled_from(["2023-12-31", "2024-01-01", "2024-06-30", "2024-07-01", "2024-12-31"])
        signs, operands = ordered, days | st.sampled_from(PeriodEdge)
    else:
        signs, operands = alike, st.sampled_from(kind.choices or WORDS)
    return bare | st.builds(lambda sign, operand: ListCondition(column.id, sign, operand), signs, operands)


def draw_term(row_list: RowList) -> st.SearchStrategy[ListTerm]:
    """A term over a list."""
    summed = [None, *(column.id for column in row_list.columns if column.entry is None)]
    conditions = st.lists(st.sampled_from(row_list.columns).flatmap(draw_condition), max_size=3).map(tuple)
    return st.builds(ListTerm, st.just(row_list.id), st.sampled_from(summed), conditions)


def write_term(row_list: RowList, term: ListTerm) -> str:
    """A term as a definition writes it."""
    parts = []
    for each in term.conditions:
        column = row_list.columns[row_list.find_column(each.column)]
        match each.operand:
            case None:
                parts.append(f"{each.column} {each.sign}")
            case PeriodEdge():
                parts.append(f"{each.column} {each.sign} {each.operand.value}")
            case int():
                parts.append(f"{each.column}{each.sign}{Decimal(each.operand).scaleb(-column.measure.decimals):f}")
            case _:
                parts.append(f"{each.column} {each.sign} '{each.operand}'")
    head = f"count({term.row_list}" if term.column is None else f"sum({term.row_list}.{term.column}"
    return head + (f" where {' and '.join(parts)})" if parts else ")")


def reckon_naively(term: ListTerm, row_list: RowList, lines: tuple[ListRow, ...], period: Period) -> int:
    """What a term comes to, line by line and condition by condition."""
    names = [column.id for column in row_list.columns]
    found = 0
    for line in lines:
        held = dict(zip(names, line.contents, strict=True))
        if set(held.values()) != {None} and all(_meets(held[c.column], c, row_list, period) for c in term.conditions):
            figure = 1 if term.column is None else held[term.column]
            found += figure if type(figure) is int else 0
    return found


def _meets(content, condition, row_list, period):
    if condition.operand is None:
        return (content is None) == (condition.sign == "is blank")
    kind = row_list.columns[row_list.find_column(condition.column)].entry
    if content is None:
        return False
    if kind is None or kind.form == "date":
        if kind is None:
            one, other = content, condition.operand
            if type(one) is not int:
                return False
        else:
            one, other = content, condition.operand
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", one):
                return False
            if isinstance(other, PeriodEdge):
                months = {"": (1, 12), "Q2": (4, 6), "H1": (1, 6), "02": (2, 2)}[period.part]
                ends = {12: 31, 6: 30, 2: 29}
                at_start = other is PeriodEdge.START
                other = (
                    f"{period.year}-{months[0]:02d}-01"
                    if at_start
                    else f"{period.year}-{months[1]:02d}-{ends[months[1]]}"
                )
        order = (one > other) - (one < other)
        return order in {"=": {0}, "!=": {-1, 1}, "<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}}[condition.sign]
    if kind.form == "several":
        alike = condition.operand in content.split("、")
    else:
        alike = " ".join(content.lower().split()) == " ".join(condition.operand.lower().split())
    return alike == (condition.sign == "=")


def make_lines(row_list: RowList, rng: Random, most: int = 12) -> tuple[ListRow, ...]:
    """Lines by chance, as `draw_lines` has them, of what a workbook holds as it is."""
    empty = (None,) * len(row_list.columns)
    made = [tuple(_make_content(column, rng) for column in row_list.columns) for _ in range(rng.randrange(1, most))]
    return trim_lines([ListRow(empty if rng.random() < 0.1 else line) for line in made])


def _make_content(column: ListColumn, rng: Random) -> int | str | None:
    kind = column.entry
    if rng.random() < 0.2:
        return None
    if kind is None:
        low = -3 if column.measure.signed else 0
        return rng.choice([rng.randint(low, 4) * column.measure.scale, rng.randint(low, 300), "1件"])
    match kind.form:
        case "choice" | "yes_no":
            return rng.choice([*kind.choices, "别的"])
        case "several":
            return "、".join(each for each in kind.choices if rng.random() < 0.5) or None
        case "date":
            day = rng.choice([date(2024, 1, 1), date(2024, 6, 30), date(2024, 12, 31)])
            return rng.choice([(day + timedelta(days=rng.randint(-2, 2))).isoformat(), "上周"])
        case _:
            return rng.choice(WORDS)


def make_term(row_list: RowList, rng: Random) -> ListTerm:
    """A term by chance, as `draw_term` has it."""
    summed = [None, None, *(column.id for column in row_list.columns if column.entry is None)]
    columns = rng.sample(row_list.columns, rng.randrange(min(4, len(row_list.columns))))
    return ListTerm(row_list.id, rng.choice(summed), tuple(_make_condition(column, rng) for column in columns))


def _make_condition(column: ListColumn, rng: Random) -> ListCondition:
    kind = column.entry
    if rng.random() < 0.25:
        return ListCondition(column.id, rng.choice(["is blank", "is not blank"]))
    ordered = rng.choice(["=", "!=", "<", "<=", ">", ">="])
    if kind is None:
        return ListCondition(column.id, ordered, rng.randint(-2, 3) * column.measure.scale)
    if kind.form == "date":
        return ListCondition(column.id, ordered, rng.choice(["2024-01-01", "2024-06-30", *PeriodEdge]))
    return ListCondition(column.id, rng.choice(["=", "!="]), rng.choice(kind.choices or WORDS))
