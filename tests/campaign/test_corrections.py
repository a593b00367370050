"""county/corrections.toml: read with every fault at once, applied, told."""

from __future__ import annotations

import pytest

from tests import figures
from xltool import api
from xltool.campaign.consolidate import consolidate_submissions
from xltool.campaign.corrections import apply_corrections, list_corrections, parse_corrections
from xltool.messages import DefinitionError
from xltool.model import NOT_APPLICABLE, Agency, Correction, Reading
from xltool.periods import Period

OWN = Agency("654221-000", "额敏县", "county")
CODES = ("654221-000", "654221-015", "654221-016")
UPHELD = "disputes.review.upheld"

RIGHT = """
# 两个局是同一案的被告
[[correction]]
key = "disputes.review.upheld"
change = -1
reason = "甲案两个局都计了"
by = "王某"
agencies = ["654221-015", "654221-016"]

[[correction]]
key = "disclosure.fees.amount"
value = 78.1561
reason = "财政局核定"
by = "张某"

[[correction]]
key = "disputes.direct.upheld"
change = 0
reason = "逐件核对，没有重复"
by = "王某"
"""


def read(text, spec):
    return parse_corrections(text.encode(), "county/corrections.toml", spec, CODES)


def test_corrections_are_read_exactly(spec):
    assert read(RIGHT, spec) == (
        Correction(UPHELD, -1, None, "甲案两个局都计了", "王某", CODES[1:]),
        Correction("disclosure.fees.amount", None, 78_156_100, "财政局核定", "张某"),
        Correction("disputes.direct.upheld", 0, None, "逐件核对，没有重复", "王某"),
    )
    assert read("", spec) == ()


def test_a_figure_is_taken_as_it_is_written(spec):
    text = '[[correction]]\nkey = "disclosure.fees.amount"\nchange = -0.000001\nreason = "改"\nby = "王某"\n'
    assert read(text, spec)[0].change == -1
    with pytest.raises(DefinitionError, match="最多 6 位小数"):
        read(text.replace("0.000001", "0.0000010000000000000000001"), spec)


GOOD = '[[correction]]\nkey = "disputes.review.upheld"\nchange = -1\nreason = "重复"\nby = "王某"\n'


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("review.upheld", "review.uphled", 2, "没有“disputes.review.uphled”这一格"),
        ("review.upheld", "review.uphled", 2, "最接近的是 disputes.review.upheld"),
        ("review.upheld", "review.total", 2, "是合计格"),
        ("change = -1", "change = -1\nraeson = 2", 4, "没有“raeson”这一项"),
        ("change = -1", "change = -1\nraeson = 2", 4, "最接近的是 reason"),
        ("change = -1\n", "", 2, "要写一个"),
        ("change = -1", "change = -1\nvalue = 3", 4, "只能写一个"),
        ("change = -1", 'change = "-1"', 3, "应为数字，不加引号"),
        ("change = -1", "change = true", 3, "应为数字，不加引号"),
        ("change = -1", "change = nan", 3, "数字过大"),
        ("change = -1", "change = -0.5", 3, "-0.5 不对：应为整数"),
        ("change = -1", "change = 10000000000000000", 3, "数字过大"),
        ("change = -1", "value = -1", 3, "不能是负数"),
        ('"重复"', "5", 4, "应为双引号里的文字"),
        ('by = "王某"', "by = 3", 5, "应为双引号里的文字"),
        ('by = "王某"', 'by = "王某"\nagencies = ["654221-15"]', 6, "名录里没有单位代码“654221-15”"),
        ('by = "王某"', 'by = "王某"\nagencies = ["654221-15"]', 6, "最接近的是 654221-015"),
        ('by = "王某"', 'by = "王某"\nagencies = "654221-015"', 6, "应为方括号里的单位代码"),
        ("[[correction]]", "[[corection]]", 1, "不认识“corection”"),
        ("[[correction]]", "[correction]", 1, "应写在 [[correction]] 下面"),
        ("change = -1", "change = －1", 3, "写法不合 TOML"),
    ],
)
def test_a_fault_has_its_line(spec, old, new, line, told):
    assert GOOD.count(old) == 1
    with pytest.raises(DefinitionError) as error:
        read(GOOD.replace(old, new), spec)
    assert told in str(error.value)
    assert f"county/corrections.toml:{line}:" in str(error.value)
    assert len(error.value.faults) == 1


def test_all_faults_at_once_each_in_its_own_correction(spec):
    text = GOOD + GOOD.replace("-1", "-0.5") + GOOD.replace('by = "王某"', "by = 3").replace("upheld", "uphled")
    with pytest.raises(DefinitionError) as error:
        read(text, spec)
    assert sorted(fault.line for fault in error.value.faults) == [8, 12, 15]
    assert "有 3 处错" in str(error.value)


def test_a_value_stands_alone(spec):
    read(GOOD + GOOD, spec)
    for text in (GOOD + GOOD.replace("change = -1", "value = 1"), GOOD.replace("change = -1", "value = 1") + GOOD):
        with pytest.raises(DefinitionError, match="就不能另有更正") as error:
            read(text, spec)
        assert [fault.line for fault in error.value.faults] == [7]


def given(spec, number, **values):
    agency = Agency(CODES[number], f"第{number}局", "department")
    keys = {key.replace("__", "."): value for key, value in values.items()}
    return figures.submission(spec, figures.summed(spec, dict.fromkeys(spec.index, 0) | keys), agency)


def test_corrections_change_the_sum_and_its_totals_and_are_told(spec):
    both = [
        given(spec, 1, disputes__review__upheld=2),
        given(spec, 2, disputes__review__upheld=1, disputes__direct__upheld=1),
    ]
    held = consolidate_submissions(spec, both, OWN, Period(2024), corrections=read(RIGHT, spec))
    value = held.total.values
    assert value[spec.index[UPHELD]] == 2
    assert value[spec.index["disputes.review.total"]] == 2
    assert value[spec.index["disclosure.fees.amount"]] == 78_156_100
    assert [(each.before, each.after) for each in held.applied] == [(3, 2), (0, 78_156_100), (1, 1)]
    told = [api.message(found, spec) for found in held.findings if found.code == "county.corrected"]
    assert told[0].startswith("表四“行政复议”的“结果维持”（A6）按更正由 3 改为 2：甲案两个局都计了（王某）。")
    checked = [found for found in held.findings if found.code in {"county.careful", "county.checked"}]
    assert [(found.severity, found.data["sums"]) for found in checked] == [("info", "结果维持 2")]


def test_corrections_are_listed(spec):
    both = [given(spec, 1, disputes__review__upheld=2), given(spec, 2, disputes__review__upheld=1)]
    held = consolidate_submissions(spec, both, OWN, Period(2024), corrections=read(RIGHT, spec))
    head, first, second, third = list_corrections(spec, held.applied, {agency.code: agency for agency in held.agencies})
    assert len(head) == len(first)
    assert first[4:] == ("3", "-1", "2", "甲案两个局都计了", "王某", "654221-015 第1局、654221-016 第2局")
    assert second[4:7] == ("0", "改为 78.1561", "78.1561")
    assert third[5] == "0"


def test_a_blank_cannot_be_increased_and_a_slash_is_nought(spec):
    values = [None] * len(spec.cells)
    values[spec.index["disputes.direct.other"]] = NOT_APPLICABLE
    some = [
        Correction("disputes.review.other", 1, None, "改", "王某"),
        Correction("disputes.direct.other", 0, None, "核对过", "王某"),
        Correction("disputes.direct.other", 2, None, "改", "王某"),
        Correction("disputes.review.upheld", None, 7, "改", "王某"),
    ]
    result, applied, found = apply_corrections(spec, values, some, ())
    assert result[spec.index["disputes.review.other"]] is None
    assert result[spec.index["disputes.direct.other"]] == 2
    assert result[spec.index["disputes.review.upheld"]] == 7
    assert [each.after for each in applied] == [NOT_APPLICABLE, 2, 7]
    assert [f.code for f in found] == ["county.unapplied", *["county.corrected"] * 3]


def test_a_correction_for_an_agency_that_is_not_there_is_doubted(spec):
    held = consolidate_submissions(
        spec, [given(spec, 1, disputes__review__upheld=2)], OWN, Period(2024), corrections=read(RIGHT, spec)
    )
    (stale,) = [found for found in held.findings if found.code == "county.stale"]
    assert "涉及的单位没有参加汇总：654221-016" in api.message(stale, spec)


def test_more_taken_away_than_there_is_becomes_an_error(spec):
    held = consolidate_submissions(
        spec, [given(spec, 1)], OWN, Period(2024), corrections=[Correction(UPHELD, -1, None, "误", "王某")]
    )
    (reading,) = api.check([Reading(held.total)])
    assert "number.negative" in {found.code for found in reading.findings}
