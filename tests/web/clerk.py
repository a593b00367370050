"""A clerk and the persons of the agencies at their browsers: what they press and write, by accessible names alone."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.npm import find_modules

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = find_modules("XLTOOL_AXE", "xltool-axe") / "axe-core" / "axe.min.js"
WAIT = 240_000
"""Milliseconds that a page may take on a crowded machine."""


def find_violations(window) -> list[tuple[str, list[str]]]:
    """What axe-core finds, evaluated in the page: the policy against scripts does not hold for the debugger."""
    window.evaluate(AXE.read_text("utf-8"))
    return [
        (each["id"], [node["html"] for node in each["nodes"]]) for each in window.evaluate("axe.run()")["violations"]
    ]


@dataclass
class Reader:
    """Somebody before a window: every page that is seen is looked at once, as axe-core and as its screen sees it."""

    window: Any
    touches: bool = False
    runs_scripts: bool = True
    seen: set[str] = field(default_factory=set)

    def press(self, what, status: int = 200) -> None:
        """Presses a button or a link that leads to a page, by mouse or finger, and looks at the page."""
        with self.window.expect_navigation(timeout=WAIT) as went:
            what.tap() if self.touches else what.click()
        answer = went.value  # none for another place on the same page
        assert answer is None or answer.status == status, (answer.status, self.tell())
        self.look()

    def follow(self, name: str, within=None) -> None:
        """Follows the first link that is called so."""
        self.press((within or self.window).get_by_role("link", name=name, exact=True).first)

    def send(self, button: str, status: int = 200, **labelled) -> None:
        """Fills in the fields of the form with that button by their labels and presses it."""
        form = self.window.locator("form").filter(has=self.window.get_by_role("button", name=button, exact=True))
        for label, value in labelled.items():
            fill_in(form.get_by_label(label), value)
        self.press(form.get_by_role("button", name=button, exact=True), status)

    def open(self, summary: str) -> None:
        """Opens what is folded under a line."""
        line = self.window.locator("summary").get_by_text(summary, exact=True)
        line.tap() if self.touches else line.click()

    def download(self, name: str) -> bytes:
        """What a link gives to be kept."""
        link = self.window.get_by_role("link", name=name, exact=True).first
        with self.window.expect_download(timeout=WAIT) as came:
            link.tap() if self.touches else link.click()
        return came.value.path().read_bytes()

    def tell(self) -> str:
        """What the page says, as one line."""
        return " ".join(self.window.locator("main").inner_text().split())

    def heading(self) -> str:
        return self.window.get_by_role("heading", level=1).inner_text()

    def look(self) -> None:
        """Looks at the page as it is, unless one that is made of the same parts was looked at before."""
        parts = [re.sub(r"[0-9]+", "", each) for each in self.window.get_by_role("heading", level=2).all_inner_texts()]
        path = re.sub(r"/(c|agency)/[^/]*", r"/\1", self.window.url.partition("://")[2].partition("/")[2])
        view = f"{path.partition('?')[0]} {parts}"
        if view in self.seen:
            return
        self.seen.add(view)
        assert self.window.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
        if self.runs_scripts and AXE.is_file():
            found = find_violations(self.window)
            assert found == [], (view, found)


def fill_in(entry, value) -> None:
    """Fills in one field as its kind asks for."""
    kind = entry.evaluate("each => each.type || each.tagName")
    if kind in {"radio", "checkbox"}:
        entry.set_checked(bool(value))
    elif kind == "select-one":
        entry.select_option(label=value)
    else:
        entry.fill(value.isoformat() if isinstance(value, date) else value)


def as_chosen(files: dict[str, bytes]) -> list[dict[str, Any]]:
    """Files as a window that asks for some is given them."""
    kind = "application/octet-stream"
    return [{"name": name, "mimeType": kind, "buffer": data} for name, data in files.items()]


@dataclass
class Person(Reader):
    """Somebody of an agency, at its page at the door."""

    def try_out(self, name: str, data: bytes) -> str:
        """Hands over a workbook to be judged; what the page then says."""
        self.window.get_by_label("填好的工作簿").set_input_files(as_chosen({name: data}))
        button = self.window.get_by_role("button", name="交来")  # 交来审核, or 交来再审一次
        self.press(button)
        return self.tell()

    def confirm(self) -> str:
        """Hands in what was tried; what the page says once it is taken in, which may take its time."""
        self.send("确认报送", 审核人姓名="钱某")
        self.window.get_by_text("已经收到，正在登记").wait_for(state="hidden", timeout=WAIT)
        return self.tell()

    def by_keyboard(self, name: str, data: bytes) -> str:
        """All of it with the keys alone: chosen, tried, handed in."""
        with self.window.expect_file_chooser() as asked:
            self.tab_to(self.window.get_by_label("填好的工作簿"))
            self.window.keyboard.press("Enter")
        asked.value.set_files(as_chosen({name: data}))
        for button in (self.window.get_by_role("button", name="交来"), self.window.get_by_role("button", name="确认")):
            with self.window.expect_navigation(timeout=WAIT):
                self.tab_to(button)
                self.window.keyboard.press("Enter")
            self.look()
        return self.tell()

    def tab_to(self, what) -> None:
        """Goes on with the tabulator until it is there."""
        for _ in range(60):
            if what.evaluate("each => each === document.activeElement"):
                return
            self.window.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {what}")


@dataclass
class Clerk(Reader):
    """The clerk at the office page of one campaign."""

    def begin(self, roster: dict[str, bytes], **labelled) -> str:
        """Makes a campaign by the form of a new one, after a look at its roster; what the form said of that."""
        self.follow("任务", self.window.get_by_role("navigation", name="办公台"))
        self.follow("新建任务")
        self.window.get_by_label("单位名录").set_input_files(as_chosen(roster))
        self.send("查看名录", **labelled)
        told = self.tell()
        self.send("新建任务")
        return told

    def visit(self, name: str) -> None:
        """Goes to the page of an agency, by the list of all."""
        self.follow("进度", self.window.get_by_role("navigation", name="这个任务"))
        self.follow(name, self.window.get_by_role("table"))
        assert self.heading().startswith(name)

    def turn_to(self, tab: str) -> None:
        """Goes to one of the campaign's pages by its tab."""
        self.follow(tab, self.window.get_by_role("navigation", name="这个任务"))

    def follow_part(self, name: str) -> None:
        """Goes to a part of the page, whatever is counted behind its name."""
        self.press(self.window.get_by_role("navigation", name="各部分").get_by_role("link", name=name).first)

    def build(self) -> None:
        """Has the workbooks made, and waits until they are."""
        self.turn_to("下发")
        self.send("生成工作簿")
        self.window.get_by_role("button", name="重新生成").wait_for(timeout=WAIT)
        self.look()

    def sum_up(self, button: str) -> None:
        """Has the sum made, and waits until it is."""
        self.send(button)
        self.window.get_by_role("button", name="汇总").wait_for(timeout=WAIT)
        self.look()

    def take_in(self, files: dict[str, bytes], received: date | None = None) -> str:
        """Chooses files on the page that takes in, and waits until they are; what the page then says of them."""
        self.turn_to("收件")
        with self.window.expect_file_chooser() as asked:
            self.window.get_by_text("选择文件", exact=True).click()
        asked.value.set_files(as_chosen(files))
        self.send("收取选好的文件", **({"哪一天报来的": received} if received else {}))
        return self.wait_taken_in()

    def drop(self, files: dict[str, bytes]) -> str:
        """Drops files on the page that takes in."""
        self.turn_to("收件")
        data = self.window.evaluate_handle(
            """files => {
                const data = new DataTransfer();
                for (const [name, bytes] of files) data.items.add(new File([Uint8Array.from(bytes)], name));
                return data;
            }""",
            [[name, list(data)] for name, data in files.items()],
        )
        form = self.window.locator("form").filter(has=self.window.get_by_label("选择文件"))
        form.dispatch_event("dragover", {"dataTransfer": data})
        with self.window.expect_navigation(timeout=WAIT):
            form.dispatch_event("drop", {"dataTransfer": data})
        return self.wait_taken_in()

    def wait_taken_in(self) -> str:
        """Waits until the page has been loaded anew after the last file."""
        self.window.get_by_role("button", name="文件夹里的文件").wait_for(timeout=WAIT)
        self.look()
        return self.tell()
