"""The exact words in which texts state figures, which formulas of a workbook can look for: `[stated]` of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from xltool.forms.fields import Fields, require_unique
from xltool.forms.source import Source, suggest_nearest
from xltool.model import Cell, CellKey, StatedClause, StatedWords, Text

MOST_OF_A_CLAUSE: Final = 2
MOST_WORDS, MOST_CLAUSES = 999, 99
"""So many are told apart by the codes of words."""
MOST_LEADS: Final = 48
"""A formula takes them off one within the other, and functions nest 64 deep."""


def read_stated(source: Source, data: dict[str, Any], texts: Sequence[Text], cells: Sequence[Cell]) -> StatedWords:
    """The table `[stated]` of a form; nothing where it has none."""
    if not data:
        return StatedWords()
    fields, known = Fields(source, data, "'stated'"), {cell.key: cell for cell in cells}
    written = [text.key for text in texts if not text.on_cover]
    named = fields.texts("texts")
    leads, unless = (tuple(fields.words(key, [])) for key in ("leads", "unless"))
    for key in named:
        if key not in written:
            source.fault(key, f"no text of the report is named '{key}'", suggest_nearest(key, written))
    clauses = tuple(_read_clause(source, each, known) for each in fields.tables("clause"))
    words = [(word, at) for at, clause in enumerate(clauses) for word in clause.words]
    require_unique(source, "stated words", [word for word, _ in words])
    if len(words) > MOST_WORDS:
        fields.fault("clause", f"the clauses have {len(words)} words, more than {MOST_WORDS}")
    if len(leads) > MOST_LEADS:
        fields.fault("leads", f"there are {len(leads)} leads, more than {MOST_LEADS}")
    if len(unless) > MOST_WORDS:
        fields.fault("unless", f"there are {len(unless)} words of 'unless', more than {MOST_WORDS}")
    if len(clauses) > MOST_CLAUSES:
        fields.fault("clause", f"there are {len(clauses)} clauses, more than {MOST_CLAUSES}")
    for one, other in _find_beginnings(words) if not source.faults else ():
        source.fault(None, f"'{one}' of one clause begins '{other}' of another: which is meant cannot be told")
    fields.close()
    return StatedWords(tuple(map(str, named)), leads, unless, clauses)


def _read_clause(source: Source, data: dict[str, Any], known: Mapping[CellKey, Cell]) -> StatedClause:
    fields = Fields(source, data, "a clause")
    meanings, unit, opens = fields.lists("cells"), fields.text("unit", ""), fields.flag("opens")
    for key in (key for meaning in meanings for key in meaning):
        if key not in known:
            source.fault(key, f"no cell is named '{key}'", suggest_nearest(key, list(known)))
    mine = [known[key] for meaning in meanings for key in meaning if key in known]
    if not 1 <= len(meanings) <= MOST_OF_A_CLAUSE or not all(meanings):
        fields.fault("cells", f"'cells' of a clause must be 1 to {MOST_OF_A_CLAUSE} lists of cells")
    if len({cell.table.id for cell in mine}) > 1 or any(cell.measure.decimals for cell in mine):
        fields.fault("cells", "a clause must be of whole figures of one table")
    if not unit and not opens:
        fields.fault("unit", "a clause without a figure must open its sentence")
    words = tuple(fields.words("words"))
    fields.close()
    return StatedClause(words, tuple(meanings), unit, opens)


def _find_beginnings(words: Sequence[tuple[str, int]]) -> Iterator[tuple[str, str]]:
    """Words that others of another clause begin with."""
    clauses = dict(words)
    for word, at in words:
        for length in range(1, len(word)):
            if clauses.get(word[:length], at) != at:
                yield word[:length], word
