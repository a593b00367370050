"""`xltool forms carry`: workbooks of one edition into workbooks of another, and what is said of it."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from click.testing import CliRunner

from tests import figures
from tests.forms import lists
from tests.test_schemas import check
from xltool import api
from xltool.cli import main
from xltool.forms.controls import list_control_totals


def run(*given):
    return CliRunner().invoke(main, ["forms", "carry", *map(str, given)], prog_name="xltool")


@pytest.fixture(scope="module")
def workbook(spec_2019):
    given = figures.submission(spec_2019, figures.consistent(spec_2019, Random(1)), overview="全年无大事。")
    return api.fill(replace(given, explanations={"cell.jumped@disputes": "案件增多"}))


@pytest.fixture
def filled(tmp_path, workbook):
    path = tmp_path / "填好.xlsx"
    path.write_bytes(workbook)
    return path


def test_a_workbook_is_carried_and_all_is_told(filled, tmp_path, spec, spec_2019):
    result = run(filled, "--to", "ogi-2021", "-o", tmp_path / "新.xlsx")
    assert result.exit_code == 3
    old, new = api.read(filled.read_bytes()).submission, api.read((tmp_path / "新.xlsx").read_bytes()).submission
    assert (new.form, new.year, new.agency) == ("ogi-2021", 2021, old.agency)
    assert new.texts == old.texts
    key = "applications.received.natural_person"
    assert new.values[spec.index[key]] == old.values[spec_2019.index[key]]
    amount = api.form("ogi-2019").cell("disclosure.procurement.amount")
    assert f"表二 主动公开 C20　{amount.label}　2.53：新版没有这一格" in result.stdout
    assert "年度由 2020 改为 2021" in result.stdout
    assert "表三 依申请公开　3.其他：D28、E28、F28、G28、H28、I28\n" in result.stdout
    assert "勾稽关系变了：（七）总计应等于本年度办理结果（一）至（六）各项之和：表三 依申请公开 D8、" in result.stdout


def test_the_account_for_programs(filled, tmp_path):
    result = run(filled, "--to", "ogi-2021", "-o", tmp_path / "新.xlsx", "--json")
    told = json.loads(result.stdout)
    assert check(told) == "carry"
    old = api.read(filled.read_bytes()).submission
    filled_in = sum(value is not None for value in old.values) + len([*filter(None, old.texts.values())])
    assert told["carried"] + len(told["left"]) == filled_in + len(old.explanations)
    assert {each["kind"] for each in told["left"]} >= {"cell"} and told["before"] == {"form": "ogi-2019", "year": 2020}


def test_a_folder_of_good_and_bad_files(filled, tmp_path):
    (tmp_path / "坏.xlsx").write_bytes(b"PK no workbook")
    (tmp_path / "~$填好.xlsx").write_bytes(b"")
    result = run(tmp_path, "--to", "ogi-2021", "-o", tmp_path / "新版", "--json")
    assert result.exit_code == 5
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [check(line) for line in lines] == ["carry"] * 2
    assert [line["output"] is None for line in lines] == [True, False]
    assert [path.name for path in (tmp_path / "新版").iterdir()] == ["填好.xlsx"]
    assert "坏.xlsx：没有带过去" in run(tmp_path, "--to", "ogi-2021", "-o", tmp_path / "新版").stdout


def test_nothing_is_written_over_and_no_one_is_misled(filled, tmp_path):
    before = filled.read_bytes()
    assert run(filled, "--to", "ogi-2021", "-o", filled).exit_code == 1
    assert run(tmp_path, "--to", "ogi-2021", "-o", tmp_path).exit_code == 1
    other = tmp_path / "乙" / "填好.xlsx"
    other.parent.mkdir()
    other.write_bytes(before)
    assert "会盖掉" in run(filled, other, "--to", "ogi-2021", "-o", tmp_path / "新").stderr
    assert filled.read_bytes() == before and not (tmp_path / "新").exists()
    assert run(filled, "--to", "ogi-2021", "-o", tmp_path / "新").exit_code == 2
    assert run(filled, "--to", "ogi-1999", "-o", tmp_path / "新.xlsx").exit_code == 1
    assert "Traceback" not in run(tmp_path / "没有.xlsx", "--to", "ogi-2021", "-o", tmp_path / "新.xlsx").output


def test_what_fits_as_it_is_is_carried_without_a_word(filled, tmp_path):
    result = run(filled, "--to", "ogi-2019", "-o", tmp_path / "同.xlsx", "--strict")
    assert result.exit_code == 0 and "没有带过去" not in result.stdout and "年度由" not in result.stdout
    old, new = (api.read(path.read_bytes()).submission for path in (filled, tmp_path / "同.xlsx"))
    assert (new.values, new.texts, new.explanations) == (old.values, old.texts, old.explanations)


def test_totals_that_were_typed_a_second_time_are_carried_or_told(tmp_path, spec_2019, spec):
    given = figures.submission(spec_2019, figures.consistent(spec_2019, Random(1)))
    keys = {key for table in spec_2019.tables for key in list_control_totals(spec_2019, table).keys}
    document = tmp_path / "上报件.json"
    document.write_bytes(api.dump(replace(given, controls=dict.fromkeys(keys, 5))))
    result = run(document, "--to", "ogi-2021", "-o", tmp_path / "新.xlsx", "--json")
    told = json.loads(result.stdout)
    assert check(told) == "carry"
    left = [each for each in told["left"] if each["kind"] == "control"]
    carried = api.read((tmp_path / "新.xlsx").read_bytes()).submission.controls
    assert keys and len(left) + len(carried) == len(keys)
    assert {each["value"] for each in left} == {"5"} and all(each["address"] for each in left)
    assert "核对数" in run(document, "--to", "ogi-2021", "-o", tmp_path / "新.xlsx").stdout


def test_lines_of_lists_have_their_addresses(tmp_path, monkeypatch):
    monkeypatch.setenv("XLTOOL_FORMS", str(tmp_path))
    (tmp_path / "permit_cases.toml").write_text(lists.FORM, "utf-8")
    less = lists.FORM.replace("permit-cases", "permit-new").replace("limit = 40", "limit = 2")
    (tmp_path / "permit_new.toml").write_text(
        less.replace('id = "remark"', 'id = "door"').replace("备注", "窗口"), "utf-8"
    )
    filled = tmp_path / "填好.xlsx"
    filled.write_bytes(api.fill(lists.submit(lists.make_form())))
    result = run(filled, "--to", "permit-new", "-o", tmp_path / "新.xlsx", "--json")
    told = json.loads(result.stdout)
    assert check(told) == "carry"
    left = {each["key"]: (each["sheet"], each["address"], each["value"]) for each in told["left"]}
    assert left["cases.3.number"] == ("附表一 办件", "B6", "003")
    assert [(each["key"], each["address"]) for each in told["blank"]] == [("cases.door", "H3")]
    assert (
        "附表一 办件 B6　附表一 / 办件编号　003：新版只有 2 行"
        in run(filled, "--to", "permit-new", "-o", tmp_path / "新.xlsx").stdout
    )
    assert len(api.read((tmp_path / "新.xlsx").read_bytes()).submission.lists["cases"]) == 2
