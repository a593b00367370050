"""Figures that the county's texts name instead of repeating them."""

from __future__ import annotations

import pytest

from tests import figures
from xltool.campaign import texts
from xltool.messages import DefinitionError, XltoolError
from xltool.model import NOT_APPLICABLE, Agency
from xltool.report.references import resolve, unresolved

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


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("收到申请{applications.received.total}件。", "收到申请12件。"),
        ("收到{ applications.received.total }件", "收到12件"),
        ("{applications.received.total}{applications.granted.total}", "125"),
        ("上年{prior.applications.received.total}件", "上年9件"),
        ("比上年{change.applications.received.total}件，", "比上年增加3件，"),
        ("比上年{change.applications.granted.total}件", "比上年减少2件"),
        ("比上年{change.applications.carried_in.total}件。", "比上年持平。"),
        ("比上年{change.applications.carried_in.total}，件数", "比上年持平，件数"),
        ("收费{disclosure.fees.amount}万元，{change.disclosure.fees.amount}万元", "收费78.1561万元，减少1.8439万元"),
        ("规章{disclosure.regulations.issued}件", "规章0件"),
        ("没有引用，100% 照印：%s $x \\", "没有引用，100% 照印：%s $x \\"),
        ("", ""),
    ],
)
def test_a_reference_becomes_what_the_table_says(spec, years, text, resolved):
    assert resolve(text, spec, *years) == resolved


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{applications.recieved.total}", "最接近的是 {applications.received.total}"),
        ("{prior.applications.granted.totla}", "最接近的是 {prior.applications.granted.total}"),
        ("{change.applications.granted.totl}", "最接近的是 {change.applications.granted.total}"),
        ("{disclosure.penalties.decisions}", "2024 年的这一格没有数"),
        ("{change.disclosure.penalties.decisions}", "2024 年的这一格没有数"),
        ("{}", "没有这一格"),
        ("{7*7}", "没有这一格"),
        ("收到{applications.received.total件", "花括号要成对"),
        ("收到}件", "花括号要成对"),
        ("{{applications.received.total}}", "花括号要成对"),
        ("{applications.received.total!r}", "最接近的是 {applications.received.total}"),
        ("{applications.received.total.__class__}", "没有这一格"),
    ],
)
def test_what_is_no_reference_is_told(spec, years, text, told):
    with pytest.raises(XltoolError) as error:
        resolve(text, spec, *years)
    assert told in str(error.value)


def test_all_of_them_at_once(spec, years):
    text = "{a}，{applications.received.total}，{b}"
    assert [(fault.written, fault.offset) for fault in unresolved(text, spec, *years)] == [("{a}", 0), ("{b}", text.index("{b}"))]


def test_without_last_year_nothing_refers_to_it(spec, years):
    for mark in ("prior", "change"):
        with pytest.raises(XltoolError, match="没有上年的汇总数"):
            resolve(f"{{{mark}.applications.received.total}}", spec, years[0], None)


def test_last_year_in_another_edition(spec, spec_2019, years):
    last = figures.submission(spec_2019, dict.fromkeys(spec_2019.index, 2), OWN)
    assert resolve("{change.applications.received.total}件", spec, years[0], last) == "增加10件"
    assert resolve("{prior.disclosure.procurement.projects}", spec, years[0], last) == "2"
    with pytest.raises(XltoolError, match="上年的报表（ogi-2019）没有这一格"):
        resolve("{prior.disclosure.normative_documents.in_force}", spec, years[0], last)


def read(text, spec, years):
    return texts.resolved(text.encode(), "county/texts.toml", spec, *years)


def test_texts_in_quotes_and_in_tables(spec, years):
    text = """
    "overview" = "收到{applications.received.total}件。"
    "overview.requests" = '''
第一段
第二段{prior.applications.received.total}'''
    problems = "  "
    [contact]
    phone = "0901-0000000"
    """
    assert read(text, spec, years) == {
        "overview": "收到12件。",
        "overview.requests": "第一段\n第二段9",
        "contact.phone": "0901-0000000",
    }


def test_every_fault_of_the_texts_with_its_line(spec, years):
    text = 'overveiw = "x"\n\nproblems = """第一行\n第二行 {applications.received.totl}\n{nothing}"""\nother_matters = 3\n'
    with pytest.raises(DefinitionError) as error:
        read(text, spec, years)
    shown = str(error.value)
    assert [fault.line for fault in sorted(error.value.faults, key=lambda f: f.line)] == [1, 4, 5, 6]
    assert "county/texts.toml 有 4 处错" in shown
    assert "没有“overveiw”这一项文字" in shown
    assert "最接近的是 overview" in shown
    assert "最接近的是 {applications.received.total}" in shown
    assert "county/texts.toml:4:5" in shown


@pytest.mark.parametrize(
    ("data", "told"), [(b'problems = "\xd0\xd0"', "不是 UTF-8 编码；请另存为 UTF-8"), ("problems = “文”".encode(), "写法不合 TOML")]
)
def test_a_file_that_is_not_toml(spec, years, data, told):
    with pytest.raises(DefinitionError) as error:
        texts.resolved(data, "county/texts.toml", spec, *years)
    assert told in str(error.value)
    assert "county/texts.toml" in str(error.value)
