"""`check --beside`: what an agency fills in beside a workbook, found for each, or said why not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from tests.forms.across import ONE, fill, write_forms
from xltool import api
from xltool.cli import main
from xltool.forms import catalog
from xltool.forms.totals import complete_totals
from xltool.model import Agency, ListRow

SCHEMA = Draft202012Validator(json.loads((Path(api.__file__).parent / "schemas" / "check.json").read_text("utf-8")))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(write_forms(tmp_path / "forms")))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["check", *map(str, arguments)], prog_name="xltool", catch_exceptions=False)


def put(folder, name, submission):
    (folder / name).write_bytes(api.fill(submission) if name.endswith(".xlsx") else api.dump(submission))
    return name


def sell(adult=10, agency=ONE):
    figures = {
        "tickets.sold.adult": adult,
        "tickets.sold.child": 2,
        "tickets.income.adult": 1,
        "tickets.income.child": 0,
    }
    spec = api.form("park-visits")
    return complete_totals(spec, fill(spec, figures, agency=agency))[0]


def take(printed=13, agency=ONE, **more):
    lists = {"refunds": (ListRow(("A1", "成人")),)}
    figures = {"till.printed.number": printed, "till.takings.number": 100}
    return fill(api.form("till-book"), figures, agency=agency, lists=lists, **more)


@pytest.mark.parametrize("ending", ["json", "xlsx"])
def test_both_are_held_against_each_other(folder, ending):
    park = put(folder, f"park.{ending}", sell())
    done = run(park, "--beside", put(folder, f"till.{ending}", take()), "--json")
    assert (done.exit_code, json.loads(done.stdout)["findings"]) == (0, [])
    done = run(park, "--beside", put(folder, f"till.{ending}", take(14)), "--json")
    line = json.loads(done.stdout)
    SCHEMA.validate(line)
    assert (done.exit_code, line["status"], line["open"]) == (3, "returned", 0)
    [found] = line["findings"]
    assert (found["code"], found["rule"]) == ("across.broken", "till.printed")
    assert f"（till.{ending}）" in found["message"]
    assert f"本表（park.{ending}）" in found["message"]
    assert [each["address"] for each in found["others"]] == ["B4", ""]


def test_alone_it_is_told_that_nothing_was_held_against_it(folder):
    done = run(put(folder, "park.xlsx", sell()))
    assert done.exit_code == 0
    assert "没有审核，不等于通过：没有同时给出这张表" in done.stdout


def test_of_many_each_has_its_own(folder):
    two = Agency("1002", "西山公园管理处", "department")
    files = put(folder, "a.json", sell()), put(folder, "b.json", sell(20, two))
    tills = put(folder, "c.json", take(23, two)), put(folder, "d.json", take())
    done = run(*files, "--beside", tills[0], "--beside", tills[1], "--json")
    assert [json.loads(line)["findings"] for line in done.stdout.splitlines()] == [[], []]


def test_a_code_that_differs_is_no_matter_where_the_name_is_one(folder):
    other = put(folder, "till.json", take(14, replace(ONE, code="77")))
    assert run(put(folder, "park.json", sell()), "--beside", other).exit_code == 3


def test_one_of_another_agency_is_told_and_not_used(folder):
    other = put(folder, "till.json", take(14, Agency("77", "南山公园管理处", "department")))
    done = run(put(folder, "park.json", sell()), "--beside", other)
    assert done.exit_code == 0
    assert "till.json（77 南山公园管理处）在要审核的文件里没有对应的单位，没有使用" in done.stderr


def test_two_of_one_form_are_one_too_many(folder):
    others = put(folder, "c.json", take()), put(folder, "d.json", take(14))
    done = run(put(folder, "park.json", sell()), "--beside", others[0], "--beside", others[1])
    assert done.exit_code == 2
    assert "一个单位每种报表只给一份" in done.stderr


def test_one_that_cannot_be_read_ends_the_command(folder):
    (folder / "till.xlsx").write_bytes(b"no workbook")
    done = run(put(folder, "park.json", sell()), "--beside", "till.xlsx")
    assert done.exit_code == 5
    assert "同期文件 till.xlsx" in done.stderr


def test_rules_with_faults_are_told_as_not_judged(folder):
    (folder / "forms" / "park_visits.across.toml").write_text('[[other]]\nid = "x"\nform = "y"\n', "utf-8")
    done = run(put(folder, "park.json", sell()))
    assert done.exit_code == 0
    assert "跨报表的勾稽关系没有审核，不等于通过：park_visits.across.toml 有错（" in done.stdout
