"""A sum whose list has joined lines, in the office page: the line, and what each agency reported of it."""

from __future__ import annotations

from tests.campaign.test_joined_lists import LINES, OTHERS, ROSTER, call, hand_in
from tests.forms.joined import FORM
from tests.web.conftest import open_browser


def test_what_a_joined_line_is_made_of_is_shown(tmp_path, monkeypatch):
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "town_works.toml").write_text(FORM, "utf-8")
    monkeypatch.setenv("XLTOOL_FORMS", str(folder))
    root, roster = tmp_path / "county", tmp_path / "roster.csv"
    roster.write_text(ROSTER, "utf-8")
    call("new", root, "--plain", "--form", "town-works", "--year", "2024", "--name", "测试县", "--roster", roster)
    call("build", "-C", root)
    for code, lines in (("9910", LINES[:1]), ("9911", OTHERS), ("9912", LINES[1:])):
        hand_in(root, code, lines)
    call("collect", "-C", root)
    with open_browser(root) as browser:
        page = browser.client.get(browser.locate("/sum?table=towns")).text
    whole, _, parts = page.partition("合成的各行，填报单位是这样填的")
    assert "在建｜完工" in whole and "测试县人民政府、农业局" in whole
    assert "在建｜完工" not in parts and "河口乡" not in parts
    assert parts.partition("</table>")[0].count("城关镇") == 2
    assert "几个单位填得不同" in page
