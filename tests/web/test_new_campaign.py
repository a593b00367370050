"""A new campaign in one form: its roster seen as read first, faults beside their fields, and what comes of it."""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import lxml.html
import pytest

from tests import documents
from tests.published.reports import report
from tests.web.conftest import open_browser
from xltool import api
from xltool.campaign import folder, priors
from xltool.campaign.names import campaign_name
from xltool.forms import catalog
from xltool.model import Agency
from xltool.periods import Period
from xltool.web.drafts import DRAFT_SECONDS, MOST_DRAFTS, Draft, Drafts
from xltool.web.new_campaign import NewForm

RIGHT = "单位代码,单位名称,级别,联系人\n99-1,样例局,部门,李某\n99-2,另一局,县直部门,\n99-3,沙枣镇,乡镇,\n"
WRONG = "单位代码,单位名称,级别,邮箱\n99-1,样例局,部门,\n99-1,另一<b>局,部门,\n99-3,沙枣镇,镇镇,x\n"
[FORM] = documents.pick_blocks((catalog.data_folder("workbook_templates") / "README.md").read_text("utf-8"), "toml")
FIELDS = {"name": "样例县", "year": "2024年", "deadline": "2025年1月15日"}


class Form:
    """The page with the form, as somebody fills it in who has neither script nor mouse."""

    def __init__(self, browser):
        self.browser = browser
        self.page = browser.client.get("/new")

    @property
    def token(self):
        return self.browser.site.keys.token

    @property
    def hidden(self):
        fields = lxml.html.fromstring(self.page.text).xpath("//form[@class='begin']//input[@type='hidden']")
        return {each.get("name"): each.get("value") for each in fields}

    def send(self, address="/new", files=(), **fields):
        """Sends the form, the hidden fields first; the page that answers is the form from then on."""
        parts = [("token", (None, self.token))]
        given = {**self.hidden, **FIELDS, **fields}
        parts += [(name, (None, value)) for name, value in given.items() if name != "token"]
        parts += [(name, (told, data)) for name, told, data in files]
        self.page = self.browser.client.post(address, files=parts, headers={"Origin": self.browser.server.root})
        return self.page

    def read(self, xpath):
        return [" ".join(each.text_content().split()) for each in lxml.html.fromstring(self.page.text).xpath(xpath)]

    @property
    def faults(self):
        return self.read("//*[@class='fault']")


@pytest.fixture
def office(tmp_path):
    place = tmp_path / "办公"
    place.mkdir()
    return place


@pytest.fixture
def form(office, tmp_path, monkeypatch):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    with open_browser(office) as browser:
        yield Form(browser)
    assert list((tmp_path / "tmp").iterdir()) == [], "nothing is left behind"


def roster(text=RIGHT, told="名录.csv"):
    return ("roster", told, text.encode())


def load(form):
    """The campaign to which an answer leads, and the page itself."""
    assert form.page.status_code == 303, form.faults
    address = form.page.headers["location"]
    served = form.browser.site.find_served(address.split("/")[2])
    return folder.load_campaign(served.root), form.browser.client.get(address)


def test_the_form_offers_the_forms_and_the_year_that_is_due(form):
    assert form.page.status_code == 200
    assert form.read("//select[@name='form']/option") == [
        "按年度定",
        "政府信息公开工作年度报告，2021年度起（国办公开办函〔2021〕30号）",
        "政府信息公开工作年度报告，2019至2020年度（国办公开办函〔2019〕60号）",
        "行政执法统计年报，2024年度起（国办发〔2018〕118号）",
        "安全生产事故隐患排查治理情况统计表，2024年度起（国家安全生产监督管理总局令第16号）",
        "政府信息公开申请办理台账，2019年度起（国务院令第711号）",
        "政府网站工作年度报表，2017年度起（国办函〔2018〕12号）",
    ]
    rules = lxml.html.fromstring(form.browser.client.get("/check/rules").text)
    offered = rules.xpath("//select[@name='form']/option")
    assert [each.text for each in offered] == form.read("//select[@name='form']/option")[1:], "one order everywhere"
    assert 'name="year" value="2024年"' in form.page.text, "it is February 2025"


def test_the_roster_is_seen_as_it_is_read_before_anything_is_made(form, office):
    page = form.send("/new/roster", [roster()])
    assert page.status_code == 200 and "名录读到3家，可以建立" in page.text
    rows = form.read("//table//tbody/tr")
    assert len(rows) == 3 and "第2行99-1样例局部门李某" in rows[0].replace(" ", "")
    assert "县级及以下部门2" in page.text and "乡镇政府1" in page.text
    assert 'value="样例县"' in page.text and 'value="2025年1月15日"' in page.text, "what was typed stays"
    assert list(office.iterdir()) == []
    form.send()
    made, board = load(form)
    assert (made.name, made.year, str(made.deadline), made.form) == ("样例县", 2024, "2025-01-15", "ogi-2021")
    assert made.root == office.resolve() / "样例县2024年度" and made.has_desk
    assert [entry.agency.name for entry in made.read_roster().entries] == ["样例局", "另一局", "沙枣镇"]
    assert board.status_code == 200 and "样例县 2024年度" in board.text
    assert "样例县 2024年度" in form.browser.client.get("/campaigns").text


def test_faults_of_the_roster_stand_by_line_and_column_and_nothing_is_made(form, office):
    for address in ("/new/roster", "/new"):
        page = form.send(address, [roster(WRONG, "坏<i>.csv")])
        assert page.status_code == 422 and "名录读到3家，要改3处" in page.text
        assert "<b>局" not in page.text and "<i>" not in page.text
        rows = lxml.html.fromstring(page.text).xpath("//table[caption='要改的行']//tbody/tr")
        told = [(row[0].text_content(), row.xpath("td[@class='wrong']"), row[-1].text_content()) for row in rows]
        assert [place for place, _, _ in told] == ["第3行", "第4行"]
        assert [cell.text_content() for cell in told[0][1]] == ["99-1"] and "与第 2 行重复" in told[0][2]
        assert [cell.text_content() for cell in told[1][1]] == ["镇镇", "x"]
        assert "级别“镇镇”认不出" in told[1][2] and "不像邮箱地址" in told[1][2]
    assert list(office.iterdir()) == []
    assert form.send("/new", [roster()]).status_code == 303, "another file takes the place of the first"


def test_a_file_that_is_no_roster_is_told(form, office):
    for data in ("", "标题\n\n", "\0\0\0"):
        page = form.send("/new/roster", [roster(data)])
        assert page.status_code == 422 and any(fault for fault in form.faults), data
    assert form.send("/new/roster").status_code == 422 and list(office.iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"name": ""}, "name", "机关或地方的名称"),
        ({"name": "甲\u200b"}, "name", "机关或地方的名称"),
        ({"year": "去年"}, "year", "写报告年度"),
        ({"year": "20244"}, "year", "写报告年度"),
        ({"year": "2003"}, "form", "没有用于2003年度的表样"),
        ({"year": "2020", "form": "ogi-2021"}, "form", "2019至2020年度"),
        ({"form": "没有这种"}, "form", "2021年度起"),
        ({"deadline": "2025年2月30日"}, "deadline", "“2025年2月30日”不是日期"),
    ],
)
def test_what_is_wrong_with_a_field(fields, name, words):
    form = NewForm(**{**FIELDS, **fields})
    form.check_fields()
    assert form.faults.keys() == {name} and words in form.faults[name]


def test_of_several_forms_of_a_year_the_usual_one_is_meant_unless_another_is_chosen(tmp_path, monkeypatch):
    def find(**fields):
        form = NewForm(**FIELDS, **fields)
        spec = form.find_spec()
        return spec and spec.id

    assert [find(), find(form="enforcement-2024"), find(form="ogi-2019")] == ["ogi-2021", "enforcement-2024", None]
    own = FORM.replace("media-check", "media-year").replace('period = "quarter"', "usual = true")
    (tmp_path / "media_year.toml").write_text(own, "utf-8")
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(tmp_path))
    assert [find(), find(form="media-year")] == [None, "media-year"], "two usual ones: the page asks which"
    form = NewForm(**FIELDS)
    form.check_fields()
    assert "请选一种" in form.faults["form"] and "政务新媒体季度检查表" in form.faults["form"]


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(form, office):
    given = {"name": "", "year": "去年<b>", "deadline": "下月"}
    page = form.send("/new", [roster()], **given)
    assert page.status_code == 422 and "<b>" not in page.text
    found = lxml.html.fromstring(page.text)
    for name, typed in given.items():
        [field] = found.xpath(f"//*[@id='{name}']")
        assert field.get("aria-invalid") == "true" and f"{name}-fault" in field.get("aria-describedby")
        assert field.get("value") == typed and found.xpath(f"//p[@id='{name}-fault']")
    assert list(office.iterdir()) == []
    assert form.send("/new").status_code == 303, "the roster is still there"


def test_the_older_form_is_taken_for_its_years(form):
    form.send("/new", [roster()], year="2020")
    assert load(form)[0].form == "ogi-2019"


@pytest.mark.parametrize("name", ["../../etc", "a/b\\c:d", "CON", ".", "甲" * 60, "<b>县</b>", "-h", "///"])
def test_no_name_leads_out_of_the_folder_or_is_refused_by_a_system(name):
    told = campaign_name(name, Period(2024), 2)
    assert not re.search(r'[<>:"/\\|?*]', told) and len(told.encode()) <= 200 and told.endswith("2024年度 (2)")
    assert not told.startswith(".")


def test_a_name_that_would_lead_elsewhere(form, office):
    form.send("/new", [roster()], name="-h/../../<b>县")
    made, _ = load(form)
    assert made.root.parent == office.resolve() and made.name == "-h/../../<b>县"
    assert [path.name for path in office.iterdir()] == [made.root.name]


def test_one_that_is_there_is_never_written_over(form, office):
    (office / "样例县2024年度").mkdir()
    (office / "样例县2024年度" / "我的.txt").write_text("x", "utf-8")
    form.send("/new", [roster()])
    first, _ = load(form)
    assert first.root.name == "样例县2024年度 (2)"
    form = Form(form.browser)
    form.send("/new", [roster(RIGHT + "99-4,再一局,部门,\n")])
    assert load(form)[0].root.name == "样例县2024年度 (3)"
    assert [path.name for path in (office / "样例县2024年度").iterdir()] == ["我的.txt"]


def test_the_same_form_sent_twice_makes_one_campaign(form, office):
    form.send("/new/roster", [roster()])
    sent = form.page
    form.send()
    first = form.page.headers["location"]
    form.page = sent
    form.send()
    assert form.page.headers["location"] == first and len(list(office.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_told(form, office):
    shutil.rmtree(office)
    office.write_text("x", "utf-8")
    page = form.send("/new", [roster()])
    assert page.status_code == 422 and "建不了文件夹" in "".join(form.faults)
    office.unlink()


def last_report(name, kind="html", year=2023):
    submission = replace(report(3), agency=Agency("x", name, "department"), year=year)
    return api.report(submission, kind)


def read_last_year(made):
    return priors.gather_last_year(folder.resolve_paths(made, made.prior), made.period, made.read_roster())


def test_published_reports_of_last_year_are_kept_with_the_campaign(form):
    files = [
        ("prior", f"{name}.{kind}", last_report(name, kind)) for name, kind in (("样例局", "docx"), ("另一局", "html"))
    ]
    form.send("/new/roster", [roster(), files[0]])
    assert "样例局.docx" in form.page.text
    form.send("/new", files[1:])
    made, _ = load(form)
    assert made.prior == ("上年",) and {path.name for path in (made.root / "上年").iterdir()} == {
        "样例局.docx",
        "另一局.html",
    }
    assert read_last_year(made).keys() == {"99-1", "99-2"}


def test_last_year_s_files_of_another_year_are_told_beside_them(form, office):
    page = form.send("/new", [roster(), ("prior", "样例局.html", last_report("样例局", year=2021))])
    assert page.status_code == 422 and list(office.iterdir()) == []
    [fault] = lxml.html.fromstring(page.text).xpath("//p[@id='prior-fault']")
    assert "2021 年度的，上年应为 2023 年度" in fault.text_content() and "xltool-draft" not in fault.text_content()


def test_last_year_s_campaign_is_chosen_among_those_that_are_known(form, office):
    form.send("/new", [roster(), ("prior", "样例局.html", last_report("样例局", year=2022))], year="2023", deadline="")
    last, _ = load(form)
    (last.root / "收件" / "样例局.json").write_bytes(
        api.dump(replace(report(3), agency=Agency("99-1", "样例局", "department"), year=2023))
    )
    collect = form.browser.client.post(form.page.headers["location"] + "take-in/collect", data={"token": form.token})
    assert collect.status_code == 303
    served = form.browser.site.find_served(form.page.headers["location"].split("/")[2])
    for _ in range(600):
        if not served.collection.is_running:
            break
        time.sleep(0.1)
    assert served.collection.progress == "ended"
    form = Form(form.browser)
    assert form.read("//select[@name='last']/option") == ["不用", "样例县 2023年度"]
    assert form.read("//select[@name='last']/option[@selected]") == ["样例县 2023年度"], "it is offered"
    form.send("/new", [roster()], last=served.name)
    made, _ = load(form)
    shutil.rmtree(last.root)
    assert read_last_year(made).keys() == {"99-1"}


def test_the_folder_of_last_year_s_campaign_is_sent_whole(form, office, tmp_path):
    old = tmp_path / "old" / "去年"
    made = folder.Campaign(old, "ogi-2021", 2023, "样例县")
    listed = folder.parse_roster(RIGHT.encode())
    folder.create_campaign(made, listed, listed.to_csv())
    document = api.dump(replace(report(3), agency=Agency("99-1", "样例局", "department"), year=2023))
    from click.testing import CliRunner

    from xltool.cli import main

    (old / "inbox" / "样例局.json").write_bytes(document)
    CliRunner().invoke(main, ["collect", "-C", str(old), "--jobs", "1"])
    files = [
        ("prior_folder", path.relative_to(old.parent).as_posix(), path.read_bytes())
        for path in old.rglob("*")
        if path.is_file()
    ]
    form.send("/new/roster", [roster(), *files])
    assert "“去年”文件夹" in form.page.text
    form.send()
    made, _ = load(form)
    assert [path.name for path in (made.root / "上年").iterdir()] == ["99-1.json"]
    assert read_last_year(made).keys() == {"99-1"}


def test_files_of_a_folder_that_is_no_campaign_are_read_too(form):
    files = [
        ("prior_folder", "报告/局/样例局.html", last_report("样例局")),
        ("prior_folder", "报告/说明.txt", b"x"),
        ("prior_folder", "../../../报告/乡镇/沙枣镇.json", api.dump(
            replace(report(3), agency=Agency("99-3", "沙枣镇", "township"), year=2023))),
    ]  # fmt: skip
    form.send("/new", [roster(), *files])
    made, _ = load(form)
    assert read_last_year(made).keys() == {"99-1", "99-3"}


def test_a_draft_of_a_token_that_nobody_gave_is_none(form, office):
    page = form.send("/new", draft="x" * 43)
    assert page.status_code == 422 and "请选一份名录" in page.text


def test_files_without_our_token_are_not_kept(form, tmp_path):
    parts = [("token", (None, "x")), ("roster", ("名录.csv", RIGHT.encode()))]
    assert form.browser.client.post("/new/roster", files=parts).status_code == 403
    parts = [("roster", ("名录.csv", RIGHT.encode()))]
    assert form.browser.client.post("/new", files=parts).status_code == 403
    assert list((tmp_path / "tmp").iterdir()) == []


def test_drafts_are_few_and_do_not_last(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    now = [0.0]
    drafts = Drafts(lambda: now[0])
    held = [drafts.open() for _ in range(MOST_DRAFTS)]
    for draft in held:
        put(draft, "名录.csv", b"x")
    now[0] = DRAFT_SECONDS - 1
    assert drafts.find(held[0].token) is held[0], "which lives on"
    drafts.open()
    assert drafts.find(held[1].token) is None and not held[1].folder.exists()
    now[0] = DRAFT_SECONDS + 10
    assert drafts.find(held[0].token) is held[0] and drafts.find(held[2].token) is None
    drafts.end()
    assert list(tmp_path.iterdir()) == []


def put(draft: Draft, told: str, data: bytes) -> Path:
    staging = draft.open_file()
    staging.write(data)
    return draft.folder / draft.keep_file(staging.finish(), told)


@pytest.mark.parametrize(
    "told", ["../a", "..\\..\\a", "/etc/passwd", "a/../../b", "", ".", "a/" * 40 + "b", "CON", "C:\\x.csv"]
)
def test_no_name_of_a_file_leads_out_of_its_draft(tmp_path, monkeypatch, told):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    draft = Drafts().open()
    path = put(draft, told, b"x")
    assert path.resolve().is_relative_to(draft.folder.resolve()) and path.read_bytes() == b"x"
    draft.remove()


def test_a_broken_definition_is_named_and_refuses_nothing(form, tmp_path_factory, monkeypatch):
    forms = tmp_path_factory.mktemp("forms")
    (forms / "odd_form.toml").write_text("id = ", "utf-8")
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(forms))
    for address in ("/check/rules", "/new"):
        answer = form.browser.client.get(address)
        tree = lxml.html.fromstring(answer.text)
        assert answer.status_code == 200
        assert "报表 odd-form 的定义有错，没有列出：odd_form.toml:1:" in tree.xpath("string(//main)")
        offered = tree.xpath("//select[@name='form']/option/@value")
        assert "ogi-2021" in offered and "odd-form" not in offered
    form.send("/new/roster", [("roster", "名录.csv", RIGHT.encode())])
    assert form.page.status_code == 200 and not form.faults
