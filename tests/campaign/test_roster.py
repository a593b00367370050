"""The roster: encodings, headers, every fault at once with its line, doubts that do not stop the work."""

import csv
import io
import time

import openpyxl
import pytest

from xltool.campaign import roster_faults
from xltool.campaign.roster_draft import MOST_LINES_TOLD, RosterError
from xltool.campaign.roster_faults import MOST_SUGGESTED
from xltool.campaign.roster_reading import parse_roster

GOOD = (
    "单位代码,单位名称,级别,上级代码,联系人,电话,邮箱\n"
    "A-0,甲县人民政府,county,,王某,0901-0000000,a@example.invalid\n"
    "A-1,甲县财政局,部门,A-0,,,\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(encoding):
    roster = parse_roster(GOOD.encode(encoding))
    assert [(e.agency.code, e.agency.name, e.agency.level, e.parent) for e in roster.entries] == [
        ("A-0", "甲县人民政府", "county", ""),
        ("A-1", "甲县财政局", "department", "A-0"),
    ]
    assert roster.root is not None and roster.root.agency.code == "A-0"
    assert parse_roster(roster.to_csv()) == roster


def test_english_headers_other_separators_and_workbooks():
    text = "code\tname\tlevel\tparent\nA-0\t甲县人民政府\tcounty\t\nA-1\t甲县财政局\tdepartment\tA-0\n"
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in GOOD.splitlines():
        book.active.append(row.split(","))
    book.save(buffer)
    names = [[entry.agency.name for entry in parse_roster(data).entries] for data in (text.encode(), buffer.getvalue())]
    assert names == [["甲县人民政府", "甲县财政局"]] * 2


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["a/b,甲局,county,"], "第 2 行：单位代码“a/b”不能用作文件名"),
        (["con,甲局,county,"], "第 2 行：单位代码“con”不能用作文件名"),
        (["A,甲局,deprtment,"], "最接近的是 department。"),
        (["A,甲局,county,", "a,乙局,county,"], "第 3 行：单位代码“a”与第 2 行重复"),
        (["A,甲局,county,", "B,乙局,department,C"], "第 3 行：上级代码“C”不在名录里"),
        (["A,甲局,county,A"], "上级代码就是本单位的代码"),
        (["A,甲局,county,B", "B,乙局,county,A"], "绕成了圈"),
        (["A,,county,"], "第 2 行：缺少单位名称"),
        (["A,甲\u202e局,county,"], "控制字符"),
        ([], "没有单位"),
    ],
)
def test_each_fault_has_its_line(lines, words):
    with pytest.raises(RosterError) as error:
        parse_roster(("单位代码,单位名称,级别,上级代码\n" + "\n".join(lines)).encode())
    assert words in str(error.value)


def test_all_faults_at_once():
    with pytest.raises(RosterError) as error:
        parse_roster("单位代码,单位名称,级别\na/b,,x\n,乙局,\n".encode())
    assert len(error.value.faults) == 4


NO_ROSTERS = [
    b"",
    b"\n\n",
    "简称,级别\n甲,county".encode(),
    b"\xff\xfe\x00\x01",
    b"PK\x03\x04 no workbook",
    b'code,name,level\n"a',
]


@pytest.mark.parametrize("data", NO_ROSTERS)
def test_what_is_no_roster(data):
    with pytest.raises(RosterError):
        parse_roster(data)


def test_names_alike_are_doubted_not_refused():
    roster = parse_roster("code,name,level\nA,甲县 财政局,county\nB,甲县财政局,department\n".encode())
    assert len(roster.entries) == 2 and "只差空格" in roster.notes[0]


def test_the_nearest_code_is_looked_for_a_few_times_only(monkeypatch):
    """Each look goes through the whole roster; 600 misspelt superiors took 25 seconds."""
    looked = []
    monkeypatch.setattr(roster_faults, "find_closest", lambda name, known: looked.append(name) or "")
    lines = "".join(f"b{at},第{at}局,department,x{at}\n" for at in range(MOST_LINES_TOLD + 50))
    with pytest.raises(RosterError) as error:
        parse_roster(f"code,name,level,parent\na,县,county,\n{lines}".encode())
    assert len(looked) == MOST_SUGGESTED
    assert len(error.value.faults) == MOST_LINES_TOLD + 50
    assert str(error.value).endswith("另有 50 处。改好以上各处后再看。")


def test_thousands_of_odd_lines_are_read_in_no_time():
    """Levels that nobody knows, heads as long as a book, names and superiors that are all alike."""
    lines = "".join(f"a{at},第{at}局,第{at}级,\n" for at in range(20_000))
    same = "".join(",甲局,部门,甲局\n" for _ in range(20_000))
    wide = ",".join(["标" * 100_000] * 20)
    start = time.process_time()
    for text in (f"code,name,level,parent\n{lines}", f"code,name,level,parent\n{same}", f"{wide}\n" * 9):
        with pytest.raises(RosterError) as error:
            parse_roster(text.encode())
        assert len(str(error.value)) < 100_000
    assert time.process_time() - start < 60  # two seconds where nothing else runs, hours where it grows with the square


def test_a_chain_of_superiors_ends_and_a_circle_is_told_with_all_that_hang_on_it():
    size = 5_000
    chain = "".join(f"c{at},第{at}局,department,c{at - 1}\n" for at in range(1, size))
    roster = parse_roster(f"code,name,level,parent\nc0,县,county,\n{chain}".encode())
    assert len(roster.entries) == size and roster.root.agency.code == "c0"
    with pytest.raises(RosterError) as error:
        parse_roster("code,name,level,parent\na,县,county,\nb,乙,county,c\nc,丙,county,d\nd,丁,county,c\n".encode())
    assert [str(fault).partition("：")[0] for fault in error.value.faults] == ["第 3 行", "第 4 行", "第 5 行"]


@pytest.mark.parametrize("name", ["=1+1", "+甲", "-甲", "@甲", "'甲", "'=甲", "＝甲", "''甲", "甲"])
def test_a_roster_that_a_spreadsheet_opens_holds_no_formula_and_reads_back(name):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["单位代码", "单位名称", "级别", "电话"], ["A-1", name, "county", "+86 901"]])
    roster = parse_roster(text.getvalue().encode())
    written = roster.to_csv()
    again = parse_roster(written)
    assert again == roster
    assert again.to_csv() == written
    cells = [cell for row in csv.reader(io.StringIO(written.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))]


def test_a_roster_that_was_changed_is_read_as_it_is_now():
    """What was read is known by its very bytes: a file of the same size and time is another one."""
    first = parse_roster("单位代码,单位名称,级别\n01,甲局,部门\n".encode())
    second = parse_roster("单位代码,单位名称,级别\n01,乙局,部门\n".encode())
    assert [each.entries[0].agency.name for each in (first, second)] == ["甲局", "乙局"]
    assert parse_roster("单位代码,单位名称,级别\n01,甲局,部门\n".encode()) == first
