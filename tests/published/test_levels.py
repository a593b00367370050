"""What the names of bodies tell of their level, and what they do not."""

from __future__ import annotations

import time

import pytest

from xltool.published.levels import guess_level, is_place, names_place

NAMES = {
    "ministry": """
        国家发展和改革委员会 教育部 中华人民共和国财政部 国家税务总局 国家市场监督管理总局 水利部
        国务院国有资产监督管理委员会
        国家卫生健康委员会 审计署 国家文物局 海关总署 国家民族事务委员会 国务院办公厅 中国气象局
        """,
    "province": """
        某省教育厅 浙江省人民政府办公厅 浙江省卫生健康委员会 广西壮族自治区财政厅 内蒙古自治区市场监督管理局
        北京市教育委员会
        北京市人民政府 省教育厅 教育厅 新疆生产建设兵团 新疆维吾尔自治区人民政府 国家税务总局某省税务局
        浙江省公安厅高速公路交通警察总队
        """,
    "city": """
        某某市人民政府办公厅 杭州市人民政府 苏州市教育局 某某市市场监督管理局 市教育局 市政府办公室
        广州市城市管理和综合执法局
        阿勒泰地区行政公署 塔城地区 塔城市人民政府 锡林郭勒盟行政公署 恩施土家族苗族自治州人民政府 凉山州教育局
        某州人民政府办公室 景德镇市人民政府
        镇江市住房和城乡建设局 新乡市人民政府办公室 萍乡市乡村振兴局 国家税务总局某市税务局 某市城乡规划局
        某市市政管理局
        """,
    "county": """
        额敏县人民政府 额敏县 某县人民政府办公室 洪泽区 淮安市洪泽区人民政府 某市某区 昌吉州昌吉市人民政府
        塔城地区塔城市人民政府
        鄂温克族自治旗人民政府 济宁市市中区人民政府 苏州市姑苏区人民政府 长沙市宁乡市人民政府 南阳市镇平县人民政府
        某省某市某县人民政府
        神农架林区人民政府 上海市浦东新区人民政府
        """,
    "township": """
        郊区乡人民政府 城关街道办事处 某市某区某某镇政府 某市某区人民政府某某街道 某县某乡人民政府 某镇人民政府
        某市红旗街道办事处
        某旗某苏木人民政府 街道办事处 某县城关镇人民政府 某某镇 某县某某民族乡人民政府 某某镇党政办公室
        """,
    "department": """
        额敏县教育和科学技术局 某县住房和城乡建设局 某区城市管理局 某区市场监督管理局 某市某区教育局
        某县农业农村局（畜牧局）
        国家税务总局某县税务局 某县工业园区管理委员会 中共某县委员会办公室 某镇财政所 某县人民医院 某县乡村振兴局
        某旗林业和草原局
        某县统计局 某县人民政府国有资产监督管理委员会 重庆市渝北区财政局
        """,
    None: """
        某市经济技术开发区管理委员会 高新区管委会 苏州工业园区管理委员会 雄安新区管理委员会 某市公安局某某分局
        某市生态环境局某县分局
        甲局 教育局 某州教育局 第3单位 市场监督管理局 水务集团 第九师一六一团
        住房和城乡建设局 城市管理局 乡村振兴局 社区服务中心
        """,
}


@pytest.mark.parametrize(("level", "name"), [(level, name) for level, names in NAMES.items() for name in names.split()])
def test_levels(level, name):
    guess = guess_level(name)
    assert guess.level == level, guess.why
    assert guess.why


def test_of_several_bodies_the_last():
    assert guess_level("中共甲县委办公室、甲县人民政府办公室").level == "county"


def test_the_reason_quotes_the_name():
    assert guess_level("某省某市某县财政局").why == "名称里有“某县”，又不是政府本身"
    assert guess_level("某某市人民政府办公厅").why == "名称里有“某某市”"
    assert "看不出" in guess_level("第3单位").why


LONG = (
    "省",
    "市",
    "县",
    "区",
    "镇",
    "国家",
    "国务院",
    "国家税务总局",
    "某州",
    "城市",
    "新区",
    "（甲）",
    "、某县",
    "甲",
    " ",
)


@pytest.mark.parametrize("unit", LONG)
@pytest.mark.parametrize("first", ["", "某市", "国家", "国务院"])
def test_long_names_cost_no_more_than_their_length(unit, first):
    name = first + unit * 50_000 + "局"
    began = time.process_time()
    guess_level(name)
    names_place(name)
    is_place(name)
    assert time.process_time() - began < 10


def test_places():
    assert all(map(is_place, ("甲县", "某市某区", "某省某市", "某某镇")))
    assert not any(map(is_place, ("甲县教育局", "教育局", "县", "甲县人民政府")))
    assert names_place("甲县教育和科学")
    assert not any(map(names_place, ("技术局", "街道办事处", "县教育局", "城市管理局", "首页")))
