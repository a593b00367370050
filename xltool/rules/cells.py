"""Findings about single cells, blanks and texts, by the kinds of checks of cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from xltool.codes import LEVEL_NAMES
from xltool.forms.cell_checks import CELL_CHECKS, CellCheck, FigureCheck
from xltool.forms.checks import Check
from xltool.forms.memo import derive_once
from xltool.forms.number import format_value
from xltool.messages import finding
from xltool.model import Block, Cell, CellKey, Finding, FormSpec, Submission, Value, figure_of
from xltool.rules.stack import CellMask
from xltool.rules.view import SubmissionView


def find_cell_faults(view: SubmissionView, noted: Sequence[set[CellKey]]) -> list[list[Finding]]:
    """For each submission the findings about its cells; `noted` are cells that reading has already spoken of."""
    found: list[list[Finding]] = [[] for _ in view.submissions]
    for kind in CELL_CHECKS:
        if isinstance(kind, FigureCheck) and (view.priors is not None or not kind.across_years):
            _tell_cells(kind, view, found)
    for at, (submission, mine, spoken) in enumerate(zip(view.submissions, found, noted, strict=True)):
        if submission.level_basis:
            mine.extend(_find_doubtful_levels(view.spec, submission))
        if None in submission.values:
            mine.extend(_find_blanks(view.spec, submission.values, spoken, view.entitled[at]))
    for at, number in zip(*np.nonzero(view.missing_texts), strict=True):
        text = view.spec.texts[number]
        found[at].append(finding("text.missing", text=text.key, label=text.label, guidance=text.guidance))
    return found


def count_faults(view: SubmissionView, checks: Sequence[Check]) -> dict[str, list[int]]:
    """What each line of the 校验 sheet that is about cells or texts shows, for each submission, by the check's name."""
    masks: dict[CellCheck, CellMask] = {}
    counts: dict[str, list[int]] = {}
    for check in checks:
        if check.kind is not None:
            mask = masks[check.kind] if check.kind in masks else masks.setdefault(check.kind, check.kind.mask(view))
            places = slice(None) if check.kind.scope == "texts" else _index_cells(view.spec, check)
            counts[check.name] = check.kind.count(mask[:, places]).tolist()
    return counts


def _tell_cells(kind: FigureCheck, view: SubmissionView, found: list[list[Finding]]) -> None:
    mask = kind.mask(view)
    if not mask.any():
        return
    for at, number in zip(*np.nonzero(kind.select_told(view.spec, mask)), strict=True):
        prior = None if view.priors is None else view.priors[at][number]
        agency = view.submissions[at].agency
        found[at].append(kind.tell(view.spec.cells[number], int(view.figures[at, number]), agency, prior))


@derive_once
def _index_cells(spec: FormSpec, check: Check) -> list[int]:
    """Where the cells that a check counts stand among the values."""
    return [spec.index[cell.key] for cell in check.kind.cells(spec, check.table)] if check.kind else []


@derive_once
def _list_inputs(spec: FormSpec) -> list[tuple[Block, list[Cell]]]:
    """Each block with its inputs."""
    blocks = [block for table in spec.tables for block in table.blocks]
    return [(block, [cell for cell in spec.cells if cell.block is block and not cell.total]) for block in blocks]


def _find_doubtful_levels(spec: FormSpec, submission: Submission) -> Iterator[Finding]:
    """Figures in rows that a body of that level may not fill in, where its level is only inferred."""
    level = submission.agency.level
    for cell, value in zip(spec.cells, submission.values, strict=True):
        if level is not None and level not in cell.row.levels and figure_of(value):
            yield finding(
                "cell.level_inferred",
                cell.key,
                value=format_value(value, cell.measure),
                level=LEVEL_NAMES[level],
                why=submission.level_basis,
                basis=cell.row.levels_basis,
            )


def _find_blanks(spec: FormSpec, values: Sequence[Value], noted: set[CellKey], entitled: CellMask) -> Iterator[Finding]:
    """One finding a block for its blank inputs, and the two habits that leave most of a table blank.

    `entitled` are the cells where the agency's level has something to fill in, so that `/` is not fitting.
    """
    blank = {cell.key for cell, value in zip(spec.cells, values, strict=True) if value is None}
    inputs = [cell for cell in spec.cells if not cell.total]
    if not noted and all(cell.key in blank for cell in inputs):
        yield finding("form.empty")
        return
    empty = set()
    for table in spec.tables:
        keys = [cell.key for cell in inputs if cell.table is table]
        if noted.isdisjoint(keys) and blank.issuperset(keys):
            yield finding("table.empty", *keys, count=len(keys))
            empty.add(table.id)
    for block, cells in _list_inputs(spec):
        if cells[0].table.id in empty:
            continue
        left = [cell for cell in cells if cell.key in blank and cell.key not in noted]
        if not left:
            continue
        columns = {cell.column.id for cell in cells}
        filled = {cell.column.id for cell in cells if cell.key not in blank}
        whole = [cell for cell in left if cell.column.id not in filled]
        if len(filled) == 1 and len(columns) > 2 and any(column.total for column in block.columns) and not block.across:
            only = next(cell.column.short for cell in cells if cell.column.id in filled)
            yield finding("block.only_column", *(cell.key for cell in whole), column=only, count=len(whole))
            left = [cell for cell in left if cell not in whole]
        for row in block.rows:
            mine = [cell for cell in left if cell.row is row]
            total = next((cell for cell in spec.cells if cell.row is row and cell.column.total), None)
            if total is None or row.total or len(mine) < len(columns):
                continue
            value = values[spec.index[total.key]]
            if figure_of(value):
                yield finding(
                    "block.only_total",
                    total.key,
                    *(cell.key for cell in mine),
                    value=format_value(value, total.measure),
                )
                left = [cell for cell in left if cell not in mine]
        if left:
            rows = dict.fromkeys(
                cell.row.short for cell in left if cell.row.not_applicable and not entitled[spec.index[cell.key]]
            )
            facts: dict[str, Any] = {"slash": "、".join(rows)} if rows else {}
            yield finding("cell.blank", *(cell.key for cell in left), count=len(left), **facts)
