"""A table that no report prints: what a definition may say of it, what differs where it is printed, what is unknown."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forms.unprinted import FORM, make_form, submit
from xltool.cli.forms import describe_form
from xltool.forms.checks import list_checks
from xltool.forms.differences import compare_forms
from xltool.forms.document import dump_document, parse_document
from xltool.forms.fault_words import word_fault
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError
from xltool.model import NOT_APPLICABLE, Reading, Submission, Value
from xltool.rules.judge import judge_readings

SPEC = make_form()
WHOLE = submit(SPEC, [75, 3, 4, 5, 151])
UNREAD = replace(submit(SPEC, [75, 3, 4, 5, None]), entries={}, unread_tables=frozenset({"intake"}))
CHART = """
[[chart]]
id = "whole"
title = "{year}年"
axis = "件数"
bars = ["intake.received.count"]
none = "{year}年没有。"
"""
SECTION = '[[section]]\nheading = "三、新受理数"\ntable = "intake"\n'


def unprint(text: str) -> str:
    """The definition with none of its tables printed."""
    bare = "\n\n".join(part for part in text.split("\n\n") if "[[section]]" not in part)
    said = '[[text]]\nkey = "said"\nlabel = "说明"\n\n[[section]]\ntexts = ["said"]\n\n[[table]]'
    return bare.replace('sheet = "表', 'unprinted = true\nsheet = "表').replace("[[table]]", said, 1)


@pytest.mark.parametrize(
    ("change", "told", "chinese"),
    [
        (lambda text: f"{text}\n{SECTION}", "'intake' is 'unprinted': it stands in no section", "不写进任何一节"),
        (lambda text: f"{text}\n{CHART}", "a chart shows what the report prints", "图示只画报告里印的数"),
        (unprint, "a form prints at least one table or list", "报告至少要印一张表或一个明细"),
        (lambda text: text.replace("unprinted = true", 'unprinted = "yes"'), "must be true or false", "true 或 false"),
        (lambda text: text.replace("unprinted = true\n", ""), "stands in 0 sections", "写在 0 节里"),
    ],
)
def test_what_does_not_fit_a_table_that_is_not_printed_is_told(
    change: Callable[[str], str], told: str, chinese: str
) -> None:
    with pytest.raises(DefinitionError) as raised:
        parse_spec(change(FORM), "review_items.toml")
    assert [fault for fault in raised.value.faults if told in fault.message], str(raised.value)
    assert chinese in "".join(word_fault(fault.message) for fault in raised.value.faults)


def test_it_is_a_table_like_any_other_but_for_the_report() -> None:
    assert [table.id for table in SPEC.tables] == ["matters", "fields", "intake"]
    assert [table.id for table in SPEC.printed_tables] == ["matters", "fields"]
    told = {cell["key"]: cell.get("printed") for cell in describe_form(SPEC)["cells"]}
    assert {key for key, printed in told.items() if printed is False} == {
        "intake.received.count", "intake.basis.count",
    }  # fmt: skip
    assert "table.empty@intake" in {check.name for check in list_checks(SPEC)}


def test_a_table_that_comes_to_be_printed_is_a_difference() -> None:
    printed = parse_spec(f"{FORM.replace('unprinted = true', '')}\n{SECTION}", "review_items.toml")
    [one], [other] = compare_forms(SPEC, printed).differences, compare_forms(printed, SPEC).differences
    assert (one.change, one.kind, one.detail) == ("changed", "table", "报告不印 → 报告印")
    assert other.detail == "报告印 → 报告不印"


def find_codes(submission: Submission) -> list[tuple[str, tuple[str, ...]]]:
    [judged] = judge_readings(SPEC, [Reading(submission, ())])
    return [(found.code, found.keys) for found in judged.findings]


def test_what_nobody_read_is_no_blank_and_what_a_clerk_left_out_is() -> None:
    assert find_codes(WHOLE) == []
    assert find_codes(UNREAD) == []
    left = replace(UNREAD, unread_tables=frozenset())
    assert [code for code, _ in find_codes(left)] == ["table.empty"]
    half = replace(left, entries={"intake.basis.count": "受理台账"})
    assert find_codes(half) == [("cell.blank", ("intake.received.count",))]
    printed_blank = replace(UNREAD, values=(75, None, 4, 5, None))
    assert find_codes(printed_blank) == [("cell.blank", ("matters.count.openness",))]
    nothing = replace(UNREAD, values=(None,) * 5)
    assert [code for code, _ in find_codes(nothing)] == ["form.empty"]


VALUES = st.one_of(st.none(), st.just(NOT_APPLICABLE), st.integers(0, 999))


@given(st.lists(VALUES, min_size=5, max_size=5), st.booleans(), st.booleans())
def test_a_document_keeps_what_nobody_read(values: list[Value], unread: bool, written: bool) -> None:
    given = replace(
        submit(SPEC, values),
        entries={"intake.basis.count": "台账"} if written else {},
        unread_tables=frozenset({"intake"} if unread else ()),
    )
    again = parse_document(dump_document(SPEC, given), lambda _: SPEC)
    assert (again.submission, again.findings) == (given, ())
    assert unread or "unread_tables" not in json.loads(dump_document(SPEC, given))
    asked = {key for code, keys in find_codes(given) if code in {"cell.blank", "table.empty"} for key in keys}
    assert not (unread and asked & {"intake.received.count", "intake.basis.count"})


@pytest.mark.parametrize("wrong", [["matters"], ["nothing"], "intake", [["intake"]], {"intake": 1}, [None]])
def test_a_document_says_so_of_no_other_table(wrong: object) -> None:
    document = json.loads(dump_document(SPEC, UNREAD)) | {"unread_tables": wrong}
    reading = parse_document(json.dumps(document).encode(), lambda _: SPEC)
    assert [(found.code, found.data["field"]) for found in reading.findings] == [("document.schema", "unread_tables")]
