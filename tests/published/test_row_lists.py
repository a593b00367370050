"""Lists in published reports: what we print comes back equal, what others typed is read, or told where it is not."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.forms.lists import CASES, FORM, STAFF, submit
from xltool.campaign.consolidate import consolidate_submissions
from xltool.forms.spec import parse_spec
from xltool.messages import render
from xltool.model import Agency, Finding, ListContent, ListRow, Report, Submission
from xltool.periods import Period
from xltool.published.imported import Imported
from xltool.published.read import read_report
from xltool.published.verify import find_differences
from xltool.report.assemble import assemble_report
from xltool.report.docx import to_docx
from xltool.report.html import to_html
from xltool.report.markdown import to_markdown
from xltool.report.pdf import to_pdf
from xltool.report.plain import to_text
from xltool.rules.judge import judge_readings
from xltool.workbook.layout_plan import make_plan

Rows: TypeAlias = Sequence[str | Sequence[str]]
SPEC = parse_spec(f'{FORM}\n[published]\nsubjects = ["行政许可办件"]\n', "permit_cases.toml")
PLACE = make_plan(SPEC).place
PRINTERS: dict[str, Callable[[Report], bytes]] = {
    "html": lambda report: str(to_html(report)).encode(),
    "docx": to_docx,
    "md": lambda report: to_markdown(report).encode(),
    "txt": lambda report: to_text(report).encode(),
    "pdf": lambda report: to_pdf(report).data,
}
HELD = submit(SPEC)
HEADS = ["序号", "办件编号", "收件日期", "办理结果", "收费（万元）", "比承诺提前", "是否网办", "备注"]
LINES = [
    ["1", "审1号", "2024年3月5日", "准予", "12.5", "3", "是", "当日办结"],
    ["2", "审2号", "2024年7月31日", "不予", "0", "-2", "否", ""],
    ["3", "审3号", "2024年12月31日", "办理中", "", "", "", "待补正"],
]
TOTAL = ["合计", "", "", "", "12.5", "", "", ""]
READ = (
    ("审1号", "2024-03-05", "准予", 1250, 3, "是", "当日办结"),
    ("审2号", "2024-07-31", "不予", 0, -2, "否", None),
    ("审3号", "2024-12-31", "办理中", None, None, None, "待补正"),
)


def print_submission(submission: Submission, kind: str) -> bytes:
    return PRINTERS[kind](assemble_report(SPEC, submission))


def list_differences(data: bytes, held: Submission) -> list[Finding]:
    reading = read_report(data, [SPEC]).reading
    assert reading.submission is not None
    held = replace(held, agency=reading.submission.agency)
    return list(find_differences(SPEC, reading.submission, held, reading.findings))


def say(found: Finding) -> str:
    return render(found, SPEC, PLACE)


words = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "审号，。-=+@'<&|*_、（）"), min_size=1, max_size=20
)
lines = st.tuples(
    words,
    st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(str),
    st.sampled_from([None, "准予", "不予", "办理中"]),
    st.none() | st.integers(0, 1_000_000),
    st.none() | st.integers(-400, 400),
    st.sampled_from([None, "是", "否"]),
    st.none() | words,
)


@pytest.mark.parametrize("kind", ["html", "docx", "md", "txt"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=st.lists(lines, max_size=12))
def test_random_lines_come_back_as_they_were_printed(kind: str, drawn: list[tuple[Any, ...]]) -> None:
    if kind == "txt":  # where a bar is a sign of its own, nothing tells it from the edge of a cell
        drawn = [(line[0].replace("|", "/"), *line[1:-1], line[-1] and line[-1].replace("|", "/")) for line in drawn]
    submission = submit(SPEC, drawn)
    data = print_submission(submission, kind)
    reading = read_report(data, [SPEC]).reading
    assert reading.submission is not None
    assert reading.submission.lists == submission.lists
    assert {found.code for found in reading.findings} == {"published.read"}
    assert list_differences(data, submission) == []


@pytest.mark.parametrize("kind", PRINTERS)
def test_a_list_over_several_pages_comes_back_without_the_heads_of_each(kind: str) -> None:
    many = [
        (f"审{at}号", "2024-03-05", "准予", at, at % 7, "是", "办结，邮寄送达给申请人本人并归档"[: at % 18])
        for at in range(90)
    ]
    submission = submit(SPEC, [(*line[:-1], line[-1] or None) for line in many])
    reading = read_report(print_submission(submission, kind), [SPEC]).reading
    assert reading.submission is not None
    assert reading.submission.lists == submission.lists
    assert {found.code for found in reading.findings} == {"published.read"}


@pytest.mark.parametrize("kind", PRINTERS)
def test_a_list_that_was_left_blank_is_no_line(kind: str) -> None:
    reading = read_report(print_submission(submit(SPEC, (), ()), kind), [SPEC]).reading
    assert reading.submission is not None
    assert (reading.submission.lists, [each.code for each in reading.findings]) == ({}, ["published.read"])


@pytest.mark.parametrize("kind", PRINTERS)
def test_an_empty_line_between_others_is_not_printed(kind: str) -> None:
    held = submit(SPEC, [CASES[0], (None,) * 7, CASES[1]])
    assert list_differences(print_submission(held, kind), held) == []


@pytest.mark.parametrize("kind", PRINTERS)
def test_the_lines_of_a_sum_come_back_with_their_agencies(kind: str) -> None:
    agencies = [submit(SPEC, CASES[: at + 1], code=f"99{at}", name=f"第{at}单位") for at in range(3)]
    total = consolidate_submissions(SPEC, agencies, Agency("99", "某县人民政府", "county"), Period(2024)).total
    imported = read_report(print_submission(total, kind), [SPEC])
    submission = imported.reading.submission
    assert submission is not None
    assert submission.scope == "consolidated"
    assert [line.agency for line in submission.lists["cases"]] == ["第0单位"] + ["第1单位"] * 2 + ["第2单位"] * 3
    assert "数据范围“汇总”取自附表一的“填报单位”栏" in say(imported.reading.findings[-1])
    assert list_differences(print_submission(total, kind), total) == []


def test_what_a_report_prints_otherwise_is_told() -> None:
    page = print_submission(HELD, "html").decode()
    [cell] = list_differences(page.replace("2024年7月31日", "2024年7月30日").encode(), HELD)
    assert "附表一第 2 行“收件日期”报告里印的是 2024年7月30日，数据里是 2024年7月31日" in say(cell)
    [line] = re.findall(r"<tr>(?:(?!<tr>).)*审〔2024〕2号.*?</tr>", page, re.DOTALL)
    serial, gone = list_differences(page.replace(line, "").encode(), HELD)
    assert "附表一序号 1 的后面是 3，一共读到 2 行" in say(serial)
    assert "附表一第 2 行报告里印的是 空行，数据里是 审〔2024〕2号，2024年7月31日，不予" in say(gone)
    assert page.count(">20<") == 1
    [total] = list_differences(page.replace(">20<", ">21<").encode(), HELD)
    assert "附表二“经办件数”栏的合计印的是 21，各行相加是 20" in say(total)


def write_page(rows: Rows, others: str = "", staff: bool = True) -> bytes:
    """A page as an office types it: the table of the form, the list of these rows, what stands behind it."""
    table = write_table([["项目", "数量"], ["收件数", "3"], ["准予数", "1"]])
    people = write_table(
        [["编号", "姓名", "经办件数"], *([f"{at}", f"{name}", f"{count}"] for at, (name, count) in enumerate(STAFF, 1))]
    )
    return (
        "<html><body><h1>县行政审批局2024年行政许可办件统计表</h1><h2>一、总体情况</h2>"
        f"{table}<h2>二、办件明细</h2>{write_table(rows)}{others}"
        f"<h2>三、窗口人员</h2>{people if staff else ''}</body></html>"
    ).encode()


def write_row(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{each}</td>' for each in cells)}</tr>"


def write_table(rows: Rows) -> str:
    return f"<table>{''.join(row if isinstance(row, str) else write_row(row) for row in rows)}</table>"


def read_rows(rows: Rows, others: str = "") -> Imported:
    return read_report(write_page(rows, others), [SPEC])


def list_contents(imported: Imported) -> tuple[tuple[ListContent, ...], ...]:
    assert imported.reading.submission is not None
    return tuple(line.contents for line in imported.reading.submission.lists.get("cases", ()))


def told(imported: Imported) -> dict[str, str]:
    found = [each for each in imported.reading.findings if each.code not in {"published.read", "published.whose"}]
    assert len({each.code for each in found}) == len(found), found
    return {each.code: say(each) for each in found}


def move(rows: Sequence[Sequence[str]], order: Sequence[int]) -> list[list[str]]:
    return [[row[at] for at in order] for row in rows]


WHOLE = [HEADS, *LINES, TOTAL]


@pytest.mark.parametrize(
    "rows",
    [
        WHOLE,
        move(WHOLE, [0, 7, 6, 5, 4, 3, 2, 1]),
        move(WHOLE, range(1, 8))[:-1],
        [HEADS, *LINES[:1], HEADS, *LINES[1:], TOTAL],
        [[*HEADS[:4], "收费", *HEADS[5:]], *LINES, TOTAL],
        [[f" {head[:1]} <br>{head[1:]}" for head in HEADS], *LINES, TOTAL],
        ['<tr><td colspan="8">行政许可办件明细</td></tr>', *WHOLE],
        [
            HEADS,
            *LINES[:2],
            ["小计", "", "", "", "12.5", "", "", ""],
            *LINES[2:],
            ["总 计", "", "", "", "12.50", "", "", ""],
        ],
        [HEADS, *LINES, '<tr><td colspan="4">合计</td><td>12.5</td><td></td><td></td><td></td></tr>'],
        [HEADS, *LINES, ["4", *[""] * 7], ["5", *[""] * 7], TOTAL],
        [HEADS, LINES[0], LINES[1], [*LINES[2][:4], "—", "/", "无", "待补正"], TOTAL],
    ],
    ids=[
        "as printed",
        "turned",
        "no serials",
        "heads again",
        "in short",
        "spread",
        "title",
        "totals",
        "merged",
        "blank",
        "dashes",
    ],
)
def test_what_others_typed_is_read(rows: Rows) -> None:
    imported = read_rows(rows)
    assert list_contents(imported) == READ
    assert told(imported).keys() <= {"list.normalised"}


def test_cells_that_are_merged_over_lines_hold_for_each() -> None:
    cells = [("1", 2), ("审1号", 1), ("2024年3月5日", 2), ("准予", 1), *[("", 1)] * 4]
    merged = f"<tr>{''.join(f'<td rowspan={height}>{text}</td>' for text, height in cells)}</tr>"
    rest = "<tr><td>审2号</td><td>不予</td><td></td><td></td><td></td><td></td></tr>"
    imported = read_rows([write_row(HEADS), merged, rest, write_row(["2", *LINES[2][1:]])])
    assert [line[:3] for line in list_contents(imported)] == [
        ("审1号", "2024-03-05", "准予"),
        ("审2号", "2024-03-05", "不予"),
        ("审3号", "2024-12-31", "办理中"),
    ]
    assert told(imported) == {}


def test_a_figure_that_is_merged_over_lines_counts_once_and_is_told() -> None:
    merged = (
        "<tr>"
        + "".join(f"<td>{each}</td>" for each in LINES[0][:4])
        + '<td rowspan="2">12.5</td><td></td><td></td><td></td></tr>'
    )
    rest = write_row([*LINES[1][:4], "", "", ""])
    imported = read_rows([write_row(HEADS), merged, rest, write_row(TOTAL)])
    assert [line[3] for line in list_contents(imported)] == [1250, None]
    assert "第 1 行“收费（万元）”的“12.5”占了 2 行，只记在这一行" in told(imported)["published.list_doubt"]


def test_columns_that_the_form_has_not_and_that_are_missing_are_told() -> None:
    heads = ["序号", "办件编号", "收件日期", "办理结果", "收费（万元）", "比承诺提前", "申请人", "备注"]
    imported = read_rows([heads, *LINES, TOTAL])
    assert told(imported) == {
        "published.list_column": say(
            Finding("published.list_column", "error", data={"list": "附表一", "column": "是否网办"})
        ),
        "published.list_strange": say(
            Finding(
                "published.list_strange", "warning", data={"list": "附表一", "count": 1, "quoted": "“申请人”（2 行）"}
            )
        ),
    }
    assert [line[5] for line in list_contents(imported)] == [None] * 3
    [judged] = judge_readings(SPEC, [imported.reading])
    assert "list.missing" not in {found.code for found in judged.findings}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ('<tr><td colspan="8">以下为补录</td></tr>', "一格占了几栏"),
        (
            '<tr><td>4</td><td colspan="2">审4号</td><td>准予</td><td></td><td></td><td></td><td></td></tr>',
            "一格占了几栏",
        ),
        (write_row(["4", "准予", "见附件"]), "印了 3 格，表头是 8 栏"),
    ],
)
def test_rows_that_cannot_be_placed_are_told(row: str, why: str) -> None:
    imported = read_rows([write_row(HEADS), *map(write_row, LINES), row, write_row(TOTAL)])
    assert list_contents(imported) == READ
    said = told(imported)["published.list_unread"]
    assert "附表一有 1 行印出了但没有读取" in said
    assert why in said
    assert "第2个表格第5行" in said


def test_a_row_cut_short_is_read_where_it_fits() -> None:
    imported = read_rows([HEADS, *LINES[:2], LINES[2][:4], TOTAL])
    assert list_contents(imported)[:2] == READ[:2]
    assert list_contents(imported)[2] == ("审3号", "2024-12-31", "办理中", None, None, None, None)


def test_serials_that_leave_one_out_and_other_totals_are_told() -> None:
    imported = read_rows([HEADS, LINES[0], LINES[2], [*TOTAL[:4], "99", "", "", ""]])
    assert told(imported).keys() == {"published.list_serial", "published.list_total"}
    assert "附表一“收费（万元）”栏的合计印的是 99，各行相加是 12.5" in told(imported)["published.list_total"]


@pytest.mark.parametrize("between", ["", "<p>续表</p>", "<p> </p>"])
@pytest.mark.parametrize("headed", [True, False])
def test_a_list_in_two_tables_is_one(between: str, headed: bool) -> None:
    rest = [*([HEADS] if headed else []), LINES[2], TOTAL]
    imported = read_rows([HEADS, *LINES[:2]], f"{between}{write_table(rest)}")
    assert list_contents(imported) == READ
    assert told(imported).keys() == ({"published.left"} if "续表" in between else set())


def test_a_list_that_is_missing_is_told_and_so_is_another_table_in_its_place() -> None:
    imported = read_rows([["姓名", "电话"], ["王某", "3340000"]])
    assert told(imported).keys() == {"published.list_missing", "published.left"}
    assert "没有找到附表一（行政许可办件明细）" in told(imported)["published.list_missing"]
    assert "王某 3340000" in told(imported)["published.left"]
    whole = read_report(write_page(WHOLE, staff=False), [SPEC])
    assert "没有找到附表二（窗口人员）" in told(whole)["published.list_missing"]


def test_lists_of_a_report_are_judged_and_their_places_are_told() -> None:
    wrong = [
        ["1", "", "2023年3月5日", "准了", "12.505", "3", "√", ""],
        ["2", "审2号", "3月5日", "不予", "3元", "", "", ""],
    ]
    imported = read_rows([HEADS, *wrong])
    assert list_contents(imported) == (
        (None, "2023-03-05", "准了", "12.505", 3, "是", None),
        ("审2号", "3月5日", "不予", "3元", None, None, None),
    )
    [judged] = judge_readings(SPEC, [imported.reading])
    said = [say(found) for found in judged.findings if found.severity == "error"]
    assert any("附表一“办件编号”栏有 1 行没有填：第 1 行" in each for each in said)
    assert any("附表一“收件日期”栏有 2 行填的不对" in each for each in said)
    assert any("附表一“收费（万元）”栏有 2 行填的不对" in each for each in said)
    found = {each.key: (each.raw, each.where, each.label) for each in imported.sources}
    assert found["cases.2.fee"] == ("3元", "第2个表格第3行第5格", "收费（万元）")
    assert found["whole.received.number"][0] == "3"


TWINS = FORM.replace(
    FORM[FORM.index('[[list]]\nid = "staff"') :],
    FORM[FORM.index('[[list]]\nid = "cases"') : FORM.index('[[list]]\nid = "staff"')]
    .replace('"cases"', '"staff"')
    .replace("附表一 办件", "附表二 办件")
    .replace("附表一", "附表二")
    .replace("行政许可办件明细", "备案事项明细"),
)


@pytest.mark.parametrize("kind", PRINTERS)
def test_two_lists_of_the_same_heads_are_told_apart_by_their_order(kind: str) -> None:
    spec = parse_spec(f'{TWINS}\n[published]\nsubjects = ["行政许可办件"]\n', "permit_cases.toml")
    held = replace(HELD, lists={"cases": tuple(map(ListRow, CASES[:1])), "staff": tuple(map(ListRow, CASES[1:2]))})
    reading = read_report(PRINTERS[kind](assemble_report(spec, held)), [spec]).reading
    assert reading.submission is not None
    flat = {name: [line.contents[0] for line in lines] for name, lines in reading.submission.lists.items()}
    assert flat == {"cases": [CASES[0][0]], "staff": [CASES[1][0]]}
