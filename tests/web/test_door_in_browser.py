"""Every page of the door in a real browser: as axe-core sees it, on each screen, with large text, in forced colours.

Needs playwright and Chromium, and for axe-core a folder node_modules (tests/npm.py); skips without them.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from threading import Thread

import pytest

from tests.campaign import stores
from tests.web import doors
from tests.web.clerk import AXE, CHROMIUM, WAIT, find_violations
from tests.web.conftest import AFTER, COMMAND
from tests.web.test_browser import SCREENS
from xltool.web.password import set_password
from xltool.web.password_guard import Gate
from xltool.web.server import open_server

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium")

LONG_NAME = "额敏县住房和城乡建设局（县人民防空办公室、县城市管理综合行政执法局、县房屋征收与补偿管理中心）"
STATES = (
    *("fetch", "no blank", "refused", "wrong", "asked", "clean", "again"),
    *("returned", "open", "accepted", "absent", "explained"),
)
PASSWORD = "一个很长的密码 8"


def make_entries():
    """An agency for each state of its page, one with a name as long as they come."""
    office, one = stores.entries()[:2]
    made = [office]
    for at, state in enumerate(STATES):
        name = LONG_NAME if state in {"asked", "fetch"} else f"额敏县第{at}局"
        made.append(replace(one, agency=replace(one.agency, code=f"654221-{100 + at}", name=name)))
    return made


def prepare(door):
    """Brings every agency into its state; their links by state."""
    agencies = {state: door.agency(f"654221-{100 + at}") for at, state in enumerate(STATES)}
    blanks = {state: door.blank(f"654221-{100 + at}") for at, state in enumerate(STATES)}
    filled = {state: doors.fill_blank(data) for state, data in blanks.items()}
    wrong = {state: doors.fill_blank(data, wrong=True) for state, data in blanks.items()}
    left = {"disclosure.licensing.decisions", "disclosure.regulations.repealed"}
    asked = {state: doors.fill_blank(data, blank=left) for state, data in blanks.items()}
    agencies["refused"].try_out(filled["wrong"], "别的单位的工作簿.xlsx")
    for state, given in (("wrong", wrong), ("asked", asked), ("clean", filled)):
        agencies[state].try_out(given[state], "我们单位2024年度政府信息公开工作年度报告（送审稿、第三次修改）.xlsx")
    agencies["explained"].try_out(asked["explained"])
    agencies["explained"].explain("cell.blank@disclosure", "没有发生，不是漏填。")
    for state, given in (("again", filled), ("returned", wrong), ("open", asked), ("accepted", filled)):
        agencies[state].try_out(given[state])
        agencies[state].confirm()
    agencies["again"].try_out(filled["again"])
    absent = f"654221-{100 + STATES.index('absent')}"
    doors.run(door.campaign, "absent", absent, "--reason", "已并入办公室", "--by", "王某")
    (door.campaign.root / door.campaign.layout.outbox / doors.find_blank(door.campaign, "654221-101").name).unlink()
    return {state: agency.link for state, agency in agencies.items()}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Every page of the door, and the login of an office page that others can reach: whole addresses by what they are.

    Pages of a kind that only an answer has (a refusal of what was sent) are made by the same template as these.
    """
    campaign = doors.make_campaign(tmp_path_factory.mktemp("doors"), make_entries())
    kept = tmp_path_factory.mktemp("settings") / "office-password.json"
    set_password(kept, PASSWORD)
    with ExitStack() as stack:
        door = stack.enter_context(doors.open_for(campaign))
        root = door.server.address.rstrip("/")
        found = {state: f"{root}{link}/" for state, link in prepare(door).items()}
        found |= {"no such link": f"{root}/b/654221-100/{'0' * 32}/", "no such page": f"{found['clean']}nothing"}
        office = open_server(campaign.root, 0, COMMAND, lambda: AFTER, gate=Gate("127.0.0.1", kept))
        running = Thread(target=office.run)
        running.start()
        stack.callback(running.join, 20)
        stack.callback(office.site.close)
        yield found | {"login": f"{office.root}/"}


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(chromium, screen, **more):
    width, height = SCREENS[screen]
    context = chromium.new_context(viewport={"width": width, "height": height}, **more)
    try:
        yield context.new_page()
    finally:
        context.close()


def look(window, page):
    """What is wrong with a page as it is: what axe-core finds, and whether it is wider than its screen."""
    window.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert find_violations(window) == [], page
    assert window.evaluate("document.documentElement.scrollWidth <= innerWidth"), page


@pytest.mark.skipif(not AXE.is_file(), reason="no node_modules with axe-core (XLTOOL_AXE)")
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_on_any_page(chromium, shown, screen):
    with opened(chromium, screen) as window:
        for page, address in shown.items():
            window.goto(address)
            look(window, page)
        window.goto(shown["login"])
        window.get_by_label("密码").fill("不是这个")
        window.get_by_role("button", name="登录").click()
        assert window.get_by_role("alert").is_visible()
        look(window, "login refused")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_explanation_is_written_on_a_phone_with_and_without_script(chromium, scripts, tmp_path):
    campaign = doors.make_campaign(tmp_path)
    with doors.open_for(campaign) as door, opened(chromium, "phone", java_script_enabled=scripts) as window:
        agency = door.agency(doors.EDUCATION)
        data = doors.fill_blank(door.blank(doors.EDUCATION), blank=("disclosure.licensing.decisions",))
        agency.try_out(data)
        window.goto(f"{door.server.address.rstrip('/')}{agency.link}/")
        window.get_by_label("第1条的说明").fill("没有发生。")
        window.get_by_role("button", name="存下说明，再看一遍").click()
        window.get_by_role("heading", name="审核没有问题，可以报送").wait_for(timeout=WAIT)
        window.get_by_label("说明", exact=True).fill("没有发生，已核对。")
        window.get_by_role("button", name="确认报送").click()
        window.get_by_role("heading", name="已报送，审核通过").wait_for(timeout=WAIT)
        assert window.get_by_text("说明：没有发生，已核对。").is_visible()


@pytest.mark.parametrize("screen", SCREENS)
def test_with_text_of_twice_the_size_nothing_is_cut_off(chromium, shown, screen):
    with opened(chromium, screen) as window:
        for page, address in shown.items():
            window.goto(address)
            window.evaluate("document.documentElement.style.fontSize = '200%'")
            parts = "h1, h2, h3, p:not(.vh), dt, dd, .way li, .btn, label, input:not([type=file])"
            wide = f"[...document.querySelectorAll('{parts}')].filter(each => each.scrollWidth > each.clientWidth + 1"
            wide += " && getComputedStyle(each).display !== 'inline').map(each => each.outerHTML)"
            assert window.evaluate(wide) == [], page
            assert window.evaluate("document.documentElement.scrollWidth <= innerWidth"), page


def test_in_forced_colours_the_step_and_the_marks_are_still_told_apart(chromium, shown):
    with opened(chromium, "phone", forced_colors="active") as window:
        window.goto(shown["asked"])
        colours = window.locator(".way li").evaluate_all("all => all.map(each => getComputedStyle(each).borderBottom)")
        assert colours[1] not in {colours[0], colours[2]} and colours[0] == colours[2]
        look_of = "each => getComputedStyle(each).borderTopWidth + getComputedStyle(each).borderBottomStyle"
        plain = "td:not(.ask):not(.relation):not(.follow)"
        seen = {name: window.locator(name).first.evaluate(look_of) for name in ("td.ask", plain)}
        assert len({*seen.values()}) == 2, seen
        window.goto(shown["wrong"])
        seen = {name: window.locator(name).first.evaluate(look_of) for name in ("td.relation", "td.follow", plain)}
        assert len({*seen.values()}) == 3, seen
