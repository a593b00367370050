"""Checks of single cells, blanks and texts: sign, size, unit, level of the agency, `/`, what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from xltool.codes import LEVEL_NAMES
from xltool.forms.memo import derive_once
from xltool.forms.number import written
from xltool.messages import finding
from xltool.model import NOT_APPLICABLE, Block, Cell, CellKey, Finding, FormSpec, Submission, Value
from xltool.rules.validate import Stack


class Bounds:
    """What the cells of a form may hold, as rows to compare a stack with."""

    def __init__(self, spec: FormSpec) -> None:
        self.spec = spec
        measures = [cell.measure for cell in spec.cells]
        self.lowest = np.array([-m.maximum * m.scale if m.signed else 0 for m in measures], np.int64)
        self.highest = np.array([m.maximum * m.scale for m in measures], np.int64)
        self.doubtful = np.array(
            [2**62 if m.doubtful_from is None else m.doubtful_from * m.scale for m in measures], np.int64
        )
        self.scale = np.array([m.scale for m in measures], np.int64)

    @cached_property
    def blocks(self) -> list[tuple[Block, list[Cell]]]:
        """Each block with its inputs."""
        return [
            (block, [c for c in self.spec.cells if c.block is block and not c.total])
            for t in self.spec.tables
            for block in t.blocks
        ]

    @cached_property
    def leveled(self) -> list[int]:
        """The places of cells that only some levels may fill in."""
        return [at for at, cell in enumerate(self.spec.cells) if len(cell.row.levels) < len(LEVEL_NAMES)]

    @cached_property
    def missing_texts(self) -> list[tuple[str, Finding]]:
        """For each required text what is found when it is missing."""
        return [
            (text.key, finding("text.missing", text=text.key, label=text.label, guidance=text.guidance))
            for text in self.spec.texts
            if text.required
        ]


bounds = derive_once(Bounds)


def doubtful(
    spec: FormSpec, submissions: Sequence[Submission], stack: Stack, noted: Sequence[set[CellKey]]
) -> list[list[Finding]]:
    """For each submission the findings about its cells; `noted` are cells that reading has already spoken of."""
    limits = bounds(spec)
    found: list[list[Finding]] = [[] for _ in submissions]
    figures = stack.figures
    out = (
        (figures < limits.lowest)
        | (figures > limits.highest)
        | ((figures >= limits.doubtful) & (figures % limits.scale == 0))
    )
    for at, number in zip(*np.nonzero(out), strict=True):
        found[at].append(_out_of_bounds(spec.cells[number], int(figures[at, number])))
    for at, number in zip(*np.nonzero(figures[:, limits.leveled]), strict=True):
        cell, level = spec.cells[limits.leveled[number]], submissions[at].agency.level
        if level not in cell.row.levels:
            shown = written(int(figures[at, limits.leveled[number]]), cell.measure)
            found[at].append(
                finding("cell.level", cell.key, value=shown, level=LEVEL_NAMES[level], basis=cell.row.levels_basis)
            )
    for submission, mine, spoken in zip(submissions, found, noted, strict=True):
        if NOT_APPLICABLE in submission.values:
            mine.extend(_unfitting_slashes(spec, submission))
        if None in submission.values:
            mine.extend(_blanks(spec, submission.values, spoken))
        mine.extend(missing for key, missing in limits.missing_texts if not submission.texts.get(key, "").strip())
    return found


def _out_of_bounds(cell: Cell, value: int) -> Finding:
    shown = written(value, cell.measure)
    if value < 0 and not cell.measure.signed:
        return finding("number.negative", cell.key, value=shown)
    if abs(value) > cell.measure.maximum * cell.measure.scale:
        return finding("number.range", cell.key, raw=shown, maximum=cell.measure.maximum)
    return finding("amount.doubtful", cell.key, value=shown)


def _unfitting_slashes(spec: FormSpec, submission: Submission) -> Iterator[Finding]:
    for cell, value in zip(spec.cells, submission.values, strict=True):
        if value is not NOT_APPLICABLE:
            continue
        able = len(cell.row.levels) < len(LEVEL_NAMES) and submission.agency.level in cell.row.levels
        if not cell.row.not_applicable or able:
            yield finding("cell.not_applicable", cell.key)


def _blanks(spec: FormSpec, values: Sequence[Value], noted: set[CellKey]) -> Iterator[Finding]:
    """One finding a block for its blank inputs, and the two habits that leave most of a table blank."""
    blank = {cell.key for cell, value in zip(spec.cells, values, strict=True) if value is None}
    inputs = [cell for cell in spec.cells if not cell.total]
    if not noted and all(cell.key in blank for cell in inputs):
        yield finding("form.empty")
        return
    for block, cells in bounds(spec).blocks:
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
            if isinstance(value, int) and value != 0:
                yield finding(
                    "block.only_total", total.key, *(cell.key for cell in mine), value=written(value, total.measure)
                )
                left = [cell for cell in left if cell not in mine]
        if left:
            yield finding("cell.blank", *(cell.key for cell in left), count=len(left))
