"""The formulas of a workbook: totals, checks, states, and the helper cells that they stand on.

What a clerk can cut is named in frames alone (`frames`): figures in their copies (`helpers`), texts and reasons here.
All else is locked and named as it is. Functions are those of Excel 2010 and WPS; nothing is volatile, and no cell
depends on itself, range by range.
"""

from __future__ import annotations

from collections.abc import Sequence

from xltool.forms.cell_checks import BlankCheck, EmptyCheck, MissingTextsCheck
from xltool.forms.checks import Check, find_leader
from xltool.forms.memo import derive_once
from xltool.forms.sheet_names import CHECKS, HIDDEN, TEXTS
from xltool.forms.totals import find_definitions
from xltool.messages import format_scaled
from xltool.model import Linear, Measure, PeriodKind, Rule, is_earlier
from xltool.periods import word_before
from xltool.spreadsheet.a1 import cell_name, quote_sheet
from xltool.workbook.cell_conditions import write_chosen
from xltool.workbook.controls import list_control_formulas
from xltool.workbook.frames import refer_in_frame
from xltool.workbook.helpers import (
    choose_linear,
    list_runs,
    place_sums,
    refer_to_figures,
    round_sum,
    write_completeness,
    write_copy,
    write_run_sum,
    write_sum,
)
from xltool.workbook.layout_plan import (
    CHECK_TOP,
    DIFFERENCE_COLUMN,
    LEFT_COLUMN,
    LENGTH_COLUMN,
    RANK_COLUMN,
    RIGHT_COLUMN,
    TALLIES,
    TO_DO_COLUMNS,
    TO_DO_TOP,
    VERDICT_COLUMN,
    WHY_COLUMN,
    Plan,
    Spot,
    recall_of_plan,
)
from xltool.workbook.list_numbers import join_sums, list_number_formulas, write_list_sum
from xltool.workbook.places import FormPlaces, list_unfit_formulas
from xltool.workbook.quotients import list_quotient_formulas
from xltool.workbook.ranges import Run, find_cell, group_runs, is_input
from xltool.workbook.run_on import list_run_on_formulas
from xltool.workbook.stated import list_stated_formulas

PASS, FAIL, MEND, OPEN, ASK, TOLD, WITHOUT = "通过", "不平", "须改", "未填全", "需核实", "已说明", "无上年数"
FOLLOWS = "随整表"
"""The verdict of a line whose fault another line tells at large: that of blank cells in a table that is all blank."""
OF_EACH = "各单位核"
"""The verdict, in the workbook of a sum, of a rule that is about each agency by itself."""
LATER = "报送后核"
"""The verdict of a line about what only who reads the texts can find, where nothing was found yet."""
READY = "可以报送"
STATE_LEAD = "校验结果："
"""What stands before the state of the whole workbook above each table."""


def write_total(plan: Plan, rule: Rule) -> str:
    """The locked formula of a total: the sum of its parts once all of them are there, else nothing."""
    assert rule.defines is not None
    home = plan.cells[rule.defines].sheet
    decimals, parts = rule.linear.decimals, group_runs(plan, rule.linear.right)
    lists = write_list_sum(plan, rule.linear.lists, home, decimals)
    sum_ = join_sums(write_sum(plan, parts, home, decimals), lists)
    if rule.linear.constant:
        number = format_scaled(rule.linear.constant, decimals)
        whole = round_sum(f"{sum_}{'' if number.startswith('-') else '+'}{number}", decimals)
        return f'IF({write_completeness(plan, parts, home)},{whole},"")' if parts else whole
    if lists and not parts:
        return round_sum(sum_, decimals)
    if len(parts) == 1 and is_input(plan, parts[0][0][0]) and sum_ == refer_to_figures(plan, parts[0][0], home):
        return sum_
    if (lists and decimals) or any(find_cell(plan, run[0]).measure.decimals != decimals for run, _ in parts):
        sum_ = f"ROUND({sum_},{decimals})"
    return f'IF({write_completeness(plan, parts, home)},{sum_},"")'


def write_sides(plan: Plan, linear: Linear, line: int) -> tuple[str, str, str]:
    """Left side, right side and difference of a rule on its line of the 校验 sheet; nothing while a cell is missing."""
    left, right = cell_name(line, LEFT_COLUMN), cell_name(line, RIGHT_COLUMN)
    decimals = linear.decimals
    needed = [part for part in list_runs(plan, linear) if linear.operator.compares or not _is_of_last_year(part)]
    one, other = _write_both_sides(plan, linear)
    return (
        f'IF({write_completeness(plan, needed, CHECKS)},{one},"")',
        f'IF(ISNUMBER({left}),{other},"")',
        f'IF(ISNUMBER({left}),{round_sum(f"{left}-{right}", decimals)},"")',
    )


def _write_both_sides(plan: Plan, linear: Linear) -> tuple[str, str]:
    """Left and right side of a comparison whose cells are all there."""
    decimals = linear.decimals
    sums = [write_sum(plan, group_runs(plan, terms), CHECKS, decimals) for terms in (linear.left, linear.right)]
    sums[1] = join_sums(sums[1], write_list_sum(plan, linear.lists, CHECKS, decimals))
    constant = format_scaled(linear.constant, decimals) if linear.constant or not sums[1] else ""
    sums[1] += f"+{constant}" if sums[1] and constant and not constant.startswith("-") else constant
    return round_sum(sums[0], decimals), round_sum(sums[1], decimals)


def _write_condition(plan: Plan, condition: Linear, verdict: str) -> str:
    """The verdict of a rule where its condition holds; where that does not, there is nothing to be said against it."""
    left, right = _write_both_sides(plan, condition)
    difference = round_sum(f"{left}-({right})", condition.decimals)
    holds = condition.operator.excel.format(left=left, right=right, difference=difference)
    known = write_completeness(plan, list_runs(plan, condition), CHECKS)
    return f'IF({known},IF({holds},{verdict},"{PASS}"),"{OPEN}")'


def write_verdict(plan: Plan, rule: Rule, line: int) -> str:
    """The verdict of a rule in a word, from the figures on its line.

    Figures that only last year lacks are held against nobody.
    """
    left, right, difference = (cell_name(line, column) for column in (LEFT_COLUMN, RIGHT_COLUMN, DIFFERENCE_COLUMN))
    holds = rule.linear.operator.excel.format(left=left, right=right, difference=difference)
    own = [part for part in list_runs(plan, choose_linear(plan, rule)) if not _is_of_last_year(part)]
    without = say_without(plan.spec.every)
    unknown = (
        f'IF({write_completeness(plan, own, CHECKS)},"{without}","{OPEN}")' if needs_last_year(rule) else f'"{OPEN}"'
    )
    verdict = (
        f'IF(ISNUMBER({left}),IF({holds},"{PASS}",{_count_bad(plan, rule.severity == "error", FAIL, line)}),{unknown})'
    )
    if rule.linear.condition is not None:
        verdict = _write_condition(plan, rule.linear.condition, verdict)
    if rule.linear.chosen is not None:
        verdict = f'IF({write_chosen(plan, rule.linear.chosen)},{verdict},"{PASS}")'
    if rule.linear.of_each:
        return f'IF({plan.meta["scope"].seen_from(CHECKS)}="consolidated","{OF_EACH}",{verdict})'
    return verdict


def say_without(every: PeriodKind) -> str:
    """The verdict of a rule that lacks the figures of the period before, as a form calls that."""
    return word_before(WITHOUT, every)


def needs_last_year(rule: Rule) -> bool:
    """Whether a rule says nothing without last year's figures."""
    return rule.linear.alone is None


def write_count_verdict(plan: Plan, check: Check, line: int) -> str:
    """The verdict of a check that counts bad cells on its line: none is right, and one cause is told on one line."""
    bad = _count_bad(plan, check.severity == "error", MEND, line)
    leader = find_leader(check, plan.lines)
    if leader is not None:
        bad = f'IF({cell_name(plan.lines[leader], LEFT_COLUMN)}>0,"{FOLLOWS}",{bad})'
    return f'IF({cell_name(line, LEFT_COLUMN)}=0,"{say_right(check)}",{bad})'


def say_right(check: Check) -> str:
    """The verdict of a line that counts what is wrong, where it counts nothing."""
    return PASS if check.kind is None or check.kind.seen_here else LATER


def write_state(plan: Plan) -> str:
    """The one sentence about the whole workbook: what is missing first, then the lines of 校验 that are not right."""
    figures, texts, errors, asks = (plan.tallies[name].seen_from(CHECKS) for name in TALLIES)
    missing = (
        f'IF({figures}+{texts}=0,"","还没有填："&IF({figures}=0,"",{figures}&" 个数")'
        f'&IF({figures}*{texts}=0,"","、")&IF({texts}=0,"",{texts}&" 段文字"))'
    )
    wrong = (
        f'IF({errors}+{asks}=0,"","还有 "&IF({errors}=0,"",{errors}&" 行必须改")'
        f'&IF({errors}*{asks}=0,"","、")&IF({asks}=0,"",{asks}&" 行需说明"))'
    )
    between = f'IF(({figures}+{texts})*({errors}+{asks})=0,"","；")'
    return f'IF({figures}+{texts}+{errors}+{asks}=0,"{READY}",{missing}&{between}&{wrong})'


def say_state(figures: int, texts: int, errors: int, asks: int) -> str:
    """What `write_state` shows for so many figures and texts missing, and lines to mend and to explain."""
    missing = [f"{count} {what}" for count, what in ((figures, "个数"), (texts, "段文字")) if count]
    wrong = [f"{count} {what}" for count, what in ((errors, "行必须改"), (asks, "行需说明")) if count]
    told = [f"还没有填：{'、'.join(missing)}"] if missing else []
    told += [f"还有 {'、'.join(wrong)}"] if wrong else []
    return "；".join(told) or READY


def write_tallies(plan: Plan) -> dict[str, str]:
    """What the state counts: blanks and missing texts by themselves, and the lines that are not right without them."""
    blanks = [_refer_to_line(plan, check, VERDICT_COLUMN) for check in plan.checks if is_about_blanks(check)]
    lefts = [_refer_to_line(plan, check, LEFT_COLUMN) for check in plan.checks if is_about_blanks(check)]
    texts = [_refer_to_line(plan, check, VERDICT_COLUMN) for check in plan.checks if is_about_texts(check)]
    counts = [_refer_to_line(plan, check, LEFT_COLUMN) for check in plan.checks if is_about_texts(check)]
    empties = [_refer_to_line(plan, check, VERDICT_COLUMN) for check in plan.checks if is_about_emptiness(check)]
    area = _refer_to_lines(plan, VERDICT_COLUMN)
    of_blanks = "".join(f'-IF({verdict}="{ASK}",1,0)' for verdict in (*blanks, *texts))
    of_empties = "+".join(f'IF({verdict}="{MEND}",1,0)' for verdict in empties) or "0"
    return {
        "figures": _sum_asked(blanks, lefts),
        "texts": _sum_asked(texts, counts),
        "errors": f'COUNTIF({area},"{FAIL}")+COUNTIF({area},"{MEND}")'
        f"-IF({plan.tallies['figures'].address}=0,0,{of_empties})",
        "asks": f'COUNTIF({area},"{ASK}"){of_blanks}',
    }


def is_about_blanks(check: Check) -> bool:
    """Whether a line counts the cells of a table that are blank."""
    return isinstance(check.kind, BlankCheck)


def is_about_texts(check: Check) -> bool:
    """Whether a line counts the texts that are missing."""
    return isinstance(check.kind, MissingTextsCheck)


def is_about_emptiness(check: Check) -> bool:
    """Whether a line only says that all of a table or of the form is blank."""
    return isinstance(check.kind, EmptyCheck)


def write_rank(plan: Plan, check: Check) -> str:
    """The place of a line among what is to be done, errors before what asks; nothing for one that is right."""
    verdict, area = _refer_to_line(plan, check, VERDICT_COLUMN), _refer_to_lines(plan, VERDICT_COLUMN)
    until = f"{area.partition(':')[0]}:{cell_name(plan.lines[check.name], VERDICT_COLUMN, absolute=True)}"
    if check.severity == "error":
        place = f'COUNTIF({until},"{FAIL}")+COUNTIF({until},"{MEND}")'
        return f'IF(OR({verdict}="{FAIL}",{verdict}="{MEND}"),{place},"")'
    errors = f'COUNTIF({area},"{FAIL}")+COUNTIF({area},"{MEND}")'
    return f'IF({verdict}="{ASK}",{errors}+COUNTIF({until},"{ASK}"),"")'


def write_to_do(plan: Plan, number: int) -> str:
    """Which line is to be done in that place, counted from the first check; nothing where there is none."""
    first, last = (cell_name(row, RANK_COLUMN, absolute=True) for row in (0, len(plan.checks) - 1))
    return f'IFERROR(MATCH({number},{first}:{last},0),"")'


def write_to_do_line(plan: Plan, number: int, column: int) -> str:
    """What a line that is to be done has in a column of 校验, or in that of the 说明 where it stands."""
    line = plan.to_do[number - 1].seen_from(CHECKS)
    if column == WHY_COLUMN:
        verdict = f"INDEX({_refer_to_lines(plan, VERDICT_COLUMN, CHECKS)},{line})"
        return f'IF({line}="","","在第 "&({CHECK_TOP}+{line})&" 行"&IF({verdict}="{ASK}","写说明",""))'
    content = f"INDEX({_refer_to_lines(plan, column, CHECKS)},{line})"
    return f'IF({line}="","",IF({content}="","",{content}))'


def write_heading(plan: Plan) -> str:
    """The state of the whole workbook above each table."""
    return f'"{STATE_LEAD}"&{plan.state.seen_from(TEXTS)}'


def write_word(plan: Plan, names: Sequence[str]) -> str:
    """The word for a row or column of a table, on its sheet: the first verdict among its checks that is not 通过."""
    lines = [plan.lines[name] for name in names]
    verdicts = [Spot(CHECKS, line, VERDICT_COLUMN).seen_from(TEXTS) for line in lines]
    text = f'"{PASS}"'
    if len(lines) > 1:
        unfilled = ",".join(f'{seen}="{OPEN}"' for seen in verdicts)
        text = f'IF(OR({unfilled}),"{OPEN}",{text})'
    words = (MEND, ASK) if len(lines) > 1 else (MEND, ASK, OPEN)
    for line, seen in reversed(list(zip(lines, verdicts, strict=True))):
        difference = Spot(CHECKS, line, DIFFERENCE_COLUMN).seen_from(TEXTS)
        same = ",".join(f'{seen}="{word}"' for word in words)
        text = f'IF({seen}="{FAIL}","{FAIL}，差 "&ABS({difference}),IF(OR({same}),{seen},{text}))'
    return text


def say_word(words: Sequence[tuple[str, str]]) -> str:
    """What `write_word` shows for verdicts and differences."""
    for word, difference in words:
        if word == FAIL:
            return f"{FAIL}，差 {difference.lstrip('-')}"
        if word in {ASK, MEND}:
            return word
    return OPEN if any(word == OPEN for word, _ in words) else PASS


@derive_once
def list_formulas(plan: Plan) -> dict[Spot, str]:
    """Every formula of a form's workbook by place, without its equals sign.

    For writing, and for comparing what comes back.
    """
    written = recall_of_plan(plan, "formulas", lambda: [[*spot, text] for spot, text in _write_formulas(plan).items()])
    return {Spot(sheet, row, column): text for sheet, row, column, text in written}


def _write_formulas(plan: Plan) -> dict[Spot, str]:
    found: dict[Spot, str] = {spot: write_copy(plan, key) for key, spot in plan.copies.items()}
    found |= {spot: write_copy(plan, key) for key, spot in plan.entry_copies.items()}
    found |= {spot: write_run_sum(plan, [*run]) for run, spot in place_sums(plan).items()}
    found |= {plan.cells[key]: write_total(plan, rule) for key, rule in find_definitions(plan.spec.rules).items()}
    places = FormPlaces(plan)
    for check in plan.checks:
        line = plan.lines[check.name]
        if check.kind is not None:
            found[Spot(CHECKS, line, LEFT_COLUMN)] = check.kind.formula(places, check.table)
            found[Spot(CHECKS, line, VERDICT_COLUMN)] = write_count_verdict(plan, check, line)
        if check.rule is not None:
            for column, text in zip(
                (LEFT_COLUMN, RIGHT_COLUMN, DIFFERENCE_COLUMN),
                write_sides(plan, choose_linear(plan, check.rule), line),
                strict=True,
            ):
                found[Spot(CHECKS, line, column)] = text
            found[Spot(CHECKS, line, VERDICT_COLUMN)] = write_verdict(plan, check.rule, line)
        found[plan.ranks[check.name]] = write_rank(plan, check)
    for number, spot in enumerate(plan.to_do, 1):
        found[spot] = write_to_do(plan, number)
        for column in TO_DO_COLUMNS:
            found[Spot(CHECKS, TO_DO_TOP + number - 1, column)] = write_to_do_line(plan, number, column)
    found |= {plan.tallies[name]: text for name, text in write_tallies(plan).items()}
    found[plan.state] = write_state(plan)
    for word in plan.words:
        found[word.spot] = write_word(plan, word.checks)
    for spot in plan.states.values():
        found[spot] = write_heading(plan)
    for spot in plan.texts.values():
        if spot.sheet == TEXTS:
            found[Spot(TEXTS, spot.row, LENGTH_COLUMN)] = f"LEN({refer_in_frame(plan, spot, TEXTS)})"
    found |= list_control_formulas(plan) | list_stated_formulas(plan) | list_unfit_formulas(plan)
    found |= list_number_formulas(plan)
    return found | list_run_on_formulas(plan) | list_quotient_formulas(plan)


def write_validation(measure: Measure, cell: str, slash: bool) -> str:
    """The custom validation of an input that a plain whole-number validation cannot express."""
    lowest = -measure.maximum if measure.signed else 0
    fits = f"AND(ISNUMBER({cell}),{cell}>={lowest},{cell}<={measure.maximum},ROUND({cell},{measure.decimals})={cell})"
    return f'OR({cell}="/",{fits})' if slash else fits


def _count_bad(plan: Plan, error: bool, word: str, line: int) -> str:
    return (
        f'"{word}"'
        if error
        else f'IF(LEN({refer_in_frame(plan, Spot(CHECKS, line, WHY_COLUMN), CHECKS)})>0,"{TOLD}","{ASK}")'
    )


def _refer_to_line(plan: Plan, check: Check, column: int) -> str:
    return Spot(CHECKS, plan.lines[check.name], column).seen_from(HIDDEN)


def _refer_to_lines(plan: Plan, column: int, home: str = HIDDEN) -> str:
    """A column of all lines of 校验."""
    first, last = (cell_name(CHECK_TOP + at, column, absolute=True) for at in (0, len(plan.checks) - 1))
    return f"{first}:{last}" if home == CHECKS else f"{quote_sheet(CHECKS)}!{first}:{last}"


def _sum_asked(verdicts: Sequence[str], counts: Sequence[str]) -> str:
    """The counts of the lines that nobody has explained, and of those that follow another."""
    pairs = zip(verdicts, counts, strict=True)
    return "+".join(f'IF(OR({verdict}="{ASK}",{verdict}="{FOLLOWS}"),{count},0)' for verdict, count in pairs) or "0"


def _is_of_last_year(part: tuple[Run, int]) -> bool:
    return is_earlier(part[0][0])
