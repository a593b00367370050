"""A form as agencies will meet it: all rules hold in one workbook, in the other each is broken once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests import documents, monthly
from tests.forms import rates, shapes
from tests.packaged import OTHERS
from xltool import preview
from xltool.forms import catalog
from xltool.forms.spec import form_id, parse_spec
from xltool.reader.read import read_workbook
from xltool.rules.judge import judge_readings

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = documents.pick_blocks((ROOT / "workbook_templates" / "README.md").read_text("utf-8"), "toml")[0]
OPPOSED = """
[[table.rule]]
id = "no_less"
expr = "traffic.spent >= fire.spent"
text = "交通投入不应少于消防投入"
basis = "表一"

[[table.rule]]
id = "no_more"
expr = "traffic.spent <= fire.spent"
text = "交通投入不应多于消防投入"
basis = "表一"
"""
"""Two rules that no figures break together."""
FORMS = {
    **{form: partial(catalog.load_form, form) for form in ("ogi-2021", *OTHERS)},
    "media-check": lambda: parse_spec(EXAMPLE, "media_check.toml"),
    "window-month": lambda: parse_spec(monthly.form_text("month"), "window_month.toml"),
    "window-once": lambda: parse_spec(monthly.form_text("once"), "window_once.toml"),
    "hazard-check": rates.make_form,
    "opposed": lambda: parse_spec(rates.FORM + OPPOSED, "hazard_check.toml"),
    "shape": lambda: parse_spec(shapes.write_form(Random(9)), "shape.toml"),
}


@pytest.fixture(scope="module", params=FORMS)
def made(request):
    return preview.make_preview(FORMS[request.param]())


@pytest.fixture(scope="module")
def files(made):
    return dict(preview.list_files(made))


def read(made, data):
    known = {made.spec.id: made.spec}
    return read_workbook(data, known.get, lambda _: (), "", known=lambda: (made.spec,))


def judge(made, data):
    [judged] = judge_readings(made.spec, [read(made, data)], [made.prior])
    return judged


def test_nothing_is_said_of_the_filled_workbook(made, files):
    assert made.opinions == ()
    judged = judge(made, files["样表.xlsx"])
    assert judged.submission.values == made.sample.values
    assert [found.code for found in judged.findings if found.severity != "info"] == []


def test_each_rule_is_broken_once_or_cannot_be(made, files):
    told = [each.rule.id for each in made.tried] + [rule.id for rule in (*made.locked, *made.unasked, *made.unbroken)]
    assert sorted(told) == sorted({rule.id for rule in made.spec.rules})
    assert all(rule.defines for rule in made.locked)
    assert not any(rule.linear.is_asked(made.sample.entries) for rule in made.unasked)
    assert made.unbroken == ()
    names = [f"错例{number if number > 1 else ''}.xlsx" for number in range(1, len(made.spoilt) + 1)]
    assert {name for name in files if name.startswith("错例")} == set(names)
    broken = [{found.rule for found in judge(made, files[name]).findings if found.rule} for name in names]
    for each in made.tried:
        assert each.alone == (each.book is None)
        assert each.book is None or each.rule.name in broken[each.book]
        assert any(each.rule.text.rstrip("。") in opinion for opinion in each.opinions), each


def test_rules_that_cannot_be_broken_together_are_broken_in_two_workbooks():
    made = preview.make_preview(FORMS["opposed"]())
    assert {each.rule.id: each.book for each in made.tried} == {
        "hazards.within": 0,
        "hazards.no_less": 0,
        "hazards.no_more": 1,
    }
    said = "\n".join(preview.list_rule_lines(made))
    assert said.count("见 错例2.xlsx") == 1


def test_what_is_said_of_each_rule_stands_in_a_file(made, files):
    said = files["规则.txt"].decode("utf-8-sig")
    for each in made.tried:
        assert f"{each.rule.id}（" in said and all(opinion in said for opinion in each.opinions)
    assert all(f"   {rule.id}　{rule.text}" in said for rule in made.locked)
    assert bool(made.held) == ("没有找到不是 0 的数" in said)


def test_every_cell_and_text_is_filled_in_where_the_rules_let_it(made):
    zero = {key for key, at in made.spec.index.items() if made.sample.values[at] == 0}
    assert {key for key in zero if not made.spec.cell(key).total} == made.held.keys()
    assert all(made.held.values())
    assert all(made.sample.texts[text.key].strip() for text in made.spec.texts)


def test_the_report_has_the_figures_of_the_workbook(made, files):
    page = files["报告.html"].decode()
    assert "样例单位" in page and made.spec.title in page
    assert files["报告.docx"].startswith(b"PK")


def test_a_rule_that_nothing_breaks_and_a_cell_that_must_be_zero_are_told():
    text = rates.FORM.replace('expr = "rectified <= found"', 'expr = "rectified = found + rectified"')
    text += '\n[[table.rule]]\nid = "idle"\nexpr = "fire.found >= 0"\ntext = "不会错"\nbasis = "表一"\n'.replace(
        "fire.found >= 0", "fire.found + fire.spent >= fire.found"
    ).replace("fire.spent", "traffic.found")
    made = preview.make_preview(parse_spec(text, "hazard_check.toml"))
    assert [rule.id for rule in made.unbroken] == ["hazards.idle"]
    assert "hazards.fire.found" in made.held
    said = "\n".join(preview.list_rule_lines(made))
    assert "没有找到能改坏它的数" in said and "hazards.idle　不会错" in said
    assert "表一“消防”行“排查数”栏" in said


def test_form_ids_of_the_examples_are_those_of_their_files():
    assert form_id("media_check.toml") == FORMS["media-check"]().id
