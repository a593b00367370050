"""Figures that were recognised in pictures: they count where the sums of the table prove them, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from xltool.published.document import TableEntry
from xltool.published.heads import find_unproved
from xltool.published.labels import list_row_places
from xltool.published.table_figures import PrintedFigure, TableFigures


def drop_unproved(figures: TableFigures) -> None:
    """Takes back rows that were recognised in pictures and that the sums of the table do not confirm."""
    recognised = {key for key, told in figures.cells.items() if told.entry and told.entry.recognised}
    if not recognised:
        return
    places = list_row_places(figures.table)
    keys = [key for place in places for key in place.keys]
    for place in places:
        if not figures.doubled.keys().isdisjoint(place.keys):
            figures.take_back(place.keys, "扫描件上有两行识别成它")
    figures.doubled.clear()
    raws = {key: told.raw for key, told in figures.cells.items()}
    unproved = find_unproved(figures.spec, frozenset(keys), raws)
    across = figures.table.blocks[0].one_line
    for group in [tuple(keys)] if across else [place.keys for place in places]:
        if unproved.isdisjoint(group) or recognised.isdisjoint(group):
            continue
        told = [figures.cells[key] for key in group if key in figures.cells]
        figures.take_back(group, explain_recognised(told), figures.table.title if across else "")


def explain_recognised(told: Sequence[PrintedFigure]) -> str:
    """Why figures that were recognised in a picture are not read."""
    raws = "、".join(figure.raw or "空白" for figure in told)
    return f"扫描件上识别为 {raws}，没有合计能证明" if raws else "没有识别出数"


def note_scan(entry: TableEntry) -> str:
    """What is told of a figure that was recognised and proved; nothing of others."""
    return "扫描件上识别，与合计相符" if entry.recognised else ""
