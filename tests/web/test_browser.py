"""The office page in a real browser: by mouse and keyboard, without script, on a phone, as axe-core sees it.

Needs playwright and Chromium, and for axe-core a folder node_modules (tests/npm.py); skips without them.
"""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC
from tests.web import doors
from tests.web.clerk import AXE, CHROMIUM, find_violations
from tests.web.conftest import open_browser
from tests.web.test_county import make_whole, run_sum
from tests.web.test_county_takings import edit_page
from xltool import api

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium")

SCREENS = {"desk": (1366, 768), "wide": (1920, 1080), "phone": (390, 844)}
PAGES = [
    *("/", "/charts", "/?show=unread", "/?show=overdue&q=局", "/?sort=code", "/?q=没有这家", "/nothing"),
    *(
        "/record",
        "/record?kind=absent&q=郊区",
        "/hand-out",
        "/urge",
        "/reports",
        "/take-in",
        "/agency/654221-005",
        "/agency/654221-001",
    ),
    *(
        "/agency/654221-001/tables/applications",
        "/agency/654221-001/texts",
        "/agency/654221-001/versions",
        "/agency/654221-002",
    ),
    *("/campaigns", "/new", "/check", "/check/rules", "/check/form", "/check/ledger"),
    *("/sum", "/sum?table=applications", "/sum/discrepancies", "/sum/outputs", "/sum/corrections"),
    *("/sum/texts", "/sum/texts?text=overview.requests"),
]


LIST_OUTSIDE = """() => {
    const framed = part => {
        for (let each = part.parentElement; each; each = each.parentElement) {
            if (getComputedStyle(each).overflowX !== 'visible') return true;
        }
        return false;
    };
    return [...document.querySelectorAll('main *, header *')].filter(part => {
        const {left, right, width, height} = part.getBoundingClientRect();
        return width > 1 && height > 1 && (right > innerWidth + 1 || left < -1) && !framed(part);
    }).map(part => part.outerHTML.slice(0, 80));
}"""
"""What stands beyond the edges of the screen and in no frame in which it could be moved."""


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(chromium, server, width=1366, height=768, **more):
    """A window that has come in with the key; what it complains of, but for what a page refuses, fails."""
    context = chromium.new_context(viewport={"width": width, "height": height}, **more)
    window = context.new_page()
    complaints = []
    window.on("console", lambda message: complaints.append(message.text))
    window.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        window.goto(server.address)
        assert window.url == f"{server.root}{server.site.home.base}/"
        yield window
    finally:
        context.close()
    meant = ("404", "422", "ERR_CONNECTION_REFUSED")
    assert [each for each in complaints if not any(word in each for word in meant)] == []


@pytest.mark.skipif(not AXE.is_file(), reason="no node_modules with axe-core (XLTOOL_AXE)")
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_no_page_is_wider_than_its_screen(chromium, browser, screen):
    width, height = SCREENS[screen]
    with opened(chromium, browser.server, width, height) as window:
        for page in PAGES:
            window.goto(browser.locate(page))
            window.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
            assert find_violations(window) == [], page
            assert window.evaluate("document.documentElement.scrollWidth <= innerWidth"), page


def test_twice_as_large_no_page_is_wider_than_a_phone_by_text_or_by_zoom(chromium, browser):
    width, height = SCREENS["phone"]
    with opened(chromium, browser.server) as window:
        for page in PAGES:
            window.set_viewport_size({"width": width, "height": height})
            window.goto(browser.locate(page))
            window.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
            window.evaluate("document.documentElement.style.fontSize = '200%'")
            assert window.evaluate("document.documentElement.scrollWidth <= innerWidth"), page
            window.evaluate("document.documentElement.style.fontSize = ''")
            window.set_viewport_size({"width": width // 2, "height": height // 2})  # what a zoom leaves of a screen
            assert window.evaluate("document.documentElement.scrollWidth <= innerWidth"), page
            assert window.evaluate(f"({LIST_OUTSIDE})()") == [], page


@pytest.mark.skipif(not AXE.is_file(), reason="no node_modules with axe-core (XLTOOL_AXE)")
@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_so_are_the_pages_that_come_of_a_sum_an_edit_or_a_file(chromium, tmp_path, screen):
    made = make_whole(tmp_path)
    (tmp_path / "名录.csv").write_text("单位代码,单位名称,级别\n1,甲局,部门\n1,甲局,\n", "utf-8")
    wrong = FIGURES | {"applications.received.other": FIGURES["applications.received.other"] + 5}
    (tmp_path / "年报.xlsx").write_bytes(api.fill(figures.submission(SPEC, wrong, stores.entries()[1].agency)))
    width, height = SCREENS[screen]
    with open_browser(made.root) as browser, opened(chromium, browser.server, width, height) as window:

        def look(page):
            assert find_violations(window) == [], page
            assert window.evaluate("document.documentElement.scrollWidth <= innerWidth"), page

        run_sum(browser)
        edit_page(made)
        next((made.root / "county").glob("*.docx")).write_bytes(b"no document")
        for page in ("/sum", "/sum/take/html", "/sum/take/docx", "/sum/outputs", "/agency/654221-001/report"):
            window.goto(browser.locate(page))
            look(page)
        window.goto(browser.locate("/check"))
        window.get_by_label("工作簿或已公布的报告").set_input_files(tmp_path / "年报.xlsx")
        window.get_by_role("button", name="审核", exact=True).click()
        window.get_by_role("heading", level=1, name="须改").wait_for(timeout=60_000)
        look("what a file is judged")
        window.goto(browser.locate("/new"))
        window.get_by_label("单位名录").set_input_files(tmp_path / "名录.csv")
        window.get_by_role("button", name="查看名录").click()
        window.get_by_role("heading", level=1, name="要改").wait_for(timeout=60_000)
        look("a roster with faults")


@pytest.mark.skipif(not AXE.is_file(), reason="no node_modules with axe-core (XLTOOL_AXE)")
def test_axe_does_find_faults(chromium, browser):
    with opened(chromium, browser.server) as window:
        window.evaluate("document.querySelector('h1').style.color = '#ddd'")
        assert "color-contrast" in dict(find_violations(window))


@pytest.mark.parametrize("scripts", [True, False])
def test_the_list_by_keyboard_with_and_without_script(chromium, browser, scripts):
    with opened(chromium, browser.server, java_script_enabled=scripts) as window:
        window.keyboard.press("Tab")
        assert window.locator(":focus").inner_text() == "跳到正文"
        window.get_by_role("link", name="下一步：催逾期的2家").press("Enter")
        window.wait_for_url("**/urge")
        assert window.get_by_role("heading", name="打电话催1家逾期没有报的").is_visible()
        window.get_by_role("link", name="进度").press("Enter")
        window.get_by_role("link", name="逾期 2", exact=True).press("Enter")
        window.wait_for_url("**/?show=overdue")
        assert window.get_by_role("rowheader", name="额敏县教育和科学技术局").is_visible()
        window.get_by_role("searchbox", name="单位名称或代码").fill("郊区")
        window.keyboard.press("Enter")
        window.wait_for_url("**/?show=overdue&q=**")
        assert window.locator("tbody tr:not(.group)").count() == 1
        window.get_by_role("link", name="全部 6").click()
        window.get_by_role("link", name="代码", exact=True).click()
        window.wait_for_url("**sort=code")


@pytest.fixture
def folder(tmp_path):
    """What came from an agency: a workbook with an error, and a picture."""
    wrong = FIGURES | {"applications.received.other": FIGURES["applications.received.other"] + 5}
    data = api.fill(figures.submission(SPEC, wrong, stores.entries()[3].agency))
    (tmp_path / "年报3.xlsx").write_bytes(data)
    (tmp_path / "照片.jpg").write_bytes(b"JFIF")
    return tmp_path


@pytest.mark.parametrize("scripts", [True, False])
def test_files_are_chosen_and_taken_in_with_and_without_script(chromium, browser, folder, scripts):
    with opened(chromium, browser.server, java_script_enabled=scripts) as window:
        window.get_by_role("link", name="收件", exact=True).click()
        window.get_by_label("选择文件").set_input_files([folder / "年报3.xlsx", folder / "照片.jpg"])
        assert window.get_by_role("status").get_by_text("选了2个文件" if scripts else "选好了").is_visible()
        window.get_by_role("button", name="收取选好的文件").click()
        window.get_by_role("heading", name="这一次的结果").wait_for(timeout=60_000)
        row = window.get_by_role("row").filter(has_text="年报3.xlsx")
        assert row.get_by_text("退回", exact=True).is_visible()
        row.get_by_role("link").click()
        window.get_by_role("link", name="版本", exact=True).click()
        assert window.get_by_role("heading", name="报来2版，第2版算数").is_visible()
        choice = window.get_by_role("form", name="哪一版算数")
        choice.get_by_label("用第1版").check()
        choice.get_by_label("原因").fill("第二次的数没有核对")
        choice.get_by_label("谁定的").fill("王某")
        choice.get_by_role("button", name="按选的这一版算").click()
        window.get_by_role("heading", name="报来2版，第1版算数").wait_for(timeout=60_000)
        assert window.get_by_text("王某定：用第1版。第二次的数没有核对").is_visible()


def test_files_that_are_dropped_are_taken_in(chromium, browser, campaign):
    with opened(chromium, browser.server) as window:
        window.goto(f"{browser.server.root}{browser.base}/take-in")
        data = window.evaluate_handle(
            """() => {
                const data = new DataTransfer();
                data.items.add(new File(["照片"], "甲.jpg"));
                data.items.add(new File(["照片二"], "乙.jpg"));
                return data;
            }"""
        )
        window.dispatch_event("form.drop", "dragover", {"dataTransfer": data})
        window.dispatch_event("form.drop", "drop", {"dataTransfer": data})
        window.get_by_role("heading", name="这一次的结果").wait_for(timeout=60_000)
        assert {path.name for path in (campaign.root / campaign.layout.inbox).iterdir()} == {"甲.jpg", "乙.jpg"}


def test_results_come_as_they_are_there_and_a_reload_finds_them(chromium, browser, campaign):
    inbox = campaign.root / campaign.layout.inbox
    for at in range(40):
        (inbox / f"{at:02}.txt").write_text(str(at), "utf-8")
    with opened(chromium, browser.server) as window, opened(chromium, browser.server) as other:
        for each in (window, other):
            each.goto(f"{browser.server.root}{browser.base}/take-in")
        window.get_by_role("button", name="收取“inbox”文件夹里的文件").click()
        other.reload()
        for each in (window, other):
            each.get_by_role("heading", name="看了40个文件").wait_for(timeout=60_000)
            assert each.locator(".results tbody tr").count() == 40


def test_the_first_screen_holds_the_sentence_the_step_the_bar_and_eight_rows(chromium, browser):
    with opened(chromium, browser.server) as window:
        bottoms = window.locator("tbody tr").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().bottom)")
        assert sum(bottom <= 768 for bottom in bottoms) >= 8


def test_whom_to_send_to_is_seen_at_once_and_what_was_ticked_is_noted_without_a_way(chromium, tmp_path):
    made = doors.make_campaign(tmp_path, stores.entries(60))
    with open_browser(made.root) as browser, opened(chromium, browser.server) as window:
        window.goto(browser.locate("/hand-out"))
        bottoms = window.locator("tbody tr").evaluate_all("rows => rows.map(row => row.getBoundingClientRect().bottom)")
        top = window.get_by_role("form", name="记一笔").bounding_box()["y"]
        assert sum(bottom <= top for bottom in bottoms) >= 3
        box = window.get_by_role("checkbox", name="额敏县第40单位：已发")
        box.focus()  # what has the focus does not lie below the bar
        assert box.bounding_box()["y"] + box.bounding_box()["height"] <= top
        box.press("Space")
        noting = window.get_by_role("form", name="记一笔")
        noting.get_by_label("谁发的").fill("王某")
        noting.get_by_role("button", name="记为已发").click()
        window.get_by_role("row").filter(has_text="额敏县第40单位").get_by_text("王某").wait_for(timeout=60_000)


def test_the_bar_keeps_the_least_share_readable_and_its_shares_are_the_counts(chromium, browser):
    with opened(chromium, browser.server) as window:
        widths = window.locator(".tally li").evaluate_all("parts => parts.map(part => part.offsetWidth)")
        assert len(widths) == 5 and min(widths) >= 100
        assert abs(widths[0] / widths[1] - 2) < 0.05, "two have passed, one is open"


@pytest.mark.parametrize("page", ["/urge", "/hand-out"])
def test_a_line_for_the_chat_is_copied_and_told(chromium, browser, page):
    with opened(chromium, browser.server, permissions=["clipboard-read", "clipboard-write"]) as window:
        window.goto(browser.locate(page))
        row = window.get_by_role("row").filter(has_text="额敏县财政局")
        said = row.locator(".say").inner_text()
        button = row.get_by_role("button", name="复制给额敏县财政局的话")
        button.click()
        window.get_by_role("status").get_by_text(f"已复制：{said}").wait_for()
        assert window.evaluate("navigator.clipboard.readText()") == said and said.startswith("额敏县财政局：")
        assert row.get_by_text("已复制", exact=True).is_visible()
    with opened(chromium, browser.server, java_script_enabled=False) as window:
        window.goto(browser.locate(page))
        row = window.get_by_role("row").filter(has_text="额敏县财政局")
        assert row.locator(".say").is_visible() and row.locator("[data-copy]").count() == 1
        assert row.locator("[data-copy]").is_hidden()


def test_the_button_closes_it(chromium, browser):
    with opened(chromium, browser.server) as window:
        window.get_by_role("button", name="关闭办公台").click()
        assert window.get_by_text("可以关掉这个窗口了").is_visible()
        look = "getComputedStyle(document.querySelector('.band')).backgroundColor"
        assert window.evaluate(look) == "rgb(13, 58, 83)", "its style is there though nobody answers any more"
    assert browser.server.server.should_exit


@pytest.mark.parametrize("scripts", [True, False])
def test_the_county_is_written_summed_and_signed_with_and_without_script(chromium, tmp_path, scripts):
    made = make_whole(tmp_path)
    with open_browser(made.root) as browser, opened(chromium, browser.server, java_script_enabled=scripts) as window:
        window.get_by_role("link", name="汇总", exact=True).click()
        window.get_by_role("link", name="本级文字", exact=True).click()
        window.get_by_role("link", name="一、总体情况：依申请公开", exact=True).click()
        field = window.get_by_label("这一段怎么写")
        field.fill("新收件")
        for key in ("Home", "ArrowRight", "ArrowRight"):  # behind 新收; without script a name goes to the end
            field.press(key)
        figure = window.get_by_role("row", name="表三 本年新收政府信息公开申请数量 总计").get_by_role("button").first
        figure.click()
        name = "{表三 本年新收政府信息公开申请数量 总计}"
        assert field.input_value() == (f"新收{name}件" if scripts else f"新收件{name}")
        window.get_by_role("button", name="看印出来的样子").last.click()
        total = str(3 * FIGURES["applications.received.total"])
        printed = f"新收{total}件" if scripts else f"新收件{total}"
        assert window.get_by_role("group", name="印出来是这样").inner_text().strip() == printed
        window.get_by_label("谁写的").fill("王某")
        window.get_by_role("button", name="保存这一段").click()
        window.get_by_role("link", name="汇总表", exact=True).click()
        window.get_by_role("button", name="汇总3家").click()
        window.get_by_role("heading", name="3家都齐了，已汇总，可以核对、签发").wait_for(timeout=60_000)
        window.get_by_role("link", name="表三", exact=True).click()
        window.get_by_role("table", name="收到和处理政府信息公开申请情况").get_by_role("link", name=total).first.click()
        assert window.get_by_role("rowheader", name="额敏县财政局").is_visible()
        window.get_by_role("link", name="成文和签发", exact=True).click()
        assert window.frame_locator("iframe").get_by_text(printed).count() == 1
        window.get_by_label("由谁签发").fill("李主任")
        window.get_by_role("button", name="签发", exact=True).click()
        window.get_by_role("heading", name="3家都齐了，已汇总，李主任已签发").wait_for(timeout=60_000)
