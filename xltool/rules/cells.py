"""Findings about single cells, blanks and texts, by the kinds of checks of cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xltool.codes import LEVEL_NAMES
from xltool.forms.cell_checks import CELL_CHECKS, CellCheck, EntryCheck, FigureCheck
from xltool.forms.checks import Check
from xltool.forms.entries import describe_entry, list_bare_tables, quote_entry
from xltool.forms.memo import derive_once
from xltool.forms.number import format_value
from xltool.forms.totals import resolve_list_totals
from xltool.messages import finding, word_demand, word_demands
from xltool.model import Block, Cell, CellKey, Finding, FormSpec, Submission, Value, figure_of
from xltool.rules.stack import CellMask
from xltool.rules.view import SubmissionView


def find_cell_faults(view: SubmissionView, noted: Sequence[set[CellKey]]) -> list[list[Finding]]:
    """For each submission the findings about its cells; `noted` are cells that reading has already spoken of."""
    found: list[list[Finding]] = [[] for _ in view.submissions]
    for kind in CELL_CHECKS:
        if isinstance(kind, FigureCheck) and (view.priors is not None or not kind.across_years):
            _tell_cells(kind, view, found)
    for at, number in zip(*np.nonzero(view.wrong_entries), strict=True):
        entry = view.spec.entries[number]
        raw = quote_entry(view.submissions[at].entries[entry.key])
        found[at].append(finding("entry.invalid", entry.key, raw=raw, fits=describe_entry(entry.kind)))
    lacking: list[list[Finding]] = [[] for _ in view.submissions]
    for at, number in zip(*np.nonzero(view.missing_texts), strict=True):
        text = view.spec.texts[number]
        demand = None if text.required else text.demand
        asked = "" if demand is None else f"：{word_demand(demand, view.submissions[at], view.spec)}，要写"
        said = finding("text.missing", text=text.key, label=text.label, guidance=text.guidance, asked=asked)
        lacking[at].append(said)
    blank = (np.any(view.blank, axis=1) | (view.own[:, 0] & bool(list_bare_tables(view.spec)))).tolist()
    for at, (submission, mine, spoken, missing) in enumerate(zip(view.submissions, found, noted, lacking, strict=True)):
        if submission.level_basis:
            mine.extend(_find_doubtful_levels(view.spec, submission))
        if blank[at]:
            if not spoken and _is_empty(view.spec, submission):
                mine.extend(_tell_emptiness(view.spec, missing))
                continue
            mine.extend(_find_blanks(view.spec, submission, spoken, view.entitled[at]))
        mine.extend(_find_lacking(view, at, mine))
        mine.extend(missing)
    return found


def _is_empty(spec: FormSpec, submission: Submission) -> bool:
    """Whether nothing is filled in: totals that lists compute are 0 where there is no line."""
    if submission.entries or submission.lists or (submission.scope != "own" and list_bare_tables(spec)):
        return False
    blanks, computed = submission.values.count(None), resolve_list_totals(spec)
    return blanks == len(submission.values) or (
        blanks + len(computed) >= len(submission.values)
        and all(value is None or (at in computed and not value) for at, value in enumerate(submission.values))
    )


def _tell_emptiness(spec: FormSpec, missing: Sequence[Finding]) -> Iterator[Finding]:
    """That nothing is filled in, with the findings about missing texts: they are of that one cause."""
    bare = list_bare_tables(spec)
    written = sum(entry.table.id in bare for entry in spec.entries)
    figures = sum(not cell.total for cell in spec.cells)
    counts = (figures, "个数"), (written, "格选项、日期和文字"), (len(missing), "段文字")
    said = "、".join(f"{count} {what}" for count, what in counts if count)
    lead = finding("form.empty", missing=said)
    yield from (replace(each, cause=lead.code) for each in (lead, *missing))


def count_faults(view: SubmissionView, checks: Sequence[Check]) -> dict[str, list[int]]:
    """What each line of the 校验 sheet that is about cells or texts shows, for each submission, by the check's name."""
    masks: dict[CellCheck, CellMask] = {}
    counts: dict[str, list[int]] = {}
    for check in checks:
        if check.kind is not None:
            mask = masks[check.kind] if check.kind in masks else masks.setdefault(check.kind, check.kind.mask(view))
            places = slice(None) if check.kind.scope in {"list", "texts"} else _index_cells(view.spec, check)
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
    """Where the cells that a check counts stand among the values, and its entries behind these or alone."""
    if check.kind is None:
        return []
    cells, entries = check.kind.cells(spec, check.table), check.kind.entries(spec, check.table)
    shift = 0 if isinstance(check.kind, EntryCheck) else len(spec.cells)
    places = {entry.key: shift + at for at, entry in enumerate(spec.entries)} if entries else {}
    return [*(spec.index[cell.key] for cell in cells), *(places[entry.key] for entry in entries)]


def _find_lacking(view: SubmissionView, at: int, told: Sequence[Finding]) -> Iterator[Finding]:
    """One finding a table for its entries that must be filled in and are not; none where all of the table is blank."""
    empty = {found.keys[0].partition(".")[0] for found in told if found.code == "table.empty"}
    lacking = [view.spec.entries[number] for number in np.flatnonzero(view.lacking_entries[at])]
    for table in view.spec.tables:
        asked = [entry for entry in lacking if entry.table is table and table.id not in empty]
        if asked:
            demands = {each.key: each.demand for each in asked if each.demand is not None and not each.kind.required}
            reasons = word_demands(demands, view.submissions[at], view.spec)
            yield finding("entry.missing", *(each.key for each in asked), count=len(asked), asked=reasons)


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


def _find_blanks(spec: FormSpec, submission: Submission, noted: set[CellKey], entitled: CellMask) -> Iterator[Finding]:
    """One finding a block for its blank inputs, and the two habits that leave most of a table blank.

    `entitled` are the cells where the agency's level has something to fill in, so that `/` is not fitting.
    """
    values = submission.values
    unread = submission.unread_tables
    blank = {
        cell.key
        for cell, value in zip(spec.cells, values, strict=True)
        if value is None and cell.table.id not in unread
    }
    written = {key.partition(".")[0] for key in submission.entries}
    empty, bare = set[str](), list_bare_tables(spec) - written - unread
    for table in spec.tables:
        cells = [cell for cell in spec.cells if cell.table is table and table.id not in written]
        if cells and noted.isdisjoint(cell.key for cell in cells) and blank.issuperset(cell.key for cell in cells):
            keys = [cell.key for cell in cells if not cell.total]
            yield finding("table.empty", *keys, count=len(keys))
            empty.add(table.id)
        elif table.id in bare and submission.scope == "own":
            keys = [entry.key for entry in spec.entries if entry.table is table]
            yield finding("table.empty", *keys, count=len(keys))
            empty.add(table.id)
    for block, cells in _list_inputs(spec):
        left = [cell for cell in cells if cell.key in blank and cell.key not in noted]
        if not left or cells[0].table.id in empty:
            continue
        told = [*_find_totals_alone(spec, block, values, left)]
        told = told or [*_find_column_alone(block, cells, left)]
        yield from told
        spoken = {key for each in told for key in each.keys}
        left = [cell for cell in left if cell.key not in spoken]
        if left:
            rows = dict.fromkeys(
                cell.row.short for cell in left if cell.row.not_applicable and not entitled[spec.index[cell.key]]
            )
            facts: dict[str, Any] = {"slash": "、".join(rows)} if rows else {}
            yield finding("cell.blank", *(cell.key for cell in left), count=len(left), **facts)


def _find_totals_alone(
    spec: FormSpec, block: Block, values: Sequence[Value], left: Sequence[Cell]
) -> Iterator[Finding]:
    """Rows of which nothing but the total is filled in: one by one, or where it is a habit, all in one."""
    open_keys = {cell.key for cell in left}
    alone = []
    for row in block.rows:
        if (left[0].table.id, row.id) not in _list_rows(spec):
            continue  # it only heads others
        *others, total = _list_rows(spec)[left[0].table.id, row.id]
        bare = others and total.column.total and values[spec.index[total.key]] is not None
        if bare and all(values[spec.index[cell.key]] is None for cell in others):
            alone.append((total, [cell.key for cell in others]))
    asked = [(total, keys) for total, keys in alone if open_keys.issuperset(keys)]
    filled = [(total, keys) for total, keys in asked if figure_of(values[spec.index[total.key]])]
    if len(asked) > 1 and filled and not block.across:
        every = [key for _, keys in asked for key in keys]
        column = asked[0][0].column.short
        yield finding("block.only_totals", *every, column=column, count=len(alone), rows=len(block.rows))
        return
    for total, keys in filled:
        shown = format_value(values[spec.index[total.key]], total.measure)
        yield finding("block.only_total", total.key, *keys, value=shown)


def _find_column_alone(block: Block, cells: Sequence[Cell], left: Sequence[Cell]) -> Iterator[Finding]:
    """The one column of a block that is filled in, in most of its rows, where others should be beside it."""
    blank = {cell.key for cell in left}
    filled = [cell for cell in cells if cell.key not in blank]
    columns = {cell.column.id for cell in cells}
    if block.across or len(columns) < 3 or len({cell.column.id for cell in filled}) != 1:
        return
    if len(filled) * len(columns) * 2 <= len(cells) or not any(column.total for column in block.columns):
        return
    whole = [cell.key for cell in left if cell.column.id != filled[0].column.id]
    yield finding("block.only_column", *whole, column=filled[0].column.short, count=len(whole))


@derive_once
def _list_rows(spec: FormSpec) -> dict[tuple[str, str], list[Cell]]:
    """The cells of each row, the total last, by the ids of table and row."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for cell in sorted(spec.cells, key=lambda cell: cell.column.total):
        found.setdefault((cell.table.id, cell.row.id), []).append(cell)
    return found
