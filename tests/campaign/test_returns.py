"""The workbooks that go back: made in worker processes of what this run has read, or of the archive; the same bytes."""

from __future__ import annotations

import io
import os

import openpyxl
import pytest

from tests.campaign.test_decisions import FINANCE, HEAD, WATER, Office
from xltool import api
from xltool.campaign import returns
from xltool.workbook.layout_plan import make_plan


@pytest.fixture
def office(tmp_path):
    """Two of three have errors: one a sum that is wrong, one a word in place of a figure, which stands nowhere else."""
    office = Office(tmp_path)
    spot = make_plan(api.form("ogi-2021")).cells["disclosure.licensing.decisions"]
    book = openpyxl.load_workbook(io.BytesIO(office.fill(WATER, 2)))
    book[spot.sheet][spot.address] = "十来件"
    typed = io.BytesIO()
    book.save(typed)
    office.put("办公室.xlsx", office.fill(HEAD, 1))
    office.put("财政局.xlsx", office.fill(FINANCE, 3, wrong=True))
    office.put("水利局.xlsx", typed.getvalue())
    return office


def read_returned(office):
    return {path.name: path.read_bytes() for path in sorted((office.root / "returned").iterdir())}


def test_what_this_run_has_read_is_not_read_again_and_the_bytes_are_the_same(office, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(returns, "read_archived", None)  # the workers are forks: called, it would be told
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

    mark = returns.mark_workbook
    with monkeypatch.context() as patched:
        patched.setattr(returns, "mark_workbook", crash)
        done = office.run("collect", "--jobs", jobs)
    assert done.exit_code == 1
    assert "共 3 个文件：通过 1，退回 2" in done.output
    assert "某县财政局" in done.stderr and "生成不了" in done.stderr and "以上收下的都已记好" in done.stderr
    assert [name[:2] for name in read_returned(office)] == [WATER]
    assert office.run("collect").output.count("待退回") == 1
    assert [name[:2] for name in read_returned(office)] == [FINANCE, WATER]


def test_a_damaged_archive_costs_only_what_must_be_read_from_it(office):
    office.run("collect")
    first = read_returned(office)
    for path in (office.root / "returned").iterdir():
        path.unlink()
    for path in (office.root / "inbox").iterdir():
        path.unlink()
    lost = next(p for p in (office.root / "archive").iterdir() if _agency_of(p) == FINANCE)
    lost.write_bytes(lost.read_bytes()[:-1] + b"x")
    done = office.run("collect")
    assert done.exit_code == 1 and "财政局.xlsx" in done.stderr and "与收到时不同" in done.stderr
    assert list(read_returned(office).items()) == [(n, data) for n, data in first.items() if n[:2] == WATER]


def _agency_of(path):
    return api.read(path.read_bytes()).submission.agency.code
