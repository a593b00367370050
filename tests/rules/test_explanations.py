"""What asks for an answer, where it is given, and for how long it is one."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import figures
from xltool import api
from xltool.codes import CATALOGUE
from xltool.forms import catalog
from xltool.model import Reading
from xltool.rules.explanations import count_open
from xltool.workbook.layout_plan import make_plan


@pytest.mark.parametrize("form_id", ["ogi-2019", "ogi-2021"])
def test_whatever_asks_has_its_place_for_an_answer(form_id):
    spec = catalog.load_form(form_id)
    places = {name.partition("@")[0] for name in make_plan(spec, prior=True, controls=True).explanations}
    told_as = dict.fromkeys(
        ("block.only_total", "block.only_totals", "block.only_column", "published.unread"), "cell.blank"
    )
    asking = {code for code, message in CATALOGUE.items() if message.asks and message.severity == "warning"}
    asking -= {code for code in asking if code.startswith("entry.")}  # of forms that have cells for choices and words
    assert asking >= {"cell.blank", "cell.not_applicable", "text.missing", "prior.jump", "amount.doubtful"}
    assert {told_as.get(code, code) for code in asking} <= places
    assert {rule.id for rule in spec.rules if rule.severity == "warning"} <= places


@given(st.data())
def test_what_is_open_is_what_is_neither_mended_nor_explained(data):
    """Any inputs left blank, with or without a 说明 for their table: a line answers for all blanks of its table."""
    spec = api.form("ogi-2021")
    whole = figures.submission(spec, figures.consistent(spec, Random(data.draw(st.integers(0, 9)))))
    inputs = [cell for cell in spec.cells if not cell.total]
    blank = data.draw(st.sets(st.sampled_from(inputs), max_size=6))
    explained = data.draw(st.sets(st.sampled_from([table.id for table in spec.tables])))
    values = [None if cell in blank else value for cell, value in zip(spec.cells, whole.values, strict=True)]
    why = {f"cell.blank@{table}": "年内未开展。" for table in explained}
    [reading] = api.check([Reading(replace(whole, values=tuple(values), explanations=why))])
    asked = {found.keys[0].partition(".")[0] for found in reading.findings if found.code == "cell.blank"}
    assert asked == {cell.table.id for cell in blank}
    assert (count_open(reading) == 0) == (asked <= explained)


def test_what_asks_within_an_error_is_not_open_beside_it():
    """A form left blank is one error, of which the missing texts are part: they are open once figures are there."""
    spec = api.form("ogi-2021")
    blank = replace(figures.submission(spec, {}), values=(None,) * len(spec.cells), texts={})
    [empty] = api.check([Reading(blank)])
    assert {found.code for found in empty.findings} == {"form.empty", "text.missing"}
    assert count_open(empty) == 0
    zeros = replace(figures.submission(spec, dict.fromkeys(spec.index, 0)), texts={})
    [some] = api.check([Reading(zeros)])
    assert {found.code for found in some.findings} == {"text.missing"}
    assert count_open(some) == 1
