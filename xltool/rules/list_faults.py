"""Findings on the lines of lists: what is missing, wrong or there twice, a message for each column and fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from xltool.forms.entries import quote_entry
from xltool.forms.line_rules import BrokenLines, list_broken, word_line_rule
from xltool.forms.list_demands import list_early, list_lone
from xltool.forms.list_rows import describe_column, list_missing, list_repeated, list_unfit, print_line_content
from xltool.messages import finding, format_scaled, join_first, word_list_conditions
from xltool.model import Finding, FormSpec, ListColumn, ListRow, RowList, Submission

MOST_NAMED_LINES: Final = 12
MOST_QUOTED_LINES: Final = 4

_GONE: Final = frozenset({"list.column", "published.list_column"})
"""What tells that a column was not there to be read."""

_ASKING: Final = frozenset({"list.missing", "list.lone"})
"""What tells that something is not there."""


def judge_lists(spec: FormSpec, submission: Submission, notes: Iterable[Finding]) -> Iterator[Finding]:
    """What is wrong with the lists of a submission; a sum has no question to answer for its agencies.

    Findings name list, column and lines, from 1: they have no keys. `notes` are those of reading: a column that is
    gone lacks nothing besides.
    """
    gone = {(note.data["list"], note.data["column"]) for note in notes if note.code in _GONE}
    for row_list in spec.lists if submission.scope == "own" else ():
        for found in _judge_lines(row_list, submission.lists.get(row_list.id, ())):
            if found.code not in _ASKING or (found.data["list"], found.data["column"]) not in gone:
                yield found


def _judge_lines(row_list: RowList, lines: Sequence[ListRow]) -> Iterator[Finding]:
    if len(lines) > row_list.limit:
        yield finding("list.limit", list=row_list.name, sheet=row_list.sheet, count=len(lines), limit=row_list.limit)
    for at, serials in list_missing(row_list, lines).items():
        yield _tell("list.missing", row_list, row_list.columns[at], serials)
    for at, conditions, serials in list_lone(row_list, lines):
        given = word_list_conditions(conditions, row_list)
        yield _tell("list.lone", row_list, row_list.columns[at], serials, given=given)
    for at, other, serials in list_early(row_list, lines):
        yield _tell("list.order", row_list, row_list.columns[at], serials, other=row_list.columns[other].label)
    for broken in list_broken(row_list, lines):
        yield _tell_broken(row_list, broken)
    for at, serials in list_unfit(row_list, lines).items():
        column = row_list.columns[at]
        quoted = [f"第 {serial} 行“{_quote(column, lines[serial - 1], at)}”" for serial in serials]
        told = join_first(quoted, MOST_QUOTED_LINES, "行")
        yield _tell("list.invalid", row_list, column, serials, quoted=told, fits=describe_column(column))
    for at, groups in list_repeated(row_list, lines).items():
        column = row_list.columns[at]
        quoted = [f"第 {_name_lines(group)} 行都是“{_quote(column, lines[group[0] - 1], at)}”" for group in groups]
        again = sorted(serial for group in groups for serial in group[1:])
        yield _tell("list.repeated", row_list, column, again, quoted=join_first(quoted, MOST_QUOTED_LINES, "处"))
    gaps = [serial for serial, line in enumerate(lines, 1) if line.is_empty]
    if gaps:
        yield finding("list.gap", list=row_list.name, sheet=row_list.sheet, count=len(gaps), lines=_name_lines(gaps))


def _tell_broken(row_list: RowList, broken: BrokenLines) -> Finding:
    """A rule of a list with the lines that break it: what it says, what both sides come to, how to mend it."""
    rule, pairs = broken.rule, zip(broken.serials, broken.sides, strict=True)
    figures = [(serial, *(format_scaled(side, rule.decimals) for side in sides)) for serial, sides in pairs]
    told = [f"第 {serial} 行 {left} 与 {right}" for serial, left, right in figures]
    remedy = rule.remedy or "核对这几栏，写错的改正。"
    given = word_list_conditions(rule.conditions, row_list)
    return finding(
        "list.broken", severity=rule.severity, check=row_list.name_check(rule), serials=tuple(broken.serials),
        of_list=row_list.id, list=row_list.name, sheet=row_list.sheet, name=rule.id, lines=_name_lines(broken.serials),
        count=len(broken.serials), given=f"{given}时，" if given else "", says=rule.text,
        should=word_line_rule(rule, row_list), quoted=join_first(told, MOST_QUOTED_LINES, "行"), mend=remedy,
        basis=rule.basis,
    )  # fmt: skip


def _tell(code: str, row_list: RowList, column: ListColumn, serials: Sequence[int], **facts: str) -> Finding:
    named: dict[str, Any] = {"list": row_list.name, "column": column.label, "lines": _name_lines(serials), **facts}
    return finding(code, count=len(serials), sheet=row_list.sheet, **named)


def _name_lines(serials: Sequence[int]) -> str:
    return join_first([*map(str, serials)], MOST_NAMED_LINES)


def _quote(column: ListColumn, line: ListRow, at: int) -> str:
    return quote_entry(print_line_content(column, line.contents[at]))
