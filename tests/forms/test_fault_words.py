"""Every fault of a definition in Chinese, and what is advised in place of what people write from habit."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import documents
from tests.forms.test_spec import GOOD, ONE_FAULT, faults
from xltool.cli import main
from xltool.forms import catalog, fault_words
from xltool.forms.fault_words import word_fault

FORMS = Path(fault_words.__file__).parent
TOLD_IN = (
    "across", "catalog", "charts", "compiled", "entries", "fields", "grammar", "instead", "linear", "list_grammar",
    "list_terms", "lists", "mosaic", "rates", "ruleset", "source", "spec", "stated", "tables", "totals", "work_years",
    "written",
)  # fmt: skip
NO_FAULTS = {
    "not TOML: ",
    "'x' cannot be an id: lower-case words and digits joined by single x",
    "x, and not x",
    "table 'x'",
    "this block of table 'x'",
    "x has no x 'x'",
    "is blank",
    "is not blank",
}
"""The beginning of what a parser says, parts of which other faults are put together, signs of a language."""
_CHINESE = re.compile("[\u4e00-\u9fff]")


def list_sentences(name):
    """All strings of a module that read as sentences or as names of ours, `x` in the place of what is filled in."""
    tree = ast.parse((FORMS / f"{name}.py").read_text("utf-8"))
    aside = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        if isinstance(each, ast.JoinedStr):
            aside |= {id(part) for part in ast.walk(each) if part is not each}
        elif isinstance(each, ast.Call) and getattr(each.func, "attr", "") == "compile":
            aside |= {id(part) for part in ast.walk(each)}
    for each in ast.walk(tree):
        if id(each) in aside:
            continue
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value
        elif isinstance(each, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "x" for part in each.values)


@pytest.mark.parametrize("name", TOLD_IN)
def test_every_fault_has_its_chinese(name):
    told = [text for text in list_sentences(name) if re.search(r"[a-z]{2,} (?:[a-z]|')|^'x' [a-z]", text)]
    plain = [text for text in told if not _CHINESE.search(word_fault(text)) and text not in NO_FAULTS]
    assert plain == []


@pytest.mark.parametrize("case", ONE_FAULT, ids=[case[0] for case in ONE_FAULT])
def test_a_fault_in_chinese_leaves_no_english_but_names(case, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    for fault in faults(GOOD.replace(case[1], case[2], 1)).faults:
        for told in filter(None, (fault.message, fault.hint)):
            if told.startswith("not TOML"):
                continue
            said = word_fault(told)
            assert _CHINESE.search(said), told
            assert not re.search(r"\b(?:must|has|have|is|the|a|an|and|of|to|not|or)\s+[a-z]", said), said


@pytest.mark.parametrize(
    ("setting", "chinese"),
    [
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, True),
        ({"LANG": "en_US.UTF-8"}, False),
    ],
)
def test_the_locale_decides(setting, chinese, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    assert fault_words.wants_chinese() is chinese


@pytest.mark.parametrize(
    ("expr", "hint"),
    [
        ("faulty <= open / 2", "rules do not divide"),
        ("faulty <= .5 * open", "write a nought before the point"),
        ("faulty <= 50% open", "rules have no per cent"),
        ("if open > 0, faulty > 0", "a condition reads 'if a > 0 then b <= c'"),
        ("if open then faulty", "a condition reads 'if a > 0 then b <= c'"),
        ("如果 open", "a condition reads 'if a > 0 then b <= c'"),
        ("faulty ＜ open", "write '<'"),
        ("faulty ＞ open", "write '>'"),
        ("faulty ≤ open", "write '<='"),
        ("faulty ≥ open", "write '>='"),
        ("faulty ＝ open", "write '='"),
        ("faulty != open", "must differ cannot be said"),
        ("faulty = max(open)", "rules only add"),
        ("faulty <= 在用", "'在用' is printed: its id is 'open'"),
        ("faulty <= 无此项", "not by what is printed"),
        ("faulty <= 2 × open", "write '*'"),
    ],
)
def test_what_to_write_instead(expr, hint):
    text = GOOD.replace('expr = "faulty <= open"', f'expr = "{expr}"', 1)
    assert text != GOOD
    [fault] = [each for each in faults(text).faults if each.hint]
    assert hint in fault.hint
    assert _CHINESE.search(word_fault(fault.hint))


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("在用", "Latin letters"),
        ("Open", "'open' would do"),
        ("openNow", "'open_now' would do"),
        ("open-now", "'open_now' would do"),
    ],
)
def test_what_would_do_as_an_id(written, hint):
    found = faults(GOOD.replace('{ id = "open"', f'{{ id = "{written}"', 1)).faults
    assert any(hint in each.hint for each in found if "cannot be an id" in each.message)


def test_what_only_the_whole_can_tell_is_told_beside_faults_elsewhere():
    text = GOOD.replace("[[text]]\n", "[[text]]\nplaec = 2\n", 1)
    text = text.replace("defines = true\n", "", 1)
    told = [each.message for each in faults(text).faults]
    assert any("'plaec'" in each for each in told)
    assert any("no rule with 'defines = true' computes it" in each for each in told)


def test_the_command_tells_all_faults_in_the_language_of_the_locale(tmp_path, monkeypatch):
    guide = (catalog.data_folder("workbook_templates") / "README.md").read_text("utf-8")
    text = documents.pick_blocks(guide, "toml")[0].replace("lable", "label")
    text = text.replace('{ id = "weibo", label', '{ id = "微博", lable', 1)
    text = text.replace('expr = "faulty.wechat <= open.wechat"', 'expr = "问题账号合计.wechat <= open.wechat / 2"', 1)
    path = tmp_path / "media_check.toml"
    path.write_text(text, "utf-8")
    told = {}
    for language in ("zh_CN.UTF-8", "C.UTF-8"):
        monkeypatch.setenv("LC_ALL", language)
        result = CliRunner().invoke(main, ["forms", "check", str(path)])
        assert result.exit_code == 1
        told[language] = result.output
    assert "行缺少 label（引号里的文字）" in told["zh_CN.UTF-8"]
    assert "“微博”不能作名称（id）" in told["zh_CN.UTF-8"]
    assert "“问题账号合计”是印的字，它的名称（id）是 faulty" in told["zh_CN.UTF-8"]
    assert "a row lacks 'label' (a string)" in told["C.UTF-8"]
    assert "'问题账号合计' is printed: its id is 'faulty'" in told["C.UTF-8"]
    path.write_text("id = “media-check”\n", "utf-8")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "用了中文引号" in CliRunner().invoke(main, ["forms", "check", str(path)]).output
