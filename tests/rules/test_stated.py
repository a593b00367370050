from __future__ import annotations

from random import Random

from tests import figures
from xltool.model import Reading
from xltool.rules.facts import find_facts
from xltool.rules.judge import judge_readings
from xltool.rules.opinions import find_pointed, group_findings
from xltool.rules.stated import STATED, list_stated

KEY = "applications.received.natural_person"


def spoilt(spec, text):
    """Locked totals, seven too many new applications by natural persons, and what the text says of it."""
    true = figures.consistent(spec, Random(11))
    wrong = figures.summed(spec, true | {KEY: true[KEY] + 7})
    said = text.format(total=true["applications.received.total"], wrong=wrong["applications.received.total"])
    return true, figures.submission(spec, wrong, **{"overview.requests": said})


def first_error(spec, given):
    (judged,) = judge_readings(spec, [Reading(given)])
    return next(opinion for opinion in group_findings(judged.findings) if opinion.severity == "error")


def test_the_text_tells_which_of_a_column_is_wrong(spec):
    true, given = spoilt(spec, "本年新收政府信息公开申请{total}件。")
    opinion = first_error(spec, given)
    (named,) = find_pointed(opinion)
    assert (named.key, named.proposed) == (KEY, true[KEY])
    assert named.why.startswith(f"与文字“本年新收政府信息公开申请{true['applications.received.total']}件”相合；")
    assert len(opinion.suspects) > 6  # the others stay in the group


def test_a_text_that_says_what_the_table_says_speaks_against_its_cell(spec):
    _, given = spoilt(spec, "本年新收政府信息公开申请{wrong}件。")
    opinion = first_error(spec, given)
    assert opinion.suspects[0].key != KEY
    assert KEY in {each.key for each in opinion.suspects[-1:]}


def test_what_is_not_said_plainly_says_nothing(spec):
    for text in ("本年新收政府信息公开申请约{total}件。", "全市新收政府信息公开申请{total}件。", ""):
        _, given = spoilt(spec, text)
        assert list_stated(spec, find_facts(spec, given), computed=True) == ()


def test_totals_stand_for_their_inputs_where_they_are_computed(spec):
    _, given = spoilt(spec, "本年新收政府信息公开申请{total}件。")
    facts = find_facts(spec, given)
    (locked,), (typed,) = list_stated(spec, facts, computed=True), list_stated(spec, facts, computed=False)
    assert set(locked.cells) == {f"applications.received.{column}" for column in figures.APPLICANTS}
    assert typed.cells == {"applications.received.total": 1}
    assert locked.missed == typed.missed == 7
    assert (locked.compare({KEY: -7}), locked.compare({KEY: -6}), locked.compare({})) == (-STATED, 0, 0)
