"""Slips that change a figure, blanks left, ends cut off: found where they are, and nowhere in ordinary sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltool.rules.misprints import find_cut_end, find_gaps_left, find_wrong_digits

ORDINARY = [
    "共公开信息1,583条，阅读31.77万次，占比50.5%。",
    "开展O2O服务，覆盖5G基站12个，见https://a.example.invalid/lO1条。",
    "做到“件件有回应”，共47件，件件落实；条条款款都公开。",
    "涉及12条条款、10项项目、3家家庭农场、5个个体工商户。",
    "二〇二四年全年公开30条。",
    "2024.01.20发布，版本1.2.3。",
    "张××反映的问题已办结。",
    "“浙政钉”【政策解读】栏目发布信息12条。",
    "对待补充材料的，一次告知；补正待补充说明。",
    "通过XX平台以外的渠道。",
    "",
]
LONG = "我局高度重视政府信息公开工作，专题研究部署，明确责任分工。"


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_sentences_have_no_slips(text):
    assert [*find_wrong_digits(text), *find_gaps_left(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "共1O件。",
        "共l2件。",
        "公开2o条。",
        "占12..5%。",
        "计12.,5万元。",
        "共12件件。",
        "收费5万元万元。",
        "占50%%。",
        "占12。5%。",
    ],
)
def test_a_slip_in_a_figure_is_quoted(text):
    [quoted] = find_wrong_digits(text)
    assert quoted == text or quoted.strip("…") in text


@pytest.mark.parametrize(
    "text",
    [
        "××县高度重视。",
        "公开信息XX条。",
        "公开____条。",
        "单位【】公开。",
        "【此处填写名称】",
        "待补充。",
        "共？？件。",
        "2024年××月",
    ],
)
def test_a_blank_left_is_quoted(text):
    assert len(list(find_gaps_left(text))) == 1


@given(st.integers(10, 99999), st.sampled_from("OolI"), st.integers(0, 4), st.sampled_from(["件", "条", "次", "%"]))
def test_any_figure_with_a_letter_in_it_is_found(figure, letter, at, unit):
    digits = str(figure)
    spoilt = digits[: at % len(digits)] + letter + digits[at % len(digits) + 1 :]
    assert len(list(find_wrong_digits(f"全年共公开信息{spoilt}{unit}。"))) == 1
    assert list(find_wrong_digits(f"全年共公开信息{figure}{unit}。")) == []


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        (LONG, False),
        (f"{LONG}\n联系电话：0901-0000001，网址www.example.invalid", False),
        ("无其他需要报告的事项", False),
        ("一是加强学习培训提高工作人员素质二是完善制度", False),
        (f"{LONG}情况如下：", False),
        (f"{LONG}下一步", False),
        (f"{LONG}下一步将进一步加强组织领导和", True),
        (f"{LONG}下一步将进一步加强组织领导，", True),
        (f"{LONG}下一步将进一步加强组织领导完善各项工作", True),
        ("", False),
    ],
)
def test_an_end_is_cut_off_where_a_sentence_is_begun_and_not_ended(text, cut):
    assert bool(find_cut_end(text)) is cut
