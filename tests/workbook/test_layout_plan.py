import re
from dataclasses import replace

import pytest

from tests.packaged import PACKAGED
from xltool.forms import catalog
from xltool.forms.layout import grid
from xltool.forms.sheet_names import CHECKS, COVER, HIDDEN, TEXTS
from xltool.spreadsheet.a1 import COLUMNS, ROWS, parse_cell, parse_reference
from xltool.workbook.layout_plan import CHECK_TOP, COVER_FIELDS, META, Plan, Spot, make_plan, name_cell, write_mark


@pytest.fixture(params=PACKAGED)
def layout(request) -> Plan:
    return make_plan(catalog.load_form(request.param))


def test_the_figures_stand_where_the_official_form_has_them(spec):
    place = make_plan(spec).place
    assert place("applications.received.natural_person") == ("表三 依申请公开", "D6")
    assert place("applications.received.enterprise") == ("表三 依申请公开", "E6")
    assert place("applications.carried_out.total") == ("表三 依申请公开", "J30")
    assert place("disclosure.regulations.issued") == ("表二 主动公开", "B5")
    assert place("disclosure.fees.amount") == ("表二 主动公开", "B16")
    assert place("disputes.review.upheld") == ("表四 复议诉讼", "A6")
    assert place("disputes.after_review.total") == ("表四 复议诉讼", "O6")


def test_the_plan_of_a_form_is_made_once(spec):
    assert make_plan(spec) is make_plan(spec, False)
    assert make_plan(spec) is not make_plan(replace(spec))


def test_every_cell_has_its_own_spot_inside_the_grid(layout):
    spots = list(layout.cells.values())
    assert list(layout.cells) == [cell.key for cell in layout.spec.every_cell]
    assert len(set(spots)) == len(spots) == len([*layout.spec.every_cell])
    for cell in layout.spec.every_cell:
        spot, bottom, right = layout.cells[cell.key], layout.row_below(cell.table), layout.column_beside(cell.table)
        assert spot.sheet == cell.table.sheet
        assert spot.row < bottom
        assert spot.column < right


def test_nothing_stands_on_anything_else(layout):
    taken = [*layout.cells.values(), *layout.texts.values(), *layout.cover.values(), layout.mark, *layout.meta.values()]
    taken += [*layout.explanations.values(), layout.state, *(word.spot for word in layout.words)]
    taken += [
        Spot(word.spot.sheet, word.spot.row, word.spot.column + at)
        for word in layout.words
        for at in range(1, word.width)
    ]
    assert len(set(taken)) == len(taken)
    assert {spot.sheet for spot in taken} <= set(layout.sheets)


def test_words_stand_outside_the_grids(layout):
    for word in layout.words:
        bottom, right = layout.row_below(word.table), layout.column_beside(word.table)
        assert (word.spot.row == bottom) != (word.spot.column == right)
        assert word.spot.column + word.width <= right + (word.spot.column == right)
        assert word.checks
        assert word.keys


def test_every_check_of_a_place_is_told_in_a_word(layout):
    told = {name for word in layout.words for name in word.checks}
    assert told >= {check.name for check in layout.checks if check.rule is not None and check.rule.at}
    assert told >= {check.name for check in layout.checks if check.kind == "level"}


def test_each_check_has_a_line_and_each_warning_a_place_for_its_reason(layout):
    assert list(layout.lines.values()) == list(range(CHECK_TOP, CHECK_TOP + len(layout.checks)))
    assert set(layout.explanations) == {check.name for check in layout.checks if check.severity == "warning"}


def test_texts_and_marks(layout):
    assert set(layout.texts) == {text.key for text in layout.spec.texts}
    assert all(
        layout.texts[text.key].sheet == (TEXTS if text.place == "texts" else COVER) for text in layout.spec.texts
    )
    assert set(layout.cover) == set(COVER_FIELDS) < set(META) == set(layout.meta)
    assert {spot.sheet for spot in layout.meta.values()} == {HIDDEN}
    assert {spot.sheet for spot in layout.explanations.values()} <= {CHECKS}


def test_names_are_those_of_all_that_is_filled_in(layout):
    names = layout.names()
    spots = list(names.values())
    assert len(set(spots)) == len(spots)
    inputs = layout.spec.inputs
    assert len(names) == len(inputs) + len(layout.spec.texts) + len(layout.explanations) + len(META)
    assert all(names[name_cell("cell", cell.key)] == layout.cells[cell.key] for cell in inputs)


def test_names_are_names_to_excel(layout):
    names = layout.names()
    assert len({name.casefold() for name in names}) == len(names)  # Excel does not tell cases apart
    for name in names:
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name), name
        assert len(name) <= 255
        assert parse_cell(name) is None
        assert not re.fullmatch(r"[Rr][0-9]*([Cc][0-9]*)?|[Cc][0-9]*", name)


def test_different_keys_have_different_names():
    assert name_cell("cell", "a.b_c.d") == "cell__a__b_c__d"
    assert name_cell("why", "applications.large@natural_person") == "why__applications__large___natural_person"
    assert len({name_cell("why", key) for key in ("a.b", "a@b", "a_b", "a.b@c", "a@b.c", "a.b.c")}) == 6


def test_sheets_have_names_that_excel_takes(layout):
    assert len({name.casefold() for name in layout.sheets}) == len(layout.sheets)
    for name in layout.sheets:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")


def test_a_spot_is_said_in_two_ways():
    spot = Spot("表三 依申请公开", 5, 3)
    assert spot.address == "D6"
    assert spot.reference == "'表三 依申请公开'!$D$6"
    assert parse_reference(spot.reference) == ("表三 依申请公开", 5, 3, 5, 3)


def test_everything_is_on_a_sheet_that_excel_has(layout):
    assert all(spot.row < ROWS and spot.column < COLUMNS for spot in layout.names().values())
    assert all(layout.grids[table.id] == grid(table) for table in layout.spec.tables)


def test_the_visible_mark_leaves_out_what_is_empty():
    meta = dict.fromkeys(META, "") | {"form": "ogi-2021", "digest": "d", "code": "654221-015", "year": "2024"}
    assert write_mark(meta) == "ogi-2021 · d · 654221-015 · 2024"
    assert write_mark(meta | {"serial": "7"}) == "ogi-2021 · d · 654221-015 · 2024 · 7"
