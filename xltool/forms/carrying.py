"""A filled form carried over to another edition of it: what has its place there, and of all else what it is and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from xltool.forms.carried_contents import (
    list_column_changes,
    list_contents,
    say_line,
    show_held,
    take_held,
    take_line,
)
from xltool.forms.counterparts import CarryChange, Counterparts, FilledKind, UnplacedError
from xltool.forms.differences import FormComparison
from xltool.forms.list_terms import reckon_lists
from xltool.forms.number import format_value
from xltool.forms.parts import plain_path
from xltool.forms.references import resolve_references
from xltool.forms.totals import compute_totals
from xltool.messages import XltoolError
from xltool.model import (
    AnyCell,
    Cell,
    CellKey,
    EntryCell,
    FormSpec,
    ListContent,
    ListRow,
    Rate,
    Submission,
    Value,
)


@dataclass(frozen=True, slots=True)
class CarriedPart:
    """What is in both forms: its place in either, as it was filled in and as it is now, and what that means otherwise.

    `changes` are in Chinese, each with what it is of.
    """

    kind: FilledKind
    before: str
    after: str
    filled: str
    carried: str
    changes: tuple[tuple[CarryChange, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LeftPart:
    """What is filled in and has no place in the other form: where it stood, what it is, why, in Chinese.

    `near` is the place of the other form that it may belong to, empty where there is none.
    """

    kind: FilledKind
    before: str
    filled: str
    why: str
    near: str = ""


@dataclass(frozen=True, slots=True)
class CarriedForm:
    """A submission of the other form, and the account of it: all that was filled in is in `parts` or in `left`, once.

    `blank` are the cells and texts of the other form that stay blank because nothing in the first one is theirs.
    """

    comparison: FormComparison
    submission: Submission
    parts: tuple[CarriedPart, ...]
    left: tuple[LeftPart, ...]
    blank: tuple[tuple[FilledKind, str], ...]

    @property
    def changed(self) -> tuple[CarriedPart, ...]:
        """What was carried and means something else now."""
        return tuple(part for part in self.parts if part.changes)


def carry_submission(comparison: FormComparison, submission: Submission) -> CarriedForm:
    """A submission of the first form as one of the second, of the same agency and period.

    Where the second is not in force for that year, of the nearest year for which it is. Raises `XltoolError` where the
    two forms are reported for different periods.
    """
    return _Carrying(comparison, submission).carry()


class _Carrying:
    """One submission on its way: what has arrived, and what was left behind."""

    def __init__(self, comparison: FormComparison, submission: Submission) -> None:
        self.found, self.given = comparison, submission
        self.old, self.new = comparison.before, comparison.after
        self.same = Counterparts(comparison)
        self.parts: list[CarriedPart] = []
        self.left: list[LeftPart] = []

    def carry(self) -> CarriedForm:
        if self.old.every != self.new.every:
            raise XltoolError(f"{self.old.id} 和 {self.new.id} 填报的周期不同，数不能从一种带到另一种。")
        lists, year = self._carry_lists(), _choose_year(self.new, self.given.year)
        lines, self.parts, untaken, self.left = self.parts, [], self.left, []  # told behind the cells
        values, entries = self._carry_cells(replace(self.given, form=self.new.id, year=year, lists=lists))
        made = replace(
            self.given,
            form=self.new.id,
            year=year,
            values=values,
            entries=entries,
            controls=None if self.given.controls is None else self._carry_controls(self.given.controls),
            explanations=self._carry_explanations(),
            texts=self.given.texts,
            lists=lists,
            waivers=(),
            acceptances=(),
            year_ago=None,
            serial="",
        )
        self.parts += lines
        self.left += untaken
        made = replace(made, texts=self._carry_texts(made))
        return CarriedForm(self.found, made, tuple(self.parts), tuple(self.left), tuple(self.same.list_new()))

    def _leave(self, kind: FilledKind, key: str, filled: str, fault: UnplacedError) -> None:
        self.left.append(LeftPart(kind, key, filled, fault.why, fault.near))

    def _carry_cells(self, listed: Submission) -> tuple[tuple[Value, ...], dict[CellKey, str]]:
        """Figures and entries of the other form. Totals follow from these, and must be what was filled in."""
        figures: dict[CellKey, Value] = {}
        entries: dict[CellKey, str] = {}
        taken: list[tuple[AnyCell, AnyCell, str, Value | str]] = []
        for cell, filled, value in self._list_filled():
            try:
                other = self.same.find_cell(cell)
                content = take_held(cell, other, value, self.given.scope)
                if other.key in figures or other.key in entries:
                    raise UnplacedError("新版里与另一格并成了一格", other.key)
            except UnplacedError as fault:
                self._leave("cell", cell.key, filled, fault)
                continue
            if isinstance(content, str):
                entries[other.key] = content
            else:
                figures[other.key] = content
            taken.append((cell, other, filled, content))
        inputs = [figures.get(cell.key) for cell in self.new.cells]
        values = compute_totals(self.new, inputs, reckon_lists(self.new, listed))
        for cell, other, filled, content in taken:
            if isinstance(other, Cell) and other.total and (sums := values[self.new.index[other.key]]) != content:
                why = "各部分没有填全" if sums is None else f"按各部分自动算出 {show_held(other, sums)}"
                self._leave("cell", cell.key, filled, UnplacedError(f"新版里是合计，{why}", other.key))
            else:
                changes = tuple(self.same.list_changes(cell, other))
                self.parts.append(CarriedPart("cell", cell.key, other.key, filled, show_held(other, content), changes))
        return values, entries

    def _list_filled(self) -> Iterator[tuple[AnyCell, str, Value | str]]:
        """The cells in which something stands, what it is for a reader, and as it is held."""
        for cell in self.old.every_cell:
            match cell:
                case Cell():
                    value: Value | str = self.given.values[self.old.index[cell.key]]
                case EntryCell():
                    value = self.given.entries.get(cell.key) or None
                case Rate():
                    value = None
                case _:
                    assert_never(cell)
            if value is not None:
                yield cell, show_held(cell, value), value

    def _carry_controls(self, given: Mapping[CellKey, int]) -> dict[CellKey, int]:
        """Totals that were typed a second time, where the other form asks for them a second time too."""
        found: dict[CellKey, int] = {}
        for key, figure in given.items():
            cell = self.old.cell(key)
            filled = format_value(figure, cell.measure)
            try:
                other = self.same.find_control(cell)
                content = take_held(cell, other, figure, self.given.scope)
            except UnplacedError as fault:
                self._leave("control", key, filled, fault)
                continue
            if isinstance(content, int):
                found[other.key] = content
                self.parts.append(CarriedPart("control", key, other.key, filled, show_held(other, content)))
        return found

    def _carry_lists(self) -> dict[str, tuple[ListRow, ...]]:
        """The lines of lists, each on its line; a list is as long as its last line in which anything stands."""
        found: dict[str, list[list[ListContent]]] = {}
        named: dict[str, list[str]] = {}
        for row_list in self.old.lists:
            lines = self.given.lists.get(row_list.id, ())
            for number, column, content in list_contents(row_list, lines):
                key = f"{row_list.id}.{number}.{column.id}"
                try:
                    other, to = self.same.find_column(row_list, column)
                    if number > other.limit and self.given.scope == "own":
                        raise UnplacedError(f"新版只有 {other.limit} 行", f"{other.id}.{to.id}")
                    held = take_line(column, to, content, f"{other.id}.{to.id}")
                except UnplacedError as fault:
                    self._leave("line", key, say_line(column, content), fault)
                    continue
                rows = found.setdefault(other.id, [])
                named.setdefault(other.id, [each.agency for each in lines])
                rows += [[None] * len(other.columns) for _ in range(number - len(rows))]
                at = other.find_column(to.id)
                assert at is not None
                rows[number - 1][at] = held
                after = f"{other.id}.{number}.{to.id}"
                changes = tuple(list_column_changes(column, to))
                self.parts.append(
                    CarriedPart("line", key, after, say_line(column, content), say_line(to, held), changes)
                )
        return {
            name: tuple(ListRow(tuple(row), agency) for row, agency in zip(rows, named[name], strict=False))
            for name, rows in found.items()
        }

    def _carry_texts(self, made: Submission) -> dict[str, str]:
        """The texts; what they name of the tables by its place is put in as a figure where the other form differs."""
        printed = resolve_references(self.old, self.given).texts
        found: dict[str, str] = {}
        for key, written in self.given.texts.items():
            if not written:
                continue
            try:
                other = self.same.find_text(key, written)
            except UnplacedError as fault:
                self._leave("text", key, written, fault)
                continue
            changes: list[tuple[CarryChange, str]] = []
            label = self.old.text(key).label
            if plain_path(label) != plain_path(other.label):
                changes.append(("label", f"段名 {label} → {other.label}"))
            content = written
            if resolve_references(self.new, replace(made, texts={other.key: written})).texts[other.key] != printed[key]:
                content = printed[key]
                changes.append(("reference", "引用的格在新版里没有或不同，换成了旧版的数"))
            found[other.key] = content
            self.parts.append(CarriedPart("text", key, other.key, written, content, tuple(changes)))
        return found

    def _carry_explanations(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, written in self.given.explanations.items():
            if not written:
                continue
            try:
                other = self.same.find_check(name)
                if other in found:
                    raise UnplacedError("新版里与另一项检查并成了一项", other)
            except UnplacedError as fault:
                self._leave("explanation", name, written, fault)
            else:
                found[other] = written
                self.parts.append(CarriedPart("explanation", name, other, written, written))
        return found


def _choose_year(spec: FormSpec, year: int) -> int:
    """The year itself, or the nearest one for which a form is in force."""
    first, last = spec.years
    return max(first, year if last is None else min(year, last))
