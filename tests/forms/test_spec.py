from __future__ import annotations

import re

import pytest

from xltool.forms import catalog
from xltool.messages import DefinitionError

GOOD = """\
id = "county-survey"
title = "季度检查表"
authority = "县政府办公室"
basis = "办字〔2024〕1号"
years = [2024]

[measure.count]
unit = "个"
decimals = 0

[measure.money]
unit = "万元"
decimals = 2

[[text]]
key = "summary"
label = "检查小结"

[[section]]
heading = "一、检查情况"
texts = ["summary"]

[[section]]
heading = "二、检查数据"
table = "accounts"

[[table]]
id = "accounts"
name = "表一"
sheet = "表一 账号"
title = "账号检查"
widths = [30, 20, 20, 20]

[[table.block]]
corner = "项目"
rows = [
  { id = "open", label = "在用" },
  { id = "faults", label = "问题", rows = [{ id = "stale", label = "不更新" }, { id = "silent", label = "不回应" }] },
  { id = "faulty", label = "问题账号", total = true },
]
columns = [{ id = "wechat", label = "微信" }, { id = "weibo", label = "微博" }]

[[table.rule]]
id = "faulty"
per = "column"
expr = "faulty = sum(faults)"
defines = true
text = "问题账号等于各类之和"
basis = "办字〔2024〕1号"

[[table.rule]]
id = "within"
per = "column"
expr = "faulty <= open"
text = "问题账号不多于在用账号"
basis = "办字〔2024〕1号"
"""


def faults(text, name="county_survey.toml"):
    with pytest.raises(DefinitionError) as error:
        catalog.parse_form(text, name)
    return error.value


def test_the_good_one_is_good():
    spec = catalog.parse_form(GOOD, "county_survey.toml")
    assert [cell.key for cell in spec.cells if cell.total] == ["accounts.faulty.wechat", "accounts.faulty.weibo"]
    assert [rule.name for rule in spec.rules] == [
        f"accounts.{rule}@{column}" for rule in ("faulty", "within") for column in ("wechat", "weibo")
    ]
    assert [rule.defines for rule in spec.rules] == ["accounts.faulty.wechat", "accounts.faulty.weibo", None, None]
    assert spec.rules[0].where == "“微信”栏"
    assert (spec.years, spec.covers(2030), spec.covers(2023)) == ((2024, None), True, False)


TEXT = '[[text]]\nkey = "summary"\nlabel = "检查小结"\n'
WITHIN = 'expr = "faulty <= open"'
FAULTY = 'expr = "faulty = sum(faults)"'

ONE_FAULT = [
    # what is replaced, by what, where the caret stands, the words that the message must have
    (
        "the form's id",
        'id = "county-survey"',
        'id = "County"',
        '"^County"',
        "'County' cannot be an id|'county' would do",
    ),
    ("file and id", 'id = "county-survey"', 'id = "county-check"', '"^county-check"', "'county-survey' would be"),
    ("missing title", 'title = "季度检查表"\n', "", 'id = "^county', "the form lacks 'title' (a string)"),
    ("empty title", 'title = "季度检查表"', 'title = " "', 'title = "^ "', "'title' of the form must not be empty"),
    ("wrong type", 'title = "季度检查表"', "title = 3", "^title = 3", "'title' of the form must be a string"),
    (
        "unknown field",
        'basis = "办字〔2024〕1号"\nyears',
        'basis = "办字〔2024〕1号"\nyear = 1\nyears',
        "^year = 1",
        "no field 'year'|did you mean 'years'?",
    ),
    ("years", "years = [2024]", "years = [2024, 2020]", "^years", "[first] or [first, last]"),
    ("years of text", "years = [2024]", 'years = ["2024"]', "^years", "must hold whole numbers only"),
    ("decimals", "decimals = 2", "decimals = 7", "^decimals = 7", "'decimals' must be 0 to 6"),
    ("decimals true", "decimals = 2", "decimals = true", "^decimals = true", "must be a whole number"),
    ("maximum", "decimals = 2", "decimals = 2\nmaximum = 9999999999", "^maximum", "'maximum' must be 1 to 999999999"),
    (
        "doubtful",
        "decimals = 2",
        "decimals = 2\ndoubtful_from = -1",
        "^doubtful_from",
        "'doubtful_from' must be 1 to 'maximum'",
    ),
    ("measures", '[measure.count]\nunit = "个"\ndecimals = 0\n', "", 'id = "^wechat', "no measure is named 'count'"),
    (
        "measure of a column",
        'label = "微信" }',
        'label = "微信", measure = "monye" }',
        '"^monye"',
        "no measure is named 'monye'|did you mean 'money'?",
    ),
    (
        "text place",
        TEXT,
        TEXT + 'place = "covr"\n',
        '"^covr"',
        "'place' must be cover, head, foot or texts|did you mean 'cover'?",
    ),
    ("text lines", TEXT, TEXT + "lines = 40\n", "^lines", "'lines' must be 1 to 25"),
    (
        "text in no section",
        '[[section]]\nheading = "一、检查情况"\ntexts = ["summary"]\n',
        "",
        'key = "^summary',
        "text 'summary' stands in 0 sections",
    ),
    (
        "text twice",
        TEXT,
        TEXT + TEXT.replace("检查", "又"),
        'key = "^summary"\nlabel = "又',
        "'summary' is given twice as a text",
    ),
    (
        "section of nothing",
        'texts = ["summary"]',
        'texts = ["summary"]\n[[section]]\nheading = "空"',
        '"^空"',
        "either 'texts' or one 'table'",
    ),
    (
        "unknown text",
        'texts = ["summary"]',
        'texts = ["summary", "sumary"]',
        '"^sumary"',
        "no text is named 'sumary'|did you mean 'summary'?",
    ),
    (
        "a fact that is no text of the cover",
        'texts = ["summary"]',
        'texts = ["summary"]\nfacts_opening = "联系方式："\nfacts = ["summary"]',
        'facts = ["^summary"]',
        "no text of the cover is named 'summary'",
    ),
    (
        "an opening without facts",
        'texts = ["summary"]',
        'texts = ["summary"]\nfacts_opening = "联系方式："',
        '"^联系方式：',
        "'facts' and 'facts_opening' need each other",
    ),
    (
        "unknown table",
        'table = "accounts"',
        'table = "accounts"\n[[section]]\ntable = "acounts"',
        '"^acounts"',
        "no table is named 'acounts'|did you mean 'accounts'?",
    ),
    (
        "sheet",
        'sheet = "表一 账号"',
        'sheet = "表一/账号"',
        '"^表一/',
        "a sheet name has 1 to 31 characters and none of",
    ),
    (
        "sheet length",
        'sheet = "表一 账号"',
        'sheet = "' + "表" * 32 + '"',
        '"^表表',
        "a sheet name has 1 to 31 characters",
    ),
    (
        "sheet taken",
        'sheet = "表一 账号"',
        'sheet = "封面"',
        '"^封面',
        "'封面' is kept for a sheet of the workbook itself",
    ),
    (
        "sheet of returns",
        'sheet = "表一 账号"',
        'sheet = "退回意见"',
        '"^退回意见',
        "'退回意见' is kept for a sheet of the workbook",
    ),
    (
        "sheet of Excel",
        'sheet = "表一 账号"',
        'sheet = "History"',
        '"^History',
        "'History' is kept for a sheet of the workbook",
    ),
    (
        "widths",
        "widths = [30, 20, 20, 20]",
        "widths = [30, 20]",
        "^widths",
        "has 4 grid columns: give it 4 widths above zero",
    ),
    ("row id", '{ id = "open"', '{ id = "sum"', '"^sum"', "'sum' cannot be an id"),
    ("a hyphen in it", '{ id = "open"', '{ id = "op-en"', '"^op-en"', "joined by single '_', and not|'op_en' would do"),
    (
        "row id twice",
        '{ id = "silent"',
        '{ id = "stale"',
        '"^stale", label = "不回应',
        "'stale' is given twice as a row, or a head of rows, of table",
    ),
    (
        "row as its head",
        '{ id = "silent"',
        '{ id = "faults"',
        '"^faults", label = "不回应',
        "'faults' is given twice as a row, or a head",
    ),
    (
        "column id twice",
        '{ id = "weibo"',
        '{ id = "wechat"',
        '"^wechat", label = "微博',
        "'wechat' is given twice as a column",
    ),
    (
        "row field",
        'label = "在用" }',
        'label = "在用", totals = true }',
        "^totals",
        "a row has no field 'totals'|did you mean 'total'?",
    ),
    (
        "head field",
        'label = "问题", rows',
        'label = "问题", total = true, rows',
        "^total = true, rows",
        "'total' is of cells, and a head has none|write its rows behind it, not below it",
    ),
    (
        "empty head",
        'label = "在用" }',
        'label = "在用" }, { id = "none", label = "无", rows = [] }',
        "^rows = [] }",
        "a head needs at least one of the rows",
    ),
    (
        "no columns",
        'columns = [{ id = "wechat", label = "微信" }, { id = "weibo", label = "微博" }]',
        "columns = []",
        "^columns = []",
        "a block needs at least one column",
    ),
    (
        "level",
        'label = "在用" }',
        'label = "在用", levels = ["county", "city", "town"] }',
        '"^town"',
        "'town' is not a level|did you mean 'township'?",
    ),
    (
        "prompt",
        'label = "在用" }',
        'label = "在用", prompt = "' + "长" * 201 + '" }',
        '"^长',
        "a prompt has at most 200 characters, this one 201",
    ),
    ("rule syntax", WITHIN, 'expr = "faulty <= open +"', 'open +^"', "the rule ends where a cell is expected"),
    (
        "rule sign",
        WITHIN,
        'expr = "faulty ＜ open"',
        "faulty ^＜",
        "'＜' is not part of the rule language|write '<'",
    ),
    (
        "cells of a head",
        '{ id = "open"',
        '{ id = "all", label = "账号", absent = "", rows = [{ id = "one", label = "一个" }] }, { id = "open"',
        'absent = "^"',
        "'absent' is of cells, and a head has none|write its rows behind it, not below it",
    ),
    (
        "rule number on the left",
        WITHIN,
        'expr = "3 <= open"',
        '"^3 <= open',
        "a number stands before a cell, 'NUMBER * cell', or alone on the right side|"
        "cells are named by the ids of rows and columns, not by the numbers that a paper prints",
    ),
    (
        "rule name",
        WITHIN,
        'expr = "faulty <= opne"',
        "faulty <= ^opne",
        "table 'accounts' has no row 'opne'|did you mean 'open'?",
    ),
    (
        "rule's first name",
        WITHIN,
        'expr = "faluty <= open"',
        '"^faluty',
        "table 'accounts' has no row 'faluty'|did you mean 'faulty'?",
    ),
    ("rule group", WITHIN, 'expr = "faulty <= faults"', "faulty <= ^faults", "write sum(faults)"),
    ("rule of nothing", WITHIN, 'expr = "faulty - faulty <= open"', '"^faulty - ', "this side adds up to nothing"),
    (
        "rule id twice",
        'id = "within"',
        'id = "faulty"',
        'id = "^faulty"\nper = "column"\nexpr = "faulty <=',
        "a rule 'faulty' stands here already",
    ),
    (
        "rule per",
        'per = "column"\n' + WITHIN,
        'per = "colum"\n' + WITHIN,
        '"^colum"',
        "'per' must be row or column|did you mean 'column'?",
    ),
    (
        "rule severity",
        WITHIN,
        WITHIN + '\nseverity = "waring"',
        '"^waring"',
        "'waring' is not a severity|did you mean 'warning'?",
    ),
    ("rule needs", WITHIN, 'expr = "faulty needs open"', '"^faulty needs', 'it takes severity = "warning"'),
    (
        "rule without basis",
        'text = "问题账号不多于在用账号"\nbasis = "办字〔2024〕1号"',
        'text = "问题账号不多于在用账号"',
        'id = "^within',
        "a rule lacks 'basis' (a string)",
    ),
    (
        "defines two",
        FAULTY,
        'expr = "faulty + open = sum(faults)"',
        '"^faulty + open',
        "a rule that defines a total reads 'TOTAL = …'",
    ),
    (
        "defines by inequality",
        FAULTY,
        'expr = "faulty >= sum(faults)"',
        '"^faulty >=',
        "a rule that defines a total reads 'TOTAL = …'",
    ),
    (
        "defines no total",
        'label = "问题账号", total = true',
        'label = "问题账号"',
        'id = "^faulty", label',
        "which is not marked 'total = true'",
    ),
    (
        "total undefined",
        "defines = true\n",
        "",
        'id = "^faulty", label',
        "is a total, but no rule with 'defines = true' computes it",
    ),
    (
        "total of itself",
        FAULTY,
        'expr = "faulty = sum(faults) + faulty"',
        '^faulty"\nper',
        "defines 'accounts.faulty.wechat' by way of itself",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "caret", "words"), [case[1:] for case in ONE_FAULT], ids=[case[0] for case in ONE_FAULT]
)
def test_one_fault_is_shown_at_its_place_in_its_words(old, new, caret, words):
    text = GOOD.replace(old, new, 1)
    error = faults(text)
    message, _, hint = words.partition("|")
    before = text[: text.index(caret.replace("^", "")) + caret.index("^")]
    place = (before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
    fitting = [fault for fault in error.faults if message in fault.message]
    assert (fitting[0].line, fitting[0].column) == place
    assert fitting[0].hint == hint
    assert f"county_survey.toml:{place[0]}:{place[1]}: {fitting[0].message}\n" in str(error)


def test_figures_of_different_measures_do_not_add_up():
    text = GOOD.replace('label = "微博" }', 'label = "微博", measure = "money" }')
    text += '\n[[table.rule]]\nid = "mixed"\nexpr = "open.wechat <= open.weibo"\ntext = "混"\nbasis = "无"\n'
    assert [fault.message for fault in faults(text).faults] == [
        "this side joins '个' and '万元': say by which factor, as in '10000 * cell', or '1 * cell' where they are alike"
    ]


@pytest.mark.parametrize(
    ("expr", "told"),
    [
        ("open.wechat <= 10000 * open.weibo", []),
        ("open.wechat <= 1 * open.weibo + 3.5", []),
        ("0.0001 * open.wechat + open.weibo > 2", []),
        ("100 * open.wechat <= 100000 * stale.weibo", []),
        (
            "100000 * stale.wechat + 100000 * open.wechat <= 0.000001 * stale.wechat",
            ["lower 'maximum' of measure 'count'"],
        ),
        ("open.wechat <= 2 * open.weibo + stale.weibo", ["joins '个' and '万元'"]),
    ],
)
def test_factors_join_measures(expr, told):
    text = GOOD.replace('label = "微博" }', 'label = "微博", measure = "money" }')
    text += f'\n[[table.rule]]\nid = "mixed"\nexpr = "{expr}"\ntext = "混"\nbasis = "无"\n'
    found = (
        [fault.message for fault in faults(text).faults]
        if told
        else [catalog.parse_form(text, "county_survey.toml")][1:]
    )
    assert len(found) == len(told)
    assert all(part in said for part, said in zip(told, found, strict=True))


def test_totals_defined_down_and_across_must_agree():
    text = (
        GOOD
        + '\n[[table.rule]]\nid = "twice"\nexpr = "faulty.weibo = stale.weibo"\ndefines = true\ntext = "又"\nbasis = '
        '"无"\n'
    )
    assert [fault.message for fault in faults(text).faults] == [
        "rule 'accounts.twice' computes 'accounts.faulty.weibo' otherwise than rule 'accounts.faulty'"
    ]


def test_a_head_that_is_written_twice_is_not_one_group():
    text = GOOD.replace(
        '{ id = "faulty"',
        '{ id = "faults", label = "又", rows = [{ id = "more", label = "更多" }] },\n  { id = "faulty"',
    )
    assert any("'faults' is given twice as a row, or a head of rows" in fault.message for fault in faults(text).faults)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("Table 1", "Table 1", "'Table 1' is given twice as a sheet"),
        ("Table 1", "TABLE 1", "'TABLE 1' is given twice as a sheet, as 'Table 1' too"),
        ("表Ａ", "表ａ", "'表ａ' is given twice as a sheet, as '表Ａ' too"),
        ("Table 1", "Table 2", None),
    ],
)
def test_sheets_whose_names_differ_in_case_alone_are_one_to_excel(first, second, told):
    start = GOOD.index("[[table]]")
    other = GOOD[start:].replace('id = "accounts"', 'id = "others"').replace('name = "表一"', 'name = "表二"')
    text = GOOD.replace("表一 账号", first) + "\n" + other.replace("表一 账号", second)
    text += '\n[[section]]\nheading = "三、其他"\ntable = "others"\n'
    if told is None:
        assert len(catalog.parse_form(text, "county_survey.toml").tables) == 2
    else:
        assert told in [fault.message for fault in faults(text).faults]


def test_many_faults_at_once_in_the_order_of_the_file():
    text = (
        GOOD.replace("decimals = 0", "decimals = 9")
        .replace('texts = ["summary"]', 'texts = ["sumary"]')
        .replace("faulty <= open", "faulty <= opne + clsoed")
        .replace('title = "账号检查"', "")
    )
    error = faults(text)
    places = [
        (int(line), int(column))
        for line, column in re.findall(r"^county_survey\.toml:(\d+):(\d+): ", str(error), re.MULTILINE)
    ]
    assert places == sorted(places)
    assert {(fault.line, fault.column) for fault in error.faults} == set(places)
    assert len(error.faults) == 6
    for words in ("'decimals'", "'summary' stands in 0", "'sumary'", "a table lacks 'title'", "'opne'", "'clsoed'"):
        assert words in str(error)


def test_not_toml_is_one_fault():
    error = faults(GOOD + "\nid == 3\n")
    assert len(error.faults) == 1
    assert error.faults[0].message.startswith("not TOML: ")
    assert error.faults[0].line == GOOD.count("\n") + 2


@pytest.mark.parametrize("cut", range(0, len(GOOD), 37))
def test_half_a_definition_never_raises_anything_else(cut):
    assert faults(GOOD[:cut] + GOOD[cut + 41 :] + "\n?").faults
    assert faults(GOOD[: cut // 2]).faults


@pytest.mark.parametrize(
    "replacement",
    [
        "table = 3",
        "table = [3]",
        "text = {}",
        "section = []",
        "measure = []",
        "measure.count = 3",
        "rule = 3",
        "steps = 3",
        "steps = [3]",
    ],
)
def test_fields_of_another_shape_are_faults(replacement):
    name = replacement.partition(" ")[0].partition(".")[0]
    without = re.sub(rf"(?ms)^\[+{name}[.\]].*?(?=^\[+(?!{name}[.\]])|\Z)", "", GOOD)
    assert any(name in fault.message for fault in faults(replacement + "\n" + without).faults)


OVER = (
    GOOD
    + """
[[table.rule]]
id = "carried"
per = "row"
over = "faults"
expr = "wechat >= prior.wechat"
text = "问题账号不少于上季度"
basis = "办字〔2024〕1号"
"""
)


def test_a_rule_over_the_rows_below_a_head():
    assert [rule.name for rule in catalog.parse_form(OVER, "county_survey.toml").rules[-2:]] == [
        "accounts.carried@stale",
        "accounts.carried@silent",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ('over = "faults"', 'over = "fauls"', "no row here is, or stands below, 'fauls'", "did you mean 'faults'?"),
        ('per = "row"\nover = "faults"\nexpr = "wechat >= prior.wechat"', 'over = "faults"\nexpr = "open.wechat >= '
            'prior.open.wechat"',
         "'over' says which of them in a rule with 'per'", ""),
        ('expr = "wechat >= prior.wechat"', 'expr = "prior.wechat >= prior.weibo"',
         "a rule needs a cell of this year: last year's cannot be mended", ""),
    ],
)  # fmt: skip
def test_faults_of_rules_across_years(old, new, message, hint):
    assert OVER.count(old) == 1
    (fault,) = faults(OVER.replace(old, new)).faults
    assert (fault.message, fault.hint) == (message, hint)


def test_a_text_may_have_as_many_lines_as_are_allowed():
    [text] = catalog.parse_form(GOOD.replace(TEXT, TEXT + "lines = 25\n"), "county_survey.toml").texts
    assert text.lines == 25


def test_an_unknown_field_of_what_is_published_is_told():
    error = faults(GOOD + '\n[published]\nsubject = ["检查"]\n')
    assert [fault.message for fault in error.faults] == ["'published' has no field 'subject'"]
