"""Submissions of one form as matrices, with what the checks of cells look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from xltool.forms.cell_checks import is_unwritten, list_running
from xltool.forms.demands import is_lacking, must_write
from xltool.forms.entries import is_fit, list_bare_tables
from xltool.forms.list_terms import list_terms, reckon_lists
from xltool.forms.memo import derive_once
from xltool.model import (
    LEVELS,
    NOT_APPLICABLE,
    Cell,
    CellKey,
    EntryCell,
    FormSpec,
    Level,
    ListRow,
    RowList,
    Submission,
    Value,
)
from xltool.rules.stack import CellMask, Figures, Stack, stack_values


class SubmissionView:
    """Submissions with their totals completed, and last year's values, in the order of the form, if there are any.

    What follows these in `priors` is for rules alone.
    """

    def __init__(
        self,
        spec: FormSpec,
        submissions: Sequence[Submission],
        priors: Sequence[Sequence[Value]] | None = None,
    ) -> None:
        self.spec, self.submissions = spec, submissions
        self.priors = None if priors is None else [row[: len(spec.cells)] for row in priors]
        self._values = [submission.values for submission in submissions]
        numbers = [reckon_lists(spec, each) for each in submissions] if list_terms(spec) else ()
        self.stack = stack_values(self._values, numbers)

    @property
    def figures(self) -> Figures:
        """Submissions x cells, scaled; a blank and `/` are 0."""
        return self.stack.figures

    @cached_property
    def blank(self) -> CellMask:
        """Which cells are blank."""
        return ~self.stack.known

    @property
    def all_blank(self) -> CellMask:
        """Which cells are blank, and behind them which entries."""
        return np.hstack((self.blank, self._ask_entries(_is_blank))) if self.spec.entries else self.blank

    @cached_property
    def unread(self) -> CellMask:
        """Which cells, and behind them which entries, are of tables that nobody read."""
        found = np.zeros((len(self.submissions), len(self.spec.cells) + len(self.spec.entries)), np.bool_)
        for at, submission in enumerate(self.submissions):
            if submission.unread_tables:
                tables = [each.table.id for each in (*self.spec.cells, *self.spec.entries)]
                found[at] = [table in submission.unread_tables for table in tables]
        return found

    @cached_property
    def bare(self) -> CellMask:
        """Which of the cells and entries are of a table without figures (1 x both)."""
        bare = list_bare_tables(self.spec)
        found = [*(False for _ in self.spec.cells), *(entry.table.id in bare for entry in self.spec.entries)]
        return np.array([found], np.bool_)

    @property
    def own(self) -> CellMask:
        """Which submissions are an agency's own and no sums (submissions x 1)."""
        return np.array([[each.scope == "own"] for each in self.submissions], np.bool_).reshape(-1, 1)

    @cached_property
    def wrong_entries(self) -> CellMask:
        """Which entries hold what may not stand there (submissions x entries)."""
        return self._ask_entries(lambda entry, each: not _is_blank(entry, each) and not _fits(entry, each))

    @cached_property
    def lacking_entries(self) -> CellMask:
        """Which entries must be filled in and are not (submissions x entries)."""
        return self._ask_entries(lambda entry, each: is_lacking(self.spec, entry, each))

    def count_in_list(self, row_list: RowList, count: Callable[[RowList, Sequence[ListRow]], int]) -> Figures:
        """What is counted in the lines of a list, as far as its sheet goes (submissions x 1).

        Nothing in those of sums, which answer for no line.
        """
        asked = [each.lists.get(row_list.id, ()) if each.scope == "own" else () for each in self.submissions]
        counts = [count(row_list, lines[: row_list.limit]) for lines in asked]
        return np.array(counts, np.int64).reshape(len(counts), 1)

    def _ask_entries(self, of: Callable[[EntryCell, Submission], bool]) -> CellMask:
        rows = [[of(entry, each) for entry in self.spec.entries] for each in self.submissions]
        return np.array(rows, np.bool_).reshape(len(rows), len(self.spec.entries))

    @cached_property
    def plain(self) -> CellMask:
        """Which cells hold a figure: neither a blank nor `/`."""
        return _compute_plain(self.stack, self._values)

    @cached_property
    def last(self) -> Stack:
        """Last year's figures."""
        assert self.priors is not None
        return stack_values(self.priors)

    @property
    def last_figures(self) -> Figures:
        """Last year's figures, a blank and `/` as 0."""
        return self.last.figures

    @cached_property
    def last_plain(self) -> CellMask:
        """Which of last year's cells hold a figure."""
        return _compute_plain(self.last, self.priors or ())

    @cached_property
    def barred(self) -> CellMask:
        """Which cells the agency's level may not fill in; none where nobody gives its level."""
        return self._ask_levels(_compute_barred)

    @cached_property
    def entitled(self) -> CellMask:
        """Which cells the agency's level may fill in and others not; none where nobody gives its level."""
        return self._ask_levels(_compute_entitled)

    @property
    def running(self) -> CellMask:
        """Which cells add up over a year."""
        return _find_running(self.spec)

    @cached_property
    def uncontrolled(self) -> CellMask:
        """Which totals are others than their 核对数, where both are known."""
        found = np.zeros(self.blank.shape, np.bool_)
        for at, submission in enumerate(self.submissions):
            for key, control in (submission.controls or {}).items():
                value = submission.values[self.spec.index[key]]
                found[at, self.spec.index[key]] = isinstance(value, int) and value != control
        return found

    @cached_property
    def missing_texts(self) -> CellMask:
        """Which texts must be written and are not (submissions x texts)."""
        rows = [
            [
                is_unwritten(each.texts.get(text.key, "")) and must_write(self.spec, each, text)
                for text in self.spec.texts
            ]
            for each in self.submissions
        ]
        return np.array(rows, np.bool_).reshape(len(rows), len(self.spec.texts))

    def list_barred(self, at: int) -> tuple[CellKey, ...]:
        """The cells that the agency of one submission may not fill in."""
        return _list_barred(self.spec, _read_level(self.submissions[at]))

    def _ask_levels(self, of: Callable[[FormSpec, Level | None], CellMask]) -> CellMask:
        rows = [of(self.spec, _read_level(each)) for each in self.submissions]
        return np.array(rows, np.bool_).reshape(len(rows), len(self.spec.cells))

    def row(self, of: Callable[[Cell], int]) -> Figures:
        """What a function says of each cell of the form."""
        return _compute_row(self.spec, of)


@derive_once
def _find_running(spec: FormSpec) -> CellMask:
    keys = list_running(spec)
    return np.array([cell.key in keys for cell in spec.cells], np.bool_)


@derive_once
def _compute_row(spec: FormSpec, of: Callable[[Cell], int]) -> Figures:
    return np.array([of(cell) for cell in spec.cells], np.int64)


@derive_once
def _compute_barred(spec: FormSpec, level: Level | None) -> CellMask:
    return np.array([level is not None and level not in cell.row.levels for cell in spec.cells], np.bool_)


@derive_once
def _list_barred(spec: FormSpec, level: Level | None) -> tuple[CellKey, ...]:
    return tuple(spec.cells[place].key for place in np.flatnonzero(_compute_barred(spec, level)))


def _read_level(submission: Submission) -> Level | None:
    """The level that somebody gives an agency, and not one that was inferred."""
    return None if submission.level_basis else submission.agency.level


@derive_once
def _compute_entitled(spec: FormSpec, level: Level | None) -> CellMask:
    return np.array([len(cell.row.levels) < len(LEVELS) and level in cell.row.levels for cell in spec.cells], np.bool_)


def _is_blank(entry: EntryCell, submission: Submission) -> bool:
    return not submission.entries.get(entry.key)


def _fits(entry: EntryCell, submission: Submission) -> bool:
    return is_fit(entry, submission.entries[entry.key], submission.scope)


def _compute_plain(stack: Stack, values: Sequence[Sequence[Value]]) -> CellMask:
    plain = stack.known.copy()
    for at, row in enumerate(values):
        if NOT_APPLICABLE in row:
            plain[at] &= [value is not NOT_APPLICABLE for value in row]
    return plain
