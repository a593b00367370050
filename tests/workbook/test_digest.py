"""The version of a workbook.

Equal for definitions that make workbooks which read alike, another one for each that does not.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.forms.test_spec import GOOD
from xltool.forms import catalog
from xltool.model import FormSpec
from xltool.workbook import formula
from xltool.workbook.digest import compute_digest
from xltool.workbook.layout_plan import Plan, make_plan

EDITIONS = ("ogi-2019", "ogi-2021")


def definition(form_id: str) -> str:
    return (catalog.data_folder("workbook_templates") / f"{form_id.replace('-', '_')}.toml").read_text("utf-8")


def edited(text: str, pattern: str, new: str, count: int = 1) -> str:
    """A definition with the first places of a pattern written otherwise; all of them where `count` is 0."""
    found, times = re.subn(pattern, new, text, count=count, flags=re.M)
    assert times, pattern
    assert found != text
    return found


def digests(spec: FormSpec) -> tuple[str, str]:
    """The digests of a form's workbooks: without last year's figures and with them."""
    return compute_digest(make_plan(spec)), compute_digest(make_plan(spec, True))


def digests_of(text: str, form_id: str) -> tuple[str, str]:
    return digests(catalog.parse_form(text, f"{form_id}.toml"))


HARMLESS = {
    "a comment": (r"\A", "# 2025 年 3 月核对过\n"),
    "a comment behind a rule": (r"^(expr = .*)$", r"\1 # 见填报说明"),
    "the lines of another system": (r"\n", "\r\n"),
    "wider signs of equality": (r"^(\w+) = ", r"\1   =  "),
    "wider rules": (r"^(expr = .*) = (.*)$", r"\1   =   \2"),
    "years closed": (r"^years = .*$", "years = [2015, 2025]"),
    "another title": (r"^title = .*$", 'title = "年度报告"'),
    "another authority": (r"^authority = .*$", 'authority = "办公厅"'),
    "another basis": (r"^basis = .*$", 'basis = "别的文件"'),
    "other steps": (r"^steps = \[(\n.*?\n)?", 'steps = ["先看这里。", '),
    "prompts in other words": (r'prompt = "[^"]*"', 'prompt = "另一句提示。"'),
    "no prompts": (r', prompt = "[^"]*"', ""),
    "guidance in other words": (r'^guidance = ".*"$', 'guidance = "另一句要求。"'),
    "no guidance": (r'^guidance = ".*"\n', ""),
    "no variants": (r", variants = \[[^\]]*\]", ""),
    "more variants": (r'label = "总计"', 'label = "总计", short = "总计"'),
    "remedies in other words": (r'^remedy = ".*"$', 'remedy = "再核对。"'),
    "rules in other words": (r'^text = ".*"$', 'text = "应当相符"'),
    "the basis of levels": (r'levels_basis = "[^"]*"', 'levels_basis = "《立法法》"'),
    "all rows added up": (r', consolidate = "\w+"(, consolidate_note = "[^"]*")?', ""),
    "higher cells for texts": (r"^lines = .*$", "lines = 12"),
    "another heading in the report": (r'^heading = "一、.*"$', 'heading = "一、概述"'),
    "keys of a text in another order": (r'^(key = ".*")\n(label = ".*")$', r"\2\n\1"),
    "keys of a row in another order": (r'\{ (id = "[^"]*"), (label = "[^"]*") \}', r"{ \2, \1 }"),
    "keys of a rule in another order": (r'^(expr = ".*")\n((?:.*\n)*?)(text = ".*")$', r"\3\n\2\1"),
    "the id of a rule that may not be explained": (r'^id = "balance"$', 'id = "balanced"'),
    "the id of a total, which has no hidden name": (r"\bprocessed_total\b", "done_total"),
    "other widths of the same shape": (r"^widths = \[2435, 2435, 2435, 2435\]$", "widths = [9, 9, 9, 9]"),
}
"""Each is made at all of its places in both editions."""


@pytest.mark.parametrize("form_id", EDITIONS)
@pytest.mark.parametrize("edit", HARMLESS)
def test_what_no_filled_workbook_rests_on_changes_nothing(edit, form_id):
    text = edited(definition(form_id), *HARMLESS[edit], count=0)
    assert digests_of(text, form_id) == digests(catalog.load_form(form_id))


TELLING = {
    "the label of a row": ('label = "一、本年新收', 'label = "一、本年收到'),
    "the label of a column": ('label = "自然人"', 'label = "公民"'),
    "the label of a head": ('label = "申请人情况"', 'label = "申请人"'),
    "a caption": ("^caption = .*$", 'caption = "第二十条"'),
    "a corner": ("^corner = .*$", 'corner = "项目"'),
    "a row's id": ('"declined_repeat"', '"declined_again"'),
    "the order of rows": (
        '^( *)(\\{ id = "granted", .*,)\\n( *)(\\{ id = "partly_granted", .*,)$',
        r"\1\4\n\3\2",
    ),
    "the order of columns": ('^( *\\{ id = "upheld", .*)\\n( *\\{ id = "corrected", .*)$', r"\2\n\1"),
    "a row more": ('^( *)(\\{ id = "granted", .*,)$', r'\1\2 { id = "more", label = "（零）其他" },'),
    "a row less": ('^ *\\{ id = "declined_repeat", .*\\n', ""),
    "a head more": (
        '\\{ id = "natural_person", label = "自然人" \\}',
        '{ id = "one", label = "个人", columns = [{ id = "natural_person", label = "自然人" }] }',
    ),
    "the name of a sheet": ('^sheet = "表三 .*"$', 'sheet = "表三"'),
    "the shape of a table": ("^widths = \\[2435, 2435, 2435, 2435\\]$", "widths = [9, 1, 1, 1]"),
    "a unit": ('^unit = "件"$', 'unit = "份"'),
    "decimals": ("^decimals = 6$", "decimals = 2"),
    "a maximum": ("^decimals = 6$", "decimals = 6\\nmaximum = 500000"),
    "a signed measure": ('^unit = "件"$', 'unit = "件"\\nsigned = true'),
    "what is doubtful": ("^doubtful_from = .*$", "doubtful_from = 500"),
    "nothing is doubtful": ("^doubtful_from = .*$", ""),
    "/ in more rows": ('id = "normative_documents"', 'id = "normative_documents", not_applicable = true'),
    "/ in no row": (", not_applicable = true", ""),
    "levels": ('levels = \\["ministry", ', "levels = ["),
    "the label of a text": ('^label = "联系电话"$', 'label = "电话"'),
    "a text that need not be written": ("^required = true\\n", ""),
    "a text more": (
        "^\\[\\[section\\]\\]$",
        '[[text]]\\nkey = "cover.more"\\nlabel = "传真"\\nplace = "cover"\\n\\n[[section]]',
    ),
    "the id of a rule that may be explained": ('^id = "carried_out_share"$', 'id = "share"'),
    "a rule less": ('^\\[\\[table.rule\\]\\]\\nid = "balance"\\n(?:.+\\n)*', ""),
    "a term": ('^(expr = "received \\+ carried_in = processed_total) \\+ carried_out', r"\1"),
    "a coefficient": ('^expr = "2 \\* carried_out', 'expr = "3 * carried_out'),
    "an operator": ("carried_in = processed_total", "carried_in >= processed_total"),
    "a severity": ('^severity = "warning"\\n', ""),
    "over": ('^per = "column"\\n(?=expr = "received)', 'per = "column"\\nover = "total"\\n'),
}
"""Each is made at its first place in both editions."""


@pytest.mark.parametrize("form_id", EDITIONS)
@pytest.mark.parametrize("edit", TELLING)
def test_what_a_filled_workbook_rests_on_is_another_version(edit, form_id):
    assert not {*digests_of(edited(definition(form_id), *TELLING[edit]), form_id)} & {
        *digests(catalog.load_form(form_id))
    }


def test_every_edit_makes_a_version_of_its_own():
    text = definition("ogi-2021")
    found = [digests_of(edited(text, *edit), "ogi-2021") for edit in TELLING.values()]
    assert len({*found}) == len(found)


def test_a_rule_that_looks_at_last_year_changes_the_workbooks_that_show_it():
    text = edited(
        definition("ogi-2021"), 'expr = "carried_in = prior.carried_out"', 'expr = "carried_in >= prior.carried_out"'
    )
    now, then = digests_of(text, "ogi-2021"), digests(catalog.load_form("ogi-2021"))
    assert now[0] == then[0]
    assert now[1] != then[1]


def test_a_column_more():
    text = GOOD.replace('label = "微博" }', 'label = "微博" }, { id = "video", label = "短视频" }')
    text = text.replace("widths = [30, 20, 20, 20]", "widths = [30, 20, 20, 20, 20]")
    assert not {*digests_of(text, "county_survey")} & {*digests_of(GOOD, "county_survey")}


def test_a_total_that_is_computed_otherwise():
    text = GOOD.replace("faulty = sum(faults)", "faulty = stale + stale + silent")
    assert digests_of(text, "county_survey") != digests_of(GOOD, "county_survey")


def test_a_change_of_our_own_formulas_is_another_version(monkeypatch):
    before = digests_of(GOOD, "county_survey")
    written = formula.write_verdict
    monkeypatch.setattr(formula, "write_verdict", lambda *given: written(*given) + '&""')
    assert not {*digests_of(GOOD, "county_survey")} & {*before}


def test_a_change_of_our_own_layout_is_another_version():
    spec = catalog.parse_form(GOOD, "county_survey.toml")
    renamed = Plan(spec)
    renamed.sheets = ("导读", *renamed.sheets[1:])
    grid = renamed.grids["accounts"]
    corner, *others = grid.rectangles
    found = {compute_digest(make_plan(spec)), compute_digest(renamed)}
    for taller, wider in ((1, 0), (0, 1)):
        larger = replace(corner, height=corner.height + taller, width=corner.width + wider)
        merged = Plan(spec)
        merged.grids = {"accounts": replace(grid, rectangles=(larger, *others))}
        found.add(compute_digest(merged))
    assert len(found) == 4
    assert compute_digest(Plan(spec)) == compute_digest(make_plan(spec))


def test_a_digest_is_sixteen_digits_and_no_secret():
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in digests(catalog.load_form("ogi-2021")))
