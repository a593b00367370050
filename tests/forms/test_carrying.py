"""Filled forms in another edition: nothing is lost without a word, and nothing is there that nobody filled in."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from tests import figures, monthly
from tests.forms import entries, lists, rates
from xltool.forms.carrying import carry_submission
from xltool.forms.differences import compare_forms
from xltool.forms.spec import parse_spec
from xltool.forms.totals import compute_totals
from xltool.forms.units import convert_figure
from xltool.messages import XltoolError
from xltool.model import NOT_APPLICABLE, Agency, Cell, Measure, Submission

AGENCY = Agency("654221-001", "县应急局", "county")
WORTH = {"件": 1, "百件": 100, "元": 1, "千元": 1000, "万元": 10**4, "人": 1}
ROWS = [
    ("fire", "消防"),
    ("traffic", "交通"),
    ("mine", "矿山"),
    ("water", "防汛"),
    ("school", "校舍"),
    ("bridge", "桥梁"),
]
NEW_ROWS = [("lifts", "电梯"), ("gas", "燃气")]
CHOICES = [["已整改", "整改中", "未整改"], ["已整改", "未整改"], ["已整改", "整改中", "未整改", "不需要"]]
MEASURES = [("件", 0), ("件", 1), ("百件", 0), ("百件", 2), ("人", 0)]
MONEY = [("万元", 2), ("元", 0), ("千元", 1), ("万元", 0), ("万元", 6)]


def write_form(name, rows, count, money, choices, columns):
    """A definition with rows, a total of those, figures in two measures, a choice, a day and words."""
    measures = "".join(
        f'[measure.{each}]\nunit = "{unit}"\ndecimals = {decimals}\n\n'
        for each, (unit, decimals) in {"count": count, "money": money}.items()
    )
    known = {
        "found": '{ id = "found", label = "排查数", measure = "count" }',
        "spent": '{ id = "spent", label = "投入", measure = "money" }',
        "state": f'{{ id = "state", label = "整改情况", kind = "choice", choices = {choices} }}'.replace("'", '"'),
        "due": '{ id = "due", label = "整改期限", kind = "date" }',
        "remark": '{ id = "remark", label = "备注", kind = "text", longest = 6 }',
    }
    absent = ", ".join(f'{each} = "—"' for each in columns if each not in {"found", "spent"})
    lines = "".join(f'{{ id = "{key}", label = "{label}", not_applicable = true }},\n' for key, label in rows)
    return parse_spec(
        f'id = "{name}"\ntitle = "表"\nauthority = "县"\nbasis = "文"\nyears = [2024]\n\n{measures}'
        '[[section]]\nheading = "一、隐患"\ntable = "a"\n\n[[text]]\nkey = "problems"\nlabel = "问题"\n\n'
        '[[section]]\nheading = "二、问题"\ntexts = ["problems"]\n\n'
        f'[[table]]\nid = "a"\nname = "表一"\nsheet = "表一"\ntitle = "隐患"\nwidths = {[10] * (len(columns) + 1)}\n'
        f"[[table.block]]\nrows = [\n{lines}"
        f'{{ id = "total", label = "合计", total = true, absent = {{ {absent} }} }},\n]\n'
        f"columns = [\n{''.join(f'{known[each]},{chr(10)}' for each in columns)}]\n"
        f'[[table.rule]]\nid = "total"\nper = "column"\nexpr = "total = {" + ".join(key for key, _ in rows)}"\n'
        'defines = true\ntext = "合计应等于各行之和"\nbasis = "表一"\n',
        f"{name}.toml",
    )


def draw_editions(rng):
    """A form, and another edition of it: rows renamed, with other ids, moved, gone and new; other units and choices."""
    columns = ["found", "spent", "state", "due", "remark"]
    before = write_form("old", ROWS, MEASURES[0], MONEY[0], CHOICES[0], columns)
    rows = []
    for at, (key, label) in enumerate(rng.sample(ROWS, rng.randint(2, 6))):
        rows.append(rng.choice([(key, label), (key, label), (f"n{at}", label), (key, f"（{at + 1}）甲乙丙{at}")]))
    rows += rng.sample(NEW_ROWS, rng.randint(0, 2))
    rng.shuffle(rows)
    kept = ["found", *(each for each in columns[1:] if rng.random() < 0.8)]
    after = write_form("new", rows, rng.choice(MEASURES), rng.choice(MONEY), rng.choice(CHOICES), kept)
    return before, after


def fill(spec, rng):
    """Something in most cells, `/` in some, a wrong total now and then."""
    values = []
    for cell in spec.cells:
        most = 10 ** rng.randint(1, 6)
        values.append(None if cell.total else rng.choice([None, NOT_APPLICABLE, 0, *[rng.randrange(most)] * 7]))
    values = list(compute_totals(spec, values))
    for at, cell in enumerate(spec.cells):
        if cell.total and rng.random() < 0.2:
            values[at] = 7
    content = {"choice": CHOICES[0], "date": ["2024-07-05"], "text": ["备注", "很长的备注六个字以上"]}
    written = {each.key: rng.choice([*content[each.kind.form], ""]) for each in spec.entries}
    return Submission(
        spec.id,
        2024,
        AGENCY,
        tuple(values),
        {"problems": "无大问题。"},
        entries={k: v for k, v in written.items() if v},
    )


def list_filled(spec, given):
    cells = [cell.key for cell, value in zip(spec.cells, given.values, strict=True) if value is not None]
    return [*cells, *given.entries]


def hold(before, after, given):
    """Carries a submission over, and holds what came of it against what was filled in."""
    made = carry_submission(compare_forms(before, after), given)
    told = [each.before for each in (*made.parts, *made.left) if each.kind == "cell"]
    assert sorted(told) == sorted(list_filled(before, given))  # each once
    new = made.submission
    arrived = [part.after for part in made.parts if part.kind == "cell"]
    inputs = {each.key for each in after.inputs}
    assert len({*arrived}) == len(arrived)
    assert {key for key in list_filled(after, new) if key in inputs} == {*arrived} & inputs
    assert inputs.isdisjoint({key for kind, key in made.blank if kind == "cell"} & {*arrived})
    for part in made.parts:
        if part.kind == "cell" and isinstance(after.any_cell(part.after), Cell):
            old, now = before.cell(part.before), after.cell(part.after)
            was, is_now = given.values[before.index[old.key]], new.values[after.index[now.key]]
            if NOT_APPLICABLE in {was, is_now}:
                assert was is is_now
            else:
                worth = [Fraction(WORTH.get(each.measure.unit, 1), each.measure.scale) for each in (old, now)]
                assert was * worth[0] == is_now * worth[1]
    return made


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_filled_in_is_carried_or_told(seed):
    rng = Random(seed)
    before, after = draw_editions(rng)
    given = fill(before, rng)
    made = hold(before, after, given)
    names = {row.id: row.label for row in after.tables[0].blocks[0].rows}
    columns = {column.id for column in after.tables[0].blocks[0].columns}
    assert [(part.kind, part.after) for part in made.parts if part.kind != "cell"] == [("text", "problems")]
    for part in made.parts[:-1]:
        row, column = before.any_cell(part.before).row, before.any_cell(part.before).column.id
        other = after.any_cell(part.after)
        assert (other.row.id == row.id or other.row.label == row.label) and other.column.id == column
        assert (other.row.label != row.label) == any(what == "label" for what, _ in part.changes)
        if other.measure.unit != before.any_cell(part.before).measure.unit:
            assert "unit" in {what for what, _ in part.changes}
    for part in made.left:
        cell = before.any_cell(part.before)
        gone = cell.column.id not in columns or not (cell.row.id in names or cell.row.label in names.values())
        assert (part.why == "新版没有这一格") == gone


@pytest.mark.parametrize("seed", range(8))
def test_every_figure_of_2019_is_carried_to_2021_or_told(seed, spec_2019, spec):
    rng = Random(seed)
    values = figures.consistent(spec_2019, rng)
    for key in rng.sample(sorted(values), 40):
        values[key] = rng.choice([None, NOT_APPLICABLE, values[key]])
    made = hold(
        spec_2019, spec, figures.submission(spec_2019, values, overview="其中规章{disclosure.regulations.made}件。")
    )
    assert made.submission.year == 2021 and made.submission.form == spec.id
    assert {part.after for part in made.parts if part.kind == "cell"} <= {*spec_2019.index} & {*spec.index}
    assert {key for kind, key in made.blank if kind == "cell"} == {
        cell.key for cell in spec.inputs if cell.key not in spec_2019.index or cell.table.id == "disclosure"
    }


def test_what_an_agency_said_of_a_rule_goes_with_the_rule(spec_2019, spec):
    rules = [rule.name for rule in spec_2019.rules if rule.severity == "warning"]
    given = replace(figures.submission(spec_2019, {}), explanations=dict.fromkeys(rules, "已核实。"))
    made = carry_submission(compare_forms(spec_2019, spec), given)
    there = {rule.name for rule in spec.rules if rule.severity == "warning"}
    parts = {part.before: part.after for part in made.parts if part.kind == "explanation"}
    left = {part.before for part in made.left if part.kind == "explanation"}
    assert {*parts} | left == {*rules} and {*parts.values()} <= there
    assert parts["disputes.pending@direct"] == "disputes.pending@direct"
    assert left == {f"disclosure.published_total@{row}" for row in ("regulations", "normative_documents")}


def test_totals_that_lack_a_part_are_told(spec_2019, spec):
    made = hold(spec_2019, spec, figures.submission(spec_2019, figures.consistent(spec_2019, Random(1))))
    left = {part.before: part for part in made.left}
    assert left["applications.processed_total.natural_person"].why == "新版里是合计，各部分没有填全"
    assert left["applications.other_handled.other"].near == "applications.other_rest.other"
    assert "处理决定" in spec_2019.cell("disclosure.licensing.decisions").label
    assert "意思不同" in left["disclosure.licensing.decisions"].why
    rules = {told for part in made.changed for what, told in part.changes if what == "rule"}
    assert rules == {"勾稽关系变了：（七）总计应等于本年度办理结果（一）至（六）各项之和"}
    assert not any(part.before.startswith("disputes.") for part in made.changed)


@pytest.mark.parametrize("form", [rates.make_form(), parse_spec(monthly.form_text("once"), "window_once.toml")])
def test_a_form_carried_to_itself_is_as_it_was(form):
    values = compute_totals(form, [None if cell.total else 5 for cell in form.cells])
    given = Submission(form.id, 2024, AGENCY, values, dict.fromkeys((text.key for text in form.texts), "写了。"))
    made = carry_submission(compare_forms(form, form), given)
    assert made.submission == given and made.left == made.blank == made.changed == ()


def test_entries_and_explanations():
    form = entries.make_form()
    told = {"cell.blank@hazards": "项目多了", "nothing@rules": "没有的检查"}
    given = replace(entries.submit(form, range(20), {"hazards.fire.state": "已整改"}), explanations=told)
    made = carry_submission(compare_forms(form, form), given)
    carried = {part.before for part in made.parts if part.kind == "explanation"}
    left = {part.before for part in made.left if part.kind == "explanation"}
    assert (carried, left) == ({"cell.blank@hazards"}, {"nothing@rules"})
    assert made.submission.explanations == {"cell.blank@hazards": "项目多了"}
    assert made.submission.entries["hazards.fire.state"] == "已整改"


def test_lines_of_lists_are_carried_or_told_place_by_place():
    form = lists.make_form()
    given = lists.submit(form)
    same = carry_submission(compare_forms(form, form), given)
    assert same.submission == given and same.left == same.blank == same.changed == ()
    other = lists.FORM.replace("permit-cases", "permit-new").replace("limit = 40", "limit = 2")
    for old, new in (
        ('unit = "万元"\ndecimals = 2', 'unit = "元"\ndecimals = 0'),
        ("maximum = 10000\n", "maximum = 100000000\n"),
        ('label = "比承诺提前"', 'label = "提前天数"'),
        ('choices = ["准予", "不予", "办理中"]', 'choices = ["准予", "办理中"]'),
        (
            '{ id = "remark", label = "备注", kind = "text", longest = 60 }',
            '{ id = "door", label = "窗口", kind = "text" }',
        ),
        (
            '{ id = "online", label = "是否网办", kind = "yes_no" },',
            '{ id = "net", label = "是否网办", kind = "yes_no" },',
        ),
    ):
        assert old in other
        other = other.replace(old, new)
    made = carry_submission(compare_forms(form, parse_spec(other, "permit_new.toml")), given)
    filled = sum(content is not None for lines in given.lists.values() for line in lines for content in line.contents)
    told = [part.before for part in (*made.parts, *made.left) if part.kind == "line"]
    assert len(told) == len({*told}) == filled
    assert [line.contents for line in made.submission.lists["cases"]] == [
        ("审〔2024〕1号", "2024-03-05", "准予", 125000, 3, "是", None),
        ("审〔2024〕2号", "2024-07-31", None, 0, -2, "否", None),
    ]
    assert made.submission.lists["staff"] == given.lists["staff"]
    why = {part.before: part.why for part in made.left}
    assert why.keys() == {
        *("cases.1.remark", "cases.3.remark", "cases.2.result"),
        *(f"cases.3.{name}" for name in ("number", "received", "result")),
    }
    assert why["cases.3.number"] == "新版只有 2 行" and why["cases.1.remark"] == "新版没有这一栏"
    assert made.blank == (("line", "cases.door"),)
    assert {what for part in made.changed for what, _ in part.changes} == {"unit", "decimals", "label", "kind"}


def test_a_text_keeps_what_it_printed():
    rng = Random(3)
    before = write_form("old", ROWS[:2], MEASURES[0], MONEY[0], CHOICES[0], ["found"])
    after = write_form("new", ROWS[:2], ("百件", 2), MONEY[0], CHOICES[0], ["found"])
    given = replace(fill(before, rng), values=(1200, 34, 1234), texts={"problems": "消防{a.fire.found}件。"})
    made = carry_submission(compare_forms(before, after), given)
    assert made.submission.values == (1200, 34, 1234) and after.cell("a.fire.found").measure.decimals == 2
    assert made.submission.texts == {"problems": "消防1200件。"}
    assert "reference" in {what for part in made.changed for what, _ in part.changes}
    same = carry_submission(compare_forms(before, before), given)
    assert same.submission.texts == given.texts


def test_units_are_converted_exactly_or_not_at_all():
    def measure(unit, decimals, maximum=10**6, signed=False):
        return Measure("m", unit, decimals, maximum, signed)

    assert convert_figure(78156100, measure("万元", 6), measure("元", 2, 10**9)) == 78156100
    assert convert_figure(781561, measure("元", 0), measure("万元", 4)) == 781561
    assert convert_figure(781561, measure("元", 0), measure("万元", 2)) is None
    assert convert_figure(125, measure("%", 1), measure("‰", 0)) == 125
    assert convert_figure(3, measure("个", 0), measure("户", 0)) is None
    assert convert_figure(3, measure("亿元", 0), measure("万元", 0)) == 30000
    assert convert_figure(3, measure("亿元", 0), measure("万元", 0, 29999)) is None
    assert convert_figure(-3, measure("个", 0, signed=True), measure("个", 0)) is None
    assert convert_figure(-3, measure("个", 0, signed=True), measure("个", 2, signed=True)) == -300


def test_forms_of_other_periods_are_refused():
    yearly, month = (parse_spec(monthly.form_text(every), f"window_{every}.toml") for every in ("once", "month"))
    given = Submission(yearly.id, 2024, AGENCY, (None,) * len(yearly.cells))
    with pytest.raises(XltoolError, match="周期不同"):
        carry_submission(compare_forms(yearly, month), given)
