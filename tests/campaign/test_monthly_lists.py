"""Three months of a monthly form with everything: townships, their county, its city; reports read back and equal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import openpyxl
import pytest
from click.testing import CliRunner

import xltool
from tests import rectify
from tests.web.conftest import open_browser
from tests.web.crawl import crawl
from xltool.cli import main
from xltool.model import ListRow, Submission
from xltool.periods import Period

SPEC = rectify.make_form()
COUNTY = (
    "9910,测试县人民政府,county,",
    "9911,测试县应急管理局,department,9910",
    "9912,测试县东乡人民政府,township,9910",
    "9913,测试县西乡人民政府,township,9910",
)
CITY = ("9900,测试市人民政府,city,", "9910,测试县,county,9900")
WRONG = "9912"
"""Who hands in something wrong every month, and mends it."""


@pytest.fixture(autouse=True)
def _forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLTOOL_FORMS", str(rectify.write_form(tmp_path / "forms")))


def call(*args: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(map(str, args)))
    assert done.exit_code == code, (args, done.output)
    return done.output


def make(root: Path, name: str, lines: Sequence[str], period: Period, prior: Path | None) -> None:
    root.parent.mkdir(parents=True, exist_ok=True)
    roster = root.parent / f"{root.name}.csv"
    roster.write_text("code,name,level,parent\n" + "\n".join(lines), "utf-8")
    before = [] if prior is None else ["--prior", prior]
    given = ("--form", SPEC.id, "--period", period, "--name", name, "--roster", roster)
    call("new", root, "--plain", *given, *before)
    call("build", "-C", root)


def hand_in(root: Path, code: str, month: rectify.Month, period: Period, suffix: str = "") -> Submission:
    """The blank that an agency was sent, filled in, in the folder of what comes."""
    [blank] = (root / "outbox").glob(f"{code}_*.xlsx")
    sent = xltool.read(blank.read_bytes()).submission
    assert sent is not None
    assert (sent.agency.code, Period(sent.year, sent.part)) == (code, period)
    filled = replace(month.submit(SPEC, period, sent.agency), serial=sent.serial)
    (root / "inbox" / f"{code}{suffix}.xlsx").write_bytes(xltool.fill(filled))
    return filled


def spoil(month: rectify.Month) -> rectify.Month:
    """Added up wrongly over the year, a choice that is none, and in the list a day that is none, and a number twice."""
    first, second, *rest = month.lines
    double = ListRow((first.contents[0], "2024-02-30", *second.contents[2:]))
    figures = {**month.figures, "fine.to_date": month.figures["fine.to_date"] + 1}
    return rectify.Month(figures, {**month.entries, "level": "高"}, (first, double, *rest))


def list_told(path: Path) -> list[str]:
    """What the sheet 退回意见 of a workbook that goes back says."""
    with closing(openpyxl.load_workbook(path, read_only=True)) as book:
        rows = list(book["退回意见"].iter_rows(values_only=True))
    return [str(cell) for row in rows for cell in row if cell is not None]


def list_states(root: Path) -> dict[str, str]:
    return {each["code"]: each["state"] for each in json.loads(call("status", "-C", root, "--json"))["agencies"]}


def read_sum(root: Path) -> Submission:
    found = xltool.read((root / "county" / "submission.json").read_bytes()).submission
    assert found is not None
    return found


def hold_reports(folder: Path, held: Sequence[Submission], kinds: Sequence[str]) -> None:
    """Each report of each kind that lies in a folder, read back: nothing of it is other than what is held."""
    for submission in held:
        for kind in kinds:
            [path] = folder.glob(f"{submission.agency.name}*.{kind}")
            reading = xltool.verify(path.read_bytes(), submission)
            assert reading.findings == (), (path.name, [xltool.message(each, SPEC) for each in reading.findings])
            assert reading.submission is not None
            assert reading.submission.lists == submission.lists
            assert reading.submission.values == submission.values
            assert reading.submission.entries == submission.entries


def test_three_months_of_a_county_and_its_city(tmp_path: Path) -> None:
    offices = {line.split(",")[0]: rectify.Office(Random(line)) for line in COUNTY}
    city_office = rectify.Office(Random("city"))
    before: Period | None = None
    for period in rectify.MONTHS:
        root, city = (tmp_path / str(period) / name for name in ("county", "city"))
        prior, city_prior = (None if before is None else tmp_path / str(before) / name for name in ("county", "city"))
        make(root, "测试县", COUNTY, period, prior)
        months = {code: office.count(period) for code, office in offices.items()}
        held = {code: hand_in(root, code, month, period) for code, month in months.items() if code != WRONG}
        hand_in(root, WRONG, spoil(months[WRONG]), period)
        call("collect", "-C", root, code=3)
        assert list_states(root) == dict.fromkeys(offices, "accepted") | {WRONG: "returned"}
        [returned] = (root / "returned").glob(f"{WRONG}_*.xlsx")
        said = "".join(list_told(returned))
        for told in ("“查出日期”栏有 1 行填的不对", "“隐患编号”栏每行应不同", "“风险等级”行“内容”栏（B5）填的是“高”"):
            assert told in said, said
        assert ("本年累计应等于上月累计加本月" in said) is (before is not None or period.opens_year)
        held[WRONG] = hand_in(root, WRONG, months[WRONG], period, "改")
        call("collect", "-C", root)
        assert set(list_states(root).values()) == {"accepted"}
        held = {code: held[code] for code in offices}
        (root / "county" / "texts.toml").write_text('problems = "本月查出{work.total.now}项。"\n', "utf-8")
        call("consolidate", "-C", root)
        with open_browser(root) as browser:
            pages = crawl(browser, [*offices])
        assert len(pages) > 15
        assert any("隐患编号" in said and "2023-12-001" in said for said in pages.values()) is (before is None)
        said = call("reports", "-C", root, "--kind", "docx", "--kind", "html", "--kind", "pdf")
        assert "数据不一致" not in said
        hold_reports(root / "reports", [*held.values()], ("docx", "html", "pdf"))
        total = read_sum(root)
        hold_sum(total, [*held.values()])
        for kind in ("docx", "html", "pdf"):
            reading = xltool.verify(xltool.report(total, kind), total)
            assert reading.findings == ()
        for path in (root / "county").glob("*月安全*.*"):
            if path.suffix in {".docx", ".html"}:
                assert xltool.verify(path.read_bytes(), total).findings == ()

        make(city, "测试市", CITY, period, city_prior)
        own = hand_in(city, "9900", city_office.count(period), period)
        (city / "inbox" / "县.json").write_bytes((root / "county" / "submission.json").read_bytes())
        call("collect", "-C", city)
        assert set(list_states(city).values()) == {"accepted"}, call("status", "-C", city, "--all")
        (city / "county" / "texts.toml").write_text('problems = "已写明。"\n', "utf-8")
        call("consolidate", "-C", city)
        whole = read_sum(city)
        hold_sum(whole, [own, *held.values()])
        names = [line.agency for line in whole.lists["hazards"]]
        assert names[: len(own.lists["hazards"])] == ["测试市人民政府"] * len(own.lists["hazards"])
        assert {name.partition(" / ")[0] for name in names} == {"测试市人民政府", total.agency.name}
        assert {name.partition(" / ")[2] for name in names} == {"", *(each.agency.name for each in held.values())}
        before = period


def hold_sum(total: Submission, parts: Sequence[Submission]) -> None:
    """The sum is that of what the agencies mean to report, by other means; rates are those of the sum."""
    at = {cell.key: place for place, cell in enumerate(SPEC.cells)}
    for row in (*rectify.SUMMED, "total"):
        for column in ("now", "to_date"):
            place = at[f"work.{row}.{column}"]
            assert total.values[place] == sum(each.values[place] for each in parts)  # type: ignore[misc]
    levels = [each.entries["duty.level.content"] for each in parts]
    counted = [f"{level} {levels.count(level)}" for level in rectify.LEVELS if level in levels]
    assert total.entries["duty.level.content"] == "、".join(counted)
    lines = [line.contents for each in parts for line in each.lists["hazards"]]
    assert [line.contents for line in total.lists["hazards"]] == lines
