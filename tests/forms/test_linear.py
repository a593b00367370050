from __future__ import annotations

import pytest

from xltool.forms import grammar, linear
from xltool.forms.operators import AT_MOST, EQUAL
from xltool.model import Block, Cell, Column, Head, Linear, Measure, Row, Table

COUNT = Measure("count", "件", 0, 999)
GROUP, SIDES = Head("group", "组"), Head("sides", "两边")
FIRST = Block(
    "",
    ("",),
    (
        Row("a", "a", "a"),
        Row("b", "b", "b", (GROUP,)),
        Row("c", "c", "c", (GROUP,)),
        Row("sum_row", "t", "t", (GROUP,), total=True),
    ),
    (
        Column("x", "x", "x", COUNT, (SIDES,)),
        Column("y", "y", "y", COUNT, (SIDES,)),
        Column("all", "all", "all", COUNT, (SIDES,), total=True),
    ),
)
SECOND = Block(
    "", ("",), (Row("d", "d", "d"), Row("e", "e", "e")), (Column("x", "x", "x", COUNT), Column("z", "z", "z", COUNT))
)
TABLE = Table("t", "表", "表一", "表一", (FIRST, SECOND), (1,) * 5)
OTHER = Table("u", "表", "表二", "表二", (SECOND,), (1,) * 3)
CELLS = [
    Cell(f"{table.id}.{row.id}.{column.id}", table, block, row, column)
    for table in (TABLE, OTHER)
    for block in table.blocks
    for row in block.rows
    for column in block.columns
]
NAMES = linear.Names((TABLE, OTHER), CELLS)


def expand(text, table=TABLE, per=None):
    """The rule at its places, and what is complained of: (message, hint, offset)."""
    expression, said = grammar.parse(text), []
    found = {
        place.at: linear.resolve_expression(
            NAMES, place, expression, lambda term, message, hint: said.append((message, hint, term.offset))
        )
        for place in linear.find_rule_places(table, per, expression)
    }
    return found, said


def only(text, **where):
    found, said = expand(text, **where)
    assert not said
    return found


def test_per_column_writes_the_rule_once_for_every_column():
    found = only("a = sum(group)", per="column")
    assert list(found) == ["x", "y", "all"]
    assert found["y"] == Linear((("t.a.y", 1),), EQUAL, (("t.b.y", 1), ("t.c.y", 1)))


def test_per_row_only_where_the_block_knows_the_first_name():
    assert list(only("all = sum(sides)", per="row")) == ["a", "b", "c", "sum_row"]
    assert list(only("z <= x", per="row")) == ["d", "e"]
    assert only("z <= x", per="row")["e"] == Linear((("t.e.z", 1),), AT_MOST, (("t.e.x", 1),))


def test_a_group_leaves_totals_out_and_may_cross():
    assert only("a.all = sum(group.sides)")[""].right == (("t.b.x", 1), ("t.b.y", 1), ("t.c.x", 1), ("t.c.y", 1))
    assert only("a.all = sum(group.all)")[""].right == (("t.b.all", 1), ("t.c.all", 1))


def test_terms_add_up_and_stand_in_the_order_of_the_form():
    assert only("b.x + 2 * a.y - b.x + a.x + a.x = c.x")[""].left == (("t.a.x", 2), ("t.a.y", 2))


def test_other_tables_and_last_year():
    found = only("t.a.x = u.e.z - prior.t.a.x", table=None)[""]
    assert found == Linear((("t.a.x", 1),), EQUAL, (("u.e.z", 1), ("prior.t.a.x", -1)))
    assert found.prior
    assert only("a = prior.a + b", per="column")["x"].right == (("t.b.x", 1), ("prior.t.a.x", 1))


@pytest.mark.parametrize(
    ("text", "where", "message", "hint"),
    [
        ("a.x = aa.x", {}, "table 't' has no row 'aa'", "did you mean 'a'?"),
        ("a.x = a.w", {}, "table 't' has no column 'w'", ""),
        ("a.x = d.y", {}, "row 'd' has no column 'y'", ""),
        ("a.x = b", {}, "'b' names no cell here: write row.column, or give the rule a 'per'", ""),
        ("a.x = a.b.c.d", {}, "'a.b.c.d' names no cell", ""),
        ("a = d", {"per": "column"}, "this block of table 't' has no row 'd'", ""),
        ("a = group", {"per": "column"}, "'group' is a group of rows: write sum(group)", ""),
        ("a.x = sum(group.w)", {}, "table 't' has no column 'w'", ""),
        ("all = sides", {"per": "row"}, "'sides' is a group of columns: write sum(sides)", ""),
        ("a = sum(b)", {"per": "column"}, "'b' is a single cell, not a group: leave out sum()", ""),
        ("a.x = sum(b.y)", {}, "'b.y' is a single cell, not a group: leave out sum()", ""),
        ("t.a.x = uu.d.x", {"table": None}, "no table is named 'uu'", "did you mean 'u'?"),
        ("t.a.x = a.y", {"table": None}, "a rule of the whole form names cells as table.row.column", ""),
        ("a.x - a.x = b.x", {}, "this side adds up to nothing", ""),
    ],
)
def test_faults(text, where, message, hint):
    found, said = expand(text, **where)
    assert None in found.values()
    assert {(message in given, hint == near) for given, near, _ in said} == {(True, True)}


def test_every_unknown_name_is_told_at_its_place():
    _, said = expand("a.x = p.x + q.x")
    assert [(message, offset) for message, _, offset in said] == [
        ("table 't' has no row 'p'", 6),
        ("table 't' has no row 'q'", 12),
    ]


def test_over_keeps_to_one_or_to_the_inputs_below_a_head():
    everywhere = list(linear.find_rule_places(TABLE, "column", grammar.parse("a = b")))
    assert [place.at for place in linear.select_places(everywhere, "sides")] == ["x", "y"]
    assert [place.at for place in linear.select_places(everywhere, "all")] == ["all"]
    assert list(linear.select_places(everywhere, "group")) == []
    assert linear.list_place_names(everywhere) == ["x", "sides", "y", "all"]
    down = list(linear.find_rule_places(TABLE, "row", grammar.parse("x = y")))
    assert [place.at for place in linear.select_places(down, "group")] == ["b", "c"]


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("a.x = b.x", "a.x = b.x"),
        ("a.x = b.x + prior.c.x", None),
        ("a.x >= prior.a.x", None),
        ("a.x needs b.x", "a.x needs b.x"),
        ("a.x needs b.x + prior.b.x + prior.c.x", "a.x needs b.x"),
        ("a.x needs prior.b.x", None),
        ("a.x + prior.a.x needs b.x", None),
    ],
)
def test_what_is_left_without_last_year(text, alone):
    found = only(text)[""]
    assert found.alone == (None if alone is None else only(alone)[""])
    assert found.own == tuple(key for key in found.keys if not key.startswith("prior."))
