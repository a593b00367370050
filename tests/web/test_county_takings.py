"""What somebody has changed in a written document is shown on the page, and taken as the console takes it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from lxml import html
from openpyxl import load_workbook

from tests.campaign import stores
from tests.web.conftest import AFTER, open_browser
from tests.web.test_county import PAGE, make_whole, run_sum, words
from xltool.campaign.county_written import read_corrections
from xltool.cli import main
from xltool.web.sum_view import CORRECTIONS, OUTPUTS, TAKINGS


@pytest.fixture
def whole(tmp_path):
    return make_whole(tmp_path)


@pytest.fixture
def office(whole):
    with open_browser(whole.root, AFTER) as opened:
        run_sum(opened)
        yield opened


def edit_page(made, told="（又写了一句）"):
    """Changes the first text of the county's report as a web page."""
    path = next(each for each in (made.root / made.layout.county).glob("*.html") if "图示" not in each.name)
    written = path.read_text("utf-8")
    changed = written.replace("如下。", f"如下{told}。", 1)
    assert changed != written
    path.write_text(changed, "utf-8")
    return path


def show(office, path, status=200):
    answer = office.get(path)
    assert answer.status_code == status, answer.text
    return html.fromstring(answer.text)


def test_changes_are_shown_then_taken_as_the_console_takes_them(office, whole, tmp_path):
    assert "收进汇总" not in words(show(office, OUTPUTS)) and office.get(f"{TAKINGS}/html").status_code == 404
    edit_page(whole)
    [link] = show(office, OUTPUTS).xpath("//a[contains(@href, '/sum/take/')]")
    before = (whole.root / "county" / "texts.toml").read_bytes()
    tree = show(office, link.get("href"))
    assert "要收的1处" in words(tree) and (whole.root / "county" / "texts.toml").read_bytes() == before
    [form] = tree.xpath("//form[contains(@action, '/sum/take/html')]")
    seen = form.xpath("string(.//input[@name='seen']/@value)")
    answer = office.post(form.get("action"), seen=seen)
    assert answer.status_code == 303 and answer.headers["location"] == f"{office.base}{PAGE}/texts"
    (tmp_path / "console").mkdir()
    other = make_whole(tmp_path / "console")
    CliRunner().invoke(main, ["consolidate", "-C", str(other.root)])
    done = CliRunner().invoke(main, ["consolidate", "--take", str(edit_page(other)), "-C", str(other.root)])
    assert done.exit_code == 0, done.output
    assert (whole.root / "county" / "texts.toml").read_bytes() == (other.root / "county" / "texts.toml").read_bytes()
    assert "又写了一句" in (whole.root / "county" / "texts.toml").read_text("utf-8")
    assert "没有要收的改动" in words(show(office, f"{TAKINGS}/html")), "once"
    with stores.opened(whole) as store:
        assert [event[2] for event in store.read_events()].count("take") == 1


def test_what_was_changed_after_it_was_shown_is_shown_again(office, whole):
    edit_page(whole)
    tree = show(office, f"{TAKINGS}/html")
    seen = tree.xpath("string(//input[@name='seen']/@value)")
    edit_page(whole, "（再写一句）")
    before = (whole.root / "county" / "texts.toml").read_bytes()
    answer = office.post(f"{TAKINGS}/html", seen=seen)
    assert answer.status_code == 409 and "刚才又改过了" in answer.text
    assert (whole.root / "county" / "texts.toml").read_bytes() == before


def test_a_figure_becomes_a_correction_that_waits(office, whole):
    path = next((whole.root / "county").glob("*.docx"))
    from docx import Document

    document = Document(path)
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells if cell.text.isdigit()]
    figure = next(cell for cell in cells if int(cell.text) > 5)
    run = next(run for paragraph in figure.paragraphs for run in paragraph.runs if run.text.strip())
    run.text = str(int(run.text) + 1)
    document.save(path)
    tree = show(office, f"{TAKINGS}/docx")
    assert "收为更正，等写明原因和姓名" in words(tree)
    answer = office.post(f"{TAKINGS}/docx", seen=tree.xpath("string(//input[@name='seen']/@value)"))
    assert answer.status_code == 303 and answer.headers["location"] == office.base + CORRECTIONS
    [correction] = read_corrections(whole, whole.read_roster())
    assert correction.is_waiting and "1条等写明原因和更正人" in words(show(office, CORRECTIONS))


def test_what_is_no_document_of_the_county_is_told(office, whole):
    path = next((whole.root / "county").glob("*.docx"))
    path.write_bytes(b"no document")
    tree = show(office, f"{TAKINGS}/docx")
    assert "没有收" in words(tree) and not tree.xpath("//form[contains(@action, '/sum/take/')]")
    assert str(whole.root) not in tree.text_content()
    for kind in ("submission", "contributions", "pdf", "..%2Fcampaign.toml", "nothing"):
        assert office.get(f"{TAKINGS}/{kind}").status_code == 404, kind


def test_sheets_for_reading_alone_are_not_offered(office, whole):
    path = whole.root / "county" / "contributions.xlsx"
    book = load_workbook(path)
    book.save(path)
    assert "收进汇总" not in words(show(office, OUTPUTS)) and office.get(f"{TAKINGS}/contributions").status_code == 404
