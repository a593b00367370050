"""Whose a report is and of which year, where no title says it."""

from __future__ import annotations

import pytest

from tests.published.reports import report, text
from xltool import api
from xltool.forms import catalog
from xltool.published.whose import find_in_contact, find_in_opening

FORM = catalog.load_form("ogi-2021")


@pytest.mark.parametrize(
    ("sentence", "name", "year"),
    [
        ("根据条例规定，现公布某县教育局2023年政府信息公开工作年度报告。", "某县教育局", 2023),
        ("现将2024年度某县水利局政府信息公开工作年度报告公布如下：", "某县水利局", 2024),
        ("某市某区财政局根据《条例》编制2022年政府信息公开工作年度报告。", "某市某区财政局", 2022),
        ("根据国务院办公厅要求，编制某县交通运输局2024年度政府信息公开年度报告。", "某县交通运输局", 2024),
        ("本报告由某县司法局按照《条例》规定编制。", "某县司法局", None),
        ("特编制《某镇人民政府２０２３年政府信息公开工作年度报告》。", "某镇人民政府", 2023),
        ("某县民政局现发布二〇二四年政府信息公开年度报告", "某县民政局", 2024),
        ("本年度报告由某市某区卫生健康局编制并公布", "某市某区卫生健康局", None),
        ("根据《办法》（某政〔2020〕3号），某县发展和改革委员会编制了2024年政府信息公开工作年度报告。",
         "某县发展和改革委员会", 2024),
        ("根据要求，结合工作实际，某县应急管理局编制了本报告。", "某县应急管理局", None),
        # who is named is not who made it
        ("按照国务院办公厅要求，现公布2023年政府信息公开工作年度报告。", "", 2023),
        ("现将我局2023年政府信息公开工作年度报告公布如下。", "", 2023),
        ("2023年，某县教育局认真贯彻条例，公开信息88条。", "", None),
        ("根据某县人民政府办公室关于编制2023年政府信息公开工作年度报告的通知要求", "", 2023),
    ],
)  # fmt: skip
def test_openings(sentence, name, year):
    told = find_in_opening(["一句无关的话。", sentence], FORM)
    assert (told.name, told.year) == (name, year)


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("如有疑问，请与某市某区某某镇政府综合督考办公室联系（电话：0570-1234567）。", "某市某区某某镇政府"),
        ("如对本报告有疑问，请与某县教育和科学技术局办公室（地址：某路1号）联系。", "某县教育和科学技术局"),
        ("请与某县农业农村局综合科联系", "某县农业农村局"),
        ("请联系：某县水务局政务公开办公室", "某县水务局"),
        ("请与甲县人民政府办公室政务公开办联系", "甲县人民政府"),
        ("请与某市人民政府办公厅政府信息公开处联系", "某市人民政府办公厅"),
        ("请与某某镇党政综合办联系", "某某镇"),
        ("请与某某镇督考办联系", "某某镇"),
        ("请致电某市公安局交通警察支队办公室（电话", "某市公安局交通警察支队"),
        ("与某县融媒体中心联系", "某县融媒体中心"),
        ("请向某市市场监督管理局信用监管科咨询", "某市市场监督管理局"),
        ("联系单位：某县林业和草原局办公室", "某县林业和草原局"),
        ("请与某县发改委办公室联系", "某县发改委"),
        ("请与国家税务总局某县税务局纳税服务股联系", "国家税务总局某县税务局"),
        ("可与甲街道办事处党政办公室联系", "甲街道办事处"),
        ("请与我局办公室联系", ""),
        ("欢迎社会各界与本机关联系", ""),
        ("请与办公室联系", ""),
    ],
)
def test_contacts(sentence, name):
    assert find_in_contact(["无关。", sentence], FORM).name == name


def test_what_no_title_tells_is_told_with_where_it_was_found():
    body = text(report(7)).split("一、总体情况", 1)[1]
    opening = "现公布某县教育局2024年政府信息公开工作年度报告。\n一、总体情况"
    imported = api.imported((opening + body).encode())
    [found] = [found for found in imported.reading.findings if found.code == "published.whose"]
    assert "单位名称“某县教育局”取自引言，年度“2024”取自引言" in api.message(found, FORM)
    submission = imported.reading.submission
    assert (submission.agency.name, submission.year, submission.agency.level) == ("某县教育局", 2024, "department")
    titled = api.imported(text(report(7)).encode())
    assert "published.whose" not in {found.code for found in titled.reading.findings}
