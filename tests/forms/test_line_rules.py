"""Rules over the figures of one line of a list: read, judged, told, counted by LibreOffice as by us."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forms.lists import FORM, submit
from tests.workbook import calc
from xltool.forms.line_rules import list_broken
from xltool.forms.sheet_names import CHECKS
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError, render
from xltool.model import FormSpec, ListContent, ListRow, Reading
from xltool.preview import make_preview
from xltool.rules.judge import judge_readings
from xltool.workbook import cached_values
from xltool.workbook.layout_plan import LEFT_COLUMN, Spot, make_plan
from xltool.workbook.write import write_workbook

RULES = """
[[list.rule]]
id = "paid"
expr = "if result = '准予' and online is not blank then fee >= 2 * cost + 0.5"
text = "准予的收费不少于成本的两倍加半万元"
basis = "审改〔2024〕3号 附表一"
remedy = "对照票据。"

[[list.rule]]
id = "parts"
expr = "fee = part + rest"
text = "收费应等于两部分之和"
basis = "审改〔2024〕3号 附表一"

"""
MORE = (
    '  { id = "cost", label = "成本（元）", measure = "yuan" },\n'
    '  { id = "part", label = "其中：工本费", measure = "money", total = true },\n'
    '  { id = "rest", label = "其余", measure = "money" },\n]'
)
ASKING = (
    FORM.replace('kind = "text", longest = 60 },\n]', f'kind = "text", longest = 60 }},\n{MORE}', 1)
    .replace("widths = [6, 16, 14, 10, 12, 10, 10, 24]", "widths = [6, 16, 14, 10, 12, 10, 10, 24, 9, 9, 9]")
    .replace('\n[[list]]\nid = "staff"', RULES + '[[list]]\nid = "staff"', 1)
    .replace("[[section]]", '[measure.yuan]\nunit = "元"\ndecimals = 1\nsigned = true\n\n[[section]]', 1)
)
IDS = ("number", "received", "result", "fee", "early", "online", "remark", "cost", "part", "rest")


def make_form(form: str = ASKING) -> FormSpec:
    return parse_spec(form, "permit_cases.toml")


def write_line(**contents: ListContent) -> ListRow:
    return ListRow(tuple(contents.get(name) for name in IDS))


def tell(spec: FormSpec, *lines: ListRow) -> list[str]:
    made = replace(submit(spec), lists={"cases": lines})
    [judged] = judge_readings(spec, [Reading(made)])
    place = make_plan(spec).place
    return [render(found, spec, place) for found in judged.findings if found.code == "list.broken"]


RIGHT: dict[str, ListContent] = {"number": "1", "received": "2024-03-01", "result": "准予", "online": "是"}


def test_a_line_that_breaks_a_rule_is_told_with_figures_remedy_and_basis() -> None:
    spec = make_form()
    [said] = tell(spec, write_line(**RIGHT), write_line(**{**RIGHT, "number": "2", "fee": 3249, "cost": 160}))
    assert said == (
        "附表一有 1 行不合“准予的收费不少于成本的两倍加半万元”：“办理结果”为“准予”、“是否网办”填了时，"
        "应“收费（万元）” 不小于 2 × “成本（元）” + 0.5，第 2 行 32.49 与 32.5。"
        "改法：对照票据。依据：审改〔2024〕3号 附表一。"
    )
    [said] = tell(spec, write_line(**{**RIGHT, "result": "不予", "fee": 300, "part": 100, "rest": 201}))
    assert "应“收费（万元）” = “其中：工本费” + “其余”，第 1 行 3 与 3.01" in said
    assert "核对这几栏" in said


@pytest.mark.parametrize(
    "more",
    [
        {"fee": 3250, "cost": 160},
        {"fee": 1, "cost": 160, "result": "不予"},
        {"fee": 1, "cost": 160, "online": None},
        {"fee": None, "cost": 160},
        {"fee": 1, "cost": "不详"},
        {"fee": 300, "part": 100},
    ],
)
def test_a_line_is_asked_only_where_the_conditions_hold_and_all_figures_stand(more: dict[str, ListContent]) -> None:
    assert tell(make_form(), write_line(**{**RIGHT, **more})) == []


def test_of_a_sum_nothing_is_asked() -> None:
    spec = make_form()
    wrong = write_line(**{**RIGHT, "fee": 0, "cost": 160})
    made = replace(submit(spec), lists={"cases": (replace(wrong, agency="甲局"),)}, scope="consolidated")
    [judged] = judge_readings(spec, [Reading(made)])
    assert not [found for found in judged.findings if found.code == "list.broken"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("fee = part + rest", "fee = prt + rest", "has no column of figures 'prt'"),
        ("fee = part + rest", "fee = part + remark", "has no column of figures 'remark'"),
        ("fee = part + rest", "fee = prior.part", "has no column of figures"),
        ("fee = part + rest", "fee = sum(part)", "has no column of figures 'part'"),
        ("fee = part + rest", "fee = part + cost", "'fee' is in 万元, 'cost' in 元: a factor joins them"),
        ("fee = part + rest", "fee needs part", "a rule of a list compares figures of one line"),
        ("fee = part + rest", "fee = count(cases)", "a rule of a list compares figures of one line"),
        ("fee = part + rest", "fee + part", "expected '=', '<=', '>=', '<', '>' or 'needs' here"),
        ("result = '准予' and", "result = '准' and", "'准' is none of the choices of 'result'"),
        ("online is not blank", "received > period.start", "no 'period.'"),
        ('id = "parts"', 'id = "paid"', "'paid' is given twice as a rule of one list"),
        ('text = "收费应等于两部分之和"', "", "a rule of a list lacks 'text'"),
        ('id = "parts"', 'id = "parts"\nper = "row"', "a rule of a list has no field 'per'"),
    ],
)
def test_what_is_wrong_with_a_rule_of_a_list_is_told(old: str, new: str, fault: str) -> None:
    assert ASKING.count(old) == 1
    with pytest.raises(DefinitionError) as told:
        make_form(ASKING.replace(old, new))
    assert fault in str(told.value)


@given(st.lists(st.sampled_from([None, 0, 1, 100, 250, 333]), min_size=3, max_size=3))
def test_the_sum_of_a_line_is_exact(figures: list[int | None]) -> None:
    fee, part, rest = figures
    [cases, _] = make_form().lists
    broken = {each.rule.id for each in list_broken(cases, [write_line(fee=fee, part=part, rest=rest)])}
    known = fee is not None and part is not None and rest is not None
    assert ("parts" in broken) == (known and fee != (part or 0) + (rest or 0))


def test_a_preview_breaks_no_rule() -> None:
    made = make_preview(make_form())
    assert made.opinions == ()
    assert len(made.sample.lists["cases"]) == 3


DRAWN: dict[str, tuple[ListContent, ...]] = {
    "result": ("准予", "准予", "不予", None),
    "fee": (0, 100, 250, 3250, 3249, "免", None),
    "online": ("是", "否", None),
    "cost": (-10, 0, 2, 160, "不详", None),
    "part": (0, 100, 150, None),
    "rest": (0, 100, 150, 3100, None),
}


def test_libreoffice_counts_the_lines_that_we_do(tmp_path: Path) -> None:
    calc.require_office()
    spec = make_form()
    plan = make_plan(spec)
    made = {}
    for number in range(4):
        rng = Random(number)
        lines = [write_line(number=f"{at}", **{name: rng.choice(each) for name, each in DRAWN.items()})
                 for at in range(40)]  # fmt: skip
        made[f"w{number}"] = replace(submit(spec), lists={"cases": tuple(lines)})
    files = {name: calc.spoiled(write_workbook(spec, each)) for name, each in made.items()}
    counted = dict.fromkeys(("list.broken@cases.paid", "list.broken@cases.parts"), 0)
    for name, shown in calc.recalculated(files, tmp_path).items():
        ours = cached_values.compute_cached_values(plan, made[name])
        for check in counted:
            spot = Spot(CHECKS, plan.lines[check], LEFT_COLUMN)
            assert (shown.get(spot) or 0) == (ours[spot] or 0), (name, check)
            counted[check] += int(str(ours[spot] or 0))
    assert all(count > 5 for count in counted.values()), counted
