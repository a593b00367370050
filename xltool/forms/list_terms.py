"""Terms over lists: looked up in a form, the lines that they take, and what these come to.

Words are compared as `unique` compares them: without regard to case, several blanks as one, those around them and
line breaks left aside. `workbook.list_terms` writes formulas that say the same.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, TypeAlias

from xltool.days import parse_day
from xltool.forms.entries import split_several
from xltool.forms.list_grammar import WrittenCondition, WrittenListTerm, WrittenNumber, WrittenOperand
from xltool.forms.memo import derive_once
from xltool.forms.source import suggest_nearest
from xltool.forms.text import excel_length
from xltool.model import (
    NO_MEASURE,
    FormSpec,
    ListColumn,
    ListCondition,
    ListContent,
    ListNumbers,
    ListOperand,
    ListRow,
    ListSign,
    ListTerm,
    ListTerms,
    Measure,
    PeriodEdge,
    RowList,
    Submission,
)
from xltool.periods import Period, period_of

ComplainAt: TypeAlias = Callable[[int, str, str], None]
"""Takes the offset in an expression, what is wrong there, and a hint."""
LONGEST_COMPARED: Final = 200
"""Signs of a text that is compared: a formula has no longer ones, with some to spare."""
_BLANKS: Final = re.compile(" +")
_LEFT_ASIDE: Final = str.maketrans("", "", "\n\u3000")
_ORDERED: Final[Mapping[ListSign, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NOTHING: Final[ListNumbers] = {}
_ALIKE: Final = frozenset[ListSign]({"=", "!="})
"""What compares without an order."""


def resolve_list_term(lists: Mapping[str, RowList], written: WrittenListTerm, complain: ComplainAt) -> ListTerm | None:
    """The term over one of the lists, by their ids; None, with every fault told, where something does not fit."""
    row_list = lists.get(written.row_list)
    if row_list is None:
        complain(written.offset, f"no list is named '{written.row_list}'", suggest_nearest(written.row_list, lists))
        return None
    failed = False
    if written.column is not None:
        column = _find_column(row_list, written.column, written.column_offset, complain)
        if column is not None and column.entry is not None:
            told = f"column '{column.id}' of list '{row_list.id}' holds no figures: nothing is added up there"
            complain(written.column_offset, told, f"write 'count({row_list.id})'")
            failed = True
        failed |= column is None
    conditions = [_resolve_condition(row_list, each, complain) for each in written.conditions]
    taken = tuple(each for each in conditions if each is not None)
    if failed or len(taken) < len(conditions):
        return None
    term = ListTerm(row_list.id, written.column, taken)
    return replace(term, adds_up=not row_list.join or _survives_joining(row_list, term))


def _survives_joining(row_list: RowList, term: ListTerm) -> bool:
    """Whether a term comes to the same where lines about one unit are one: figures that are added, by unit at most."""
    at = None if term.column is None else row_list.find_column(term.column)
    asks = {condition.column for condition in term.conditions}
    return at is not None and row_list.columns[at].policy == "sum" and asks <= {*row_list.join}


def find_term_measure(row_list: RowList, term: ListTerm) -> Measure:
    """The measure of what a term comes to: that of its column; lines are counted in no unit."""
    at = None if term.column is None else row_list.find_column(term.column)
    return NO_MEASURE if at is None else row_list.columns[at].measure


def _find_column(row_list: RowList, name: str, offset: int, complain: ComplainAt) -> ListColumn | None:
    at = row_list.find_column(name)
    if at is None:
        known = [column.id for column in row_list.columns]
        complain(offset, f"list '{row_list.id}' has no column '{name}'", suggest_nearest(name, known))
        return None
    return row_list.columns[at]


def _resolve_condition(row_list: RowList, written: WrittenCondition, complain: ComplainAt) -> ListCondition | None:
    column = _find_column(row_list, written.column, written.offset, complain)
    if column is None:
        return None
    if written.operand is None:
        return ListCondition(column.id, written.sign)
    fault = _find_operand_fault(column, written)
    if fault is not None:
        complain(written.operand_offset, *fault)
        return None
    return ListCondition(column.id, written.sign, _hold_operand(column, written.operand))


def _hold_operand(column: ListColumn, operand: str | WrittenNumber | PeriodEdge) -> ListOperand:
    if isinstance(operand, WrittenNumber):
        return int(operand.value * column.measure.scale)
    return operand


def _find_operand_fault(column: ListColumn, written: WrittenCondition) -> tuple[str, str] | None:
    """What a column cannot be compared with, and a hint."""
    operand, name = written.operand, column.id
    if column.entry is None:
        return _find_figure_fault(column, operand)
    if isinstance(operand, WrittenNumber):
        return f"column '{name}' holds no figures: what it is compared with stands in quotes", ""
    if column.entry.form == "date":
        return _find_day_fault(operand)
    if isinstance(operand, PeriodEdge):
        return f"'{operand.value}' is a day, and column '{name}' holds none", ""
    if written.sign not in _ALIKE:
        return f"what column '{name}' holds has no order: only '=' and '!=' compare it", ""
    return _find_words_fault(column, operand or "")


def _find_figure_fault(column: ListColumn, operand: WrittenOperand) -> tuple[str, str] | None:
    if not isinstance(operand, WrittenNumber):
        return f"column '{column.id}' holds figures: what it is compared with is a number, without quotes", ""
    if operand.places > column.measure.decimals:
        return f"figures of column '{column.id}' have {column.measure.decimals} decimals, and no more", ""
    return None


def _find_day_fault(operand: str | PeriodEdge | None) -> tuple[str, str] | None:
    if isinstance(operand, PeriodEdge) or read_iso(operand) is not None:
        return None
    day = parse_day(operand or "")
    return f"'{operand}' is no day: 2024-01-31", f"write '{day.isoformat()}'" if day else ""


def _find_words_fault(column: ListColumn, words: str) -> tuple[str, str] | None:
    if not _bare(words):
        return "nothing is compared with nothing", "write 'is blank' or 'is not blank'"
    choices = () if column.entry is None else column.entry.choices
    if choices and words not in choices:
        return f"'{words}' is none of the choices of '{column.id}'", suggest_nearest(words, choices)
    if excel_length(words) + words.count('"') > LONGEST_COMPARED or "\n" in words:
        return f"a text that is compared has at most {LONGEST_COMPARED} signs, in one line", ""
    return None


def read_iso(text: object) -> date | None:
    """The day that a text is as 2024-01-31 and not otherwise."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def find_edge(edge: PeriodEdge, period: Period) -> date:
    """The day that an edge of a period is."""
    return period.first_day if edge is PeriodEdge.START else period.last_day


def select_lines(term: ListTerm, row_list: RowList, lines: Sequence[ListRow], period: Period) -> tuple[int, ...]:
    """The numbers, from 1, of the lines that a term takes."""
    tests = [_prepare_condition(row_list, each, period) for each in term.conditions]
    numbered = ((serial, line) for serial, line in enumerate(lines, 1) if not line.is_empty)
    return tuple(serial for serial, line in numbered if all(test(line.contents[at]) for at, test in tests))


def reckon_list_term(term: ListTerm, row_list: RowList, lines: Sequence[ListRow], period: Period) -> int:
    """What a term comes to: how many lines, or the sum of the column's figures, scaled by its measure."""
    taken = select_lines(term, row_list, lines, period)
    if term.column is None:
        return len(taken)
    at = row_list.find_column(term.column)
    assert at is not None
    contents = (lines[serial - 1].contents[at] for serial in taken)
    return sum(content for content in contents if isinstance(content, int))


@derive_once
def list_terms(spec: FormSpec) -> tuple[ListTerm, ...]:
    """What the rules of a form ask of its lists, each once."""
    return tuple(dict.fromkeys(term for rule in spec.rules for term, _ in rule.linear.lists))


def reckon_lists(spec: FormSpec, submission: Submission) -> ListNumbers:
    """What all terms of a form's rules come to in a submission; nothing of lists that nobody read."""
    terms = list_terms(spec)
    if not terms:
        return _NOTHING
    known, period = {each.id: each for each in spec.lists}, period_of(submission)
    return {
        term: reckon_list_term(term, known[term.row_list], submission.lists.get(term.row_list, ()), period)
        for term in terms
        if term.row_list not in submission.unread_lists
    }


def find_term_lines(spec: FormSpec, submission: Submission, term: ListTerm) -> tuple[int, ...]:
    """The numbers, from 1, of the lines of a submission that a term takes."""
    row_list = next(each for each in spec.lists if each.id == term.row_list)
    return select_lines(term, row_list, submission.lists.get(row_list.id, ()), period_of(submission))


def add_up_lists(lists: ListTerms, numbers: ListNumbers) -> int | None:
    """What lists add to a side, scaled as it is; None where nobody read one of them."""
    if not lists:
        return 0
    found = [(numbers.get(term), times) for term, times in lists]
    return None if any(number is None for number, _ in found) else sum((number or 0) * by for number, by in found)


_Test: TypeAlias = Callable[[ListContent], bool]


def _prepare_condition(row_list: RowList, condition: ListCondition, period: Period) -> tuple[int, _Test]:
    """Where a condition looks in a line, and what it asks of the content there."""
    at = row_list.find_column(condition.column)
    assert at is not None
    return at, _prepare_test(row_list.columns[at], condition, period)


def _prepare_test(column: ListColumn, condition: ListCondition, period: Period) -> _Test:
    sign, operand = condition.sign, condition.operand
    if sign == "is blank":
        return lambda content: content is None
    if sign == "is not blank":
        return lambda content: content is not None
    holds = _ORDERED[sign]
    if isinstance(operand, int):
        return lambda content: isinstance(content, int) and holds(content, operand)
    if column.entry is not None and column.entry.form == "date":
        day = find_edge(operand, period) if isinstance(operand, PeriodEdge) else read_iso(operand)
        return lambda content: (held := read_iso(content)) is not None and holds(held, day)
    assert isinstance(operand, str)
    wanted, negated = _bare(operand), sign == "!="
    if column.entry is not None and column.entry.form == "several":
        return lambda content: content is not None and (operand in split_several(str(content))) is not negated
    return lambda content: content is not None and (_bare(str(content)) == wanted) is not negated


def _bare(text: str) -> str:
    """A text as it is compared."""
    return trim_compared(text).casefold()


def trim_compared(text: str) -> str:
    """A text as it is compared, its letters as they are."""
    return _BLANKS.sub(" ", text.translate(_LEFT_ASIDE)).strip(" ")
