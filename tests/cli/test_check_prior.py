"""`check --prior`: last year's file found for each of this year's, or said why not."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from click.testing import CliRunner

from tests import figures
from xltool import api
from xltool.cli import main
from xltool.model import Agency
from xltool.workbook.write import write_workbook

SPEC = api.form("ogi-2021")
ZERO = dict.fromkeys(SPEC.index, 0)
ONE, TWO = (
    Agency("654221-015", "额敏县教育和科学技术局", "department"),
    Agency("654221-016", "额敏县财政局", "department"),
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["check", *map(str, arguments)], prog_name="xltool", catch_exceptions=False)


def submission(year, agency=ONE, **changes):
    given = {key.replace("__", "."): value for key, value in changes.items()}
    return replace(figures.submission(SPEC, ZERO | given, agency), year=year)


def put(folder, name, given):
    (folder / name).write_bytes(write_workbook(SPEC, given) if name.endswith(".xlsx") else api.dump(given))
    return name


CARRIED = {"applications__carried_out__other": 1, "applications__carried_out__total": 1}


def codes(line):
    return [found["rule"] or found["code"] for found in json.loads(line)["findings"]]


@pytest.mark.parametrize("prior", ["last.json", "last.xlsx"])
def test_last_year_from_a_document_or_a_workbook(folder, prior):
    this, last = put(folder, "this.json", submission(2024)), put(folder, prior, submission(2023, **CARRIED))
    assert run(this, "--json").exit_code == 0
    done = run(this, "--prior", last, "--json")
    assert done.exit_code == 3
    assert codes(done.stdout) == ["applications.carried_in", "applications.carried_in_applicants"]
    found = json.loads(done.stdout)["findings"][0]
    assert [cell["key"] for cell in found["cells"]] == ["applications.carried_in.total"]
    assert "上年的结转下年度 1" in found["message"]


def test_several_are_matched_by_agency(folder):
    files = [put(folder, f"{agency.code}.json", submission(2024, agency)) for agency in (ONE, TWO)]
    priors = [put(folder, "b.json", submission(2023, TWO, **CARRIED)), put(folder, "a.json", submission(2023, ONE))]
    done = run(*files, "--prior", priors[0], "--prior", priors[1], "--json")
    assert [len(codes(line)) for line in done.stdout.splitlines()] == [0, 2]


def test_two_years_of_one_agency_each_with_its_own(folder):
    files = [put(folder, f"{year}.json", submission(year)) for year in (2023, 2024)]
    prior = put(folder, "2022.json", submission(2022, **CARRIED))
    done = run(*files, "--prior", prior, "--json")
    assert [len(codes(line)) for line in done.stdout.splitlines()] == [2, 0]


def test_another_year_is_a_mistake_of_the_call(folder):
    this, last = put(folder, "this.json", submission(2024)), put(folder, "last.json", submission(2022))
    done = run(this, "--prior", last)
    assert done.exit_code == 2
    assert done.stderr.startswith("上年文件 last.json 是 2022 年度的；要审核的是 2024 年度的，上年应为 2023 年度。\n")


def test_one_pair_with_one_name_and_two_codes_is_noted(folder):
    this = put(folder, "this.json", submission(2024))
    last = put(folder, "last.json", submission(2023, replace(ONE, code="old-15")))
    done = run(this, "--prior", last, "--json")
    assert done.exit_code == 0
    assert codes(done.stdout) == ["prior.paired"]
    assert "“old-15”，本文件是“654221-015”" in json.loads(done.stdout)["findings"][0]["message"]


def test_another_agency(folder):
    files = [put(folder, f"{agency.code}.json", submission(2024, agency)) for agency in (ONE, TWO)]
    other = put(folder, "other.json", submission(2023, Agency("9", "乌鲁木齐市教育局", "department")))
    done = run(files[0], "--prior", other)
    assert done.exit_code == 2
    assert "乌鲁木齐市教育局（9）" in done.stderr
    done = run(*files, "--prior", other)
    assert done.exit_code == 0
    assert "上年文件 other.json（9 乌鲁木齐市教育局）在要审核的文件里没有对应的单位，没有使用。" in done.stderr


def test_two_of_one_agency_and_year(folder):
    this = put(folder, "this.json", submission(2024))
    priors = [put(folder, name, submission(2023)) for name in ("a.json", "b.json")]
    done = run(this, "--prior", priors[0], "--prior", priors[1])
    assert done.exit_code == 2
    assert "每个单位只能有一个" in done.stderr


def test_last_year_that_cannot_be_read(folder):
    this = put(folder, "this.json", submission(2024))
    (folder / "junk.xlsx").write_bytes(b"no workbook")
    done = run(this, "--prior", "junk.xlsx")
    assert done.exit_code == 5
    assert "上年文件 junk.xlsx：无法读取\n  [强制] 这不是工作簿" in done.stderr
    done = run(this, "--prior", "none.json")
    assert done.exit_code == 1
    assert "没有这个文件" in done.stderr


def test_a_rejected_file_beside_last_years(folder):
    (folder / "junk.xlsx").write_bytes(b"no workbook")
    last = put(folder, "last.json", submission(2023))
    done = run("junk.xlsx", "--prior", last)
    assert done.exit_code == 5
    assert "没有对应的单位" not in done.stderr


def test_figures_that_continue_are_clean(folder):
    rng = Random(2)
    for agency in (ONE, TWO):
        values = figures.consistent(SPEC, rng)
        for column in (*figures.APPLICANTS, "total"):
            values[f"applications.carried_in.{column}"] = 0
            values[f"applications.received.{column}"] = 0
            for row in (*figures.results(SPEC), "processed_total", "carried_out"):
                values[f"applications.{row}.{column}"] = 0
        values |= {
            key: 0 for key in values if key.startswith("disputes.") or key.startswith("disclosure.normative_documents")
        }
        put(folder, f"{agency.code}-2024.json", replace(figures.submission(SPEC, values, agency), year=2024))
        put(folder, f"{agency.code}-2023.json", replace(figures.submission(SPEC, values, agency), year=2023))
    names = [agency.code for agency in (ONE, TWO)]
    done = run(
        *(f"{name}-2024.json" for name in names),
        *(part for name in names for part in ("--prior", f"{name}-2023.json")),
        "--strict",
    )
    assert done.exit_code == 0
