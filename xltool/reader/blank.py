"""The blank workbook of a form as it is handed out: which places are taken, and which words are the form's own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice, product
from typing import Any, Final

from xltool.forms.label import normalise_label
from xltool.forms.memo import derive_once
from xltool.forms.sheet_names import CHECKS
from xltool.model import PERIOD_KINDS, Agency
from xltool.periods import blank_submission, list_periods
from xltool.reader.matching import index_texts
from xltool.spreadsheet.book import RawSheet
from xltool.spreadsheet.cell import Position
from xltool.spreadsheet.open import open_workbook
from xltool.workbook.formula import (
    ASK,
    FAIL,
    FOLLOWS,
    MEND,
    OF_EACH,
    OPEN,
    PASS,
    STATE_LEAD,
    TOLD,
    say_state,
    say_without,
    say_word,
)
from xltool.workbook.layout_plan import AGENCY_LABEL, Plan, recall_of_plan
from xltool.workbook.marks import FILE_MARK, MARK_LABELS

MAX_LEFTOVERS: Final = 200
"""How many places of a sheet with writing of others are told, and go back."""
MAX_LOOKED_AT: Final = 2_000
"""Characters beyond which a text is none of the form's."""
_DIGITS: Final = re.compile(r"\d+")
_VERDICTS: Final = frozenset({PASS, FAIL, FOLLOWS, MEND, OF_EACH, OPEN, ASK, TOLD, *map(say_without, PERIOD_KINDS)})


@dataclass(frozen=True)
class BlankSheet:
    """What stands on one sheet: where, and its texts as labels are compared, without digits."""

    places: frozenset[Position]
    words: frozenset[str]


@derive_once
def read_blank(plan: Plan) -> Mapping[str, BlankSheet]:
    """The sheets of a form's blank workbook by name, with last year's cells where the plan has them."""
    return {
        name: BlankSheet(frozenset(zip(rows, columns, strict=True)), frozenset(words))
        for name, rows, columns, words in recall_of_plan(plan, "blank", lambda: [*_describe_blank(plan)])
    }


def _describe_blank(plan: Plan) -> Iterator[list[Any]]:
    """Each sheet of the blank workbook, drawn and read: its name, its places' rows and columns, its words."""
    from xltool.workbook.write import write_workbook  # drawing a workbook takes much that reading one does not

    spec = plan.spec
    blank = blank_submission(spec, list_periods(spec, spec.years[0])[0], Agency("0", "　", "county"))
    blank = replace(blank, controls={} if plan.with_controls else None)
    book = open_workbook(write_workbook(spec, blank, blank if plan.prior else None))
    written = (*plan.cells.values(), *plan.texts.values(), *plan.explanations.values(), *plan.priors.values())
    written = (*written, *plan.controls.values())
    for sheet in book.sheets:
        places = sorted({*sheet.cells, *((spot.row, spot.column) for spot in written if spot.sheet == sheet.name)})
        words = sorted({strip_digits(cell.text) for cell in sheet.cells.values() if cell.kind == "text"})
        yield [sheet.name, [row for row, _ in places], [column for _, column in places], words]


def find_writing(plan: Plan, sheet: RawSheet, read: Collection[Position], known: bool = True) -> list[Position]:
    """The places of a sheet, wherever its cells have moved, with a text or figure that the form does not write.

    `read` are left out. Of a workbook of a version that is not `known` only figures count, since its words may differ.
    """
    marked = {normalise_label(label) for label in (*MARK_LABELS.values(), FILE_MARK)}
    labels = index_texts(sheet)
    values = {
        (row, column + by) for label in marked for row, column in labels.get(label, ()) for by in (1, 2)
    }  # beside its label, or one further where a column was inserted between
    written = (
        place
        for place, cell in sheet.cells.items()
        if cell.formula is None
        and place not in read
        and place not in values
        and (known if cell.kind == "text" else sheet.name != CHECKS)
        and not cell.text[:MAX_LOOKED_AT].isspace()
        and cell.text
        and not (cell.kind == "text" and is_own_word(plan, cell.text))
    )
    return sorted(islice(written, MAX_LEFTOVERS))


def is_own_word(plan: Plan, text: str) -> bool:
    """Whether a text is one that the form itself writes on any of its sheets."""
    if len(text) > MAX_LOOKED_AT:
        return False
    bare = strip_digits(text)
    return bool(bare) and (
        bare.startswith(AGENCY_LABEL)
        or bare in _VERDICTS
        or bare in _list_states()
        or any(bare in sheet.words for sheet in read_blank(plan).values())
    )


@cache
def _list_states() -> frozenset[str]:
    """Every state of a workbook, and words beside rows, as sheets show them.

    Some writers repeat what a merged cell shows in each cell of what it was.
    """
    states = [lead + say_state(*counts) for counts in product((0, 1), repeat=4) for lead in ("", STATE_LEAD)]
    words = [say_word([(FAIL, difference)]) for difference in ("1", "0.5")]
    return frozenset(map(strip_digits, (*states, *words)))


def strip_digits(text: str) -> str:
    """A text as labels are compared, without its digits: titles bear the year."""
    return _DIGITS.sub("", normalise_label(text))
