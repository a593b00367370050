"""What a definition says is printed beside heads, labels and figures, and what it is told when that does not fit."""

from __future__ import annotations

import pytest

from xltool.forms import catalog
from xltool.forms.layout import grid
from xltool.messages import DefinitionError

FORM = """
id = "printed"
title = "统计表"
authority = "县政府"
basis = "县政字〔2024〕1号"
years = [2024]

[measure.count]
unit = "件"
decimals = 0

[measure.money]
unit = "万元"
decimals = 2

[[section]]
heading = "一、"
table = "t"

[[table]]
id = "t"
name = "表一"
sheet = "表一"
title = "一、"
widths = [5, 20, 5, 10, 10]

[[table.block]]
printed_before = ["序号"]
corner = "指标"
printed = ["单位"]
lines = [["", "甲", "乙", "1", "2"], ["^", "^", "^", "本期", "<"]]
rows = [
  { id = "head", label = "一、办理", absent = "<" },
  { id = "a", label = "收件", printed = ["1", "件"] },
  { id = "b", label = "其中：网上", printed = ["2", "^"], absent = { y = "—" } },
  { id = "c", label = "支出", printed = ["3"], measure = "money", absent = { y = "^" } },
]
columns = [{ id = "x", label = "数" }, { id = "y", label = "上年", measure = "count" }]

[[table.rule]]
id = "within"
per = "column"
expr = "b <= a"
text = "网上不应多于收件"
basis = "县政字〔2024〕1号"
"""


def parse(*changes):
    text = FORM
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return catalog.parse_form(text, "printed.toml")


def told(*changes):
    with pytest.raises(DefinitionError) as error:
        parse(*changes)
    return [fault.message for fault in error.value.faults]


def test_all_that_is_printed_stands_in_the_grid():
    spec = parse()
    found = {(r.row, r.column, r.height, r.width, r.text, r.role) for r in grid(spec.tables[0]).rectangles}
    assert found == {
        (0, 0, 1, 1, "序号", "corner"),
        (0, 1, 1, 1, "指标", "corner"),
        (0, 2, 1, 1, "单位", "corner"),
        (0, 3, 1, 1, "数", "head"),
        (0, 4, 1, 1, "上年", "head"),
        (1, 0, 2, 1, "", "line"),
        (1, 1, 2, 1, "甲", "line"),
        (1, 2, 2, 1, "乙", "line"),
        (1, 3, 1, 1, "1", "line"),
        (1, 4, 1, 1, "2", "line"),
        (2, 3, 1, 2, "本期", "line"),
        (3, 0, 1, 1, "", "print"),
        (3, 1, 1, 4, "一、办理", "label"),
        (4, 0, 1, 1, "1", "print"),
        (4, 1, 1, 1, "收件", "label"),
        (4, 2, 2, 1, "件", "print"),
        (4, 3, 1, 1, "", "value"),
        (4, 4, 1, 1, "", "value"),
        (5, 0, 1, 1, "2", "print"),
        (5, 1, 1, 1, "其中：网上", "label"),
        (5, 3, 1, 1, "", "value"),
        (5, 4, 2, 1, "—", "print"),
        (6, 0, 1, 1, "3", "print"),
        (6, 1, 1, 1, "支出", "label"),
        (6, 2, 1, 1, "", "print"),
        (6, 3, 1, 1, "", "value"),
    }
    assert grid(spec.tables[0]).head_rows == 3


def test_a_row_has_its_measure_where_its_column_names_none():
    spec = parse((', absent = { y = "^" }', ""))
    assert {cell.key: cell.measure.id for cell in spec.cells} == {
        "t.a.x": "count",
        "t.a.y": "count",
        "t.b.x": "count",
        "t.c.x": "money",
        "t.c.y": "count",
    }


def test_a_rule_is_written_where_its_cells_are():
    assert [rule.name for rule in parse().rules] == ["t.within@x"]
    summed = ('expr = "b <= a"', 'expr = "c.x >= c.x + b.y"')
    assert told(summed, ('per = "column"\n', "")) == ["row 'b' has no cell in column 'y': it is 'absent'"]
    gone = ('absent = { y = "—" }', 'absent = ""')
    assert told(gone) == ["no column has cells for all of these names: they are 'absent'"]


FITTING = [
    ('printed = ["2", "^"]', 'printed = ["^"], variants = []'),
    ('absent = { y = "^" }', 'absent = { x = "<" }'),
    ('printed = ["3"], ', ""),
    ('id = "a", label = "收件"', 'id = "a", label = "", short = "收件"'),
]
FAULTS = [
    (
        '"^", "^", "^", "本期", "<"',
        '"^", "^", "^", "<", "本期"',
        "block 1 of table 't': what begins in line 2, column 3 goes on over squares that are no rectangle",
    ),
    (
        'printed = ["1", "件"]',
        'printed = ["1", "^"]',
        "block 1 of table 't': '^' in line 5, column 3: nothing above can go on",
    ),
    ('["1", "件"]', '["1", "", ""]', "this row prints 3 texts, and the block has 2 printed columns"),
    ('"本期", "<"]', '"本期"]', "a printed line has 5 texts, one for each printed column, not 4"),
    ('{ y = "—" }', '{ z = "—" }', "no column is named 'z'"),
    (
        '{ y = "—" }',
        "3",
        "'absent' is what is printed in place of all cells of a row, or of some: { rate = \"—\" }",
    ),
    ('label = "收件"', 'label = ""', "a row with an empty label needs 'short', its name in sentences"),
    (
        'corner = "指标"',
        'corner = ["指标", "又"]',
        "'corner' is one text over all labels, or 1 texts, one for each of their levels",
    ),
    (
        'corner = "指标"',
        "unlabelled = true\nheadless = true",
        "a block with 'headless' has one column, and neither 'corner' nor 'lines'",
    ),
    ('corner = "指标"', "abreast = 9", "'abreast' must be 1 to 8"),
    ('corner = "指标"', "spans = [1, 2]", "'spans' needs 5 whole numbers above zero, one for each printed column"),
    (
        'corner = "指标"',
        "across = true",
        "a block with 'across' has its rows side by side: nothing else is printed beside them",
    ),
]


@pytest.mark.parametrize(("old", "new"), FITTING)
def test_what_fits_is_a_form(old, new):
    assert parse((old, new))


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_what_does_not_fit_is_told(old, new, said):
    assert said in told((old, new))


def test_rows_and_columns_of_one_label_are_told_apart_by_what_stands_above():
    spec = parse(
        ('{ id = "x", label = "数" }, ', '{ id = "g", label = "本月", columns = [{ id = "x", label = "数" }] }, '),
        (
            '{ id = "y", label = "上年", measure = "count" }',
            '{ id = "y", label = "数", short = "去年", measure = "count" }',
        ),
        ('id = "b", label = "其中：网上"', 'id = "b", label = "收件"'),
        (
            '{ id = "c", ',
            '{ id = "h", label = "二、支出情况", absent = "" },\n  { id = "d", label = "收件" },\n  { id = "c", ',
        ),
        (', absent = { y = "^" }', ""),
    )
    names = {cell.row.id: cell.row.short for cell in spec.cells} | {c.column.id: c.column.short for c in spec.cells}
    assert names == {
        "a": "办理：收件",
        "b": "办理：收件",
        "d": "支出情况：收件",
        "c": "支出",
        "x": "数",
        "y": "去年",
    }
    spec = parse(
        (
            '{ id = "y", label = "上年", measure = "count" }',
            '{ id = "o", label = "上年", columns = [{ id = "y", label = "数" }] }',
        )
    )
    assert [column.short for column in spec.tables[0].blocks[0].columns] == ["数", "上年：数"]
