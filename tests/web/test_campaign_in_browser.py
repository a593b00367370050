"""A whole campaign twice over the same files: once by the console's commands, once in a real browser.

Every step is done by both and must leave them standing alike; at the end both have the same bytes of submission.json.
Needs playwright and Chromium, and for axe-core a folder node_modules (tests/npm.py); skips without them.
"""

from __future__ import annotations

import io
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from random import Random
from urllib.parse import urljoin

import pytest
from click.testing import CliRunner

from tests import figures
from tests.campaign.soak import SPEC, Clock
from tests.campaign.test_seventy import LICENSING, NAMES, PENALTIES, RECEIVED, WHO, Year, write_roster
from tests.web.clerk import CHROMIUM, WAIT, Clerk, Person
from tests.web.conftest import open_browser
from tests.web.doors import OpenedDoor, open_for
from xltool import api
from xltool.campaign.folder import KEY, SETTINGS, load_campaign
from xltool.campaign.layout import SUBMISSION_FILE
from xltool.cli import main

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium")

AGENCIES = NAMES[:16]
TODAY = date.today()  # the commands that pages call know no other day
DEADLINE, EARLY, LATE = (TODAY - timedelta(days) for days in (3, 10, 1))
CELL = "表二 行政许可 本年处理决定数量"
HOLES = {cell.key: None for cell in SPEC.cells if cell.table.id == "disputes"}
NEEDED = next(text.key for text in SPEC.texts if text.required)
BY = {"理由": "核对过原件", "谁定的": "王某"}


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class TimedYear(Year):
    """Commands of the console one after the other, as somebody gives them now."""

    def run(self, command, *arguments, code=0):
        Clock.now = datetime.now()
        return super().run(command, *arguments, code=code)


@dataclass
class Both:
    """The campaign at the console and the campaign in the browser, where the clerk and the agencies are at work."""

    console: Year
    paged: Year
    clerk: Clerk
    door: OpenedDoor
    person: Person

    def wrong(self, at, more):
        """Figures that do not balance."""
        return figures.summed(SPEC, self.console.right[at] | {RECEIVED: self.console.right[at][RECEIVED] + more})

    def take_in(self, files, received=None, by=Clerk.take_in):
        """The files are put into the inbox and collected, and chosen on the page."""
        for name, data in files.items():
            self.console.put(name, data, TODAY)
        said = self.console.run("collect", *(["--received", received] if received else []), code={0, 3, 5})
        told = by(self.clerk, files, received) if received else by(self.clerk, files)
        self.compare()
        return said, told

    def run(self, command, at, *arguments):
        """A command of the console about an agency, as somebody decided."""
        return self.console.run(command, self.console.codes[at], *arguments, "--reason", BY["理由"], *WHO)

    def decide(self, at, opened, button, **labelled):
        """A decision on the page of an agency, by the same person for the same reason."""
        self.clerk.visit(AGENCIES[at])
        self.clerk.open(opened)
        self.clerk.send(button, **labelled, **BY)
        self.compare()

    def compare(self):
        """Both stand alike, but for the moments at which things were done."""
        first, second = self.console.status(), self.paged.status()
        for each in (first, second):
            if each["signed"]:
                each["signed"].pop("at")
        for one, other in zip(first.pop("agencies"), second.pop("agencies"), strict=True):
            assert one == other
        assert first == second

    def state(self, at):
        return self.console.row(at)["state"]

    def find(self, folder, at):
        """A workbook of an agency in a folder at the console."""
        [path] = (self.console.root / folder).glob(f"{self.console.codes[at]}_*.xlsx")
        return path.read_bytes()

    def come(self, at):
        """Somebody of an agency comes to the door by its link."""
        link = self.door.links().locate(self.console.codes[at])
        answer = self.person.window.goto(urljoin(self.door.server.address, f"{link}/"))
        assert answer.status == 200 and self.person.heading() == AGENCIES[at]
        self.person.look()
        return self.person

    def hand_in(self, person, at, name, data):
        """What was tried is handed in; at the console it comes in the inbox."""
        self.console.put(f"{self.console.codes[at]}_{name}", data, TODAY)  # as the door calls it
        self.console.run("collect")
        told = person.confirm()
        self.compare()
        return told

    def consolidate(self, button):
        """Summed by both: the same bytes."""
        self.console.run("consolidate", code={0, 3})
        self.clerk.sum_up(button)
        self.compare()
        first, second = ((year.root / "汇总" / SUBMISSION_FILE).read_bytes() for year in (self.console, self.paged))
        assert first == second

    def sign(self):
        """What was summed is downloaded, and signed by both."""
        self.console.run("sign", *WHO)
        self.clerk.follow_part("成文和签发")
        assert self.clerk.download(SUBMISSION_FILE) == (self.console.root / "汇总" / SUBMISSION_FILE).read_bytes()
        self.clerk.send("签发", 由谁签发="王某")
        assert "王某已签发" in self.clerk.heading()
        self.compare()


def make_year(place):
    """The campaign at the console, and what its agencies mean to report."""
    write_roster(place / "名录.xlsx", AGENCIES)
    year = TimedYear(place / "console" / "某县")
    words = ["--form", SPEC.id, "--year", "2024", "--name", "某县", "--roster", str(place / "名录.xlsx")]
    Clock.now = datetime.now()
    done = CliRunner().invoke(main, ["new", str(year.root), *words, "--deadline", DEADLINE.isoformat()])
    assert done.exit_code == 0, done.output
    year.run("build")
    year.codes = [each["code"] for each in year.status()["agencies"]]
    year.right = {at: figures.consistent(SPEC, Random(at)) for at in range(len(AGENCIES))}
    return year


def begin(clerk, console, folder):
    """The same campaign by the form of the office page, with one key: what agencies send is the same for both."""
    roster = (console.root.parent.parent / "名录.xlsx").read_bytes()
    told = clerk.begin({"名录.xlsx": roster}, 机关或地方="某县", 年度="2024年", 报送截止=DEADLINE.isoformat())
    assert "读到16家" in told
    [settings] = folder.glob(f"*/{SETTINGS}")
    (settings.parent / KEY).write_bytes((console.root / KEY).read_bytes())
    return TimedYear(settings.parent)


@contextmanager
def open_window(chromium, **more):
    """A window of its own; what it complains of fails, but for pages that refuse."""
    context = chromium.new_context(**{"viewport": {"width": 1366, "height": 768}, **more})
    context.set_default_timeout(WAIT)
    window = context.new_page()
    complaints = []
    window.on("console", lambda message: complaints.append(message.text))
    window.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield window
    finally:
        context.close()
    assert [each for each in complaints if "status of 4" not in each] == []


def zipped(**members):
    """An archive with files of the days that their names say: `名称=(day, data)`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, (day, data) in members.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.xlsx", (2025, 1, day, 9, 0, 0)), data)
    return buffer.getvalue()


def forwarded(name, data):
    """A mail with a workbook."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["Date"] = "上报", "a@example.invalid", "Tue, 14 Jan 2025 09:00:00 +0800"
    mail.set_content("请查收。", cte="base64")
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return bytes(mail)


def _workbooks_are_made_and_downloaded(both):
    both.clerk.build()
    for path in (both.console.root / "下发").glob("*.xlsx"):
        assert (both.paged.root / "下发" / path.name).read_bytes() == path.read_bytes(), path.name
    given = both.clerk.download(f"下载{AGENCIES[3]}的工作簿")
    assert given == both.find("下发", 3)


def _what_came_in_time_is_taken_in(both):
    fill, right = both.console.fill, both.console.right
    more = {key: right[9][key] + 1 for key in (RECEIVED, "applications.granted.natural_person")}
    explained = {"cell.blank@disclosure": "没有许可事项。"}
    said, told = both.take_in(
        {
            "各局.zip": zipped(甲=(14, fill(0)), 乙=(14, fill(1))),
            "转发.eml": forwarded("2.xlsx", fill(2, explanations=explained, **{LICENSING: None})),
            "3.xlsx": fill(3, **{LICENSING: None}),
            "4.xlsx": fill(4, **HOLES),
            f"{AGENCIES[8]}.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000),
            "9.zip": zipped(定稿=(20, fill(9)), 初稿=(10, fill(9, **figures.summed(SPEC, right[9] | more)))),
            "12.xlsx": fill(12),
            "13.xlsx": fill(13, **both.wrong(13, 5)),
            "14.xlsx": fill(14, texts={NEEDED: ""}),
        },
        EARLY,
    )
    assert AGENCIES[8] in said and AGENCIES[8] in told
    states = {at: both.state(at) for at in (0, 1, 2, 3, 4, 9, 12, 13, 14)}
    assert states == {
        **dict.fromkeys((0, 1, 2, 9, 12), "accepted"), **dict.fromkeys((3, 14), "open"), 4: "returned", 13: "returned"
    }  # fmt: skip


def _the_clerk_chooses_between_two_versions(both):
    for number in (2, 1):
        both.console.run("use", both.console.codes[9], str(number), "--reason", "核定", *WHO)
        both.clerk.visit(AGENCIES[9])
        both.clerk.follow_part("版本")
        both.clerk.send("按选的这一版算", **{f"用第{number}版": True, "原因": "核定", "谁定的": "王某"})
        assert f"第{number}版算数" in both.clerk.tell()
        both.compare()


def _blank_and_unbalanced_are_let_pass_and_a_word_lapses(both):
    slip = [f"applications.balance@{column}" for column in ("natural_person", "total")]

    def let_pass(at, rules):
        both.run("waive", at, *rules)
        both.decide(at, "经说明放行一条审核结果", "放行第1条")
        assert both.state(at) == "accepted"

    let_pass(3, ["cell.blank"])
    let_pass(13, slip)
    fill = both.console.fill
    both.take_in(
        {"3-2.xlsx": fill(3, **{LICENSING: None, PENALTIES: None}), "13-2.xlsx": fill(13, **both.wrong(13, 2))}
    )
    assert (both.state(3), both.state(13)) == ("open", "returned")
    both.clerk.visit(AGENCIES[13])
    assert "失效" in both.clerk.tell()
    let_pass(13, slip)
    both.run("waive", 13, *slip, "--withdraw")
    both.decide(13, "撤销放行", "撤销放行")
    assert both.state(13) == "returned"


def _absences_and_a_day_more(both):
    both.run("absent", 6, "--into", both.console.codes[1])
    both.decide(6, "记为无需报送", "记为无需报送", 数并入哪个单位=f"{AGENCIES[1]}（{both.console.codes[1]}）")
    both.run("absent", 7)
    both.decide(7, "记为无需报送", "记为无需报送")
    both.run("absent", 7, "--withdraw")
    both.decide(7, "撤销无需报送", "撤销无需报送")
    assert (both.state(6), both.state(7)) == ("absent", "missing")
    later = TODAY + timedelta(days=7)
    both.console.run("extend", both.console.codes[11], later, "--reason", BY["理由"], *WHO)
    both.decide(11, "延长它的报送期限", "延长期限", 延到哪一天=later)
    assert not both.console.row(11)["overdue"]


def _what_comes_after_the_deadline(both):
    fill = both.console.fill
    said, told = both.take_in({f"{at}.xlsx": fill(at) for at in (6, 10, 11)}, LATE)
    assert AGENCIES[6] in said and AGENCIES[6] in told
    assert both.state(6) == "absent" and both.console.row(6)["versions"] == 1
    assert both.console.row(10)["late"] and not both.console.row(11)["late"]
    stamped = "12.xlsx"
    both.take_in({"12-2.xlsx": fill(12, stamped=False, **{LICENSING: 7}), "8.xlsx": fill(8)}, by=Clerk.drop)
    assert both.console.row(12)["versions"] == 2 and both.console.row(12)["file"] == stamped
    both.take_in({"3-3.xlsx": fill(3), "13-3.xlsx": fill(13), "14-2.xlsx": fill(14)})
    assert {both.state(at) for at in (3, 8, 10, 11, 12, 13, 14)} == {"accepted"}


def _agencies_try_and_hand_in_at_the_door(both):
    fill, codes = both.console.fill, both.console.codes
    person = both.come(7)
    blank = person.download(f"取{AGENCIES[7]}2024年度工作簿")
    assert blank == both.find("下发", 7), "the same workbook as at the console"
    assert "可以报送" in person.try_out("年报.xlsx", fill(7)) and both.state(7) == "missing"
    assert "已报送，审核通过" in both.hand_in(person, 7, "年报.xlsx", fill(7))
    person = both.come(5)
    assert "还不能通过：1 条须改" in person.try_out("第5局.xlsx", fill(5, **both.wrong(5, 9)))
    assert api.read(person.download("取标好错处的工作簿")).submission.agency.code == codes[5]
    both.compare()
    assert "可以报送" in person.try_out("第5局.xlsx", fill(5))
    both.hand_in(person, 5, "第5局.xlsx", fill(5))
    person = both.come(4)
    assert "已报送第1版，退回" in person.tell()
    assert person.download("取退回的工作簿") == both.find("退回", 4)
    person.try_out("改好.xlsx", fill(4))
    both.hand_in(person, 4, "改好.xlsx", fill(4))
    assert {both.state(at) for at in (4, 5, 7)} == {"accepted"}


def _what_is_owed_is_named_and_comes_by_keyboard(both):
    assert AGENCIES[15] in both.console.run("consolidate", code=3)
    both.clerk.turn_to("催报")
    assert AGENCIES[15] in both.clerk.tell()
    both.clerk.turn_to("汇总")
    both.clerk.send("汇总14家", status=409)
    assert "没有汇总" in both.clerk.tell() and AGENCIES[15] in both.clerk.tell()
    person = both.come(15)
    data = both.console.fill(15)
    both.console.put(f"{both.console.codes[15]}_补报.xlsx", data, TODAY)
    both.console.run("collect")
    assert "已报送，审核通过" in person.by_keyboard("补报.xlsx", data)
    both.compare()


def _consolidated_corrected_written_and_signed(both):
    both.clerk.turn_to("汇总")
    both.consolidate("汇总15家")
    assert "草稿" in both.clerk.heading()
    words = (f"全年办理行政许可{{{CELL}}}件。", "公开不够及时。", "没有收取信息处理费。")
    both.clerk.follow_part("本级文字")
    written = both.console.root.parent / "text.txt"
    for text, content in zip([text for text in SPEC.texts if text.required], words, strict=True):
        written.write_text(content, "utf-8")
        both.console.run("text", text.label, written, *WHO)
        both.clerk.press(
            both.clerk.window.get_by_role("navigation", name="各段文字").get_by_text(text.label, exact=True)
        )
        both.clerk.send("保存这一段", 这一段怎么写=content, 谁写的="王某")
    both.console.run("correct", CELL, "--change", "-1", "--agency", AGENCIES[1], "--reason", "两个单位都计了", *WHO)
    both.clerk.follow_part("更正")
    noted = {"哪一格": CELL, "增减多少": "-1", "原因": "两个单位都计了", "涉及哪些单位": AGENCIES[1], "更正人": "王某"}
    both.clerk.send("记下这条更正", **noted)
    both.clerk.turn_to("汇总")
    both.consolidate("汇总15家")
    both.sign()


def _changed_after_it_was_signed_and_signed_again(both):
    both.console.right[1][LICENSING] += 1
    both.take_in({"1-2.xlsx": both.console.fill(1)})
    both.clerk.turn_to("汇总")
    assert "又有变动" in both.clerk.heading()
    both.consolidate("汇总15家")
    both.sign()
    both.console.run("publish", both.console.codes[1], "--on", TODAY, *WHO)
    both.clerk.visit(AGENCIES[1])
    both.clerk.open("记下它的报告已经发布")
    both.clerk.send("记下已经发布", 谁记的="王某", 哪一天发布的=TODAY)
    both.compare()
    assert both.console.row(1)["published"] == TODAY.isoformat()
    both.clerk.turn_to("记录")
    assert "签发" in both.clerk.tell()


def _most_come_at_once(both):
    fill = both.console.fill
    both.run("absent", 6)
    both.decide(6, "记为无需报送", "记为无需报送")
    right = {f"{at}.xlsx": fill(at) for at in (0, 1, 2, 8, 9, 10, 11, 12, 13, 14)}
    both.take_in({**right, "3.xlsx": fill(3, **{LICENSING: None}), "4.xlsx": fill(4, **HOLES)}, EARLY)
    both.run("waive", 3, "cell.blank")
    both.decide(3, "经说明放行一条审核结果", "放行第1条")


STEPS = [
    _workbooks_are_made_and_downloaded,
    _what_came_in_time_is_taken_in,
    _the_clerk_chooses_between_two_versions,
    _blank_and_unbalanced_are_let_pass_and_a_word_lapses,
    _absences_and_a_day_more,
    _what_comes_after_the_deadline,
    _agencies_try_and_hand_in_at_the_door,
    _what_is_owed_is_named_and_comes_by_keyboard,
    _consolidated_corrected_written_and_signed,
    _changed_after_it_was_signed_and_signed_again,
]


SHORT = [_workbooks_are_made_and_downloaded, _most_come_at_once, *STEPS[6:]]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_campaign_in_the_browser_ends_as_at_the_console(chromium, tmp_path, scripts):
    """Each step begins where the one before it has ended; the clerk sits at a desk, the agencies have phones."""
    console, folder = make_year(tmp_path), tmp_path / "paged"
    folder.mkdir()
    how = {"java_script_enabled": scripts}
    with open_browser(folder, TODAY) as office, open_window(chromium, **how) as desk:
        desk.goto(office.server.address)
        clerk = Clerk(desk, runs_scripts=scripts)
        paged = begin(clerk, console, folder)
        with open_for(load_campaign(paged.root), TODAY) as door, open_window(chromium, **PHONE, **how) as phone:
            both = Both(console, paged, clerk, door, Person(phone, touches=True, runs_scripts=scripts))
            for step in STEPS if scripts else SHORT:
                step(both)
