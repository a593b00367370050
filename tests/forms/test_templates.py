"""The guide to writing forms: what it shows is what happens."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests import documents
from xltool.forms import catalog, fields, layout
from xltool.messages import DefinitionError
from xltool.model import NOT_APPLICABLE, Agency, Reading, Submission
from xltool.rules.judge import judge_readings

GUIDE = (catalog.data_folder("workbook_templates") / "README.md").read_text("utf-8")
CHINESE = (catalog.data_folder("workbook_templates") / "README.zh-CN.md").read_text("utf-8")
NAME = re.compile(r"`([a-z_]+)`")
[FORM] = documents.pick_blocks(GUIDE, "toml")


@pytest.fixture(scope="module")
def form():
    return catalog.parse_form(FORM, "media_check.toml")


def test_the_form_of_the_guide_is_a_form(form):
    assert [cell.key for cell in form.cells if cell.total] == ["accounts.faulty.wechat", "accounts.faulty.change"]
    assert [rule.name for rule in form.rules] == [
        "accounts.faulty@wechat",
        "accounts.faulty@change",
        "accounts.within",
        "silent_needs_messages",
    ]
    assert [(grid.rows, grid.columns) for grid in map(layout.grid, form.tables)] == [(10, 4), (3, 4)]
    assert form.steps == ("没有发生的填 0。",)


@pytest.mark.parametrize("guide", [GUIDE, CHINESE], ids=["English", "Chinese"])
def test_the_guide_is_short_and_shows_no_other_snippet(guide):
    assert guide.count("\n") < 250
    assert [block.language for block in documents.list_blocks(guide)] == ["toml", "text"]


def test_the_guides_show_the_same_form_in_other_remarks():
    [theirs] = documents.pick_blocks(CHINESE, "toml")
    assert tomllib.loads(theirs) == tomllib.loads(FORM) and theirs.count("\n") == FORM.count("\n")
    remarks = re.findall(r"#.*", theirs)
    assert len(remarks) == FORM.count("# ") and all(re.search("[\u4e00-\u9fff]", remark) for remark in remarks)


def list_said(guide):
    """What a guide says of fields, in their order by line; the signs of rules; how many parts it has; all names."""
    lines = [line.split("|")[1:3] for line in guide.splitlines() if line.startswith("| ")]
    fields_of = [(where.strip(), re.findall(r"`[^`]+`\*?", listed)) for where, listed in lines[1:]]
    grammar = re.findall(r"^    (?!XLTOOL|xltool).*$", guide, re.M)
    return fields_of, set(re.findall(r'"[^"\s]+"', "\n".join(grammar))), guide.count("\n## "), set(NAME.findall(guide))


def test_the_guides_say_the_same_of_fields_and_rules():
    said = list_said(GUIDE)
    assert said == list_said(CHINESE)
    assert all(len(part) > 12 for part in (said[0], said[1], said[3]))


def test_the_faults_of_the_guide_are_the_real_ones(monkeypatch):
    for guide, locale in ((GUIDE, "en_US.UTF-8"), (CHINESE, "zh_CN.UTF-8")):
        monkeypatch.setenv("LC_ALL", locale)
        check_faults(documents.pick_blocks(guide, "text")[0].removesuffix("\n"))


def check_faults(expected):
    text = FORM
    for old, new in (
        ("<= open.wechat", "<= opne.wechat"),
        ("widths = [25, 25, 25, 25]", "widths = [25, 25]"),
        ('"weibo", label', '"weibo", lable'),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    with pytest.raises(DefinitionError) as error:
        catalog.parse_form(text, "media_check.toml")
    assert str(error.value) == expected


def test_the_fault_that_only_the_whole_can_tell():
    with pytest.raises(DefinitionError) as error:
        catalog.parse_form(FORM.replace("defines = true\n", ""), "media_check.toml")
    assert [fault.message for fault in error.value.faults] == [
        re.sub(r"\s+", " ", re.search(r"`('accounts\.faulty.*?)`", GUIDE, re.DOTALL)[1])
    ]


FIELDS = {
    "top": 'title = "政务新媒体季度检查表"\n',
    "`[measure.NAME]`": 'unit = "万元"\n',
    "`[published]`": 'shared = ["政务新媒体"]       # what nearly all headings say, so that it tells them not apart\n',
    "`wording`": '{ former = ["县政办字〔2022〕3号"], ',
    "`[[text]]`": 'key = "problems"\n',
    "`[[section]]`": 'heading = "二、群众留言"\n',
    "`[[chart]]`": 'title = "{year}年的账号"\n',
    "`[[table]]`": 'id = "messages"\n',
    "`[[table.block]]`": 'caption = "账号"\n',
    "row": '{ id = "open", ',
    "column": '{ id = "answered", ',
    "head": '{ id = "faults", ',
    "rule": 'id = "within"\n',
}
BELOW = {
    "top": {"measure", "published", "wording", "stated", "text", "section", "chart", "table", "list", "rule"},
    "`[[table]]`": {"block", "rule"},
}
"""Tables within tables: they have lines of their own in the list of fields."""


@pytest.mark.parametrize("where", FIELDS)
def test_the_list_of_fields_has_exactly_those_that_are_known(where, monkeypatch):
    """A field that nobody knows is written in; the names that the hint is looked for among are those that are known."""
    known = set()
    monkeypatch.setattr(fields, "suggest_nearest", lambda name, names: known.update(names) or "")
    place = FIELDS[where]
    assert FORM.count(place) == 1
    with pytest.raises(DefinitionError, match="has no field 'zzz'"):
        catalog.parse_form(
            FORM.replace(place, place + ("zzz = 1, " if place.startswith("{") else "zzz = 1\n")), "media_check.toml"
        )
    line = next(line for line in GUIDE.splitlines() if line.startswith(f"| {where} |"))
    listed = set(re.findall(r"`([a-z_]+)`", re.sub(r"\([^)]*\)", "", line.split("|")[2])))
    assert known - BELOW.get(where, set()) == listed - (
        {"columns"} if where == "head" else set()
    )  # the example is a head of rows


def test_the_form_of_the_guide_works(form):
    values = dict.fromkeys(form.index, 0) | {
        "accounts.stale.wechat": 3,
        "accounts.budget.amount": 1_200,
        "accounts.stale.change": -2,
    }
    values["accounts.faulty.change"] = -2
    values["accounts.spent.amount"] = NOT_APPLICABLE
    given = Submission(form.id, 2024, Agency("1", "局", "township"), tuple(values.values()), {"problems": "无。"})
    (found,) = judge_readings(form, [Reading(given)])
    assert [(f.code, f.rule) for f in found.findings] == [("rule.broken", "accounts.faulty@wechat")]
    assert ("accounts.faulty.wechat", 3) in [(s.key, s.proposed) for s in found.findings[0].suspects]
