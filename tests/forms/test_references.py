"""Figures that texts name instead of repeating them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import figures
from xltool.forms import catalog
from xltool.forms.references import blank_references, find_unresolved, resolve_references
from xltool.model import NOT_APPLICABLE, Agency

OWN = Agency("654221-000", "额敏县", "county")


@pytest.fixture(scope="module")
def years(spec):
    """This year's and last year's figures."""

    def made(**some):
        keys = {name.replace("__", "."): value for name, value in some.items()}
        return figures.submission(spec, dict.fromkeys(spec.index, 0) | keys, OWN)

    this = made(
        applications__received__total=12,
        applications__carried_in__total=4,
        applications__granted__total=5,
        disclosure__fees__amount=78_156_100,
        disclosure__regulations__issued=NOT_APPLICABLE,
        disclosure__penalties__decisions=None,
    )
    last = made(
        applications__received__total=9,
        applications__carried_in__total=4,
        applications__granted__total=7,
        disclosure__fees__amount=80_000_000,
    )
    return this, last


def said(spec, text, this, last=None):
    """What a text says when it is settled."""
    return resolve_references(spec, replace(this, texts={"overview": text}), last).texts["overview"]


def told(spec, text, this, last=None):
    """What is told of a text."""
    return "".join(f"{fault.why} {fault.near}" for fault in find_unresolved(text, spec, this, last))


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("收到申请{applications.received.total}件。", "收到申请12件。"),
        ("收到{ applications.received.total }件", "收到12件"),
        ("收到{\u3000applications.received.total\u3000}件", "收到12件"),
        ("{applications.received.total}{applications.granted.total}", "125"),
        ("{{applications.received.total}}", "{12}"),
        ("上年{prior.applications.received.total}件", "上年9件"),
        ("比上年{change.applications.received.total}件，", "比上年增加3件，"),
        ("比上年{change.applications.granted.total}件", "比上年减少2件"),
        ("比上年{change.applications.carried_in.total}件。", "比上年持平。"),
        ("比上年{change.applications.carried_in.total}，件数", "比上年持平，件数"),
        ("收费{disclosure.fees.amount}万元，{change.disclosure.fees.amount}万元", "收费78.1561万元，减少1.8439万元"),
        ("规章{disclosure.regulations.issued}件", "规章0件"),
        ("收到申请{表三 本年新收 总计}件。", "收到申请12件。"),
        ("收到申请{表三本年新收总计}件。", "收到申请12件。"),
        ("收到{ 表三\u3000一、本年新收政府信息公开申请数量 / 总计 }件", "收到12件"),
        ("收到｛表三 本年新收 总计｝件", "收到12件"),
        ("{{表三 本年新收 总计}}", "{12}"),
        ("上年{上年表三 本年新收 总计}件", "上年9件"),
        ("比上年{比上年 表三 本年新收 总计}件，", "比上年增加3件，"),
        ("比上年{比上年表三 上年结转 总计}件。", "比上年持平。"),
        ("收费{表二 行政事业性收费}万元", "收费78.1561万元"),
        ("收费{表二 行政事业性收费 本年收费金额}万元", "收费78.1561万元"),
        ("规章{表二 规章 制发}件", "规章0件"),
    ],
)
def test_a_reference_becomes_what_the_table_says(spec, years, text, resolved):
    assert said(spec, text, *years) == resolved
    assert not told(spec, text, *years)


@pytest.mark.parametrize(
    "text",
    [
        "没有引用，100% 照印：%s $x \\",
        "",
        "{}",
        "{7*7}",
        "{{ 7*7 }}{% raw %}${x}",
        "收到}件{",
        "{见附件}",
        "{见表三}",
        "{表三}",
        "｛见附件｝",
        "{注1.见附件}",
        "{收到\na.b}",
        "{.}",
    ],
)
def test_other_braces_are_signs_like_any_other(spec, years, text):
    assert said(spec, text, *years) == text
    assert not told(spec, text, *years)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{applications.recieved.total}", "没有这一格 {applications.received.total}"),
        ("{prior.applications.granted.totla}", "没有这一格 {prior.applications.granted.total}"),
        ("{change.applications.granted.totl}", "没有这一格 {change.applications.granted.total}"),
        ("{disclosure.penalties.decisions}", "2024 年的这一格没有数"),
        ("{change.disclosure.penalties.decisions}", "2024 年的这一格没有数"),
        ("{applications.received.total!r}", "没有这一格 {applications.received.total}"),
        ("{applications.received.total.__class__}", "没有这一格"),
        ("{submission.texts}", "没有这一格"),
        ("{表三 本年新受 总计}", "表三里没有这样的行和栏 {表三 本年新收政府信息公开申请数量 总计}"),
        ("{上年表三 本年新收 合记}", "表三里没有这样的行和栏 {上年表三 本年新收政府信息公开申请数量 "),
        ("{表三 本年新收}", "表三里没有这样的行和栏 {表三 本年新收政府信息公开申请数量 总计}"),
        ("{表四 行政诉讼 总计}", "不止一格符合（表四 未经复议直接起诉 总计、表四 复议后起诉 总计）"),
        ("{表三 不予公开 总计}", "等 8 格），行和栏要写全 {表三 属于国家秘密 总计}"),
        ("{表二 行政处罚}", "2024 年的这一格没有数"),
    ],
)
def test_a_reference_without_a_figure_stays_and_is_told(spec, years, text, why):
    assert said(spec, f"收到{text}件", *years) == f"收到{text}件"
    assert why in told(spec, text, *years)


def test_all_of_them_at_once(spec, years):
    text = "{a.b}，{applications.received.total}，{c.d}"
    assert [(fault.written, fault.offset) for fault in find_unresolved(text, spec, *years)] == [
        ("{a.b}", 0),
        ("{c.d}", text.index("{c.d}")),
    ]
    assert said(spec, text, *years) == "{a.b}，12，{c.d}"


def test_without_last_year_nothing_refers_to_it(spec, years):
    for mark in ("prior", "change"):
        text = f"{{{mark}.applications.received.total}}"
        assert "没有上年的数" in told(spec, text, years[0])
        assert said(spec, text, years[0]) == text


def test_last_year_in_another_edition(spec, spec_2019, years):
    last = figures.submission(spec_2019, dict.fromkeys(spec_2019.index, 2), OWN)
    assert said(spec, "{change.applications.received.total}件", years[0], last) == "增加10件"
    assert said(spec, "{prior.disclosure.procurement.projects}", years[0], last) == "2"
    assert "上年的报表（ogi-2019）没有这一格" in told(
        spec, "{prior.disclosure.normative_documents.in_force}", years[0], last
    )


def test_years_of_different_units_or_decimals_have_no_difference(spec, years, monkeypatch):
    this, last = years
    definition = (catalog.data_folder("workbook_templates") / "ogi_2021.toml").read_text("utf-8")
    for old, new in (('unit = "万元"', 'unit = "元"'), ("decimals = 6", "decimals = 2")):
        changed = definition.replace(old, new).replace('id = "ogi-2021"', 'id = "ogi-other"', 1)
        other = catalog.parse_form(changed, "ogi_other.toml")
        monkeypatch.setattr(catalog, "load_form", {other.id: other}.__getitem__)
        before = replace(last, form=other.id)
        assert told(spec, "{change.disclosure.fees.amount}", this, before) == "两年的计量单位不同，不能比较 "
        assert not told(spec, "{prior.disclosure.fees.amount}{change.applications.received.total}", this, before)


def test_a_submission_without_references_is_left_as_it_is(spec, years):
    this = replace(years[0], texts={"overview": "没有引用"})
    assert resolve_references(spec, this, years[1]) is this


def test_a_text_without_its_references_has_everything_else_in_its_place():
    assert blank_references("收到{a.b}件{", catalog.load_form("ogi-2021")) == "收到\n\n\n\n\n件{"


@given(st.text(alphabet="{}ab.年 \n{}｛｝表二四规章行政"), st.booleans())
def test_any_text_is_settled_for_good(text, with_prior):
    spec = catalog.load_form("ogi-2021")
    this = figures.submission(spec, dict.fromkeys(spec.index, 7), OWN)
    once = resolve_references(spec, replace(this, texts={"overview": text}), this if with_prior else None)
    assert resolve_references(spec, once) == once
