"""The figures of a campaign as one table: what stands in it, the same in every kind of file, to the last digit."""

import csv
import io
import sys
from datetime import date
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from tests import figures
from tests.campaign import stores
from xltool.campaign.export import EXPORT_HEADS, EXPORT_KINDS, export_figures, list_figures
from xltool.campaign.roster import Roster
from xltool.campaign.standings import iterate_standings
from xltool.cli import main
from xltool.messages import XltoolError
from xltool.model import NOT_APPLICABLE

SPEC = stores.SPEC
ROSTER = Roster(stores.entries())
OFFICE, EDUCATION, FINANCE = (entry.agency for entry in ROSTER.entries[:3])
FEES = "disclosure.fees.amount"
BLANK, SLASH, COUNT = "disputes.review.upheld", "disclosure.regulations.issued", "applications.received.other"


@pytest.fixture
def campaign(tmp_path):
    """The office accepted with a long amount, a `/` and a blank; finance returned for a broken sum; four missing."""
    made = stores.campaign(tmp_path, ROSTER)
    values = dict.fromkeys(SPEC.index, 0) | stores.FIGURES
    office = values | {FEES: 123456789012345, SLASH: NOT_APPLICABLE, BLANK: None}
    with stores.opened(made) as store:
        for agency, given in ((OFFICE, office), (FINANCE, values | {COUNT: values[COUNT] + 1})):
            stores.take_judged(
                store, figures.submission(SPEC, given, agency), "2025-01-10T09:00:00", f"{agency.code}.xlsx"
            )
    return made


def list_rows(campaign):
    with stores.opened(campaign) as store:
        return list(list_figures(SPEC, store, iterate_standings(campaign, ROSTER, store, date(2025, 1, 20))))


def exported(campaign, kind):
    return b"".join(export_figures(SPEC, iter(list_rows(campaign)), kind))


def read_back(kind, data):
    """Each row as a dictionary of what a program finds in the file; figures as Decimals."""
    if kind == "parquet":
        frame = pd.read_parquet(io.BytesIO(data))
        assert tuple(frame.columns) == EXPORT_HEADS
        return [
            {name: None if pd.isna(cell) else cell for name, cell in row.items()} for row in frame.to_dict("records")
        ]
    if kind == "csv":
        rows = [*csv.reader(io.StringIO(data.decode("utf-8-sig")))]
    else:
        rows = [*openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]
    assert tuple(rows[0]) == EXPORT_HEADS
    found = [dict(zip(EXPORT_HEADS, row, strict=True)) for row in rows[1:]]
    for row in found:
        row["year"] = int(row["year"])
        row["value"] = None if row["value"] in {None, ""} else Decimal(str(row["value"]))
    return found


@pytest.mark.parametrize("kind", EXPORT_KINDS)
def test_every_kind_of_file_holds_the_same_figures(campaign, kind):
    expected = [dict(zip(EXPORT_HEADS, row, strict=True)) for row in list_rows(campaign)]
    assert len(expected) == 2 * len(SPEC.cells)
    found = read_back(kind, exported(campaign, kind))
    assert found == expected


@pytest.mark.parametrize("kind", EXPORT_KINDS)
def test_same_figures_same_bytes(campaign, kind):
    assert exported(campaign, kind) == exported(campaign, kind)


def test_states_of_cells_and_agencies(campaign):
    rows = {(row[0], row[6]): dict(zip(EXPORT_HEADS, row, strict=True)) for row in list_rows(campaign)}
    office = {key: (rows[OFFICE.code, key]["value"], rows[OFFICE.code, key]["state"]) for key in SPEC.index}
    assert office[FEES] == (Decimal("123456789.012345"), "filled")
    assert office[SLASH] == (None, "not_applicable")
    assert office[BLANK] == (None, "blank")
    assert office["applications.received.total"][1] == "total"
    assert {row["standing"] for (code, _), row in rows.items() if code == OFFICE.code} == {"open"}
    assert {row["standing"] for (code, _), row in rows.items() if code == FINANCE.code} == {"returned"}
    assert {code for code, _ in rows} == {OFFICE.code, FINANCE.code}
    assert rows[OFFICE.code, FEES]["unit"] == "万元"


def test_sums_of_the_table_are_sums_of_what_was_reported(campaign):
    frame = pd.read_parquet(io.BytesIO(exported(campaign, "parquet")))
    sums = frame[frame["state"] == "filled"].groupby("cell")["value"].sum()
    assert sums[COUNT] == 2 * stores.FIGURES[COUNT] + 1
    assert sums[FEES] == Decimal("123456789.012345") + Decimal(stores.FIGURES.get(FEES, 0)).scaleb(-6)


def test_nothing_returned_is_no_table(tmp_path):
    made = stores.campaign(tmp_path, ROSTER)
    with pytest.raises(XltoolError, match="还没有单位报送"):
        exported(made, "csv")


def test_without_pyarrow_a_sentence_says_what_to_do(campaign, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(XltoolError, match=r'pip install "xltool\[parquet\]"；或改写 .csv、.xlsx。'):
        exported(campaign, "parquet")


def run(*arguments):
    return CliRunner().invoke(main, ["export", *map(str, arguments)], prog_name="xltool", catch_exceptions=False)


def test_the_command_writes_the_file_that_its_name_says(campaign, tmp_path):
    for kind in EXPORT_KINDS:
        target = tmp_path / f"数据.{kind.upper()}"
        done = run("-C", campaign.root, "-o", target)
        assert done.exit_code == 0
        assert done.stdout == ""
        assert "：待说明的 1 个，退回的 1 个；还没有报送的 4 个，不在表中。" in done.stderr
        assert target.read_bytes() == exported(campaign, kind)


def test_more_than_a_sheet_holds_is_refused_before_anything_is_read(campaign, tmp_path, monkeypatch):
    rows = 2 * len(SPEC.cells)  # two agencies have returned
    monkeypatch.setattr("xltool.campaign.export.MOST_ROWS", rows + 1)
    assert run("-C", campaign.root, "-o", tmp_path / "够.xlsx").exit_code == 0
    monkeypatch.setattr("xltool.campaign.export.MOST_ROWS", rows)
    monkeypatch.setattr("xltool.campaign.store.Store.read_counting", lambda *_: pytest.fail("read"))
    result = CliRunner().invoke(main, ["export", "-C", str(campaign.root), "-o", str(tmp_path / "多.xlsx")])
    assert result.exit_code == 1 and not (tmp_path / "多.xlsx").exists()
    told = f"要导出 2 个单位的数，每个 {len(SPEC.cells)} 格，加上表头共 {rows + 1} 行，一张工作表最多 {rows} 行"
    assert told in result.stderr and ".parquet、.csv 没有这个限制" in result.stderr
    monkeypatch.undo()
    monkeypatch.setattr("xltool.campaign.export.MOST_ROWS", rows)
    assert run("-C", campaign.root, "-o", tmp_path / "多.csv").exit_code == 0


def test_another_ending_is_a_fault_of_usage(campaign, tmp_path):
    done = run("-C", campaign.root, "-o", tmp_path / "数据.sav")
    assert done.exit_code == 2
    assert "导出的文件名应以 .parquet、.csv、.xlsx 之一结尾。" in done.stderr
