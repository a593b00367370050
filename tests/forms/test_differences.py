"""What differs between two definitions, by labels."""

from __future__ import annotations

from random import Random

import pytest

from tests.forms import shapes
from tests.forms.test_spec import GOOD
from xltool.forms.differences import compare_forms
from xltool.forms.spec import parse_spec


def read(text):
    return parse_spec(text, "county_survey.toml")


def change(*pairs):
    text = GOOD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return read(text)


def told(before, after):
    found = compare_forms(before, after).differences
    return {
        (each.change, each.kind, each.before and each.before.key, each.after and each.after.key, each.likely)
        for each in found
    }


def test_a_form_differs_in_nothing_from_itself():
    found = compare_forms(read(GOOD), read(GOOD))
    assert found.differences == ()
    assert found.kept == len(found.before.cells)


@pytest.mark.parametrize("seed", range(20))
def test_a_form_of_any_shape_differs_in_nothing_from_itself(seed):
    text = shapes.write_form(Random(seed))
    assert compare_forms(parse_spec(text, "shape.toml"), parse_spec(text, "shape.toml")).differences == ()


def test_comments_and_prompts_are_no_difference():
    assert told(read(GOOD), read(f"# a comment\n{GOOD}")) == set()


def test_rows_that_are_renamed_gone_new_or_likely_another(spec, spec_2019):
    rows = {each for each in told(spec_2019, spec) if each[1] == "row"}
    assert ("renamed", "row", "normative_documents", "normative_documents", False) in rows
    assert ("gone", "row", "procurement", None, False) in rows
    assert ("new", "row", None, "other_fee_unpaid", False) in rows
    assert ("rekeyed", "row", "other_handled", "other_rest", True) in rows
    assert not any(each[0] == "moved" for each in rows)


def test_a_column_is_only_paired_over_a_row_that_both_have(spec, spec_2019):
    columns = {each for each in told(spec_2019, spec) if each[1] == "column"}
    assert ("gone", "column", "amount", None, False) in columns  # 采购总金额, of a row that is gone
    assert ("new", "column", None, "amount", False) in columns  # 本年收费金额


def test_the_other_way_round_what_is_new_is_gone(spec, spec_2019):
    there, back = told(spec_2019, spec), told(spec, spec_2019)
    for kind in ("row", "column", "text", "rule"):
        new = {after for change, what, _, after, _ in there if (change, what) == ("new", kind)}
        gone = {before for change, what, before, *_ in back if (change, what) == ("gone", kind)}
        assert new == gone


def test_moved_rows_are_the_fewest():
    text = (
        'id = "moved"\ntitle = "表"\nauthority = "县"\nbasis = "文"\nyears = [2024]\n[measure.count]\nunit = "件"\n'
        'decimals = 0\n[[section]]\ntable = "a"\n[[table]]\nid = "a"\nname = "表一"\nsheet = "表一"\ntitle = "表"\n'
        'widths = [1, 1]\n[[table.block]]\ncolumns = [{ id = "n", label = "数" }]\nrows = [\nROWS]\n'
    )

    def write(order):
        made = "".join(f'{{ id = "{name}", label = "第{name}项" }},\n' for name in order)
        return parse_spec(text.replace("ROWS", made), "moved.toml")

    assert told(write("abcdef"), write("bcdefa")) == {("moved", "row", "a", "a", False)}
    assert told(write("abcdef"), write("abdcef")) in (
        {("moved", "row", "c", "c", False)},
        {("moved", "row", "d", "d", False)},
    )
    assert told(write("abc"), write("axbc")) == {("new", "row", None, "x", False)}


def test_a_new_label_and_a_new_id():
    label = '{ id = "silent", label = "不回应" }'
    assert told(read(GOOD), change((label, label.replace("不回应", "没有回应")))) == {
        ("renamed", "row", "silent", "silent", False)
    }
    renamed = told(read(GOOD), change((label, label.replace("silent", "mute"))))
    assert ("rekeyed", "row", "silent", "mute", False) in renamed
    assert not any(each[0] in {"new", "gone"} for each in renamed)


def test_units_kinds_and_rules_that_changed():
    before = read(GOOD)
    changed = change(('expr = "faulty <= open"', 'expr = "open <= faulty"'))
    found = compare_forms(before, changed).differences
    assert [(each.change, each.kind, each.detail) for each in found] == [("changed", "rule", "算式不同")]
    unit = change(('unit = "个"\ndecimals = 0', 'unit = "户"\ndecimals = 1'))
    comparison = compare_forms(before, unit)
    cells = [each for each in comparison.differences if each.kind == "cell"]
    assert cells and all(each.change == "changed" for each in cells)
    assert all("单位 个 → 户" in each.detail and "小数 0 位 → 1 位" in each.detail for each in cells)
    assert comparison.kept == len(before.cells) - len(cells)
