"""One slip of the pen, one opinion; where last year or arithmetic can tell, the true cell leads."""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random

import openpyxl
import pytest

import xltool
from tests import figures
from xltool import api
from xltool.messages import finding
from xltool.model import Reading
from xltool.rules.opinions import cite_basis, group_findings, list_cells, word_opinion
from xltool.workbook.layout_plan import make_plan

SPEC = xltool.form("ogi-2021")
PLACE = make_plan(SPEC).place
TABLE = next(table for table in SPEC.tables if table.id == "applications")


def last_year(rng, values):
    """A year before that fits: its carried-over figures are this year's carried in, the rest is near."""
    near = {
        key: max(0, value + rng.randint(-3, 3)) if key.startswith("applications.") and value else value
        for key, value in values.items()
    }
    for column in figures.APPLICANTS:
        done = sum(near[f"applications.{row}.{column}"] for row in figures.results(SPEC))
        kept = near[f"applications.carried_out.{column}"] = values[f"applications.carried_in.{column}"]
        near[f"applications.received.{column}"] = max(0, done + kept - near[f"applications.carried_in.{column}"])
    for end in ("issued", "repealed", "in_force"):
        near[f"disclosure.normative_documents.{end}"] = 0
    near["disclosure.normative_documents.in_force"] = (
        values["disclosure.normative_documents.in_force"]
        - values["disclosure.normative_documents.issued"]
        + values["disclosure.normative_documents.repealed"]
    )
    return figures.summed(SPEC, near)


def this_year(rng):
    values = figures.consistent(SPEC, rng)
    values["disclosure.normative_documents.repealed"] = 0
    return values


def retyped(change, totals=False):
    """A slip in one figure, made of its digits."""

    def slip(rng, values):
        cells = [cell for cell in TABLE_CELLS if cell.total == totals and values[cell.key] >= 100]
        cell = rng.choice(cells)
        return [cell.key], values | {cell.key: change(values[cell.key])}

    return slip


def swap_digits(value):
    digits = str(value)
    return int(digits[1] + digits[0] + digits[2:]) if digits[0] != digits[1] else value + 10


def move_row(rng, values):
    """A row of figures typed into the row below, whose own figures are lost."""
    rows = [row.id for row in TABLE.blocks[0].rows if not row.total]
    at = rng.randrange(len(rows) - 1)
    moved = dict(values)
    for column in figures.APPLICANTS:
        moved[f"applications.{rows[at + 1]}.{column}"] = values[f"applications.{rows[at]}.{column}"]
        moved[f"applications.{rows[at]}.{column}"] = 0
    return [], moved


TABLE_CELLS = [cell for cell in SPEC.cells if cell.table is TABLE]
SLIPS = {
    "transposed": retyped(swap_digits),
    "dropped": retyped(lambda value: value // 10),
    "doubled": retyped(lambda value: value * 10 + value % 10),
    "moved row": move_row,
    "wrong total": retyped(lambda value: value + 1, totals=True),
}


def opinions_on(values, prior):
    given = figures.submission(SPEC, values)
    [judged] = api.check([Reading(given)], None if prior is None else [replace(prior, year=given.year - 1)])
    return judged, [opinion for opinion in api.group_opinions(judged) if opinion.severity != "info"]


@pytest.mark.parametrize("compared", [False, True], ids=["alone", "beside last year"])
@pytest.mark.parametrize("kind", SLIPS)
def test_one_slip_is_one_opinion(kind, compared):
    rng, one, tried, named = Random(11), 0, 0, 0
    for _ in range(40):
        true = this_year(rng)
        prior = figures.submission(SPEC, last_year(rng, true)) if compared else None
        keys, wrong = SLIPS[kind](rng, true)
        values = wrong if kind == "wrong total" else figures.summed(SPEC, wrong)
        before, after = opinions_on(true, prior)[1], opinions_on(values, prior)[1]
        errors = [opinion for opinion in after if opinion.severity == "error"]
        tried += bool(errors)
        more = len(after) - len(before)
        one += len(errors) == 1 and (more <= 1 or kind == "moved row")
        named += bool(keys) and any(
            list_cells(each, opinions_on(values, prior)[0].findings)[:1] == tuple(keys) for each in errors
        )
    assert tried > 25
    assert one >= tried * 0.95
    assert not keys or named >= tried * (0.85 if compared or kind == "wrong total" else 0.5)


def test_a_text_in_a_number_cell_is_one_opinion_at_that_cell():
    """Rules that cannot be reckoned with a text, and blanks that are none, are not told beside it."""
    rng = Random(6)
    true = this_year(rng)
    data, cells = api.fill(figures.submission(SPEC, true)), [cell for cell in SPEC.cells if not cell.total]
    [before] = api.check([api.read(data)])
    known = [opinion.severity for opinion in api.group_opinions(before) if opinion.severity != "info"]
    for cell in rng.sample(cells, 12):
        book, (sheet, address) = openpyxl.load_workbook(io.BytesIO(data)), PLACE(cell.key)
        book[sheet][address] = rng.choice(["22件", "约30", "见附件", "无数据", "3、4"])
        buffer = io.BytesIO()
        book.save(buffer)
        [judged] = api.check([api.read(buffer.getvalue())])
        told = [opinion for opinion in api.group_opinions(judged) if opinion.severity != "info"]
        errors = [opinion for opinion in told if opinion.severity == "error"]
        assert [list_cells(opinion, judged.findings) for opinion in errors] == [(cell.key,)]
        assert len(told) <= len(known) + 1


def test_every_finding_is_in_just_one_opinion():
    rng = Random(3)
    for _ in range(20):
        values = this_year(rng)
        for key in rng.sample(sorted(values), 6):
            values[key] = rng.randrange(2000)
        judged, _ = opinions_on(values, figures.submission(SPEC, last_year(rng, this_year(rng))))
        told = [at for opinion in api.group_opinions(judged) for at in opinion.findings]
        assert sorted(told) == list(range(len(judged.findings)))


def test_what_leads_is_said_first_and_what_follows_last():
    true = {cell.key: 0 for cell in SPEC.cells}
    values = true | {"applications.received.natural_person": 12, "applications.carried_out.natural_person": 12}
    values["applications.carried_in.natural_person"] = 4
    prior = figures.submission(SPEC, figures.summed(SPEC, true))
    judged, [opinion, *_] = opinions_on(figures.summed(SPEC, values), prior)
    assert word_opinion(opinion, judged.findings, SPEC, PLACE).startswith(
        "表三“上年结转”行“自然人”栏（D7）应为 0（填的是 4）：只改这一格，4 条勾稽关系都平，与上年的数一致。"
        "表三“自然人”栏：本年新收 12 + 上年结转 4 = 16，办理结果总计 0 + 结转下年度 12 = 12，相差 4"
        "（表三 D6、D7、D29、D30）；"
        "第一项加第二项之和，应等于第三项加第四项之和。"
    )
    assert "。表三“总计”栏、" in word_opinion(opinion, judged.findings, SPEC, PLACE)
    assert "随之不平，改好自动平。" in word_opinion(opinion, judged.findings, SPEC, PLACE)
    assert word_opinion(opinion, judged.findings, SPEC, PLACE).endswith("依据：国办公开办函〔2021〕30号 表三注。")


def test_what_follows_is_neither_called_wrong_beside_it_nor_are_its_cells_among_those_to_look_at():
    values = this_year(Random(4))
    values["applications.received.enterprise"] += 9
    judged, [opinion] = opinions_on(figures.summed(SPEC, values), None)
    said = word_opinion(opinion, judged.findings, SPEC, PLACE)
    assert "表三“总计”栏随之不平，改好自动平。" in said and "也不平" not in said
    rows = ("received", "carried_in", "processed_total", "carried_out")
    assert list_cells(opinion, judged.findings) == tuple(f"applications.{row}.enterprise" for row in rows)


def test_how_many_relations_one_cell_mends_is_counted_from_two_on():
    values = figures.summed(SPEC, this_year(Random(4)))
    values["applications.received.total"] += 1
    judged, [opinion] = opinions_on(values, None)
    assert "：只改这一格，2 条勾稽关系都平。" in word_opinion(opinion, judged.findings, SPEC, PLACE)
    first = judged.findings[:1]
    [alone] = group_findings(first)
    assert "：只改这一格，就平。" in word_opinion(alone, first, SPEC, PLACE)


def test_what_needs_nothing_done_has_no_remedy():
    found = [finding("total.computed", count=1, cells="J6")]
    [opinion] = group_findings(found)
    assert word_opinion(opinion, found, SPEC, PLACE) == "有 1 个合计格未填，已按勾稽关系算出：J6。"


def test_two_rows_mixed_up_are_one_opinion_with_both_rows():
    rng = Random(5)
    true = this_year(rng)
    swapped = dict(true)
    for column in figures.APPLICANTS:
        one, other = f"applications.received.{column}", f"applications.carried_out.{column}"
        swapped[one], swapped[other] = true[other], true[one]
    judged, [opinion] = opinions_on(figures.summed(SPEC, swapped), None)
    assert {(s.key, s.proposed) for s in opinion.suspects} == {
        (key, true[key]) for key in true if true[key] != swapped[key] and not key.endswith(".total")
    }
    assert word_opinion(opinion, judged.findings, SPEC, PLACE).startswith("这两行的数可能填颠倒了")


def test_a_few_errors_of_one_kind_stand_alone_and_many_are_one():
    keys = [cell.key for cell in TABLE_CELLS if not cell.total]
    for count in (3, 4):
        found = [finding("number.text", key, raw="无", holds=None) for key in keys[:count]]
        assert len(group_findings(found)) == (count if count == 3 else 1)
    said = word_opinion(group_findings(found)[0], found, SPEC, PLACE)
    assert said.startswith("数字格里填了文字，共 4 处：表三“本年新收”行“自然人”栏（D6）填的是“无”")


def test_remarks_about_the_file_are_one_by_kind():
    found = [finding("formula.changed", sheet=sheet, count=1, cells="A1") for sheet in ("表二", "表三", "校验")]
    [opinion] = group_findings(found)
    assert opinion.findings == (0, 1, 2)
    assert word_opinion(opinion, found, SPEC, PLACE).startswith("公式被改动，共 3 处：")


def test_what_is_to_be_done_about_each_of_several_texts_is_said():
    found = [finding("text.missing", text=at, label=f"第{at}段", guidance=f"写{at}。") for at in ("一", "二")]
    [opinion] = group_findings(found)
    said = word_opinion(opinion, found, SPEC, PLACE)
    assert "“第一段”没有写；“第二段”没有写。改法：补写这一部分。写一。补写这一部分。写二。" in said


def test_a_form_left_blank_is_one_opinion_with_the_texts_that_are_missing():
    blank = replace(figures.submission(SPEC, {}), values=(None,) * len(SPEC.cells), texts={"problems": "有三个。"})
    [judged] = api.check([Reading(blank)])
    [opinion] = group_findings(judged.findings)
    assert (opinion.severity, len(opinion.findings)) == ("error", 3)
    said = word_opinion(opinion, judged.findings, SPEC, PLACE)
    assert said.startswith("整份报表还没有填：166 个数、2 段文字。改法：按填报说明逐表填写")
    left = [found for found in judged.findings if found.code == "text.missing"]
    [opinion] = group_findings(left)
    said = word_opinion(opinion, left, SPEC, PLACE)
    assert said.count("没有写") == 2 and opinion.severity == "warning"


def test_a_form_left_blank_with_its_texts_written_says_nothing_of_texts():
    texts = {text.key: f"{text.label}已写明。" for text in SPEC.texts}
    blank = replace(figures.submission(SPEC, {}), values=(None,) * len(SPEC.cells), texts=texts)
    [judged] = api.check([Reading(blank)])
    [lead] = [found for found in judged.findings if found.severity == "error"]
    assert (lead.code, lead.data["missing"]) == ("form.empty", "166 个数")


def test_what_follows_can_be_told_where_its_leader_is_not_among_the_findings():
    values = this_year(Random(4))
    values["applications.received.enterprise"] += 9
    judged, _ = opinions_on(figures.summed(SPEC, values), None)
    for left in judged.findings:
        [opinion] = group_findings([left])
        assert word_opinion(opinion, [left], SPEC, PLACE)


@pytest.mark.parametrize(
    ("basis", "cited"),
    [
        ("国办公开办函〔2021〕30号 表三：第三项应平", "国办公开办函〔2021〕30号 表三"),
        ("县字〔2024〕1号 表一“其中：干部报酬”", "县字〔2024〕1号 表一“其中：干部报酬”"),
        ("表一第6行（其中：干部报酬）：不应大于第5行", "表一第6行（其中：干部报酬）"),
        ("《条例：总则》第三条", "《条例：总则》第三条"),
        ("“没有后引号：一", "“没有后引号"),
        ("“" * 5000, "“" * 5000),
    ],
)
def test_a_basis_is_cited_up_to_what_it_says_and_names_keep_their_colons(basis, cited):
    assert cite_basis(basis) == cited
