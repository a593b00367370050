"""The commands as their users call them: exit codes, shapes of JSON, whole outputs, any console."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from tests import figures
from tests.packaged import PACKAGED
from tests.workbook import tamper
from xltool import api, files
from xltool.cli import main
from xltool.report import printing

SPEC = api.form("ogi-2021")
FIGURES = figures.consistent(SPEC, Random(7))
COUNT = "applications.granted.natural_person"
COMMAND = Path(sys.executable).parent / "xltool"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(
        main, [str(argument) for argument in arguments], prog_name="xltool", catch_exceptions=False
    )


def spawn(*arguments, **environment):
    """The installed command in a process of its own."""
    given = {
        name: value for name, value in os.environ.items() if name not in {"PYTHONIOENCODING", "PYTHONUTF8", "LC_ALL"}
    }
    command = [COMMAND, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, env=given | environment, stdin=subprocess.DEVNULL, timeout=120, check=False
    )


def document(**changes):
    """A submission document without fault, with changes to its values."""
    values = dict(FIGURES) | changes.pop("values", {})
    return api.dump(figures.submission(SPEC, values, **changes))


def put(path, data):
    path.write_bytes(data)
    return path


CLEAN = document()
ERRONEOUS = document(values={COUNT: FIGURES[COUNT] + 1})
DOUBTFUL = document(values={"disclosure.licensing.decisions": None})
JUNK = b"\x00\x01 no workbook"


# ---------------------------------------------------------------- exit codes

KINDS = {"clean": CLEAN, "erroneous": ERRONEOUS, "doubtful": DOUBTFUL, "junk": JUNK, "absent": None}


@pytest.mark.parametrize(
    ("names", "strict", "code"),
    [
        (["clean"], False, 0),
        (["clean"], True, 0),
        (["doubtful"], False, 0),
        (["doubtful"], True, 4),
        (["erroneous"], False, 3),
        (["erroneous"], True, 3),
        (["junk"], False, 5),
        (["absent"], False, 1),
        (["clean", "doubtful"], True, 4),
        (["erroneous", "doubtful"], True, 4),
        (["doubtful", "erroneous"], True, 4),
        (["erroneous", "clean"], False, 3),
        (["erroneous", "junk", "clean"], True, 5),
        (["junk", "doubtful"], True, 5),
        (["absent", "junk", "erroneous"], True, 1),
        (["clean", "junk", "absent"], False, 1),
    ],
)
def test_the_exit_code_of_a_batch(folder, names, strict, code):
    for name in names:
        if KINDS[name] is not None:
            put(folder / name, KINDS[name])
    for form in ([], ["--json"]):
        assert run("check", *names, *form, *(["--strict"] if strict else [])).exit_code == code


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "--nonsense", "x"],
        ["fill", "x.json"],
        ["fill", "x.json", "-o", "x.xls"],
        ["fill"],
        ["read"],
        ["read", "a", "b"],
        ["report", "x.json", "-o", "x.doc"],
        ["report", "x.json"],
        ["explain"],
        ["chek", "x"],
        ["--nonsense"],
        ["forms", "--json", "a", "b"],
    ],
)
def test_a_wrong_call_is_told_in_chinese_with_exit_code_2(folder, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "用法见 xltool" in result.stderr
    assert list(folder.iterdir()) == []


def test_an_unknown_command_names_the_nearest():
    assert "没有“chek”这个命令，最接近的是 check。" in run("chek", "x").stderr
    assert "没有“zzzzzz”这个命令。" in run("zzzzzz").stderr


def test_without_arguments_the_commands_are_listed():
    result = run()
    assert result.exit_code == 2
    assert all(f"  {name} " in result.output for name in ("forms", "fill", "read", "check", "report", "explain"))


@pytest.mark.parametrize("name", ["forms", "fill", "read", "check", "report", "explain"])
def test_every_command_has_help(name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"用法：xltool {name} ")
    assert result.stderr == ""


def test_unknown_names_are_told_with_the_nearest_and_exit_code_1():
    for arguments, near in (
        (["forms", "ogi-2020"], "ogi-2021"),
        (["explain", "applications.balanc"], "applications.balance"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1
        assert f"最接近的是 {near}" in result.stderr
        assert result.stdout == ""


# ---------------------------------------------------------------- shapes


def shaped(value, shape):
    """Whether JSON has exactly these keys and types.

    A list in a shape stands for any number of its one item, a tuple for a choice.
    """
    if isinstance(shape, dict):
        assert isinstance(value, dict)
        assert value.keys() == shape.keys()
        for key, inner in shape.items():
            shaped(value[key], inner)
    elif isinstance(shape, list):
        assert isinstance(value, list)
        for item in value:
            shaped(item, shape[0])
    elif isinstance(shape, tuple):
        assert type(value) in shape or value in shape, value
    else:
        assert type(value) is shape, value


FIGURE = (int, float, str, type(None))
CELL = {"key": str, "sheet": str, "address": str, "value": FIGURE}
SUSPECT = {"key": str, "value": FIGURE, "proposed": (int, float), "why": str}
FINDING = {
    "code": str,
    "rule": (str, type(None)),
    "severity": ("error", "warning", "info"),
    "cells": [CELL],
    "message": str,
    "suspects": [SUSPECT],
}
OPINION = {
    "severity": ("error", "warning", "info"),
    "message": str,
    "cells": [CELL],
    "findings": [int],
    "suspects": [SUSPECT],
}
REJECTED = {
    "schema": ("xltool/check/1",),
    "file": str,
    "status": ("rejected",),
    "open": int,
    "findings": [FINDING],
    "opinions": [OPINION],
}
CHECKED = REJECTED | {
    "status": ("accepted", "returned"),
    "form": str,
    "year": int,
    "agency": {"code": str, "name": str},
}
FORM = {
    "schema": ("xltool/form/1",),
    "id": str,
    "title": str,
    "authority": str,
    "years": [(int, type(None))],
    "cells": [
        {
            "key": str,
            "label": str,
            "kind": ("input", "total"),
            "unit": str,
            "decimals": int,
            "sheet": str,
            "address": str,
        },
    ],
    "texts": [{"key": str, "label": str, "sheet": str, "address": str}],
    "rules": [{"id": str, "severity": ("error", "warning"), "text": str, "basis": str, "cells": [str]}],
}


@pytest.mark.parametrize(
    ("form_id", "cells", "totals", "years"), [("ogi-2021", 200, 34, [2021, None]), ("ogi-2019", 198, 32, [2019, 2020])]
)
def test_the_shape_of_a_form(form_id, cells, totals, years):
    result = run("forms", form_id, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    described = json.loads(result.stdout)
    shaped(described, FORM)
    assert (described["id"], described["years"], len(described["cells"])) == (form_id, years, cells)
    assert sum(cell["kind"] == "total" for cell in described["cells"]) == totals
    keys = {cell["key"] for cell in described["cells"]}
    assert all(set(rule["cells"]) <= keys for rule in described["rules"])
    places = [(item["sheet"], item["address"]) for item in described["cells"] + described["texts"]]
    assert len(set(places)) == len(places)


def test_the_forms_are_listed():
    assert tuple(line.split("　")[0] for line in run("forms").stdout.splitlines()) == PACKAGED
    assert tuple(form["id"] for form in json.loads(run("forms", "--json").stdout)["forms"]) == PACKAGED
    assert "applications.received.enterprise" in run("forms", "ogi-2021").stdout


def test_the_shape_of_a_check_in_the_order_given(folder):
    paths = [put(folder / name, KINDS[name]) for name in ("clean", "junk", "erroneous", "doubtful")]
    workbook = put(
        folder / "typed.xlsx",
        tamper.tampered(lambda o: o.put(tamper.TABLE_3, "J6", 5), lambda o: o.put(tamper.TABLE_3, "D8", "3件")),
    )
    result = run("check", "--json", *paths, folder / "absent", workbook)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(path) for path in (*paths, folder / "absent", workbook)]
    assert [line["status"] for line in lines] == [
        "accepted",
        "rejected",
        "returned",
        "accepted",
        "rejected",
        "returned",
    ]
    for line in lines:
        shaped(line, REJECTED if line["status"] == "rejected" else CHECKED)
    assert [len(line["findings"]) for line in (lines[1], lines[4])] == [1, 1]
    broken = [found for found in lines[2]["findings"] if found["code"] == "rule.broken"]
    assert {found["rule"] for found in broken} == {"applications.results", "applications.applicants"}
    assert any(found["suspects"] for found in broken)
    assert lines[0]["agency"] == {"code": figures.AGENCY.code, "name": figures.AGENCY.name}
    typed = next(found for found in lines[5]["findings"] if found["code"] == "total.typed")
    (cell,) = typed["cells"]
    assert (cell["key"], cell["sheet"], cell["address"]) == ("applications.received.total", tamper.TABLE_3, "J6")
    assert next(found for found in lines[5]["findings"] if found["code"] == "number.text")["cells"][0]["value"] is None
    assert result.stderr == ""


def test_a_check_for_people(folder):
    paths = [put(folder / name, KINDS[name]) for name in ("clean", "junk", "erroneous", "doubtful")]
    result = run("check", *paths)
    heads = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert heads == [
        f"{path}：{state}" for path, state in zip(paths, ("通过", "无法读取", "退回", "通过"), strict=True)
    ]
    assert "  [强制] 表三" in result.stdout
    assert "  [核实] " in result.stdout
    assert "应为 " in result.stdout
    every = run("check", "--all", *paths)
    assert every.exit_code == result.exit_code
    assert len(every.stdout.splitlines()) > len(result.stdout.splitlines())
    assert result.stderr == "共 4 个文件：通过 2 个，退回 1 个，无法读取 1 个。\n"


# ---------------------------------------------------------------- fill and read


def test_there_and_back(folder):
    given = put(folder / "a.json", CLEAN)
    filled = run("fill", given, "-o", "a.xlsx")
    assert (filled.exit_code, filled.stdout, filled.stderr) == (0, "", "已写出 a.xlsx\n")
    assert run("check", "a.xlsx", "--strict").exit_code == 0
    result = run("read", "a.xlsx")
    assert (result.exit_code, result.stdout.encode(), result.stderr) == (0, CLEAN, "")
    assert run("read", "a.xlsx", "-o", "b.json").stdout == ""
    assert (folder / "b.json").read_bytes() == CLEAN
    assert run("fill", "b.json", "-o", "b.xlsx").exit_code == 0
    assert (folder / "a.xlsx").read_bytes() == (folder / "b.xlsx").read_bytes()


def test_reading_a_document_gives_it_in_order(folder):
    shuffled = json.loads(CLEAN)
    shuffled["values"] = dict(reversed(shuffled["values"].items()))
    put(folder / "a.json", b"\xef\xbb\xbf" + json.dumps(shuffled).encode())
    result = run("read", "a.json")
    assert (result.exit_code, result.stdout.encode()) == (0, CLEAN)


def test_filling_from_a_workbook_makes_it_anew(folder):
    put(folder / "a.xlsx", tamper.tampered(tamper.remove_names))
    assert run("fill", "a.xlsx", "-o", "b.xlsx").exit_code == 0
    assert (folder / "b.xlsx").read_bytes() == tamper.filled()


def test_a_total_that_differs_is_named_and_the_workbook_written(folder):
    put(folder / "a.json", document(values={"disputes.review.total": 99}))
    result = run("fill", "a.json", "-o", "a.xlsx")
    assert result.exit_code == 3
    total = FIGURES["disputes.review.total"]
    assert f"[强制] 上报件中表四“行政复议”的“总计”（E6）的合计是 99，按各项相加是 {total}；" in result.stderr
    assert api.read((folder / "a.xlsx").read_bytes()).submission.values[SPEC.index["disputes.review.total"]] == total


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (JUNK, 5, "这不是工作簿"),
        (b"", 5, "这不是工作簿"),
        (b"{", 5, "上报件不是正确的 JSON：第 1 行第 2 列"),
        (b"{}", 5, "上报件的“schema”"),
        (
            CLEAN.replace(b'"disputes.review.upheld"', b'"disputes.review.upheldd"'),
            5,
            "最接近的是 disputes.review.upheld",
        ),
        (CLEAN.replace(b'"year": 2024', b'"year": 2020'), 5, "不能用于 2020 年度"),
        (CLEAN.replace(b"ogi-2021", b"ogi-2022"), 5, "不是已知的报表（ogi-2022）"),
    ],
)
def test_what_cannot_be_read_is_told_once_and_nothing_is_written(folder, data, code, said):
    put(folder / "in", data)
    for arguments in (
        ["read", "in", "-o", "out.json"],
        ["read", "in"],
        ["fill", "in", "-o", "out.xlsx"],
        ["report", "in", "-o", "out.md"],
    ):
        result = run(*arguments)
        assert result.exit_code == code
        assert said in result.stderr
        assert result.stderr.count("[强制]") == 1
        assert result.stdout == ""
    assert [path.name for path in folder.iterdir()] == ["in"]


def test_what_was_noticed_in_reading_goes_to_standard_error(folder):
    put(folder / "a.xlsx", tamper.tampered(lambda o: o.put(tamper.TABLE_3, "D8", "3件")))
    result = run("read", "a.xlsx")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["values"][COUNT] is None
    assert "表三“予以公开”行“自然人”栏（D8）填的是“3件”，不是数；看来应为 3。" in result.stderr


# ---------------------------------------------------------------- report and explain


@pytest.mark.parametrize("kind", printing.REPORT_KINDS)
def test_a_report(folder, kind):
    put(folder / "a.json", CLEAN)
    result = run("report", "a.json", "-o", f"a.{kind}")
    *remarks, last = result.stderr.splitlines()
    assert (result.exit_code, result.stdout, last) == (0, "", f"已写出 a.{kind}")
    assert not remarks or kind == "pdf"  # whose fonts may not all be here
    first = (folder / f"a.{kind}").read_bytes()
    assert first
    assert run("report", "a.json", "-o", f"b.{kind.upper()}").exit_code == 0
    assert (folder / f"b.{kind.upper()}").read_bytes() == first


def test_a_report_waits_for_errors_to_be_mended_unless_it_is_a_draft(folder):
    put(folder / "a.json", ERRONEOUS)
    result = run("report", "a.json", "-o", "a.html")
    assert result.exit_code == 3
    assert "没有生成报告" in result.stderr
    assert not (folder / "a.html").exists()
    assert run("report", "a.json", "-o", "a.html", "--draft").exit_code == 0
    assert "草稿" in (folder / "a.html").read_text(encoding="utf-8")


def test_a_report_waits_for_what_is_blank_to_be_filled_in_unless_it_is_a_draft_or_data(folder):
    put(folder / "b.json", DOUBTFUL)  # one cell is blank
    result = run("report", "b.json", "-o", "b.html")
    assert result.exit_code == 3 and not (folder / "b.html").exists()
    assert "还没有填全，没有生成报告：1 格空着（" in result.stderr
    assert run("report", "b.json", "-o", "b.html", "--draft").exit_code == 0
    assert "草稿" in (folder / "b.html").read_text(encoding="utf-8")
    assert run("report", "b.json", "-o", "b.csv").exit_code == 0


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("applications.balance", "第一项加第二项之和，应等于第三项加第四项之和（强制，ogi-2021）"),
        ("applications.balance@total", "本年新收 + 上年结转 = 办理结果总计 + 结转下年度"),
        ("cell.blank", "cell.blank　未填（核实）"),
        ("cell.conflict", "填报格对不上（强制）"),
    ],
)
def test_explaining(name, shown):
    result = run("explain", name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert shown in result.stdout
    assert "改法：" in result.stdout
    assert "依据：" in result.stdout
    assert "{" not in result.stdout


# ---------------------------------------------------------------- files


def test_inputs_that_are_no_files(folder):
    (folder / "dir.xlsx").mkdir()
    for name, why in (("dir.xlsx", "这是文件夹"), ("no.xlsx", "没有这个文件或文件夹")):
        for arguments in (
            ["check", name],
            ["read", name],
            ["fill", name, "-o", "o.xlsx"],
            ["report", name, "-o", "o.md"],
        ):
            result = run(*arguments)
            assert result.exit_code == 1
            assert f"文件打不开：{why}。" in result.output


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_hang(folder):
    os.mkfifo(folder / "pipe.xlsx")
    for arguments in (["check", "pipe.xlsx"], ["read", "pipe.xlsx"], ["fill", "pipe.xlsx", "-o", "o.xlsx"]):
        result = spawn(*arguments)
        assert result.returncode == 1
        assert "不是普通文件" in (result.stdout + result.stderr).decode()


def test_a_file_above_the_limit(folder):
    with (folder / "big.xlsx").open("wb") as file:
        file.truncate(files.LARGEST_FILE + 1)
    result = run("check", "big.xlsx")
    assert result.exit_code == 5
    assert f"最多 {files.LARGEST_FILE}，实为 {files.LARGEST_FILE + 1}" in result.stdout


OUTPUTS = (
    ["fill", "a.json", "-o", "out.xlsx"],
    ["read", "a.json", "-o", "out.json"],
    ["report", "a.json", "-o", "out.docx"],
)


@pytest.mark.parametrize("arguments", OUTPUTS)
def test_an_output_replaces_what_was_there_at_once(folder, arguments):
    put(folder / "a.json", CLEAN)
    old = put(folder / arguments[-1], b"old")
    (folder / "linked").hardlink_to(old)
    old.chmod(0o640)
    assert run(*arguments).exit_code == 0
    assert old.read_bytes() != b"old"
    assert (folder / "linked").read_bytes() == b"old", "the old file was written over instead of replaced"
    assert old.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in folder.iterdir()) == sorted(["a.json", "linked", arguments[-1]])


@pytest.mark.parametrize("arguments", OUTPUTS)
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_an_old_output_survives_a_failure(folder, monkeypatch, arguments, step):
    put(folder / "a.json", CLEAN)
    old = put(folder / arguments[-1], b"old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), fail)
    result = run(*arguments)
    assert result.exit_code == 1
    assert f"写不出 {arguments[-1]}：磁盘空间不足。" in result.stderr
    assert old.read_bytes() == b"old"
    assert sorted(path.name for path in folder.iterdir()) == sorted(["a.json", arguments[-1]])


@pytest.mark.parametrize("arguments", OUTPUTS)
def test_an_output_that_cannot_be(folder, arguments):
    put(folder / "a.json", CLEAN)
    put(folder / "file", b"old")
    (folder / arguments[-1]).mkdir()
    assert run(*arguments).exit_code == 1
    result = run(*arguments[:-1], f"file/{arguments[-1]}")
    assert result.exit_code == 1
    assert "写不出" in result.stderr
    assert (folder / "file").read_bytes() == b"old"
    assert run(*arguments[:-1], f"new/folder/{arguments[-1]}").exit_code == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_written_into(folder):
    put(folder / "a.json", CLEAN)
    (folder / "locked").mkdir(mode=0o500)
    result = run("fill", "a.json", "-o", "locked/a.xlsx")
    assert result.exit_code == 1
    assert "没有权限" in result.stderr


def test_inputs_stay_as_they_are(folder):
    path = put(folder / "a.xlsx", tamper.filled())
    for arguments in (
        ["check", path],
        ["read", path],
        ["read", path, "-o", "b.json"],
        ["report", path, "-o", "b.md", "--draft"],
    ):
        run(*arguments)
    assert path.read_bytes() == tamper.filled()


# ---------------------------------------------------------------- the command in a process of its own, on any console

RARE = replace(figures.AGENCY, name="𠮷野县✓局")


def test_results_are_utf_8_on_a_console_of_gbk(folder):
    put(folder / "a.json", document(agency=RARE))
    assert spawn("fill", "a.json", "-o", "a.xlsx", PYTHONIOENCODING="gbk").returncode == 0
    read = spawn("read", "a.xlsx", PYTHONIOENCODING="gbk")
    assert (read.returncode, read.stdout) == (0, document(agency=RARE))
    checked = spawn("check", "--json", "a.xlsx", PYTHONIOENCODING="gbk")
    assert json.loads(checked.stdout.decode("utf-8"))["agency"]["name"] == RARE.name
    assert (
        json.loads(spawn("forms", "ogi-2021", "--json", PYTHONIOENCODING="gbk").stdout.decode("utf-8"))["id"]
        == "ogi-2021"
    )


def test_lines_for_people_are_gbk_on_a_console_of_gbk(folder):
    put(folder / "𠮷✓.xlsx", tamper.tampered(lambda o: o.put(tamper.TABLE_3, "D8", "𠮷✓件")))
    result = spawn("check", "𠮷✓.xlsx", PYTHONIOENCODING="gbk")
    assert result.returncode == 3
    shown = result.stdout.decode("gbk")
    assert shown.startswith("??.xlsx：退回")
    assert "填的是“??件”，不是数" in shown
    assert "Traceback" not in result.stderr.decode("gbk")


def test_a_console_of_ascii_is_no_failure(folder):
    put(folder / "a.json", ERRONEOUS)
    assert spawn("check", "a.json", PYTHONIOENCODING="ascii").returncode == 3
    assert spawn("--help", PYTHONIOENCODING="ascii:replace").returncode == 0


def test_the_installed_command_keeps_the_exit_codes(folder):
    for name in ("clean", "erroneous", "doubtful", "junk"):
        put(folder / name, KINDS[name])
    codes = [
        spawn("check", name, "--strict").returncode for name in ("clean", "absent", "erroneous", "doubtful", "junk")
    ]
    assert codes == [0, 1, 3, 4, 5]
    assert spawn("check").returncode == 2
    assert spawn("--version").stdout.startswith(b"xltool ")


def test_a_reader_that_goes_away_is_no_traceback(folder):
    put(folder / "a.json", CLEAN)
    with subprocess.Popen(
        [COMMAND, "forms", "ogi-2021", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        said = process.stderr.read()
        process.wait(timeout=60)
    assert b"Traceback" not in said
