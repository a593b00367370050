"""The county's own texts as an office writes them: county/texts.toml."""

from __future__ import annotations

import pytest

from tests import figures
from xltool.campaign import texts
from xltool.messages import DefinitionError
from xltool.model import Agency

OWN = Agency("654221-000", "额敏县", "county")


@pytest.fixture(scope="module")
def years(spec):
    """This year's and last year's figures."""
    return tuple(
        figures.submission(spec, dict.fromkeys(spec.index, 0) | {"applications.received.total": received}, OWN)
        for received in (12, 9)
    )


def read(text, spec, years):
    return texts.parse_texts(text.encode(), "county/texts.toml", spec, *years)


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
        "overview": "收到{applications.received.total}件。",
        "overview.requests": "第一段\n第二段{prior.applications.received.total}",
        "contact.phone": "0901-0000000",
    }


def test_every_fault_of_the_texts_with_its_line(spec, years):
    text = (
        'overveiw = "x"\n\nproblems = """第一行\n第二行 {applications.received.totl}\n{nothing}"""\nother_matters = 3\n'
    )
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
    ("data", "told"),
    [(b'problems = "\xd0\xd0"', "不是 UTF-8 编码；请另存为 UTF-8"), ("problems = “文”".encode(), "写法不合 TOML")],
)
def test_a_file_that_is_not_toml(spec, years, data, told):
    with pytest.raises(DefinitionError) as error:
        texts.parse_texts(data, "county/texts.toml", spec, *years)
    assert told in str(error.value)
    assert "county/texts.toml" in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["收到{applications.received.total件", "收到}件", "{{applications.received.total}}", "{}", "{7*7}", "{见附件}"],
)
def test_a_brace_that_is_no_reference(spec, years, text):
    with pytest.raises(DefinitionError) as error:
        read(f"overview = '{text}'", spec, years)
    assert "花括号要成对，只用来引用表中的数" in str(error.value)
    assert f"county/texts.toml:1:{13 + min(text.find(sign) for sign in '{}' if sign in text)}" in str(error.value)
