"""A campaign of a form with a table that no report prints: two agencies, the county's sum, its report and pages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import xltool
from tests.forms.unprinted import FORM, submit
from xltool.cli import main
from xltool.forms import catalog
from xltool.forms.layout import UNPRINTED_NOTE
from xltool.model import Value

FIGURES: dict[str, list[Value]] = {"A-01": [75, 3, 4, 5, 151], "A-02": [10, 2, 30, 7, 49]}


def call(*args: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(map(str, args)))
    assert done.exit_code == code, (args, done.output)
    return done.output


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A campaign to which both agencies have returned their workbooks."""
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "review_items.toml").write_text(FORM, "utf-8")
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(folder))
    roster, root = tmp_path / "roster.csv", tmp_path / "county"
    roster.write_text("code,name,level,parent\nA-01,甲县司法局,county,\nA-02,乙镇司法所,township,A-01\n", "utf-8")
    call("new", root, "--plain", "--form", "review-items", "--year", 2024, "--name", "甲县", "--roster", roster)
    call("build", "-C", root)
    for code, figures in FIGURES.items():
        [blank] = (root / "outbox").glob(f"{code}_*.xlsx")
        sent = xltool.read(blank.read_bytes()).submission
        assert sent is not None
        filled = replace(submit(xltool.form("review-items"), figures), agency=sent.agency, serial=sent.serial)
        (root / "inbox" / f"{code}.xlsx").write_bytes(xltool.fill(filled))
    call("collect", "-C", root)
    return root


def test_the_whole_is_summed_and_shares_are_those_of_the_sum(root: Path, tmp_path: Path) -> None:
    states = json.loads(call("status", "-C", root, "--json"))["agencies"]
    assert [each["state"] for each in states] == ["accepted", "accepted"]
    call("consolidate", "-C", root)
    total = json.loads((root / "county" / "submission.json").read_text("utf-8"))
    assert total["values"]["intake.received.count"] == 200
    assert total["values"]["matters.share.penalty"] == 42.5
    assert total["values"]["fields.market.part"] == 6
    assert "unread_tables" not in total
    held = root / "county" / "submission.json"
    for kind in ("docx", "html", "pdf", "txt"):
        report = tmp_path / f"sum.{kind}"
        call("report", held, "-o", report)
        assert "一致" in call("verify", report, "--against", held)
    assert "新受理数 200" not in (tmp_path / "sum.txt").read_text("utf-8")


def test_a_wrong_whole_goes_back_with_its_cell(root: Path) -> None:
    spec = xltool.form("review-items")
    [blank] = (root / "outbox").glob("A-02_*.xlsx")
    sent = xltool.read(blank.read_bytes()).submission
    assert sent is not None
    wrong = replace(submit(spec, [10, 2, 30, 7, 36]), agency=sent.agency, serial=sent.serial)
    (root / "inbox" / "again.xlsx").write_bytes(xltool.fill(wrong))
    call("collect", "-C", root, code=3)
    [state] = [each for each in json.loads(call("status", "-C", root, "--json"))["agencies"] if each["code"] == "A-02"]
    assert (state["state"], state["errors"]) == ("returned", 1)


def test_the_office_page_shows_it_with_the_others_and_says_that_no_report_does(root: Path) -> None:
    from xltool.web.marked_table import mark_table

    spec = xltool.form("review-items")
    notes = {table.id: mark_table(spec, table, submit(spec, FIGURES["A-01"]), {}).table.notes for table in spec.tables}
    assert notes == {"matters": (), "fields": (), "intake": (UNPRINTED_NOTE,)}
