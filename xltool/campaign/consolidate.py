"""Many submissions made one.

Figures added by the form's own policy, what is doubtful about the sums told, corrections applied.

Whole numbers throughout, and rules that are linear: so the residual of a sum is the sum of the residuals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, assert_never

import numpy as np

from xltool.campaign.corrections import apply_corrections
from xltool.forms import totals
from xltool.forms.cover_conditions import gather_contents
from xltool.forms.entries import count_entries, quote_entry, word_counts
from xltool.forms.list_joins import join_lines
from xltool.forms.list_rows import append_lines, print_line_content
from xltool.forms.list_terms import add_up_lists, reckon_lists
from xltool.forms.lists import MOST_LIST_LINES
from xltool.forms.number import format_value
from xltool.messages import XltoolError, finding, format_scaled, join_first
from xltool.model import (
    ADDED,
    LARGEST,
    NOT_APPLICABLE,
    Absence,
    Agency,
    Cell,
    CellKey,
    Consolidation,
    Correction,
    Finding,
    FormSpec,
    JoinedLine,
    ListNumbers,
    ListRow,
    Row,
    RowList,
    Submission,
    Table,
    Value,
    figure_of,
)
from xltool.periods import Period, period_of
from xltool.rules.matrix import SLICE
from xltool.rules.stack import CellMask, Figures, stack_values

MOST_TOLD_LINES: Final = 6
"""How many lines that were joined a sentence quotes."""
MAX_NAMED_AGENCIES: Final = 12
"""How many agencies a sentence names before it says 等 N 个单位."""
_HALF: Final = 32  # bits: sums of the halves of 64-bit figures stay within 64 bits


def consolidate_submissions(
    spec: FormSpec,
    submissions: Iterable[Submission],
    own: Agency,
    period: Period,
    *,
    root_code: str = "",
    corrections: Sequence[Correction] = (),
    absent: Sequence[Absence] = (),
) -> Consolidation:
    """The submissions of one form and year as one of `own`, at its level; each may itself be a sum.

    They are taken as they come: of each only its figures are kept, 12 bytes a cell.

    `root_code` is the unit whose own figures stand in rows that are never summed. Totals are computed anew from the
    summed inputs. Raises `XltoolError` for submissions that cannot be added: of another form or year, or two of one
    agency.
    """
    parts = totals.resolve_totals(spec)
    stacked = _stack_submissions(spec, submissions, period, parts)
    agencies, values, missing, slashes = stacked.agencies, stacked.values, stacked.missing, stacked.slashes
    codes = [agency.code for agency in agencies]
    root = codes.index(root_code) if root_code in codes else None
    sums, too_large = _sum_cells(spec, values, missing, slashes, root)
    sums, applied, notes = apply_corrections(spec, sums, corrections, codes)
    written, left_out = _consolidate_entries(spec, stacked, root_code)
    made = {each.id: join_lines(each, stacked.lines[each.id]) for each in spec.lists if each.id in stacked.lines}
    listed = Submission(
        spec.id,
        period.year,
        own,
        tuple(sums),
        scope="consolidated",
        part=period.part,
        entries=written,
        lists={name: lines for name, (lines, _) in made.items()},
        unread_lists=stacked.unread,
    )
    total = totals.recompute_totals(spec, listed)
    handled = {spec.cell(each.correction.key).row for each in applied}
    found = [
        *_find_nested_sum(agencies, stacked.sums, root),
        *too_large,
        *_find_absences([each for each in absent if not each.excused]),
        *_find_blanks(spec, agencies, missing, root),
        *_find_differing_totals(spec, agencies, stacked.differs),
        *_find_careful_sums(spec, agencies, values, total, handled),
        *left_out,
        *(found for each in spec.lists if each.id in made for found in _tell_joined(each, made[each.id][1])),
        *_find_long_lists(spec, total),
        *notes,
    ]
    unknown = missing.copy()
    for at, terms in parts.items():
        unknown[:, at] = missing[:, [part for part, _ in terms]].any(axis=1)
    reasons, beside = tuple(absent), tuple(stacked.own.get(code, {}) for code in codes)
    joined = tuple(line for _, lines in made.values() for line in lines)
    told = reasons, tuple(found), applied, beside, stacked.numbers, joined
    return Consolidation(agencies, values, unknown, slashes, total, root_code, *told)


def list_contributed(spec: FormSpec, consolidation: Consolidation, at: int) -> list[int]:
    """What each agency adds to the cell at that place, so that all of it is the figure of the sum.

    Its figure; where nothing is added, only of the agency whose figure stands. A total's is that of its parts.
    """
    parts = totals.resolve_totals(spec).get(at, ((at, 1),))
    if all(spec.cells[part].policy in ADDED for part, _ in parts):
        column: list[int] = consolidation.values[:, at].tolist()
        return column
    found = [0] * len(consolidation.agencies)
    for part, times in parts:
        for number, figure in enumerate(_list_adding(spec, consolidation, part)):
            found[number] += times * figure
    if at in (constants := totals.resolve_constants(spec)):  # whoever's figures stand, as numbers are of each
        found = [
            figure + constants[at] * (agency.code == consolidation.root)
            for figure, agency in zip(found, consolidation.agencies, strict=True)
        ]
    return found


def _list_adding(spec: FormSpec, consolidation: Consolidation, at: int) -> list[int]:
    """What each agency adds to an input."""
    column: list[int] = consolidation.values[:, at].tolist()
    policy = spec.cells[at].policy
    match policy:
        case "sum" | "careful":
            return column
        case "never":
            holders = [agency.code == consolidation.root for agency in consolidation.agencies]
        case "max" | "min":
            known = ~(consolidation.missing[:, at] | consolidation.slashes[:, at])
            figures = [figure for figure, there in zip(column, known.tolist(), strict=True) if there]
            chosen = (max if policy == "max" else min)(figures, default=None)
            first = next((n for n, there in enumerate(known.tolist()) if there and column[n] == chosen), -1)
            holders = [number == first for number in range(len(column))]
        case _:
            assert_never(policy)
    return [figure if holds else 0 for figure, holds in zip(column, holders, strict=True)]


def find_unsummed(spec: FormSpec) -> list[int]:
    """The places of cells that are not added up."""
    return [at for at, cell in enumerate(spec.cells) if cell.policy not in ADDED]


def name_agencies(agencies: Sequence[str]) -> str:
    """Agencies in a sentence, shortened after a dozen."""
    return join_first(agencies, MAX_NAMED_AGENCIES, "个单位")


@dataclass(frozen=True, slots=True)
class _Stacked:
    """Whose figures, those figures with totals computed anew (n x cells, blank and `/` as 0), and where either stands.

    `differs` where a total was given otherwise, `sums` the agencies that returned a sum. Of cells that are no figures
    there is how many chose what, how many agencies have anything there, and what each unit's own is by agency.
    """

    agencies: tuple[Agency, ...]
    values: Figures
    missing: CellMask
    slashes: CellMask
    differs: CellMask
    sums: frozenset[str]
    chosen: Mapping[CellKey, Counter[str]]
    holders: Counter[CellKey]
    own: Mapping[str, Mapping[str, str]]
    lines: Mapping[str, Sequence[ListRow]]  # of each list, one agency's below the other's
    unread: frozenset[str]  # the lists of which one agency's lines are not known
    numbers: tuple[ListNumbers, ...]  # what lists come to, for each agency


def _stack_submissions(
    spec: FormSpec, submissions: Iterable[Submission], period: Period, parts: Mapping[int, totals.TotalParts]
) -> _Stacked:
    """The submissions a slice at a time, so that no more of them are in memory at once."""
    agencies: dict[str, Agency] = {}
    sums = set()
    chosen: dict[CellKey, Counter[str]] = {}
    holders: Counter[CellKey] = Counter()
    own: dict[str, Mapping[str, str]] = {}
    lines: dict[str, list[ListRow]] = {}
    unread: frozenset[str] = frozenset()
    numbers: list[ListNumbers] = []
    nothing = np.zeros((0, len(spec.cells)), np.bool_)
    slices = [(nothing.astype(np.int64), nothing, nothing, nothing)]
    coming = iter(submissions)
    while taken := list(islice(coming, SLICE)):
        for submission in taken:
            _require_addable(spec, submission, period, agencies)
            agencies[submission.agency.code] = submission.agency
            if submission.scope == "consolidated":
                sums.add(submission.agency.code)
            if contents := gather_contents(spec, submission):
                count_entries(spec, chosen, submission)
                holders.update(submission.entries.keys())
                own[submission.agency.code] = contents
            append_lines(lines, submission)
            unread |= submission.unread_lists
        counted = [reckon_lists(spec, each) for each in taken]
        numbers += counted
        stack = stack_values([submission.values for submission in taken])
        slashes = np.array([[value is NOT_APPLICABLE for value in each.values] for each in taken], np.bool_)
        values = _compute_totals(spec, parts, stack.figures, counted)
        slices.append((values, ~stack.known, slashes, np.not_equal(values, stack.figures) & stack.known))
    values, missing, slashes, differs = (np.concatenate(each) for each in zip(*slices, strict=True))
    figures = tuple(agencies.values()), values, missing, slashes, differs, frozenset(sums)
    return _Stacked(*figures, chosen, holders, own, lines, unread, tuple(numbers))


def _consolidate_entries(spec: FormSpec, stacked: _Stacked, root_code: str) -> tuple[dict[CellKey, str], list[Finding]]:
    """What a sum has in the cells that are no figures, and one finding a table for those that are not in it.

    How many chose what, where that is counted; else what the government's own unit has there.
    """
    found: dict[CellKey, str] = {}
    left: dict[Table, list[CellKey]] = {}
    for entry in spec.entries:
        if entry.kind.consolidate == "count":
            content = word_counts(entry.kind, stacked.chosen.get(entry.key, {}))
            whole = True
        else:
            content = stacked.own.get(root_code, {}).get(entry.key, "")
            whole = stacked.holders[entry.key] <= bool(content)
        if content:
            found[entry.key] = content
        if not whole:
            left.setdefault(entry.table, []).append(entry.key)
    return found, [finding("county.entries", *keys, count=len(keys)) for keys in left.values()]


def _tell_joined(row_list: RowList, joined: Sequence[JoinedLine]) -> Iterator[Finding]:
    """Which lines of a list were made of several, and, by column, in which these do not agree."""
    if joined:
        quoted = [f"第 {each.serial} 行“{each.unit}”（{each.whole.agency}）" for each in joined]
        unit = "、".join(column.label for column in row_list.columns if column.id in row_list.join)
        told = join_first(quoted, MOST_TOLD_LINES, "行")
        yield finding("county.joined", list=row_list.name, unit=unit, count=len(joined), quoted=told)
    for at, column in enumerate(row_list.columns):
        for code, lines in (
            ("county.differing", [each for each in joined if at in each.differing]),
            ("county.outgrown", [each for each in joined if at in each.outgrown]),
        ):
            if lines:
                quoted = [_quote_beside(row_list, each, at) for each in lines]
                told = join_first(quoted, MOST_TOLD_LINES, "行", between="；")
                yield finding(code, list=row_list.name, column=column.label, count=len(lines), quoted=told)


def _quote_beside(row_list: RowList, joined: JoinedLine, at: int) -> str:
    """What each agency has in a column of a line that was made of several."""
    column = row_list.columns[at]
    held = [(line.agency, print_line_content(column, line.contents[at])) for line in joined.lines]
    told = join_first([f"{agency} {content}" for agency, content in held if content], MOST_TOLD_LINES, "个单位")
    return f"第 {joined.serial} 行“{joined.unit}” {quote_entry(told)}"


def _find_long_lists(spec: FormSpec, total: Submission) -> Iterator[Finding]:
    """The lists of which the sum has more lines than its workbook can be read with."""
    for each in spec.lists:
        count = len(total.lists.get(each.id, ()))
        if count > MOST_LIST_LINES:
            yield finding("county.lines", list=each.name, count=count, most=MOST_LIST_LINES)


def _require_addable(spec: FormSpec, submission: Submission, period: Period, seen: Collection[str]) -> None:
    if (submission.form, period_of(submission)) != (spec.id, period):
        raise XltoolError(
            f"{submission.agency.name}报的是 {submission.form} {period_of(submission).spoken}的数，"
            f"不能汇总到 {spec.id} {period.spoken}。"
        )
    if submission.agency.code in seen:
        raise XltoolError(f"{submission.agency.name}（{submission.agency.code}）有两份上报件，不能重复汇总。")


def _compute_totals(
    spec: FormSpec, parts: Mapping[int, totals.TotalParts], figures: Figures, numbers: Sequence[ListNumbers]
) -> Figures:
    """The figures with every total as its inputs and lists give it; where nobody read the list as it is."""
    result = figures.copy()
    lists, constants = totals.resolve_list_totals(spec), totals.resolve_constants(spec)
    for at, terms in parts.items():
        result[:, at] = figures[:, [part for part, _ in terms]] @ np.array([times for _, times in terms], np.int64)
        result[:, at] += constants.get(at, 0)
        if at in lists:
            added = [add_up_lists(lists[at], each) for each in numbers]
            unread = [each is None for each in added]
            result[:, at] += np.array([max(-LARGEST, min(LARGEST, each or 0)) for each in added], np.int64)
            result[unread, at] = figures[unread, at]
    return result


def _sum_cells(
    spec: FormSpec, values: Figures, missing: CellMask, slashes: CellMask, root: int | None
) -> tuple[list[Value], list[Finding]]:
    """Each cell's sum of what is there: blank where all are blank, `/` where all others are `/`.

    And those too large to hold.
    """
    high, low = (values >> _HALF).sum(axis=0).tolist(), (values & (2**_HALF - 1)).sum(axis=0).tolist()
    filled, figured = (~missing).sum(axis=0).tolist(), (~missing & ~slashes).sum(axis=0).tolist()  # how many agencies
    sums: list[Value] = []
    found = []
    for at, cell in enumerate(spec.cells):
        if cell.policy == "never":
            kept = root is not None and not missing[root, at] and not slashes[root, at]
            sums.append(int(values[root, at]) if kept else NOT_APPLICABLE)
        elif not figured[at]:
            sums.append(NOT_APPLICABLE if filled[at] else None)
        elif cell.policy in {"max", "min"}:
            there = values[~missing[:, at] & ~slashes[:, at], at]
            sums.append(int(there.max() if cell.policy == "max" else there.min()))
        else:
            figure = (int(high[at]) << _HALF) + int(low[at])
            sums.append(figure if abs(figure) <= LARGEST else None)
            if abs(figure) > LARGEST:
                found.append(
                    finding(
                        "number.range",
                        cell.key,
                        raw=format_scaled(figure, cell.measure.decimals),
                        maximum=cell.measure.maximum,
                    )
                )
    return sums, found


def _find_nested_sum(agencies: Sequence[Agency], sums: Collection[str], root: int | None) -> Iterator[Finding]:
    """The government's own unit returned a sum: of whatever it was, the others are added to it once more."""
    if root is not None and len(agencies) > 1 and agencies[root].code in sums:
        yield finding("county.scope", agency=agencies[root].name)


def _find_absences(absent: Sequence[Absence]) -> Iterator[Finding]:
    if absent:
        yield finding(
            "county.absent",
            count=len(absent),
            agencies=name_agencies([f"{each.agency.name}（{each.reason}）" for each in absent]),
        )


def _find_blanks(spec: FormSpec, agencies: Sequence[Agency], missing: CellMask, root: int | None) -> Iterator[Finding]:
    """One finding a table for its inputs that some left blank.

    In rows that are never summed only the root's blanks matter.
    """
    blank = missing.copy()
    others = [at for at in range(len(agencies)) if at != root]
    never = [at for at, cell in enumerate(spec.cells) if cell.policy == "never"]
    blank[np.ix_(others, never)] = False
    blank[:, [at for at, cell in enumerate(spec.cells) if cell.total]] = False
    yield from _find_by_table(spec, agencies, blank, "county.missing")


def _find_differing_totals(spec: FormSpec, agencies: Sequence[Agency], differs: CellMask) -> Iterator[Finding]:
    """One finding a table for totals that an agency gave otherwise than its own parts add up to."""
    yield from _find_by_table(spec, agencies, differs, "county.total")


def _find_by_table(spec: FormSpec, agencies: Sequence[Agency], marked: CellMask, code: str) -> Iterator[Finding]:
    for table in spec.tables:
        places = [at for at, cell in enumerate(spec.cells) if cell.table is table and marked[:, at].any()]
        if places:
            counts = marked[:, places].sum(axis=1)
            order = [at for at in np.argsort(-counts, kind="stable").tolist() if counts[at]]
            names = name_agencies([f"{agencies[at].name}（{counts[at]} 格）" for at in order])
            yield finding(code, *(spec.cells[at].key for at in places), count=len(places), agencies=names)


def _find_careful_sums(
    spec: FormSpec, agencies: Sequence[Agency], values: Figures, total: Submission, handled: set[Row]
) -> Iterator[Finding]:
    """One finding a row that must be summed with care and to which several add.

    A correction with its reason settles it.
    """
    rows: dict[Row, list[Cell]] = {}
    for cell in spec.cells:
        if cell.policy == "careful" and not cell.total:
            rows.setdefault(cell.row, []).append(cell)
    for row, cells in rows.items():
        places = [spec.index[cell.key] for cell in cells]
        adding = np.nonzero((values[:, places] != 0).any(axis=1))[0].tolist()
        if len(adding) < 2:
            continue
        nonzero = [cell for cell, at in zip(cells, places, strict=True) if figure_of(total.values[at])]
        sums = "、".join(
            f"{cell.column.short} {format_value(total.values[spec.index[cell.key]], cell.measure)}" for cell in nonzero
        )
        yield finding(
            "county.checked" if row in handled else "county.careful",
            *(cell.key for cell in cells),
            count=len(adding),
            agencies=name_agencies([agencies[at].name for at in adding]),
            sums=sums or "0",
            note=row.consolidate_note,
        )
