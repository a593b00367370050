"""Writes the locked workbook of a form for one submission, blank or filled in: the master of its occasion, filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xltool.forms.entries import name_entry
from xltool.forms.text import LONGEST_TEXT, clean_text
from xltool.model import FormSpec, ListRow, Submission
from xltool.periods import period_of
from xltool.rules.prior_year import align_earlier, supply_prior
from xltool.workbook.contents import Contents
from xltool.workbook.draw import draw_slip
from xltool.workbook.filling import list_contents
from xltool.workbook.layout_plan import Plan
from xltool.workbook.marks import check_fit, check_marks, identity_marks
from xltool.workbook.masters import find_mould
from xltool.workbook.notice import Notice, list_comments, list_conditions
from xltool.workbook.occasion import Occasion, find_occasion


def write_workbook(
    spec: FormSpec,
    submission: Submission,
    prior: Submission | None = None,
    notice: Notice | None = None,
    *,
    deadline: str = "",
) -> bytes:
    """The official workbook of a form, filled in with a submission's inputs and texts; same submission, same bytes.

    With last year's submission (`prior`, of this or another edition) its figures stand beside the inputs, and 校验
    compares with them. With a notice it goes back for correction: a first sheet tells what is wrong, and cells are
    marked. Totals are formulas: a submission's own are not used. Raises `XltoolError` for a text longer than a workbook
    holds at its place. `deadline` is told in the words given.
    """
    occasion, contents = prepare_contents(spec, submission, prior, notice, deadline=deadline)
    mould = find_mould(spec, occasion)
    slip = None if notice is None else draw_slip(spec, occasion, contents, notice, mould.measures)
    return mould.fill(contents, slip)


def prepare_contents(
    spec: FormSpec,
    submission: Submission,
    prior: Submission | None = None,
    notice: Notice | None = None,
    *,
    deadline: str = "",
) -> tuple[Occasion, Contents]:
    """The occasion of a workbook, and what is to stand in it."""
    submission = _make_storable(submission)
    prior = supply_prior(spec, submission, prior)
    ticked = notice is not None and any(remark.tick for remark in notice.remarks)
    occasion = find_occasion(spec, submission, prior, deadline, returned=notice is not None, ticked=ticked)
    layout = occasion.make_plan(spec)
    meta = identity_marks(spec, submission, prior)
    _check_lengths(layout, submission, meta)
    last_year = () if prior is None else align_earlier(spec, period_of(submission), prior)
    typed, told = ({}, ()) if notice is None else (notice.typed, notice.told)
    contents = list_contents(layout, occasion, submission, meta, last_year, typed, told)
    if notice is None:
        return occasion, contents
    conditions, comments = list_conditions(layout, notice), list_comments(layout, notice)
    return occasion, replace(contents, conditions=conditions, comments=comments)


def _make_storable(submission: Submission) -> Submission:
    """The submission without control characters, which the XML of a workbook cannot hold."""
    agency = submission.agency
    return replace(
        submission,
        agency=replace(agency, code=clean_text(agency.code), name=clean_text(agency.name)),
        texts={key: clean_text(text) for key, text in submission.texts.items()},
        explanations={name: clean_text(text) for name, text in submission.explanations.items()},
        entries={key: clean_text(text) for key, text in submission.entries.items()},
        serial=clean_text(submission.serial),
        unread_lists=frozenset(),  # a workbook has the lines that it shows
        unread_tables=frozenset(),  # and asks for the figures that no report told
        lists={name: tuple(map(_clean_line, lines)) for name, lines in submission.lists.items()},
    )


def _clean_line(line: ListRow) -> ListRow:
    """A line as the XML of a workbook can hold it."""
    contents = (clean_text(each) if isinstance(each, str) else each for each in line.contents)
    return ListRow(tuple(contents), clean_text(line.agency))


def _check_lengths(layout: Plan, submission: Submission, meta: Mapping[str, str]) -> None:
    """Fails for what xlsxwriter would cut off or leave out with a mere warning."""
    whole = [(f"“{text.label}”", submission.texts.get(text.key, ""), LONGEST_TEXT) for text in layout.spec.texts]
    whole += [(name_entry(each), submission.entries.get(each.key, ""), LONGEST_TEXT) for each in layout.spec.entries]
    whole += [(f"{c.subject}的说明", submission.explanations.get(c.name, ""), LONGEST_TEXT) for c in layout.checks]
    whole += [
        (f"{each.name}第 {serial} 行“{column.label}”", content, LONGEST_TEXT)
        for each in layout.spec.lists
        for serial, line in enumerate(submission.lists.get(each.id, ()), 1)
        for column, content in zip(each.columns, line.contents, strict=True)
        if isinstance(content, str)
    ]
    check_marks(meta)
    check_fit(whole)
