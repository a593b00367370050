"""The county's texts and corrections on their pages: written as the console writes, over nothing changed meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC
from tests.forms import entries
from tests.web.conftest import AFTER, HOSTILE, open_browser
from tests.web.test_county import ENTRIES, heading, make_whole, show, words
from xltool.campaign.county_edits import CountyEdits, hash_text, write_county_edits
from xltool.campaign.county_written import read_corrections, read_drafts
from xltool.campaign.desk import make_new_desk
from xltool.campaign.desk_sheets import DESK_FILE
from xltool.campaign.folder import Campaign, create_campaign
from xltool.campaign.layout import OFFICE_LAYOUT
from xltool.campaign.roster import Roster
from xltool.model import Correction
from xltool.web.sum_view import CORRECTIONS, COUNTY_TEXTS, PAGE
from xltool.web.text_editor import offer_cells, print_text

KEY, RECEIVED = "overview.requests", "applications.received.total"
TOTAL = str(3 * FIGURES[RECEIVED])
CELL = "applications.received.natural_person"
NAME = "表三 本年新收政府信息公开申请数量 自然人"


@pytest.fixture
def whole(tmp_path):
    return make_whole(tmp_path)


@pytest.fixture
def office(whole):
    with open_browser(whole.root, AFTER) as opened:
        yield opened


def find_editor(tree):
    """The address of the editor's form, and what it holds."""
    [form] = tree.xpath("//form[.//textarea]")
    fields = {name: value for name, value in form.form_values() if name != "token"}
    fields["text"] = fields["text"].removeprefix("\n")  # which a browser does not count in
    return form.get("action"), fields


def open_editor(office, key=KEY):
    return find_editor(show(office, f"{COUNTY_TEXTS}?text={key}"))


def save(office, text, key=KEY, **more):
    address, fields = open_editor(office, key)
    return office.post(address, **fields | {"text": text, "save": "1", "person": "王某"} | more)


def test_a_text_keeps_its_lines_when_it_is_opened_and_saved_again(office, whole):
    assert save(office, "第一段\n第二段").status_code == 303
    text = open_editor(office)[1]["text"]
    assert text == "第一段\n第二段"
    assert save(office, text).status_code == 303 and read_drafts(whole)[KEY] == "第一段\n第二段"


def corrections(made):
    return read_corrections(made, made.read_roster())


def test_a_text_is_saved_and_shown_as_it_prints(office, whole):
    answer = save(office, "新收{表三 本年新收 总计}件，\r\n其中{表三 没有这行 总计}。")
    assert answer.status_code == 303 and answer.headers["location"].endswith(f"{COUNTY_TEXTS}?text={KEY}")
    assert read_drafts(whole)[KEY] == "新收{表三 本年新收 总计}件，\n其中{表三 没有这行 总计}。"
    tree = show(office, answer.headers["location"])
    printed = tree.xpath("//div[@class='print']/p")
    assert words(printed[0]) == f"新收{TOTAL}件，" and words(printed[1]) == "其中{表三 没有这行 总计}（没有这个数）。"
    assert tree.xpath("//mark/@class") == ["fig yes", "fig no"]
    assert "没有这样的行和栏" in words(tree.xpath("//ul[@id='faults']")[0])
    assert "1处写错" in words(tree.xpath("//nav[contains(@class, 'card')]")[0])
    assert heading(show(office)) == "先改正下面写错的，再汇总"
    with stores.opened(whole) as store:
        assert store.was_noted("王某", "text", f"本级文字“{SPEC.text(KEY).label}”：{len(read_drafts(whole)[KEY])} 字")


def test_a_text_is_looked_at_mended_and_given_names_without_being_saved(office, whole):
    address, fields = open_editor(office)
    before = read_drafts(whole)
    fields |= {"text": "新收{表三 本年新手 总计}件"}
    tree = show_post(office, address, **fields, preview="1")
    [fix] = tree.xpath("//button[@name='fix']")
    tree = show_post(office, address, **fields, fix=fix.get("value"))
    _, now = find_editor(tree)
    assert now["text"].startswith("新收{表三 本年新收") and tree.xpath("//mark/@class") == ["fig yes"]
    tree = show_post(office, address, **now | {"q": "新收 自然人"}, find="1")
    [row] = tree.xpath("//section[contains(@class, 'figures')]//tbody/tr")
    [insert] = row.xpath(".//button[@name='insert']")
    assert words(row).startswith(NAME)
    tree = show_post(office, address, **now, insert=insert.get("value"))
    assert find_editor(tree)[1]["text"] == now["text"] + f"{{{NAME}}}" and tree.xpath("//mark/@class") == [
        "fig yes",
        "fig yes",
    ]
    assert read_drafts(whole) == before


def show_post(office, path, status=200, **fields):
    from lxml import html

    answer = office.post(path, **fields)
    assert answer.status_code == status, answer.text
    return html.fromstring(answer.text)


def test_two_windows_lose_nothing(office, whole):
    address, fields = open_editor(office)
    assert save(office, "先存的").status_code == 303
    mine = fields | {"text": "后写的", "save": "1"}
    tree = show_post(office, address, 409, **mine)
    assert "先存的" in words(tree.xpath("//div[@class='conflict']")[0]) and read_drafts(whole)[KEY] == "先存的"
    address, again = find_editor(tree)
    assert again["text"] == "后写的"
    assert office.post(address, **again, save="1").status_code == 303
    assert read_drafts(whole)[KEY] == "后写的"


def test_what_is_saved_outside_is_not_written_over(office, whole):
    address, fields = open_editor(office)
    with stores.opened(whole) as store:
        write_county_edits(whole, whole.read_roster(), store, CountyEdits({KEY: "在表格里改的"}))
    tree = show_post(office, address, 409, **fields | {"text": "页面上写的", "save": "1"})
    assert "在表格里改的" in words(tree) and find_editor(tree)[1]["text"] == "页面上写的"
    assert read_drafts(whole)[KEY] == "在表格里改的"


def test_a_workbook_that_is_open_keeps_what_was_typed_on_the_page(tmp_path):
    made = replace(stores.Campaign(tmp_path / "县", SPEC.id, 2024, "额敏县", stores.DEADLINE), layout=OFFICE_LAYOUT)
    create_campaign(made, Roster(ENTRIES), make_new_desk(Roster(ENTRIES), SPEC))
    with open_browser(made.root, AFTER) as office:
        assert save(office, "写进工作簿\n两行").status_code == 303
        assert read_drafts(made)[KEY] == "写进工作簿\n两行"
        (made.root / f"~${DESK_FILE}").write_bytes(b"")
        tree = show_post(
            office, open_editor(office)[0], 409, text="没存上的", seen=hash_text("写进工作簿\n两行"), save="1"
        )
        assert "正有人开着" in words(tree) and find_editor(tree)[1]["text"] == "没存上的"
        assert read_drafts(made)[KEY] == "写进工作簿\n两行"
        assert "还没有可以汇总的数" in words(tree), "nobody has reported yet, and a text can be written all the same"


@pytest.mark.parametrize("text", [HOSTILE, "</textarea><script>alert(1)</script>", "{% raw %}{{ 7*7 }}"])
def test_texts_appear_only_escaped(office, whole, text):
    save(office, text)
    assert read_drafts(whole)[KEY] == text
    for path in (f"{COUNTY_TEXTS}?text={KEY}", COUNTY_TEXTS, PAGE):
        page = office.get(path).text
        assert "<script>alert" not in page and "<img" not in page


def test_what_is_no_text_of_the_form_is_not_there(office):
    assert office.get(f"{COUNTY_TEXTS}?text=nothing").status_code == 404
    assert office.post(f"{COUNTY_TEXTS}/nothing", text="x", save="1").status_code == 404


def test_a_correction_is_noted_and_taken_back(office, whole):
    fields = {"cell": NAME, "change": "-1", "reason": "同一件两家都计", "agencies": "额敏县财政局", "person": "王某"}
    assert office.post(CORRECTIONS, **fields).status_code == 303
    assert corrections(whole) == (Correction(CELL, -1, None, "同一件两家都计", "王某", (ENTRIES[2].agency.code,)),)
    tree = show(office, CORRECTIONS)
    [row] = tree.xpath("//table//tbody/tr")
    before = 3 * FIGURES[CELL]
    assert [words(cell) for cell in row][:4] == [NAME, str(before), "-1", str(before - 1)]
    assert "同一件两家都计" in words(row) and "额敏县财政局" in words(row)
    [form] = row.xpath(".//form")
    held = {name: value for name, value in form.form_values() if name != "token"}
    assert office.post(CORRECTIONS, **held | {"person": ""}).status_code == 422 and len(corrections(whole)) == 1
    assert office.post(CORRECTIONS, **held | {"person": "李某", "reason": "不是同一件"}).status_code == 303
    assert corrections(whole) == ()
    assert office.post(CORRECTIONS, **held | {"person": "李某"}).status_code == 422, "it is gone"


@pytest.mark.parametrize(
    "change, said",
    [
        ({"cell": "表三 没有 这行"}, "没有“没有 这行”"),
        ({"cell": "表三 本年新收 总计"}, "合计格"),
        ({"value": "3"}, "只能写一个"),
        ({"change": ""}, "要写一个"),
        ({"change": "一"}, "不是数"),
        ({"reason": ""}, "要写原因"),
        ({"agencies": "无此局"}, "无此局"),
        ({"cell": f"-{HOSTILE}"}, "没有表名"),
    ],
)
def test_what_cannot_be_a_correction_is_told_and_what_was_typed_stays(office, whole, change, said):
    fields = {"cell": NAME, "change": "-1", "reason": "重复", "person": "王某"} | change
    tree = show_post(office, CORRECTIONS, 422, **fields)
    assert said in words(tree.xpath("//form[@id='add']")[0])
    kept = dict(tree.xpath("//form[@id='add']")[0].form_values())
    assert {name: kept[name] for name in fields} == fields and corrections(whole) == ()


def test_a_correction_that_waits_is_explained_or_dropped(office, whole):
    waits = [Correction(CELL, -1, None, "", ""), Correction("disclosure.fees.amount", None, 5_000_000, "", "")]
    with stores.opened(whole) as store:
        write_county_edits(whole, whole.read_roster(), store, CountyEdits(added=waits))
    assert "2条更正等写明原因和更正人，没有算进去" in words(show(office))
    first, second = show(office, CORRECTIONS).xpath("//section[contains(@class, 'ask')][1]//form")
    held = {name: value for name, value in first.form_values() if name != "token"}
    assert office.post(CORRECTIONS, **held | {"reason": "同一件", "person": "王某"}).status_code == 303
    held = {name: value for name, value in second.form_values() if name != "token"}
    assert office.post(CORRECTIONS, **held | {"person": "王某", "withdraw": "1"}).status_code == 303
    assert corrections(whole) == (Correction(CELL, -1, None, "同一件", "王某"),)


def test_what_may_be_counted_twice_is_settled_with_a_nought(office, whole):
    def find_forms():
        return show(office, CORRECTIONS).xpath("//section[h2[@id='h-doubtful']]//form")

    forms = find_forms()
    assert forms, "rows that several agencies add to"
    held = {name: value for name, value in forms[0].form_values() if name != "token"}
    assert held["change"] == "0"
    assert office.post(CORRECTIONS, **held | {"reason": "逐件核对，没有重复", "person": "王某"}).status_code == 303
    assert len(find_forms()) == len(forms) - 1


def test_what_speaks_for_a_double_count_stands_by_its_row_and_on_the_sum(office):
    """All of them returned the same figures, which is told, and settled by the same word as the row."""
    parts = show(office, CORRECTIONS).xpath("//section[h2[@id='h-doubtful']]//li")
    told = [words(part) for part in parts]
    assert all("像是同一件：" in each and "的数相同（" in each for each in told)
    opinions = [words(each) for each in show(office, PAGE).xpath("//section[h2[@id='opinions']]//li")]
    assert any("可能有几个单位都计了同一件" in each for each in opinions)
    held = {name: value for name, value in parts[0].xpath(".//form")[0].form_values() if name != "token"}
    assert office.post(CORRECTIONS, **held | {"reason": "不是同一件", "person": "王某"}).status_code == 303
    left = show(office, CORRECTIONS).xpath("//section[h2[@id='h-doubtful']]//li")
    assert len(left) == len(parts) - 1


def test_a_correction_is_begun_from_a_figure(office):
    tree = show(office, f"{CORRECTIONS}?cell={CELL}")
    assert tree.xpath("//input[@id='cell']/@value") == [NAME]


def test_a_text_prints_figures_of_both_years_in_its_paragraphs():
    from tests import figures

    total = figures.submission(SPEC, FIGURES, ENTRIES[0].agency)
    last = replace(figures.submission(SPEC, FIGURES | {RECEIVED: FIGURES[RECEIVED] + 2}, ENTRIES[0].agency), year=2023)
    printed = print_text(f"收{{{RECEIVED}}}件\n\n比上年{{change.{RECEIVED}}}件{{没有}}", SPEC, total, last)
    assert [[(piece.text, piece.mark) for piece in line] for line in printed] == [
        [("收", ""), (str(FIGURES[RECEIVED]), "yes"), ("件", "")],
        [("比上年", ""), ("减少2", "yes"), ("件", ""), ("{没有}", "no")],
    ]
    [offered], count = offer_cells("新收 自然人", SPEC, total, last)
    assert count == 1 and [each.printed for each in offered.references] == [str(FIGURES[CELL])] * 2 + ["持平"]
    assert offer_cells("没有这个", SPEC, total, last) == ([], 0)


def test_a_form_without_texts_has_no_page_for_them(tmp_path, monkeypatch):
    (tmp_path / "hazard_list.toml").write_text(entries.FORM, "utf-8")
    monkeypatch.setenv("XLTOOL_FORMS", str(tmp_path))
    made = Campaign(tmp_path / "额敏县", "hazard-list", 2024, "额敏县")
    create_campaign(made, Roster(ENTRIES), Roster(ENTRIES).to_csv())
    with stores.opened(made), open_browser(made.root, AFTER) as opened:
        assert "本级文字" not in words(show(opened))
        assert opened.get(COUNTY_TEXTS).status_code == 404
