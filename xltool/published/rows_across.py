"""The figures of an official table whose rows stand side by side: one line below the heads, or below the title."""

from __future__ import annotations

from collections.abc import Sequence

from xltool.forms.number import is_figure_like
from xltool.model import CellKey, FormSpec
from xltool.published.document import TableEntry
from xltool.published.heads import is_title, judge_heads_across, keeps_sums, proves_parts
from xltool.published.labels import index_variants, list_row_places
from xltool.published.recognised import note_scan
from xltool.published.row_faults import find_fault
from xltool.published.table_figures import PrintedFigure, TableFigures, UnreadRow
from xltool.published.table_lines import TableLine, count_values
from xltool.published.vocabulary import bare_label


def read_rows_across(figures: TableFigures, printed: Sequence[TableLine], number: int, lead: str) -> None:
    """The one line of figures below the official heads, or right below the title of the table."""
    table, variants = figures.table, index_variants(figures.table)
    places = list_row_places(table)
    keys = tuple(key for place in places for key in place.keys)
    labels = [figures.spec.any_cell(key).label for key in keys]
    heads: list[str] = []
    before: TableLine | None = None
    for line in printed:
        run = _find_whole_run(figures.spec, keys, line) or line.figures
        while run and count_values(run) > len(keys) and not run[0].text.strip():
            run = run[1:]
        values = run[: max(len(keys), count_values(run))]
        values = _find_first_blanks(figures.spec, keys, values, before) + values
        before = line
        heads += [variants.get(text, text) for text in line.bare[: len(line.bare) - len(run)] if text]
        if not run:
            continue
        verdict = judge_heads_across(table, tuple(heads), lead)
        heads = []
        fitting = len(values) == len(keys)
        if verdict is None or (verdict.unsure and not fitting and not is_title(table, bare_label(lead))):
            continue  # a row of another table, whose label may be like a head of this one
        told = [
            PrintedFigure(entry.text.strip(), labels[at] if fitting else "", note_scan(entry), number, entry)
            for at, entry in enumerate(values)
        ]
        reason = find_fault(figures.spec, keys, told, verdict)
        if reason:
            figures.passed.append(UnreadRow(table.title, keys, reason))
        else:
            figures.note_row(keys, told, verdict)


def _find_whole_run(spec: FormSpec, keys: Sequence[CellKey], line: TableLine) -> tuple[TableEntry, ...]:
    """The end of a line that is one row of a form with words among its figures; nothing where it is none, or has none.

    A figure at least stands there, and nothing else where figures do.
    """
    end = line.entries[-len(keys) :]
    if len(end) < len(keys) or spec.entries_by_key.keys().isdisjoint(keys):
        return ()
    figures = [entry.text for key, entry in zip(keys, end, strict=True) if key in spec.index]
    return end if any(map(str.strip, figures)) and all(is_figure_like(each) for each in figures if each.strip()) else ()


def _find_first_blanks(
    spec: FormSpec, keys: Sequence[CellKey], values: Sequence[TableEntry], before: TableLine | None
) -> tuple[TableEntry, ...]:
    """The blank cells in which a line of figures begins, where they were cut to the end of the line before.

    Only where the total of their group tells that no other cell is missing.
    """
    count = len(keys) - len(values)
    if before is None or not 0 < count <= len(before.entries) or any(before.bare[-count:]) or not values:
        return ()
    blanks = before.entries[-count:]
    raws = dict(zip(keys, [entry.text.strip() for entry in (*blanks, *values)], strict=True))
    return blanks if keeps_sums(spec, raws) and proves_parts(spec, raws, keys[:count]) else ()
