"""The charts of a definition: what a bar means, and every fault at its place."""

from __future__ import annotations

import pytest

from tests.forms.test_templates import FORM
from xltool.forms import catalog
from xltool.messages import DefinitionError

BARS = 'bars = ["accounts.open.wechat", "each(accounts.faults.wechat)"]'


def read(*changes):
    text = FORM
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return catalog.parse_form(text, "media_check.toml")


def bars(*written):
    quoted = ", ".join(f'"{each}"' for each in written)
    [chart] = read((BARS, f"bars = [{quoted}]")).charts
    return {bar.label: bar.cells for bar in chart.bars}


def test_a_cell_and_what_stands_below_a_head():
    assert bars("accounts.open.wechat") == {"在用账号": ("accounts.open.wechat",)}
    below = ("accounts.stale.wechat", "accounts.silent.wechat")
    assert bars("sum(accounts.faults.wechat)") == {"问题账号": below}
    assert bars("each( accounts.faults.wechat )") == {"超过两周不更新": below[:1], "留言不回复": below[1:]}


def test_each_stops_right_below_the_head_and_inputs_go_to_the_bottom():
    [chart] = [chart for chart in catalog.load_form("ogi-2021").charts if chart.id == "applicants"]
    assert [bar.label for bar in chart.bars][:2] == ["自然人", "法人或其他组织：商业企业"]
    [chart] = [chart for chart in catalog.load_form("ogi-2021").charts if chart.id == "results"]
    assert [len(bar.cells) for bar in chart.bars] == [1, 1, 8, 3, 5, 3, 1]
    assert chart.parts == ("自然人", "法人或其他组织")
    assert [len(part) for part in chart.bars[2].parts] == [8, 40]


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        (
            BARS,
            'bars = ["accounts.opne.wechat"]',
            'bars = ["^accounts.opne',
            "has no cells 'opne.wechat'|did you mean 'open.wechat'?",
        ),
        (
            BARS,
            'bars = ["acounts.open.wechat"]',
            'bars = ["^acounts',
            "no table is named 'acounts'|did you mean 'accounts'?",
        ),
        (BARS, 'bars = ["accounts.open"]', 'bars = ["^accounts.open', "is no bar: table.row.column, or sum(…)"),
        (
            BARS,
            'bars = ["accounts.faults.wechat"]',
            'bars = ["^accounts.faults',
            "a head of rows or of columns, and one of them",
        ),
        (
            BARS,
            'bars = ["sum(accounts.open.wechat)"]',
            'bars = ["^sum(acc',
            "a head of rows or of columns, and one of them",
        ),
        (BARS, 'bars = ["inputs(accounts.faults.wechat"]', 'bars = ["^inputs', "is no bar"),
        (
            BARS,
            'bars = ["input(accounts.faults.wechat)"]',
            'bars = ["^input(',
            "nothing is called 'input'|did you mean 'inputs'?",
        ),
        (BARS, "bars = []", "^bars = ", "a chart has bars, no two of one name"),
        (BARS, 'bars = ["accounts.open.wechat", "accounts.open.wechat"]', "^bars = ", "no two of one name"),
        (BARS, 'bars = ["accounts.open.wechat", "accounts.budget.amount"]', "^bars = ", "are in one measure"),
        (BARS, f"{BARS}\nparts = 'faulty'", "parts = '^faulty", "'faulty' is not a head in the table of every bar"),
        (BARS, f"{BARS}\nover = 'years'\nparts = 'faults'", "parts = '^faults", "only a chart over one year has parts"),
        (BARS, f"{BARS}\nover = 'agencies'", "^bars = ", "a chart over agencies has one cell"),
        (BARS, f"{BARS}\nover = 'agency'", "over = '^agency", "'over' must be one of year, years, agencies"),
        (
            "{year}年没有账号。",
            "{last_year}年没有账号。",
            'none = "^{last_year}年',
            "'{last_year}' cannot stand in a chart over year",
        ),
        (BARS, "", "id = ", "a chart lacks 'bars' (a list)"),
    ],
)
def test_a_fault_is_shown_at_its_place(old, new, place, message):
    with pytest.raises(DefinitionError) as error:
        read((old, new))
    [fault] = error.value.faults
    for words in message.split("|"):
        assert words in str(error.value)
    told = FORM.replace(old, new).splitlines()[fault.line - 1]
    assert told.startswith(place.partition("^")[0])
    assert told[fault.column - 1 :].startswith(place.partition("^")[2])


def test_two_charts_of_one_name():
    text = FORM[FORM.index("[[chart]]") : FORM.index("[[table]]")]
    with pytest.raises(DefinitionError, match="'accounts' is given twice as a chart"):
        read((text, text + text))
