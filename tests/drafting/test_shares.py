"""Shares whose labels name their whole: computed where that is sure enough, else typed in, marked in either case."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drafting.test_make import SHARED, needs_blanks
from tests.workbook import calc
from xltool.drafting.make import Drafted, draft_form
from xltool.drafting.share_words import ShareLabel, read_share
from xltool.drafting.write import DOUBT
from xltool.forms.rates import compute_rates, format_rate
from xltool.model import Agency, Column, Row, Submission
from xltool.published.read import read_report
from xltool.reader.read import read_workbook
from xltool.report.printing import Wishes, print_report
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.write import write_workbook


def draft(*tables: Sequence[str], above: str = "") -> Drafted:
    """The draft of a page with tables, a string a line: `_` is to be filled in."""
    titles = ("一、甲类情况", "二、乙类情况", "三、丙类情况")
    bodies = [
        f"<p>{title}</p><table border=1>"
        + "".join("<tr>" + "".join(f"<td>{'' if cell == '_' else cell}</td>" for cell in line.split("|")) + "</tr>"
                  for line in lines)
        + "</table>"
        for title, lines in zip(titles, tables, strict=False)
    ]  # fmt: skip
    page = f"<html><body><p>某某工作统计表</p>{above}{''.join(bodies)}</body></html>"
    return draft_form(page.encode(), "空白.html", "drafted", 2024)


def list_rates(drafted: Drafted) -> list[str]:
    """The rates of a draft as it writes them, each with the doubt at its line."""
    assert drafted.spec is not None, drafted.faults
    assert drafted.differences == ()
    lines = [line for line in drafted.text.splitlines() if ', rate = "' in line]
    assert all(DOUBT in line for line in lines), lines
    return [line.partition(', rate = "')[2].partition('"')[0] for line in lines]


def find_line(drafted: Drafted, label: str) -> str:
    [line] = [line for line in drafted.text.splitlines() if f'label = "{label}"' in line]
    return line


@pytest.mark.parametrize(
    ("label", "found"),
    [
        ("占新受理数比例", ("", "新受理数", True)),
        ("占新受理数的比重", ("", "新受理数", True)),
        ("占新受理数百分比（％）", ("", "新受理数", True)),
        ("占新受理数（%）", ("", "新受理数", True)),
        ("占本年新受理数的比例", ("", "新受理数", True)),
        ("其中：占总户数比", ("", "总户数", True)),
        ("占比（占总人口的比重）", ("", "总人口", True)),
        ("行政处罚占新受理数比例", ("行政处罚", "新受理数", True)),
        ("受理总数占比", ("", "受理总数", True)),
        ("占新增就业比例", ("", "新增就业", True)),
        ("占GDP的比重", ("", "GDP", False)),
        ("占地区生产总值比重", ("", "地区生产总值", False)),
        ("占比", ("", "", True)),
        ("女性占比", ("", "", True)),
        ("比例", ("", "", False)),
        ("占总数比例", ("", "", True)),
        ("占全部比例", ("", "", True)),
        ("占全县比重", ("", "", True)),
        ("占上年比重", ("", "", False)),
        ("占计划比重", ("", "", False)),
        ("占比增减", None),
        ("占比比上年提高", None),
        ("增长率", None),
        ("环比", None),
        ("整改率", None),
        ("侵占案件比例", None),
        ("占地面积比例", None),
    ],
)
def test_what_labels_say(label: str, found: tuple[str, str, bool] | None) -> None:
    assert read_share(label) == (ShareLabel(*found) if found else None)


def test_one_whole_of_several_tables_is_one_cell_that_no_report_prints() -> None:
    drafted = draft(
        ["类别|件数|占新受理数比例", "甲|_|_", "乙|_|_"], ["事项|处罚|强制", "件数|_|_", "占新受理数的比重|_|_"]
    )
    assert list_rates(drafted) == ["cases / unprinted.xin_shou_li_shu.number"] * 2
    assert drafted.spec is not None
    [table] = [table for table in drafted.spec.tables if table.unprinted]
    [cell] = [cell for cell in drafted.spec.cells if cell.table is table]
    assert (cell.label, cell.measure.unit, table.sheet) == ("新受理数 / 数", "件", "附表 新受理数")
    assert "空白表上没有印“新受理数”，按“件”起草" in find_line(drafted, "新受理数")
    assert "空白表上没有“新受理数”，填在附表（报告不印）" in find_line(drafted, "占新受理数比例")
    [measure] = {rate.measure for rate in drafted.spec.rates}
    assert (measure.signed, measure.maximum, measure.rounding) == (False, 100, "half_up")
    assert f'rounding = "half_up" {DOUBT}空白表上看不出是四舍五入还是截尾' in drafted.text


@pytest.mark.parametrize(
    ("heads", "lines", "rates"),
    [
        ("类别|件数|人数|件数占立案数比例", "甲|_|_|_", ["cases / unprinted.li_an_shu.number"]),
        ("类别|件数|占立案数比例|占结案数比例", "甲|_|_|_",
         ["cases / unprinted.li_an_shu.number", "cases / unprinted.jie_an_shu.number"]),
        ("类别|金额（万元）|占GDP比重（%）", "甲|_|_", ["money / unprinted.gdp.number"]),
        ("类别|件数|占比（占总户数）", "甲|_|_", ["cases / unprinted.zong_hu_shu.number"]),
    ],
)  # fmt: skip
def test_the_part_is_the_one_that_the_label_names_or_that_stands_beside(
    heads: str, lines: str, rates: list[str]
) -> None:
    assert list_rates(draft([heads, lines, lines.replace("甲", "乙")])) == rates


TYPED: Mapping[str, tuple[Sequence[str], str, str]] = {
    "several parts": (["类别|件数|人数|占立案数比例", "甲|_|_|_"], "占立案数比例", "看不出是旁边哪一个数占的"),
    "no part of that name": (["类别|件数|女性占职工数比例", "甲|_|_"], "女性占职工数比例", "看不出是旁边哪一个"),
    "a share of a share": (["类别|占比|占立案数比例", "甲|_|_"], "占立案数比例", "看不出是旁边哪一个数占的"),
    "a vague whole": (["类别|件数|占全县比重", "甲|_|_"], "占全县比重", "看来是比率"),
    "no whole": (["类别|件数|占比（%）", "甲|_|_"], "占比（%）", "看来是比率"),
    "the part or the whole": (["类别|件数|新受理数占比", "甲|_|_"], "新受理数占比", "看来是比率"),
    "the sum of its own": (
        ["类别|受理件数|占受理总数比例", "甲|_|_"],
        "占受理总数比例",
        "“受理件数”各项之和，表上没有这个合计",
    ),
    "units by row": (
        ["指标|计量单位|数量|占总产值比重", "粮食|吨|_|_", "牛|头|_|_"],
        "占总产值比重",
        "各处的计量单位不同",
    ),
    "of last year": (["类别|上年件数|占立案数比例", "甲|_|_"], "占立案数比例", "是上一期的"),
    "something like it on the paper": (
        ["类别|件数|占立案数比例", "甲|_|_", "行政立案数|_|_"],
        "占立案数比例",
        "可能是表一的“行政立案数”",
    ),
}


@pytest.mark.parametrize("case", TYPED)
def test_what_is_not_certain_is_typed_in_within_bounds_and_marked(case: str) -> None:
    lines, label, told = TYPED[case]
    drafted = draft([*lines, lines[-1].replace("甲", "乙")] if lines[-1].startswith("甲") else lines)
    assert list_rates(drafted) == []
    assert told in find_line(drafted, label).partition(DOUBT)[2]
    assert drafted.spec is not None
    assert not [table for table in drafted.spec.tables if table.unprinted]
    measures = {cell.measure for cell in drafted.spec.cells if cell.measure.unit == "%" and cell.column.label == label}
    assert {(each.signed, each.maximum, each.consolidate) for each in measures} == {(False, 100, "never")}


def test_what_stands_outside_the_tables_is_on_the_paper() -> None:
    drafted = draft(["类别|件数|占立案数比例", "甲|_|_", "乙|_|_"], above="<p>立案数：</p>")
    assert list_rates(drafted) == []
    assert "可能是表外的“立案数”" in find_line(drafted, "占立案数比例")


def test_one_whole_of_parts_in_two_units_is_one_of_the_first_alone() -> None:
    drafted = draft(["类别|件数（件）|占立案数比例", "甲|_|_"], ["类别|人数（人）|占立案数比重", "甲|_|_"])
    assert list_rates(drafted) == ["cases / unprinted.li_an_shu.number"]
    assert "各处的计量单位不同" in find_line(drafted, "占立案数比重")


def test_a_whole_in_a_larger_unit_is_taken_as_many_times() -> None:
    money = ["指标|金额（万元）|占税收总额比重（%）", "甲|_|_"]
    drafted = draft(["指标|数值（亿元）", "税收总额|_", "其他|_"], money)
    [rate] = list_rates(drafted)
    assert rate.startswith("money / (10000 * ")
    assert "计量单位不同（万元、亿元），请核对倍数" in find_line(drafted, "占税收总额比重（%）")
    drafted = draft(["指标|数值（元）", "税收总额|_", "其他|_"], money)
    assert list_rates(drafted)[0].startswith("10000 * money / ")


def test_a_share_of_what_the_table_adds_up_is_of_that_sum() -> None:
    [rate] = list_rates(draft(["类别|受理件数|占受理总数比例", "甲|_|_", "乙|_|_", "合计|_|_"]))
    numerator, _, denominator = rate.partition(" / ")
    assert denominator == f"total.{numerator}"


def test_changes_of_shares_are_no_shares() -> None:
    drafted = draft(["类别|件数|上年件数|增长率|占立案数比例增减", "甲|_|_|_|_", "乙|_|_|_|_"])
    assert [rate.partition(" / ")[2] for rate in list_rates(drafted)] == ["last_year_cases"]
    assert drafted.spec is not None
    [measure] = {each.measure for each in drafted.spec.cells if each.column.label == "占立案数比例增减"}
    assert measure.signed
    assert not [cell for cell in drafted.spec.cells if cell.total]


WORDS = st.sampled_from(["新受理数", "立案数", "GDP", "总户数", "总数", "全县", "上年件数", "件数", "年度计划", "比例"])
SAID = st.sampled_from(
    ["占{}比例", "占{}的比重", "占{}%", "{}占比", "占比（占{}）", "占{}比例增减", "所占比例", "人数占{}比"]
)
PARTS = st.sampled_from(["件数", "人数", "金额（万元）", "上年件数", "占比", "新受理数", "增长率", "备注"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.lists(PARTS, max_size=3, unique=True), SAID, WORDS), min_size=1, max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_no_share_is_computed_without_a_mark_whatever_stands_beside(
    given: list[tuple[list[str], str, str]], turned: bool, summed: bool
) -> None:
    tables = []
    for parts, said, word in given:
        heads = [*parts, said.format(word)]
        rows = ["甲", "乙", *(["合计"] if summed else [])]
        lines = [["项目", *rows], *([head, *["_"] * len(rows)] for head in heads)]
        grid = lines if turned else [list(line) for line in zip(*lines, strict=True)]
        tables.append(["|".join(line) for line in grid])
    drafted = draft(*tables)
    list_rates(drafted)
    spec = drafted.spec
    assert spec is not None
    named = [
        part for cell in (*spec.cells, *spec.rates) for part in (cell.row, cell.column) if not cell.table.unprinted
    ]
    for part in named:
        share = read_share(part.label)
        mine = [cell for cell in spec.cells if part in (cell.row, cell.column) and cell.measure.unit == "%"]
        assert share is None or not any(cell.measure.signed for cell in mine if _tells(cell.row, cell.column, part))
    rests = {key.partition(".")[0] for rate in spec.rates for key, _ in rate.denominator}
    assert {table.id for table in spec.tables if table.unprinted} <= rests


def _tells(row: Row, column: Column, part: Row | Column) -> bool:
    """Whether the measure of a cell is that of one of its labels alone."""
    return (row.measure is None or part is row) and (not column.own_measure or part is column)


@needs_blanks
def test_a_drafted_share_goes_through_workbook_report_and_reading(tmp_path: Path) -> None:
    blank = SHARED / "blanks" / "review_items.html"
    drafted = draft_form(blank.read_bytes(), blank.name, "drafted", 2024)
    spec = drafted.spec
    assert spec is not None
    assert drafted.differences == ()
    counts = iter([75, 3, 27, 20, 11, 8, 4, 3, *[10] * 9, 151])
    held = Submission(spec.id, 2024, Agency("1", "某县司法局", "county"), tuple(next(counts) for _ in spec.cells))
    shown = compute_rates(spec, held.values)
    first, second = (format_rate(shown[rate.key], rate.measure) for rate in spec.rates[:2])
    assert (first, second) == ("49.67", "1.99")
    data = write_workbook(spec, held)
    reading = read_workbook(data, lambda _: spec, lambda _: ())
    assert reading.submission is not None
    assert reading.submission.values == held.values
    read = read_report(print_report(spec, held, held, "html", Wishes())[0], [spec]).reading.submission
    assert read is not None
    assert read.values == (*held.values[:-1], None)
    calc.require_office()
    [contents] = calc.recalculated({"w": calc.spoiled(data)}, tmp_path).values()
    book, plan = openpyxl.load_workbook(io.BytesIO(data), data_only=True), make_plan(spec)
    spots = [plan.cells[rate.key] for rate in spec.rates]
    assert [contents[spot] for spot in spots] == [book[spot.sheet][spot.address].value for spot in spots]
