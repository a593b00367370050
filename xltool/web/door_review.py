"""What an agency is told of its workbook at the door: table by table, each opinion once, beside the cells it marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xltool.campaign.standing import Standing
from xltool.campaign.weighed import group_verdicts
from xltool.model import FormSpec, Submission
from xltool.rules.concerns import find_concerns, find_line_concerns
from xltool.rules.prior_year import align_prior
from xltool.web.marked_table import MarkedTable, mark_list, mark_table
from xltool.web.numbered_opinions import NumberedOpinion, list_findings, number_weighed


@dataclass(frozen=True, slots=True)
class ReviewPart:
    """A part of what was handed over with the opinions on it: a table as it is marked, the texts, or the file."""

    name: str
    title: str
    opinions: Sequence[NumberedOpinion]
    marked: MarkedTable | None = None


def review_submission(
    spec: FormSpec, standing: Standing, submission: Submission, prior: Submission | None
) -> list[ReviewPart]:
    """The parts of a submission by which an agency stands, those with opinions first, in the form's order."""
    parts = list(_review_parts(spec, standing, submission, prior))
    return [*(each for each in parts if each.opinions), *(each for each in parts if not each.opinions)]


def _review_parts(
    spec: FormSpec, standing: Standing, submission: Submission, prior: Submission | None
) -> Iterator[ReviewPart]:
    weighed = group_verdicts(spec, standing.left)
    opinions = number_weighed(spec, weighed)
    found = list_findings(weighed)
    concerns = find_concerns(spec, submission.values, [each.opinion for each in weighed], found)
    before = None if prior is None else align_prior(spec, prior)
    for name, title in (("", "整个文件"), ("texts", "文字")):
        mine = [each for each in opinions if not each.tables and bool(each.text) == bool(name)]
        if mine:
            yield ReviewPart(name, title, mine)
    for table in spec.tables:
        mine = [each for each in opinions if each.tables[:1] == (table.id,)]
        marked = mark_table(spec, table, submission, concerns, before=before)
        yield ReviewPart(table.id, table.title, mine, marked)
    places = find_line_concerns(spec, submission, [each.opinion for each in weighed], found)
    for row_list in spec.lists:
        mine = [each for each in opinions if each.tables[:1] == (row_list.id,)]
        yield ReviewPart(row_list.id, row_list.title, mine, mark_list(spec, row_list, submission, places))
