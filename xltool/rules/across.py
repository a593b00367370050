"""A submission held against what the same agency reports on another form: judged exactly, or told that it was not.

Both are named in one sentence with their cells and figures, and what is to be mended. A rule of which something is
lacking (the other submission, a figure) has not been judged, and never counts as kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from xltool.codes import SCOPE_NAMES
from xltool.forms import totals
from xltool.forms.across import (
    AcrossRule,
    OtherForm,
    OtherReport,
    OtherReports,
    list_both_cells,
    list_both_terms,
)
from xltool.forms.cover_conditions import gather_contents
from xltool.forms.document import json_value
from xltool.forms.list_terms import reckon_list_term, reckon_lists, select_lines
from xltool.forms.number import format_value
from xltool.forms.operators import EQUAL
from xltool.messages import MOST_CELLS, Locator, finding, format_scaled, join_first, say_cell, word_list_term
from xltool.model import CellKey, Finding, FormSpec, Linear, ListRow, ListTerm, RowList, Submission, summand_of
from xltool.periods import period_of
from xltool.rules.matrix import Verdict
from xltool.rules.validate import assess_rules

_MOST_LINES: Final = 12
"""So many lines of a list are named one by one."""
NOT_GIVEN: Final = "没有同时给出这张表"
"""Why a rule was not judged where nobody says more."""


LocateCells: TypeAlias = Callable[[FormSpec], Locator]


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two submissions of a rule: what it is, its form, where its cells stand."""

    spec: FormSpec
    submission: Submission
    place: Locator

    def find_figure(self, key: CellKey) -> int | None:
        return summand_of(self.submission.values[self.spec.index[key]])

    def name_cell(self, key: CellKey) -> str:
        return say_cell(self.spec.cell(key), self.place)

    def say_cell(self, key: CellKey) -> str:
        """A cell with what it holds."""
        shown = format_value(self.submission.values[self.spec.index[key]], self.spec.cell(key).measure)
        return f"{self.name_cell(key)}{shown}"

    def reckon(self, term: ListTerm) -> int | None:
        """What a term over a list comes to, scaled; None where nobody read the list."""
        if term.row_list in self.submission.unread_lists:
            return None
        return reckon_list_term(term, self._find_list(term), self._lines(term), period_of(self.submission))

    def say_list(self, term: ListTerm, number: int) -> str:
        """What a term over a list comes to, and in which lines where these are few."""
        row_list = self._find_list(term)
        lines = select_lines(term, row_list, self._lines(term), period_of(self.submission))
        told = f"（第 {'、'.join(map(str, lines))} 行）" if 0 < len(lines) <= _MOST_LINES else ""
        return f"{word_list_term(term, row_list)} {self._format(term, number)}{told}"

    def describe_cell(self, key: CellKey) -> dict[str, Any]:
        sheet, address = self.place(key)
        value = json_value(self.submission.values[self.spec.index[key]], self.spec.cell(key).measure)
        return {"form": self.spec.id, "key": key, "sheet": sheet, "address": address, "value": value}

    def describe_list(self, term: ListTerm, number: int) -> dict[str, Any]:
        row_list = self._find_list(term)
        name, shown = word_list_term(term, row_list), self._format(term, number)
        return {"form": self.spec.id, "key": name, "sheet": row_list.sheet, "address": "", "value": shown}

    def is_doubtful(self, keys: Sequence[CellKey]) -> bool:
        """Whether rules of its own form that look at these cells are broken too."""
        contents, numbers = gather_contents(self.spec, self.submission), reckon_lists(self.spec, self.submission)
        verdicts = assess_rules(self.spec, self.submission.values, None, contents, numbers)
        broken = (r for r in self.spec.rules if r.severity == "error" and verdicts.get(r.name) == Verdict.FAIL)
        return any(not set(keys).isdisjoint(rule.linear.own) for rule in broken)

    def name_list(self, term: ListTerm) -> str:
        return self._find_list(term).name

    def _find_list(self, term: ListTerm) -> RowList:
        return next(each for each in self.spec.lists if each.id == term.row_list)

    def _lines(self, term: ListTerm) -> Sequence[ListRow]:
        return self.submission.lists.get(term.row_list, ())

    def _format(self, term: ListTerm, number: int) -> str:
        row_list = self._find_list(term)
        at = None if term.column is None else row_list.find_column(term.column)
        return format_scaled(number, 0 if at is None else row_list.columns[at].measure.decimals)


def judge_across(
    spec: FormSpec, submission: Submission, forms: Sequence[OtherForm], reports: OtherReports, locate: LocateCells
) -> list[Finding]:
    """What is found where a submission is held against others, and which rules could not be judged, and why.

    `locate` gives where the workbook of a form has its cells.
    """
    found: list[Finding] = []
    for other in forms:
        unjudged: dict[str, list[str]] = {}
        report = reports.get(other.spec.id, NOT_GIVEN)
        why = report if isinstance(report, str) else _find_why_apart(other, submission, report.submission)
        for rule in other.rules:
            if why or isinstance(report, str):
                unjudged.setdefault(why, []).append(rule.name)
            elif not (rule.linear.of_each and submission.scope == "consolidated"):
                judged = _judge_rule(spec, submission, other, report, rule, locate)
                if isinstance(judged, str):
                    unjudged.setdefault(judged, []).append(rule.name)
                elif judged is not None:
                    found.append(judged)
        for lacking, names in unjudged.items():
            written = dict.fromkeys(name.partition("@")[0] for name in names)
            told = f"与《{other.spec.title}》的 {len(names)} 条勾稽关系（{'、'.join(written)}）"
            found.append(finding("across.unjudged", what=told, why=lacking, rules=tuple(names)))
    return found


def _find_why_apart(other: OtherForm, mine: Submission, theirs: Submission) -> str:
    """Why two submissions cannot be held against each other; empty when they can."""
    if not other.agrees(period_of(mine), period_of(theirs)):
        return f"它是{period_of(theirs).spoken}的"
    if mine.scope != theirs.scope:
        return f"它的数是{SCOPE_NAMES[theirs.scope]}的，本表是{SCOPE_NAMES[mine.scope]}的"
    return ""


@dataclass(frozen=True, slots=True)
class _Held:
    """A rule with both submissions that it is about."""

    rule: AcrossRule
    other: OtherForm
    mine: _Side
    theirs: _Side
    figures: Mapping[CellKey, int | None]
    numbers: Mapping[ListTerm, int | None]

    def compute_sides(self, sums: Linear) -> tuple[int, int]:
        left, right = (sum(by * (self.figures[key] or 0) for key, by in side) for side in (sums.left, sums.right))
        listed = sum(by * (self.numbers[term] or 0) for term, by in sums.lists)
        return left, right + listed + sums.constant

    def list_blanks(self, sums: Linear) -> Iterator[str]:
        """What of a rule has no figure, in words."""
        for key in (key for key, _ in (*sums.left, *sums.right) if self.figures[key] is None):
            theirs = self.other.find_own_name(key)
            yield self.mine.name_cell(key) if theirs is None else f"它的{self.theirs.name_cell(theirs)}"
        for term, (is_theirs, own) in list_both_terms(self.other, sums).items():
            if self.numbers[term] is None:
                side = self.theirs if is_theirs else self.mine
                yield f"{'它的' if is_theirs else ''}{side.name_list(own)}"

    def solve(self, key: CellKey) -> str:
        """What a cell would have to hold for an equality to be kept, as the only one that is changed; else nothing."""
        sums = self.rule.linear
        if sums.operator is not EQUAL:
            return ""
        left, right = self.compute_sides(sums)
        by = sum(times for name, times in sums.left if name == key)
        by -= sum(times for name, times in sums.right if name == key)
        held, theirs = self.figures[key], self.other.find_own_name(key)
        measure = (self.mine.spec.cell(key) if theirs is None else self.theirs.spec.cell(theirs)).measure
        if held is None or not by or (right - left) % by:
            return ""
        wanted = held + (right - left) // by
        fits = abs(wanted) <= measure.maximum * measure.scale and (measure.signed or wanted >= 0)
        return f"，应为 {format_scaled(wanted, measure.decimals)}" if fits else ""


def _judge_rule(  # noqa: PLR0917 -- both submissions as they are judged
    spec: FormSpec,
    submission: Submission,
    other: OtherForm,
    report: OtherReport,
    rule: AcrossRule,
    locate: LocateCells,
) -> Finding | str | None:
    """A finding where the rule is broken, None where it is kept, and why where it cannot be judged."""
    mine = _Side(spec, totals.complete_totals(spec, submission)[0], locate(spec))
    theirs = _Side(other.spec, totals.complete_totals(other.spec, report.submission)[0], locate(other.spec))
    sums = rule.linear
    figures = {}
    for key in sums.keys:
        own = other.find_own_name(key)
        figures[key] = mine.find_figure(key) if own is None else theirs.find_figure(own)
    terms = list_both_terms(other, sums)
    numbers = {term: (theirs if far else mine).reckon(own) for term, (far, own) in terms.items()}
    held = _Held(rule, other, mine, theirs, figures, numbers)
    blanks = [*(held.list_blanks(sums.condition) if sums.condition else ()), *held.list_blanks(sums)]
    if blanks:
        return f"{join_first(list(dict.fromkeys(blanks)), MOST_CELLS, '处')}没有数"
    if sums.condition is not None and not sums.condition.operator.holds(*held.compute_sides(sums.condition)):
        return None
    left, right = held.compute_sides(sums)
    return None if sums.operator.holds(left, right) else _tell_broken(held, report, left, right)


def _tell_broken(held: _Held, report: OtherReport, left: int, right: int) -> Finding:
    rule, mine, theirs, sums = held.rule, held.mine, held.theirs, held.rule.linear
    own, others = list_both_cells(held.other, sums)
    lists = [(far, term, held.numbers[key] or 0) for key, (far, term) in list_both_terms(held.other, sums).items()]
    said = [
        join_first(
            [*map(side.say_cell, keys), *(side.say_list(term, number) for far, term, number in lists if far is is_far)],
            MOST_CELLS,
            "处",
        )
        for side, keys, is_far in ((mine, own, False), (theirs, others, True))
    ]
    numbers = [format_scaled(each, sums.decimals) for each in (left, right, abs(left - right))]
    operator = "等于" if sums.operator is EQUAL else sums.operator.words
    bound = [theirs.describe_cell(key) for key in others]
    bound += [(theirs if far else mine).describe_list(term, number) for far, term, number in lists]
    source = mine.submission.source
    return finding(
        "across.broken",
        *own,
        rule=rule.name,
        severity=rule.severity,
        title=theirs.spec.title,
        file=report.label,
        own=f"（{source}）" if source else "",
        text=rule.text,
        mine=said[0],
        theirs=said[1],
        sides=f"{numbers[0]} 应{operator} {numbers[1]}，相差 {numbers[2]}",
        mend=_advise(held, own, others),
        basis=rule.basis,
        others=tuple(bound),
    )


def _advise(held: _Held, own: Sequence[CellKey], others: Sequence[CellKey]) -> str:
    """Which of the two is to be mended, and where: what else is broken about these cells speaks against one."""
    mine, theirs, title = held.mine, held.theirs, held.theirs.spec.title
    doubts = mine.is_doubtful(own), theirs.is_doubtful(others)
    lead = "对照原始记录，看是哪一张表填错："
    if doubts == (True, False):
        lead = "本表的这些数另有勾稽关系不平，先查本表："
    elif doubts == (False, True):
        lead = f"《{title}》的这些数另有勾稽关系不平，先查那张表："
    far = {own_key: key for key in held.figures if (own_key := held.other.find_own_name(key)) is not None}
    asked = [*list_both_terms(held.other, held.rule.linear).values()]
    lines = [
        [side.name_list(term) for is_far, term in asked if is_far is far_side]
        for side, far_side in ((mine, False), (theirs, True))
    ]
    here = _name_places(mine, own, [held.solve(key) for key in own], lines[0])
    there = _name_places(theirs, others, [held.solve(far[key]) for key in others], lines[1])
    return (
        f"{held.rule.remedy}{lead}本表填错的，改{here}，重新报送本表；"
        f"《{title}》填错的，改那张表的{there}，重新报送那张表。"
    )


def _name_places(side: _Side, keys: Sequence[CellKey], wanted: Sequence[str], lists: Sequence[str]) -> str:
    """What may be mended of one side; a cell with what it would have to hold where it is alone there."""
    named = []
    for key, figure in zip(keys, wanted, strict=True):
        parts = "（合计，改它的各项）" if side.spec.cell(key).total else ""
        named.append(f"{side.name_cell(key)}{parts}{figure if len(keys) + len(lists) == 1 else ''}")
    return join_first([*named, *dict.fromkeys(lists)], MOST_CELLS, "处")
