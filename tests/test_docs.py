"""What the documents promise is run.

The sessions of README, its Python, the tables of commands, the two commands that do it all.
"""

import re
from pathlib import Path

import pytest

import xltool
from tests import documents, figures
from xltool import __all__ as verbs
from xltool import api
from xltool.cli import COMMANDS
from xltool.forms import references
from xltool.model import Agency
from xltool.report.printing import OPTIONS, REPORT_KINDS, list_suffixes

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text("utf-8")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    return tmp_path


def test_readme_is_run(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert {block.language for block in documents.list_blocks(README)} == {"sh", "console", "python"}
    assert documents.play(README, "README.md", folder) == []
    assert (folder / "report.docx").stat().st_size > 5000


@pytest.mark.parametrize(
    "document, fault",
    [
        ("```console\n$ xltool explain cell.blank\ncell.blank　未填（强制）\n…\n```\n", "prints"),
        ("```sh\nxltool explain cell.blnk\n```\n", "ends with 1"),
        ("```sh\nxltool explain cell.blank  # exit 3\n```\n", "ends with 0"),
        ("```sh\nrm -r samples\n```\n", "no command that a document may run"),
        ("```python\nassert 1 == 2, 'a lie'\n```\n", "a lie"),
        ("```pycon\n>>> 1 + 1\n3\n```\n", "Expected"),
    ],
)
def test_what_a_document_says_wrongly_is_told(document, fault, folder):
    with pytest.raises(AssertionError, match=fault):
        documents.play(document, "a.md", folder)


def test_a_document_may_leave_out_what_a_command_prints_and_make_files(folder):
    document = (
        "Save this as `甲.txt`:\n\n```text\n一\n二\n三\n```\n\n"
        "```console\n$ cat 甲.txt\n一\n…\n```\n\n```json\n1\n```\n"
    )
    assert documents.play(document, "a.md", folder) == [documents.Block("json", "1\n", 15, None)]
    assert (folder / "甲.txt").read_text("utf-8") == "一\n二\n三\n"


def test_every_verb_and_command_is_documented():
    for verb in verbs:
        assert f"`{verb}`" in README, verb
    for command in COMMANDS:
        assert f"`xltool {command}" in CHINESE, command


def test_the_kinds_of_reports_are_those_of_the_register():
    """Wherever kinds are listed in prose, it is all of them, in the order of the register."""
    kinds = list(REPORT_KINDS.values())
    reports, data = [kind for kind in kinds if not kind.is_data], [kind for kind in kinds if kind.is_data]
    read_back = [kind for kind in kinds if kind.is_read_back]
    first, *others = [f".{kind.suffix}" for kind in reports]
    listed = f"{', '.join([first, *others[:-1]])} or {others[-1]}"
    assert f"# the finished report: {listed}\n" in README
    assert f"as a {listed} file" in api.report.__doc__
    assert f"（也可 {'、'.join(others)}；" in CHINESE
    assert f"`xltool report 工作簿.xlsx -o 数据.{data[0].suffix}`（或 {list_suffixes(data[1:])}）" in CHINESE
    assert f"({', '.join(f'.{kind.suffix}' for kind in read_back)})" in api.imported.__doc__
    assert f"({', '.join(f'.{kind.suffix}' for kind in read_back)}) as a submission document" in README
    assert f"（{list_suffixes(read_back[1:])} 也可以）" in CHINESE


def test_every_option_of_a_report_is_shown_with_a_kind_that_takes_it():
    for option in OPTIONS:
        takers = "|".join(kind.suffix for kind in REPORT_KINDS.values() if option in kind.options)
        for document in (README, CHINESE):
            assert re.search(rf"xltool report [^\n]*\.({takers}) [^\n]*{option.flag}\b", document), option


def test_every_command_has_a_module_and_a_chinese_help(folder):
    for command, line in COMMANDS.items():
        shown, code = documents.run_line(f"xltool {command} --help", folder)
        assert shown.startswith(f"用法：-c {command}") or shown.startswith("用法："), shown
        assert "显示这段说明" in shown and "Options" not in shown and line and code == 0


def test_the_chinese_page_quotes_a_real_finding(folder):
    """As it stands in the workbook that goes back, where a tick accepts what is proposed."""
    quoted, _ = re.findall(r"^> (.*)$", CHINESE, re.M)
    problem, tick, change, basis = re.fullmatch(r"(.*)(在“采纳”栏选“是”的，即 )(.*?)。(依据：.*)", quoted).groups()
    told = documents.run_line("xltool check samples/2024/654221-102.json --prior samples/2023/654221-102.json", folder)[
        0
    ]
    assert problem + basis in told and f"：{change}；" in problem
    assert tick in (ROOT / "xltool" / "workbook" / "mark.py").read_text("utf-8")


def test_the_chinese_page_shows_what_a_reference_becomes():
    spec = xltool.form("ogi-2021")
    _, quoted = re.findall(r"^> (.*)$", CHINESE, re.M)
    last, this = (
        figures.submission(spec, {"applications.received.total": count}, Agency("1", "甲县", "county"), overview=quoted)
        for count in (44, 64)
    )
    assert f"印出来是“{references.resolve_references(spec, this, last).texts['overview'].rstrip('。')}”" in CHINESE


def test_the_chinese_page_shows_the_pictures_that_the_script_makes(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs")
    pictures = pytest.importorskip("pictures", reason="Pillow is not installed")
    shown = re.findall(r"!\[[^\]]+\]\(docs/pictures/(\w+)\.png\)", CHINESE)
    assert (
        sorted(shown)
        == sorted({*pictures.PAGES, "status", "board"})
        == sorted(p.stem for p in pictures.PICTURES.iterdir())
    )
    for name in shown:
        assert (pictures.PICTURES / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_both_pages_begin_with_the_office_page_and_the_command_that_opens_it():
    for page in (README, CHINESE):
        top = page[: page.index("\n## ")]
        assert "xltool demo --serve" in top and "(docs/pictures/board.png)" in top


def test_the_two_commands_come_first():
    first, second = documents.pick_blocks(README, "sh")[:2]
    assert "xltool demo" in first and first.count("\n") == 1
    assert "pytest" in second and second.count("\n") == 1
    assert README.index("```sh") < README.index("## ")
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "grep -m2 '^python3 -m venv' README.md" in script  # CI takes both from README by this mark and runs them
    assert [line for line in README.splitlines() if line.startswith("python3 -m venv")] == [
        first.strip(),
        second.strip(),
    ]


def test_changes_are_told():
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for command in COMMANDS:
        assert re.search(rf"`xltool {command}(?![\w-])", changes), command
