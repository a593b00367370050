"""Reports made in workers: in the order of the plans, the same as made here, and a lost worker costs none."""

from __future__ import annotations

import multiprocessing
import os
from random import Random

import pytest

from tests import figures
from tests.campaign import stores
from xltool import api
from xltool.campaign.documents import Placed
from xltool.campaign.report_making import AgencyReports, ReportOrder, make_planned
from xltool.messages import XltoolError
from xltool.readings import WORTH_WORKERS

KINDS = ("docx", "html", "csv")
RANDOM = Random(18)
SUBMISSIONS = [
    figures.submission(stores.SPEC, figures.consistent(stores.SPEC, RANDOM), entry.agency)
    for entry in stores.entries(WORTH_WORKERS + 4)
]
POISON = SUBMISSIONS[3].agency.code


def plan_all(count):
    """Of every third agency nothing is to be made: its report stands, or it lacks something."""
    for at, submission in enumerate(SUBMISSIONS[:count]):
        if at % 3 == 2:
            yield AgencyReports(
                submission.agency.code, lacks="没有填", placed={"docx": Placed("a", "a", "", fresh=False)}
            )
        else:
            yield AgencyReports(submission.agency.code, order=ReportOrder(submission, KINDS))


def hold(plans, count):
    """All come, in order, each with the reports that are made of it alone."""
    found = list(plans)
    assert [plan.code for plan in found] == [each.agency.code for each in SUBMISSIONS[:count]]
    for plan, submission in zip(found, SUBMISSIONS, strict=False):
        if plan.order is None:
            assert plan.made == () and plan.lacks
            continue
        assert [made.data for made in plan.made] == [api.report(submission, kind) for kind in KINDS]
        assert [made.reading and made.reading.findings for made in plan.made] == [(), (), None]


@pytest.mark.parametrize("count", [0, 1, 5, len(SUBMISSIONS)])
def test_each_plan_comes_with_its_reports(count):
    hold(make_planned(plan_all(count), None), count)


def kill_workers(monkeypatch, name, whose):
    """Has every worker die in that function of the house over that agency, and counts the calls in this process."""
    calls, function = [], getattr(api, name)

    def poison(*given, **more):
        if whose(*given).agency.code == POISON:
            if multiprocessing.parent_process() is not None:
                os._exit(9)
            calls.append(POISON)
        return function(*given, **more)

    monkeypatch.setattr(api, name, poison)
    return calls


forked = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="workers would not know of the change"
)


@forked
def test_what_a_worker_was_lost_over_is_made_here(monkeypatch):
    calls = kill_workers(monkeypatch, "report_with_remarks", lambda submission, *_: submission)
    hold(make_planned(plan_all(len(SUBMISSIONS)), None), len(SUBMISSIONS))
    assert calls


@forked
def test_a_report_that_nobody_survives_reading_is_told(monkeypatch):
    kill_workers(monkeypatch, "verify", lambda data, submission, *_: submission)
    for plan in make_planned(plan_all(len(SUBMISSIONS)), None):
        found = [each.code for made in plan.made if made.reading for each in made.reading.findings]
        assert found == (["file.worker"] if plan.code == POISON else [])


def test_a_report_that_cannot_be_made_says_why(monkeypatch):
    make = api.report_with_remarks

    def refuse(submission, *given, **more):
        if submission.agency.code == POISON:
            raise XltoolError("没有字体。")
        return make(submission, *given, **more)

    monkeypatch.setattr(api, "report_with_remarks", refuse)
    with pytest.raises(XltoolError, match="没有字体"):
        list(make_planned(plan_all(len(SUBMISSIONS)), None))
