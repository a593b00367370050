"""Frames of pandas: every figure exact on the way there and back, over years and editions.

What cannot be taken back is named.
"""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xltool
from xltool.frames import FRAME_HEADS
from xltool.messages import UnknownFormError, XltoolError
from xltool.model import LARGEST, LEVELS, NOT_APPLICABLE, Agency, Submission

SPECS = {form_id: xltool.form(form_id) for form_id in ("ogi-2021", "ogi-2019")}
YEARS = {"ogi-2021": (2021, 2030), "ogi-2019": (2019, 2020)}
FIGURES = st.one_of(st.none(), st.just(NOT_APPLICABLE), st.integers(0, 99), st.integers(-LARGEST, LARGEST))
FEES = "disclosure.fees.amount"


@st.composite
def submissions(draw):
    form_id = draw(st.sampled_from(sorted(SPECS)))
    count = len(SPECS[form_id].cells)
    some = draw(st.lists(FIGURES, min_size=7, max_size=7))
    start = draw(st.integers(0, 6))
    return Submission(
        form_id,
        draw(st.integers(*YEARS[form_id])),
        Agency(draw(st.text(min_size=1)), draw(st.text(min_size=1)), draw(st.sampled_from(LEVELS))),
        tuple(some[(start + at * at) % 7] for at in range(count)),
        scope=draw(st.sampled_from(["own", "consolidated"])),
    )


def submission(form_id="ogi-2021", year=2024, **values):
    spec = SPECS[form_id]
    figures = {key.replace("__", "."): value for key, value in values.items()}
    return Submission(form_id, year, Agency("1", "甲局", "department"), tuple(figures.get(key) for key in spec.index))


@settings(max_examples=60, deadline=None)
@given(st.lists(submissions(), max_size=4))
def test_there_and_back_is_exact(given):
    assert xltool.from_frame(xltool.to_frame(given)) == given


def test_the_code_may_be_a_column_and_the_order_another():
    given = [replace(submission(year=year), agency=Agency(str(year), "甲局", "county")) for year in (2021, 2024, 2022)]
    frame = xltool.to_frame(given)
    assert xltool.from_frame(frame.reset_index()) == given
    assert xltool.from_frame(frame.sort_values("year")[frame.columns[::-1]]) == sorted(given, key=lambda s: s.year)


def test_texts_are_not_in_a_frame():
    held = replace(submission(), texts={"overview": "概述"}, explanations={"applications.balance": "说明"}, serial="1")
    assert xltool.from_frame(xltool.to_frame([held])) == [submission()]


def test_years_and_editions_stand_in_one_frame():
    frame = xltool.to_frame(
        [submission("ogi-2019", 2020, applications__received__other=7), submission(disclosure__fees__amount=781561)]
    )
    assert list(frame.columns[: len(FRAME_HEADS)]) == list(FRAME_HEADS)
    ours, older = SPECS["ogi-2021"].index.keys(), SPECS["ogi-2019"].index.keys()
    assert list(frame.columns[len(FRAME_HEADS) :]) == [*ours, *(key for key in older if key not in ours)]
    assert list(frame["form"]) == ["ogi-2019", "ogi-2021"]
    assert list(frame["applications.received.other"]) == [7, None]
    assert frame[FEES].iloc[1] == Decimal("0.781561")
    alone = next(key for key in older if key not in ours)
    with pytest.raises(XltoolError, match=rf"第 2 行（1）的 {alone} 列：ogi-2021 没有这一格，应为空白。"):
        xltool.from_frame(frame.assign(**{alone: 3}))


def test_no_submissions_are_a_frame_of_no_rows():
    frame = xltool.to_frame([])
    assert list(frame.columns) == list(FRAME_HEADS)
    assert xltool.from_frame(frame) == []


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (12.0, 12),
        (np.int64(12), 12),
        (np.float64(12), 12),
        (Decimal("12.0"), 12),
        ("12", 12),
        ("／", NOT_APPLICABLE),
        (float("nan"), None),
        (np.float64("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (None, None),
    ],
)
def test_what_programs_put_in_a_cell_is_taken(value, held):
    frame = xltool.to_frame([submission()])
    frame["applications.received.other"] = pd.Series([value], index=frame.index, dtype=object)
    [back] = xltool.from_frame(frame)
    assert back.values[SPECS["ogi-2021"].index["applications.received.other"]] == held


def test_an_amount_as_a_float_has_the_digits_that_were_typed():
    frame = xltool.to_frame([submission()])
    frame[FEES] = [78.156099999999995]
    assert xltool.from_frame(frame)[0].values[SPECS["ogi-2021"].index[FEES]] == 78156100


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"applications.received.other": 1.5},
            "第 1 行（1）的 applications.received.other 列：1.5 不能作为这一格的数（件数带小数）。",
        ),
        ({"applications.received.other": "许多"}, "列：许多 不能作为这一格的数（数字格里填了文字）。"),
        ({"applications.received.other": True}, "列：True 不是数。"),
        ({"applications.received.other": 10**16}, "不能作为这一格的数（数字过大）。"),
        ({FEES: Decimal("0.0000001")}, "第 1 行（1）的 disclosure.fees.amount 列："),
        ({"year": 2019}, "第 1 行（1）的 year 列：2019 不是 ogi-2021 的年度。"),
        ({"year": "2024"}, "第 1 行（1）的 year 列："),
        ({"level": "village"}, "第 1 行（1）的 level 列：应为 ministry、"),
        ({"scope": "all"}, "第 1 行（1）的 scope 列：应为 own 或 consolidated，现为 all。"),
        (
            {"applications.recieved.other": 1},
            "列 applications.recieved.other 不是 ogi-2021 的单元格，最接近的是 applications.received.other。",
        ),
    ],
)
def test_what_cannot_be_taken_back_is_named_by_row_and_column(change, sentence):
    frame = xltool.to_frame([submission()])
    for name, value in change.items():
        frame[name] = pd.Series([value], index=frame.index, dtype=object)
    with pytest.raises(XltoolError) as told:
        xltool.from_frame(frame)
    assert sentence in str(told.value)


def test_missing_and_double_columns_and_unknown_forms():
    frame = xltool.to_frame([submission()])
    with pytest.raises(XltoolError, match="表中缺少列：year、scope。"):
        xltool.from_frame(frame.drop(columns=["year", "scope"]))
    with pytest.raises(XltoolError, match=f"列 {FEES} 出现了两次。"):
        xltool.from_frame(pd.concat([frame, frame[[FEES]]], axis=1))
    with pytest.raises(UnknownFormError, match="最接近的是 ogi-2021"):
        xltool.from_frame(frame.assign(form="ogi-2012"))
