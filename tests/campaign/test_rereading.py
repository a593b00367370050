"""`collect --second`: what is taken in, or counts already, is read by openpyxl too, and the outcome is kept."""

from __future__ import annotations

import io
import json
import sqlite3
import sys

import openpyxl
import pytest

from tests.campaign.test_decisions import BY, FINANCE, HEAD, WATER, Office
from tests.reader.test_second import misread
from tests.spreadsheet.test_encryption import locked
from xltool import api
from xltool.campaign.store import Store
from xltool.workbook.layout_plan import make_plan

KEY = "disclosure.licensing.decisions"


@pytest.fixture
def office(tmp_path):
    """One is read alike by both, one otherwise, and one has a word in a cell, which neither takes for a figure."""
    office = Office(tmp_path)
    spot = make_plan(api.form("ogi-2021")).cells[KEY]
    book = openpyxl.load_workbook(io.BytesIO(office.fill(WATER, 3)))
    book[spot.sheet][spot.address] = "十来件"
    typed = io.BytesIO()
    book.save(typed)
    office.put("办公室.xlsx", office.fill(HEAD, 1))
    office.put("财政局.xlsx", misread(KEY, 9, office.fill(FINANCE, 2)))
    office.put("水利局.xlsx", typed.getvalue())
    return office


def outcomes(office):
    told, agencies = office.status()
    return {code: each["second"] for code, each in agencies.items()}, told["second"]


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("later", [False, True])
def test_each_version_is_read_twice_and_what_differs_is_a_finding_of_it(office, later, jobs):
    if later:
        office.run("collect")
        each, counts = outcomes(office)
        assert set(each.values()) == {"none"} and counts == {"same": 0, "differs": 0, "unread": 0, "none": 3}
        assert "重读" not in office.run("status").output
    done = office.run("collect", "--second", "--jobs", jobs)
    assert "用 openpyxl 重读 3 个：数相同 2 个，不同 1 个，它读不了的 0 个。" in done.stderr
    [line] = [line for line in done.stdout.splitlines() if line.startswith("重读")]
    assert "财政局.xlsx" in line and "审核的是 9，重读是 1900-01-09" in line and "改法" in line
    each, counts = outcomes(office)
    assert each == {HEAD: "same", FINANCE: "differs", WATER: "same"}
    assert counts == {"same": 2, "differs": 1, "unread": 0, "none": 0}
    assert office.states() == {HEAD: "accepted", FINANCE: "accepted", WATER: "returned"}
    assert "重读过 3 版（数相同 2，不同 1）" in office.run("status").output
    with_findings = [f["code"] for f in Store(office.root / "campaign.db").counting_of(FINANCE).findings]
    assert with_findings.count("second.differs") == 1
    again = office.run("collect", "--second")
    assert "重读 0 个" in again.stderr and "重读" not in again.stdout
    assert office.run("waive", FINANCE, "second.differs", *BY).exit_code == 0
    done = office.run("consolidate", "--allow-missing")
    assert "计入的 2 版中，用另一个程序库（openpyxl）重读过 2 版（数相同 1，不同 1）" in done.stderr


def test_what_is_no_workbook_counts_as_read_once(office):
    office.run("collect", "--second")
    version = Store(office.root / "campaign.db").counting_of(HEAD)
    document = json.loads(version.submission)
    document["texts"]["overview"] = "另一稿。"
    office.put("办公室.json", json.dumps(document).encode())
    done = office.run("collect", "--second")
    assert "重读 0 个" in done.stderr
    assert outcomes(office)[1] == {"same": 1, "differs": 1, "unread": 0, "none": 1}
    assert "没有重读的 1 版" in office.run("status").output


def test_a_returned_workbook_tells_what_the_second_reading_found_whenever_that_was(office):
    office.put("财政局.xlsx", misread(KEY, 9, office.fill(FINANCE, 2, wrong=True)))
    office.run("collect")
    [path] = (office.root / "returned").glob(f"{FINANCE}_*")
    before = path.read_bytes()
    assert path.name in office.run("collect", "--second").output
    book = openpyxl.load_workbook(path)
    assert any("重读是 1900-01-09" in str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)
    made = path.read_bytes()
    assert made != before
    path.unlink()
    office.run("collect")
    assert path.read_bytes() == made


def test_a_file_that_the_archive_has_lost_costs_its_own_second_reading_only(office):
    office.run("collect")
    version = Store(office.root / "campaign.db").counting_of(HEAD)
    kept = office.root / "inbox" / "办公室.xlsx"
    aside = kept.rename(office.root.parent / "办公室.xlsx")
    (office.root / "archive" / f"{version.sha256}.xlsx").unlink()
    done = office.run("collect", "--second")
    assert done.exit_code == 1
    assert "办公室.xlsx" in done.stderr and "再执行一次 xltool collect --second" in done.stderr
    assert outcomes(office)[0] == {HEAD: "none", FINANCE: "differs", WATER: "same"}
    aside.rename(kept)
    assert "重读 1 个：数相同 1 个" in office.run("collect", "--second").stderr
    assert outcomes(office)[0][HEAD] == "same"


def test_the_outcome_is_under_the_hash_of_its_version(office):
    office.run("collect", "--second")
    with sqlite3.connect(office.root / "campaign.db") as database:
        database.execute("UPDATE version SET second = '[]' WHERE agency = ?", (FINANCE,))
    done = office.run("status")
    assert done.exit_code == 1 and "报送" in done.output


def test_the_outcome_outlives_the_database(office):
    office.run("collect", "--second")
    before = outcomes(office)
    database = office.root / "campaign.db"
    with sqlite3.connect(database) as opened:
        opened.execute("UPDATE file SET name = 'x' WHERE rowid = 1")
    office.run("doctor", "--mend")
    assert outcomes(office) == before


def test_a_second_reading_that_was_cut_short_still_reaches_the_returned_workbook(office, monkeypatch):
    office.put("财政局.xlsx", misread(KEY, 9, office.fill(FINANCE, 2, wrong=True)))
    office.run("collect")
    with monkeypatch.context() as patched:  # killed once the outcome is kept, before anything is sent back
        patched.setattr("xltool.campaign.returns.plan_returns", lambda *_, **_more: sys.exit(9))
        assert office.run("collect", "--second").exit_code == 9
    assert outcomes(office)[0][FINANCE] == "differs"
    assert "待退回" in office.run("collect").output
    [path] = (office.root / "returned").glob(f"{FINANCE}_*")
    book = openpyxl.load_workbook(path)
    assert any("重读是 1900-01-09" in str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)
    assert "待退回" not in office.run("collect").output


def test_what_could_not_be_read_a_second_time_is_tried_again(office):
    office.put("办公室.xlsx", locked("Abc123", office.fill(HEAD, 1)))
    words = office.root / "passwords.txt"
    words.write_text("Abc123\n", "utf-8")
    office.run("collect")
    words.write_text("", "utf-8")
    done = office.run("collect", "--second")
    assert "它读不了的 1 个" in done.stderr and "办公室.xlsx　没有用另一个程序库" in done.stdout
    assert outcomes(office)[0][HEAD] == "unread"
    again = office.run("collect", "--second")
    assert "重读 1 个：数相同 0 个，不同 0 个，它读不了的 1 个" in again.stderr and "重读" not in again.stdout
    words.write_text("Abc123\n", "utf-8")
    assert "重读 1 个：数相同 1 个" in office.run("collect", "--second").stderr
    assert outcomes(office)[0][HEAD] == "same"
    findings = Store(office.root / "campaign.db").counting_of(HEAD).findings
    assert not [each for each in findings if each["code"].startswith("second.")]


def test_a_version_that_is_chosen_later_is_read_twice_then(office):
    office.run("collect", "--second")
    office.put("办公室二.xlsx", office.fill(HEAD, 5))
    office.run("collect")
    assert office.run("use", HEAD, "1", *BY).exit_code == 0
    assert outcomes(office)[0][HEAD] == "same"
    assert "重读 0 个" in office.run("collect", "--second").stderr
    assert office.run("use", HEAD, "2", *BY).exit_code == 0
    assert outcomes(office)[0][HEAD] == "none"
    assert "重读 1 个：数相同 1 个" in office.run("collect", "--second").stderr
