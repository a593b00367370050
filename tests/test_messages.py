from __future__ import annotations

import ast
import re
from pathlib import Path
from random import Random

import pytest

import xltool
from tests import figures
from xltool.codes import ANNUAL_NOTICE, CATALOGUE, FILING_GUIDE, GRADES, LEVEL_NAMES
from xltool.forms import catalog, checks
from xltool.messages import finding, format_scaled, join_first, render, suggest
from xltool.model import LEVELS, NOT_APPLICABLE, SEVERITIES, Agency, Reading
from xltool.rules import causes, validate
from xltool.rules.judge import judge_readings
from xltool.rules.stack import stack_values

SPEC = catalog.load_form("ogi-2021")
OWN = {
    *("where", "block", "cells", "row", "column", "unit", "holding", "more", "text", "at", "figures", "basis"),
    *("slash", "zero", "hint", "astray", "asked", "this", "before"),
}
"""What rendering finds out by itself, from the cells and the rule of a finding."""


def place(key):
    """As if every cell stood on the sheet of its table, in the order of the form."""
    return SPEC.cell(key).table.sheet, f"D{SPEC.index[key] + 1}"


def placeholders(message):
    return set(re.findall(r"\{(\w+)\}", message.sentence + message.remedy))


@pytest.mark.parametrize("code", sorted(CATALOGUE.keys() - {"rule.broken"}))
def test_every_code_renders_its_facts_and_nothing_else(code):
    message = CATALOGUE[code]
    facts = {name: f"<{name}>" for name in placeholders(message) - OWN}
    keys = ("applications.received.enterprise", "applications.granted.enterprise")
    text = render(finding(code, *keys, **facts), SPEC, place)
    assert not re.search(r"[{}]", text)
    assert all(fact in text for name, fact in facts.items() if f"{{{name}}}" in message.sentence)
    if "{where}" in message.sentence:
        assert "表三“本年新收”行“商业企业”栏（D12）" in text
    if "{cells}" in message.sentence:
        assert " 表三 D12、D26" in text
    assert text.endswith("。")


def test_a_finding_without_cells_still_renders():
    for code in CATALOGUE.keys() - {"rule.broken"}:
        facts = {name: f"<{name}>" for name in placeholders(CATALOGUE[code]) - OWN}
        said = render(finding(code, **facts), None, None)
        assert not re.search(r"[{}]", said)
        assert all(fact in said for name, fact in facts.items() if f"{{{name}}}" in CATALOGUE[code].sentence)


def test_a_fact_that_is_missing_is_a_fault_of_ours():
    for code in CATALOGUE.keys() - {"rule.broken"}:
        facts = {name: f"<{name}>" for name in placeholders(CATALOGUE[code]) - OWN}
        for lacking in facts:
            given = {name: fact for name, fact in facts.items() if name != lacking}
            with pytest.raises(KeyError, match=lacking):
                render(finding(code, **given), None, None)


def test_every_finding_of_the_house_has_its_facts():
    """Wherever a code stands beside its facts; those that are made of another one's are rendered by other tests."""
    seen = set()
    for path in Path(xltool.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "finding":
                continue
            if not isinstance(call.args[0], ast.Constant) or any(given.arg is None for given in call.keywords):
                continue
            code, facts = call.args[0].value, {given.arg for given in call.keywords}
            assert code in CATALOGUE, (path, call.lineno)
            if code != "rule.broken":
                assert placeholders(CATALOGUE[code]) - OWN <= facts, (path, call.lineno)
            seen.add(code)
    assert len(seen) > len(CATALOGUE) / 2


def test_damage_to_a_part_or_to_the_whole_file():
    assert "内容已损坏（xl/a.xml）。" in render(finding("file.damaged", why="内容已损坏", part="xl/a.xml"), None, None)
    assert "内容已损坏。" in render(finding("file.damaged", why="内容已损坏", part=""), None, None)


def test_every_message_has_a_sentence_and_a_way_out():
    for code, message in CATALOGUE.items():
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", code)
        assert message.severity in GRADES
        assert message.sentence.endswith(("。", "？"))
        assert message.title
        assert not message.title.endswith("。")
        assert message.basis
        if message.severity != "info":
            assert message.remedy.strip()
            assert message.remedy != "不用改。"


def test_what_clerks_read_can_be_shown_by_a_chinese_windows():
    forms = [catalog.load_form(form_id) for form_id in ("ogi-2021", "ogi-2019")]
    read = [
        text
        for message in CATALOGUE.values()
        for text in (message.title, message.sentence, message.remedy, message.basis)
    ]
    read += [*LEVEL_NAMES.values(), *GRADES.values(), ANNUAL_NOTICE, FILING_GUIDE]
    for form in forms:
        read += [text for rule in form.rules for text in (rule.text, rule.remedy, rule.basis, rule.where)]
        read += [text for check in checks.list_checks(form) for text in (check.subject, check.text)]
        read += [*form.steps, *(text.label + text.guidance + text.heading for text in form.texts)]
        read += [cell.label + cell.row.prompt for cell in form.cells]
    for text in read:
        assert text.encode("gbk").decode("gbk") == text
        assert not re.search(r"[\"'「」]", text)


def test_every_level_has_a_name():
    assert list(LEVEL_NAMES) == list(LEVELS)


def rendered(spec, values, level="department", **texts):
    """The sentences of a submission's judgement, by code."""
    reading = Reading(figures.submission(spec, values, Agency("1", "局", level), **texts))
    return {
        (f.code, f.rule): render(f, spec, place if spec is SPEC else lambda key: ("表", "A1"))
        for f in judge_readings(spec, [reading])[0].findings
    }


def test_a_broken_rule_has_place_figures_way_out_and_basis():
    values = dict.fromkeys(SPEC.index, 0) | {
        "applications.received.enterprise": 12,
        "applications.granted.enterprise": 9,
    }
    given = figures.summed(SPEC, values)
    assert rendered(SPEC, given)["rule.broken", "applications.balance@enterprise"] == (
        "表三“商业企业”栏：第一项加第二项之和，应等于第三项加第四项之和。"
        "现为：本年新收 12 + 上年结转 0 = 12，办理结果总计 9 + 结转下年度 0 = 9，相差 3。"
        "涉及 表三 D12、D19、D173、D180。"
        "改法：核对新收、上年结转、各办理结果和结转下年度的件数：每件申请要么有一个办理结果，要么结转。"
        "依据：国办公开办函〔2021〕30号 表三注：第一项加第二项之和，等于第三项加第四项之和。"
    )


def test_long_sums_leave_zeros_out_and_long_lists_are_cut():
    values = dict.fromkeys(SPEC.index, 0) | {
        "applications.processed_total.other": 3,
        "applications.granted.other": 1,
        "applications.refused_internal.other": 1,
    }
    text = rendered(SPEC, values)["rule.broken", "applications.results@other"]
    assert "现为：办理结果总计 3，予以公开 1 + 属于三类内部事务信息 1 = 2，相差 1。" in text
    assert " 等 22 格" in text
    values = dict.fromkeys(SPEC.index, 0) | {"applications.processed_total.other": 3}
    assert (
        "办理结果总计 3，予以公开等 21 项均为 0，相差 3"
        in rendered(SPEC, values)["rule.broken", "applications.results@other"]
    )


def test_coefficients_slashes_and_conditions_in_figures():
    values = dict.fromkeys(SPEC.index, 0) | {
        "applications.received.other": 3,
        "applications.received.total": 3,
        "applications.carried_out.other": 3,
        "applications.carried_out.total": 3,
        "disputes.review.upheld": NOT_APPLICABLE,
        "disputes.review.total": 2,
    }
    found = rendered(SPEC, values)
    assert (
        "现为：2 × 结转下年度 3 = 6，本年新收 3 + 上年结转 0 = 3，相差 3。"
        in found["rule.broken", "applications.carried_out_share"]
    )
    assert (
        "现为：总计 2，结果维持 / + 结果纠正 0 + 其他结果 0 + 尚未审结 0 = 0，相差 2。"
        in found["rule.broken", "disputes.outcomes@review"]
    )
    values |= {"applications.received.other": 0, "applications.received.total": 0}
    assert (
        "现为：行政复议 2 + 未经复议直接起诉 0 + 复议后起诉 0 = 2，本年新收 0 + 上年结转 0 = 0。"
        in rendered(SPEC, values)["rule.broken", "disputes_need_applications"]
    )


def test_a_legal_basis_of_a_row_is_told():
    values = figures.consistent(SPEC, Random(1)) | {"disclosure.regulations.in_force": 1}
    text = rendered(SPEC, values, level="county")["cell.level", None]
    assert text == (
        "表二“规章”行“现行有效件数”栏（D3）填的是 1，但县级政府不能有“规章”，应为 0 或 /。"
        + "改法：改为 0 或 /；属于别项的填到别项。"
        + "依据：《中华人民共和国立法法》第九十一条、第九十三条。"
    )


def test_the_notice_of_the_form_is_the_basis(spec_2019):
    for form in (SPEC, spec_2019):
        text = rendered(form, figures.consistent(form, Random(1)) | {"disclosure.licensing.decisions": None})[
            "cell.blank", None
        ]
        assert text.endswith(f"依据：{form.basis}：报告内容应当准确、全面。")


def test_information_comes_without_remedy_and_basis():
    assert render(finding("total.computed", "disputes.review.total", count=1), SPEC, place) == (
        "有 1 个合计格未填，已按勾稽关系算出： 表四 D190。"
    )


def test_a_text_that_seems_to_hold_a_number():
    key = "disclosure.normative_documents.issued"
    assert "不是数；看来应为 22。" in render(
        finding("number.text", key, raw="22（其中修订16件）", holds="22"), SPEC, place
    )
    assert "不是数。" in render(finding("number.text", key, raw="无法统计", holds=None), SPEC, place)


def test_braces_in_what_a_clerk_wrote_are_shown_as_they_are():
    text = render(finding("number.text", "disputes.review.other", raw="{count} {0} {", holds=None), SPEC, place)
    assert "“{count} {0} {”" in text


def test_cells_across_and_sheets():
    assert "表四“行政复议”的“其他结果”（D188）" in render(
        finding("number.negative", "disputes.review.other", value="-1"), SPEC, place
    )


@pytest.mark.parametrize(
    ("scaled", "decimals", "shown"),
    [
        (0, 0, "0"),
        (-3, 0, "-3"),
        (78_156_100, 6, "78.1561"),
        (1, 6, "0.000001"),
        (-1, 6, "-0.000001"),
        (10**6, 6, "1"),
        (-1_500_000, 6, "-1.5"),
        (0, 6, "0"),
    ],
)
def test_plain_digits(scaled, decimals, shown):
    assert format_scaled(scaled, decimals) == shown


def test_every_suspect_says_why():
    values = figures.consistent(SPEC, Random(1))
    values["applications.granted.other"] += 1
    given = figures.submission(SPEC, values)
    (broken,) = validate.find_broken_rules(SPEC, [given], stack_values([given.values]))
    found = [suspect for cause in causes.find_causes(SPEC, given.values, None, broken) for suspect in cause.suspects]
    assert found
    assert all(suspect.why.encode("gbk") for suspect in found)


def test_a_list_is_cut_in_one_way():
    assert join_first(["甲", "乙"], 2) == "甲、乙"
    assert join_first(["甲", "乙", "丙"], 2) == "甲、乙 等"
    assert join_first(["甲", "乙", "丙"], 2, "格", between="；") == "甲；乙 等 3 格"
    assert join_first([], 2, "格") == ""


def test_the_nearest_name_is_offered_in_one_way():
    assert suggest("check") == "，最接近的是 check"
    assert suggest("check", lead="") == "最接近的是 check"
    assert suggest("") == suggest("", lead="") == ""


def test_every_severity_has_a_word_in_the_order_of_severities():
    assert tuple(GRADES) == SEVERITIES
