"""What people write into 办公室.xlsx is carried out before a page is shown, and told on it, as the console would."""

import openpyxl
import pytest
from click.testing import CliRunner
from lxml import html

from tests.web.conftest import open_browser
from xltool.campaign.desk_sheets import DESK_FILE
from xltool.cli import main
from xltool.web import desk_visits

BY = ("--reason", "并错了", "--by", "王某")
ROSTER = "代码,名称,级别\nA0,某县人民政府办公室,county\nA1,某县财政局,department\nA2,某镇人民政府,township\n"


@pytest.fixture
def office(tmp_path):
    roster, root = tmp_path / "名录.csv", tmp_path / "任务"
    roster.write_text(ROSTER, "utf-8")
    words = ["new", str(root), "--form", "ogi-2021", "--year", "2024", "--name", "某县", "--roster", str(roster)]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert CliRunner().invoke(main, ["build", "-C", str(root)]).exit_code == 0
    return root


def edit(root, sheet, **cells):
    book = openpyxl.load_workbook(root / DESK_FILE)
    for address, value in cells.items():
        book[sheet][address] = value
    book.save(root / DESK_FILE)


def told(tree):
    return [item.text_content() for item in tree.xpath("//section[contains(@class, 'told')]//li")]


def show(browser, path="/"):
    return html.fromstring(browser.get(path).text)


def test_an_absence_written_there_is_on_record_before_the_page_is_shown(office):
    with open_browser(office) as browser:
        assert told(show(browser)) == []
        edit(office, "缺席", A4="某镇人民政府", C4="已并入某县", D4="王某")
        tree = show(browser)
        assert "无需报送" in tree.xpath("string(//table[contains(@class, 'roster')])")
        [line] = told(tree)
        assert line.startswith(f"{DESK_FILE} ") and "某镇人民政府" in line
        assert told(show(browser, "/agency/A2")) == [line]
        assert openpyxl.load_workbook(office / DESK_FILE)["缺席"]["F4"].value  # the result stands beside it
        assert CliRunner().invoke(main, ["absent", "A2", "--withdraw", *BY, "-C", str(office)]).exit_code == 0
        assert told(show(browser)) == []


def test_a_fault_is_told_with_its_place_and_the_page_shows_what_is_on_record(office):
    with open_browser(office) as browser:
        edit(office, "缺席", A4="没有这家", C4="并了", D4="王某")
        tree = show(browser)
        assert "没有这家" in "".join(told(tree)) and "缺席" in "".join(told(tree))
        assert "3家都还没有办完" in tree.xpath("string(//h1)")


def test_a_workbook_that_somebody_has_open_is_carried_out_once_and_not_asked_for_at_every_page(office, monkeypatch):
    (office / f"~${DESK_FILE}").write_bytes(b"")
    with open_browser(office) as browser:
        edit(office, "缺席", A4="某镇人民政府", C4="已并入某县", D4="王某")
        assert "正有人开着" in "".join(told(show(browser)))
        calls = []
        monkeypatch.setattr(desk_visits, "run_command", lambda *words: calls.append(words) or ["办了"])
        assert "正有人开着" in "".join(told(show(browser))) and calls == []
        (office / f"~${DESK_FILE}").unlink()
        monkeypatch.undo()
        monkeypatch.setattr(desk_visits, "_AGAIN", 0)
        show(browser)
        assert openpyxl.load_workbook(office / DESK_FILE)["缺席"]["F4"].value


def test_a_roster_line_written_there_is_on_the_board(office):
    with open_browser(office) as browser:
        edit(office, "名录", A7="A3", B7="某县水利局", C7="department")
        book = openpyxl.load_workbook(office / DESK_FILE)
        assert [row[1].value for row in book["名录"].iter_rows(min_row=4, max_row=7)][-1] == "某县水利局"
        assert "某县水利局" in show(browser).xpath("string(//table[contains(@class, 'roster')])")


def test_a_workbook_that_cannot_be_read_is_told_and_no_page_breaks(office):
    with open_browser(office) as browser:
        (office / DESK_FILE).write_bytes(b"PK\3\4 damaged")
        answer = browser.get("/")
        assert answer.status_code == 409 and DESK_FILE in answer.text
