"""Titles as offices write them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xltool.forms import catalog
from xltool.model import PublishedWords
from xltool.published.document import Document, Prose
from xltool.published.title import Title, choose_title, find_titles, is_agency

FORM = catalog.load_form("ogi-2021")


def found(*lines, form=FORM, page=""):
    return list(find_titles(Document(tuple(map(Prose, lines)), page), form))


def said(*lines):
    [title] = found(*lines)
    return title.name, title.year


@pytest.mark.parametrize(
    "line",
    [
        "甲县教育局2025年政府信息公开工作年度报告",
        "甲县教育局 2025 年 政府信息公开 工作年度报告",
        "甲县教育局2025年度政府信息公开工作年度报告",
        "甲县教育局２０２５年政府信息公开工作年度报告",
        "甲县教育局二〇二五年政府信息公开工作年度报告",
        "甲县教育局二○二五年度政府信息公开年度报告",
        "甲县教育局2025年政府信息公开年报",
        "甲县教育局2025年政务公开工作年度报告",
        "甲县教育局2025年信息公开年度报告",
        "甲县教育局2025年度政府信息公开工作报告",
        "甲县教育局2025年度政府信息公开工作情况报告",
        "甲县教育局2025年度政府信息公开工作总结报告",
        "甲县教育局关于2025年政府信息公开工作年度报告",
        "甲县教育局关于2025年度政府信息公开工作的年度报告",
        "甲县教育局2025年政府信息主动公开工作年度报告",
        "2025年甲县教育局政府信息公开工作年度报告",
        "2025年度甲县教育局政府信息公开工作年度报告",
        "甲县教育局政府信息公开工作2025年度报告",
        "甲县教育局政府信息公开2025年年度报告",
        "甲县教育局政府信息公开工作年度报告（2025年）",
        "甲县教育局政府信息公开工作年度报告(2025年度)",
        "甲县教育局2025年政府信息公开工作年度报告（公开版）",
        "【草稿】甲县教育局2025年政府信息公开工作年度报告",
        "【年度报告】甲县教育局2025年政府信息公开工作年度报告",
        "标题：甲县教育局2025年政府信息公开工作年度报告",
        "附件1：甲县教育局2025年政府信息公开工作年度报告",
    ],
)
def test_one_line(line):
    assert said(line) == ("甲县教育局", 2025)
    assert found(page=f"{line} - 甲县人民政府") == [Title("甲县教育局", 2025)]


@pytest.mark.parametrize(
    "lines",
    [
        ("甲县教育局", "2025年政府信息公开工作年度报告"),
        ("甲县教育局2025年", "政府信息公开工作年度报告"),
        ("甲县教育局", "2025年度", "政府信息公开工作年度报告"),
        ("甲县教育局", "2025年政府信息公开工作", "年度报告"),
        ("甲县教育局2025年政府信息公开工作", "年度报告"),
        ("甲县教育局关于2025年度", "政府信息公开工作的年度报告"),
        # broken within a word
        ("甲县教育局2025年政", "府信息公开工作年度报告"),
        ("2025年甲县教育局政府信息", "公开工作年度报告"),
        ("甲县教育局2025年政府信息公开工", "作年度报告"),
        ("甲县教育局2025年政府信息公开工作年", "度报告"),
        ("甲县教育局2025年政府信息公开工作年度报", "告"),
        ("甲县教育局20", "25年政府信息公开工作年度报告"),
        ("甲县教育局二〇二", "五年政府信息公开工作年度报告"),
        ("甲县教", "育局2025年政府信息公开工作年度报告"),
        ("甲县", "教育局", "2025年政府信息公开工作年度报告"),
        ("甲县", "教育局2025年政府信息公开工作年度报告"),
    ],
)
def test_several_lines(lines):
    [title] = found("首页", "", *lines, "")
    assert title == Title("甲县教育局", 2025, frozenset(range(2, 2 + len(lines))))


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("2025年某市某区人民政府某某街道政府信息", "公开工作年度报告"), "某市某区人民政府某某街道"),
        (("某市某区人民政府某某", "街道办事处2025年政府信息公开工作年度报告"), "某市某区人民政府某某街道办事处"),
        (("甲县人民政府办公", "室2025年政府信息公开工作年度报告"), "甲县人民政府办公室"),
        (("乙市住房和城乡", "建设局2024年政府信息公开工作年度报告"), "乙市住房和城乡建设局"),
    ],
)
def test_a_name_broken_within_a_word(lines, name):
    assert said(*lines)[0] == name


@pytest.mark.parametrize("above", ["甲县概况", "首页", "政务公开", "甲县要闻", "第3单位。", "甲县政府网"])
def test_a_line_above_that_begins_no_name(above):
    assert said(above, "教育局2025年政府信息公开工作年度报告") == ("教育局", 2025)


def test_an_agency_below_the_title():
    [title] = found("政府信息公开年报", "2025年政府信息公开工作年度报告", "甲县教育局", "（2026年1月20日）")
    assert (title.name, title.year, title.lines) == ("甲县教育局", 2025, frozenset({1, 2}))


def test_an_agency_of_any_name_right_above_the_title():
    assert said("第3单位", "2025年政府信息公开工作年度报告") == ("第3单位", 2025)
    assert said("你的位置：首页", "2025年政府信息公开工作年度报告") == ("", 2025)
    assert said("第3单位", "", "2025年政府信息公开工作年度报告") == ("", 2025)
    assert said("甲政办发〔2026〕3号", "2025年政府信息公开工作年度报告") == ("", 2025)
    assert said("2026年1月20日", "2025年政府信息公开工作年度报告", "甲县教育局") == ("甲县教育局", 2025)


@pytest.mark.parametrize(
    "name", ["甲县（高新区）教育局", "中共甲县委办公室、甲县人民政府办公室", "甲县行政执法大队（生态大队）"]
)
def test_names(name):
    assert said(f"{name}2025年政府信息公开工作年度报告") == (name, 2025)
    assert is_agency(name)


@pytest.mark.parametrize(
    "line",
    [
        "政府信息公开工作年度报告",
        "政府信息公开年报",
        "现公布甲县教育局2025年政府信息公开工作年度报告。",
        "根据规定，编制甲县教育局2025年政府信息公开工作年度报告",
        "首页>政府信息公开>2025年政府信息公开年报",
        "甲县教育局2025年法治政府建设年度报告",
        "甲县教育局2025年政府信息公开工作年度报告" + "甲" * 80,
        "2025",
        "",
    ],
)
def test_what_is_no_title(line):
    assert not found(line)


def test_a_year_that_only_the_text_tells():
    assert said("甲县教育局政府信息公开工作年度报告") == ("甲县教育局", None)


def test_the_title_of_another_form():
    other = replace(FORM, title="政府网站工作年度报表", published=PublishedWords())
    assert found("甲县2025年政府网站工作年度报表", form=other) == [Title("甲县", 2025, frozenset({0}))]
    assert not found("甲县2025年政府网站工作年度报告", form=other)


def test_of_several_the_one_of_the_year_that_the_report_is_about():
    several = found("甲县2023年政府信息公开年报", "甲县2025年政府信息公开年报", "2024年政府信息公开年报")
    assert choose_title(several, 2025).year == 2025
    assert choose_title(several, None).year == 2023
    assert choose_title(several, 2024).name == "甲县"
    assert choose_title([], 2024) == Title("", None)
