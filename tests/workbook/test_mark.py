"""A workbook that goes back: what it says, what it marks, and that it can be corrected in place and sent again."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from random import Random
from string import Formatter

import openpyxl
import pytest

from tests import figures
from tests.elsewhere import assert_same_elsewhere
from tests.workbook import calc
from tests.workbook.rewriters import office_saved, openpyxl_saved
from xltool import api
from xltool.codes import CATALOGUE
from xltool.forms.sheet_names import CHECKS, RETURN, TEXTS
from xltool.messages import finding
from xltool.model import NOT_APPLICABLE, Finding, Reading, Submission
from xltool.rules.opinions import list_cells
from xltool.spreadsheet.a1 import parse_reference
from xltool.workbook.formula import list_formulas
from xltool.workbook.layout_plan import STATE_ROW, Spot, make_plan
from xltool.workbook.mark import mark_workbook
from xltool.workbook.notice import HINTS

SPEC = api.form("ogi-2021")
PLAN = make_plan(SPEC)
EDITIONS = {"ogi-2021": 2024, "ogi-2019": 2020}
COUNT, GRANTED, TOTAL = (
    "applications.received.natural_person",
    "applications.granted.enterprise",
    "applications.received.total",
)
FEES = "disclosure.fees.amount"
IN_YUAN = {"smaller": "元", "mend": "除以 10000"}


@cache
def right(form_id: str = "ogi-2021") -> Submission:
    spec = api.form(form_id)
    given = figures.submission(spec, figures.consistent(spec, Random(8)), preface="引言")
    return replace(given, year=EDITIONS[form_id], serial="0007-0123456789abcdef0123")


def typed(submission: Submission, contents: dict[str, object], data: bytes | None = None) -> bytes:
    """The workbook after someone typed into it with another program."""
    layout = make_plan(api.form(submission.form))
    book = openpyxl.load_workbook(io.BytesIO(api.fill(submission) if data is None else data))
    for key, content in contents.items():
        spot = layout.cells.get(key) or layout.texts.get(key) or layout.explanations[key]
        book[spot.sheet][spot.address].value = content
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def judged(data: bytes) -> Reading:
    [reading] = api.check([api.read(data)])
    return reading


@cache
def wrong() -> Reading:
    """Six mistakes: a broken sum, a text for a number, a negative number, 元 for 万元, a total typed over, a blank."""
    values = dict(zip(SPEC.index, right().values, strict=True))
    return judged(
        typed(
            right(),
            {
                "applications.granted.other": values["applications.granted.other"] + 1,
                GRANTED: "3件",
                "applications.received.research": -2,
                FEES: 251_000,
                "disputes.direct.total": 99,
                "disputes.review.upheld": None,
            },
        )
    )


def returned(reading: Reading, previous: Submission | None = None, version: int = 1, **more: Submission) -> bytes:
    assert reading.submission is not None
    return mark_workbook(
        api.form(reading.submission.form), reading.submission, reading.findings, previous, version, **more
    )


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def told(*findings: Finding, submission: Submission | None = None) -> openpyxl.Workbook:
    return opened(mark_workbook(SPEC, submission or right(), findings, None, 1))


def rows(book: openpyxl.Workbook) -> list[list[str]]:
    return [[str(cell.value or "") for cell in row] for row in book[RETURN].iter_rows()]


def lines(book: openpyxl.Workbook) -> list[list[str]]:
    """The findings that the sheet lists."""
    found = rows(book)
    start = next(at for at, row in enumerate(found) if row[:3] == ["序号", "等级", "位置"])
    ends = [at for at, row in enumerate(found) if at > start and not row[0]]
    return found[start + 1 : ends[0] if ends else None]


def marked(book: openpyxl.Workbook, spec=SPEC) -> dict[str, list[tuple[int, str]]]:
    """By address of a cell in question, the conditions that colour it: priority and formula."""
    found: dict[str, list[tuple[int, str]]] = {}
    for table in spec.tables:
        for area in book[table.sheet].conditional_formatting:
            for rule in area.rules:
                if rule.dxf.fill.bgColor.rgb in {"FFF4914D", "FFFFD34D"}:
                    found.setdefault(f"{table.name} {area.sqref}", []).append((rule.priority, *rule.formula))
    return found


def place(key: str) -> str:
    return f"{SPEC.cell(key).table.name} {PLAN.cells[key].address}"


def comment(book: openpyxl.Workbook, key: str) -> str:
    spot = PLAN.cells[key]
    note = book[spot.sheet][spot.address].comment
    return "" if note is None else note.text


# ------------------------------------------------------------ the same workbook, and it comes back


def return_wrong() -> bytes:
    return returned(wrong(), right(), 2)


def test_same_input_same_bytes():
    assert_same_elsewhere(return_wrong)


@pytest.mark.parametrize("rewrite", [lambda data: data, openpyxl_saved])
def test_untouched_it_reads_as_what_was_sent(rewrite):
    reading = api.read(rewrite(returned(wrong(), right(), 2)))
    assert [(found.code, found.data["raw"]) for found in reading.findings] == [("number.text", "3件")]
    assert reading.submission == replace(wrong().submission, source="")


def test_the_same_cells_names_locks_and_formulas_as_the_official_workbook():
    official, book = opened(api.fill(wrong().submission)), opened(returned(wrong()))
    assert book.sheetnames == [RETURN, *official.sheetnames]
    assert book.active.title == RETURN
    assert book.security.lockStructure
    assert all(sheet.protection.sheet for sheet in book.worksheets)
    assert {name: defined.attr_text for name, defined in book.defined_names.items()} == {
        name: defined.attr_text for name, defined in official.defined_names.items()
    }
    assert all(defined.hidden for defined in book.defined_names.values())
    for sheet in official.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                other = book[sheet.title][cell.coordinate]
                if other.value == "3件":  # what was typed in place of a figure
                    assert (sheet.title, cell.coordinate) == (PLAN.cells[GRANTED].sheet, PLAN.cells[GRANTED].address)
                    continue
                assert (other.value, other.protection.locked, other.number_format) == (
                    cell.value,
                    cell.protection.locked,
                    cell.number_format,
                )
    assert all(cell.protection.locked for row in book[RETURN].iter_rows() for cell in row)
    assert {book[spot.sheet][spot.address].value for spot in list_formulas(PLAN)} == {
        f"={text}" for text in list_formulas(PLAN).values()
    }


@pytest.mark.parametrize("form_id", EDITIONS)
def test_corrected_in_place_it_is_accepted(form_id):
    spec, given = api.form(form_id), right(form_id)
    reading = judged(typed(given, {COUNT: "12件", "problems": None}))
    assert api.status(reading) == "returned"
    again = judged(
        typed(
            given,
            {COUNT: given.values[spec.index[COUNT]], "problems": given.texts["problems"]},
            returned(reading, None, 1),
        )
    )
    assert (again.submission, again.findings) == (given, ())


def test_corrected_and_saved_by_libreoffice(tmp_path):
    calc.require_office()
    files = {
        "back": returned(wrong(), right(), 2),
        "mended": typed(right(), right_again(), returned(wrong(), right(), 2)),
    }
    saved = office_saved(files, tmp_path)
    assert api.read(saved["back"]).submission == replace(wrong().submission, source="")
    assert [found.code for found in api.read(saved["back"]).findings] == ["number.text"]
    assert (judged(saved["mended"]).submission, judged(saved["mended"]).findings) == (right(), ())


def test_what_it_shows_is_what_libreoffice_computes_also_beside_what_is_no_figure(tmp_path):
    calc.require_office()
    word = judged(typed(right(), {"disputes.review.upheld": "无", "disclosure.penalties.decisions": "十来件"}))
    files = {"wrong": returned(wrong(), right(), 2), "word": returned(word, None, 1)}
    found = calc.recalculated({name: calc.spoiled(data) for name, data in files.items()}, tmp_path)
    for name, data in files.items():
        shown = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        for spot in list_formulas(PLAN):
            expected = shown[spot.sheet][spot.address].value
            assert found[name].get(spot, "") == ("" if expected is None else expected), (name, spot)


def right_again() -> dict[str, object]:
    keys = ["applications.granted.other", GRANTED, "applications.received.research", FEES, "disputes.review.upheld"]
    return {key: right().values[SPEC.index[key]] / SPEC.cell(key).measure.scale for key in keys}


def test_sent_back_again_and_again():
    """The third round starts from a workbook that was itself sent back."""
    second = judged(typed(right(), {COUNT: -1}, returned(wrong(), right(), 1)))
    data = returned(second, wrong().submission, 2)
    assert opened(data).sheetnames.count(RETURN) == 1
    assert api.read(data).submission == replace(second.submission, source="")


@pytest.mark.parametrize("act", ["removed", "moved", "renamed", "filled"])
def test_what_becomes_of_the_first_sheet_matters_little(act):
    book = opened(returned(wrong()))
    sheet = book[RETURN]
    if act == "removed":
        book.remove(sheet)
    elif act == "moved":
        book.move_sheet(sheet, 3)
    elif act == "renamed":
        sheet.title = "意见"
    else:
        sheet["A50"] = "已改"
    buffer = io.BytesIO()
    book.save(buffer)
    reading = api.read(buffer.getvalue())
    assert reading.submission == replace(wrong().submission, source="")
    codes = [found.code for found in reading.findings if found.code != "number.text"]
    assert codes == (["sheet.added"] if act == "renamed" else [])


def test_it_is_never_taken_for_a_sheet_that_is_missing():
    book = opened(returned(wrong()))
    book.remove(book[TEXTS])
    buffer = io.BytesIO()
    book.save(buffer)
    assert "sheet.removed" in [found.code for found in api.read(buffer.getvalue()).findings]


def test_with_last_years_figures():
    prior = replace(right(), year=2023)
    data = returned(wrong(), right(), 2, prior=prior)
    assert [found.code for found in api.read(data).findings] == ["number.text"]
    assert api.read(data).submission == replace(wrong().submission, source="")
    layout = make_plan(SPEC, True)
    assert (
        opened(data)[layout.priors[COUNT].sheet][layout.priors[COUNT].address].value
        == right().values[SPEC.index[COUNT]]
    )


# ------------------------------------------------------------ the sheet


def test_the_head_says_whose_it_is_and_how_many():
    found = rows(opened(returned(wrong(), right(), 2)))
    assert found[0][0] == "退回意见"
    assert found[1][0] == "填报单位：额敏县教育和科学技术局　　报告年度：2024 年　　第 2 次报送"
    codes = [opinion.severity for opinion in api.group_opinions(wrong())]
    assert len(codes) < len(wrong().findings)
    assert (
        found[2 + len(HINTS)][0]
        == f"共 {len(codes)} 条意见：强制 {codes.count('error')} 条，核实 {codes.count('warning')} 条。"
    )


def test_every_opinion_is_listed_gravest_first_with_its_link():
    book = opened(returned(wrong()))
    listed = lines(book)
    assert [row[0] for row in listed] == [str(number) for number in range(1, len(api.group_opinions(wrong())) + 1)]
    grades = [row[1] for row in listed]
    assert grades == sorted(grades, key=["强制", "核实", "提示"].index)
    links = {cell.hyperlink.location for row in book[RETURN].iter_rows() for cell in row if cell.hyperlink}
    assert all(cell.hyperlink.target is None for row in book[RETURN].iter_rows() for cell in row if cell.hyperlink)
    spots = {Spot(*parse_reference(link)[:3]) for link in links}
    assert spots == {PLAN.cells[list_cells(found, wrong().findings)[0]] for found in api.group_opinions(wrong())}


def test_a_finding_in_its_parts():
    number = finding("number.text", GRANTED, raw="3件", holds="3")
    [row] = lines(told(number))
    assert row == [
        "1",
        "强制",
        place(GRANTED),
        "“3件”",
        f"表三“予以公开”行“商业企业”栏（{PLAN.cells[GRANTED].address}）填的是“3件”，不是数；看来应为 3。",
        "只填数字；说明文字写到“文字”表。",
        "国办公开办函〔2021〕30号",
        "",
    ]


def test_figures_of_several_cells_and_where_else_findings_lead():
    keys = [f"applications.received.{name}" for name in ("natural_person", "enterprise", "research")]
    book = told(
        finding("cell.blank", *keys, count=3),
        finding("text.missing", text="problems", label=SPEC.text("problems").label, guidance=""),
        finding("label.changed", sheet=TEXTS, count=1, labels="A4"),
        finding("form.empty", missing="166 个数"),
        finding("merge.undone", sheet="表三", ranges="A1:B2"),
        submission=replace(right(), values=tuple(None for _ in right().values)),
    )
    listed = {row[2]: row for row in lines(book)}
    spot = PLAN.texts["problems"]
    assert set(listed) == {f"{place(keys[0])} 等 3 格", f"{TEXTS} {spot.address}", TEXTS, "整份工作簿"}
    assert listed[f"{place(keys[0])} 等 3 格"][3] == "未填"
    assert [row[5] for row in lines(book) if row[1] == "提示"] == ["请在下发（退回）的工作簿上填写。"]
    several = lines(told(finding("cell.blank", *keys, count=3)))[0][3]
    assert several.split("\n") == [f"{PLAN.cells[key].address}：{right().values[SPEC.index[key]]}" for key in keys]


def test_a_finding_of_every_code_can_be_told():
    def facts(code: str) -> dict[str, str]:
        """A fact for every place of its sentence and remedy."""
        message = CATALOGUE[code]
        return {name: name for _, name, _, _ in Formatter().parse(message.sentence + message.remedy) if name}

    broken = next(found for found in wrong().findings if found.code == "rule.broken")
    findings = [broken if code == "rule.broken" else finding(code, COUNT, **facts(code)) for code in CATALOGUE]
    assert len(lines(told(*findings))) == len(CATALOGUE)


# ------------------------------------------------------------ the cells


def test_what_was_no_number_is_quoted_and_stays_as_it_was_typed():
    book = opened(returned(wrong()))
    spot = PLAN.cells[GRANTED]
    assert book[spot.sheet][spot.address].value == "3件"
    assert comment(book, GRANTED).startswith("【强制】")
    assert "填的是“3件”" in comment(book, GRANTED)
    assert "改法：只填数字" in comment(book, GRANTED)


def test_comments_are_of_one_author_and_shown_only_on_hovering():
    book = opened(returned(wrong()))
    notes = [
        cell.comment for table in SPEC.tables for row in book[table.sheet].iter_rows() for cell in row if cell.comment
    ]
    assert {note.author for note in notes} == {"审核"}
    opinions = [one for one in api.group_opinions(wrong()) if one.severity != "info"]
    cells = {key for one in opinions for key in list_cells(one, wrong().findings)}
    assert len(notes) == len(cells | {suspect.key for one in opinions for suspect in one.suspects})


def test_cells_in_question_are_coloured_before_all_else_until_they_change():
    values = dict(zip(SPEC.index, wrong().submission.values, strict=True))
    book = opened(returned(wrong()))
    found = marked(book)
    opinions = [one for one in api.group_opinions(wrong()) if one.severity != "info"]
    asked = {key for one in opinions for key in list_cells(one, wrong().findings)}
    asked |= {suspect.key for one in opinions for suspect in one.suspects}
    for key in asked:
        spot, width = PLAN.cells[key], PLAN.areas[key].width
        area = (
            spot.address
            if width == 1
            else f"{spot.address}:{Spot(spot.sheet, spot.row, spot.column + width - 1).address}"
        )
        [(_, condition)] = found.pop(f"{SPEC.cell(key).table.name} {area}")
        fixed = spot.reference.partition("!")[2]
        if key == GRANTED:
            assert condition == f'{fixed}="3件"'
        elif values[key] is None:
            assert condition == f"LEN({fixed})=0"
        else:
            decimals = SPEC.cell(key).measure.scale
            assert condition == f"AND(ISNUMBER({fixed}),{fixed}={values[key] // decimals})"
    assert not found
    for table in SPEC.tables:
        others = [rule.priority for area in book[table.sheet].conditional_formatting for rule in area.rules]
        ours = [
            priority for name, rules in marked(book).items() if name.startswith(table.name) for priority, *_ in rules
        ]
        assert sorted(others)[: len(ours)] == sorted(ours)


def test_nothing_but_the_cells_in_question_is_coloured():
    """Lines that do not add up colour their words; the row of a total that only follows stays as it is."""
    true = figures.consistent(SPEC, Random(2))
    given = figures.submission(SPEC, figures.summed(SPEC, true | {GRANTED: true[GRANTED] + 3}))
    [found] = api.check([Reading(given)])
    book = opened(mark_workbook(SPEC, given, found.findings, None, 1))
    told = list_cells(api.group_opinions(found)[0], found.findings)
    assert not any(SPEC.cell(key).total and key.endswith(".total") for key in told)
    areas = {place for place in marked(book) if place.startswith("表三")}
    assert areas == {place(key) for key in told}
    sheet = book[SPEC.cell(GRANTED).table.sheet]
    faint = [area for area in sheet.conditional_formatting for rule in area.rules if is_faint(rule)]
    beside, below = PLAN.column_beside(SPEC.cell(GRANTED).table), PLAN.row_below(SPEC.cell(GRANTED).table)
    for bounds in (each.bounds for area in faint for each in area.sqref.ranges):
        assert bounds[0] == beside + 1 or bounds[1] == below + 1 or bounds[1] == STATE_ROW + 1


def is_faint(rule):
    """Whether a condition gives the colour of a line that does not hold, and says so by a word."""
    return rule.dxf.fill.bgColor.rgb in {"FFF8CBAD", "FFFFE699"} and "AND(" not in rule.formula[0]


@pytest.mark.parametrize(
    ("value", "condition"),
    [(NOT_APPLICABLE, '{}="/"'), (78_156_100, "AND(ISNUMBER({0}),{0}=78.1561)"), (0, "AND(ISNUMBER({0}),{0}=0)")],
)
def test_the_condition_names_the_old_value_exactly(value, condition):
    values = list(right().values)
    values[SPEC.index[FEES]] = value
    [rules] = marked(
        told(finding("amount.doubtful", FEES, value="1", **IN_YUAN), submission=replace(right(), values=tuple(values)))
    ).values()
    assert [formula for _, formula in rules] == [condition.format("$B$16")]


def test_what_is_only_told_marks_nothing():
    book = told(finding("total.retyped", TOTAL), finding("number.normalised", COUNT, raw="１２", **{"as": "12"}))
    assert marked(book) == {}
    assert comment(book, COUNT) == comment(book, TOTAL) == ""
    assert [row[1] for row in lines(book)] == ["提示", "提示"]


def test_many_cells_are_all_coloured_and_the_first_commented():
    keys = [key for key, spot in PLAN.cells.items() if key.startswith("applications.") and not SPEC.cell(key).total]
    book = told(finding("cell.blank", *keys, count=len(keys)))
    assert len(marked(book)) == len(keys)
    assert [key for key in keys if comment(book, key)] == keys[:1]


def test_several_findings_of_a_cell_share_its_comment_and_the_gravest_its_colour():
    doubtful = finding("amount.doubtful", FEES, value="251000", **IN_YUAN)
    book = told(doubtful, finding("number.negative", FEES, value="-1"))
    assert [part[:4] for part in comment(book, FEES).split("\n\n")] == ["【强制】", "【核实】"]
    areas = [
        area for area in book[SPEC.cell(FEES).table.sheet].conditional_formatting if str(area.sqref).startswith("B16")
    ]
    first = min((rule for area in areas for rule in area.rules), key=lambda rule: rule.priority)
    assert first.dxf.fill.bgColor.rgb == "FFF4914D"


def test_the_cell_that_all_points_at_leads_on_the_sheet_and_in_its_comment():
    cell = "applications.carried_in.enterprise"
    true = {
        key: 0 if key.startswith("disclosure.") else value for key, value in figures.consistent(SPEC, Random(3)).items()
    }
    carried = {f"applications.carried_out.{at}": true[f"applications.carried_in.{at}"] for at in figures.APPLICANTS}
    last, values = (figures.summed(SPEC, true | change) for change in (carried, {cell: true[cell] + 9}))
    given = [figures.submission(SPEC, each) for each in (values, last)]
    [found] = api.check([Reading(given[0])], [given[1]])
    book = opened(mark_workbook(SPEC, given[0], found.findings, None, 1))
    first = lines(book)[0]
    assert first[2].startswith(place(cell))
    assert f"应为 {true[cell]}（填的是 {values[cell]}）：只改这一格，4 条勾稽关系都平，与上年的数一致。" in first[4]
    assert comment(book, cell).startswith("【强制】表三“上年结转”行“商业企业”栏")
    assert place(cell) in marked(book)


@pytest.mark.parametrize("text", ["=1+1", "<r>&</r>", "http://a.cn/", "_x0041_", "控\x00制\x1f", "长" * 40_000])
def test_what_others_wrote_is_told_as_text(text):
    found = [finding("number.text", COUNT, raw=text[:60], holds=None), finding("sheet.added", found=text, state="")]
    spoken = replace(right(), texts={"preface": text[:32_767]})
    data = mark_workbook(SPEC, spoken, found, replace(right(), texts={"preface": "引言"}), 2)
    book = opened(data)
    assert all(cell.data_type != "f" for row in book[RETURN].iter_rows() for cell in row)
    assert "\x00" not in comment(book, COUNT)
    assert api.read(data).findings == ()


# ------------------------------------------------------------ what changed


def changes(book: openpyxl.Workbook) -> list[list[str]]:
    found = rows(book)
    start = next((at for at, row in enumerate(found) if row[0] == "与上次报送相比"), None)
    return [] if start is None else [[row[2], row[3], row[5], row[6]] for row in found[start + 2 :]]


def test_nothing_is_compared_the_first_time():
    assert "与上次报送相比" not in str(rows(opened(returned(wrong()))))


def test_what_changed_since_the_last_return():
    reason = next(iter(PLAN.explanations))
    before = replace(right(), texts={"preface": "旧" * 70, "contact.phone": "1"}, explanations={reason: "属实"})
    values = list(right().values)
    values[SPEC.index[COUNT]], values[SPEC.index[GRANTED]], values[SPEC.index[FEES]] = 5, None, 78_156_100
    after = replace(right(), values=tuple(values), texts={"preface": "新", "overview": "概述"})
    book = opened(mark_workbook(SPEC, after, [], before, 2))
    old = {key: right().values[SPEC.index[key]] for key in (COUNT, GRANTED)}
    fees = right().values[SPEC.index[FEES]] / 10**6
    why, check = PLAN.explanations[reason], next(check for check in PLAN.checks if check.name == reason)
    phone, preface, overview = (PLAN.texts[key] for key in ("contact.phone", "preface", "overview"))
    assert sorted(changes(book)) == sorted(
        [
            [place(FEES), "行政事业性收费，本年收费金额", f"{fees:g}", "78.1561"],
            [place(COUNT), "本年新收，自然人", str(old[COUNT]), "5"],
            [place(GRANTED), "予以公开，商业企业", str(old[GRANTED]), "未填"],
            [f"{phone.sheet} {phone.address}", SPEC.text("contact.phone").label, "1", "（空）"],
            [f"{TEXTS} {preface.address}", SPEC.text("preface").label, "旧" * 60 + "……（共 70 字）", "新"],
            [f"{TEXTS} {overview.address}", SPEC.text("overview").label, "（空）", "概述"],
            [f"{CHECKS} {why.address}", f"说明（{check.subject}）", "属实", "（空）"],
        ]
    )


def test_nothing_changed():
    found = rows(opened(returned(wrong(), wrong().submission, 2)))
    assert [row[0] for row in found if "完全一样" in row[0]] == ["与上次报送的内容完全一样，没有任何改动。"]
