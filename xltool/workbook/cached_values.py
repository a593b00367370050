"""What every formula of a workbook shows for a submission, computed without Excel.

The cached values that viewers see first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from xltool.codes import GRADES
from xltool.forms import totals
from xltool.forms.cell_checks import BlankCheck, EmptyCheck, InvalidCheck
from xltool.forms.checks import Check, find_leader
from xltool.forms.cover_conditions import gather_contents
from xltool.forms.list_rows import list_unfit
from xltool.forms.sheet_names import CHECKS, TEXTS
from xltool.forms.text import excel_length
from xltool.messages import format_scaled
from xltool.model import Cell, CellKey, FormSpec, Rule, Submission, Value
from xltool.rules.cells import count_faults
from xltool.rules.matrix import Verdict, build_matrix
from xltool.rules.stack import join_years, stack_values
from xltool.rules.view import SubmissionView
from xltool.workbook.cached_figure import CachedValue, to_cached_entry, to_cached_figure, to_double
from xltool.workbook.controls import list_control_contents
from xltool.workbook.formula import (
    ASK,
    FAIL,
    FOLLOWS,
    MEND,
    OF_EACH,
    OPEN,
    PASS,
    STATE_LEAD,
    TOLD,
    is_about_blanks,
    is_about_emptiness,
    is_about_texts,
    needs_last_year,
    say_right,
    say_state,
    say_without,
    say_word,
)
from xltool.workbook.helpers import place_sums
from xltool.workbook.layout_plan import (
    CHECK_TOP,
    DIFFERENCE_COLUMN,
    LEFT_COLUMN,
    LENGTH_COLUMN,
    RIGHT_COLUMN,
    TO_DO_COLUMNS,
    TO_DO_TOP,
    VERDICT_COLUMN,
    WHY_COLUMN,
    Plan,
    Spot,
)
from xltool.workbook.list_numbers import compute_number_values
from xltool.workbook.quotients import compute_quotients
from xltool.workbook.run_on import list_run_on_contents, run_on
from xltool.workbook.stated_values import count_stated, list_stated_contents, read_stated_texts
from xltool.workbook.told import ToldDoubt


def compute_cached_values(
    plan: Plan,
    submission: Submission,
    prior: Sequence[Value] = (),
    typed: Mapping[CellKey, str] = MappingProxyType({}),
    doubts: Sequence[ToldDoubt] = (),
) -> dict[Spot, CachedValue]:
    """The result of every formula by place, for the submission with its totals computed from its inputs.

    `prior` are earlier values as `prior_year.align_earlier` has them, for a plan that shows them. `typed` are texts
    that stand in place of figures, `doubts` what an office found in texts.
    """
    spec = plan.spec
    figures = [None if key in typed else value for key, value in zip(spec.index, submission.values, strict=True)]
    submission = totals.recompute_totals(spec, replace(submission, values=tuple(figures)))
    found: dict[Spot, CachedValue] = {}
    for cell, value in zip(spec.cells, submission.values, strict=True):
        found[plan.cells[cell.key] if cell.total else plan.copies[cell.key]] = to_cached_figure(value, cell)
    found |= {plan.copies[key]: text for key, text in typed.items()}
    for entry in spec.entries:
        found[plan.entry_copies[entry.key]] = to_cached_entry(entry, submission.entries.get(entry.key, ""))
    words: dict[str, tuple[str, str]] = {}
    values = dict(zip(spec.index, submission.values, strict=True))
    for run, spot in place_sums(plan).items():
        found[spot] = _sum_run([values[key] for key in run], spec.cell(run[0]))
    rules = build_matrix(spec, plan.prior)
    view = SubmissionView(spec, [submission], [prior] if plan.prior else None)
    stack = join_years(view.stack, stack_values([prior])) if plan.prior else view.stack
    left, right = rules.compute_sides(stack)
    verdicts = rules.compute_verdicts(stack, left, right)[0]
    counts = count_faults(view, plan.checks)
    counts |= _count_with_texts(plan, submission, typed) if typed else {}
    stated, found_before = read_stated_texts(plan, submission), Counter(each.code for each in doubts)
    counts |= {code: [found_before[code] + count_stated(stated, code)] for code in plan.told}
    judged = {
        rule.name: (Verdict(int(v)) if _is_asked(spec, submission, rule) else Verdict.PASS, int(a), int(b))
        for rule, v, a, b in zip(rules.rules, verdicts, left[0], right[0], strict=True)
    }
    for check in plan.checks:
        line, told = plan.lines[check.name], bool(submission.explanations.get(check.name))
        if check.rule is None:
            number = counts[check.name][0]
            leader = find_leader(check, plan.lines)
            word = MEND if check.severity == "error" else TOLD if told else ASK
            word = say_right(check) if number == 0 else FOLLOWS if leader is not None and counts[leader][0] else word
            found[Spot(CHECKS, line, LEFT_COLUMN)] = number
            words[check.name] = (word, "")
        else:
            verdict, first, second = judged[check.name]
            word = _say_verdict(plan, submission, check.rule, verdict)
            decimals = check.rule.linear.decimals
            shown = _shows_sides(check.rule, verdict, values)
            for column, number in ((LEFT_COLUMN, first), (RIGHT_COLUMN, second), (DIFFERENCE_COLUMN, first - second)):
                found[Spot(CHECKS, line, column)] = to_double(number, decimals) if shown else ""
            words[check.name] = (word, format_scaled(first - second, decimals) if shown else "")
        found[Spot(CHECKS, line, VERDICT_COLUMN)] = word
    found |= _list_to_do(plan, found)
    tallies = _tally(plan, found)
    found |= {plan.tallies[name]: count for name, count in tallies.items()}
    state = say_state(**tallies)
    found[plan.state] = state
    for place in plan.words:
        found[place.spot] = say_word([words[name] for name in place.checks])
    for spot in plan.states.values():
        found[spot] = f"{STATE_LEAD}{state}"
    for key, spot in plan.texts.items():
        if spot.sheet == TEXTS:
            found[Spot(TEXTS, spot.row, LENGTH_COLUMN)] = excel_length(submission.texts.get(key, ""))
    found |= compute_quotients(plan, submission.values)
    found |= list_stated_contents(plan, submission, stated)
    found |= list_control_contents(plan, submission)
    found |= _count_unfit(plan, submission) | compute_number_values(plan, submission)
    return found | list_run_on_contents(plan, run_on(plan, submission))


def _count_unfit(plan: Plan, submission: Submission) -> dict[Spot, CachedValue]:
    """What the very hidden sheet counts in the columns of lists."""
    found: dict[Spot, CachedValue] = {}
    for row_list in plan.spec.lists:
        wrong = list_unfit(row_list, submission.lists.get(row_list.id, ())[: row_list.limit])
        for at, column in enumerate(row_list.columns):
            found[plan.unfit[row_list.id, column.id]] = len(wrong.get(at, ()))
    return found


def _count_with_texts(plan: Plan, submission: Submission, typed: Mapping[CellKey, str]) -> dict[str, list[int]]:
    """What the lines count that take a text in place of a figure for something that stands there, and is no figure."""
    spec = plan.spec
    wrong = {key: (spec.cell(key).measure.maximum + 1) * spec.cell(key).measure.scale for key in typed}
    values = [wrong.get(key, value) for key, value in zip(spec.index, submission.values, strict=True)]
    lines = [check for check in plan.checks if isinstance(check.kind, EmptyCheck | BlankCheck | InvalidCheck)]
    return count_faults(SubmissionView(spec, [replace(submission, values=tuple(values))]), lines)


def _list_to_do(plan: Plan, found: Mapping[Spot, CachedValue]) -> dict[Spot, CachedValue]:
    """The ranks of the lines that are not right, and the first of these above all lines."""
    verdicts = {check.name: found[Spot(CHECKS, plan.lines[check.name], VERDICT_COLUMN)] for check in plan.checks}
    wrong = [check for check in plan.checks if verdicts[check.name] in {FAIL, MEND}]
    wrong += [check for check in plan.checks if verdicts[check.name] == ASK]
    order = {check.name: at for at, check in enumerate(wrong, 1)}
    told: dict[Spot, CachedValue] = {spot: order.get(name, "") for name, spot in plan.ranks.items()}
    for at, spot in enumerate(plan.to_do):
        check = wrong[at] if at < len(wrong) else None
        told[spot] = "" if check is None else plan.lines[check.name] - CHECK_TOP + 1
        for column in TO_DO_COLUMNS:
            told[Spot(CHECKS, TO_DO_TOP + at, column)] = "" if check is None else _show_line(plan, check, column, found)
    return told


def _show_line(plan: Plan, check: Check, column: int, found: Mapping[Spot, CachedValue]) -> CachedValue:
    """What a line shows in a column; of its 说明 where that is to be written."""
    line = plan.lines[check.name]
    if column == WHY_COLUMN:
        return f"在第 {line + 1} 行{'写说明' if found[Spot(CHECKS, line, VERDICT_COLUMN)] == ASK else ''}"
    fixed = (line - CHECK_TOP + 1, GRADES[check.severity], check.subject, check.text)
    return fixed[column] if column < len(fixed) else found.get(Spot(CHECKS, line, column), "")


def _is_asked(spec: FormSpec, submission: Submission, rule: Rule) -> bool:
    return rule.linear.is_asked(gather_contents(spec, submission))


def _tally(plan: Plan, found: Mapping[Spot, CachedValue]) -> dict[str, int]:
    """What the state counts, as `write_tallies` does."""
    told = [(check, str(found[Spot(CHECKS, plan.lines[check.name], VERDICT_COLUMN)])) for check in plan.checks]
    asked = [check for check, word in told if word == ASK]
    left = [check for check, word in told if word in {ASK, FOLLOWS}]

    def add_up(checks: Iterable[Check]) -> int:
        return sum(int(found[Spot(CHECKS, plan.lines[check.name], LEFT_COLUMN)]) for check in checks)

    figures = add_up(filter(is_about_blanks, left))
    wrong = [check for check, word in told if word in {FAIL, MEND} and not (figures and is_about_emptiness(check))]
    return {
        "figures": figures,
        "texts": add_up(filter(is_about_texts, left)),
        "errors": len(wrong),
        "asks": sum(not is_about_blanks(check) and not is_about_texts(check) for check in asked),
    }


def _sum_run(values: Sequence[Value], cell: Cell) -> CachedValue:
    """The sum of a run of cells like this one, nothing while one is blank."""
    numbers = [value for value in values if isinstance(value, int)]
    return "" if None in values else to_double(sum(numbers), cell.measure.decimals)


def _shows_sides(rule: Rule, verdict: Verdict, values: Mapping[CellKey, Value]) -> bool:
    """Whether the line of a rule shows its sides: where it is judged, and where only its condition is not known."""
    if not rule.linear.is_conditional:
        return verdict is not Verdict.UNKNOWN
    return None not in [values[key] for key, _ in (*rule.linear.left, *rule.linear.right)]


def _say_verdict(plan: Plan, submission: Submission, rule: Rule, verdict: Verdict) -> str:
    """The word for a rule in the workbook of a submission."""
    if rule.linear.of_each and submission.scope == "consolidated":
        return OF_EACH
    if verdict is Verdict.UNKNOWN:
        filled = None not in [submission.values[plan.spec.index[key]] for key in rule.linear.own]
        return say_without(plan.spec.every) if needs_last_year(rule) and filled else OPEN
    if verdict is Verdict.PASS:
        return PASS
    return FAIL if rule.severity == "error" else TOLD if submission.explanations.get(rule.name) else ASK
