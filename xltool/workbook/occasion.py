"""What besides its form decides how a workbook looks: all of one occasion are alike but for what is filled in."""

from __future__ import annotations

from dataclasses import dataclass

from xltool.model import FormSpec, RowList, Scope, Submission
from xltool.periods import Period, period_of
from xltool.workbook.layout_plan import LIST_HEAD, RUN_ON_LINES, Plan, Spot, make_plan
from xltool.workbook.run_on import run_on


@dataclass(frozen=True, slots=True)
class Occasion:
    """A period, own figures or sums, figures of the period before beside them or none, 核对数 or none, a deadline.

    And how many lines the sheets of lists have, and how many lines long texts run on for.
    """

    period: Period
    scope: Scope
    prior: bool
    controls: bool
    deadline: str
    """In words."""
    lines: tuple[int, ...]
    """In the order of the form's lists."""
    run_on: int = RUN_ON_LINES
    returned: bool = False
    """Whether it goes back, with a first sheet that tells what is wrong."""
    ticked: bool = False
    """Whether something on that sheet may be accepted by a tick."""

    def count_lines(self, spec: FormSpec, row_list: RowList) -> int:
        """How many lines the sheet of a list has."""
        return self.lines[spec.lists.index(row_list)]

    def locate_line(self, row_list: RowList, serial: int, at: int) -> Spot:
        """Where a column of a line of a list stands: in a sum behind one of agencies, whose number is -1."""
        return Spot(row_list.sheet, LIST_HEAD + serial, at + self.leading_columns)

    @property
    def leading_columns(self) -> int:
        """How many columns stand before a list's own: the serials, and in a sum the agencies."""
        return 1 if self.scope == "own" else 2

    def make_plan(self, spec: FormSpec) -> Plan:
        """Where everything stands."""
        return make_plan(spec, self.prior, self.controls)


def find_occasion(
    spec: FormSpec,
    submission: Submission,
    prior: Submission | None,
    deadline: str,
    *,
    returned: bool = False,
    ticked: bool = False,
) -> Occasion:
    """The occasion of a submission's workbook."""
    controls = submission.controls is not None
    lines = tuple(max(each.limit, len(submission.lists.get(each.id, ()))) for each in spec.lists)
    long = len(run_on(make_plan(spec, prior is not None, controls), submission).lines)
    return Occasion(
        period_of(submission),
        submission.scope,
        prior is not None,
        controls,
        deadline,
        lines,
        long,
        returned,
        ticked,
    )
