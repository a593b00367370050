"""Codes that are made: the same for the same agency, however the roster is edited; and what cannot be told apart."""

import re
from random import Random

import pytest

from xltool.campaign.roster_codes import make_code
from xltool.campaign.roster_draft import RosterError
from xltool.campaign.roster_reading import parse_roster

NAMES = [f"甲县第{at}局" for at in range(40)]


def read_codes(lines, heads="单位,级别"):
    roster = parse_roster("\n".join([heads, *lines]).encode())
    return {entry.agency.name: entry.agency.code for entry in roster.entries}


def test_the_same_agencies_have_the_same_codes_whatever_is_edited_around_them():
    first = read_codes([f"{name},部门" for name in NAMES])
    assert len(set(first.values())) == len(NAMES)
    for seed in range(10):
        chance = Random(seed)
        names = [*chance.sample(NAMES, 30), f"甲县新{seed}局"]
        chance.shuffle(names)
        again = read_codes(
            [f"{at},{name},{chance.choice(['部门', '乡镇'])},王某" for at, name in enumerate(names)],
            "序号,单位,类别,联系人",
        )
        assert {name: code for name, code in again.items() if name in first} == {
            n: first[n] for n in names if n in first
        }


def test_a_made_code_is_a_file_name_that_no_spreadsheet_takes_for_a_number():
    for name in NAMES:
        assert re.fullmatch("Z[0-9A-HJKMNP-TV-Z]{8}", make_code(name))
    assert (
        make_code("甲县财政局") == make_code(" 甲县 财政局") == "ZMQ4BHBMB"
    )  # for good: it is in rosters that are out


def test_codes_that_are_given_stay_and_those_that_are_made_are_said():
    roster = parse_roster("代码,单位,级别\nA-1,甲局,部门\n,乙局,部门\n".encode())
    assert [entry.agency.code for entry in roster.entries] == ["A-1", make_code("乙局")]
    [note] = roster.notes
    assert note.startswith(f"1 个单位没有写代码，按单位名称编了代码：乙局 {make_code('乙局')}。")


def test_the_roster_of_a_campaign_keeps_them_when_a_name_changes():
    written = parse_roster("单位,级别\n甲局,部门\n".encode()).to_csv()
    renamed = parse_roster(written.decode("utf-8-sig").replace("甲局", "甲新局").encode())
    assert renamed.entries[0].agency.code == make_code("甲局")
    assert renamed.notes == ()


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([",甲局", ",甲 局"], "第 3 行：与第 2 行同名，不写代码就分不清"),
        (["A-1,甲局", ",甲局"], "第 3 行：与第 2 行同名"),
        ([",甲局", "A-1,甲局"], "第 3 行：与第 2 行同名"),
        ([f"{make_code('甲局')},甲新局", ",甲局"], "第 3 行：按名称编的代码与第 2 行的相同，请写一个单位代码"),
    ],
)
def test_what_names_do_not_tell_apart_asks_for_a_code(lines, words):
    with pytest.raises(RosterError) as error:
        read_codes([f"{line},部门" for line in lines], "代码,单位,级别")
    assert len(error.value.faults) == 1
    assert words in str(error.value.faults[0])


def test_a_column_that_only_counts_is_no_code():
    counted = read_codes(["1,甲局,部门", "2,乙局,部门"], "编号,单位,级别")
    assert counted == {"甲局": make_code("甲局"), "乙局": make_code("乙局")}
    assert read_codes(["007,甲局,部门", "2,乙局,部门"], "编号,单位,级别") == {"甲局": "007", "乙局": "2"}
