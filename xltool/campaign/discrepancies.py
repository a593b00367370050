"""Which agency makes a rule fail.

The residual of a sum is the sum of the residuals, so they are sorted and the culprit stands first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from xltool.campaign.consolidate import find_unsummed
from xltool.campaign.contributions import MOST_ROWS, SheetValue
from xltool.codes import GRADES
from xltool.forms import checks
from xltool.forms.list_terms import reckon_lists
from xltool.forms.number import to_exact
from xltool.model import SEVERITIES, Agency, Consolidation, FormSpec, Rule, Submission
from xltool.periods import period_of
from xltool.rules.blocks import count_blocks
from xltool.rules.matrix import SLICE, RuleMatrix, Verdict, build_matrix
from xltool.rules.prior_year import align_earlier
from xltool.rules.stack import Stack, join_years, stack_values
from xltool.workbook.paper import Paper

DISCREPANCY_HEADS: Final = (
    "勾稽关系",
    "等级",
    "位置",
    "内容",
    "汇总差额",
    "单位代码",
    "单位名称",
    "左边",
    "右边",
    "差额",
    "单位结论",
    "备注",
)
SHEET: Final = "不平的来源"
NO_DISCREPANCY: Final = "没有不平"
VERDICTS: Final = {Verdict.PASS: "通过", Verdict.FAIL: "不通过", Verdict.UNKNOWN: "缺数，不能判断"}


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One agency's part in a rule, `agency` being None for what corrections add: both sides, scaled.

    `total` is the residual of the sum.
    """

    rule: Rule
    agency: Agency | None
    left: int
    right: int
    verdict: Verdict | None
    total: int
    failing: bool  # whether the sum breaks the rule
    apart: bool = False  # its figures are not in the sum

    @property
    def residual(self) -> int:
        """Left less right."""
        return self.left - self.right


def find_discrepancies(
    spec: FormSpec,
    consolidation: Consolidation,
    last_year: Mapping[str, Submission] | None = None,
    last_total: Submission | None = None,
) -> Iterator[Discrepancy]:
    """For each rule that the sum breaks every agency with a residual, for each other rule the agencies that break it.

    Rules that the sum breaks before others, 强制 before 核实; of each rule its agencies, worst first.

    With last year's submissions by agency code, and their sum, the rules between the years too.
    """
    if not consolidation.agencies:
        return
    known = last_year or {}
    period = period_of(consolidation.total)
    begins = period.opens_year and count_blocks(spec) > 1  # then what is carried over is known: nothing
    years = bool(known) or last_total is not None or begins
    rules = build_matrix(spec, years)
    sums = stack_values([consolidation.total.values], [reckon_lists(spec, consolidation.total)])
    if years:
        sums = join_years(sums, stack_values([align_earlier(spec, period, last_total)]))
    all_left, all_right = rules.compute_sides(sums)
    judged = []
    for start in range(0, len(consolidation.agencies), SLICE):
        part = slice(start, start + SLICE)
        mine = Stack(consolidation.values[part], ~consolidation.missing[part], consolidation.numbers[part])
        if years:
            priors = [align_earlier(spec, period, known.get(agency.code)) for agency in consolidation.agencies[part]]
            mine = join_years(mine, stack_values(priors))
        sides = rules.compute_sides(mine)
        judged.append((*sides, rules.compute_verdicts(mine, *sides)))
    verdicts = rules.compute_verdicts(sums, all_left, all_right)[0].tolist()
    failing = [
        verdict == Verdict.FAIL and not linear.of_each for verdict, linear in zip(verdicts, rules.linears, strict=True)
    ]
    alone = _find_root_rules(spec, rules)
    order = sorted(enumerate(rules.rules), key=lambda each: (not failing[each[0]], SEVERITIES.index(each[1].severity)))
    for number, rule in order:
        lefts, rights, verdicts = (
            [value for part in judged for value in part[side][:, number].tolist()] for side in range(3)
        )
        total = int(all_left[0, number] - all_right[0, number])
        found = []
        for at, (agency, verdict) in enumerate(zip(consolidation.agencies, verdicts, strict=True)):
            asked = rule.linear.is_asked(consolidation.entries[at])
            if (verdict == Verdict.FAIL and asked) or (failing[number] and lefts[at] != rights[at]):
                apart = number in alone and agency.code != consolidation.root
                found.append(
                    Discrepancy(rule, agency, lefts[at], rights[at], Verdict(verdict), total, failing[number], apart)
                )
        found.sort(key=_rank_discrepancy(rule))
        yield from found
        more = (int(all_left[0, number]) - sum(lefts), int(all_right[0, number]) - sum(rights))
        if failing[number] and number not in alone and more[0] != more[1]:
            yield Discrepancy(rule, None, *more, None, total, True)


def build_sheet(spec: FormSpec, found: Iterable[Discrepancy]) -> Iterator[tuple[SheetValue, ...]]:
    """A header and the rows of discrepancies.xlsx, as many as a sheet holds; the last tells when there are more.

    Where there is none, that is told.
    """
    yield DISCREPANCY_HEADS
    count = 1
    for count, each in enumerate(found, 2):
        if count == MOST_ROWS:
            yield _tell("还有更多，工作表放不下；先改正上面的，再汇总一次。")
            return
        yield _sheet_row(spec, each)
    if count == 1:
        yield _tell(NO_DISCREPANCY)


def note_part(each: Discrepancy) -> str:
    """How an agency's part in a rule has to do with the sum."""
    if each.rule.linear.of_each:
        return "只核各单位，不核汇总数"
    return "不参加相加" if each.apart else "" if each.failing else "汇总数通过"


def make_paper(spec: FormSpec) -> Paper:
    """How the sheet is printed: each table's rules on pages of their own, without the names that are for programs."""
    tables = {rule.name: spec.cell(rule.linear.own[0]).table for rule in spec.rules}
    broadest = {2: 22, 3: 46, 6: 26, 10: 12, 11: 12, **dict.fromkeys((4, 7, 8, 9), 12)}
    return Paper(unprinted=1, breaks=lambda row: tables.get(str(row[0])), broadest=broadest)


def _tell(sentence: str) -> tuple[SheetValue, ...]:
    """A row that says something, where the contents of rules stand."""
    return ("", "", "", sentence)


def _sheet_row(spec: FormSpec, each: Discrepancy) -> tuple[SheetValue, ...]:
    rule = each.rule
    measure = replace(spec.cell(rule.linear.own[0]).measure, decimals=rule.linear.decimals)
    tells = rule.linear.operator.compares
    agency = each.agency
    return (
        *(rule.name, GRADES[rule.severity], checks.name_subject(rule, spec), rule.text),
        to_exact(each.total, measure) if tells and each.failing else None,
        *(("", "更正") if agency is None else (agency.code, agency.name)),
        *(
            to_exact(each.left, measure),
            to_exact(each.right, measure),
            to_exact(each.residual, measure) if tells else None,
        ),
        "" if each.verdict is None else VERDICTS[each.verdict],
        note_part(each),
    )


def _find_root_rules(spec: FormSpec, rules: RuleMatrix) -> set[int]:
    """The rules over cells that are not added up."""
    kept = find_unsummed(spec)
    return {number for number, looked in enumerate(rules.used) if looked[kept].any()}


def _rank_discrepancy(rule: Rule) -> Callable[[Discrepancy], int]:
    """What to sort by: how far the residual goes against the rule.

    Where none tells, how much stands on its left side.
    """
    excess = rule.linear.operator.excess
    return lambda each: -(each.residual if excess is None else excess(each.residual))
