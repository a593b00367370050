"""Whose workbook it is: three places tell, and whatever one of them says otherwise is seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.workbook import tamper
from tests.workbook.tamper import (
    AGENCY,
    COVER,
    CUSTOM,
    HIDDEN,
    TABLE_2,
    TABLE_3,
    TEXTS,
    by_openpyxl,
    codes,
    filled,
    given,
    read,
    tampered,
)
from xltool import api
from xltool.codes import LEVEL_NAMES
from xltool.model import LEVELS, Agency
from xltool.reader.identity import SCOPES
from xltool.workbook.digest import compute_digest
from xltool.workbook.layout_plan import COVER_FIELDS, META, make_plan

SPEC = api.form("ogi-2021")
PLAN = make_plan(SPEC)


def hide(field, value):
    """Writes over a mark on the very hidden sheet."""
    return lambda opened: opened.put(HIDDEN, PLAN.meta[field].address, value)


def prop(field, value):
    """Writes over a mark among the document's properties."""

    def act(opened):
        entry = next(entry for entry in opened.tree(CUSTOM) if entry.get("name") == f"xltool_{field}")
        entry[0].text = value

    return act


def show(field, value):
    """Writes over a mark on the cover."""
    return lambda opened: opened.put(COVER, PLAN.cover[field].address, value)


def no_properties(opened):
    for entry in list(opened.tree(CUSTOM)):
        entry.getparent().remove(entry)


def no_hidden_marks(opened):
    for spot in PLAN.meta.values():
        opened.put(HIDDEN, spot.address, None)


def conflicts(reading):
    return [found for found in reading.findings if found.code == "identity.conflict"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("scope", SCOPES)
def test_every_level_and_scope_comes_back(level, scope):
    submission = replace(given(), agency=replace(AGENCY, level=level), scope=scope, serial="A-7")
    reading = api.read(api.fill(submission), "甲.xlsx")
    assert reading.submission == replace(submission, source="甲.xlsx")
    assert reading.findings == ()


@pytest.mark.parametrize("name", ["甲", "A & B <局>", "长" * 80, "带 空格 的单位", "𠮷野县", '"引号"', "=1+1", "007"])
def test_names_and_codes_come_back_as_they_are(name):
    submission = replace(given(), agency=Agency(name, name, "county"))
    reading = api.read(api.fill(submission))
    assert (reading.submission, reading.findings) == (submission, ())


def test_the_cover_of_another_agency():
    reading = read(tampered(show("name", "乌鲁木齐市教育局"), show("code", "650100-001")))
    assert codes(reading) == {"identity.conflict"}
    assert reading.submission == given()
    assert [api.message(found, SPEC) for found in conflicts(reading)] == [
        "文件内的单位代码不一致：隐藏标识、文件属性为“654221-015”，封面为“650100-001”。按“654221-015”读取。改法："
        "请在下发（退回）给本单位的工作簿上填写。",
        "文件内的单位名称不一致：隐藏标识、文件属性为“额敏县教育和科学技术局”，封面为“乌鲁木齐市教育局”。"
        "按“额敏县教育和科学技术局”读取。改法：请在下发（退回）给本单位的工作簿上填写。",
    ]
    assert api.status(reading) == "returned"


OTHER = {
    "code": "1",
    "name": "甲",
    "level": "county",
    "year": "2023",
    "scope": "consolidated",
    "serial": "0002",
}


@pytest.mark.parametrize("field", sorted(OTHER))
@pytest.mark.parametrize("where", [hide, prop])
def test_a_mark_that_one_place_tells_otherwise(field, where):
    reading = read(tampered(where(field, OTHER[field])))
    assert codes(reading) == {"identity.conflict"} | ({"identity.line"} if (field, where) == ("name", hide) else set())
    assert len(conflicts(reading)) == 1
    taken = OTHER[field] if where is hide else None
    assert taken is None or taken in api.message(conflicts(reading)[0], SPEC)


@pytest.mark.parametrize("field", COVER_FIELDS)
def test_a_cover_that_tells_otherwise(field):
    words = {"level": LEVEL_NAMES["county"], "scope": SCOPES["consolidated"]}
    reading = read(tampered(show(field, words.get(field, OTHER[field]))))
    assert codes(reading) == {"identity.conflict"}
    assert replace(reading.submission, values=()) == replace(given(), values=())


def test_hidden_marks_removed():
    for act in (no_hidden_marks, lambda o: tamper.remove_names(o, "meta__")):
        reading = read(tampered(act))
        assert reading.submission == given()
        assert codes(reading) == ({"identity.partial"} if act is no_hidden_marks else set())
    reading = read(tampered(no_hidden_marks))
    assert api.message(reading.findings[0], SPEC) == "文件内的部分标识丢失（隐藏标识），其余标识一致，按其读取。"


def test_the_hidden_sheet_removed():
    reading = read(by_openpyxl(lambda book: book.remove(book[HIDDEN])))
    assert codes(reading) == {"identity.partial"}
    assert {found.severity for found in reading.findings} == {"info"}
    assert reading.submission == given()


def test_the_properties_removed():
    for act in (
        no_properties,
        lambda o: o.parts.pop(CUSTOM) and o.tree("_rels/.rels").remove(o.tree("_rels/.rels")[-1]),
    ):
        reading = read(tampered(act))
        assert codes(reading) == {"identity.partial"}
        assert reading.submission == given()


def test_the_marks_of_the_cover_removed():
    reading = read(tampered(*(show(field, None) for field in COVER_FIELDS)))
    assert codes(reading) == {"identity.partial"}
    assert "（封面）" in api.message(reading.findings[0], SPEC)


def test_all_marks_removed():
    reading = read(tampered(no_hidden_marks, no_properties))
    assert (reading.submission, codes(reading)) == (given(), {"identity.partial"}), "the foot of the cover tells all"
    no_foot = lambda opened: opened.put(COVER, PLAN.mark.address, None)  # noqa: E731
    reading = read(tampered(no_hidden_marks, no_properties, no_foot))
    assert reading.submission == replace(given(), serial=""), "names and labels tell the form, the cover whose it is"
    no_cover = [show(field, None) for field in COVER_FIELDS]
    reading = read(tampered(no_hidden_marks, no_properties, no_foot, *no_cover))
    assert reading.submission is None
    assert api.message(reading.findings[0], None) == (
        "文件能打开，但不是已知的报表：缺少或认不出单位代码、单位名称、单位级别、报告年度。改法：请用下发的工作簿填写。"
    )


def test_a_form_of_lists_alone_is_told_by_their_heads():
    """It has no cell with a name, and no other workbook is compared with none."""
    samples = Path(__file__).parents[2] / "samples" / "ogi-ledger" / "2024"
    ledger = api.read(next(iter(sorted(samples.glob("*.json")))).read_bytes()).submission
    assert ledger is not None
    foot = make_plan(api.form(ledger.form)).mark

    def strip(book):
        del book[HIDDEN]
        for name in book.custom_doc_props.names:
            del book.custom_doc_props[name]
        book[COVER][foot.address].value = None

    back = api.read(by_openpyxl(strip, api.fill(ledger))).submission
    assert back is not None
    assert (back.form, back.lists) == (ledger.form, ledger.lists)


@pytest.mark.parametrize("form_id", ["ogi-1999", "../ogi-2021", "ogi_2021", "", "x" * 300])
def test_an_unknown_form(form_id):
    reading = read(tampered(hide("form", form_id), prop("form", form_id)))
    assert reading.submission is None
    assert codes(reading) == {"file.unknown_form"}


def test_properties_of_another_form():
    reading = read(tampered(prop("form", "ogi-2019")))
    assert codes(reading) == {"identity.conflict"}
    assert reading.submission == given()


@pytest.mark.parametrize("year", ["2020", "2019", "1999"])
def test_a_year_outside_the_edition(year):
    reading = read(tampered(hide("year", year), prop("year", year), show("year", year)))
    assert reading.submission is None
    assert codes(reading) == {"file.edition"}
    assert f"本文件用的是 ogi-2021（2021 年起使用），不能用于 {year} 年度。" in api.message(reading.findings[0], None)


@pytest.mark.parametrize(
    ("field", "value"),
    [("year", "二〇二四"), ("year", "２０２４"), ("year", "20240"), ("level", "village"), ("code", " ")],
)
def test_marks_that_cannot_be(field, value):
    reading = read(tampered(hide(field, value), prop(field, value), show(field, value)))
    assert reading.submission is None
    assert codes(reading) == {"file.unknown_form"}


def test_a_document_of_a_year_outside_the_edition():
    assert codes(api.read(api.dump(replace(given(), year=2019)))) == {"file.edition"}
    assert codes(api.read(api.dump(replace(given(), year=2021)))) == set()


def test_an_unknown_scope_is_that_of_the_agency_alone():
    everywhere = [act("scope", "everything") for act in (hide, prop, show)]
    reading = api.read(tampered(*everywhere))
    assert reading.submission.scope == "own"


def test_a_workbook_of_another_version_of_the_definition():
    reading = read(
        tampered(
            hide("digest", "0123456789abcdef"), prop("digest", "0123456789abcdef"), lambda o: o.put(TABLE_3, "A2", None)
        )
    )
    assert codes(reading) == {"form.digest"}
    assert reading.submission == given()
    expected = f"本文件按另一版表样（0123456789abcdef）生成，现行为 {compute_digest(PLAN)}；"
    assert api.message(reading.findings[0], SPEC).startswith(expected)


def test_a_workbook_of_2019_that_calls_itself_one_of_2021():
    reading = api.read(
        tampered(
            *(
                where(*mark)
                for where in (hide, prop)
                for mark in (("form", "ogi-2021"), ("year", "2024"), ("digest", compute_digest(PLAN)))
            ),
            show("year", "2024"),
            data=filled("ogi-2019"),
        )
    )
    assert {"cell.lost", "label.changed"} <= codes(reading)
    assert api.status(reading) == "returned"


def test_the_marks_cover_all_that_identifies():
    assert set(META) >= {"form", "code", "name", "level", "year", "scope", "serial"}
    assert {*OTHER, "form", "digest"} == set(META)


@pytest.mark.parametrize(
    ("act", "where"),
    [(show, "封面"), (hide, "隐藏标识"), (prop, "文件属性")],
)
def test_an_agency_code_that_was_blanked(act, where):
    reading = read(tampered(act("code", None if act is not prop else "")))
    assert codes(reading) == {"identity.blanked"}
    assert reading.submission == given()
    told = api.message(reading.findings[0], SPEC)
    assert told.startswith(f"文件内的单位代码在{where}被清空，按其余标识“654221-015”读取。")


@pytest.mark.parametrize("sheet", [TABLE_2, TABLE_3, TEXTS])
def test_a_line_above_a_table_that_names_another_agency(sheet):
    reading = read(tampered(lambda opened: opened.put(sheet, "A2", "填报单位：额敏县卫生健康委员会")))
    assert codes(reading) == {"identity.line"}
    assert reading.submission == given()
    assert api.message(reading.findings[0], SPEC).startswith(
        f"工作表“{sheet}”A2写的填报单位是“额敏县卫生健康委员会”，本文件是“额敏县教育和科学技术局”的。"
    )


def test_lines_of_several_sheets_are_one_finding_an_agency():
    acts = [lambda o, sheet=sheet: o.put(sheet, "A2", "填报单位: 甲") for sheet in (TABLE_2, TABLE_3)]
    reading = read(tampered(*acts, lambda o: o.put(TEXTS, "A2", "填报单位：乙")))
    assert [found.code for found in reading.findings] == ["identity.line"] * 2
    assert f"“{TABLE_2}”A2、“{TABLE_3}”A2" in api.message(reading.findings[1], SPEC)


@pytest.mark.parametrize(
    "line", ["填报单位:额敏县教育和科学技术局", "填报单位： 额敏县　教育和科学技术局 ", "填报单位：", "填报单位", None]
)
def test_lines_that_differ_by_spaces_and_width_or_name_nobody(line):
    assert read(tampered(lambda opened: opened.put(TABLE_3, "A2", line))).findings == ()


def test_a_line_that_moved_with_an_inserted_row():
    def act(opened):
        opened.put(TABLE_3, "A2", "填报单位：甲")
        tamper.move_rows(opened, TABLE_3, 1, 1)

    reading = read(tampered(act))
    assert "identity.line" in codes(reading)
