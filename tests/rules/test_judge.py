from __future__ import annotations

from random import Random

import pytest

from tests import figures
from xltool.forms import catalog, document
from xltool.messages import finding
from xltool.model import Reading
from xltool.rules.judge import judge_readings


def errors(reading):
    return [found for found in reading.findings if found.severity == "error"]


@pytest.fixture
def published(shared):
    """The judgement of a real published report."""

    def judge(name):
        spec = catalog.load_form("ogi-2021")
        reading = document.parse_document(
            (shared / "reports" / f"{name}.json").read_bytes(), lambda form_id: spec if form_id == spec.id else None
        )
        return judge_readings(spec, [reading])[0]

    return judge


def test_two_published_totals_of_zero(published):
    found = errors(published("hongze_2023"))
    assert [(f.code, f.rule) for f in found] == [
        ("rule.broken", "disputes.outcomes@review"),
        ("rule.broken", "disputes.outcomes@after_review"),
    ]
    assert [[(s.key, s.value, s.proposed) for s in f.suspects] for f in found] == [
        [("disputes.review.total", 0, 11)],
        [
            ("disputes.after_review.total", 0, 5),
            ("disputes.after_review.upheld", 5, 0),
        ],  # arithmetic alone cannot tell; the likelier first
    ]
    assert found[1].suspects[0].why.startswith("合计为 0，而分项之和不为 0；")


@pytest.mark.parametrize("name", ["hongze_2024", "emin_jiaokeju_2024"])
def test_published_reports_without_a_fault(published, name):
    assert errors(published(name)) == []


def test_a_clean_submission_has_no_findings(spec, spec_2019):
    for form in (spec, spec_2019):
        reading = Reading(figures.submission(form, figures.consistent(form, Random(1))))
        assert judge_readings(form, [reading]) == [reading]


def test_rejected_readings_stay_as_and_where_they_are(spec):
    rejected = Reading(None, (finding("file.missing", why="没有这个文件"),))
    good = Reading(figures.submission(spec, figures.consistent(spec, Random(1))))
    wrong = Reading(figures.submission(spec, figures.consistent(spec, Random(2)) | {"disputes.review.total": 999}))
    found = judge_readings(spec, [rejected, wrong, rejected, good])
    assert [found[0], found[2], found[3]] == [rejected, rejected, good]
    assert [f.code for f in found[1].findings] == ["rule.broken"]
    assert judge_readings(spec, [rejected]) == [rejected]
    assert judge_readings(spec, []) == []


def test_findings_of_reading_are_kept_and_blanks_of_theirs_not_told_again(spec):
    values = figures.consistent(spec, Random(3)) | {
        "disclosure.penalties.decisions": None,
        "disclosure.licensing.decisions": None,
    }
    text = finding("number.text", "disclosure.penalties.decisions", raw="三件", holds=None)
    (found,) = judge_readings(spec, [Reading(figures.submission(spec, values), (text,))])
    assert [(f.code, f.keys) for f in found.findings] == [
        ("number.text", ("disclosure.penalties.decisions",)),
        ("cell.blank", ("disclosure.licensing.decisions",)),
    ]


def test_blank_totals_are_computed_before_rules_are_judged(spec):
    values = figures.consistent(spec, Random(4))
    inputs = {key: value for key, value in values.items() if not spec.cell(key).total}
    (found,) = judge_readings(spec, [Reading(figures.submission(spec, inputs))])
    assert found.submission.values == figures.aligned(spec, values)
    assert [(f.code, f.severity, len(f.keys)) for f in found.findings] == [("total.computed", "info", 34)]


def test_errors_first_then_in_the_order_of_the_form(spec):
    changes = {
        "disclosure.regulations.issued": 3,
        "disclosure.fees.amount": 50_000 * 10**6,
        "disclosure.licensing.decisions": None,
        "applications.received.other": -1,
        "disputes.review.total": 999,
    }
    values = figures.consistent(spec, Random(5)) | changes
    (found,) = judge_readings(spec, [Reading(figures.submission(spec, values, overview=""))])
    ranks = [("error", "warning", "info").index(f.severity) for f in found.findings]
    assert ranks == sorted(ranks)
    for severity in ("error", "warning"):
        places = [
            min((spec.index[key] for key in f.keys), default=-1) for f in found.findings if f.severity == severity
        ]
        assert places == sorted(places)
        assert len(places) >= 3


def test_many_are_judged_as_one_by_one(spec):
    rng = Random(6)
    readings = []
    for _ in range(40):
        values = dict(figures.consistent(spec, rng))
        for key in rng.sample(list(values), rng.choice([0, 1, 2, 20])):
            values[key] = rng.choice([None, 0, values[key] + 5, -1])
        readings.append(Reading(figures.submission(spec, values)))
    assert judge_readings(spec, readings) == [judge_readings(spec, [reading])[0] for reading in readings]
