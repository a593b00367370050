"""What a clerk reads: the rendering of a finding, of a rule and of a cell's place; the errors of callers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias, assert_never

from xltool.codes import ACROSS_BROKEN, CATALOGUE, FILING_GUIDE, GRADES, NOTHING_TO_DO, NOTICE_IN_GENERAL
from xltool.model import (
    YEAR_AGO,
    Cell,
    CellKey,
    Chosen,
    Finding,
    FormCell,
    FormSpec,
    Linear,
    ListCondition,
    ListSign,
    ListTerm,
    NotApplicable,
    PeriodEdge,
    RowList,
    Rule,
    Severity,
    Submission,
    Terms,
    Value,
    bare_key,
    figure_of,
    is_earlier,
    summand_of,
)
from xltool.periods import WORDS, YEAR_WORDS, word_before

Locator: TypeAlias = Callable[[CellKey], tuple[str, str]]
"""Where a cell stands for the reader of a message: sheet and address. Only the workbook room knows."""

_SHORT_SUM: Final = 4
MOST_CELLS: Final = 12
"""How many cells a sentence lists before it says 等 N 格."""


BREAKS: Final = re.compile("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 forbids and half of a surrogate pair would make a document that does not open; C1 controls are errors in
HTML. Direction controls are legal everywhere, but turn 12 into 21 before the reader's eyes, and a Chinese report has no
use for them."""

_FOUND_OUT: Final = (
    *(
        "where",
        "block",
        "row",
        "column",
        "unit",
        "cells",
        "holding",
        "text",
        "at",
        "figures",
        "more",
        "slash",
        "zero",
        "hint",
        "astray",
        "asked",
    ),
)
"""What rendering finds out by itself, from the cells and the rule of a finding; nothing where there is no form to
ask."""
_FACT: Final = re.compile(r"\{[a-z]+\}")


class XltoolError(Exception):
    """A mistake of the caller, in one sentence that can be shown as it is."""


class DefinitionError(XltoolError):
    """A definition with faults: `str()` shows all of them as a compiler does.

    `faults` has line, column, message and hint of each.
    """

    def __init__(self, rendered: str, faults: Sequence[Any]) -> None:
        super().__init__(rendered)
        self.faults = tuple(faults)


class UnknownFormError(XltoolError):
    """A form id that no definition has; names the known ones."""

    def __init__(self, form_id: str, known: Sequence[str], near: str) -> None:
        super().__init__(f"没有名为 {form_id} 的报表{suggest(near)}；现有：{'、'.join(known) or '无'}")


def finding(
    code: str, *keys: CellKey, rule: str | None = None, severity: Severity | None = None, **data: Any
) -> Finding:
    """A finding of a code in the catalogue, with the severity that the catalogue gives it unless told otherwise."""
    return Finding(code, severity or CATALOGUE[code].severity, keys, rule, data)


def render(found: Finding, spec: FormSpec | None, place: Locator | None) -> str:
    """The finding as a clerk reads it: place, figures, what was expected, how to mend it, and the basis."""
    said, remedy, basis = tell_finding(found, spec, place)
    remedy = f"改法：{remedy}" if remedy and remedy != NOTHING_TO_DO else ""
    return f"{said}{remedy}{f'依据：{basis}。' if basis else ''}"


def lacks_facts(found: Finding) -> bool:
    """Whether a finding has not all of the facts that are told today, as one that an older xltool kept."""
    message = CATALOGUE.get(found.code)
    if message is None or found.rule is not None or "told" in found.data:
        return False
    asked = {fact[1:-1] for fact in _FACT.findall(f"{message.sentence}{message.remedy}")}
    return not asked <= {*_FOUND_OUT, "this", "before", *found.data}


def tell_finding(found: Finding, spec: FormSpec | None, place: Locator | None) -> tuple[str, str, str]:
    """What a finding says, how to mend it, and the basis, which is empty where none is needed.

    KeyError for a fact that it lacks. One that bears its words (`told`: what is wrong, and the rest) is told in them.
    """
    if "told" in found.data:
        return found.data["told"][0], found.data["told"][1], ""
    message = CATALOGUE[found.code]
    facts: dict[str, Any] = dict.fromkeys(_FOUND_OUT, "")
    words = WORDS["year" if spec is None else spec.every]
    facts |= {"this": words.this, "before": words.before}
    if spec is not None and place is not None and found.keys:
        first = spec.any_cell(found.keys[0])
        facts |= {"where": say_cell(first, place), "block": first.table.name, "unit": first.measure.unit}
        facts |= {"row": first.row.short, "column": first.column.short}
        facts["cells"] = list_addresses([spec.any_cell(key) for key in found.keys], place)
        facts["zero"] = "0 或 /" if first.row.not_applicable else "0"
    facts |= {name: _format_fact(fact) for name, fact in found.data.items()}
    if rows := found.data.get("slash"):
        facts["slash"] = f"；“{rows}”确实不适用的填 /"
    if found.code == "number.text":
        facts["holding"] = f"；看来应为 {found.data['holds']}" if found.data.get("holds") else ""
    facts["more"] = f"；本表这样的共 {len(found.keys)} 格" if len(found.keys) > 1 else ""
    if found.code == "file.damaged":
        facts["at"] = f"（{facts['part']}）" if facts.get("part") else ""
    remedy, basis = message.remedy, message.basis
    by_rule = found.rule is not None and found.code != ACROSS_BROKEN
    if by_rule and spec is not None:
        rule = next(rule for rule in spec.rules if rule.name == found.rule)
        facts["text"], facts["at"] = rule.text, f"{name_place(rule, spec)}："
        facts["figures"] = word_figures(rule, spec, found.data)
        remedy, basis = rule.remedy or "核对所列各格。", rule.basis
    else:
        basis = found.data.get("basis") or _name_basis(basis, spec)
    said = message.sentence.format_map(facts)
    remedy = remedy if by_rule else remedy.format_map(facts)
    return said, remedy, basis if found.severity != "info" and basis != FILING_GUIDE else ""


def explain_code(code: str) -> str:
    """What a finding code means, for `xltool explain`."""
    message = CATALOGUE[code]
    lines = [f"{code}　{message.title}（{GRADES[message.severity]}）", f"　出现时：{_FACT.sub('…', message.sentence)}"]
    if message.remedy:
        lines.append(f"　改法：{_FACT.sub('…', message.remedy)}")
    return "\n".join([*lines, f"　依据：{_name_basis(message.basis, None)}"])


def _name_basis(basis: str, spec: FormSpec | None) -> str:
    """The basis of a code with what the form at hand calls its notice and its law."""
    notice = NOTICE_IN_GENERAL if spec is None else spec.basis
    law = notice if spec is None else spec.law or notice
    return basis.replace("{notice}", notice).replace("{law}", law)


def explain_rule(name: str, spec: FormSpec) -> str:
    """What a rule of a form means, by id or by id and place, for `xltool explain`.

    Empty when the form has no such rule.
    """
    rules = [rule for rule in spec.rules if name in {rule.id, rule.name}]
    if not rules:
        return ""
    first = rules[0]
    lines = [
        f"{name}　{first.text}（{GRADES[first.severity]}，{spec.id}）",
        f"　公式：{word_rule(first, spec)}",
        f"　改法：{first.remedy or '核对所列各格。'}",
        f"　依据：{first.basis}",
    ]
    if len(rules) > 1:
        lines.insert(1, f"　适用：{'、'.join(rule.where for rule in rules)}")
    return "\n".join(lines)


def name_rule(name: str, spec: FormSpec) -> str:
    """What a rule, at one place or wherever it stands, or a finding code is about: `表三“自然人”栏：…应等于…`.

    The name itself where it is neither.
    """
    rules = [rule for rule in spec.rules if name in {rule.id, rule.name}]
    if rules:
        return f"{name_place(rules[0], spec)}：{rules[0].text}" if len(rules) == 1 else rules[0].text
    of_lines = ((each, rule) for each in spec.lists for rule in each.rules if each.name_check(rule) == name)
    for each, rule in of_lines:
        return f"{each.name}：{rule.text}"
    return word_before(CATALOGUE[name].title, spec.every) if name in CATALOGUE else name


def word_rule(rule: Rule, spec: FormSpec) -> str:
    """A rule with the names of its cells: `本年新收 + 上年结转 = 办理结果总计 + 结转下年度`."""
    condition, chosen = rule.linear.condition, rule.linear.chosen
    if chosen is not None:
        said = word_rule(replace(rule, linear=replace(rule.linear, chosen=None)), spec)
        return f"{_word_chosen(spec, chosen)}时，{said}"
    if condition is not None:
        given = word_rule(replace(rule, linear=replace(condition, condition=None)), spec)
        return f"{given} 时，{word_rule(replace(rule, linear=replace(rule.linear, condition=None)), spec)}"
    sides = []
    for terms in (rule.linear.left, rule.linear.right):
        parts: list[str] = []
        for key, coefficient in terms:
            times = _word_factor(coefficient, spec.cell(bare_key(key)), rule)
            sign = ("-" if coefficient < 0 else "") if not parts else (" - " if coefficient < 0 else " + ")
            parts.append(f"{sign}{times}{_name_in_rule(key, rule, spec)}")
        sides.append("".join(parts))
    right = _add_lists(sides[1], rule, spec)
    return f"{sides[0]} {rule.linear.operator.words} {_add_constant(right, rule)}"


def _add_lists(side: str, rule: Rule, spec: FormSpec, figures: Sequence[str] = ()) -> str:
    """The right side of a rule in words with what lists add to it, each with what it comes to where that is told."""
    for at, (term, coefficient) in enumerate(rule.linear.lists):
        row_list = next(each for each in spec.lists if each.id == term.row_list)
        column = None if term.column is None else row_list.find_column(term.column)
        scale = 1 if column is None else row_list.columns[column].measure.scale
        factor = format_scaled(abs(coefficient) * scale, rule.linear.decimals)
        sign = (" - " if coefficient < 0 else " + ") if side else ("-" if coefficient < 0 else "")
        figure = f" {figures[at]}" if at < len(figures) else ""
        side += f"{sign}{'' if factor == '1' else f'{factor} × '}{word_list_term(term, row_list)}{figure}"
    return side


def word_list_term(term: ListTerm, row_list: RowList) -> str:
    """What is counted or added up in a list, as a clerk reads it: `附表一“办理结果”为“准予”的行数`."""
    conditions = word_list_conditions(term.conditions, row_list)
    where = f"{row_list.name}{conditions}"
    if term.column is None:
        return f"{where}的行数"
    at = row_list.find_column(term.column)
    assert at is not None
    return f"{where}{'的各行' if conditions else ''}“{row_list.columns[at].label}”合计"


_SAID: Final[Mapping[ListSign, str]] = {
    "=": "为",
    "!=": "不为",
    "<": "小于",
    "<=": "不超过",
    ">": "大于",
    ">=": "不小于",
    "is blank": "空着",
    "is not blank": "填了",
}
_SAID_OF_DAYS: Final[Mapping[ListSign, str]] = {"<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}


def word_list_conditions(conditions: Sequence[ListCondition], row_list: RowList) -> str:
    """Conditions on a line in words: `“收费”大于 0、“办理结果”为“准予”`."""
    return "、".join(_word_list_condition(each, row_list) for each in conditions)


def _word_list_condition(condition: ListCondition, row_list: RowList) -> str:
    """A condition on a line in words: `“收费”大于 0`."""
    at = row_list.find_column(condition.column)
    assert at is not None
    column, sign = row_list.columns[at], condition.sign
    said, operand = f"“{column.label}”{_SAID[sign]}", condition.operand
    match operand:
        case None:
            return said
        case int():
            return f"{said} {format_scaled(operand, column.measure.decimals)}"
        case PeriodEdge():
            edge = "本期第一天" if operand is PeriodEdge.START else "本期最后一天"
            return f"“{column.label}”{_SAID_OF_DAYS.get(sign, _SAID[sign])}{edge}"
        case str():
            pass
        case _:
            assert_never(operand)
    if column.entry is not None and column.entry.form == "date":
        year, month, day = (int(part) for part in operand.split("-"))
        return f"“{column.label}”{_SAID_OF_DAYS.get(sign, _SAID[sign])} {year}年{month}月{day}日"
    if column.entry is not None and column.entry.form == "several":
        return f"“{column.label}”{'选了' if sign == '=' else '没有选'}“{operand}”"
    return f"{said}“{operand}”"


def _word_chosen(spec: FormSpec, chosen: Chosen, *, past: bool = False) -> str:
    """A condition on what is chosen or filled in, in words: “状态”选“已整改”或“已销号”."""
    choices = "或".join(f"“{choice}”" for choice in chosen.choices)
    if chosen.on_cover:
        label = next(text.label for text in spec.texts if text.key == chosen.key)
        return f"“{label}”填的{'不' if chosen.barred else ''}是{choices}"
    verb = "选的不是" if chosen.barred else "选了" if past else "选"
    return f"{_name_entry(spec, chosen.key)}{verb}{choices}"


def word_demands(demands: Mapping[CellKey, Chosen | Linear], submission: Submission, spec: FormSpec) -> str:
    """What asks for cells that hold no figures, in words: `；“消防”“备注”因为排查数 5 不小于 5，要填`."""
    asked: dict[str, list[str]] = {}
    for key, demand in demands.items():
        entry = spec.entries_by_key[key]
        asked.setdefault(word_demand(demand, submission, spec, entry.row.id), []).append(_name_entry(spec, key))
    told = [f"{join_first(names, _SHORT_SUM, '格')}{reason}，要填" for reason, names in asked.items()]
    return f"；{join_first(told, _SHORT_SUM, '种', between='；')}" if told else ""


def word_demand(demand: Chosen | Linear, submission: Submission, spec: FormSpec, at: str = "") -> str:
    """Why something must be filled in, as it is in a submission: `因为“状态”选了“整改中”`; `at` is the row it is in."""
    if isinstance(demand, Chosen):
        return f"因为{_word_chosen(spec, demand, past=True)}"
    values = {key: submission.values[spec.index[key]] for key, _ in (*demand.left, *demand.right)}
    return _word_condition(demand, Rule("", at, "", demand, "warning", "", ""), spec, values)


def _name_entry(spec: FormSpec, key: CellKey) -> str:
    """A cell that is no figure in the sentence of a rule: “是否有移动新媒体”."""
    cell = spec.entries_by_key[key]
    return f"“{cell.row.short}”" + (f"“{cell.column.short}”" if len(cell.block.columns) > 1 else "")


def _word_factor(coefficient: int, cell: Cell, rule: Rule) -> str:
    """What a cell is multiplied by in a rule, as it is written: `0.75 × `; nothing for once."""
    factor = format_scaled(abs(coefficient) * cell.measure.scale, rule.linear.decimals)
    return "" if factor == "1" else f"{factor} × "


def _add_constant(side: str, rule: Rule) -> str:
    """The right side of a rule in words with the number that is added to it, or that is all of it."""
    constant = rule.linear.constant
    if side and not constant:
        return side
    number = format_scaled(abs(constant), rule.linear.decimals)
    if side.startswith("-") and constant > 0:
        return f"{number} - {side[1:]}"
    sign = (" - " if constant < 0 else " + ") if side else ("-" if constant < 0 else "")
    return f"{side}{sign}{number}"


def say_cell(cell: FormCell, place: Locator) -> str:
    """A cell as a clerk says it: `表三“本年新收”行“商业企业”栏（E6）`."""
    address = place(cell.key)[1]
    if cell.block.across:
        return f"{cell.table.name}“{cell.row.short}”的“{cell.column.short}”（{address}）"
    return f"{cell.table.name}“{cell.row.short}”行“{cell.column.short}”栏（{address}）"


def suggest(near: str, lead: str = "，") -> str:
    """What offers the nearest known name in a sentence, or nothing where none is near."""
    return f"{lead}最接近的是 {near}" if near else ""


def join_first(items: Sequence[str], most: int, unit: str = "", *, between: str = "、") -> str:
    """The first items in a sentence, and 等 where there are more.

    `D6、D7 等`, or with a unit of how many, `D6、D7 等 30 格`.
    """
    return between.join(items[:most]) + and_more(len(items), most, unit)


def and_more(count: int, most: int, unit: str = "") -> str:
    """What ends a list of the first `most` things: nothing, ` 等`, or with a unit ` 等 30 格`."""
    return "" if count <= most else f" 等 {count} {unit}" if unit else " 等"


def list_addresses(cells: Sequence[FormCell], place: Locator) -> str:
    """Cells by table and address: ` 表三 D6、D7、D29`, shortened after a dozen."""
    shown: dict[str, list[str]] = {}
    for cell in cells[:MOST_CELLS]:
        shown.setdefault(cell.table.name, []).append(place(cell.key)[1])
    text = "；".join(f"{table} {'、'.join(found)}" for table, found in shown.items())
    return f" {text}{and_more(len(cells), MOST_CELLS, '格')}"


def word_figures(rule: Rule, spec: FormSpec, data: Mapping[str, Any]) -> str:
    """Both sides of a rule with their figures.

    `本年新收 12 + 上年结转 0 = 12，办理结果总计 9 + 结转下年度 0 = 9，相差 3`.
    """
    left, right = word_sides(rule, spec, data)
    sides = f"{left}，{right}"
    return f"{sides}，相差 {word_gap(rule, data)}" if rule.linear.operator.compares else sides


def word_sides(rule: Rule, spec: FormSpec, data: Mapping[str, Any]) -> tuple[str, str]:
    """The two sides of a rule with their figures: `本年新收 12 + 上年结转 0 = 12` and `办理结果总计 9`."""
    values: Mapping[CellKey, Value] = data["values"]
    left, right = (
        tuple(term for term in terms if term[0] in values) for terms in (rule.linear.left, rule.linear.right)
    )
    shown = _word_side(left, rule, spec, values, data["left"])
    if rule.linear.condition is not None:
        shown = f"{_word_condition(rule.linear.condition, rule, spec, values)}，{shown}"
    if rule.linear.chosen is not None:
        shown = f"因为{_word_chosen(spec, rule.linear.chosen, past=True)}，{shown}"
    if rule.linear.lists:
        return shown, _word_listed_side(right, rule, spec, data)
    if not right:
        return shown, f"规定的数 {_add_constant('', rule)}"
    return shown, _word_side(right, rule, spec, values, data["right"], rule.linear.constant)


def _word_listed_side(terms: Terms, rule: Rule, spec: FormSpec, data: Mapping[str, Any]) -> str:
    """The right side of a rule with what lists come to, and in which lines where these are few."""
    linear, figures = rule.linear, []
    for (term, _), number, lines in zip(linear.lists, data.get("lists", ()), data.get("lines", ()), strict=False):
        row_list = next(each for each in spec.lists if each.id == term.row_list)
        at = None if term.column is None else row_list.find_column(term.column)
        shown = format_scaled(number, 0 if at is None else row_list.columns[at].measure.decimals)
        figures.append(f"{shown}{f'（第 {lines} 行）' if lines else ''}")
    cells = _word_terms(choose_terms(terms, data["values"]), rule, spec, data["values"])
    text = _add_lists(cells, rule, spec, figures)
    text = _add_constant(text, rule) if linear.constant else text
    alone = not cells and not linear.constant and [data["right"]] == [*data.get("lists", ())]
    return text if alone else f"{text} = {format_scaled(data['right'], linear.decimals)}"


def _word_condition(condition: Linear, rule: Rule, spec: FormSpec, values: Mapping[CellKey, Value]) -> str:
    """The condition of a rule as it holds: `因为在用 5 大于 0`."""
    figures = []
    asked = replace(rule, linear=replace(condition, condition=None))
    for terms, more in ((condition.left, 0), (condition.right, condition.constant)):
        result = sum(times * (summand_of(values[key]) or 0) for key, times in terms) + more
        figures.append(_word_side(terms, asked, spec, values, result, more) if terms else _add_constant("", asked))
    return f"因为{figures[0]} {condition.operator.words} {figures[1]}"


def word_gap(rule: Rule, data: Mapping[str, Any]) -> str:
    """By how much the sides of a rule differ."""
    return format_scaled(abs(data["left"] - data["right"]), rule.linear.decimals)


def choose_terms(terms: Terms, values: Mapping[CellKey, Value]) -> Terms:
    """The terms of one side of a rule that are shown: in long sums the cells that are zero are left out."""
    return tuple(term for term in terms if len(terms) <= _SHORT_SUM or figure_of(values.get(term[0])))


def format_scaled(scaled: int, decimals: int) -> str:
    """A scaled whole number as decimal digits without trailing zeros: 78156100 at 6 is `78.1561`."""
    digits = format_decimals(scaled, decimals)
    return digits.rstrip("0").rstrip(".") if decimals else digits


def format_decimals(scaled: int, decimals: int) -> str:
    """A scaled whole number with all of its decimals: 7500 at 2 is `75.00`."""
    if not decimals:
        return str(scaled)
    digits = str(abs(scaled)).rjust(decimals + 1, "0")
    return f"{'-' if scaled < 0 else ''}{digits[:-decimals]}.{digits[-decimals:]}"


def _word_side(  # noqa: PLR0917
    terms: Terms, rule: Rule, spec: FormSpec, values: Mapping[CellKey, Value], result: int, constant: int = 0
) -> str:
    """One side of a rule; in long sums the cells that are zero are left out."""
    shown = choose_terms(terms, values)
    if not shown and not constant:
        return f"{spec.cell(bare_key(terms[0][0])).row.short}等 {len(terms)} 项均为 0"
    text = _word_terms(shown, rule, spec, values)
    alone = len(shown) == 1 and not constant and not _word_factor(shown[0][1], spec.cell(bare_key(shown[0][0])), rule)
    text = _add_constant(text, rule) if constant else text
    return text if alone else f"{text} = {format_scaled(result, rule.linear.decimals)}"


def _word_terms(terms: Terms, rule: Rule, spec: FormSpec, values: Mapping[CellKey, Value]) -> str:
    """Cells with their figures and signs: `本年新收 12 + 上年结转 0`."""
    parts: list[str] = []
    for key, coefficient in terms:
        cell = spec.cell(bare_key(key))
        figure = _word_figure(values.get(key), cell.measure.decimals)
        times = _word_factor(coefficient, cell, rule)
        sign = ("-" if coefficient < 0 else "") if not parts else (" - " if coefficient < 0 else " + ")
        parts.append(f"{sign}{times}{_name_in_rule(key, rule, spec)} {figure}")
    return "".join(parts)


def _word_figure(value: Value, decimals: int) -> str:
    """A value as one term of a rule: a blank counts as zero there."""
    match value:
        case int():
            return format_scaled(value, decimals)
        case NotApplicable.SLASH:
            return "/"
        case None:
            return "0"
        case _:
            assert_never(value)


def _name_in_rule(key: CellKey, rule: Rule, spec: FormSpec) -> str:
    """A cell's name within a rule: the part that varies from term to term."""
    keys = [bare_key(other) for other in rule.linear.keys]
    cell = spec.cell(bare_key(key))
    # one cell, beside a number or an earlier one: the place of the rule says where its row or column is, if it has one
    alone = len(set(keys)) == 1
    rows = {other.rpartition(".")[0] for other in keys}
    columns = {other.rpartition(".")[2] for other in keys}
    name = (
        cell.column.short
        if (rule.at == cell.row.id if alone else len(rows) == 1)
        else cell.row.short
        if (rule.at == cell.column.id if alone else len(columns) == 1)
        else f"{cell.row.short}{cell.column.short}"
    )
    if not is_earlier(key):
        return name
    words = WORDS[spec.every]
    before = f"{YEAR_WORDS.before}同期" if key.startswith(YEAR_AGO) else words.before
    return f"{before}的{name.removeprefix(words.this)}"


def name_place(rule: Rule, spec: FormSpec) -> str:
    """Where a rule looks, as a clerk says it: `表三“自然人”栏`."""
    return f"{spec.cell(rule.linear.own[0]).table.name}{rule.where}"


def make_visible(text: str) -> str:
    """A text from outside as a message quotes it.

    On one line, and what nobody could see, or what turns signs around, by its number.
    """
    return UNPRINTABLE.sub(lambda match: f"〔U+{ord(match[0]):04X}〕", BREAKS.sub(" ", text))


def _format_fact(fact: Any) -> Any:
    return "/" if isinstance(fact, NotApplicable) else make_visible(fact) if isinstance(fact, str) else fact
