"""The workbook that goes back for correction.

The agency's own figures and texts, and beside them what is wrong and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from xltool import messages
from xltool.codes import GRADES, NOTHING_TO_DO
from xltool.forms.number import format_value
from xltool.forms.sheet_names import CHECKS, RETURN
from xltool.forms.text import clean_text
from xltool.messages import MOST_CELLS, and_more
from xltool.model import SEVERITIES, CellKey, Finding, FormSpec, Severity, Submission, Suspect, Value
from xltool.workbook.layout_plan import Plan, Spot, make_plan
from xltool.workbook.notice import Change, Mark, Notice, Remark
from xltool.workbook.write import write_workbook

MAX_LISTED_FIGURES: Final = 6
"""How many figures of one finding are listed."""
MAX_QUOTED_CHANGE: Final = 60
"""How much of a text that changed is shown."""
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
) -> bytes:
    """The workbook to send back after an agency's return number `version`.

    `previous` is the return before, `prior` last year's submission.

    What was no number stands in its cell's comment and not in the cell, which stays blank. Same input, same bytes.
    Raises `XltoolError` as the writer does.
    """
    layout = make_plan(spec, prior is not None)
    return write_workbook(spec, submission, prior, _build_notice(layout, submission, findings, previous, version))


def _build_notice(
    layout: Plan, submission: Submission, findings: Sequence[Finding], previous: Submission | None, version: int
) -> Notice:
    spec = layout.spec
    values = dict(zip(spec.index, submission.values, strict=True))
    ordered = sorted(findings, key=lambda found: SEVERITIES.index(found.severity))
    remarks = tuple(_build_remark(found, layout, values) for found in ordered)
    changes = None if previous is None else tuple(_find_changes(layout, previous, submission))
    return Notice(version, remarks, changes, _mark_cells(ordered, layout, values))


def _build_remark(found: Finding, layout: Plan, values: Mapping[CellKey, Value]) -> Remark:
    problem, remedy, basis = _describe_finding(found, layout)
    target = _find_target(found, layout)
    remedy += "".join(f"\n疑似错误：{_describe_suspect(suspect, layout)}" for suspect in found.suspects)
    return Remark(
        found.severity,
        _describe_place(found, layout, target),
        target,
        _describe_figures(found, layout, values),
        problem,
        remedy,
        basis,
    )


def _describe_finding(found: Finding, layout: Plan) -> tuple[str, str, str]:
    problem, remedy, basis = messages.tell_finding(found, layout.spec, layout.place)
    return clean_text(problem), clean_text(remedy) or NOTHING_TO_DO, clean_text(basis)


def _describe_suspect(suspect: Suspect, layout: Plan) -> str:
    cell = layout.spec.cell(suspect.key)
    change = f"{format_value(suspect.value, cell.measure)} → {format_value(suspect.proposed, cell.measure)}"
    return f"{cell.table.name} {layout.cells[suspect.key].address} {change}，{clean_text(suspect.why)}。"


def _find_target(found: Finding, layout: Plan) -> Spot | None:
    """The first cell that a finding is about, or the cell or sheet of the text that it names."""
    if found.keys:
        return layout.cells[found.keys[0]]
    label, sheet = found.data.get("label"), found.data.get("sheet")
    named = next((layout.texts[text.key] for text in layout.spec.texts if text.label == label), None)
    return named or (Spot(sheet, 0, 0) if sheet in layout.sheets else None)


def _describe_place(found: Finding, layout: Plan, target: Spot | None) -> str:
    if found.keys:
        first = f"{layout.spec.cell(found.keys[0]).table.name} {layout.cells[found.keys[0]].address}"
        return f"{first}{and_more(len(found.keys), 1, '格')}"
    if target is None:
        return "整份工作簿"
    return target.sheet if (target.row, target.column) == (0, 0) else f"{target.sheet} {target.address}"


def _describe_figures(found: Finding, layout: Plan, values: Mapping[CellKey, Value]) -> str:
    """What stood in the cells: what was typed, or the figures."""
    typed = found.data.get("raw", found.data.get("typed"))
    if typed is not None:
        return f"“{clean_text(str(typed))}”"
    figures = [
        (layout.cells[key].address, format_value(values[key], layout.spec.cell(key).measure)) for key in found.keys
    ]
    if len(figures) > 1 and len({figure for _, figure in figures}) > 1:
        listed = [f"{address}：{figure}" for address, figure in figures[:MAX_LISTED_FIGURES]]
        return "\n".join([*listed, *(["……"] if len(figures) > MAX_LISTED_FIGURES else [])])
    return figures[0][1] if figures else ""


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


def _mark_cells(findings: Iterable[Finding], layout: Plan, values: Mapping[CellKey, Value]) -> dict[CellKey, Mark]:
    """The cells of all findings that ask for something, in the order of the form; `findings` come gravest first."""
    noted: dict[CellKey, _CellNotes] = {}
    for found in findings:
        if found.severity == "info":
            continue
        problem, remedy, _ = _describe_finding(found, layout)
        said = f"【{GRADES[found.severity]}】{problem}\n改法：{remedy}"
        commented = found.keys if len(found.keys) <= MOST_CELLS else found.keys[:1]
        for key in found.keys:
            cell = noted.setdefault(key, _CellNotes(found.severity))
            if key in commented:
                cell.told.append(said)
        for suspect in found.suspects:
            doubt = f"疑似错误：{_describe_suspect(suspect, layout)}"
            cell = noted.setdefault(suspect.key, _CellNotes(found.severity))
            if doubt not in cell.told:
                cell.told.append(doubt)
    return {
        key: Mark(noted[key].severity, values[key], _write_comment(noted[key].told))
        for key in layout.spec.index
        if key in noted
    }


def _write_comment(told: Sequence[str]) -> str:
    text = "\n\n".join(told)
    return text if len(text) <= MAX_COMMENT else f"{text[:MAX_COMMENT]}……（全文见“{RETURN}”表）"
