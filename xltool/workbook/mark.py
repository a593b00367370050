"""The workbook that goes back for correction.

The agency's own figures and texts, and beside them what is wrong and how to mend it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from xltool.codes import GRADES, NOTHING_TO_DO
from xltool.forms.entries import UNFILLED, find_different_entries
from xltool.forms.list_rows import find_different_lines
from xltool.forms.number import format_value
from xltool.forms.sheet_names import CHECKS, RETURN
from xltool.forms.text import clean_text
from xltool.messages import MOST_CELLS, and_more
from xltool.model import (
    AnyCell,
    CellKey,
    EntryCell,
    Finding,
    FormSpec,
    ProposedFigure,
    Severity,
    Submission,
    Tick,
    Value,
)
from xltool.rules.opinions import Opinion, find_named, find_proposed, group_findings, list_cells, tell_opinion
from xltool.rules.prior_year import supply_prior
from xltool.workbook.cached_figure import to_cached_entry
from xltool.workbook.layout_plan import Plan, Spot, make_plan, name_explanation
from xltool.workbook.notice import Change, Mark, Notice, Remark
from xltool.workbook.tick_marks import Sealer, write_tick_mark
from xltool.workbook.told import find_told
from xltool.workbook.write import write_workbook

MAX_LISTED_FIGURES: Final = 6
"""How many figures of one finding are listed."""
MAX_QUOTED_CHANGE: Final = 60
"""How much of a text that changed is shown."""
_QUOTING: Final = frozenset(
    {"number.text", "number.fraction", "number.precision", "number.range", "number.normalised", "cell.not_applicable"}
)
"""Findings that quote what stands in a cell as `raw`, or in several as `raws`."""
MAX_COMMENT: Final = 2_000
"""Characters of one comment: what no longer fits stands on the sheet 退回意见."""


def mark_workbook(
    spec: FormSpec,
    submission: Submission,
    findings: Sequence[Finding],
    previous: Submission | None,
    version: int,
    *,
    prior: Submission | None = None,
    deadline: str = "",
    outdated: Collection[str] = (),
    seal: Sealer | None = None,
) -> bytes:
    """The workbook to send back after an agency's return number `version`.

    `previous` is the return before, `prior` last year's submission; `deadline` is told in the words given; `outdated`
    are the lines of 校验 whose 说明 was written for other figures, and is asked for again. With a `seal` an opinion
    that names what cells should hold can be accepted by a tick.

    What was no number stays in its cell as it was typed. Same input, same bytes.
    Raises `XltoolError` as the writer does.
    """
    prior = supply_prior(spec, submission, prior)
    layout = make_plan(spec, prior is not None, submission.controls is not None)
    told = {line: text for line, text in submission.explanations.items() if line not in outdated}
    submission = replace(submission, explanations=told)
    places = tuple(layout.explanations[line].address for line in sorted(outdated) if line in layout.explanations)
    notice = replace(_build_notice(layout, submission, findings, previous, version, seal), outdated=places)
    return write_workbook(spec, submission, prior, notice, deadline=deadline)


def _build_notice(  # noqa: PLR0917
    layout: Plan,
    submission: Submission,
    findings: Sequence[Finding],
    previous: Submission | None,
    version: int,
    seal: Sealer | None,
) -> Notice:
    values: dict[CellKey, Value | str] = dict(zip(layout.spec.index, submission.values, strict=True))
    values |= {each.key: to_cached_entry(each, content) for each, content in _list_entries(layout.spec, submission)}
    opinions = group_findings(findings)
    described = [(opinion, _describe_opinion(opinion, findings, layout)) for opinion in opinions]
    remarks = tuple(
        _add_tick(
            _build_remark(opinion, told, findings, layout, values),
            find_proposed(opinion),
            layout,
            version,
            number,
            seal,
        )
        for number, (opinion, told) in enumerate(described, 1)
    )
    changes = None if previous is None else tuple(_find_changes(layout, previous, submission))
    unread = tuple(dict.fromkeys(each for found in findings for each in found.data.get("unread", ())))
    typed = dict(_find_typed(findings, values))
    marks = _mark_cells(described, findings, layout, {**values, **typed})
    return Notice(version, remarks, changes, unread, marks, typed, told=tuple(find_told(layout, submission, findings)))


def _list_entries(spec: FormSpec, submission: Submission) -> Iterator[tuple[EntryCell, str]]:
    yield from ((entry, submission.entries.get(entry.key, "")) for entry in spec.entries)


def _add_tick(  # noqa: PLR0917
    remark: Remark,
    proposed: tuple[ProposedFigure, ...],
    layout: Plan,
    version: int,
    number: int,
    seal: Sealer | None,
) -> Remark:
    """A remark that can be accepted by a tick where it proposes something, and what that would be in its remedy."""
    if seal is None or not proposed:
        return remark
    words = "；".join(_word_change(each, layout) for each in proposed)
    mark = write_tick_mark(Tick(version, number, proposed, seal(number, proposed)))
    return replace(remark, remedy=f"{remark.remedy}在“采纳”栏选“是”的，即 {words}。", tick=mark)


def _word_change(change: ProposedFigure, layout: Plan) -> str:
    cell = layout.spec.cell(change.key)
    typed, value = (format_value(each, cell.measure) for each in (change.typed, change.value))
    return f"{cell.table.name} {layout.cells[change.key].address} {typed} → {value}"


def _find_typed(findings: Sequence[Finding], values: Mapping[CellKey, Value | str]) -> Iterator[tuple[CellKey, str]]:
    """What the agency typed in place of figures, as far as findings quote it."""
    for found in findings:
        quoted = found.data.get("raws", [found.data["raw"]] if "raw" in found.data else [])
        if found.code in _QUOTING and len(quoted) == len(found.keys):
            for key, text in zip(found.keys, quoted, strict=True):
                if key in values and not isinstance(values[key], int) and text != "/":
                    yield key, clean_text(str(text))


def _build_remark(
    opinion: Opinion,
    told: tuple[str, str, str],
    findings: Sequence[Finding],
    layout: Plan,
    values: Mapping[CellKey, Value | str],
) -> Remark:
    problem, remedy, basis = told
    cells, lead = list_cells(opinion, findings), findings[opinion.findings[0]]
    target = layout.cells[cells[0]] if cells else _find_target(lead, layout)
    return Remark(
        opinion.severity,
        _describe_place(cells, layout, target),
        target,
        _describe_figures(lead, cells, layout, values),
        problem,
        remedy,
        basis,
    )


def _describe_opinion(opinion: Opinion, findings: Sequence[Finding], layout: Plan) -> tuple[str, str, str]:
    problem, remedy, basis = tell_opinion(opinion, findings, layout.spec, layout.place)
    return clean_text(problem), clean_text(remedy) or NOTHING_TO_DO, clean_text(basis)


def _find_target(found: Finding, layout: Plan) -> Spot | None:
    """The cell or sheet of the text that a finding without cells names."""
    label, sheet = found.data.get("label"), found.data.get("sheet")
    named = next((layout.texts[text.key] for text in layout.spec.texts if text.label == label), None)
    for check in layout.checks if named is None else ():
        if check.name in layout.explanations and label == name_explanation(check):
            return layout.explanations[check.name]
    return named or (Spot(str(sheet), 0, 0) if sheet in layout.sheets else None)


def _describe_place(cells: Sequence[CellKey], layout: Plan, target: Spot | None) -> str:
    if cells:
        first = f"{layout.spec.any_cell(cells[0]).table.name} {layout.cells[cells[0]].address}"
        return f"{first}{and_more(len(cells), 1, '格')}"
    if target is None:
        return "整份工作簿"
    return target.sheet if (target.row, target.column) == (0, 0) else f"{target.sheet} {target.address}"


def _describe_figures(
    lead: Finding, cells: Sequence[CellKey], layout: Plan, values: Mapping[CellKey, Value | str]
) -> str:
    """What stood in the cells: what was typed, or the figures."""
    typed = lead.data.get("raw", lead.data.get("typed"))
    if typed is not None:
        return f"“{clean_text(str(typed))}”"
    if cells and (unread := lead.data.get("unread")):
        listed = [
            f"{each.address}：{clean_text(each.content[:MAX_QUOTED_CHANGE])}" for each in unread[:MAX_LISTED_FIGURES]
        ]
        return "\n".join([*listed, *(["……"] if len(unread) > MAX_LISTED_FIGURES else [])])
    figures = [(layout.cells[key].address, _word_content(layout.spec.any_cell(key), values[key])) for key in cells]
    if len(figures) > 1 and len({figure for _, figure in figures}) > 1:
        listed = [f"{address}：{figure}" for address, figure in figures[:MAX_LISTED_FIGURES]]
        return "\n".join([*listed, *(["……"] if len(figures) > MAX_LISTED_FIGURES else [])])
    return figures[0][1] if figures else ""


def _word_content(cell: AnyCell, value: Value | str) -> str:
    """What stands in a cell, as a document names it."""
    if isinstance(cell, EntryCell):
        return "" if value is None else f"{value}" or UNFILLED
    return value if isinstance(value, str) else format_value(value, cell.measure)


def _find_changes(layout: Plan, before: Submission, after: Submission) -> Iterator[Change]:
    spec = layout.spec
    for cell, old, new in zip(spec.cells, before.values, after.values, strict=True):
        if not cell.total and old != new:
            spot = layout.cells[cell.key]
            called = f"{cell.row.short}，{cell.column.short}"
            yield Change(
                f"{cell.table.name} {spot.address}",
                spot,
                called,
                format_value(old, cell.measure),
                format_value(new, cell.measure),
            )
    for entry, was, now in find_different_entries(spec, before, after):
        spot = layout.cells[entry.key]
        place, called = f"{entry.table.name} {spot.address}", f"{entry.row.short}，{entry.column.short}"
        yield from _compare_values(place, spot, called, was, now)
    for each in find_different_lines(spec, before, after):
        head, _ = layout.list_column(
            each.row_list, 0 if each.column is None else each.row_list.columns.index(each.column)
        )
        spot = Spot(head.sheet, head.row + each.line, head.column)
        called = each.row_list.title if each.column is None else each.column.label
        yield from _compare_values(f"{each.row_list.name}第 {each.line} 行", spot, called, each.was, each.now)
    for text in spec.texts:
        spot = layout.texts[text.key]
        yield from _compare_values(
            f"{spot.sheet} {spot.address}", spot, text.label, before.texts.get(text.key), after.texts.get(text.key)
        )
    for check in layout.checks:
        if check.name in layout.explanations:
            spot = layout.explanations[check.name]
            told = before.explanations.get(check.name), after.explanations.get(check.name)
            yield from _compare_values(f"{CHECKS} {spot.address}", spot, f"说明（{check.subject}）", *told)


def _compare_values(place: str, spot: Spot, called: str, old: str | None, new: str | None) -> Iterator[Change]:
    if (old or "") != (new or ""):
        yield Change(place, spot, called, _shorten(old), _shorten(new))


def _shorten(text: str | None) -> str:
    if not text:
        return "（空）"
    short = clean_text(text)
    return short if len(short) <= MAX_QUOTED_CHANGE else f"{short[:MAX_QUOTED_CHANGE]}……（共 {len(short)} 字）"


@dataclass
class _CellNotes:
    """What is gathered for one cell: the gravest of its findings, and what its comment will say."""

    severity: Severity
    told: list[str] = field(default_factory=list)


def _mark_cells(
    described: Iterable[tuple[Opinion, tuple[str, str, str]]],
    findings: Sequence[Finding],
    layout: Plan,
    values: Mapping[CellKey, Value | str],
) -> dict[CellKey, Mark]:
    """The cells of all opinions that ask for something, in the order of the form; the opinions come gravest first."""
    noted: dict[CellKey, _CellNotes] = {}
    for opinion, (problem, remedy, _) in described:
        if opinion.severity == "info":
            continue
        said = f"【{GRADES[opinion.severity]}】{problem}\n改法：{remedy}"
        cells = dict.fromkeys((*list_cells(opinion, findings), *(suspect.key for suspect in find_named(opinion))))
        for at, key in enumerate(cells):
            cell = noted.setdefault(key, _CellNotes(opinion.severity))
            if at == 0 or len(cells) <= MOST_CELLS:
                cell.told.append(said)
    return {
        key: Mark(noted[key].severity, values[key], _write_comment(noted[key].told))
        for key in layout.spec.order
        if key in noted
    }


def _write_comment(told: Sequence[str]) -> str:
    text = "\n\n".join(told)
    return text if len(text) <= MAX_COMMENT else f"{text[:MAX_COMMENT]}……（全文见“{RETURN}”表）"
