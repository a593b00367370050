"""`xltool ledger compile`: figures with their cases, overdue cases, differences from what was filled in."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from tests.rules.ledgers import LIST, submit
from xltool import api
from xltool.cli import main
from xltool.forms import catalog
from xltool.working_days import WorkCalendar

SAMPLES = catalog.data_folder("samples") / "ogi-ledger" / "2024"
OFFICE, EDUCATION, TOWN = sorted(SAMPLES.glob("*.json"))
SPEC = api.form("ogi-2021")


def run(*given, code=0):
    done = CliRunner().invoke(main, ["ledger", "compile", *map(str, given)])
    assert done.exit_code == code, done.output
    return done


def save(path, cases):
    path.write_bytes(api.dump(submit(cases)))
    return path


def test_figures_with_their_cases_and_no_zero():
    said = run(OFFICE).stdout
    assert "样例县人民政府办公室2024年，8 件，编制“政府信息公开工作年度报告”（ogi-2021）" in said
    assert "  表三 上年结转政府信息公开申请数量 自然人　1　〔2023〕031\n" in said
    assert "  表四 复议后起诉 尚未审结　1　〔2024〕004\n" in said
    assert "　0　" not in said
    assert "总计" not in said
    assert "到2024年12月31日逾期 0 件。" in said
    assert "  〔2024〕007　待答复，答复期限2025年1月16日" in said
    assert "编制时这样约定：\n  1. 征求意见的时间" in said


def test_a_workbook_says_what_its_document_says(tmp_path):
    book = tmp_path / "台账.xlsx"
    book.write_bytes(api.fill(api.read(OFFICE.read_bytes()).submission))
    assert run(book).stdout.partition("：")[2] == run(OFFICE).stdout.partition("：")[2]


def test_overdue_cases_on_a_day():
    assert (
        "到2024年12月31日逾期 1 件：\n  2024-3　答复期限2024年12月23日，还没有答复（待答复）" in run(EDUCATION).stdout
    )
    assert "到2024年12月23日逾期 0 件。" in run(EDUCATION, "--on", "2024年12月23日").stdout
    [case] = [each for each in json.loads(run(EDUCATION, "--json").stdout)["cases"] if each["overdue"]]
    assert (case["case"], case["line"], case["due"], case["answered"]) == ("2024-3", 3, "2024-12-23", None)


def test_the_submission_that_is_written_holds_the_two_tables_alone(tmp_path):
    document = tmp_path / "编制.json"
    run(OFFICE, "-o", document)
    first = document.read_bytes()
    submission = api.read(first).submission
    assert (submission.form, submission.year, submission.agency.code) == ("ogi-2021", 2024, "000000-001")
    known = {cell.table.id for cell, value in zip(SPEC.cells, submission.values, strict=True) if value is not None}
    assert known == {"applications", "disputes"}
    run(OFFICE, "-o", document)
    assert document.read_bytes() == first
    assert "各格都相同。" in run(OFFICE, "--with", document).stdout


def test_each_cell_that_differs_is_told_with_both_figures_and_our_cases(tmp_path):
    document = tmp_path / "编制.json"
    run(OFFICE, "-o", document)
    held = json.loads(document.read_text("utf-8"))
    held["values"]["applications.granted.natural_person"] = 3
    held["values"]["disputes.direct.upheld"] = None
    document.write_text(json.dumps(held), "utf-8")
    said = run(OFFICE, "--with", document, code=3).stdout
    assert "有 2 格不同：" in said
    assert "  表三 予以公开 自然人　台账 2，报表 3；台账里的件：〔2023〕031、〔2024〕001\n" in said
    assert "  表四 未经复议直接起诉 结果维持　台账 1，报表 空着；台账里的件：〔2024〕006\n" in said
    told = json.loads(run(OFFICE, "--with", document, "--json", code=3).stdout)["differences"]
    assert [(each["key"], each["ledger"], each["filled"]) for each in told] == [
        ("applications.granted.natural_person", 2, 3),
        ("disputes.direct.upheld", 1, None),
    ]


def test_a_published_report_is_compared_too(tmp_path):
    sample = api.read((catalog.data_folder("samples") / "2024" / "654221-000.json").read_bytes()).submission
    report = tmp_path / "年报.docx"
    report.write_bytes(api.report(sample, "docx"))
    done = run(OFFICE, "--with", report, code=3)
    assert "格不同：" in done.stdout
    assert "照样对照" in done.stderr


def test_errors_of_the_ledger_are_told_first_and_refuse():
    done = run(TOWN, code=3)
    assert "台账“登记编号”栏每行应不同" in done.stderr
    assert "台账还有强制性错误，没有编制" in done.stderr
    assert done.stdout == ""


def test_so_do_lines_that_contradict_themselves(tmp_path):
    case = {"received": date(2024, 5, 6), "category": "自然人", "answered": date(2024, 5, 3), "result": "予以公开"}
    done = run(save(tmp_path / "台账.json", [case]), "-o", tmp_path / "编制.json", code=3)
    assert "台账第 1 行的“答复日期”早于“收到日期”" in done.stderr
    assert not (tmp_path / "编制.json").exists()


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        ((catalog.data_folder("samples") / "2024" / "654221-000.json",), 1, "没有写明由“政府信息公开工作年度报告”编制"),
        ((OFFICE, "--year", "2020"), 1, "2020 年用的不是“政府信息公开工作年度报告”的 ogi-2021 版"),
        ((OFFICE, "--with", EDUCATION), 1, "不能与 2024 年的“政府信息公开工作年度报告”（ogi-2021）对照"),
        ((OFFICE, "--with", "没有.xlsx"), 1, "没有.xlsx"),
        (("没有.xlsx",), 1, "没有.xlsx"),
        ((__file__,), 5, "test_ledger.py"),
        ((OFFICE, "--on", "明天"), 2, "不是日期"),
    ],
)
def test_what_cannot_be_done(given, code, told):
    done = CliRunner().invoke(main, ["ledger", "compile", *map(str, given)])
    assert (done.exit_code, done.stdout) == (code, "")
    assert told in done.stderr


def test_another_year_of_the_same_ledger():
    cases = {each["key"]: each["cases"] for each in json.loads(run(OFFICE, "--year", 2025, "--json").stdout)["cells"]}
    assert cases["applications.carried_in.total"] == cases["applications.carried_out.total"] == ["〔2024〕007"]
    assert cases["applications.received.total"] == []


def test_what_no_calendar_knows_is_said(tmp_path, monkeypatch):
    year = next(year for year in range(2000, 2100) if WorkCalendar().knows(year - 1) and not WorkCalendar().knows(year))
    case = {"received": date(year - 1, 12, 20), "category": "自然人"}
    ledger = save(tmp_path / "台账.json", [case, case | {"answered": date(year, 6, 1), "result": "予以公开"}])
    said = run(ledger, "--year", year).stdout
    assert f"  1　待答复，无法推算答复期限：没有 {year} 年的工作日历，可写 {year}.days.toml" in said
    assert f"已答复、无法推算有没有逾期 1 件：\n  2，无法推算答复期限：没有 {year} 年的工作日历" in said
    days = ", ".join(f"{year}-{day}" for day in ("01-01", "05-01", "10-01", "10-02", "10-03"))
    written = f'[[year]]\nyear = {year}\nbasis = "通知"\noff = [{days}]\nwork = []\n'
    (tmp_path / f"{year}.days.toml").write_text(written, "utf-8")
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(tmp_path))
    assert f"到{year}年12月31日逾期 2 件：" in run(ledger, "--year", year).stdout


def test_a_sum_of_ledgers_names_the_agency_of_each_case(tmp_path):
    read = [api.read(path.read_bytes()) for path in (OFFICE, EDUCATION)]
    rows = {each.submission.agency.name: each.submission.lists[LIST.id] for each in read}
    held = json.loads(OFFICE.read_text("utf-8"))
    held["scope"] = "consolidated"
    lines = json.loads(EDUCATION.read_text("utf-8"))["lists"]["cases"]
    held["lists"]["cases"] = [{"agency": "办公室", **line} for line in held["lists"]["cases"]] + [
        {"agency": "教育局", **line} for line in lines
    ]
    (tmp_path / "汇总.json").write_text(json.dumps(held), "utf-8")
    cells = {each["key"]: each for each in json.loads(run(tmp_path / "汇总.json", "--json").stdout)["cells"]}
    assert cells["applications.received.total"]["value"] == sum(map(len, rows.values())) - 1
    assert "教育局 2024-3" in cells["applications.carried_out.total"]["cases"]
