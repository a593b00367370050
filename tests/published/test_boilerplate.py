"""What stands around a report on a page."""

from __future__ import annotations

import pytest

from tests.published.reports import codes
from tests.published.test_as_printed import PLAIN, SPEC, page
from xltool import api
from xltool.published.boilerplate import find_furniture_start, find_signature, is_furniture


@pytest.mark.parametrize(
    "line",
    [
        "发布日期：2026-01-20 来源：甲县政府网 浏览次数：123",
        "发布时间:2026-01-20 10:30",
        "来源：甲县人民政府办公室",
        "信息来源：办公室",
        "索引号：000014349/2026-00001",
        "字体：【大 中 小】",
        "【打印本页】 【关闭窗口】",
        "打印 关闭",
        "分享到：",
        "上一篇：没有了",
        "下一条：通知",
        "责任编辑：甲某",
        "您当前的位置：首页 > 政府信息公开",
        "主办单位：甲县人民政府",
        "新ICP备00000000号",
        "网站地图",
        "2026-01-20",
        "2026年1月20日",
        "（2026年1月20日）",
    ],
)
def test_furniture(line):
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "来源清楚的信息及时公开。",
        "发布日期：见附表。",
        "本年度没有其他需要报告的事项。",
        "一是打印机不足",
        "2026年1月20日召开会议",
        "甲县教育局",
        "",
    ],
)
def test_text(line):
    assert not is_furniture(line)


def test_where_furniture_begins():
    assert find_furniture_start(["没有其他事项", "甲局", "2026年1月20日", "打印", "关闭"]) == 3
    assert find_furniture_start(["打印", "没有其他事项。"]) == 2
    assert find_furniture_start([]) == 0


@pytest.mark.parametrize(
    ("lines", "agency"),
    [
        (["没有其他事项。", "甲县教育局", "2026年1月20日"], "甲县教育局"),
        (["没有其他事项。", "甲县 教育局　　二〇二六年一月二十日"], "甲县教育局"),
        (["没有其他事项。", "2026年1月20日"], ""),
        (["没有其他事项。", "甲县教育局"], ""),
        ([], ""),
    ],
)
def test_signatures(lines, agency):
    assert find_signature(lines) == agency


def test_a_page_with_everything_around_the_report():
    top = "<div>您现在的位置：首页 &gt; 年报</div><p>索引号：0001</p>"
    below = "<p>发布时间：2026-01-20</p><p>字体：大 中 小</p>"
    bottom = (
        "<p>甲县教育局</p><p>2026年1月20日</p><p>【打印】【关闭】</p><p>上一篇：没有了</p><li>"
        "乙县财政局2024年政府信息公开年报</li>"
    )
    told = (
        page()
        .replace("</body>", f"{bottom}</body>")
        .replace("</h1>", f"</h1>{below}")
        .replace("<body>", f"<body>{top}")
    )
    imported = api.imported(told.encode())
    submission = imported.reading.submission
    assert submission.texts == PLAIN.texts | {
        "other_matters": PLAIN.texts["other_matters"] + "\n甲县教育局\n2026年1月20日"
    }
    assert codes(imported) == {"published.left"}
    [left] = [found for found in imported.reading.findings if found.code == "published.left"]
    assert "有 7 段文字不属于任何一部分" in api.message(left, SPEC)


def test_the_agency_that_signs_where_no_title_names_one():
    told = page().replace(PLAIN.agency.name, "").replace("</body>", "<p>甲县教育局</p><p>2026年1月20日</p></body>")
    assert api.imported(told.encode()).reading.submission.agency.name == "甲县教育局"
