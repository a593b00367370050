"""The workbooks that go back: made in worker processes of what was kept; the same bytes."""

from __future__ import annotations

import io
import os
from collections import Counter

import openpyxl
import pytest

from tests.campaign.test_decisions import BY, FINANCE, HEAD, WATER, Office
from xltool import api
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.mark import mark_workbook


@pytest.fixture
def office(tmp_path):
    """Two of three have errors: one a sum that is wrong, one a word in place of a figure, which stands nowhere else."""
    office = Office(tmp_path)
    spot = make_plan(api.form("ogi-2021")).cells["disclosure.licensing.decisions"]
    book = openpyxl.load_workbook(io.BytesIO(office.fill(WATER, 2)))
    book[spot.sheet][spot.address] = "十来件"
    left = make_plan(api.form("ogi-2021")).cells["disputes.review.upheld"]
    book[left.sheet][left.address] = None
    typed = io.BytesIO()
    book.save(typed)
    office.put("办公室.xlsx", office.fill(HEAD, 1))
    office.put("财政局.xlsx", office.fill(FINANCE, 3, wrong=True))
    office.put("水利局.xlsx", typed.getvalue())
    return office


def read_returned(office):
    return {path.name: path.read_bytes() for path in sorted((office.root / "returned").iterdir())}


def test_what_was_typed_is_told_and_the_bytes_are_the_same_whenever_it_is_made(office):
    assert office.run("collect", "--jobs", 3).exit_code == 3
    first = read_returned(office)
    assert len(first) == 2
    texts = [
        str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(first[next(n for n in first if n[:2] == WATER)]))
        .worksheets[0].iter_rows() for cell in row
    ]  # fmt: skip
    assert any("十来件" in text for text in texts)
    for jobs in (1, 3):
        for path in (office.root / "returned").iterdir():
            path.unlink()
        assert office.run("collect", "--jobs", jobs).output.count("待退回") == 2
        assert read_returned(office) == first


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_a_worker_is_lost_over_costs_its_own_workbook_only(office, monkeypatch, jobs):
    def crash(spec, submission, *rest, **more):
        if submission.agency.code == FINANCE:
            os._exit(1)
        return mark(spec, submission, *rest, **more)

    mark = mark_workbook
    with monkeypatch.context() as patched:
        patched.setattr("xltool.workbook.mark.mark_workbook", crash)
        done = office.run("collect", "--jobs", jobs)
    assert done.exit_code == 1
    assert "共 3 个文件：通过 1，退回 2" in done.output
    assert "某县财政局" in done.stderr and "生成不了" in done.stderr and "以上收下的都已记好" in done.stderr
    assert [name[:2] for name in read_returned(office)] == [WATER]
    assert office.run("collect").output.count("待退回") == 1
    assert [name[:2] for name in read_returned(office)] == [FINANCE, WATER]


def test_neither_the_archive_nor_a_password_is_needed_to_send_back(office):
    office.run("collect")
    first = read_returned(office)
    for folder in ("returned", "inbox", "archive"):
        for path in (office.root / folder).iterdir():
            path.unlink()
    assert office.run("collect").exit_code == 0
    assert read_returned(office) == first


def test_what_is_let_pass_is_told_no_more_and_the_workbook_is_written_anew(office):
    office.run("collect")
    name = next(path.name for path in (office.root / "returned").iterdir() if path.name[:2] == WATER)
    before = count_told(office, WATER)
    done = office.run("waive", WATER, "cell.blank", *BY)
    assert done.exit_code == 0, done.output
    assert [name in line for line in office.run("collect").output.splitlines() if "待退回" in line] == [True]
    assert before == count_told(office, WATER) + Counter(核实=1)


def count_told(office, agency):
    """How many opinions of each grade the sheet 退回意见 of an agency lists."""
    path = next(path for path in (office.root / "returned").iterdir() if path.name[:2] == agency)
    grades = [row[1].value for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=6)]
    return Counter(grade for grade in grades if grade in {"强制", "核实", "提示"})


def test_a_run_for_some_files_only_leaves_what_goes_back_to_others_alone(office):
    office.run("collect")
    [lost] = [path for path in (office.root / "returned").iterdir() if path.name[:2] == WATER]
    lost.unlink()
    office.put("财政局改.xlsx", office.fill(FINANCE, 4))
    done = office.run("collect", "--only", office.root / "inbox" / "财政局改.xlsx")
    assert done.exit_code == 0, done.output
    assert read_returned(office) == {}, "what is settled is cleared, and what is another's is not made"
    assert office.run("collect").output.count("待退回") == 1
    again = office.root / "inbox" / "财政局又错.xlsx"
    again.write_bytes(office.fill(FINANCE, 5, wrong=True))
    assert office.run("collect", "--only", again).output.count("待退回") == 1
    assert [name[:2] for name in read_returned(office)] == [FINANCE, WATER], "what was there stays"
