"""Click's own words never reach a clerk.

Its catalogue is whole, and no call, right or wrong, is answered in English.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import click
import pytest
from click.testing import CliRunner

from xltool.cli import COMMANDS, main
from xltool.cli.chinese import MESSAGES, Command
from xltool.codes import CATALOGUE

CLICK = Path(click.__file__).parent
UNREACHED = {  # what click says to programmers alone, as an error of theirs where a command is defined, or of shells
    "Choice({choices})",
    "Value must be an iterable.",
    "Could not determine name for option with declarations {decls!r}",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Name '{name}' defined twice",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Invalid start character for option ({option})",
    "Unknown color {colour!r}",
    "Unknown standard stream '{name}'",
    "Couldn't detect Bash version, shell completion is not supported.",
    "Shell completion is not supported for Bash versions older than 4.4.",
    "No options defined but a name was passed ({name}). Did you mean to declare an argument instead? "
    "Did you mean to pass '--{name}'?",
}
ENGLISH = re.compile(r"(?<![.\w-])[A-Za-z]{2,} +[a-z]{2,}|\b(?:OPTIONS|COMMAND|ARGS|TEXT|PATH|INTEGER|RANGE)\b")
"""Two English words in a row, or one of click's own names of values; names of files and of options stand alone."""


def messages():
    """Every literal that the installed click looks up, with the words for many beside those for one."""
    for path in sorted(CLICK.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "ngettext"}:
                literals = node.args[: 1 if node.func.id == "_" else 2]
                if all(isinstance(literal, ast.Constant) for literal in literals):
                    yield tuple(literal.value for literal in literals)


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_every_message_of_click_that_reaches_a_clerk_is_translated():
    found = set(messages())
    assert len(found) > 50
    assert {one for one, *_ in found} - UNREACHED <= MESSAGES.keys()


def test_translations_name_only_what_click_fills_in():
    for one, *many in messages():
        if one in MESSAGES:
            assert fields(MESSAGES[one]) <= fields(one).union(*map(fields, many)), one
            assert not ENGLISH.search(re.sub(r"\{.*?\}|%\(\w+\)s", "", MESSAGES[one])), one


def test_every_loaded_module_of_click_speaks_chinese():
    for name in ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types", "utils"):
        known = vars(sys.modules[f"click.{name}"])
        for translate in ("_", "ngettext"):
            if translate in known:
                assert type(known[translate].__self__).__module__ == "xltool.cli.chinese", name


def test_chinese_holds_in_every_language_of_the_environment():
    program = "from xltool.cli import main; main(['status', '--on'])"
    for language in ("C", "de_DE.UTF-8", "zh_CN.UTF-8"):
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", program], capture_output=True, env={"LANGUAGE": language}, check=False
        )
        assert "没有 --on 这个选项，" in done.stderr.decode("utf-8")


def said(*args, **more):
    result = CliRunner().invoke(main, list(args), prog_name="xltool", **more)
    return result.exit_code, result.output


def english(output):
    """The first English in what a command says, but for calls of commands."""
    return ENGLISH.search(re.sub(r"\bxltool [a-z]+", "", output))


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_no_help_is_in_english(command):
    code, output = said(*([command] if command else []), "--help")
    assert code == 0
    assert output.startswith("用法：")
    assert not english(output)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_of_the_class_with_the_chinese_usage(command):
    held = main.get_command(click.Context(main), command)
    assert isinstance(held, Command)
    for param in held.params:
        flag = isinstance(param, click.Option) and (param.is_flag or param.count)
        assert flag or param.metavar or isinstance(param.type, click.Choice), param.name
        number = isinstance(param.type, click.types.FloatParamType)
        assert not number, "the catalogue calls every number a whole number"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ("check", "缺少参数“文件…”。"),
        ("waive a b", "缺少选项 --reason。"),
        ("import a --level x", "--level 的值不对：“x”不在可选的值之中；可选："),
        ("import a --year 1066", "--year 的值不对：“1066”不是年度；写成 2024 或 2024年 的样子（2000 至 2100）。"),
        ("collect --jobs many", "--jobs 的值不对：“many”不是整数。"),
        ("new there --year 去年", "--year 的值不对：“去年”不是年度；写成 2024 或 2024年 的样子"),
        ("check a --jsno", "没有 --jsno 这个选项，最接近的是 --json。"),
        ("import a --leve x", "没有 --leve 这个选项，最接近的是 --"),
        ("check a -x", "没有 -x 这个选项。"),
        ("status a", "多给了参数（a）。"),
        ("status a b", "多给了参数（a b）。"),
        ("status --json=3", "选项 --json 后面不能有值。"),
        ("waive a b --by", "选项 --by 后面要有值。"),
        ("chekc", "没有“chekc”这个命令，最接近的是 check。"),
        ("-x", "没有 -x 这个选项。"),
    ],
)
def test_a_wrong_call_is_answered_in_chinese(call, sentence):
    code, output = said(*call.split())
    assert code == 2
    assert sentence in output.replace("'", "")  # some versions of click quote names
    assert not english(output), output


def test_a_file_that_is_not_there_is_told_in_chinese(tmp_path):
    for command in ("check", "read", "fill", "report", "verify", "import"):
        more = {"fill": ["-o", "o.xlsx"], "report": ["-o", "o.docx"], "verify": ["--against", "no.json"]}.get(
            command, []
        )
        code, output = said(command, "no.xlsx", *more)
        assert code
        assert not english(output), output


def test_what_a_prompt_says_is_chinese():
    again = CliRunner().invoke(click.command()(lambda: click.prompt("级别", type=click.IntRange(1, 3))), input="9\n2\n")
    assert "错误：9 不在 1<=x<=3 的范围之内。" in again.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new"], "缺少参数“文件夹”。"),
        (["collect", "--jobs", "0"], "--jobs 的值不对：0 不在 1 至 64 之间。"),
        (["report", "x"], "缺少选项 -o 或 --output。"),
        (["reports", "--kind", "x9"], "“x9”不在可选的值之中；可选：“"),
    ],
)
def test_a_wrong_call_is_told_as_a_clerk_reads(arguments, said):
    assert said in CliRunner().invoke(main, arguments, prog_name="xltool").stderr


def width(text):
    return sum(1 if sign.isascii() else 2 for sign in text)


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_is_a_chinese_page(command):
    shown = CliRunner().invoke(main, [*command, "--help"], prog_name="xltool").stdout
    heads = [line for line in shown.splitlines() if line and not line.startswith(" ")]
    assert heads[-1] == "选项：" and not any(line.endswith(":") for line in shown.splitlines())
    [helped] = [line for line in shown.splitlines() if line.strip().startswith("-h, --help")]
    column = width(helped[: helped.index("显示")])
    for line in shown.split("选项：")[1].splitlines():
        option = line.startswith("  -")
        meaning = line.strip().split("  ", 1)[-1].strip() if option else line.strip()
        if meaning and not meaning.startswith("-"):
            assert width(line[: len(line) - len(meaning)]) == column, "what options mean is one column"
    assert max(map(width, shown.splitlines())) <= 80


def test_nothing_that_an_agency_reads_names_an_option():
    """Remarks on what an agency filled in go back to it; those on files stay with who gave the file."""
    ours = {"file", "document", "published", "county", "tree", "verify"}
    option = re.compile(r"--[a-z]|xltool [a-z]")
    told = {code: f"{m.sentence}{m.remedy}" for code, m in CATALOGUE.items() if code.partition(".")[0] not in ours}
    assert [code for code, text in told.items() if option.search(text)] in ([], ["cell.level_inferred"])
