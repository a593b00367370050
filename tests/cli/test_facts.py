"""`xltool facts`: of files of all kinds and of plain texts, for people and as JSON."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests import figures
from xltool import api
from xltool.cli import main
from xltool.forms import totals
from xltool.workbook.write import write_workbook

SPEC = api.form("ogi-2021")
TEXT = "收到申请3件，同比增加1件，办结2件；举办培训4次。未发生行政复议。"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments, stdin=None):
    return CliRunner().invoke(
        main, ["facts", *map(str, arguments)], prog_name="xltool", input=stdin, catch_exceptions=False
    )


def lines(*arguments, stdin=None):
    done = run(*arguments, "--json", stdin=stdin)
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def write(name, year=2024, **values):
    given = {key.replace("__", "."): value for key, value in values.items()}
    made = figures.submission(SPEC, dict.fromkeys(SPEC.index, 0) | given)
    values = totals.compute_totals(SPEC, made.values)
    made = replace(made, year=year, values=values, texts={"overview.requests": TEXT})
    data = write_workbook(SPEC, made) if name.endswith(".xlsx") else api.dump(made)
    Path(name).write_bytes(data)


@pytest.mark.parametrize("name", ["一局.json", "一局.xlsx"])
def test_a_file_is_held_against_its_tables(name):
    write(name, applications__received__natural_person=3, applications__granted__natural_person=3)
    assert [(each["quote"], each["verdict"], each["printed"]) for each in lines(name)] == [
        ("3件", "agrees", 3), ("1件", "unknown", None), ("2件", "differs", 3), ("未发生行政复议", "agrees", 0),
    ]  # fmt: skip
    said = run(name).stdout.splitlines()
    assert said[2] == "“一、总体情况：依申请公开”“2件”：表三“办理结果总计”行“总计”栏（J29），不一致，表中为 3"


def test_last_year_proves_changes():
    write("今年.json", applications__received__natural_person=3)
    write("上年.json", 2023, applications__received__natural_person=2)
    assert [each["verdict"] for each in lines("今年.json", "--prior", "上年.json")][1] == "agrees"
    assert [each["proof"] for each in lines("今年.json", "--prior", "上年.json", "--all") if "proof" in each] == [
        "cell", "prior", "unproved", "unproved",
    ]  # fmt: skip


def test_a_plain_text_is_held_against_nothing():
    found = lines("--text", "-", "--form", "ogi-2021", "--year", "2024", stdin=TEXT)
    assert [(each["text"], each["verdict"], each["printed"]) for each in found] == [(None, "unknown", None)] * 4
    assert found[1]["kind"] == "change"
    assert [each["value"] for each in found] == [3, 1, 2, 0]
    everything = lines("--text", "-", "--form", "ogi-2021", "--all", stdin=TEXT)
    assert [each["quote"] for each in everything] == ["3件", "1件", "2件", "4次", "未发生行政复议"]
    said = run("--text", "-", "--form", "ogi-2021", stdin="举办培训4次。")
    assert (said.stdout, said.exit_code) == ("", 0)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "写一个文件"),
        (("a.json", "--text", "-"), "写一个文件"),
        (("--text", "-"), "--form"),
        (("a.json", "--form", "ogi-2021"), "--text"),
        (("--text", "-", "--form", "ogi-2021", "--prior", "a.json"), "--prior"),
    ],
)
def test_what_does_not_go_together_is_said(arguments, why):
    done = run(*arguments, stdin="")
    assert done.exit_code == 2
    assert why in done.output


def test_what_cannot_be_read_is_said(folder):
    (folder / "坏.xlsx").write_bytes(b"PK\3\4 broken")
    assert run("坏.xlsx").exit_code == 5
    (folder / "坏.txt").write_bytes(b"\xff\xfe\xff")
    assert run("--text", "坏.txt", "--form", "ogi-2021").exit_code == 1
    assert run("没有.json").exit_code == 1
