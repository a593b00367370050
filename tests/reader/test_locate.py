"""Everything that happens to a returned workbook has a finding of its own, and no figure is read as another's."""

from __future__ import annotations

from random import Random

import pytest

from tests.workbook import tamper
from tests.workbook.tamper import (
    CHECKS,
    COVER,
    GUIDE,
    HIDDEN,
    SHEETS,
    TABLE_2,
    TABLE_3,
    TABLE_4,
    TEXTS,
    Formula,
    Opened,
    by_openpyxl,
    codes,
    filled,
    given,
    keys_of_rows,
    message,
    only,
    read,
    tampered,
    without,
)
from xltool import api
from xltool.model import Agency
from xltool.periods import Period, blank_submission
from xltool.reader.formulas import normalise_formula
from xltool.reader.matching import build_master
from xltool.spreadsheet.open import open_workbook
from xltool.workbook.layout_plan import Spot, make_plan

SPEC = api.form("ogi-2021")
PLAN = make_plan(SPEC)
INPUTS = {cell.key for cell in SPEC.cells if not cell.total}
APPLICATIONS = {key for key in INPUTS if key.startswith("applications.")}


def lost(reading):
    return {
        cell.key
        for cell, value in zip(SPEC.cells, reading.submission.values, strict=True)
        if value is None and not cell.total
    }


def below(row):
    """Inputs of table 3 in a row of that one-based number or a later one."""
    return {key for key in APPLICATIONS if PLAN.cells[key].row + 1 >= row}


def test_an_honest_workbook_has_nothing_to_tell():
    reading = read(filled())
    assert reading.findings == ()
    assert reading.submission == given()


@pytest.mark.parametrize("form", ["ogi-2019", "ogi-2021"])
def test_the_tables_of_our_own_workbook_are_known_at_a_glance(form):
    """Also where a head is broken into two lines: weighing witnesses for each cell takes as long as all the rest."""
    spec = api.form(form)
    agency = Agency("654221-001", "额敏县教育和科学技术局", "department")
    book = open_workbook(api.fill(blank_submission(spec, Period(2024), agency)))
    sheets = {sheet.name: sheet for sheet in book.sheets}
    assert all(build_master(make_plan(spec), table).is_shown_by(sheets[table.sheet]) for table in spec.tables)


# ---------------------------------------------------------------- totals and formulas


def test_a_total_typed_over_with_another_figure():
    reading = read(tampered(lambda o: o.put(TABLE_3, "J6", 5)))
    assert codes(reading) == {"total.typed"}
    assert only(reading, "total.typed").keys == ("applications.received.total",)
    assert reading.submission == given()
    total = sum(1010 + at for at in range(6))
    assert message(reading, "total.typed").startswith(
        f"表三“本年新收”行“总计”栏（J6）的自动合计被改成了“5”，按各项相加是 {total}。改法："
    )


@pytest.mark.parametrize("kind", [int, str])
def test_a_total_typed_over_with_its_own_figure(kind):
    total = given().values[SPEC.index["disputes.review.total"]]
    reading = read(tampered(lambda o: o.put(TABLE_4, "E6", kind(total))))
    assert codes(reading) == {"total.retyped"}
    assert reading.submission == given()


def test_a_total_typed_over_where_a_part_is_blank():
    acts = (lambda o: o.put(TABLE_3, "D6", None), lambda o: o.put(TABLE_3, "J6", 7))
    reading = api.read(tampered(*acts))
    assert codes(reading) == {"total.typed"}
    assert "被改成了“7”，而各项没有填全，算不出合计。" in message(reading, "total.typed")
    assert reading.submission.values[SPEC.index["applications.received.total"]] is None


@pytest.mark.parametrize("typed", ["约二十", "/", True, 1.5, -3])
def test_a_total_typed_over_with_anything(typed):
    assert codes(read(tampered(lambda o: o.put(TABLE_3, "J6", typed)))) == {"total.typed"}


def test_a_total_cleared():
    reading = read(tampered(lambda o: o.put(TABLE_3, "J6", None)))
    assert codes(reading) == {"formula.changed"}
    assert reading.submission == given()


def test_a_typed_total_is_seen_where_its_labels_are_gone():
    acts = (lambda o: tamper.remove_labels(o, TABLE_3), lambda o: o.put(TABLE_3, "J6", 5))
    assert codes(read(tampered(*acts))) == {"label.changed", "total.typed"}


@pytest.mark.parametrize(
    ("sheet", "address"),
    [
        (TABLE_3, "J6"),
        (TABLE_4, "E6"),
        (TABLE_3, "K6"),
        (TABLE_3, "D31"),
        (CHECKS, "B2"),
        (CHECKS, "H8"),
        (TEXTS, "D4"),
    ],
)
@pytest.mark.parametrize("formula", ["1+1", "SUM(D6:I6)", 'IF(1,"可以报送","")'])
def test_a_formula_changed(sheet, address, formula):
    reading = read(tampered(lambda o: o.put(sheet, address, Formula(formula))))
    assert codes(reading) == {"formula.changed"}
    assert reading.submission == given()
    assert f"工作表“{sheet}”有 1 个公式被改动：{address}；没有采用其结果" in message(reading, "formula.changed")


@pytest.mark.parametrize(
    "spelling", [str.lower, lambda text: text.replace("$", ""), lambda text: text.replace(",", " , ")]
)
def test_a_formula_in_another_spelling_is_the_same_formula(spelling):
    def respell(opened: Opened):
        for name in SHEETS:
            for formula in opened.sheet(name).iter(f"{{{tamper.MAIN}}}f"):
                texts = (formula.text or "").split('"')
                formula.text = '"'.join(
                    spelling(text) if at % 2 == 0 and "!" not in text else text for at, text in enumerate(texts)
                )

    assert codes(read(tampered(respell))) == set()


# ---------------------------------------------------------------- labels, rows and columns


def test_what_stands_in_the_texts_of_a_formula_is_kept():
    assert normalise_formula('if($A$1 = "a b", "$", \'表 三\'!B2)') == 'IF(A1="A B","$",表三!B2)'


@pytest.mark.parametrize("sheet", [TABLE_2, TABLE_3])
@pytest.mark.parametrize("at", [0, 1, 3, 5, 6])
@pytest.mark.parametrize(("move", "by"), [(tamper.move_rows, 1), (tamper.move_rows, 2), (tamper.move_columns, 1)])
def test_formulas_that_follow_rows_and_columns_put_in_are_not_changed(sheet, at, move, by):
    reading = read(tampered(lambda o: move(o, sheet, at, by)))
    assert reading.submission == given()
    assert codes(reading) - {"merge.undone"} <= {"layout.shifted"}


@pytest.mark.parametrize(("move", "at"), [(tamper.move_rows, 10), (tamper.move_rows, 24), (tamper.move_columns, 5)])
def test_formulas_of_a_row_or_column_taken_out_are_gone_with_it(move, at):
    reading = read(tampered(lambda o: move(o, TABLE_3, at, -1)))
    assert "cell.lost" in codes(reading) and "formula.changed" not in codes(reading)
    cheat = read(tampered(lambda o: move(o, TABLE_3, at, -1), lambda o: o.put(CHECKS, "B2", Formula('"可以报送"'))))
    assert "formula.changed" in codes(cheat)


def test_rows_put_into_several_tables_are_told_once_each():
    acts = (lambda o: tamper.move_rows(o, TABLE_3, 10, 1), lambda o: tamper.move_rows(o, TABLE_2, 6, 2))
    reading = read(tampered(*acts, lambda o: tamper.move_columns(o, TABLE_3, 5, 1)))
    assert reading.submission == given()
    assert [found.code for found in reading.findings] == ["layout.shifted", "layout.shifted"]


@pytest.mark.parametrize(
    ("place", "text"),
    [("J6", "SUM(D6:H6)"), ("J7", "SUM(D6:I6)"), ("J14", None), ("K13", '"通过"')],
)
def test_a_formula_changed_is_told_where_a_row_was_put_in_too(place, text):
    new = Formula(text) if text else None
    reading = read(tampered(lambda o: tamper.move_rows(o, TABLE_3, 10, 1), lambda o: o.put(TABLE_3, place, new)))
    assert codes(reading) == {"layout.shifted", "formula.changed"}
    assert f"有 1 个公式被改动：{place}；" in message(reading, "formula.changed")


def test_a_label_changed():
    reading = read(tampered(lambda o: o.put(TABLE_3, "B8", "（一）予以公开数")))
    assert codes(reading) == {"label.changed"}
    assert reading.submission == given()
    assert (
        message(reading, "label.changed")
        == "工作表“表三 依申请公开”有 1 处表头或项目名称被改动：B8 应为“（一）予以公开”，现为“（一）予以公开数”。"
        "读数时没有依据这些文字。"
        "改法：改回原来的文字；不要改动表头和项目名称。依据：国办公开办函〔2021〕30号：报告内容应当准确、全面。"
    )


@pytest.mark.parametrize("address", ["A1", "A3", "D3", "D4", "E4", "J4", "A6", "A8", "C10", "B29", "A30"])
def test_any_label_of_a_table_cleared(address):
    reading = read(tampered(lambda o: o.put(TABLE_3, address, None)))
    assert codes(reading) == (set() if address == "A1" else {"label.changed"})
    assert reading.submission == given()


@pytest.mark.parametrize(
    "wording",
    [
        "（二） 部分公开（区分处理的，只计这一情形，不计其他情形）",
        "(二)部分公开",
        "（二）部分\n公开",
        "（二）部分公开（区分处理的,只计这一情形,不计其他情形)",
    ],
)
def test_another_wording_of_a_label_is_the_same_label(wording):
    assert codes(read(tampered(lambda o: o.put(TABLE_3, "B9", wording)))) == set()


def test_all_labels_removed():
    reading = read(tampered(*(lambda o, s=sheet: tamper.remove_labels(o, s) for sheet in (TABLE_2, TABLE_3, TABLE_4))))
    assert codes(reading) == {"label.changed"}
    assert len(reading.findings) == 3
    assert reading.submission == given()


def test_all_defined_names_removed():
    reading = read(tampered(tamper.remove_names))
    assert codes(reading) == set()
    assert reading.submission == given()


def test_all_names_and_all_labels_removed():
    acts = [lambda o, s=sheet: tamper.remove_labels(o, s) for sheet in (TABLE_2, TABLE_3, TABLE_4)]
    reading = read(tampered(*acts, tamper.remove_names))
    assert codes(reading) == {"cell.lost", "label.changed"}
    assert lost(reading) == INPUTS


@pytest.mark.parametrize("row", [6, 8, 17, 30])
def test_a_row_inserted_with_its_names(row):
    reading = read(tampered(lambda o: tamper.move_rows(o, TABLE_3, row, 1)))
    assert {"layout.shifted"} <= codes(reading) <= {"layout.shifted", "formula.changed"}
    assert reading.submission == given()
    assert api.status(reading) == "accepted"


def test_the_message_of_an_inserted_row():
    reading = read(tampered(lambda o: tamper.move_rows(o, TABLE_3, 8, 1)))
    assert message(reading, "layout.shifted") == (
        "工作表“表三 依申请公开”有 161 格不在原位（如“予以公开”“自然人”从 D8 移到了 D9）；"
        "已按内部名称和项目名称找到并读取。"
        "改法：请核对读出的数；以后不要插入、删除、移动行列和单元格。"
    )


@pytest.mark.parametrize("row", [6, 8, 17, 30])
def test_a_row_inserted_by_an_application_that_leaves_names_behind(row):
    reading = read(by_openpyxl(lambda book: book[TABLE_3].insert_rows(row)))
    assert "cell.conflict" in codes(reading)
    assert lost(reading) == below(row)
    assert only(reading, "cell.conflict").data["count"] == len(below(row))


def test_the_message_of_a_conflict():
    reading = read(by_openpyxl(lambda book: book[TABLE_3].insert_rows(30)))
    assert message(reading, "cell.conflict") == (
        "表三有 6 个填报格对不上，不能确定是哪一项的数，没有读取： 表三 D30、E30、F30、G30、H30、I30。"
        "如“结转下年度”“自然人”：内部名称指向 D30，项目名称指向 D31；"
        "那里现有 D31“1178”、E31“1179”、F31“1180”、G31“1181”、H31“1182”、I31“1183”。"
        "改法：在下发或退回的工作簿的这些格里填上各自的数；不要剪切移动单元格、行列或项目名称。"
    )


def test_a_row_inserted_without_names_where_there_are_none():
    reading = read(by_openpyxl(lambda book: book[TABLE_3].insert_rows(17), tampered(tamper.remove_names)))
    assert {"layout.shifted"} <= codes(reading) <= {"layout.shifted", "formula.changed"}
    assert reading.submission == given()


def test_a_row_deleted_with_its_names():
    reading = read(tampered(lambda o: tamper.move_rows(o, TABLE_3, 9, -1)))
    assert codes(reading) == {"cell.lost", "layout.shifted", "label.changed"}
    assert reading.submission == without(given(), keys_of_rows(SPEC, "partly_granted"))
    assert message(reading, "cell.lost").startswith(
        "表三有 6 个填报格在文件中找不到（内部名称和项目名称都没有了）： 表三 D9、E9、"
    )


@pytest.mark.parametrize("row", [6, 9, 29, 30])
def test_a_row_deleted_by_an_application_that_leaves_names_behind(row):
    reading = read(by_openpyxl(lambda book: book[TABLE_3].delete_rows(row)))
    assert "label.changed" in codes(reading)
    assert "cell.conflict" in codes(reading)
    assert lost(reading) == below(row)


@pytest.mark.parametrize("column", [0, 3, 4, 9])
def test_a_column_inserted_with_its_names(column):
    reading = read(tampered(lambda o: tamper.move_columns(o, TABLE_3, column, 1)))
    assert {"layout.shifted"} <= codes(reading) <= {"layout.shifted", "formula.changed"}
    assert reading.submission == given()


def test_the_row_of_figures_of_a_table_with_rows_side_by_side_deleted():
    reading = read(tampered(lambda o: tamper.move_rows(o, TABLE_4, 6, -1)))
    assert "cell.conflict" in codes(reading)
    assert lost(reading) == {key for key in INPUTS if key.startswith("disputes.")}
    assert "如“行政复议”“结果维持”：内部名称已丢失，项目名称指向 A6；那里都是空的。" in message(
        reading, "cell.conflict"
    )


def test_the_column_of_texts_deleted():
    reading = read(tampered(lambda o: tamper.move_columns(o, TEXTS, 1, -1)))
    assert "text.conflict" in codes(reading)
    assert set(reading.submission.texts) == {key for key in given().texts if PLAN.texts[key].sheet == COVER}


def test_a_column_deleted_with_its_names():
    reading = read(tampered(lambda o: tamper.move_columns(o, TABLE_3, 5, -1)))
    gone = {key for key in APPLICATIONS if key.endswith(".research")}
    assert codes(reading) == {"cell.lost", "layout.shifted", "label.changed"}
    assert reading.submission == without(given(), gone)


@pytest.mark.parametrize(
    ("sheet", "act", "at"),
    [
        (sheet, act, at)
        for sheet in (TABLE_2, TABLE_3, TABLE_4)
        for act in ("insert_rows", "delete_rows", "insert_cols", "delete_cols")
        for at in (1, 4, 6)
        if (sheet, act[-4:], at) != (TABLE_2, "cols", 6)  # it has four columns
    ],
)
def test_nothing_that_leaves_names_behind_goes_unnoticed(sheet, act, at):
    reading = read(by_openpyxl(lambda book: getattr(book[sheet], act)(at)))
    assert api.status(reading) == "returned"
    assert "cell.conflict" in codes(reading)


@pytest.mark.parametrize("column", [1, 4, 5, 9])
def test_a_column_inserted_by_an_application_that_leaves_names_behind(column):
    reading = read(by_openpyxl(lambda book: book[TABLE_3].insert_cols(column)))
    assert "cell.conflict" in codes(reading)
    assert lost(reading) == {key for key in APPLICATIONS if PLAN.cells[key].column + 1 >= column}


def test_two_labels_of_rows_swapped():
    reading = read(tampered(lambda o: tamper.swap(o, TABLE_3, "A6", "A7")))
    assert codes(reading) == {"cell.conflict"}
    assert lost(reading) == keys_of_rows(SPEC, "received", "carried_in")


def test_two_labels_of_rows_swapped_where_the_names_are_gone():
    reading = read(tampered(tamper.remove_names, lambda o: tamper.swap(o, TABLE_3, "C12", "C14")))
    assert codes(reading) == {"cell.conflict"}
    assert lost(reading) == APPLICATIONS


def test_two_heads_of_columns_swapped():
    reading = read(tampered(lambda o: tamper.swap(o, TABLE_3, "E5", "F5")))
    assert codes(reading) == {"cell.conflict"}
    assert lost(reading) == {key for key in APPLICATIONS if key.endswith((".enterprise", ".research"))}


def test_a_label_typed_over_the_one_of_another_row():
    reading = read(tampered(lambda o: o.put(TABLE_3, "A7", "一、本年新收政府信息公开申请数量")))
    assert lost(reading) <= keys_of_rows(SPEC, "received", "carried_in")
    assert "label.changed" in codes(reading)


# ---------------------------------------------------------------- cells that are cut and pasted


@pytest.mark.parametrize(
    ("source", "target", "missing"),
    [
        (
            ("表三", "D6"),
            ("表三", "D7"),
            {"applications.received.natural_person", "applications.carried_in.natural_person"},
        ),
        (("表三", "D6"), ("表三", "I30"), {"applications.received.natural_person", "applications.carried_out.other"}),
        (("表三", "D6"), ("表二", "B5"), {"applications.received.natural_person", "disclosure.regulations.issued"}),
        (("表二", "B6"), ("表四", "A6"), {"disclosure.normative_documents.issued", "disputes.review.upheld"}),
        (("表三", "D6"), ("表三", "J6"), {"applications.received.natural_person"}),
        (("表三", "D6"), ("表三", "A1"), {"applications.received.natural_person"}),
    ],
)
def test_an_input_cut_and_pasted(source, target, missing):
    sheets = {"表二": TABLE_2, "表三": TABLE_3, "表四": TABLE_4}
    places = [(sheets[sheet], address) for sheet, address in (source, target)]
    reading = read(tampered(lambda o: tamper.cut_and_paste(o, *places)))
    assert "cell.conflict" in codes(reading)
    assert reading.submission == without(given(), missing)
    assert api.status(reading) == "returned"


def test_the_message_of_a_cell_pasted_into_another_sheet():
    reading = read(tampered(lambda o: tamper.cut_and_paste(o, (TABLE_3, "D6"), (TABLE_2, "B5"))))
    told = [api.message(found, SPEC) for found in reading.findings if found.code == "cell.conflict"]
    assert "如“规章”“本年制发件数”：内部名称已丢失，项目名称指向 B5；那里现有 B5“1010”。" in told[0]
    assert (
        "如“本年新收”“自然人”：内部名称指向“表二 主动公开”的 B5，项目名称指向 D6；那里现有 “表二 主动公开”的 B5“1010”。"
        in told[1]
    )


def test_a_name_that_points_elsewhere_is_not_believed_for_want_of_a_label():
    acts = (lambda o: o.put(TABLE_3, "A6", "改了"), lambda o: tamper.cut_and_paste(o, (TABLE_3, "D6"), (TABLE_2, "B5")))
    assert "applications.received.natural_person" in lost(read(tampered(*acts)))


def test_a_text_cut_and_pasted():
    first, second = PLAN.texts["overview"].address, PLAN.texts["problems"].address
    reading = read(tampered(lambda o: tamper.cut_and_paste(o, (TEXTS, first), (TEXTS, second))))
    assert codes(reading) == {"text.conflict"}
    assert set(given().texts) - set(reading.submission.texts) == {"overview", "problems"}
    assert message_of_first(reading).startswith(
        "工作表“文字”有 2 个填写格对不上，不能确定是哪一项的文字，没有读取：“一、总体情况：概述”、“五、"
        "存在的主要问题及改进情况”。"
        f"如“一、总体情况：概述”：内部名称指向 {second}，项目名称指向 {first}。"
    )


def message_of_first(reading):
    return api.message(reading.findings[0], SPEC)


@pytest.mark.parametrize("sheet", [TEXTS, COVER])
def test_a_row_inserted_among_the_texts(sheet):
    row = 5 if sheet == TEXTS else 9
    assert codes(read(tampered(lambda o: tamper.move_rows(o, sheet, row, 1)))) <= {"formula.changed"}
    reading = read(by_openpyxl(lambda book: book[sheet].insert_rows(row)))
    assert "text.conflict" in codes(reading)
    assert (
        read(by_openpyxl(lambda book: book[sheet].insert_rows(row), tampered(tamper.remove_names))).submission.texts
        == given().texts
    )


def test_texts_without_labels_or_names():
    spot = PLAN.texts["overview"]
    reading = read(tampered(lambda o: o.put(TEXTS, f"A{spot.row + 1}", "概述部分")))
    assert reading.submission == given()
    reading = read(tampered(tamper.remove_names, lambda o: o.put(TEXTS, f"A{spot.row + 1}", "概述部分")))
    assert reading.submission == given(), "nothing moved, so the official place will do"
    acts = (
        tamper.remove_names,
        lambda o: o.put(TEXTS, f"A{spot.row + 1}", "概述部分"),
        lambda o: tamper.move_rows(o, TEXTS, 4, 1),
    )
    reading = read(tampered(*acts))
    assert codes(reading) >= {"text.lost"}
    assert set(given().texts) - set(reading.submission.texts) == {"overview"}


def test_a_formula_that_shows_a_label_is_no_label():
    """One text is found by its own label, the other, over whose label the formula was typed, is lost."""
    [text] = [text for text in SPEC.texts if text.key == "overview"]
    formula = Formula(f'"{text.label}"')
    formula.shown = text.label
    acts = (
        tamper.remove_names,
        lambda o: o.put(TEXTS, f"A{PLAN.texts['other_matters'].row + 1}", formula),
        lambda o: tamper.move_rows(o, TEXTS, 4, 1),
    )
    texts = read(tampered(*acts)).submission.texts
    assert texts == {key: text for key, text in given().texts.items() if key != "other_matters"}


def test_a_guidance_typed_once_more_misleads_nobody():
    """Where it stands in two columns it tells of none in which the texts are."""
    [text] = [text for text in SPEC.texts if text.key == "overview"]
    reading = read(by_openpyxl(lambda book: book[TEXTS].cell(60, 2, text.guidance)))
    assert (reading.submission, codes(reading)) == (given(), set())


@pytest.mark.parametrize("sheet", [TEXTS, COVER])
@pytest.mark.parametrize("act", ["insert_cols", "delete_cols"])
@pytest.mark.parametrize("at", [1, 2])
def test_texts_whose_columns_move_and_whose_names_stay_behind(sheet, act, at):
    reading = read(by_openpyxl(lambda book: getattr(book[sheet], act)(at)))
    assert "text.conflict" in codes(reading)
    assert set(reading.submission.texts) == {key for key in given().texts if PLAN.texts[key].sheet != sheet}


@pytest.mark.parametrize("act", ["insert_cols", "delete_cols"])
@pytest.mark.parametrize("at", [1, 3, 5, 8, 9])
def test_explanations_whose_columns_move_and_whose_names_stay_behind(act, at):
    reading = read(by_openpyxl(lambda book: getattr(book[CHECKS], act)(at)))
    assert "text.conflict" in codes(reading)
    assert reading.submission.explanations.items() <= given().explanations.items()


def test_explanations_stay_with_their_checks():
    rows = [spot.row + 1 for spot in PLAN.explanations.values()]
    reading = read(by_openpyxl(lambda book: book[CHECKS].insert_rows(rows[1])))
    assert "text.conflict" in codes(reading)
    assert len(reading.submission.explanations) == 1
    reading = read(tampered(lambda o: tamper.move_rows(o, CHECKS, rows[1], 1)))
    assert reading.submission == given()


# ---------------------------------------------------------------- sheets, merges, locks


def test_a_merge_undone():
    def unmerge(opened: Opened):
        merges = opened.sheet(TABLE_3).find(f"{{{tamper.MAIN}}}mergeCells")
        merges.remove(next(merge for merge in merges if merge.get("ref") == "A6:C6"))

    reading = read(tampered(unmerge))
    assert codes(reading) == {"merge.undone"}
    assert reading.submission == given()
    assert "合并格 A6:C6 被拆开" in message(reading, "merge.undone")


@pytest.mark.parametrize("known", [True, False])
def test_a_renamed_sheet_without_names_is_known_by_more_than_half_of_its_labels(known):
    texts = list(dict.fromkeys(area.text for area in PLAN.grids["applications"].rectangles if area.text))
    kept = len(texts) // 2 + known

    def act(opened: Opened):
        for cell in tamper.labels(opened, TABLE_3, texts[kept:]):
            opened.put(TABLE_3, cell.get("r"), None)
        tamper.rename(opened, TABLE_3, "Sheet 1")
        tamper.remove_names(opened, "cell__applications")

    reading = read(tampered(act))
    assert ("sheet.renamed" in codes(reading)) is known
    assert ({"sheet.removed", "sheet.added"} <= codes(reading)) is not known
    assert (lost(reading) == APPLICATIONS) is not known


@pytest.mark.parametrize("known", [True, False])
def test_a_sheet_keeps_its_name_against_a_copy_while_it_has_half_of_its_labels(known):
    """Below that share the copy, which has them all, is taken for the sheet."""
    texts = list(dict.fromkeys(area.text for area in PLAN.grids["applications"].rectangles if area.text))
    kept = (len(texts) + 1) // 2 - (not known)

    def copy(book):
        other = book.copy_worksheet(book[TABLE_3])
        for row in book[TABLE_3].iter_rows():
            for cell in row:
                if cell.value in texts[kept:]:
                    cell.value = None
        other.title = "另一张"

    reading = read(by_openpyxl(copy))
    assert ("sheet.renamed" in codes(reading)) is not known
    assert (
        f"工作表“{TABLE_3}”被改名为“另一张”" in "".join(api.message(f, SPEC) for f in reading.findings)
    ) is not known


@pytest.mark.parametrize("sheet", [TABLE_3, TEXTS, COVER, CHECKS])
def test_a_sheet_renamed(sheet):
    reading = read(tampered(lambda o: tamper.rename(o, sheet, "Sheet 1")))
    assert codes(reading) == {"sheet.renamed"}
    assert reading.submission == given()
    assert f"工作表“{sheet}”被改名为“Sheet 1”" in message(reading, "sheet.renamed")


@pytest.mark.parametrize("sheet", [TABLE_2, TABLE_3, TABLE_4])
def test_a_sheet_renamed_by_an_application_that_leaves_names_behind(sheet):
    reading = read(by_openpyxl(lambda book: setattr(book[sheet], "title", "乙")))
    assert {"sheet.renamed"} <= codes(reading) <= {"sheet.renamed", "formula.changed"}
    assert reading.submission == given()


@pytest.mark.parametrize("leave", [False, True])
def test_two_sheets_that_swap_their_names(leave):
    def swap(book):
        book[TABLE_2].title = "丙"
        book[TABLE_3].title = TABLE_2
        book["丙"].title = TABLE_3

    if leave:
        reading = read(by_openpyxl(swap))
        assert "cell.conflict" in codes(reading)
        return
    acts = [
        lambda o, a=a, b=b: tamper.rename(o, a, b) for a, b in ((TABLE_2, "丙"), (TABLE_3, TABLE_2), ("丙", TABLE_3))
    ]
    reading = read(tampered(*acts))
    assert codes(reading) == {"sheet.renamed", "sheet.reordered"} or codes(reading) == {"sheet.renamed"}
    assert reading.submission == given()


def test_a_sheet_added():
    reading = read(
        by_openpyxl(lambda book: book.create_sheet("备注").append(["一、本年新收政府信息公开申请数量", 999]))
    )
    assert codes(reading) == {"sheet.added"}
    assert reading.submission == given()
    assert message(reading, "sheet.added").startswith("多了工作表“备注”，其中内容没有读取。")


def test_a_copy_of_a_sheet_added():
    def copy(book):
        book.copy_worksheet(book[TABLE_3])["D6"] = 1

    reading = read(by_openpyxl(copy))
    assert codes(reading) == {"sheet.added"}
    assert reading.submission == given()


def test_a_copy_that_took_the_name_of_its_sheet():
    def copy(book):
        other = book.copy_worksheet(book[TABLE_3])
        other["D6"] = 1
        book[TABLE_3].title = "旧表三"
        other.title = TABLE_3
        for name in book.defined_names.values():
            name.attr_text = name.attr_text.replace(f"'{TABLE_3}'!", "旧表三!")  # as Excel does

    reading = read(by_openpyxl(copy))
    assert {"sheet.added", "cell.conflict"} <= codes(reading)
    assert lost(reading) == APPLICATIONS


@pytest.mark.parametrize("sheet", sorted(set(SHEETS) - {HIDDEN}))
def test_a_sheet_removed(sheet):
    reading = read(by_openpyxl(lambda book: book.remove(book[sheet])))
    assert "sheet.removed" in codes(reading)
    severity = only(reading, "sheet.removed").severity
    assert severity == ("info" if sheet == GUIDE else "warning" if sheet == CHECKS else "error")
    assert lost(reading) == {key for key in INPUTS if PLAN.cells[key].sheet == sheet}
    assert api.status(reading) == ("returned" if severity == "error" else "accepted")


def test_the_message_of_a_sheet_removed():
    reading = read(by_openpyxl(lambda book: book.remove(book[TABLE_4])))
    assert (
        message(reading, "sheet.removed")
        == "缺少工作表“表四 复议诉讼”，其中 12 个填报格无法读取。改法：在下发或退回的工作簿里填写，不要删除工作表。"
    )


def test_sheets_reordered():
    reading = read(tampered(tamper.reorder))
    assert codes(reading) == {"sheet.reordered"}
    assert reading.submission == given()


def test_a_sheet_unprotected():
    reading = read(tampered(*(lambda o, s=sheet: tamper.unlock(o, s) for sheet in (TABLE_2, TABLE_3))))
    assert codes(reading) == {"sheet.unprotected"}
    assert "工作表“表二 主动公开”、“表三 依申请公开”的锁定已被解除" in message(reading, "sheet.unprotected")
    assert reading.submission == given()


# ---------------------------------------------------------------- anything, one after another


def type_over(opened: Opened, spot: Spot):
    if opened.cell(spot.sheet, spot.address).find(f"{{{tamper.MAIN}}}f") is not None:  # not an input that moved there
        opened.put(spot.sheet, spot.address, 77)


def swap_labels(opened: Opened, addresses: list[str]):
    if all(
        opened.cell(TABLE_3, address).get("t") in {"s", "inlineStr"} for address in addresses
    ):  # not figures that moved there
        tamper.swap(opened, TABLE_3, *addresses)


def acts(rng: Random) -> list[tuple[str, tamper.Tamper]]:
    """Any act that leaves each cell its name or its label."""
    sheet = rng.choice([TABLE_2, TABLE_3, TABLE_4])
    inputs = [spot for key in INPUTS if (spot := PLAN.cells[key])]
    one, other = rng.sample(sorted(inputs, key=str), 2)
    row, column = rng.randint(3, 31), rng.randint(0, 10)
    first, second = rng.sample([area for area in PLAN.grids["applications"].rectangles if area.text], 2)
    addresses = [f"{'ABCDEFGHIJ'[area.column]}{area.row + 3}" for area in (first, second)]
    total = PLAN.cells[rng.choice([cell.key for cell in SPEC.cells if cell.total])]
    return [
        ("insert row", lambda o: tamper.move_rows(o, sheet, row, 1)),
        ("delete row", lambda o: tamper.move_rows(o, sheet, row, -1)),
        ("insert column", lambda o: tamper.move_columns(o, sheet, column, 1)),
        ("delete column", lambda o: tamper.move_columns(o, sheet, column, -1)),
        ("cut and paste", lambda o: tamper.cut_and_paste(o, (one.sheet, one.address), (other.sheet, other.address))),
        ("swap labels", lambda o: swap_labels(o, addresses)),
        ("change label", lambda o: o.put(TABLE_3, addresses[0], "改了")),
        ("type over total", lambda o: type_over(o, total)),
        ("rename sheet", lambda o: tamper.rename(o, sheet, "Sheet 1")),
        ("reorder sheets", tamper.reorder),
        ("unlock", lambda o: tamper.unlock(o, sheet)),
    ]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_done_one_after_another_no_figure_is_another_ones(seed):
    rng = Random(seed)
    opened = Opened(filled())
    done = []
    for _ in range(rng.randint(1, 4)):
        name, act = rng.choice(acts(rng))
        try:
            act(opened)
        except KeyError:
            continue  # the cell or sheet is no longer there: another act moved or renamed it
        done.append(name)
    read(opened.bytes())
    assert done


@pytest.mark.parametrize("seed", range(30))
def test_whatever_a_script_moves_no_figure_is_another_ones(seed):
    rng = Random(seed)

    def script(book):
        for _ in range(rng.randint(1, 3)):
            sheet = book[rng.choice([TABLE_2, TABLE_3, TABLE_4, TEXTS, COVER])]
            getattr(sheet, rng.choice(["insert_rows", "delete_rows", "insert_cols", "delete_cols"]))(rng.randint(1, 12))

    read(by_openpyxl(script))
