"""The words for columns and levels, and what is asked for by name where it is missing."""

import pytest

from xltool.campaign.roster_draft import RosterError
from xltool.campaign.roster_heads import FIELDS, find_field, find_level
from xltool.campaign.roster_reading import parse_roster


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("单位", "name"),
        ("单位全称", "name"),
        ("单位名称（全称）", "name"),
        (" 单 位 名 称 ", "name"),
        ("*单位名称", "name"),
        ("填报单位：", "name"),
        ("部门", "name"),
        ("单位/部门", "name"),
        ("（必填）单位名称", "name"),
        ("单位名称【必填】", "name"),
        ("类别", "level"),
        ("层级", "level"),
        ("单位类别（县直/乡镇）", "level"),
        ("级别*", "level"),
        ("LEVEL", "level"),
        ("上级", "parent"),
        ("上级单位", "parent"),
        ("主管部门", "parent"),
        ("上级单位代码", "parent"),
        ("电话/手机", "phone"),
        ("联系电话（手机）", "phone"),
        ("手机", "phone"),
        ("办公电话", "phone"),
        ("联系方式", "phone"),
        ("电子邮箱", "email"),
        ("E-mail", "email"),
        ("Ｅｍａｉｌ", "email"),
        ("联络员", "contact"),
        ("联系人姓名", "contact"),
        ("统一社会信用代码", "code"),
        ("单位编码", "code"),
        ("编号", "code"),
        ("单位名称 Name", "name"),
        ("邮箱\nE-mail", "email"),
        ("序号", ""),
        ("备注", ""),
        ("单位简称", ""),
        ("负责人电话", ""),
        ("联系人/电话", ""),
        ("传真", ""),
        ("", ""),
        ("（）", ""),
    ],
)
def test_heads(title, field):
    assert find_field(title) == field


def test_no_head_means_two_things():
    titles = [title for titles in FIELDS.values() for title in titles]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("县级", "county"),
        ("县（市、区）", "county"),
        ("区", "county"),
        ("县级政府", "county"),
        ("县政府", "county"),
        ("乡镇", "township"),
        ("乡（镇）", "township"),
        ("乡镇（街道）", "township"),
        ("乡镇、街道", "township"),
        ("街道办事处", "township"),
        ("部门", "department"),
        ("县直部门", "department"),
        ("县直属单位", "department"),
        ("区级机关", "department"),
        ("县（区）级", "county"),
        ("乡镇（街道）级", "township"),
        ("县级部门", "department"),
        ("县级及以下部门", "department"),
        ("政府工作部门", "department"),
        ("垂直管理部门", "department"),
        ("部门（县直）", "department"),
        ("市级", "city"),
        ("地市级", "city"),
        ("设区的市", "city"),
        ("市直部门", "city"),
        ("自治州", "city"),
        ("省级", "province"),
        ("自治区", "province"),
        ("省直部门", "province"),
        ("国务院部门", "ministry"),
        ("部委", "ministry"),
        ("County", "county"),
        ("ｔｏｗｎｓｈｉｐ", "township"),
        ("乙级", None),
        ("", None),
        ("()", None),
    ],
)
def test_levels(text, level):
    assert find_level(text) == level


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "单位,联系人\n甲局,王某\n",
            ["缺少“级别”一栏", "可写 国务院部门、省级、市级、县级、乡镇、部门", "xltool roster --template"],
        ),
        (
            "代码,层级,单位简称\nA,部门,甲\n",
            ["缺少“单位名称”一栏", "如 某县财政局", "第 1 行读作表头，其中认不出：单位简称"],
        ),
        ("甲,乙\n1,2\n", ["前 10 行里没有找到表头", "“单位名称”", "“级别”", "xltool roster --template"]),
        ("单位,级别,单位\n甲局,部门,x\n", ["“单位”一栏出现了两次"]),
        ("单位,级别\n甲局,\n", ["第 2 行：缺少级别，可写 国务院部门、省级"]),
        ("单位,级别\n甲局,副科\n", ["第 2 行：级别“副科”认不出"]),
        ("单位,级别,上级\n甲局,部门,丙局\n乙局,县级,\n", ["上级“丙局”不在名录里", "没有上级的，请留空"]),
        (
            "代码,单位,级别,上级\nA,甲局,部门,乙局\nB,乙局,县级,\nC,乙局,县级,\n",
            ["上级“乙局”在名录里有 2 个，请写它的单位代码"],
        ),
    ],
)
def test_what_is_missing_is_asked_for_by_name(text, words):
    with pytest.raises(RosterError) as error:
        parse_roster(text.encode())
    assert [word for word in words if word not in str(error.value)] == []


def test_of_two_columns_the_one_that_says_it_best_is_read_and_the_other_told():
    roster = parse_roster("序号,部门,单位名称,类别,传真,备注\n1,办公室,甲局,部门,0901,\n".encode())
    assert roster.entries[0].agency.name == "甲局"
    assert "没有用到的栏：部门、传真。" in roster.notes


def test_all_telephones_are_kept():
    roster = parse_roster(
        "单位,级别,办公电话,手机\n甲局,部门,0901-0000000,13900000000\n乙局,部门,,13900000001\n".encode()
    )
    assert [entry.phone for entry in roster.entries] == ["0901-0000000、13900000000", "13900000001"]


def test_superiors_by_name_and_strokes_for_none():
    text = "单位,级别,上级,邮箱\n甲县政府办,县级,无,—\n甲 局,部门,甲县政府办,a@example.invalid\n乙所,部门,甲局,/\n"
    roster = parse_roster(text.encode())
    codes = [entry.agency.code for entry in roster.entries]
    assert [entry.parent for entry in roster.entries] == ["", codes[0], codes[1]]
    assert [entry.email for entry in roster.entries] == ["", "a@example.invalid", ""]


def test_codes_in_full_width_are_read_in_half_width():
    roster = parse_roster("代码,单位,级别,上级\nＡ－１,甲局,县级,\nA-2,乙局,部门,Ａ－１\n".encode())
    assert [(e.agency.code, e.parent) for e in roster.entries] == [("A-1", ""), ("A-2", "A-1")]
