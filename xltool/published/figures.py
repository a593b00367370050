"""What is printed for each cell of a form, chosen among the readings of its tables by several editions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xltool.forms.layout import list_row_keys
from xltool.messages import finding
from xltool.model import CellKey, Finding, FormSpec, Row
from xltool.published.doubts import find_table_doubts, has_cell
from xltool.published.missing import PrintedWords, tell_missing
from xltool.published.table_figures import PrintedFigure, TableFigures
from xltool.published.vocabulary import bare_label


def choose_figures(
    spec: FormSpec, found: Mapping[str, list[TableFigures]], year: int, said: PrintedWords
) -> tuple[dict[CellKey, PrintedFigure] | None, list[Finding]]:
    """What is printed for each cell of a form, by its own layout or, where that does not fit, by another edition's."""
    printed: dict[CellKey, PrintedFigure] = {}
    findings: list[Finding] = []
    for table in spec.printed_tables:
        readings = found.get(table.id, [])
        own = next((figures for figures in readings if figures.spec is spec), None)
        best = max(
            readings,
            key=lambda figures: (sum(key in spec.index for key in figures.filled), figures.spec is spec),
            default=None,
        )
        if best is None:
            figures = TableFigures(spec, table)
            tell_missing(spec, figures, [row for block in table.blocks for row in block.rows], said, findings)
            continue
        figures = best if own is None else own if said.recognised or len(own.filled) >= len(best.filled) else best
        if len(figures.doubled) * 2 > len(figures.cells):
            return None, [
                finding(
                    "published.several", what=f"{table.name}有两份，第二份从{_first_printed(figures.doubled).where}开始"
                )
            ]
        printed.update({key: value for key, value in figures.cells.items() if key in spec.index})
        findings += find_table_doubts(spec, figures, year)
        if figures.doubts or figures.spec is not spec:
            _fill_single_rows(spec, figures, printed, said, findings)
    return printed, findings


def _first_printed(cells: Mapping[CellKey, PrintedFigure]) -> PrintedFigure:
    return next(iter(cells.values()))


def _fill_single_rows(
    spec: FormSpec,
    figures: TableFigures,
    printed: dict[CellKey, PrintedFigure],
    said: PrintedWords,
    findings: list[Finding],
) -> None:
    """Rows that stand for a group: the others of the group hold 0. Rows that were not read are told."""
    missing = []
    for block in figures.table.blocks:
        for row in block.rows:
            keys = list_row_keys(figures.table, block, row)
            if all(key in printed or key in spec.rates_by_key or key in spec.entries_by_key for key in keys):
                continue
            if not all(has_cell(spec, key) for key in keys):
                continue
            group = next((head for head in reversed(row.heads) if _stands_alone(figures, block.rows, head.label)), None)
            if group is None:
                missing.append(row)
                continue
            last = next(other for other in reversed(block.rows) if group in other.heads)
            note = f"“{group.label}”只印了一行"
            printed.update({key: PrintedFigure("0", row.label, note) for key in keys if key in spec.index})
            told = finding("published.one_row", table=figures.table.name, head=group.label, row=last.label)
            findings.extend([] if told in findings else [told])
    tell_missing(spec, figures, missing, said, findings)


def _stands_alone(figures: TableFigures, rows: Sequence[Row], head: str) -> bool:
    """Whether the one printed row of a group bears the group's own label."""
    group = [row for row in rows if any(each.label == head for each in row.heads)]
    here = [
        value
        for row in group
        for key, value in figures.cells.items()
        if key.startswith(f"{figures.table.id}.{row.id}.")
    ]
    return bool(here) and all(bare_label(value.label) == bare_label(head) for value in here)
