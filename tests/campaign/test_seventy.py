"""Seventy agencies, from a roster as offices have it to the county's signed report, with each trouble once.

A clerk's commands in their order, what each agency did, and what must come of it.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from random import Random

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document

from tests import figures
from tests.campaign.soak import SPEC, Clock
from xltool import api
from xltool.cli import main

LICENSING = "disclosure.licensing.decisions"
PENALTIES = "disclosure.penalties.decisions"
RECEIVED = "applications.received.natural_person"
TOTAL = "applications.received.total"
WHO = ("--by", "王某")
NAMES = [
    "某县人民政府办公室",
    *(f"某县第{at}局" for at in range(1, 50)),
    *(f"第{at}镇人民政府" for at in range(50, 70)),
]


@dataclass
class Year:
    """The office's folder, and what each agency means to report."""

    root: object
    codes: list[str] = field(default_factory=list)
    right: dict[str, dict[str, int]] = field(default_factory=dict)

    def run(self, command, *arguments, code=0):
        with Clock.held():
            done = CliRunner().invoke(main, [command, *map(str, arguments), "-C", str(self.root)])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        assert done.exit_code in ({code} if isinstance(code, int) else code), (command, done.exit_code, done.output)
        return done.output

    def status(self):
        return json.loads(self.run("status", "--json").partition("\n")[0])

    def row(self, at):
        return self.status()["agencies"][at]

    def states(self):
        return [each["state"] for each in self.status()["agencies"]]

    def folder(self, *names):
        return next(path for path in map(self.root.__truediv__, names) if path.exists())

    def fill(self, at, texts=None, explanations=None, stamped=True, **changed):
        """The agency's workbook with its figures; `changed` has other ones by their keys, dots as two underscores."""
        blank = api.read(next(self.folder("下发", "outbox").glob(f"{self.codes[at]}_*.xlsx")).read_bytes()).submission
        values = dict(self.right[at])
        values |= {key.replace("__", "."): value for key, value in changed.items()}
        words = {text.key: f"{NAMES[at]}：已按要求办理。" for text in SPEC.texts if text.required}
        filled = replace(
            blank, values=figures.aligned(SPEC, values), texts=words | (texts or {}), explanations=explanations or {}
        )
        return api.fill(filled if stamped else replace(filled, serial=""))

    def put(self, name, data, day=date(2025, 1, 15)):
        path = self.folder("收件", "inbox") / name
        path.write_bytes(data)
        noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC).timestamp()
        os.utime(path, (noon, noon))


def write_roster(path, names=tuple(NAMES)):
    """As an office keeps it: a title, numbers of order, other words in the head, no codes, levels in Chinese."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["某县政府信息公开工作单位名录"])
    sheet.append(["序号", "单位全称", "类别", "上级", "联系人", "手机"])
    for at, name in enumerate(names):
        level = "县级政府" if at == 0 else "部门" if at < 50 else "乡镇"
        sheet.append([at + 1, name, level, NAMES[0] if at else None, "王某", f"0901-{at:07}"])
    book.save(path)


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    place = tmp_path_factory.mktemp("seventy")
    write_roster(place / "名录.xlsx")
    Clock.now = datetime(2025, 1, 6, 8)
    found = Year(place / "某县")
    words = ["--form", SPEC.id, "--year", "2024年", "--name", "某县", "--roster", str(place / "名录.xlsx")]
    CliRunner().invoke(main, ["new", str(found.root), *words, "--deadline", "2025年1月31日"])
    found.run("build")
    found.codes = [each["code"] for each in found.status()["agencies"]]
    found.right = {at: figures.consistent(SPEC, Random(at)) for at in range(70)}
    return found


def _the_roster_is_read_as_it_is(year):
    assert [each["name"] for each in year.status()["agencies"]] == NAMES
    assert year.status()["deadline"] == "2025-01-31" and len(set(year.codes)) == 70
    assert set(year.states()) == {"missing"}


def _fifty_come_as_files_archives_and_mails(year):
    for at in range(20):
        year.put(f"新建表格（{at}）.xlsx", year.fill(at))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for at in range(20, 40):
            archive.writestr(zipfile.ZipInfo(f"{NAMES[at]}.xlsx", (2025, 1, 14, 9, 0, 0)), year.fill(at))
    year.put("各局.zip", buffer.getvalue())
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["Date"] = "上报", "a@example.invalid", "Tue, 14 Jan 2025 09:00:00 +0800"
    mail.set_content("请查收。")
    for at in range(40, 50):
        mail.add_attachment(year.fill(at), maintype="application", subtype="octet-stream", filename=f"{at}.xlsx")
    year.put("转发.eml", bytes(mail), date(2025, 2, 20))
    said = year.run("collect")
    assert "50" in said
    assert year.states()[:50] == ["accepted"] * 50
    assert not any(each["late"] for each in year.status()["agencies"][:50])


def _one_blank_cell_is_open_until_it_is_explained_or_waived(year):
    year.put("50.xlsx", year.fill(50, **{LICENSING: None}))
    year.put("51.xlsx", year.fill(51, explanations={"cell.blank@disclosure": "没有许可事项。"}, **{LICENSING: None}))
    year.run("collect", code={0, 3})
    assert year.row(50)["state"] == "open" and year.row(50)["open"] == 1
    assert year.row(51)["state"] == "accepted"
    year.run("waive", year.codes[50], "cell.blank", "--reason", "无此项业务", *WHO)
    assert (year.row(50)["state"], year.row(50)["waived"]) == ("accepted", 1)
    year.put("50-2.xlsx", year.fill(50, **{LICENSING: None, PENALTIES: None}))
    year.run("collect", code={0, 3})
    assert year.row(50)["state"] == "open"
    year.put("51-2.xlsx", year.fill(51, explanations={"cell.blank@disclosure": "没有许可事项。"},
                                    **{LICENSING: None, PENALTIES: None}))  # fmt: skip
    year.run("collect", code={0, 3})
    assert year.row(51)["state"] == "open"
    for at in (50, 51):
        year.put(f"{at}-3.xlsx", year.fill(at))
    year.run("collect")
    assert year.row(50)["state"] == year.row(51)["state"] == "accepted"


def _an_empty_table_goes_back_and_comes_again(year):
    holes = {cell.key: None for cell in SPEC.cells if cell.table.id == "disputes"}
    year.put("52.xlsx", year.fill(52, **holes))
    year.run("collect", code=3)
    assert year.row(52)["state"] == "returned"
    assert any(year.codes[52] in path.name for path in year.folder("退回", "returned").rglob("*.xlsx"))
    year.put("52-2.xlsx", year.fill(52))
    year.run("collect")
    assert year.row(52)["state"] == "accepted"
    assert not any(year.codes[52] in path.name for path in year.folder("退回", "returned").rglob("*.xlsx"))


def _one_slip_is_one_opinion(year):
    wrong = figures.summed(SPEC, year.right[53] | {RECEIVED: year.right[53][RECEIVED] + 9})
    year.put("53.xlsx", year.fill(53, **wrong))
    year.run("collect", code=3)
    assert year.row(53)["errors"] == 1
    back = openpyxl.load_workbook(next(year.folder("退回", "returned").glob(f"{year.codes[53]}_*.xlsx")))
    said = [str(cell.value) for row in back["退回意见"].iter_rows() for cell in row if cell.value]
    assert any("D6" in each for each in said)
    year.put("53-2.xlsx", year.fill(53))
    year.run("collect")


def _absences(year):
    year.run("absent", year.codes[54], "--into", year.codes[1], "--reason", "机构撤并", *WHO)
    year.put("54.xlsx", year.fill(54))
    assert NAMES[54] in year.run("collect", code={0, 3})
    assert year.row(54)["state"] == "absent" and year.row(54)["versions"] == 1
    year.run("absent", year.codes[55], "--reason", "记错了", *WHO)
    year.run("absent", year.codes[55], "--withdraw", "--reason", "还要报送", *WHO)
    assert year.row(55)["state"] == "missing"
    year.put("55.xlsx", year.fill(55))
    year.run("collect")


def _what_cannot_be_read_is_told_and_urged(year):
    year.put(f"{NAMES[56]}.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000))
    assert NAMES[56] in year.run("collect", code=5)
    assert year.status()["counts"]["unmatched"] == 1
    year.put("56.xlsx", year.fill(56))
    year.run("collect", code={0, 5})
    (year.folder("收件", "inbox") / f"{NAMES[56]}.doc").unlink()


def _two_versions_at_once(year):
    more = {key: year.right[57][key] + 1 for key in (RECEIVED, "applications.granted.natural_person")}
    draft = figures.summed(SPEC, year.right[57] | more)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("定稿.xlsx", (2025, 1, 20, 9, 0, 0)), year.fill(57))
        archive.writestr(zipfile.ZipInfo("初稿.xlsx", (2025, 1, 10, 9, 0, 0)), year.fill(57, **draft))
    year.put("57.zip", buffer.getvalue())
    said = year.run("collect", code={0, 3})
    assert "定稿" in said and "初稿" in said
    assert year.row(57)["versions"] == 2 and "定稿" in year.row(57)["file"]
    year.run("use", year.codes[57], "2", "--reason", "初稿为准", *WHO)
    assert "初稿" in year.row(57)["file"]
    year.run("use", year.codes[57], "1", "--reason", "还是定稿", *WHO)
    assert "定稿" in year.row(57)["file"]


def _late_and_extended(year):
    Clock.now = datetime(2025, 2, 6, 9)
    assert year.row(58)["overdue"] and year.row(59)["overdue"]
    year.run("extend", year.codes[59], "2025年2月10日", "--reason", "受灾", *WHO)
    assert not year.row(59)["overdue"]
    for at in (58, 59):
        year.put(f"{at}.xlsx", year.fill(at), date(2025, 2, 5))
    year.run("collect")
    assert year.row(58)["late"] and not year.row(58)["overdue"]
    assert not year.row(59)["late"]
    year.put("60.xlsx", year.fill(60), date(2025, 2, 5))
    year.run("collect", "--received", "2025/1/30")
    assert not year.row(60)["late"] and year.row(60)["received"].startswith("2025-01-30")


def _a_stamp_taken_off_does_not_beat_a_stamp(year):
    year.put("61.xlsx", year.fill(61))
    year.run("collect")
    year.put("61-2.xlsx", year.fill(61, stamped=False, **{LICENSING: 7}))
    year.run("collect", code={0, 3})
    assert year.row(61)["versions"] == 2 and "61.xlsx" in year.row(61)["file"]


def _a_text_not_written_is_open(year):
    text = next(text for text in SPEC.texts if text.required)
    year.put("62.xlsx", year.fill(62, texts={text.key: ""}))
    year.run("collect", code={0, 3})
    assert year.row(62)["state"] == "open"
    year.put("62-2.xlsx", year.fill(62))
    year.run("collect")
    assert year.row(62)["state"] == "accepted"


def _a_waiver_lapses_and_one_is_withdrawn(year):
    for version, more in enumerate((5, 2)):
        wrong = figures.summed(SPEC, year.right[63] | {RECEIVED: year.right[63][RECEIVED] + more})
        year.put(f"63-{version}.xlsx", year.fill(63, **wrong))
        said = year.run("collect", code=3)
        if not version:
            year.run("waive", year.codes[63], "applications.balance", "--reason", "待查", *WHO)
            assert year.row(63)["state"] == "accepted"
    assert "失效" in said and year.row(63)["state"] == "returned"
    year.run("waive", year.codes[63], "applications.balance", "--reason", "待查", *WHO)
    assert year.row(63)["state"] == "accepted"
    year.run("waive", year.codes[63], "applications.balance", "--withdraw", "--reason", "不能放行", *WHO)
    assert year.row(63)["state"] == "returned"
    year.put("63-3.xlsx", year.fill(63))
    year.run("collect")


def _what_is_owed_is_named_and_comes(year):
    said = year.run("consolidate", code=3)
    assert all(NAMES[at] in said for at in range(64, 70))
    for at in range(64, 70):
        year.put(f"{at}.xlsx", year.fill(at))
    year.run("collect", code={0, 3})
    assert sorted(set(year.states())) == ["absent", "accepted"]


def _consolidated_signed_changed_and_signed_again(year):
    year.run("consolidate")
    county = year.folder("汇总", "county")
    total = api.read((county / "submission.json").read_bytes()).submission
    for key in (TOTAL, LICENSING, "disputes.review.total"):
        assert total.values[SPEC.index[key]] == sum(year.right[at][key] for at in range(70) if at != 54), key
    year.run("sign", *WHO)
    assert "签发" in (told := year.run("status")) and "此后没有变动" in told
    report = next(county.glob("*报告.docx"))
    document = Document(report)
    document.add_paragraph("办公室补写的一段。")
    document.save(report)
    edited = report.read_bytes()
    year.put("3-2.xlsx", year.fill(3, **{LICENSING: year.right[3][LICENSING] + 1}))
    year.right[3][LICENSING] += 1
    year.run("collect")
    said = year.run("consolidate")
    assert report.read_bytes() == edited and len(list(county.glob("*报告*.docx"))) == 2 and "（新）" in said
    assert "此后有变动" in said and "此后有变动" in year.run("status")
    year.run("sign", *WHO)
    assert "签发" in (told := year.run("status")) and "此后没有变动" in told
    year.run("publish", year.codes[1], "--on", "2025年2月6日", *WHO)
    assert year.row(1)["published"] == "2025-02-06"


def _reports_for_everyone_that_counts(year):
    year.run("reports", "--kind", "html")
    assert len(list(year.folder("报告", "reports").rglob("*.html"))) == 69


STEPS = (
    _the_roster_is_read_as_it_is,
    _fifty_come_as_files_archives_and_mails,
    _one_blank_cell_is_open_until_it_is_explained_or_waived,
    _an_empty_table_goes_back_and_comes_again,
    _one_slip_is_one_opinion,
    _absences,
    _what_cannot_be_read_is_told_and_urged,
    _two_versions_at_once,
    _late_and_extended,
    _a_stamp_taken_off_does_not_beat_a_stamp,
    _a_text_not_written_is_open,
    _a_waiver_lapses_and_one_is_withdrawn,
    _what_is_owed_is_named_and_comes,
    _consolidated_signed_changed_and_signed_again,
    _reports_for_everyone_that_counts,
)


def test_seventy_agencies_from_roster_to_report(year):
    """Each step begins where the one before it has ended."""
    for step in STEPS:
        step(year)
