"""Blank workbooks for many agencies: all of a kind are filled once, then each agency's own marks are put in.

These stand among the shared strings and in the document's properties; of the sheets those of tables change too where
last year's figures are in them, from the first of them on. All else goes into each workbook as it was deflated once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from xltool.forms.text import clean_text
from xltool.model import Agency, FormSpec, Level, Scope, Submission
from xltool.periods import Period, blank_submission, period_of
from xltool.rules.prior_year import align_earlier, supply_prior
from xltool.spreadsheet.packed import Packed
from xltool.workbook.contents import Contents
from xltool.workbook.filling import list_earlier_contents, list_marks
from xltool.workbook.layout_plan import Plan
from xltool.workbook.marks import check_marks, identity_marks
from xltool.workbook.masters import find_mould
from xltool.workbook.mould import Mould, OpenSheet, TextNumbers
from xltool.workbook.write import prepare_contents

_MOST_NUMBERINGS: Final = 8


class _KindSheets(NamedTuple):
    """Sheets of blank workbooks: those with an agency's marks in them, and those that wait for last year's figures."""

    packed: Mapping[str, Packed]
    waiting: tuple[OpenSheet, ...]


@dataclass(frozen=True)
class _Kind:
    """Blank workbooks of one level, of one deadline, and beside figures of one period or none."""

    plan: Plan
    mould: Mould
    contents: Contents
    sheets: dict[tuple[int, ...], _KindSheets]
    """What is other in them than in the master: by the numbers of an agency's marks.

    These are the same for all agencies but for those whose marks are texts of the form too, or of each other.
    """


class Master:
    """The blank workbook of a form and period, from which each agency's own is stamped, with 核对数 or without."""

    def __init__(self, spec: FormSpec, period: Period, scope: Scope = "own", *, controls: bool = False) -> None:
        self.spec, self.period, self.scope, self.controls = spec, period, scope, controls
        self._kinds: dict[tuple[Level | None, Period | None, str], _Kind] = {}

    def stamp(self, agency: Agency, serial: str, prior: Submission | None = None, deadline: str = "") -> bytes:
        """An agency's blank workbook, with last year's figures or without, byte for byte as the writer makes it.

        It tells its deadline, in words, where there is one.
        Raises `XltoolError` for a name, code or serial that is too long.
        """
        blank = self._blank(Agency(clean_text(agency.code), clean_text(agency.name), agency.level), clean_text(serial))
        prior = supply_prior(self.spec, blank, prior)
        kind = self._find_kind(blank, prior, deadline)
        meta = identity_marks(self.spec, blank, prior)
        check_marks(meta)
        contents = replace(kind.contents, cells={**kind.contents.cells, **list_marks(kind.plan, blank, meta)})
        numbering = kind.mould.number_texts(contents.cells)
        sheets, waiting = _find_sheets(kind, contents, numbering)
        if prior is not None:
            earlier = list_earlier_contents(kind.plan, align_earlier(self.spec, self.period, prior))
            sheets = {**sheets, **{each.name: each.close(earlier) for each in waiting if not each.is_blank(earlier)}}
        return kind.mould.make(sheets, numbering, [meta[field] for field in kind.plan.meta])

    def _blank(self, agency: Agency, serial: str) -> Submission:
        blank = blank_submission(self.spec, self.period, agency, scope=self.scope, serial=serial)
        return replace(blank, controls={}) if self.controls else blank

    def _find_kind(self, blank: Submission, prior: Submission | None, deadline: str) -> _Kind:
        """What blanks for one level have in common, made when first wanted."""
        named = blank.agency.level, None if prior is None else period_of(prior), deadline
        if named not in self._kinds:
            empty = prior and blank_submission(self.spec, period_of(prior), prior.agency)
            occasion, contents = prepare_contents(self.spec, blank, empty, deadline=deadline)
            plan = occasion.make_plan(self.spec)
            self._kinds[named] = _Kind(plan, find_mould(self.spec, occasion), contents, {})
        return self._kinds[named]


def _find_sheets(kind: _Kind, contents: Contents, numbering: TextNumbers) -> _KindSheets:
    numbers = (*numbering.numbers.values(),)
    if numbers not in kind.sheets:
        if len(kind.sheets) == _MOST_NUMBERINGS:
            kind.sheets.clear()
        pieces = kind.mould.write_pieces(contents, numbering.numbers)
        waiting = (*kind.mould.open_sheets(pieces),)
        kind.sheets[numbers] = _KindSheets(kind.mould.pack_sheets(pieces), waiting)
    return kind.sheets[numbers]
