"""How the lines of a list become figures of another form, as data beside its definition: `ogi_ledger.compiled.toml`.

Each line is a case. `[[count]]` says of which cells the cases are counted where; `[split.NAME]` spreads them over rows
or columns by what is chosen; `[term]` says from which day on how many working days an answer may take, `[[state]]` how
a case stands. What must go together in a line is said by the columns of the list itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from xltool.forms import catalog
from xltool.forms.fields import Fields
from xltool.forms.list_grammar import parse_list_term
from xltool.forms.list_terms import resolve_list_term
from xltool.forms.memo import derive_once
from xltool.forms.source import LocatedText, Source, suggest_nearest
from xltool.forms.written import SyntaxFault
from xltool.messages import DefinitionError
from xltool.model import CellKey, FormSpec, ListCondition, ListTerm, RowList

_ENDING: Final = "compiled"
MOST_TERM_DAYS: Final = 1000


@dataclass(frozen=True, slots=True)
class CountedCell:
    """A cell of another form, and the terms that take the cases which it counts, each case once."""

    key: CellKey
    terms: tuple[ListTerm, ...]


@dataclass(frozen=True, slots=True)
class TermPause:
    """Between which two columns the days of a case do not count; without the second at most so many working days."""

    start: int
    end: int
    most: int


@dataclass(frozen=True, slots=True)
class CaseTerm:
    """From which day on how many working days an answer may take; all others are columns of the list."""

    start: int
    restart: int  # the day from which it starts anew
    answered: int
    limit: int
    extended: int  # the day on which it was told that it takes longer
    more: int
    pauses: tuple[TermPause, ...]
    mending: int  # the day on which the applicant was asked for something
    mending_within: int  # working days from the start in which that may be done
    mending_days: int  # the column with the working days that he has
    lapsed: str  # how a case stands when these are over
    mending_late: str  # what is said where he was asked later than that
    extended_late: str  # what is said where it was told after the term


@dataclass(frozen=True, slots=True)
class CaseState:
    """How a case stands that a term takes, its columns without what is later than the day in question."""

    name: str
    term: ListTerm


@dataclass(frozen=True, eq=False)
class LedgerPlan:
    """What is compiled of a list, into which form."""

    form: FormSpec
    row_list: RowList
    name: int  # the column by which a case is called
    target: FormSpec
    cells: tuple[CountedCell, ...]
    term: CaseTerm
    states: tuple[CaseState, ...]
    assumptions: tuple[str, ...]


class _Split(NamedTuple):
    """What is chosen in a column, by the row or column of the other form that it is counted in."""

    column: str
    choices: Mapping[str, str]


def load_plan(form: FormSpec) -> LedgerPlan | None:
    """What is compiled of a form; None where no data say it. Raises `DefinitionError` with all faults of these."""
    name = f"{form.id.replace('-', '_')}.{_ENDING}.toml"
    found = next(catalog.read_data_files(name), None)
    return None if found is None else _read_text(form, *found)


@derive_once
def _read_text(form: FormSpec, name: str, text: str) -> LedgerPlan:
    source = Source(text, name)
    document = source.parse()
    plan = None if document is None else _Reader(source, document, form).read()
    if source.faults or plan is None:
        raise DefinitionError(source.render(), tuple(source.faults))
    return plan


class _Reader:
    """Reads the data, every name in it looked up."""

    def __init__(self, source: Source, document: dict[str, Any], form: FormSpec) -> None:
        self.source, self.form = source, form
        self.fields = Fields(source, document, "what is compiled")
        self.lists = {each.id: each for each in form.lists}

    def read(self) -> LedgerPlan | None:
        """All of it; None, with faults told, where the list or the other form is none."""
        wanted, target = self.fields.text("list"), self.fields.text("target")
        row_list = self.lists.get(wanted)
        if row_list is None:
            self.source.fault(wanted, f"no list is named '{wanted}'", suggest_nearest(wanted, self.lists))
        if target not in catalog.list_ids():
            self.source.fault(target, f"no form is named '{target}'", suggest_nearest(target, catalog.list_ids()))
            return None
        return None if row_list is None else self._read_plan(row_list, catalog.load_form(target))

    def _read_plan(self, row_list: RowList, target: FormSpec) -> LedgerPlan:
        fields = self.fields
        splits = {name: self._read_split(data, row_list) for name, data in fields.named_tables("split")}
        cells: dict[CellKey, list[ListTerm]] = {}
        for data in fields.tables("count"):
            for key, term in self._read_count(data, row_list, target, splits):
                cells.setdefault(key, []).append(term)
        plan = LedgerPlan(
            self.form,
            row_list,
            self._find_column(fields, "case", row_list),
            target,
            tuple(CountedCell(key, tuple(cells[key])) for key in sorted(cells, key=target.order.__getitem__)),
            self._read_term(Fields(self.source, fields.table("term"), "the term"), row_list),
            tuple(self._read_states(row_list)),
            tuple(map(str, fields.texts("assumptions", []))),
        )
        fields.close()
        return plan

    def _read_split(self, data: dict[str, Any], row_list: RowList) -> _Split:
        fields = Fields(self.source, data, "a split")
        at = self._find_column(fields, "by", row_list)
        column, chosen = row_list.columns[at], fields.table("choices")
        fields.close()
        known = () if column.entry is None else column.entry.choices
        for choice in chosen.values():
            if choice not in known:
                told = f"'{choice}' is none of the choices of '{column.id}'"
                self.source.fault(choice if isinstance(choice, str) else fields.anchor, told)
        return _Split(column.id, {row: str(choice) for row, choice in chosen.items()})

    def _read_count(
        self, data: dict[str, Any], row_list: RowList, target: FormSpec, splits: Mapping[str, _Split]
    ) -> Iterator[tuple[CellKey, ListTerm]]:
        """Each cell of a count with the term that takes its cases."""
        fields = Fields(self.source, data, "a count")
        table = fields.text("table")
        rows, columns = (self._read_side(fields, side, splits) for side in ("row", "column"))
        terms = [self._read_where(where, row_list) for where in fields.texts("where")]
        fields.close()
        for row, by_row in rows:
            for column, by_column in columns:
                key = f"{table}.{row}.{column}"
                if key not in target.index or target.cell(key).total:
                    self.source.fault(
                        row, f"no input of the other form is named '{key}'", suggest_nearest(key, target.index)
                    )
                    continue
                for term in terms:
                    if term is not None:
                        conditions = (*term.conditions, *by_row, *by_column)
                        yield key, ListTerm(term.row_list, None, conditions)

    def _read_side(
        self, fields: Fields, side: str, splits: Mapping[str, _Split]
    ) -> Sequence[tuple[str, tuple[ListCondition, ...]]]:
        """The rows or columns that a count is about: one by its id, or all of a split, each with what is chosen."""
        name, alone = fields.text(f"{side}s", ""), fields.text(side, "")
        if bool(name) == bool(alone):
            fields.fault(side, f"a count has either '{side}' or '{side}s', the name of a split")
            return ()
        if alone:
            return ((alone, ()),)
        if name not in splits:
            self.source.fault(name, f"no split is named '{name}'", suggest_nearest(name, splits))
            return ()
        split = splits[name]
        return [(row, (ListCondition(split.column, "=", choice),)) for row, choice in split.choices.items()]

    def _read_where(self, where: str, row_list: RowList) -> ListTerm | None:
        """The term that counts the lines of which these conditions hold."""
        lead = f"count({row_list.id} where "
        start = (where.offset if isinstance(where, LocatedText) else 0) - len(lead)
        try:
            written = parse_list_term(f"{lead}{where})", start)
        except SyntaxFault as fault:
            self.source.fault(fault.offset, str(fault), fault.hint)
            return None
        return resolve_list_term({row_list.id: row_list}, written, self.source.fault)

    def _read_term(self, fields: Fields, row_list: RowList) -> CaseTerm:
        def column(key: str) -> int:
            return self._find_column(fields, key, row_list)

        found = CaseTerm(
            column("start"),
            column("restart"),
            column("answered"),
            self._read_days(fields, "limit"),
            column("extended"),
            self._read_days(fields, "more"),
            tuple(self._read_pause(data, row_list) for data in fields.tables("pauses", [])),
            column("mending"),
            self._read_days(fields, "mending_within"),
            column("mending_days"),
            fields.text("lapsed"),
            fields.text("mending_late"),
            fields.text("extended_late"),
        )
        fields.close()
        return found

    def _read_pause(self, data: dict[str, Any], row_list: RowList) -> TermPause:
        fields = Fields(self.source, data, "a pause")
        start, end = (self._find_column(fields, key, row_list) for key in ("start", "end"))
        pause = TermPause(start, end, self._read_days(fields, "most"))
        fields.close()
        return pause

    def _read_days(self, fields: Fields, key: str) -> int:
        days = fields.integer(key)
        if not 0 <= days <= MOST_TERM_DAYS:
            fields.fault(key, f"'{key}' must be 0 to {MOST_TERM_DAYS}")
        return days

    def _read_states(self, row_list: RowList) -> Iterator[CaseState]:
        for data in self.fields.tables("state"):
            fields = Fields(self.source, data, "a state")
            name = fields.text("name")
            for where in fields.texts("where"):
                if (term := self._read_where(where, row_list)) is not None:
                    yield CaseState(name, term)
            fields.close()

    def _find_column(self, fields: Fields, key: str, row_list: RowList) -> int:
        return self._look_up(fields.text(key), row_list)

    def _look_up(self, name: str, row_list: RowList) -> int:
        at = row_list.find_column(name)
        if at is None and name:
            known = [column.id for column in row_list.columns]
            self.source.fault(name, f"list '{row_list.id}' has no column '{name}'", suggest_nearest(name, known))
        return at or 0
