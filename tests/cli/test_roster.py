"""`xltool roster`, and how a roster that was edited in the campaign folder is read."""

import csv
import io

import openpyxl
from click.testing import CliRunner

from xltool.campaign.roster_codes import make_code
from xltool.cli import main
from xltool.codes import LEVEL_NAMES


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def fill_template(path, lines):
    book = openpyxl.load_workbook(path)
    for at, line in enumerate(lines):
        for column, text in enumerate(line):
            if text:
                book.active.cell(4 + at, 1 + column).value = text
    book.save(path)


def test_the_template_has_heads_words_to_pick_and_explanations_and_reads_back(tmp_path):
    path = tmp_path / "名录.xlsx"
    assert run("roster", "--template", path).exit_code == 0
    sheet = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet[3]] == ["单位代码", "单位名称", "级别", "上级", "联系人", "电话", "邮箱"]
    rules = {str(rule.sqref).partition(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert rules["C4"].formula1 == f'"{",".join(LEVEL_NAMES.values())}"'
    assert rules["C4"].showErrorMessage and not rules["D4"].showErrorMessage
    assert rules["D4"].formula1 == "$B$4:$B$1003"
    assert all(rule.prompt for rule in rules.values())
    levels = list(LEVEL_NAMES.values())
    lines = [
        ["A-000", "甲县政府办", levels[3]],
        ["", "甲局", levels[5], "甲县政府办"],
        ["007", "甲镇", levels[4], "A-000"],
    ]
    fill_template(path, lines)
    result = run("roster", path)
    assert result.exit_code == 0, result.output
    rows = list(csv.reader(io.StringIO(result.stdout.lstrip("\ufeff"))))
    assert [row[:4] for row in rows[1:4]] == [
        ["A-000", "甲县政府办", "county", ""],
        [make_code("甲局"), "甲局", "department", "A-000"],
        ["007", "甲镇", "township", "A-000"],
    ]


def test_the_template_is_the_same_again_and_never_covers_one_that_was_filled_in(tmp_path):
    path = tmp_path / "名录.xlsx"
    run("roster", "--template", path)
    first = path.read_bytes()
    assert run("roster", "--template", path).exit_code == 0
    assert path.read_bytes() == first
    fill_template(path, [["", "甲局", "部门"]])
    filled = path.read_bytes()
    result = run("roster", "--template", path)
    assert result.exit_code == 1 and "没有动它" in result.output
    assert path.read_bytes() == filled
    assert run("roster", "--template", tmp_path / "名录.csv").exit_code == 2
    assert run("roster").exit_code == 2


def make_campaign(folder, text):
    (folder / "名录.csv").write_text(text, "utf-8")
    arguments = ["--form", "ogi-2021", "--year", "2024", "--name", "甲县", "--roster", folder / "名录.csv"]
    return run("new", folder / "任务", "--plain", *arguments)


def test_a_campaign_keeps_made_codes_when_its_roster_is_edited(tmp_path):
    text = "单位,类别\n甲县政府办,县级\n甲局,部门\n乙局,部门\n"
    first = make_campaign(tmp_path, text)
    assert first.exit_code == 0 and "3 个单位没有写代码" in first.output
    again = make_campaign(tmp_path, text)
    assert again.exit_code == 0 and "已经是填报任务" in again.output
    assert run("build", "-C", tmp_path / "任务").exit_code == 0
    built = {path.name for path in (tmp_path / "任务" / "outbox").glob("*.xlsx")}
    assert any(name.startswith(f"{make_code('甲局')}_甲局") for name in built)
    kept = tmp_path / "任务" / "roster.csv"
    heads, *rows = csv.reader(io.StringIO(kept.read_text("utf-8-sig")))
    rows = [rows[0], ["", "丙局", "部门"], rows[2], [*rows[1][:1], "甲新局", *rows[1][2:]]]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["甲县名录"], heads, *rows])
    kept.write_text(buffer.getvalue(), "utf-16")
    result = run("build", "-C", tmp_path / "任务")
    assert result.exit_code == 0
    assert f"丙局 {make_code('丙局')}" in result.output
    names = {path.name for path in (tmp_path / "任务" / "outbox").glob("*.xlsx")} - built
    assert {name.partition("_")[0] for name in names} == {make_code("甲局"), make_code("丙局")}
