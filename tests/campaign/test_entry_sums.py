"""A form with choices, days and words through a campaign: built, handed in, returned, consolidated on two levels."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

import xltool
from tests.forms.entries import FORM, WRITTEN, make_form, submit
from xltool.campaign.arrivals import tell_differences
from xltool.campaign.consolidate import consolidate_submissions
from xltool.cli import main
from xltool.messages import render
from xltool.model import Agency, Submission
from xltool.periods import Period
from xltool.workbook.layout_plan import make_plan

SPEC = make_form()
ROSTER = (
    "code,name,level,parent\n9910,测试县人民政府,county,\n9911,财政局,department,9910\n9912,水利局,department,9910\n"
)
STATE, DUE = "hazards.fire.state", "hazards.fire.due"


@pytest.fixture(autouse=True)
def _forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "hazard_list.toml").write_text(f'{FORM}\n[published]\nsubjects = ["隐患整改情况"]\n', "utf-8")
    monkeypatch.setenv("XLTOOL_FORMS", str(folder))
    yield


def call(*args: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(map(str, args)))
    assert done.exit_code == code, (args, done.output)
    return done.output


def hand_in(root: Path, code: str, written: dict[str, str], suffix: str = "") -> None:
    [blank] = (root / "outbox").glob(f"{code}_*.xlsx")
    sent = xltool.read(blank.read_bytes()).submission
    assert sent is not None
    filled = replace(submit(SPEC, written=written), agency=sent.agency, serial=sent.serial)
    (root / "inbox" / f"{code}{suffix}.xlsx").write_bytes(xltool.fill(filled))


def list_states(root: Path) -> dict[str, str]:
    return {each["code"]: each["state"] for each in json.loads(call("status", "-C", root, "--json"))["agencies"]}


def test_a_campaign_with_entries(tmp_path: Path) -> None:
    root, roster = tmp_path / "county", tmp_path / "roster.csv"
    roster.write_text(ROSTER, "utf-8")
    call("new", root, "--plain", "--form", "hazard-list", "--year", "2024", "--name", "测试县", "--roster", roster)
    call("build", "-C", root)
    wrong = {**WRITTEN, STATE: "整改了", DUE: "2024-02-30"}
    wrong.pop("rules.office.content")
    hand_in(root, "9910", WRITTEN)
    hand_in(root, "9911", {**WRITTEN, STATE: "整改中"})
    hand_in(root, "9912", wrong)
    call("collect", "-C", root, code=3)
    assert list_states(root) == {"9910": "accepted", "9911": "accepted", "9912": "returned"}
    [returned] = (root / "returned").glob("9912_*.xlsx")
    said = call("check", returned, code=3)
    assert "表一“消防”行“整改情况”栏（C4）填的是“整改了”" in said
    assert "表二有 1 格必填的选项、日期或文字没有填： 表二 B5" in said
    again = xltool.read(returned.read_bytes()).submission
    assert again is not None
    assert again.entries == wrong
    hand_in(root, "9912", {**WRITTEN, STATE: "未整改"}, "改")
    call("collect", "-C", root)
    assert set(list_states(root).values()) == {"accepted"}

    call("consolidate", "-C", root)
    total = xltool.read((root / "county" / "submission.json").read_bytes()).submission
    assert total is not None
    assert total.entries[STATE] == "已整改 1、整改中 1、未整改 1"
    assert total.entries["rules.office.content"] == "是 3"
    assert total.entries[DUE] == WRITTEN[DUE]  # the government's own
    assert total.values == tuple(3 * value for value in submit(SPEC).values if isinstance(value, int))
    [workbook] = (root / "county").glob("*_2024*.xlsx")
    [judged] = xltool.check([xltool.read(workbook.read_bytes())])
    assert judged.submission is not None
    assert (judged.submission.entries, judged.findings) == (total.entries, ())
    made = (root / "county" / "contributions.xlsx").read_bytes()
    beside = openpyxl.load_workbook(io.BytesIO(made))["各单位"]
    rows = {row[0]: row[4:] for row in beside.iter_rows(values_only=True)}
    assert rows[STATE] == ("已整改 1、整改中 1、未整改 1", "已整改", "整改中", "未整改")
    assert rows["hazards.traffic.remark"][1:] == ("等待资金， 预计明年完成",) * 3

    call("export", "-C", root, "-o", tmp_path / "all.csv")
    told = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text("utf-8-sig"))))
    found = {(row["code"], row["cell"]): (row["value"], row["state"], row["content"]) for row in told}
    assert found["9912", STATE] == ("", "filled", "未整改")
    assert found["9911", "hazards.mine.remark"] == ("", "blank", "")
    assert found["9911", "hazards.fire.found"] == ("3", "filled", "")

    hand_in(root, "9911", {**WRITTEN, DUE: "2024-08-01"}, "再")
    call("collect", "-C", root)
    assert set(list_states(root).values()) == {"accepted"}


def make_agency(at: int, written: dict[str, str]) -> Submission:
    return submit(SPEC, written=written, code=f"99{at}", name=f"第{at}单位")


def test_sums_of_sums_add_up_what_was_chosen_and_tell_what_is_left_out() -> None:
    chosen = ["已整改", "整改中", "已整改", "", "未整改", "已整改"]
    agencies = [make_agency(at, {**WRITTEN, STATE: each} if each else {}) for at, each in enumerate(chosen)]
    own = Agency("99", "市", "city")
    halves = [
        replace(
            consolidate_submissions(SPEC, part, own, Period(2024)).total, agency=Agency(name, f"{name}县", "county")
        )
        for name, part in (("1", agencies[:3]), ("2", agencies[3:]))
    ]
    whole = consolidate_submissions(SPEC, agencies, own, Period(2024))
    twice = consolidate_submissions(SPEC, halves, own, Period(2024))
    assert whole.total.entries == twice.total.entries
    assert whole.total.entries[STATE] == "已整改 3、整改中 1、未整改 1"
    assert DUE not in whole.total.entries  # there is no unit of the government's own
    [first, second] = [found for found in whole.findings if found.code == "county.entries"]
    assert DUE in first.keys
    assert STATE not in first.keys
    assert second.keys == ("rules.since.content",)
    assert "并排列在 contributions.xlsx" in render(first, SPEC, make_plan(SPEC).place)
    assert [found for found in twice.findings if found.code == "county.entries"] == []


def test_versions_that_differ_in_entries_differ() -> None:
    old = submit(SPEC)
    new = replace(old, entries={**WRITTEN, STATE: "整改中", DUE: "2024-08-01"})
    assert tell_differences(SPEC, new, old) == (
        "2 格不同（表一 C4 已整改 → 整改中、表一 E4 2024年7月5日 → 2024年8月1日）"
    )
    assert tell_differences(SPEC, old, old) == "各格相同"
