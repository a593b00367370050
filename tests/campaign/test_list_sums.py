"""A form with lists through a campaign: built, handed in, returned, consolidated on two levels, reported, exported."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import xltool
from tests.forms.lists import CASES, FORM, STAFF, make_form, submit
from xltool.campaign.arrivals import tell_differences
from xltool.campaign.consolidate import consolidate_submissions
from xltool.campaign.discrepancies import find_discrepancies
from xltool.cli import main
from xltool.forms.spec import parse_spec
from xltool.forms.totals import recompute_totals
from xltool.model import Agency, ListRow, Reading
from xltool.periods import Period
from xltool.rules.judge import judge_readings

SPEC = make_form()
ROSTER = "code,name,level,parent\n9910,测试县人民政府,county,\n9911,财政局,department,9910\n"


@pytest.fixture(autouse=True)
def _forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "permit_cases.toml").write_text(f'{FORM}\n[published]\nsubjects = ["行政许可办件"]\n', "utf-8")
    monkeypatch.setenv("XLTOOL_FORMS", str(folder))
    yield


def call(*args: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(map(str, args)))
    assert done.exit_code == code, (args, done.output)
    return done.output


def hand_in(root: Path, code: str, cases: Any, suffix: str = "") -> None:
    [blank] = (root / "outbox").glob(f"{code}_*.xlsx")
    sent = xltool.read(blank.read_bytes()).submission
    assert sent is not None
    assert sent.lists == {}
    filled = replace(submit(SPEC, cases), agency=sent.agency, serial=sent.serial)
    (root / "inbox" / f"{code}{suffix}.xlsx").write_bytes(xltool.fill(filled))


def test_a_campaign_with_lists(tmp_path: Path) -> None:
    root, roster = tmp_path / "county", tmp_path / "roster.csv"
    roster.write_text(ROSTER, "utf-8")
    call("new", root, "--plain", "--form", "permit-cases", "--year", "2024", "--name", "测试县", "--roster", roster)
    call("build", "-C", root)
    hand_in(root, "9910", CASES)
    hand_in(root, "9911", [CASES[0], (None, *CASES[1][1:])])
    call("collect", "-C", root, code=3)
    said = call("check", root / "inbox" / "9911.xlsx", code=3)
    assert "附表一“办件编号”栏有 1 行没有填：第 2 行" in said
    [returned] = (root / "returned").glob("9911_*.xlsx")
    again = xltool.read(returned.read_bytes()).submission
    assert again is not None
    assert again.lists["cases"][1].contents == (None, *CASES[1][1:])
    hand_in(root, "9911", [CASES[0], ("财〔2024〕9号", *CASES[1][1:])], "改")
    call("collect", "-C", root)

    call("consolidate", "-C", root)
    total = xltool.read((root / "county" / "submission.json").read_bytes()).submission
    assert total is not None
    assert [(line.agency, line.contents[0]) for line in total.lists["cases"]] == [
        *(("测试县人民政府", each[0]) for each in CASES),
        ("财政局", CASES[0][0]),
        ("财政局", "财〔2024〕9号"),
    ]
    [workbook] = (root / "county").glob("*_2024*.xlsx")
    [judged] = xltool.check([xltool.read(workbook.read_bytes())])
    assert judged.submission is not None
    assert (judged.submission.lists, judged.findings) == (total.lists, ())
    pages = [each.read_text("utf-8") for each in (root / "county").glob("*.html")]
    assert sum("财〔2024〕9号" in page for page in pages) == 1

    said = call("reports", "-C", root)
    assert "数据不一致" not in said and "没有读取" not in said
    assert "其中 4 份没有变化" in call("reports", "-C", root)

    call("export", "-C", root, "-o", tmp_path / "all.csv")
    told = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text("utf-8-sig"))))
    found = {(row["code"], row["cell"]): (row["value"], row["unit"], row["state"], row["content"]) for row in told}
    assert found["9911", "cases.1.fee"] == ("12.5", "万元", "filled", "")
    assert found["9911", "cases.2.number"] == ("", "", "filled", "财〔2024〕9号")
    assert found["9910", "cases.3.fee"][2] == "blank"


def test_sums_of_sums_have_every_line_once() -> None:
    agencies = [submit(SPEC, CASES[: at % 3 + 1], code=f"99{at}", name=f"第{at}单位") for at in range(5)]
    own = Agency("99", "市", "city")
    halves = [
        replace(
            consolidate_submissions(SPEC, part, own, Period(2024)).total, agency=Agency(name, f"{name}县", "county")
        )
        for name, part in (("甲", agencies[:3]), ("乙", agencies[3:]))
    ]
    whole = consolidate_submissions(SPEC, agencies, own, Period(2024)).total
    twice = consolidate_submissions(SPEC, halves, own, Period(2024)).total
    assert [line.contents for line in whole.lists["cases"]] == [line.contents for line in twice.lists["cases"]]
    assert [line.agency for line in twice.lists["staff"]][:2] == ["甲县 / 第0单位"] * 2
    assert len(whole.lists["cases"]) == 1 + 2 + 3 + 1 + 2
    assert len(whole.lists["staff"]) == 5 * len(STAFF)


def test_versions_that_differ_in_lines_differ() -> None:
    old = submit(SPEC)
    new = replace(old, lists={**old.lists, "staff": (ListRow(("张三", 13)), *old.lists["staff"][1:])})
    assert "附表二第 1 行“经办件数” 12 → 13" in tell_differences(SPEC, new, old)
    assert tell_differences(SPEC, old, old) == "各格相同"


def test_a_report_prints_lists_and_they_are_read_back() -> None:
    submission = submit(SPEC)
    other = replace(
        submission, lists={**submission.lists, "staff": (ListRow(("张三", 13)), *submission.lists["staff"][1:])}
    )
    for kind in ("docx", "html"):
        report = xltool.report(submission, kind)
        assert xltool.verify(report, submission).findings == ()
        [told] = xltool.verify(report, other).findings
        assert (told.code, told.data["where"]) == ("verify.line", "附表二第 1 行“经办件数”")
    markdown = xltool.report(submission, "md").decode()
    assert "| 1 | 审〔2024〕1号 | 2024年3月5日 | 准予 | 12.5 | 3 | 是 | 当日办结， 邮寄送达 |" in markdown
    assert "| 合计 |  |  |  | 12.5 |  |  |  |" in markdown
    assert json.loads(xltool.report(submission, "json"))["lists"]["staff"][0] == {"name": "张三", "handled": 12}


def test_a_sum_of_more_lines_than_a_sheet_is_read_with_says_so() -> None:
    agencies = [submit(SPEC, [CASES[0]] * 40, code=f"{at}", name=f"第{at}单位") for at in range(50)]
    made = consolidate_submissions(SPEC, agencies, Agency("99", "市", "city"), Period(2024))
    [found] = [each for each in made.findings if each.code == "county.lines"]
    assert (found.data["list"], found.data["count"], len(made.total.lists["cases"])) == ("附表一", 2000, 2000)


def test_rules_over_lists_hold_of_sums_and_are_traced() -> None:
    rules = [
        '[[table.rule]]\nid = "all"\nexpr = "all.number = count(cases)"\ntext = "和"\nbasis = "1号"\ndefines = true\n',
        '[[table.rule]]\nid = "granted"\nexpr = "granted.number = count(cases where result = \'准予\')"\n'
        'text = "准予数应与附表一相同"\nbasis = "1号"\n',
    ]
    total = 'rows = [{ id = "all", label = "办件数", total = true }, { id = "received"'
    text = FORM.replace('rows = [{ id = "received"', total)
    spec = parse_spec(text.replace("[[list]]", "".join(rules) + "[[list]]", 1), "permit_cases.toml")
    given = [
        recompute_totals(spec, replace(submit(spec, CASES[:count], (), str(count), name), values=(None, 3, granted)))
        for count, name, granted in ((1, "甲", 1), (3, "乙", 2))
    ]
    assert [each.values for each in given] == [(1, 3, 1), (3, 3, 2)]
    whole = consolidate_submissions(spec, given, Agency("0", "县", "county"), Period(2024))
    assert whole.total.values == (4, 6, 3)
    assert whole.values.tolist() == [list(each.values) for each in given]
    [judged] = judge_readings(spec, [Reading(whole.total)])
    assert [found.rule for found in judged.findings if found.code == "rule.broken"] == ["whole.granted"]
    [found] = find_discrepancies(spec, whole)
    assert (found.agency.name, found.residual, found.total) == ("乙", 1, 1)
    again = consolidate_submissions(spec, [whole.total], Agency("00", "市", "city"), Period(2024))
    assert again.total.values == whole.total.values
    assert [each.code for each in whole.findings] == []
