"""A form as agencies will meet it, before any of them does: filled in, reported, and with each rule broken once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from xltool.codes import GRADES
from xltool.forms.cover_conditions import gather_contents, list_asked_fields
from xltool.forms.entries import UNFILLED
from xltool.forms.list_rows import print_line_content
from xltool.forms.number import format_value
from xltool.forms.totals import recompute_totals
from xltool.messages import name_place, say_cell
from xltool.model import (
    LEVELS,
    Agency,
    CellKey,
    Finding,
    FormSpec,
    Level,
    LineRule,
    ListRow,
    Reading,
    RowList,
    Rule,
    Submission,
    Text,
)
from xltool.periods import Period, list_periods
from xltool.report.printing import Wishes, print_report
from xltool.rules.broken_lines import LineBreak, break_lines
from xltool.rules.broken_once import RuleBreak, break_rules, change_figures, join_breaks
from xltool.rules.judge import judge_readings
from xltool.rules.opinions import group_findings, word_opinion
from xltool.rules.plausible import DrawnPeriods, draw_full, find_broken, find_held_down, write_periods
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.mark import mark_workbook
from xltool.workbook.write import write_workbook

_SEEDS: Final = 12
"""So many sets of figures are tried for one with which the judgement finds no fault."""
_AGENCY_NAME: Final = "样例单位"
_AGENCY_CODE: Final = "000000-001"


@dataclass(frozen=True, slots=True)
class TriedRule:
    """A rule, what was changed to break it, and what is said then: grade and opinion, gravest first."""

    rule: Rule
    changes: tuple[str, ...]
    opinions: tuple[str, ...]
    alone: bool
    """Whether it holds beside the earlier figures, and was judged without them."""
    book: int | None
    """In which of the spoilt forms it is broken first, where others are too; None where `alone`."""


@dataclass(frozen=True, slots=True)
class TriedLine:
    """A rule of a list, on which line what was changed to break it, and what is said of it then.

    `book` is the spoilt form in which that line stands; None where its list has no room for it.
    """

    made: LineBreak
    serial: int
    changes: tuple[str, ...]
    opinions: tuple[str, ...]
    book: int | None


@dataclass(frozen=True, slots=True)
class SpoiltForm:
    """A form with many rules broken, and what is said of it, hints left aside."""

    submission: Submission
    found: tuple[Finding, ...]


@dataclass(frozen=True)
class Preview:
    """A form filled in so that every rule holds, and so that each is broken once.

    `opinions` are said of the former, which are none where all is well; `held` are cells that stayed 0 with the rules
    that keep them so; `locked` are the rules that nobody can break, since they compute totals, `unasked` those that
    say nothing beside what the sample chooses, `unbroken` those for
    which no change was found; `spoilt` have all breaks together, one form where no break undoes another, and one more
    for the rules of lists, whose breaks are `lines`.
    """

    spec: FormSpec
    sample: Submission
    prior: Submission
    opinions: tuple[str, ...]
    held: dict[CellKey, tuple[str, ...]]
    tried: tuple[TriedRule, ...]
    locked: tuple[Rule, ...]
    unasked: tuple[Rule, ...]
    unbroken: tuple[Rule, ...]
    spoilt: tuple[SpoiltForm, ...]
    lines: tuple[TriedLine, ...] = ()
    unbroken_lines: tuple[tuple[RowList, LineRule], ...] = ()


def make_preview(spec: FormSpec) -> Preview:
    """The preview of a form; the same form gives the same.

    Raises `UnsatisfiedError` where no figures satisfy its rules.
    """
    agency = Agency(_AGENCY_CODE, _AGENCY_NAME, _choose_level(spec))
    drawn, sample, prior, found = _draw_sample(spec, agency)
    breaks, kept = break_rules(spec, drawn)
    changed = [replace(sample, values=change_figures(spec, drawn.this, each.changes)) for each in breaks]
    apart = _judge(spec, changed, [None if each.alone else prior for each in breaks])
    joined = join_breaks(spec, drawn, breaks)
    shown = [set(find_broken(spec, figures, drawn.earlier)) for figures in joined]
    whole = [replace(sample, values=figures) for figures in joined]
    spoilt = tuple(map(SpoiltForm, whole, _judge(spec, whole, [prior] * len(whole))))
    usual = _word_opinions(spec, found)
    tried = tuple(
        TriedRule(
            each.rule,
            _word_changes(spec, sample, each),
            _word_opinions(spec, said, usual),
            each.alone,
            next((at for at, names in enumerate(shown) if each.rule.name in names), None),
        )
        for each, said in zip(breaks, apart, strict=True)
    )
    locked = tuple(rule for rule in kept if rule.defines)
    unasked = tuple(rule for rule in kept if not rule.linear.is_asked(gather_contents(spec, sample)))
    unbroken = tuple(rule for rule in kept if not rule.defines and rule not in unasked)
    held = find_held_down(spec, drawn, _level_of(agency))
    lines, more, solid = _try_lines(spec, sample, prior, len(spoilt))
    return Preview(spec, sample, prior, usual, held, tried, locked, unasked, unbroken, (*spoilt, *more), lines, solid)


def _try_lines(
    spec: FormSpec, sample: Submission, prior: Submission, book: int
) -> tuple[tuple[TriedLine, ...], tuple[SpoiltForm, ...], tuple[tuple[RowList, LineRule], ...]]:
    """Each rule of a list broken in a line behind the others, the form in which all are, which are in none.

    Where the list has no room, it is broken in its last line, by itself alone.
    """
    first = max((len(lines) for lines in sample.lists.values()), default=0)
    breaks, solid = break_lines(spec, sample.year, first)
    whole = {each.id: [*sample.lists.get(each.id, ())] for each in spec.lists}
    tried = []
    for each in breaks:
        name, lines = each.row_list.name_check(each.rule), whole[each.row_list.id]
        has_room = len(lines) < each.row_list.limit
        own = [*sample.lists.get(each.row_list.id, ())]
        own = [*own, each.broken] if len(own) < each.row_list.limit else [*own[:-1], each.broken]
        if has_room:
            lines.append(each.broken)
        serial = len(lines) if has_room else len(own)
        [said] = _judge(spec, [_put_lines(spec, sample, {each.row_list.id: own})], [prior])
        opinions = _word_opinions(spec, [found for found in said if found.data.get("check") == name])
        tried.append(TriedLine(each, serial, _word_line_changes(each, serial), opinions, book if has_room else None))
    if not any(each.book is not None for each in tried):
        return tuple(tried), (), solid
    spoilt = _put_lines(spec, sample, whole)
    [said] = _judge(spec, [spoilt], [prior])
    return tuple(tried), (SpoiltForm(spoilt, said),), solid


def _put_lines(spec: FormSpec, sample: Submission, lines: Mapping[str, Sequence[ListRow]]) -> Submission:
    """The sample with other lines in some lists, and the totals that follow."""
    lists = {**sample.lists, **{name: tuple(each) for name, each in lines.items() if each}}
    return recompute_totals(spec, replace(sample, lists=lists))


def _word_line_changes(made: LineBreak, serial: int) -> tuple[str, ...]:
    """Each changed content of a line before and after, as a clerk says it."""
    contents = zip(made.row_list.columns, made.whole.contents, made.broken.contents, strict=True)
    return tuple(
        f"{made.row_list.name}第 {serial} 行“{column.label}” {print_line_content(column, was) or UNFILLED} → "
        f"{print_line_content(column, now) or UNFILLED}"
        for column, was, now in contents
        if was != now
    )


def _draw_sample(spec: FormSpec, agency: Agency) -> tuple[DrawnPeriods, Submission, Submission, tuple[Finding, ...]]:
    """The first of some sets of figures of which least is said, with the submissions that they are."""
    texts = _write_texts(spec)
    best = None
    for seed in range(_SEEDS):
        drawn = draw_full(spec, Random(seed), _level_of(agency))
        this, before = write_periods(spec, agency, drawn, texts)
        [found] = _judge(spec, [this], [before])
        if best is None or len(found) < len(best[3]):
            best = drawn, this, before, found
        if not found:
            break
    assert best is not None
    return best


def _judge(
    spec: FormSpec, submissions: Sequence[Submission], priors: Sequence[Submission | None]
) -> list[tuple[Finding, ...]]:
    """What is said of each submission beside an earlier one, hints left aside."""
    judged = (
        judge_readings(spec, [Reading(each)], [prior])[0] for each, prior in zip(submissions, priors, strict=True)
    )
    return [tuple(found for found in reading.findings if found.severity != "info") for reading in judged]


def _word_opinions(spec: FormSpec, found: Sequence[Finding], known: Collection[str] = ()) -> tuple[str, ...]:
    place = make_plan(spec, True).place
    said = (
        f"[{GRADES[opinion.severity]}] {word_opinion(opinion, found, spec, place)}" for opinion in group_findings(found)
    )
    return tuple(each for each in said if each not in known)


def _word_changes(spec: FormSpec, sample: Submission, made: RuleBreak) -> tuple[str, ...]:
    """Each changed cell with its figure before and after, as a clerk says it."""
    place = make_plan(spec, True).place
    cells = ((spec.cell(key), figure) for key, figure in made.changes.items())
    return tuple(
        f"{say_cell(cell, place)} {format_value(sample.values[spec.index[cell.key]], cell.measure)} → "
        f"{format_value(figure, cell.measure)}"
        for cell, figure in cells
    )


def _choose_level(spec: FormSpec) -> Level:
    """The level that may fill in most rows, a department where there is no difference."""
    rows = [row for table in spec.tables for block in table.blocks for row in block.rows]
    return max(reversed(LEVELS), key=lambda level: sum(level in row.levels for row in rows))


def _level_of(agency: Agency) -> Level:
    assert agency.level is not None
    return agency.level


def _write_texts(spec: FormSpec) -> dict[str, str]:
    """Something in every text, of the kind that is asked for."""
    period = list_periods(spec, spec.years[1] or spec.years[0] + 1)[-1]
    asked = list_asked_fields(spec)
    return {text.key: asked.get(text.key) or _write_text(text, period) for text in spec.texts}


def _write_text(text: Text, period: Period) -> str:
    if text.date:
        return f"{period.year}-12-31"
    if text.boxes:
        return ("1234567890" * text.boxes)[: text.boxes]
    if text.place != "texts":
        return "样例"
    aspects = f"写到了{'、'.join(text.aspects[:1])}。" if text.aspects else ""
    return f"这里是“{text.label}”的样文，填报时换成本单位的情况。{aspects}"


SAMPLE: Final = "样表"
"""What the filled workbook is called, and its pictures."""


def list_files(preview: Preview) -> Iterator[tuple[str, bytes]]:
    """The preview as files, by their names: filled workbook, report, workbook with the breaks, what is said of each."""
    spec, sample = preview.spec, preview.sample
    yield f"{SAMPLE}.xlsx", write_workbook(spec, sample, preview.prior)
    wishes = Wishes(prior=preview.prior)
    for kind in ("docx", "html"):
        yield f"报告.{kind}", print_report(spec, sample, sample, kind, wishes)[0]
    for at, spoilt in enumerate(preview.spoilt):
        yield _name_spoilt(at), mark_workbook(spec, spoilt.submission, spoilt.found, None, 1, prior=preview.prior)
    yield "规则.txt", "".join(f"{line}\r\n" for line in list_rule_lines(preview)).encode("utf-8-sig")


def _name_spoilt(at: int) -> str:
    return f"错例{at + 1 if at else ''}.xlsx"


def list_rule_lines(preview: Preview) -> Iterator[str]:
    """What came of each rule, for people: what was changed, what was said, what no one could break, what kept to 0."""
    spec = preview.spec
    yield f"{spec.title}（{spec.id}）：每条勾稽关系改坏一次，审核怎么说"
    for number, tried in enumerate(preview.tried, 1):
        yield ""
        yield f"{number}. {tried.rule.id}（{GRADES[tried.rule.severity]}）　{tried.rule.text}"
        apart = "；只在不与以前的数比较时不平" if tried.alone else ""
        apart += "；错例里没有" if tried.book is None else f"；见 {_name_spoilt(tried.book)}" if tried.book else ""
        yield f"   改坏：{'；'.join(tried.changes)}（{name_place(tried.rule, spec)}{apart}）"
        yield from (f"   {opinion}" for opinion in tried.opinions)
    for number, line in enumerate(preview.lines, len(preview.tried) + 1):
        rule = line.made.rule
        yield ""
        yield f"{number}. {line.made.row_list.id} {rule.id}（{GRADES[rule.severity]}）　{rule.text}"
        where = "错例里没有，行数不够" if line.book is None else f"见 {_name_spoilt(line.book)}"
        yield f"   改坏：{'；'.join(line.changes) or '样行本来就不合'}（{where}）"
        yield from (f"   {opinion}" for opinion in line.opinions)
    if preview.locked:
        yield ""
        yield "下列勾稽关系由锁定的公式自动算出合计，填表人改不坏："
        yield from (f"   {rule.id}　{rule.text}" for rule in preview.locked)
    if preview.unasked:
        yield ""
        yield "下列勾稽关系在样表所选的选项下不用审，没有改坏："
        yield from (f"   {rule.id}　{rule.text}" for rule in preview.unasked)
    if unbroken := [*list_unbroken(preview)]:
        yield ""
        yield "下列勾稽关系没有找到能改坏它的数，请核对写法："
        yield from (f"   {line}" for line in unbroken)
    if preview.held:
        yield ""
        yield "下列填报格没有找到不是 0 的数，不许它们大于 0 的勾稽关系列在后面，请核对写法："
        yield from (f"   {line}" for line in list_held_lines(preview))


def list_unbroken(preview: Preview) -> Iterator[str]:
    """The rules that nothing was found to break, those of lists too."""
    yield from (f"{rule.id}　{rule.text}" for rule in preview.unbroken)
    yield from (f"{row_list.id} {rule.id}　{rule.text}" for row_list, rule in preview.unbroken_lines)


def list_held_lines(preview: Preview) -> Iterator[str]:
    """The cells that stayed 0, each with the rules that keep it so."""
    place = make_plan(preview.spec, True).place
    for key, names in preview.held.items():
        yield f"{say_cell(preview.spec.cell(key), place)}：{'、'.join(names) or '几条规则合起来'}"
