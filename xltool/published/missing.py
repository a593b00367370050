"""The rows of a form for which a report prints no figures: blank, not read, or not printed at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from xltool.messages import finding
from xltool.model import Finding, FormSpec, Row, Table
from xltool.published.document import Document
from xltool.published.doubts import list_labels
from xltool.published.labels import list_wordings
from xltool.published.table_figures import TableFigures, UnreadRow
from xltool.published.vocabulary import bare_label, plain_label

_FIGURES_BEHIND: Final = re.compile(r"[\s0-9０-９.,，/／—-]+$")
SURE_LABEL: Final = 8
"""Signs of a label that no sentence has by chance."""


class PrintedWords(NamedTuple):
    """What a document says: its lines and cells, and all of it in one."""

    labels: frozenset[str]
    text: str
    recognised: bool = False
    """Whether they were recognised in pictures, so that what is not among them may be printed all the same."""

    def hold(self, label: str) -> bool:
        """Whether a label is printed: by itself, or anywhere if it is too long for chance."""
        return label in self.labels or (len(label) >= SURE_LABEL and label in self.text)


def list_texts(document: Document) -> list[str]:
    """All that a document prints: its lines, and the cells of its tables."""
    texts = [line for prose in document.prose() for line in prose.splitlines()]
    return texts + [entry.text for table in document.tables() for row in table.rows for entry in row]


def read_printed_words(document: Document) -> PrintedWords:
    """What stands on a line, well apart, or in a cell of its own anywhere, bare and without what offices add."""
    texts = list_texts(document)
    labels = (_FIGURES_BEHIND.sub("", piece) for text in texts for piece in (text, *text.split()))
    found = frozenset(label for text in labels for label in (bare_label(text), plain_label(text)) if label)
    recognised = any(entry.recognised for table in document.tables() for row in table.rows for entry in row)
    return PrintedWords(found, "".join(map(bare_label, texts)), recognised)


def tell_missing(
    spec: FormSpec, figures: TableFigures, rows: Sequence[Row], said: PrintedWords, findings: list[Finding]
) -> None:
    """Tells rows that have no figures: those that are printed apart from those that are not, each with its cells."""
    table = figures.table
    keys = {
        row: [cell.key for cell in spec.cells if cell.table.id == table.id and cell.row.id == row.id] for row in rows
    }
    told = [row for row in figures.unread if any(key in keys[each] for each in rows for key in row.keys)]
    held = {key for row in told for key in row.keys}
    others = [row for row in rows if held.isdisjoint(keys[row])]
    loose = [row for row in others if any(said.hold(wording) for wording in list_wordings(table, row))]
    lost = [row for row in others if row not in loose and said.recognised]
    cut = [row for row in others if row not in loose and not said.recognised]
    if (
        rows
        and not cut
        and not lost
        and not figures.cells
        and all(row.blank for row in told)
        and _is_blank(table, told, loose)
    ):
        labels = list_labels([f"“{_name_row(row)}”" for row in rows])
        findings.append(finding("published.blank", table=table.name, count=len(rows), rows=labels))
        return
    reasons = [f"“{row.label}”（{row.reason}）" for row in told]
    reasons += [f"“{_name_row(row)}”（没有找到它的数）" for row in loose]
    reasons += [f"“{_name_row(row)}”（扫描件上没有识别出来）" for row in lost]
    if reasons:
        cells = [key for row in rows if row not in cut for key in keys[row]]
        findings.append(
            finding("published.unread", *cells, table=table.name, count=len(reasons), rows=list_labels(reasons))
        )
    if cut:
        cells = [key for row in cut for key in keys[row]]
        rows_told = list_labels([_name_row(row) for row in cut])
        findings.append(finding("published.cut", *cells, table=table.name, count=len(cut), rows=rows_told))


def _name_row(row: Row) -> str:
    """A row as it is printed, or in words where nothing is."""
    return row.label or row.short


def _is_blank(table: Table, told: Sequence[UnreadRow], loose: Sequence[Row]) -> bool:
    """Whether rows without figures are those of a table that was left blank, not of one whose figures are elsewhere."""
    return not loose if told else table.blocks[0].one_line
