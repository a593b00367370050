"""The masters of a form, each made when it is first wanted and kept as long as the form, the last few of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xltool.forms.memo import derive_once
from xltool.model import Agency, FormSpec
from xltool.periods import blank_submission
from xltool.rules.prior_year import align_earlier
from xltool.workbook.draw import draw_workbook
from xltool.workbook.filling import list_contents, list_earlier_spots
from xltool.workbook.marks import identity_marks
from xltool.workbook.mould import Mould
from xltool.workbook.notice import Notice, Remark
from xltool.workbook.occasion import Occasion

MOST_MASTERS: Final = 16
"""Of a form; each takes about a megabyte, one of a sum with many lines more."""
_TICKED: Final = Remark("error", "", None, "", "", "", "", "-")


def find_mould(spec: FormSpec, occasion: Occasion) -> Mould:
    """The master of an occasion, taken apart."""
    kept = _keep_moulds(spec)
    mould = kept.pop(occasion, None) or make_mould(spec, occasion)
    kept[occasion] = mould
    for outdated in [*kept][:-MOST_MASTERS]:
        kept.pop(outdated, None)
    return mould


def forget_moulds(spec: FormSpec) -> None:
    """Lets go of all masters of a form."""
    _keep_moulds(spec).clear()


def make_mould(spec: FormSpec, occasion: Occasion) -> Mould:
    """Draws the master of an occasion and takes it apart."""
    blank = blank_submission(spec, occasion.period, Agency("", "", None), scope=occasion.scope)
    blank = replace(blank, controls={} if occasion.controls else None)
    prior, plan = blank if occasion.prior else None, occasion.make_plan(spec)
    last_year = () if prior is None else align_earlier(spec, occasion.period, prior)
    contents = list_contents(plan, occasion, blank, identity_marks(spec, blank, prior), last_year, {}, ())
    notice = Notice(0, (_TICKED,) * occasion.ticked, None, (), {}, {}) if occasion.returned else None
    earlier = list_earlier_spots(plan) if occasion.prior else ()
    return Mould(draw_workbook(spec, occasion, replace(contents, cells={}), notice), earlier)


@derive_once
def _keep_moulds(_spec: FormSpec) -> dict[Occasion, Mould]:
    return {}
