"""Lines of blanks that only head others, are sums by their place alone, or are divided; heads that take two lines."""

from __future__ import annotations

import pytest

from tests.drafting.test_make import draft_page, marked_lines
from xltool.drafting.make import Drafted
from xltool.drafting.words import read_label
from xltool.forms.layout import grid


def make_page(lines: list[str], title: str = "某县月报", note: str = "") -> str:
    """A page of one table: texts of a line apart by bars, `_` to be filled in, `text*2x3` over lines and columns."""
    rows = []
    for line in lines:
        cells = []
        for text in line.split("|"):
            words, _, over = text.partition("*")
            down, across = (over or "1x1").split("x")
            cells.append(f"<td rowspan={down} colspan={across}>{'' if words == '_' else words}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<html><body><p>{title}</p><table border=1>{''.join(rows)}</table><p>{note}</p></body></html>"


def list_totals(drafted: Drafted) -> set[str]:
    assert drafted.spec is not None, drafted.text
    return {f"{cell.row.short}/{cell.column.short}" for cell in drafted.spec.cells if cell.total}


def list_sums(drafted: Drafted) -> dict[str, set[str]]:
    """Of each total of the first column the names of what it is added up from."""
    assert drafted.spec is not None, drafted.text
    first = drafted.spec.cells[0].column
    names = {cell.key: cell.row.short for cell in drafted.spec.cells if cell.column.id == first.id}
    defining = [rule.linear for rule in drafted.spec.rules if rule.defines and rule.linear.left[0][0] in names]
    return {names[linear.left[0][0]]: {names[key] for key, _ in linear.right} for linear in defining}


@pytest.mark.parametrize(
    ("lines", "heads"),
    [
        (
            [
                "序号|指标|单位|数量",
                "1|一、受理情况|----|_",
                "2|（一）窗口受理|件|_",
                "3|（二）网上受理|件|_",
                "4|二、办结|件|_",
            ],
            {"一、受理情况"},
        ),
        (
            [
                "指标|单位|代码|数量",
                "一、受理情况|_|A01|_",
                "（一）窗口受理|件|A02|_",
                "（二）网上受理|件|A03|_",
                "二、办结|件|A04|_",
            ],
            {"一、受理情况"},
        ),
        (
            [
                "序号|指标|数量",
                "_|一、受理（件）|_",
                "1.1|窗口受理|_",
                "1.1.1|其中：当日办结|_",
                "1.2|网上受理|_",
                "_|二、投诉（件）|_",
                "2.1|电话投诉|_",
                "2.2|来信|_",
            ],
            {"一、受理（件）", "二、投诉（件）"},
        ),
        (["指标|单位|数量", "窗口受理|件|_", "网上受理|件|_", "合计|_|_"], set()),
        (["序号|指标|数量", "1|窗口受理|_", "2|网上受理|_", "_|合计|_"], set()),
    ],
)
def test_a_line_without_what_the_others_have_beside_it_only_heads_them(lines, heads):
    drafted = draft_page(make_page(lines))
    assert drafted.spec is not None
    [table] = drafted.spec.tables
    [block] = table.blocks
    assert {row.label for row in block.rows if len(row.absent) == len(block.columns)} == heads
    assert drafted.differences == ()


def test_a_head_over_two_lines_beside_deeper_ones():
    lines = [
        "项目*3x1|受理*1x3|办结*2x2",
        "窗口*1x2|网上*2x1",
        "当日|次日|按时|超时",
        "甲类|_|_|_|_|_",
        "乙类|_|_|_|_|_",
    ]
    drafted = draft_page(make_page(lines))
    assert drafted.spec is not None
    assert drafted.differences == ()
    assert "deep = 2" in drafted.text
    [table] = drafted.spec.tables
    tall = next(r for r in grid(table).rectangles if r.text == "办结")
    assert (tall.row, tall.column, tall.height, tall.width) == (0, 4, 2, 2)


@pytest.mark.parametrize(
    ("head", "before"),
    [("环比", "上期"), ("增长速度（%）", "上年同期"), ("增速", "上年同期"), ("同比", "上年同期"), ("增幅%", "上月")],
)
def test_growth_is_what_is_more_than_before_of_what_was_before(head, before):
    drafted = draft_page(make_page([f"指标|数量|{before}|{head}", "收件|_|_|_", "退件|_|_|_"]))
    assert drafted.spec is not None
    [rate, *_] = {cell.key: cell for cell in drafted.spec.rates}.values()
    assert "- " in next(line for line in drafted.text.splitlines() if "rate = " in line)
    assert [line for line in marked_lines(drafted) if "rate = " in line]
    assert rate.measure.unit == "%"


def test_a_rate_is_of_the_one_whole_beside_it():
    lines = [
        "行业*2x1|一般隐患*1x3|重大隐患*1x3",
        "排查数|已整改|整改率（%）|排查数|已整改|整改率（%）",
        "矿山|_|_|_|_|_|_",
        "道路|_|_|_|_|_|_",
    ]
    drafted = draft_page(make_page(lines))
    assert drafted.spec is not None
    assert len(drafted.spec.rates) == 4


def test_quotients_of_a_note_with_what_makes_units_alike():
    lines = [
        "地区|人口|人数|保障面|支出|人均",
        "_|万人|人|%|万元|元",
        "栏次|1|2|3|4|5",
        "城区|_|_|_|_|_",
        "乡镇|_|_|_|_|_",
    ]
    drafted = draft_page(make_page(lines, note="说明：3=2/(1*10000)*100，5=4*10000/2。"))
    assert drafted.spec is not None
    rates = [line for line in drafted.text.splitlines() if "rate = " in line]
    assert [line.partition("rate = ")[2].count("10000") for line in rates] == [1, 1]
    assert len(drafted.spec.rates) == 4


def test_a_hundredfold_quotient_of_what_is_no_percentage_is_only_told():
    lines = ["地区|人口|人数|每百人", "_|人|人|人", "栏次|1|2|3", "城区|_|_|_", "乡镇|_|_|_"]
    drafted = draft_page(make_page(lines, note="说明：3=2/1*100。"))
    assert drafted.spec is not None
    assert not drafted.spec.rates
    assert "写不成勾稽关系" in drafted.text


def test_places_add_up_as_they_are_listed():
    lines = [
        "单位|当月|累计",
        *(f"{name}|_|_" for name in ("××市", "市本级", "县区级", "区　级", "东区", "开发区", "县　级", "甲县", "乙县")),
    ]
    drafted = draft_page(make_page(lines))
    sums = list_sums(drafted)
    assert sums == {
        "××市": {"市本级", "县区级"},
        "县区级": {"区　级", "县　级"},
        "区　级": {"东区", "开发区"},
        "县　级": {"甲县", "乙县"},
    }
    assert len([line for line in marked_lines(drafted) if "expr" in line]) >= 4


def test_places_without_their_levels_add_up_to_nothing():
    lines = ["单位|当月", *(f"{name}|_" for name in ("××市", "东区", "甲县", "乙县"))]
    assert list_totals(draft_page(make_page(lines))) == set()


def test_names_that_come_again_are_parts_of_the_line_above():
    groups = {"货运量（万吨）": ("铁路", "公路"), "客运量（万人）": ("铁路", "其中：高铁", "公路", "水路")}
    lines = ["指标|本月", *(f"{name}|_" for head, parts in groups.items() for name in (head, *parts))]
    drafted = draft_page(make_page(lines))
    assert len(list_totals(drafted)) == 2
    assert {unit for cell in drafted.spec.cells for unit in [cell.measure.unit]} == {"万吨", "万人"}
    told = [line for line in marked_lines(drafted) if "不是就删去这条合计" in line]
    assert any("铁路加公路加水路" in line for line in told)


def test_what_comes_only_once_is_no_part_of_anything():
    lines = ["指标|本月", *(f"{name}|_" for name in ("货运量", "铁路", "公路", "客运量", "轮渡", "索道"))]
    assert list_totals(draft_page(make_page(lines))) == set()


def test_a_net_value_is_what_is_left_and_stands_for_it():
    rows = ["一、固定资产合计", "1.原价", "其中：生产用", "2.减：累计折旧", "3.净值", "4.在建工程"]
    drafted = draft_page(make_page(["资产|金额", *(f"{name}|_" for name in rows)]))
    sums = list_sums(drafted)
    assert len(sums) == 2
    assert any(len(parts) == 2 and "净值" in parts for parts in sums.values())
    defining = [rule.linear for rule in drafted.spec.rules if rule.defines]
    assert [len(linear.right) for linear in defining if min(times for _, times in linear.right) < 0] == [2]


def test_the_last_of_totals_is_their_total():
    rows = ["一、流动资产合计", "1.现金", "2.存货", "二、长期资产合计", "1.投资", "2.设备", "三、资产总计"]
    drafted = draft_page(make_page(["资产|金额", *(f"{name}|_" for name in rows)]))
    assert len(list_sums(drafted)) == 3
    assert any("资产总计" in line for line in marked_lines(drafted))


@pytest.mark.parametrize(("last", "whole"), [("其他情形", True), ("涉及隐私", False)])
def test_of_which_is_the_whole_where_it_ends_with_others(last, whole):
    rows = ["1.同意公开", "2.不同意公开", "其中：涉密", "涉及商业秘密", last, "3.不存在"]
    drafted = draft_page(make_page(["指标|件数", *(f"{name}|_" for name in rows)]))
    assert ("不同意公开/件数" in list_totals(drafted)) is whole


def test_the_first_line_of_a_list_may_be_its_total():
    drafted = draft_page(make_page(["地　区|户数|人数", "合　计|_|_", "_|_|_", "_|_|_", "_|_|_"]))
    assert list_totals(drafted) == {"合计/户数", "合计/人数"}


def test_letters_number_lines_below_figures():
    assert read_label("A 城市低保").numbering == (6, 1)
    assert read_label("II 农村低保").numbering == (7, 2)
    assert read_label("A类企业").numbering == (0, 0)
    assert (read_label("（2）减：累计折旧").sign, read_label("（2）减：累计折旧").words) == (-1, "累计折旧")
    rows = [
        "1.社会福利",
        "2.社会救助",
        "其中：最低生活保障",
        "A 城市低保",
        "I 低保金",
        "II 补贴",
        "B 农村低保",
        "3.其他",
    ]
    drafted = draft_page(make_page(["指标|支出（万元）", *(f"{name}|_" for name in rows)]))
    assert {name: len(parts) for name, parts in list_sums(drafted).items()} == {"最低生活保障": 2, "A 城市低保": 2}


CARD = [
    "申请人信息*6x1|公民*4x1|姓名|_|工作单位|_",
    "证件名称|_|证件号码|_",
    "通信地址|_*1x3",
    "联系电话|_|电子邮箱|_",
    "法人或其他组织*2x1|名称|_|统一社会信用代码|_",
    "联系人|_|联系电话|_",
    "所需信息*1x6",
    "名称*1x2|_|文号*1x2|_",
    "内容描述*1x2|_*1x4",
]


def test_a_card_whose_heads_stand_before_one_stack_alone():
    drafted = draft_page(make_page(CARD, "申请表"))
    assert drafted.spec is not None, drafted.text
    assert drafted.differences == ()
    [table] = drafted.spec.tables
    first = table.blocks[0]
    assert first.abreast == 2
    assert [row.label for row in first.rows if row.absent] == ["<"]
    assert [(r.row, r.column, r.width) for r in grid(table).rectangles if r.key and r.key.endswith("di_zhi.given")] == [
        (2, 3, 3)
    ]
    assert len(drafted.spec.every_cell) == 14
    assert {cell.key for cell in drafted.spec.cells} == set()


def test_a_text_over_all_stacks_of_a_card_parts_them():
    drafted = draft_page(make_page(["姓名|_|单位|_", "电话|_|邮编|_", "事项*1x4", "名称|_|文号|_"], "登记卡"))
    assert drafted.spec is not None, drafted.text
    assert drafted.differences == ()
    assert [block.abreast for block in drafted.spec.tables[0].blocks] == [2, 1, 2]


@pytest.mark.parametrize(
    ("lines", "heads"),
    [
        (["指标|分值|扣分", "秩序|60|_", "速度|40|_", "另加|—|_"], set()),
        (["指标|单位|数量", "窗口|件|_", "网上|件|_", "满意度|—|_"], set()),
        (["指标|单位|数量", "一、受理|—|_", "（一）窗口|件|_", "（二）网上|件|_"], {"一、受理"}),
        (["指标|单位|数量", "受理情况|_|_", "窗口|件|_", "网上|件|_"], {"受理情况"}),
    ],
)
def test_a_dash_in_the_one_printed_column_makes_no_heading_of_a_line(lines, heads):
    drafted = draft_page(make_page(lines))
    assert drafted.spec is not None, drafted.text
    [block] = drafted.spec.tables[0].blocks
    assert {row.label for row in block.rows if len(row.absent) == len(block.columns)} == heads
    assert drafted.differences == ()


SHARES = ["事项|数量|占新受理数比例（%）", "处罚|_|_", "强制|_|_"]


def draft_tables(*tables: list[str]) -> Drafted:
    bodies = [make_page(lines).partition("<table")[2].partition("</table>")[0] for lines in tables]
    titles = ("一、受理情况", "二、事项情况")
    parts = [f"<p>{title}</p><table{body}</table>" for title, body in zip(titles, bodies, strict=True)]
    return draft_page(f"<html><body><p>复议统计表</p>{''.join(parts)}</body></html>")


@pytest.mark.parametrize(
    ("lines", "rate"),
    [
        (["指标|数量", "新受理数|_", "审结数|_"], "number / {}.{}.number"),
        (["项目|新受理数|审结数", "件数|_|_"], "number / {}.{}.xin_shou_li_shu"),
        (["指标|县级|乡级|合计", "新受理数|_|_|_", "审结数|_|_|_"], "number / {}.{}.total"),
        (["指标|县级|乡级", "新受理数|_|_", "审结数|_|_"], None),
        (["指标|数量", "旧受理数|_", "审结数|_"], "number / unprinted.xin_shou_li_shu.number"),
    ],
)
def test_a_share_of_what_another_table_has_alone_is_computed_and_marked(lines, rate):
    drafted = draft_tables(lines, SHARES)
    assert drafted.spec is not None, drafted.text
    assert drafted.differences == ()
    first = drafted.spec.tables[0]
    row = first.blocks[0].rows[0].id
    assert {each.column.rate for each in drafted.spec.rates} == ({rate.format(first.id, row)} if rate else set())
    told = [line for line in marked_lines(drafted) if "占新受理数比例" in line and ', rate = "' in line]
    assert len(told) == bool(rate)
