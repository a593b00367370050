"""Totals by how lines and columns are nested, by names, by notes behind the foot; what of a total is not certain."""

from __future__ import annotations

import pytest

from tests.drafting.test_lines import list_sums, list_totals, make_page
from tests.drafting.test_make import draft_page, marked_lines
from xltool.drafting.make import Drafted


def list_column_sums(drafted: Drafted) -> dict[str, set[str]]:
    """Of each total of the first row the names of the columns that it is added up from."""
    assert drafted.spec is not None, drafted.text
    first = drafted.spec.cells[0].row
    cells = [cell for cell in drafted.spec.cells if cell.row.id == first.id]
    names = {cell.key: "".join((*(head.label for head in cell.column.heads), cell.column.label)) for cell in cells}
    defining = [rule.linear for rule in drafted.spec.rules if rule.defines and rule.linear.left[0][0] in names]
    return {names[linear.left[0][0]]: {names[key] for key, _ in linear.right} for linear in defining}


def test_lines_that_stand_further_in_are_parts_and_no_fellows_of_what_is_above_them():
    names = ("总计", "一、小学", "　城区", "　乡村", "二、初中", "　城区", "　乡村", "三、高中")
    drafted = draft_page(make_page(["学校|人数", *(f"{name}|_" for name in names)]))
    assert list_sums(drafted) == {"总计": {"小学", "初中", "高中"}, "小学": {"城区", "乡村"}, "初中": {"城区", "乡村"}}
    marked = "\n".join(marked_lines(drafted))
    assert "小学按城区加乡村起草；不是就删去这条合计" in marked
    assert "总计" not in marked


def test_names_that_come_again_below_numbered_lines_are_their_parts():
    lines = ["指标|单位|本月"]
    for head, unit in (("一、客运量", "万人"), ("二、货运量", "万吨")):
        lines += [f"{head}|{unit}|_", *(f"{name}|{unit}|_" for name in ("铁路", "公路", "水路"))]
    lines += ["三、固定资产投资|万元|_", "其中：公路建设|万元|_"]
    drafted = draft_page(make_page(lines))
    assert list_sums(drafted) == {name: {"铁路", "公路", "水路"} for name in ("客运量", "货运量")}
    assert sum("不是就删去这条合计" in line for line in marked_lines(drafted)) == 4  # two totals, at the line and rule


def test_a_total_that_names_its_subject_is_of_what_stands_since_its_heading():
    names = ("货币资金", "存货", "流动资产合计")
    lines = ["资产|行次|期末数", "流动资产：|1|_", *(f"{name}|{at}|_" for at, name in enumerate(names, start=2)),
             "固定资产：|5|_", "固定资产原价|6|_", "减：累计折旧|7|_", "固定资产净值|8|_", "资产总计|9|_"]  # fmt: skip
    drafted = draft_page(make_page(lines, title="资产负债表</p><p>单位：元"))
    assert list_sums(drafted) == {
        "流动资产合计": {"货币资金", "存货"},
        "固定资产净值": {"固定资产原价", "累计折旧"},
        "资产总计": {"流动资产合计", "固定资产净值"},
    }
    assert {cell.row.short for cell in drafted.spec.cells} == {
        "货币资金", "存货", "流动资产合计", "固定资产原价", "累计折旧", "固定资产净值", "资产总计",
    }  # fmt: skip
    assert "按只是标题、没有数可填起草" in "\n".join(marked_lines(drafted))


def test_a_grand_total_goes_on_over_the_total_before_it():
    names = ("一、教育", "　其中：义务教育", "二、卫生", "支出合计", "上解支出", "支出总计")
    assert list_sums(draft_page(make_page(["项目|金额（万元）", *(f"{name}|_" for name in names)]))) == {
        "支出合计": {"教育", "卫生"},
        "支出总计": {"支出合计", "上解支出"},
    }


def test_a_total_adds_up_what_has_a_cell_in_each_column():
    lines = ["渠道|件次|批次|人次", "来信|_|—|—", "来访|—|_|_", "网上|_|—|_", "电话|_|—|—", "合计|_|_|_"]
    drafted = draft_page(make_page(lines))
    assert list_totals(drafted) == {"合计/件次", "合计/人次"}
    assert "别的项在这里没有格" in "\n".join(marked_lines(drafted))
    rules = [rule.linear for rule in drafted.spec.rules if rule.defines]
    assert sorted(len(linear.right) for linear in rules) == [2, 3]


def test_the_whole_area_is_the_sum_of_its_places():
    lines = ["地区|户数", *(f"{name}|_" for name in ("全县", "城关镇", "东乡", "西街道", "林场"))]
    assert list_sums(draft_page(make_page(lines))) == {"全县": {"城关镇", "东乡", "西街道", "林场"}}


def test_columns_below_a_total_are_sums_of_those_of_the_same_name():
    heads = "|".join(["户数", "人均（元）"] * 3)
    lines = ["地区*2x1|城市*1x2|农村*1x2|合计*1x2", heads, "甲县|_|_|_|_|_|_"]
    drafted = draft_page(make_page(lines))
    assert list_column_sums(drafted) == {"合计户数": {"城市户数", "农村户数"}}
    assert not [line for line in marked_lines(drafted) if "合计" in line]


@pytest.mark.parametrize(
    ("lines", "sums", "doubt"),
    [  # a part is no whole; what is compared is no part; 按…分 is all of it; what is left out is told
        (["项目*2x1|教职工*1x2", "合计|其中：教师", "甲|_|_"], {}, "“其中”按属于“合计”起草"),
        (["项目|合计|窗口|网上|比上月增减", "甲|_|_|_|_"], {"合计": {"窗口", "网上"}}, ""),
        (
            ["项目*3x1|学生*1x4", "合计*2x1|其中：女*2x1|按民族分*1x2", "汉族|少数民族", "甲|_|_|_|_"],
            {"学生合计": {"学生按民族分汉族", "学生按民族分少数民族"}},
            "按“按民族分”各栏相加",
        ),
        (["项目|窗口|网上|罚没（万元）|合计", "甲|_|_|_|_"], {"合计": {"窗口", "网上"}}, "没有算进去的有罚没"),
    ],
)
def test_columns_beside_a_total(lines, sums, doubt):
    drafted = draft_page(make_page(lines))
    assert list_column_sums(drafted) == sums
    marked = [line for line in marked_lines(drafted) if "合计" in line]
    assert (doubt in "\n".join(marked)) if doubt else not marked


def test_fines_beside_other_penalties_are_counted():
    lines = ["单位*2x1|行政处罚*1x4", "警告|罚款|没收违法所得|小计", "甲局|_|_|_|_"]
    drafted = draft_page(make_page(lines))
    assert {cell.measure.decimals for cell in drafted.spec.cells} == {0}
    assert len(list_column_sums(drafted)["行政处罚小计"]) == 3


def test_notes_behind_the_foot_are_read_whatever_they_are_numbered_with():
    lines = ["指标|行次|合计|甲类|乙类", "甲|乙|1|2|3", "收件|1|_|_|_", "　窗口|2|_|_|_", "　网上|3|_|_|_"]
    note = "填表人：　　　报出日期：　年　月　日</p><p>说明：1．1栏＝2栏＋3栏。2．1行＝2行＋3行。"
    drafted = draft_page(make_page(lines, note=note))
    assert list_totals(drafted) == {"收件/合计", "收件/甲类", "收件/乙类", "窗口/合计", "网上/合计"}
    assert not [line for line in marked_lines(drafted) if "合计" in line or "收件" in line]
    assert drafted.spec.tables[0].note.startswith("说明：")
    assert [field.label for field in drafted.spec.texts] == ["填表人", "报出日期"]


@pytest.mark.parametrize(
    ("note", "rate"),
    [
        ("注：生师比=在校学生数/教师数。", "zai_xiao_xue_sheng_shu / jiao_shi_shu"),
        ("注：生师比＝在校学生数÷教师数×100%。", "zai_xiao_xue_sheng_shu / jiao_shi_shu"),
        ("注：生师比=在校学生数/班级数。", None),
    ],
)
def test_a_note_in_the_words_of_labels_is_a_rate(note, rate):
    drafted = draft_page(make_page(["学校|在校学生数|教师数|生师比", "甲|_|_|_"], note=note))
    assert {each.column.rate for each in drafted.spec.rates} == ({rate} if rate else set())


def test_units_above_a_table_are_those_that_labels_tell_of():
    lines = ["地区|户数|人数|发放资金", "甲镇|_|_|_"]
    page = make_page(lines, title="低保情况统计表</p><p>（××××年×月）</p><p>编制单位：　　　　单位：户、人、万元")
    drafted = draft_page(page)
    assert [cell.measure.unit for cell in drafted.spec.cells] == ["户", "人", "万元"]
    assert [field.label for field in drafted.spec.texts] == ["编制单位"]
    assert {table.title for table in drafted.spec.tables} == {"低保情况统计表"}


def test_a_list_that_numbers_its_lines_asks_for_words_and_days():
    lines = ["序号|信访人|反映事项|受理日期|涉及金额（元）", "1|_|_|_|_", "2|_|_|_|_", "……|_|_|_|_"]
    drafted = draft_page(make_page(lines))
    kinds = [entry.kind.form for entry in drafted.spec.entries[:3]]
    assert kinds == ["text", "text", "date"]
    assert len(drafted.spec.cells) == 3


def test_a_card_of_words_has_boxes_of_which_several_may_be_ticked():
    lines = [
        "姓名|_|性别|_", "残疾类别|□视力　□听力|等级|_",
        "需要的服务（可多选）|□就业　□康复　□教育*1x3", "家庭人口数|_|月收入（元）|_",
    ]  # fmt: skip
    drafted = draft_page(make_page(lines, title="残疾人登记卡"))
    assert {entry.row.short: entry.kind.form for entry in drafted.spec.entries} == {
        "姓名": "text", "性别": "text", "残疾类别": "choice", "等级": "text", "需要的服务": "several",
    }  # fmt: skip
    assert {cell.row.short: cell.measure.unit for cell in drafted.spec.cells}["月收入"] == "元"


def test_a_growth_in_the_numbers_of_columns_is_a_rate():
    lines = ["指标|代码|本期|上年同期|比上年同期", "甲|乙|1|2|3", "收件|01|_|_|_"]
    drafted = draft_page(make_page(lines, note="说明：3栏=（1栏-2栏）/2栏×100%。"))
    assert [each.column.rate for each in drafted.spec.rates] == ["(this_period - same_last_year) / same_last_year"]
    assert "涉及不同的计量单位" not in drafted.text


def test_a_part_in_some_columns_is_said_of_their_head():
    heads = ["渠道*2x1|本月*1x2|累计*1x2|增长（%）*2x1", "批次|人次|批次|人次"]
    lines = [*heads, "来访|_|_|_|_|_", "其中：集体访|_|_|_|_|_"]
    drafted = draft_page(make_page(lines))
    assert drafted.text.count("part_of") == 2
    assert sum(rule.linear is not None for rule in drafted.spec.rules) == 4


def test_a_percentage_below_a_head_with_a_unit_is_none_of_that_unit():
    lines = ["行业*2x1|事故起数（起）*1x3", "本期|同期|同比±%", "合计|_|_|_", "工矿|_|_|_", "道路|_|_|_"]
    drafted = draft_page(make_page(lines))
    assert [each.column.rate for each in drafted.spec.rates][:1] == ["(this_period - tong_qi) / tong_qi"]
    assert {cell.column.short: cell.measure.unit for cell in drafted.spec.cells} == {"本期": "起", "同期": "起"}


def test_lines_without_a_number_between_numbered_ones_end_nothing():
    names = ("播种面积总计", "一、粮食", "1.小麦", "2.其他", "二、油料", "其中：花生", "油菜籽", "三、蔬菜")
    drafted = draft_page(make_page(["作物|面积（亩）|亩产（公斤）", *(f"{name}|_|_" for name in names)]))
    assert list_sums(drafted) == {"播种面积总计": {"粮食", "油料", "蔬菜"}, "粮食": {"小麦", "其他"}}
    assert not [total for total in list_totals(drafted) if "亩产" in total]


def test_a_total_that_stands_first_and_names_its_subject_is_of_what_is_below_it():
    lines = ["税种|年度任务|本旬完成|本年累计|去年同期|增减额|完成年度任务%"]
    lines += [f"{name}|_|_|_|_|_|_" for name in ("税收合计", "增值税", "其他各税")]
    drafted = draft_page(make_page(lines, title="税收情况</p><p>单位：万元"))
    assert list_sums(drafted) == {"税收合计": {"增值税", "其他各税"}}
    assert {"增值税/增减额", "税收合计/本年累计"} <= list_totals(drafted)
    assert " = year_to_date - qu_nian_tong_qi" in drafted.text
    assert [each.column.rate for each in drafted.spec.rates][:1] == ["year_to_date / nian_du_ren_wu"]


def test_a_line_that_parts_the_line_above_makes_it_a_total_and_the_next_one_checks_it():
    lines = ["项目|单位|数量", "一、公开信息数|条|_"]
    for heading, names in (("（一）按形式分", ("网站", "新媒体")), ("（二）按类别分", ("机构职能", "其他"))):
        lines += [f"{heading}||_", *(f"{at}.{name}|条|_" for at, name in enumerate(names, start=1))]
    drafted = draft_page(make_page(lines))
    assert list_sums(drafted) == {"公开信息数": {"网站", "新媒体"}}
    [check] = [rule for rule in drafted.spec.rules if not rule.defines]
    assert len(check.linear.right) == 2
    assert "按“按类别分”各项相加起草" in "\n".join(marked_lines(drafted))


def test_a_rate_below_a_head_is_of_what_is_planned():
    heads = ["县*2x1|计划任务*1x2|开工*1x2|完成投资*1x2", "小计|其中：低保户|户数|开工率|本月|累计"]
    lines = [*heads, "甲|_|_|_|_|_|_"]
    drafted = draft_page(make_page(lines, title="进度表</p><p>单位：户"))
    rates = {each.column.short: each.column.rate for each in drafted.spec.rates}
    assert rates["开工率"] == "households / subtotal"


def test_a_total_has_no_day_and_nothing_that_is_only_ordered():
    lines = ["序号|项目名称|开工日期|投资（万元）|排名", "1|_|_|_|_", "2|_|_|_|_", "合计*1x2|_|_|_"]
    drafted = draft_page(make_page(lines))
    assert list_totals(drafted) == {"合计/投资"}
    assert {entry.column.short for entry in drafted.spec.entries} == {"项目名称", "开工日期"}


def test_a_blank_cell_too_many_at_the_end_of_a_row_is_a_slip_that_is_told():
    lines = ["单位|收件|办结|合计", *(f"{name}|_|_|_" for name in ("甲", "乙", "丙", "合计"))]
    lines[2] += "|_"
    drafted = draft_page(make_page(lines))
    assert (len(drafted.spec.cells), drafted.differences) == (12, ())
    assert "原表第3行末尾多出一个空格，没有算进去" in "\n".join(marked_lines(drafted))


def test_a_column_of_which_every_row_has_a_cell_stays_though_nothing_heads_it():
    lines = ["单位|收件|办结|退件|_|合计", *(f"{name}|_|_|_|_|_" for name in ("甲", "乙", "合计"))]
    drafted = draft_page(make_page(lines))
    assert len(drafted.spec.cells) == 15
    assert drafted.differences == ()
    assert list_column_sums(drafted)["合计"] >= {"收件", "办结", "退件"}
