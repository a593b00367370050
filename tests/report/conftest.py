from __future__ import annotations

import pytest

from xltool.forms.catalog import load_form
from xltool.model import Agency, FormSpec, Report, Submission
from xltool.report.assemble import assemble_report

TEXTS = {
    "preface": "本报告按照规定的格式编写，统计期限为2024年1月1日至12月31日。",
    "overview": "本年度工作平稳开展。",
    "overview.disclosure": "全年发布信息120条。\n其中通知公告30条。",
    "overview.requests": "收到的申请都在期限内答复。",
    "overview.management": "发布之前逐条审查。",
    "overview.platform": "网站栏目按时更新。",
    "overview.supervision": "每季度检查一次。",
    "problems": "公开的内容还不够细。\n明年补充办事指南。",
    "other_matters": "本年度没有收取信息处理费。",
    "contact.office": "办公室",
    "contact.address": "清河县人民路1号",
    "contact.postcode": "100000",
    "contact.phone": "010-00000000",
    "contact.website": "http://www.example.gov.cn/report",
}

HOSTILE = {
    "control": "前\x00\x08\x0b\x1b后",
    "markup": "<script>alert(1)</script> & <b>粗</b> \"引\" '号'",
    "template": "{{7*7}} {% raw %} {#",
    "escape": "_x001B_ _x000D_",
    "surrogate": "半\ud800个\udfff字",
    "not characters": "\ufffe\uffff末",
    "direction": "\u202e123\u202c",
    "long": "长" * 32767,
    "markdown": "# 不是标题 | *不是强调* [不是](链接) `码` 1. 项",
    "entity": "&lt;&#60;&amp;",
    "cdata": "]]><![CDATA[",
}


@pytest.fixture(scope="session")
def spec() -> FormSpec:
    return load_form("ogi-2021")


@pytest.fixture
def submission(spec: FormSpec) -> Submission:
    return number_cells(spec)


def number_cells(spec: FormSpec) -> Submission:
    """Every figure is another one, so that a figure in the wrong place shows; the fee has a fraction."""
    values = [at + 1 for at in range(len(spec.cells))]
    values[spec.index["disclosure.fees.amount"]] = 78156100
    return Submission("ogi-2021", 2024, Agency("654221-015", "清河县教育局", "department"), tuple(values), TEXTS)


def assemble_numbered(draft: bool = False) -> Report:
    """The report of that submission, for functions that make it again elsewhere."""
    spec = load_form("ogi-2021")
    return assemble_report(spec, number_cells(spec), draft=draft)


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> str:
    return HOSTILE[request.param]
