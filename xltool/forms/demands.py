"""What must be filled in where something else holds: cells that are no figures, and texts, with `required = "…"`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xltool.forms import grammar, linear
from xltool.forms.cover_conditions import gather_contents
from xltool.forms.source import LocatedText, Source
from xltool.forms.written import SyntaxFault
from xltool.model import Chosen, EntryCell, FormSpec, Linear, Submission, Terms, Text, summand_of


def resolve_demands(
    source: Source, names: linear.Names, entries: Sequence[EntryCell], texts: Sequence[Text]
) -> tuple[tuple[EntryCell, ...], tuple[Text, ...]]:
    """Entries and texts with the conditions under which they must be filled in; faults are noted, each once."""
    told: set[tuple[int, str]] = set()

    def resolve(written: str, place: linear.RulePlace) -> Chosen | Linear | None:
        start = written.offset if isinstance(written, LocatedText) else 0

        def fault(offset: int, message: str, hint: str) -> None:
            if (offset, message) not in told:
                told.add((offset, message))
                source.fault(start + offset, message, hint)

        try:
            given = grammar.parse_condition(written)
        except SyntaxFault as error:
            fault(error.offset, str(error), error.hint)
            return None
        return linear.resolve_condition(names, place, given, lambda term, *said: fault(term.offset, *said))

    found = tuple(
        replace(entry, demand=resolve(entry.kind.required_where, _place(entry))) if entry.kind.required_where else entry
        for entry in entries
    )
    asked = tuple(
        replace(text, demand=resolve(text.required_where, linear.RulePlace())) if text.required_where else text
        for text in texts
    )
    return found, asked


def _place(entry: EntryCell) -> linear.RulePlace:
    """Where a condition looks from: along the row of a column's cell, along the column of a row's."""
    by_column = entry.row.entry is None
    at = entry.row.id if by_column else entry.column.id
    return linear.RulePlace(entry.table, entry.block, "row" if by_column else "column", at)


def is_met(spec: FormSpec, submission: Submission, demand: Chosen | Linear | None) -> bool:
    """Whether the condition of a demand holds; it does not while a figure of it is not known."""
    if demand is None:
        return False
    if isinstance(demand, Chosen):
        return demand.holds(gather_contents(spec, submission))
    sides = [_add_up(spec, terms, submission) for terms in (demand.left, demand.right)]
    left, right = sides
    return left is not None and right is not None and bool(demand.operator.holds(left, right + demand.constant))


def _add_up(spec: FormSpec, terms: Terms, submission: Submission) -> int | None:
    figures = [(summand_of(submission.values[spec.index[key]]), times) for key, times in terms]
    return None if any(figure is None for figure, _ in figures) else sum((each or 0) * by for each, by in figures)


def is_lacking(spec: FormSpec, entry: EntryCell, submission: Submission) -> bool:
    """Whether an entry must be filled in and is not; of a sum nothing is asked, each agency has answered for itself."""
    if submission.scope != "own" or submission.entries.get(entry.key) or entry.table.id in submission.unread_tables:
        return False
    return entry.kind.required or is_met(spec, submission, entry.demand)


def must_write(spec: FormSpec, submission: Submission, text: Text) -> bool:
    """Whether a text must be written in a submission."""
    return text.required or is_met(spec, submission, text.demand)


def list_demanded_sums(spec: FormSpec) -> Iterator[Linear]:
    """The conditions on figures under which something must be filled in."""
    demands = (*(entry.demand for entry in spec.entries), *(text.demand for text in spec.texts))
    yield from (each for each in demands if isinstance(each, Linear))
