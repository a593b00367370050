"""A definition looked at in the office page: its faults at their lines, and what `xltool forms preview` makes of it."""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path

import pytest
from lxml import html

from tests import documents
from tests.web.conftest import HOSTILE, open_browser
from xltool import preview
from xltool.forms import catalog
from xltool.forms.spec import parse_spec

EXAMPLE = documents.pick_blocks(
    (Path(__file__).parents[2] / "workbook_templates" / "README.md").read_text("utf-8"), "toml"
)[0]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    (folder / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder / "tmp"))
        patch.setenv("PATH", "")  # no LibreOffice, which takes its time
        with open_browser(folder) as browser:
            yield browser
        assert list((folder / "tmp").glob("xltool-draft-*")) == [], "nothing stays when the page is closed"


def send(office, text, told="media_check.toml", **fields):
    data = text if isinstance(text, bytes) else text.encode()
    parts = [(name, (None, value)) for name, value in {"token": office.site.keys.token, **fields}.items()]
    return office.client.post("/check/form", files=[*parts, ("file", (told, data))])


def open_page(office, text):
    answer = send(office, text)
    assert answer.status_code == 303
    return answer.headers["location"]


def texts(tree, xpath):
    return [" ".join(each.text_content().split()) for each in tree.xpath(xpath)]


@pytest.fixture(scope="module")
def shown(office):
    """The page of a good definition, when all is made."""
    page = open_page(office, EXAMPLE)
    for _ in range(600):
        text = office.client.get(page).text
        if "http-equiv" not in text:
            return page, html.fromstring(text)
        time.sleep(0.1)
    raise AssertionError("it does not end")


def test_it_is_what_the_console_makes(office, shown):
    page, tree = shown
    assert texts(tree, "//h1") == ["media_check.toml：没有错，做出来是这样"]
    made = preview.make_preview(parse_spec(EXAMPLE, "media_check.toml"))
    links = {each.text_content(): each.get("href") for each in tree.xpath("//ul[@class='files']//a")}
    files = dict(preview.list_files(made))
    assert links.keys() == files.keys()
    for name in ("样表.xlsx", "错例.xlsx", "规则.txt"):
        answer = office.client.get(links[name])
        assert answer.content == files[name] and "attachment" in answer.headers["content-disposition"]
    report = office.client.get(f"{page}/report")
    assert report.content == files["报告.html"] and "sandbox" in report.headers["content-security-policy"]
    assert office.client.get(f"{page}/definition").text == EXAMPLE
    assert any("LibreOffice" in each for each in texts(tree, "//div[@class='notes']//li"))
    [rules] = tree.xpath("//section[@aria-labelledby='h-rules']//p")
    assert made.tried[0].opinions[0] in rules.text_content()


@pytest.mark.parametrize("name", ["../definition/media_check.toml", "%2e%2e/definition", "没有.xlsx", ".job-forms"])
def test_no_other_file_is_handed_out(office, shown, name):
    assert office.client.get(f"{shown[0]}/made/{name}").status_code == 404


def test_faults_stand_at_their_lines_in_chinese_and_are_mended_there(office):
    broken = EXAMPLE.replace('per = "row"', 'pre = "row"', 1) + f'\n# {HOSTILE}\nbasi = "x"\n'
    page = open_page(office, broken)
    tree = html.fromstring(office.client.get(page).text)
    [found] = catalog_faults(broken)
    assert texts(tree, "//h1") == ["media_check.toml：1处要改"]
    assert texts(tree, "//ul[@id='faults']/li")[0].startswith(f"第{found.line}行")
    [line] = tree.xpath("//li[@class='wrong']")
    assert line.get("id") == f"line-{found.line}" and re.search("[一-鿿]", texts(line, "./span[@class='fault']")[0])
    assert tree.xpath("string(//textarea[@id='definition'])").strip() == broken.strip()
    assert "<script>alert" not in office.client.get(page).text and tree.xpath("//iframe") == []
    asked = {
        "headers": {"Origin": office.server.root},
        "data": {"token": office.site.keys.token, "definition": EXAMPLE},
    }
    answer = office.client.post(page, **asked)
    assert answer.status_code == 303 and answer.headers["location"] == page
    assert "没有错" in office.client.get(page).text
    office.client.post(f"{page}/stop", **asked)


def catalog_faults(text):
    try:
        catalog.parse_form(text, "media_check.toml")
    except catalog.DefinitionError as error:
        return error.faults
    return ()


def test_a_known_form_nothing_chosen_no_text_and_no_token(office):
    answer = office.client.post(
        "/check/form", files=[("token", (None, office.site.keys.token)), ("form", (None, "ogi-2021"))]
    )
    assert "ogi_2021.toml：没有错" in office.client.get(answer.headers["location"]).text
    for page in (send(office, b"\xff\xfe\x00"), send(office, b"PK\x03\x04\xff")):
        assert page.status_code == 422 and "UTF-8" in page.text
    nothing = office.client.post("/check/form", files=[("token", (None, office.site.keys.token))])
    assert nothing.status_code == 422 and "请选一份定义文件" in nothing.text
    assert office.client.post("/check/form", files=[("form", (None, "ogi-2021"))]).status_code == 403
    assert office.client.get("/check/form/none").status_code == 404
    assert '<a href="/check/form">' in office.client.get("/check").text
