"""What an office mends or decides takes effect: refusals judged again, agencies that left, versions that count."""

from __future__ import annotations

import io
import json
import shutil
from random import Random

import openpyxl
import pytest
from click.testing import CliRunner

from tests.campaign import county
from xltool import api
from xltool.cli import main
from xltool.workbook.layout_plan import make_plan

ROSTER = (
    "单位代码,单位名称,级别,上级代码\n"
    "A0,某县人民政府办公室,county,\nA1,某县财政局,department,A0\nA2,某县水利局,department,A0\n"
)
HEAD, FINANCE, WATER = "A0", "A1", "A2"
BY = ("--reason", "会议决定", "--by", "王某")


class Office:
    """A campaign of three agencies, driven through the commands alone."""

    def __init__(self, root):
        self.root = root / "某县"
        self.figures = {}
        assert self.new(root, ROSTER).exit_code == 0
        assert self.run("build").exit_code == 0

    def new(self, folder, roster, year=2024):
        (folder / "名录.csv").write_text(roster, "utf-8")
        return self._run("new", str(self.root), "--plain", "--form", "ogi-2021", "--year", str(year), "--name", "某县",
                         "--roster", str(folder / "名录.csv"))  # fmt: skip

    def run(self, command, *arguments):
        return self._run(command, *map(str, arguments), "-C", str(self.root))

    @staticmethod
    def _run(*arguments):
        done = CliRunner().invoke(main, list(arguments))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    def status(self):
        told = json.loads(self.run("status", "--json").stdout)
        return told, {each["code"]: each for each in told["agencies"]}

    def states(self):
        return {code: each["state"] for code, each in self.status()[1].items()}

    def read_roster(self, text):
        (self.root / "roster.csv").write_text(text, "utf-8")

    def fill(self, code, seed=1, name=None, stamped=True, wrong=False):
        """A filled workbook: the one that was sent out, or one made from nothing."""
        spec, layout = api.form("ogi-2021"), make_plan(api.form("ogi-2021"))
        values = county.random_inputs(Random(seed))
        if wrong:
            values["applications.received.other"] += 5
        self.figures[code] = values
        if stamped:
            [blank] = (self.root / "outbox").glob(f"{code}_*.xlsx")
            book = openpyxl.load_workbook(blank)
        else:
            listed = dict(line.split(",")[:2] for line in ROSTER.split("\n")[1:-1])
            document = county.document(code, name or listed[code], "department", 2024, values)
            data = api.fill(api.read(json.dumps(document).encode()).submission)
            book = openpyxl.load_workbook(io.BytesIO(data))
        for key, value in values.items():
            spot = layout.cells[key]
            book[spot.sheet][spot.address] = value
        for text in ("overview", "problems", "other_matters"):
            spot = layout.texts[text]
            book[spot.sheet][spot.address] = f"第{seed}稿。"
        if name is not None and stamped:
            for sheet in book.worksheets:
                for row in sheet.iter_rows():
                    for cell in row:
                        if isinstance(cell.value, str) and "某县财政局" in cell.value:
                            cell.value = cell.value.replace("某县财政局", name)
            for prop in book.custom_doc_props.props:
                if prop.value == "某县财政局":
                    prop.value = name
        del spec
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    def put(self, name, data):
        (self.root / "inbox" / name).write_bytes(data)

    def total(self):
        return json.loads((self.root / "county" / "submission.json").read_bytes())["values"][
            "disclosure.licensing.decisions"
        ]

    def all_in(self):
        for at, code in enumerate((HEAD, FINANCE, WATER)):
            self.put(f"{code}.xlsx", self.fill(code, seed=at + 1))
        done = self.run("collect")
        assert set(self.states().values()) == {"accepted"}, done.output


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(made, tmp_path):
    copy = Office.__new__(Office)
    copy.root, copy.figures = tmp_path / "某县", dict(made.figures)
    shutil.copytree(made.root, copy.root)
    return copy


SHORT = "\n".join(ROSTER.split("\n")[:3]) + "\n"
"""The roster without 某县水利局."""


@pytest.mark.parametrize("cleared", [False, True])
def test_a_return_refused_for_the_roster_is_taken_in_when_the_roster_is_mended(office, cleared):
    office.read_roster(SHORT)
    office.put("水利局.xlsx", office.fill(WATER))
    done = office.run("collect")
    assert done.exit_code == 3 and "不在本任务的单位名录里" in done.output
    assert office.status()[0]["counts"]["unmatched"] == 1
    again = office.run("collect")
    assert again.exit_code == 0 and "已收过" in again.output
    office.read_roster(ROSTER)
    if cleared:
        (office.root / "inbox" / "水利局.xlsx").unlink()
    mended = office.run("collect")
    assert "水利局：强制 0 条" in mended.output
    told, agencies = office.status()
    assert (agencies[WATER]["state"], told["counts"]["unmatched"]) == ("accepted", 0)
    assert "水利局：强制" not in office.run("collect").output


def test_a_return_refused_for_the_year_or_the_key_is_taken_in_when_these_are_mended(office):
    settings, key = office.root / "campaign.toml", office.root / "campaign.key"
    right, secret = settings.read_text("utf-8"), key.read_bytes()
    settings.write_text(right.replace("2024", "2023"), "utf-8")
    office.put("a.xlsx", office.fill(FINANCE))
    assert office.run("collect").exit_code == 3
    settings.write_text(right, "utf-8")
    key.write_bytes(bytes(32))
    done = office.run("collect")
    assert done.exit_code == 3 and "不是本任务发给 A1 的" in done.output
    assert office.states()[FINANCE] == "missing"
    key.write_bytes(secret)
    assert office.run("collect").exit_code == 0
    assert office.states()[FINANCE] == "accepted"
    assert office.status()[0]["unmatched"] == []


def test_a_lost_line_of_the_roster_stops_the_sum_until_somebody_says_what_became_of_it(office):
    office.all_in()
    assert office.run("consolidate").exit_code == 0
    whole = office.total()
    office.read_roster(SHORT)
    for arguments in ((), ("--allow-missing",)):
        done = office.run("consolidate", *arguments)
        assert done.exit_code == 3
        assert "A2 某县水利局：已报送，单位名录里没有它了" in done.output
    assert "A2 某县水利局" in office.run("status").output
    assert office.total() == whole
    office.read_roster(ROSTER)
    assert office.run("consolidate").exit_code == 0
    office.read_roster(SHORT)
    assert office.run("absent", WATER, "--into", FINANCE, *BY).exit_code == 0
    assert office.run("consolidate").exit_code == 0
    assert office.total() == whole - office.figures[WATER]["disclosure.licensing.decisions"]
    assert office.run("absent", WATER, "--withdraw", *BY).exit_code == 0
    assert office.run("consolidate").exit_code == 3


def test_a_lost_line_of_an_agency_that_has_only_its_blank_stops_the_sum_too(office):
    for code in (HEAD, FINANCE):
        office.put(f"{code}.xlsx", office.fill(code))
    office.run("collect")
    office.read_roster(SHORT)
    done = office.run("consolidate")
    assert done.exit_code == 3 and "A2" in done.output and "已下发工作簿" in done.output


def test_another_name_under_the_same_code_is_somebody_else_until_it_is_said(office):
    office.all_in()
    office.read_roster(ROSTER.replace("某县水利局", "某县卫生健康委员会"))
    done = office.run("consolidate", "--allow-missing")
    assert done.exit_code == 3
    assert "报送时叫“某县水利局”，单位名录里现在是“某县卫生健康委员会”" in done.output
    assert office.run("use", WATER, 1, *BY).exit_code == 0
    assert office.run("consolidate").exit_code == 0
    office.read_roster(ROSTER.replace("某县水利局", "某县医疗保障局"))
    assert office.run("consolidate").exit_code == 3, "the word was on another name"


def test_spaces_and_width_make_no_other_name(office):
    office.all_in()
    office.read_roster(ROSTER.replace("某县水利局", "某县 水利局　"))
    assert office.run("consolidate").exit_code == 0


def test_an_agency_that_need_not_report(office):
    for code in (HEAD, FINANCE):
        office.put(f"{code}.xlsx", office.fill(code))
    office.run("collect")
    assert office.run("consolidate").exit_code == 3
    done = office.run("absent", "某县水利局", *BY)
    assert done.exit_code == 0
    told, agencies = office.status()
    assert (agencies[WATER]["state"], told["counts"]["absent"], told["counts"]["missing"]) == ("absent", 1, 0)
    done = office.run("consolidate")
    assert done.exit_code == 0 and "无需报送：会议决定（王某）" in done.output
    office.put("迟来.xlsx", office.fill(WATER))
    done = office.run("collect")
    assert done.exit_code == 3 and "不计入" in done.output
    assert (office.states()[WATER], office.status()[1][WATER]["versions"]) == ("absent", 1)
    assert office.run("absent", WATER, "--withdraw", *BY).exit_code == 0
    assert office.states()[WATER] == "missing", "the return was put aside: somebody must say that it counts"
    assert office.run("use", WATER, 1, *BY).exit_code == 0
    assert office.states()[WATER] == "accepted"


def test_what_cannot_be_said_of_an_absence(office):
    assert "并入它自己" in office.run("absent", WATER, "--into", WATER, *BY).output
    assert "没有“A9”" in office.run("absent", "A9", *BY).output
    assert "不用撤销" in office.run("absent", WATER, "--withdraw", *BY).output
    assert office.run("absent", WATER, "--reason", " ", "--by", "王某").exit_code == 2


def test_a_workbook_without_a_stamp_does_not_replace_one_with_a_stamp(office):
    office.put("a.xlsx", office.fill(FINANCE, seed=1))
    office.run("collect")
    office.put("b.xlsx", office.fill(FINANCE, seed=2, stamped=False))
    done = office.run("collect")
    assert done.exit_code == 3 and "没有下发编号" in done.output and "xltool use A1 2" in done.output
    agencies = office.status()[1]
    assert (agencies[FINANCE]["versions"], agencies[FINANCE]["file"]) == (2, "a.xlsx")
    assert office.run("use", FINANCE, 2, *BY).exit_code == 0
    assert office.status()[1][FINANCE]["file"] == "b.xlsx"
    office.put("c.xlsx", office.fill(FINANCE, seed=3))
    done = office.run("collect")
    assert "原来采用第 2 版的决定（王某）不再有效" in done.output
    assert office.status()[1][FINANCE]["file"] == "c.xlsx"


def test_without_any_stamped_version_one_without_is_taken_and_told(office):
    office.put("b.xlsx", office.fill(FINANCE, stamped=False))
    assert office.run("collect").exit_code == 0
    agency = office.status()[1][FINANCE]
    assert (agency["state"], agency["warnings"]) == ("accepted", 1)


def test_the_name_of_another_agency_is_put_aside(office):
    office.put("a.xlsx", office.fill(FINANCE, name="某县水利局"))
    done = office.run("collect")
    assert done.exit_code == 3 and "两个单位的" in done.output
    assert office.states() == {HEAD: "missing", FINANCE: "missing", WATER: "missing"}
    assert office.status()[1][FINANCE]["versions"] == 1
    assert office.run("use", FINANCE, 1, *BY).exit_code == 0  # what the message advises
    agency = office.status()[1][FINANCE]
    assert (agency["state"], agency["errors"], agency["waived"]) == ("accepted", 0, 1)
    assert office.run("consolidate", "--allow-missing").exit_code == 0


def test_names_that_the_roster_had_mixed_up_are_no_fault_of_returns_once_it_is_mended(office):
    mixed = ROSTER.replace("某县财政局", "某").replace("某县水利局", "某县财政局").replace("某,", "某县水利局,")
    office.read_roster(mixed)
    office.put("a.xlsx", office.fill(FINANCE))
    assert office.run("collect").exit_code == 3
    assert office.run("use", FINANCE, 1, *BY).exit_code == 0
    office.read_roster(ROSTER)
    agency = office.status()[1][FINANCE]
    assert (agency["state"], agency["errors"], agency["waived"]) == ("accepted", 0, 0)


def test_which_version_counts_and_none(office):
    office.put("a.xlsx", office.fill(FINANCE, seed=1))
    office.run("collect")
    office.put("b.xlsx", office.fill(FINANCE, seed=2, wrong=True))
    office.run("collect")
    assert office.states()[FINANCE] == "returned"
    assert office.run("use", FINANCE, 1, *BY).exit_code == 0
    assert (office.states()[FINANCE], office.status()[1][FINANCE]["file"]) == ("accepted", "a.xlsx")
    assert office.run("collect").exit_code == 0
    assert not list((office.root / "returned").glob("A1*")), "nothing is to be mended in a version that does not count"
    assert office.run("use", FINANCE, "none", *BY).exit_code == 0
    assert office.states()[FINANCE] == "missing"
    for wrong in ("3", "0", "x", "第三版"):
        done = office.run("use", FINANCE, wrong, *BY)
        assert done.exit_code == 1 and f"没有“{wrong}”这一版；现有第 1、2 版" in done.output
    assert "还没有报送" in office.run("use", WATER, 1, *BY).output
