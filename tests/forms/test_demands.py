"""What must be filled in where something else holds: cells that are no figures and texts, here and in LibreOffice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.forms.entries import FORM, submit
from tests.workbook import calc
from xltool.forms.sheet_names import HIDDEN
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError, render
from xltool.model import FormSpec, Reading, Submission
from xltool.preview import make_preview
from xltool.report.gaps import find_gaps
from xltool.rules.judge import judge_readings
from xltool.workbook.cached_values import compute_cached_values
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.write import write_workbook

TEXTS = """
[[text]]
key = "office.kind"
label = "单位性质"
place = "cover"

[[text]]
key = "office.why"
label = "其他性质"
place = "cover"
required = "office.kind = '其他'"

[[text]]
key = "problems"
label = "存在的问题"
required = "hazards.total.found > 10"

[[section]]
heading = "三、问题"
texts = ["problems"]

"""
ASKING = (
    FORM.replace("[[section]]", TEXTS + "[[section]]", 1)
    .replace('latest = "2025-12-31" }', "latest = \"2025-12-31\", required = \"state in ('整改中', '未整改')\" }", 1)
    .replace("longest = 40 },\n]", 'longest = 40, required = "found >= 5" },\n]', 1)
)
BOTH = "hazards.fire.due", "hazards.fire.remark"


def make_form(form: str = ASKING) -> FormSpec:
    return parse_spec(form, "hazard_list.toml")


def write(spec: FormSpec, found: int | None, written: dict[str, str], texts: dict[str, str]) -> Submission:
    """A submission of which the line 消防 is as told and nothing stands in the others."""
    values = (found, 0, 0, 0)
    made = submit(spec, values, {f"hazards.fire.{name}": content for name, content in written.items()})
    return replace(made, texts=texts)


CASES = {
    "nothing": (4, {}, {}, set()),
    "chosen": (4, {"state": "未整改"}, {}, {"hazards.fire.due"}),
    "chosen and given": (4, {"state": "未整改", "due": "2024-05-06"}, {}, set()),
    "another": (4, {"state": "已整改"}, {}, set()),
    "many": (5, {}, {}, {"hazards.fire.remark"}),
    "unknown": (None, {}, {}, set()),
    "text": (11, {"remark": "有"}, {}, {"problems"}),
    "blank text": (11, {"remark": "有"}, {"problems": " \n"}, {"problems"}),
    "text given": (11, {"remark": "有"}, {"problems": "写了"}, set()),
    "cover": (1, {}, {"office.kind": " 其他"}, {"office.why"}),
    "cover given": (1, {}, {"office.kind": "其他", "office.why": "合办"}, set()),
    "other cover": (1, {}, {"office.kind": "机关"}, set()),
    "all": (12, {"state": "整改中"}, {"office.kind": "其他"}, {*BOTH, "problems", "office.why"}),
}
"""What is found, what stands in its line, texts, and what must be filled in besides."""


def find_lacking(spec: FormSpec, submission: Submission) -> set[str]:
    [judged] = judge_readings(spec, [Reading(submission)])
    asked = {key for each in judged.findings if each.code == "entry.missing" for key in each.keys}
    texts = {each.data["text"] for each in judged.findings if each.code == "text.missing"}
    return {key for key in asked if not spec.entries_by_key[key].kind.required} | texts


@pytest.mark.parametrize("name", CASES)
def test_it_is_asked_for_where_the_condition_holds(name: str) -> None:
    spec = make_form()
    found, written, texts, lacking = CASES[name]
    submission = write(spec, found, written, texts)
    assert find_lacking(spec, submission) == lacking
    gaps = find_gaps(spec, submission)
    named = {text.label: text.key for text in spec.texts}
    asked = [spec.entries_by_key[cell.key] for cell in gaps.cells if cell.key in spec.entries_by_key]
    told = {entry.key for entry in asked if not entry.kind.required} | {named[label] for label in gaps.texts}
    assert told == lacking
    of_sum = find_lacking(spec, replace(submission, scope="consolidated"))
    assert not of_sum & {*BOTH}


WORDS = {
    "chosen": "；“消防”“整改期限”因为“消防”“整改情况”选了“整改中”或“未整改”，要填。",
    "many": "；“消防”“备注”因为排查数 5 不小于 5，要填。",
    "text": "“存在的问题”没有写：因为合计排查数 11 大于 10，要写。",
    "cover": "“其他性质”没有写：因为“单位性质”填的是“其他”，要写。",
}


@pytest.mark.parametrize("name", WORDS)
def test_what_asked_for_it_is_told(name: str) -> None:
    spec = make_form()
    [judged] = judge_readings(spec, [Reading(write(spec, *CASES[name][:3]))])
    told = [render(each, spec, make_plan(spec).place) for each in judged.findings if each.code.endswith(".missing")]
    assert any(WORDS[name] in each for each in told), told


def test_libreoffice_counts_the_same(tmp_path: Path) -> None:
    calc.require_office()
    spec = make_form()
    plan = make_plan(spec)
    made = {name.replace(" ", "_"): write(spec, *case[:3]) for name, case in CASES.items()}
    rng = Random(7)
    for number in range(6):
        written = {"state": rng.choice(["已整改", "整改中", "未整改"]), "remark": rng.choice(["", "有"])}
        kept = {name: content for name, content in written.items() if content}
        made[f"w{number}"] = write(spec, rng.choice([4, 5, 10, 11]), kept, {"office.kind": rng.choice(["其他", "无"])})
    files = {name: calc.spoiled(write_workbook(spec, each)) for name, each in made.items()}
    for name, shown in calc.recalculated(files, tmp_path).items():
        ours = compute_cached_values(plan, made[name])
        spots = [spot for spot in calc.formula_spots(files[name]) if spot.sheet != HIDDEN]
        assert {spot: shown.get(spot) or "" for spot in spots} == {spot: ours[spot] or "" for spot in spots}, name


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("found >= 5", "fund >= 5", "has no column 'fund'"),
        ("found >= 5", "found", "expected '=', '<=', '>=', '<', '>' or 'needs' here"),
        ("found >= 5", "prior.found >= 5", "is of this year alone"),
        ("found >= 5", "found needs found", "'needs' has no condition"),
        ("state in ('整改中', '未整改')", "state = '没整改'", "'没整改' is none of the choices of 'state'"),
        ("office.kind = '其他'", "office.sort = '其他'", "and no field of words on the cover"),
        ("hazards.total.found > 10", "total.found > 10", "a rule of the whole form names cells as table.row.column"),
        ('"hazards.total.found > 10"', "7", "'required' of a text must be true or false"),
    ],
)
def test_what_is_wrong_with_a_condition_is_told(old: str, new: str, fault: str) -> None:
    assert ASKING.count(old) == 1
    with pytest.raises(DefinitionError) as told:
        make_form(ASKING.replace(old, new))
    assert fault in str(told.value)


def test_a_preview_lacks_nothing() -> None:
    assert make_preview(make_form()).opinions == ()
