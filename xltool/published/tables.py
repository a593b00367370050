"""Finds the official tables among those that a report prints, in whatever way, by the labels of several editions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from xltool.model import Block, FormSpec, Table
from xltool.published.document import Document, Prose
from xltool.published.labels import RowPlace, find_place, index_labels, list_bare_labels, list_row_places
from xltool.published.recognised import drop_unproved
from xltool.published.row_lists import find_list_tables
from xltool.published.rows_across import read_rows_across
from xltool.published.rows_down import read_rows_down
from xltool.published.sections import rank_title
from xltool.published.table_figures import TableFigures
from xltool.published.table_lines import TableLine, bare_line


def find_tables(specs: Sequence[FormSpec], document: Document) -> dict[str, list[TableFigures]]:
    """For each id of a table the readings of the printed tables by the forms that have such a table, the best first.

    The newest edition is tried first; where it fits without a doubt, no other is. Forms by whose title the document
    calls itself come before: the same table may be reported by month and by quarter.
    """
    titled = {spec.id: rank_title(document, spec) for spec in specs}
    everything: dict[str, list[TableFigures]] = {}
    lists = find_list_tables(specs, document)
    printed = [
        [] if at in lists else [bare_line(row) for row in table.rows] for at, table in enumerate(document.tables(), 1)
    ]
    leads = list(_list_leads(document))
    for spec in sorted(specs, key=lambda spec: (titled[spec.id], spec.years[0]), reverse=True):
        for table in spec.printed_tables:
            if any(not known.doubts for known in everything.get(table.id, ())):
                continue
            figures = TableFigures(spec, table, twins=_match_twins(table, printed))
            rivals = _list_rivals(specs, spec, table)
            for at, (lines, lead) in enumerate(zip(printed, leads, strict=True), start=1):
                if table.blocks[0].one_line:
                    read_rows_across(figures, lines, at, lead)
                elif any(find_place(table, text) is not None for line in lines for text in line.bare if text):
                    read_rows_down(figures, lines, at, rivals)
            if figures.cells or figures.passed:
                everything.setdefault(table.id, []).append(figures)
    for readings in everything.values():
        for figures in readings:
            drop_unproved(figures)
        readings.sort(key=lambda figures: figures.doubts)
    return everything


def _list_leads(document: Document) -> Iterator[str]:
    """For each table the last line above it."""
    lead = ""
    for part in document.parts:
        if isinstance(part, Prose):
            lead = part.text if part.text.strip() else lead
        else:
            yield lead


def _list_rivals(specs: Sequence[FormSpec], own: FormSpec, table: Table) -> tuple[Block, ...]:
    """The blocks of the same table in other editions."""
    others = [other for spec in specs if spec is not own for other in spec.printed_tables if other.id == table.id]
    return tuple(block for other in others for block in other.blocks if not block.one_line)


def _match_twins(table: Table, printed: Sequence[Sequence[TableLine]]) -> dict[str, list[RowPlace]]:
    """The rows of each label that several have, in order, where as many lines with it are printed in all.

    Which line is whose is not to be told where one is left out, or stands there again.
    """
    labels = {label for label, place in index_labels(table).items() if place.twin}
    found = {label: [p for p in list_row_places(table) if label in list_bare_labels(p.row)] for label in labels}
    met = Counter(text for lines in printed for line in lines for text in line.bare if text in labels) if labels else {}
    return {label: rows for label, rows in found.items() if met[label] == len(rows)}
