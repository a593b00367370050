"""What texts and tables say differently, as findings: quoted, with both figures, and never a reproach too many."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests import figures
from xltool import api
from xltool.forms import totals
from xltool.rules.narrative_doubts import MOST_DOUBTS

SPEC = api.form("ogi-2021")
SHARED = Path(__file__).parents[3] / "shared"


def judge(text, prior=None, year=2024, key="overview.requests", name="", **values):
    given = {name.replace("__", "."): value for name, value in values.items()}
    made = figures.submission(SPEC, dict.fromkeys(SPEC.index, 0) | given)
    made = replace(made, agency=replace(made.agency, name=name or made.agency.name))
    made = replace(made, year=year, texts={key: text}, values=totals.compute_totals(SPEC, made.values))
    [judged] = api.check([api.Reading(made)], [prior] if prior else None)
    return judged


def told(judged):
    return [
        (found.code, found.severity, found.keys)
        for found in judged.findings
        if found.code in {"text.figure", "text.contradicted", "text.sum"}
    ]


RECEIVED = "applications.received.total"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收到申请3件，其中自然人3件。", []),
        ("收到申请5件。", [("text.figure", "warning", (RECEIVED,))]),
        ("全市收到申请5件。", [("text.figure", "info", (RECEIVED,))]),
        ("收到申请约5件。", []),
        ("2021年收到申请5件。", []),
        ("去年收到申请5件。", []),
        ("未收到政府信息公开申请。", [("text.contradicted", "error", (RECEIVED,))]),
        ("镇本级未收到政府信息公开申请。", [("text.figure", "info", (RECEIVED,))]),
        ("上半年未收到政府信息公开申请。", []),
        ("未收到涉及征地的政府信息公开申请。", []),
        ("未收到行政许可申请。", []),
        ("未发生行政复议、行政诉讼。", []),
        ("共发布信息10条，其中甲类6条、乙类7条。", [("text.sum", "warning", ())]),
        ("共发布信息10条，其中甲类6条、乙类2条。", []),
        ("办结申请4件，其中予以公开3件，占75%。", [
            ("text.figure", "warning", ("applications.granted.total",)),
            ("text.figure", "warning", ("applications.processed_total.total",)),
        ]),
    ],
)  # fmt: skip
def test_what_is_told(text, expected):
    values = {"applications__received__natural_person": 3, "applications__granted__natural_person": 3}
    assert told(judge(text, **values)) == expected


OF_OTHERS = """\
下属事业单位未收到政府信息公开申请。
我局下属执法队未作出行政处罚决定。
通过当面方式未收到政府信息公开申请。
公众号未收到信息公开申请。
如未收到申请，应在报告中注明。
若当年没有政府信息公开申请，则填零。
除网上申请外，未收到其他方式的申请。
对予以公开的3件，未引起行政复议或者诉讼。
上年结转的申请未引发行政诉讼。
区档案馆接收政府信息公开申请4件。
2个街道收到政府信息公开申请6件。
配合市政府办答复政府信息公开申请2件。
指导镇街办理政府信息公开申请7件。
参与制定规范性文件5件。
公示行政处罚8件。
作为复议机关受理行政复议5件。
出庭应诉行政诉讼案件7件。
行政诉讼应诉4次。
超过法定期限答复0件。
"""
OWN = """\
2024年，我局未收到政府信息公开申请。
某某县教育局未收到政府信息公开申请。
县教育局2024年度未收到公众的政府信息公开申请。
某某县教育局共收到政府信息公开申请21件，均按时答复。
依法依规办理政府信息公开申请10件。
因政府信息公开被申请行政复议3件，行政诉讼2件。
作出行政许可决定41件、行政处罚决定6件。
"""
TABLES = {
    "applications__received__natural_person": 3, "applications__granted__natural_person": 3,
    "disputes__review__upheld": 2, "disputes__direct__pending": 1, "disclosure__normative_documents__issued": 2,
    "disclosure__normative_documents__in_force": 7, "disclosure__licensing__decisions": 40,
    "disclosure__penalties__decisions": 5,
}  # fmt: skip


@pytest.mark.parametrize("text", OF_OTHERS.splitlines())
def test_what_is_said_of_others_or_of_some_alone_is_left_alone(text):
    assert not told(judge(text, **TABLES))


@pytest.mark.parametrize("text", OWN.splitlines())
def test_what_an_agency_says_of_itself_by_whatever_name_is_told(text):
    assert told(judge(text, name="某某县教育局", **TABLES))


def test_a_finding_quotes_the_sentence_and_names_cell_and_both_figures():
    judged = judge("我局收到政府信息公开申请5件。", applications__received__natural_person=3,
                   applications__granted__natural_person=3)  # fmt: skip
    [message] = [api.message(each, SPEC) for each in judged.findings if each.code == "text.figure"]
    assert "写着“5件”（我局收到政府信息公开申请5件。）" in message
    assert "而 表三 J6“本年新收 总计”为 3，两处不一致" in message


def test_last_year_is_held_against_last_year():
    prior = replace(judge("", year=2023, applications__received__natural_person=31).submission, year=2023)
    values = {"applications__received__natural_person": 22, "applications__granted__natural_person": 22}
    assert told(judge("收到申请22件，比上年（31件）下降29%。", prior, **values)) == []
    found = told(judge("收到申请22件，比上年（30件）上升29%。", prior, **values))
    assert sorted(found) == [("text.figure", "warning", ()), ("text.figure", "warning", (RECEIVED,))]


def test_a_slip_in_the_table_and_the_text_beside_it_are_one_opinion():
    made = figures.submission(SPEC, dict.fromkeys(SPEC.index, 0))
    values = dict(zip(SPEC.index, made.values, strict=True))
    values |= {"applications.received.natural_person": 21, "applications.granted.natural_person": 12}
    made = figures.submission(SPEC, values)
    text = {"overview.requests": "全年收到政府信息公开申请12件，予以公开12件。"}
    made = replace(made, values=totals.compute_totals(SPEC, made.values), texts=text)
    [judged] = api.check([api.Reading(made)])
    mine = [at for at, found in enumerate(judged.findings) if found.code == "text.figure"]
    assert len(mine) == 1
    assert judged.findings[mine[0]].severity == "warning"


def test_figures_named_in_braces_are_never_doubted():
    assert told(judge("收到申请{applications.received.total}件。", applications__received__natural_person=3)) == []


def test_a_text_that_says_both_is_asked_about_and_not_refused():
    values = {"applications__received__natural_person": 3, "applications__granted__natural_person": 3}
    flat = "未收到申请。"
    assert [code for code, _, _ in told(judge(flat, **values))] == ["text.contradicted"]
    found = told(judge(f"收到申请3件。{flat}", **values))
    assert [(code, severity) for code, severity, _ in found] == [("text.figure", "warning")]


def test_a_text_of_nothing_but_wrong_figures_is_told_in_part():
    judged = judge("收到申请5件。" * 200, applications__received__natural_person=3)
    assert len(told(judged)) == MOST_DOUBTS


@pytest.mark.parametrize("name", ["emin_jiaokeju_2024.json", "hongze_2023.json", "hongze_2024.json"])
def test_no_error_of_texts_in_real_figures(name):
    file = SHARED / "reports" / name
    if not file.exists():
        pytest.skip("no reports of others here")
    document = json.loads(file.read_text("utf-8"))
    document["texts"] = {"overview.requests": "全年代表区政府办理申请17件，其中办结17件。"}
    [judged] = api.check([api.read(json.dumps(document).encode(), name)])
    assert [found for found in judged.findings if found.code.startswith("text.") and found.severity == "error"] == []
    assert all(severity == "info" for _, severity, _ in told(judged))
