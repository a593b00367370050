"""Persons' data in texts: found with its proof, silent on an office's own numbers and on ordinary words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltool.forms import catalog
from xltool.rules.persons import find_personal_data

WEIGHTS = [2 ** (17 - at) % 11 for at in range(17)]


def kinds(spec, text):
    return [found.kind for found in find_personal_data(spec, text)]


@given(st.integers(0, 999), st.integers(1, 12), st.integers(1, 28), st.integers(1, 9))
def test_an_identity_card_is_known_by_its_last_sign(order, month, day, wrong):
    """ISO 7064, MOD 11-2, reckoned here by its own definition and not by the table of weights."""
    body = f"000000198{order % 10}{month:02}{day:02}{order:03}"
    body = f"1{body[1:]}"
    rest = (12 - sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11) % 11
    card = body + "0123456789X"[rest]
    other = body + "0123456789X"[(rest + wrong) % 11]
    spec = catalog.load_form("ogi-2021")
    assert kinds(spec, f"身份证{card}，") == ["身份证号"]
    assert kinds(spec, f"身份证{other}，") == []


@pytest.mark.parametrize(
    "text",
    [
        "申请人王建国于2024年3月提出公开申请。",
        "原告李小明不服答复，提起诉讼。",
        "申请人：王建国，要求公开补偿标准。",
        "申请人王建国（女）要求公开。",
    ],
)
def test_a_name_behind_a_party_is_told_by_its_surname_alone(spec, text):
    [found] = find_personal_data(spec, text)
    assert found.kind == "姓名"
    assert found.shown.endswith(("王…", "李…"))


def test_a_name_that_is_hidden_already_is_another_thing(spec):
    assert kinds(spec, "申请人张某某要求公开补偿标准。") == ["隐去的姓名"]


@pytest.mark.parametrize(
    "text", ["已告知13900000000的机主。", "告知139-0000-0000的机主。", "（１３９００００００００）"]
)
def test_a_mobile_number_outside_of_a_contact_is_told(spec, text):
    assert kinds(spec, text) == ["手机号码"]


@pytest.mark.parametrize(
    "text",
    [
        "如有疑问，请与局办公室联系（联系人：李某，电话：13900000000）。",
        "咨询电话：13900000000；邮编：000000。",
        "全年阅读139000000001次。",
        "编号2024139000000001。",
        "申请人于2024年向我局提出申请。",
        "申请人向我局提出申请，申请人和利害关系人均无异议。",
        "申请人马上提出补正，申请人陆续通过网上提出申请。",
        "申请人林地权属证明的申请，申请人许可证申请。",
        "申请人无正当理由逾期不补正。",
        "申请人曾向我局申请，申请人常提出重复申请。",
        "原告不服提起诉讼，原告撤诉。",
    ],
)
def test_ordinary_sentences_name_nobody(spec, text):
    assert kinds(spec, text) == []


def test_a_long_text_of_numbers_takes_no_time_to_speak_of(spec):
    assert len(kinds(spec, "13900000000，" * 2_700)) == 2_700
