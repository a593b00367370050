"""Files taken in by the page: stored under their own names, within limits, collected by the command, each told."""

from __future__ import annotations

import http.client
import json
import time
from datetime import date

import pytest
from lxml import html

from tests import figures
from tests.campaign import stores
from tests.campaign.stores import FIGURES, SPEC
from tests.web.conftest import EDUCATION, FINANCE, HOSTILE, open_browser, wait_for
from xltool import api, files
from xltool.campaign.names import arrival_name
from xltool.web import bodies, uploads

FEES = "disclosure.fees.amount"


def fill(code, **changed):
    agency = next(entry.agency for entry in stores.entries() if entry.agency.code == code)
    values = FIGURES | {key.replace("__", "."): value for key, value in changed.items()}
    return api.fill(figures.submission(SPEC, values, agency))


def send(browser, named, received="", token=None):
    parts = [("files", (name, data)) for name, data in named]
    fields = {"token": browser.token() if token is None else token, "received": received}
    headers = {"Origin": browser.server.root}
    return browser.client.post(browser.locate("/take-in"), data=fields, files=parts, headers=headers)


def wait(browser):
    return wait_for(browser, "/take-in")


def results(tree):
    return {row[1].text_content(): [cell.text_content().strip() for cell in row[2:]] for row in tree.xpath(
        "//table[contains(@class, 'results')]/tbody/tr")}  # fmt: skip


def inbox(campaign):
    return {path.name: path.read_bytes() for path in (campaign.root / campaign.layout.inbox).iterdir()}


@pytest.fixture
def empty(tmp_path):
    from xltool.campaign.roster import Roster

    return stores.campaign(tmp_path, Roster(stores.entries()))


@pytest.fixture
def browser(empty):
    with open_browser(empty.root) as opened:
        yield opened


def test_files_are_stored_collected_and_told(browser, empty):
    right, wrong = fill(EDUCATION), fill(FINANCE, applications__received__other=99)
    answer = send(browser, [("年报（终）.xlsx", right), ("新建.xlsx", wrong), ("说明.txt", b"hello")], "2025-01-09")
    assert answer.status_code == 303 and answer.headers["location"] == f"{browser.base}/take-in"
    tree = wait(browser)
    assert inbox(empty) == {"年报（终）.xlsx": right, "新建.xlsx": wrong, "说明.txt": b"hello"}
    found = results(tree)
    assert found["新建.xlsx"][:2] == ["额敏县财政局", "退回"]
    assert found["年报（终）.xlsx"][0] == "额敏县教育和科学技术局"
    assert found["说明.txt"][:2] == ["", "没有收下"]
    assert tree.xpath("string(//h1)").startswith("看了3个文件：")
    assert "xltool" not in tree.text_content(), "a clerk's words"
    with stores.opened(empty) as store:
        assert store.sent_days()[EDUCATION] == {1: "2025-01-09"}
    assert list((empty.root / empty.layout.returned).glob(f"{FINANCE}_*.xlsx")), (
        "what goes back is made by the same run"
    )
    board = html.fromstring(browser.get("/").text)
    assert "退回 1家" in " ".join(board.text_content().split())


def test_the_same_again_changes_nothing(browser, empty):
    data = fill(EDUCATION)
    send(browser, [("a.xlsx", data)])
    wait(browser)
    before = inbox(empty)
    send(browser, [("a.xlsx", data)])
    tree = wait(browser)
    assert inbox(empty) == before
    assert tree.xpath("string(//h1)") == "看了1个文件，没有新的"
    assert results(html.fromstring(browser.get("/take-in?show=rest").text))["a.xlsx"][1] == "收过了"


def test_nothing_in_the_inbox_is_written_over(browser, empty):
    (empty.root / empty.layout.inbox / "a.xlsx").write_bytes(b"by hand")
    data = fill(EDUCATION)
    assert send(browser, [("a.xlsx", data), ("a.xlsx", b"third")]).status_code == 303
    wait(browser)
    assert inbox(empty) == {"a.xlsx": b"by hand", "a (2).xlsx": data, "a (3).xlsx": b"third"}


def test_what_somebody_put_there_himself_is_taken_in_too(browser, empty):
    (empty.root / empty.layout.inbox / "手存.xlsx").write_bytes(fill(EDUCATION))
    assert browser.post("/take-in/collect").status_code == 303
    assert "手存.xlsx" in results(wait(browser))


def test_a_second_version_is_compared_and_the_first_can_be_chosen(browser, empty):
    first, second = fill(EDUCATION), fill(EDUCATION, disclosure__fees__amount=8)
    send(browser, [("第一次.xlsx", first)])
    wait(browser)
    send(browser, [("第二次.xlsx", second)])
    wait(browser)
    page = html.fromstring(browser.get(f"/agency/{EDUCATION}/versions").text)
    text = " ".join(page.text_content().split())
    assert "报来2版，第2版算数" in text and "第1版和第2版：1处不同" in text
    [row] = page.xpath("//table[caption='两版不同的地方']/tbody/tr")
    shown = api.read(first).submission.values[SPEC.index[FEES]]
    assert "8" in row[2].text_content() and row[1].text_content().strip() and shown is not None
    address = f"/agency/{EDUCATION}/use"
    assert browser.post(address, version="1", reason="", person="王某").status_code == 422
    assert browser.post(address, version="9", reason="原因", person="王某").status_code == 409
    assert browser.post("/agency/nobody/use", version="1", reason="原因", person="王某").status_code == 404
    answer = browser.post(address, version="1", reason="--by=别人 第二次填错了", person="-王某")
    assert answer.status_code == 303 and answer.headers["location"] == f"{browser.base}/agency/{EDUCATION}/versions"
    text = " ".join(html.fromstring(browser.get(f"/agency/{EDUCATION}/versions").text).text_content().split())
    assert "第1版算数" in text and "-王某定：用第1版。--by=别人 第二次填错了" in text
    with stores.opened(empty) as store:
        assert store.choices()[EDUCATION].number == 1 and store.counting_of(EDUCATION).file == "第一次.xlsx"
    assert browser.get(f"/agency/{EDUCATION}/versions?a=1&b=1").status_code == 404
    assert browser.get(f"/agency/{EDUCATION}/versions?a=1&b=x").status_code == 404


def test_what_came_and_what_goes_back_are_handed_out_as_files(browser, empty):
    wrong = fill(FINANCE, applications__received__other=99)
    send(browser, [("年报<b>；.xlsx", wrong), ("b.xlsx", fill(EDUCATION))])
    wait(browser)
    answer = browser.get(f"/agency/{FINANCE}/original/1")
    assert answer.status_code == 200 and answer.content == wrong
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%B9%B4%E6%8A%A5b%EF%BC%9B.xlsx"
    assert answer.headers["content-type"] == "application/octet-stream"
    [written] = (empty.root / empty.layout.returned).glob(f"{FINANCE}_*.xlsx")
    [button] = html.fromstring(browser.get(f"/agency/{FINANCE}").text).xpath("//a[contains(@class, 'go')]")
    answer = browser.get(button.get("href"))
    assert answer.status_code == 200 and answer.content == written.read_bytes()
    for none in (f"{FINANCE}/original/2", f"{FINANCE}/original/x", f"{EDUCATION}/original/2", "nobody/returned",
                 "nobody/original/1", f"{FINANCE}/original/..%2f..%2fcampaign.key"):  # fmt: skip
        assert browser.get(f"/agency/{none}").status_code == 404, none


@pytest.mark.parametrize(
    "told, kept",
    [("a.xlsx", "a.xlsx"), ("../../campaign.toml", "campaign.toml"), ("C:\\temp\\年报.xlsx", "年报.xlsx"),
     ("/etc/passwd", "passwd"), ("..", "无名文件"), (".xlsx", "无名文件.xlsx"), ("CON.xlsx", "_CON.xlsx"),
     ("a<b>:|?*.xlsx", "ab.xlsx"), ("a\0b\u202e.xlsx", "ab.xlsx"), (".xltool-x-1-2", "xltool-x-1-2"),
     ("x" * 300 + ".xlsx", "x" * 195 + ".xlsx"), ("年" * 100 + ".xlsx", "年" * 65 + ".xlsx"), ("", "无名文件")],
)  # fmt: skip
def test_names_are_their_own_and_no_paths(told, kept):
    assert arrival_name(told) == kept
    assert len(kept.encode()) <= 200


def test_names_that_try_to_be_paths_or_pages_stay_in_the_inbox(browser, empty):
    before = sorted(path.name for path in empty.root.parent.iterdir())
    names = ["../../../escaped.txt", "..\\..\\escaped2.txt", f"{HOSTILE}.txt"]
    send(browser, [(name, name.encode()) for name in names])
    tree = wait(browser)
    assert len(inbox(empty)) == 3 and "escaped.txt" in inbox(empty)
    assert sorted(path.name for path in empty.root.parent.iterdir()) == before
    raw = browser.get("/take-in").text
    assert "<script>alert" not in raw and "<img" not in raw and len(results(tree)) == 3


def test_no_token_stores_nothing(browser, empty):
    for token in ("", "wrong"):
        assert send(browser, [("a.xlsx", b"x")], token=token).status_code == 403
    body = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.xlsx"\r\n\r\nx\r\n'
        b'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n' + browser.token().encode() + b"\r\n--b--\r\n"
    )
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = browser.client.post(browser.locate("/take-in"), content=body, headers=kind)
    assert answer.status_code == 403, "the token comes before the files"
    assert inbox(empty) == {} and not list(empty.root.glob(".xltool-*"))


def test_a_file_that_is_too_large_is_not_stored_and_the_others_are(browser, empty):
    large = b"x" * (files.LARGEST_FILE + 1)
    assert send(browser, [("大.xlsx", large), ("小.txt", b"x")]).status_code == 303
    tree = wait(browser)
    assert [*inbox(empty)] == ["小.txt"] and "大.xlsx超过10兆，没有存。" in tree.text_content()
    answer = send(browser, [("大.xlsx", large)])
    assert answer.status_code == 413 and "大.xlsx超过10兆" in answer.text
    assert not list(empty.root.glob(".xltool-*"))


def test_two_gigabytes_are_refused_before_they_are_read(browser, empty):
    connection = http.client.HTTPConnection("127.0.0.1", int(browser.server.root.rpartition(":")[2]), timeout=30)
    connection.putrequest("POST", f"{browser.base}/take-in")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    for name, value in (("Cookie", cookie), ("Content-Type", "multipart/form-data; boundary=b")):
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(2 * 2**30))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    connection.close()


def test_more_than_the_most_in_pieces_is_refused_too(browser, empty, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST_UPLOAD", 100_000)
    head = f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{browser.token()}\r\n--b\r\n'
    head += 'Content-Disposition: form-data; name="files"; filename="a.xlsx"\r\n\r\n'

    def pieces():
        yield head.encode()
        for _ in range(100):
            yield b"x" * 10_000

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    assert browser.client.post(browser.locate("/take-in"), content=pieces(), headers=kind).status_code == 413
    assert inbox(empty) == {} and not list(empty.root.glob(".xltool-*"))


def test_an_upload_that_comes_to_a_halt_is_dropped(browser, empty, monkeypatch):
    monkeypatch.setattr(bodies, "SLOWEST_SECONDS", 0.3)
    head = f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{browser.token()}\r\n--b\r\n'
    head += 'Content-Disposition: form-data; name="files"; filename="a.xlsx"\r\n\r\nhalf'

    def pieces():
        yield head.encode()
        time.sleep(3)
        yield b"more"

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = browser.client.post(browser.locate("/take-in"), content=pieces(), headers=kind)
    assert answer.status_code == 408
    assert inbox(empty) == {} and not list(empty.root.glob(".xltool-*"))


@pytest.mark.parametrize(
    "body, kind, status",
    [(b"", "multipart/form-data", 415), (b"token=x", "application/x-www-form-urlencoded", 415),
     (b"nonsense", "multipart/form-data; boundary=b", 400), (b"--b\r\n", "multipart/form-data; boundary=b", 400),
     (b'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n' + b"x" * 5000, "multipart/form-data; boundary=b",
      413),
     (b"--b\r\n" + b"A" * 20_000 + b": x\r\n\r\n", "multipart/form-data; boundary=b", 400),
     (b"--b--\r\n", "multipart/form-data; boundary=b", 403)],
)  # fmt: skip
def test_what_is_no_form_of_ours_is_refused(browser, empty, body, kind, status):
    answer = browser.client.post(browser.locate("/take-in"), content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert inbox(empty) == {} and not list(empty.root.glob(".xltool-*"))


def test_no_file_and_no_day_are_told(browser, empty):
    assert send(browser, [("", b"")]).status_code == 422
    answer = send(browser, [("a.txt", b"x")], received="昨天")
    assert answer.status_code == 422 and "昨天" in answer.text


def test_events_tell_how_far_it_is_and_that_it_has_ended(browser, empty):
    for at in range(6):
        (empty.root / empty.layout.inbox / f"{at}.txt").write_bytes(str(at).encode())
    browser.post("/take-in/collect")
    with browser.client.stream("GET", browser.locate("/take-in/events")) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line for line in answer.iter_lines() if line.startswith("event")]
    assert lines[0] == "event: changed" and lines[-1] == "event: ended"
    assert len(results(wait(browser))) == 6


def test_pages_are_shown_while_it_is_at_work_and_it_can_be_stopped(browser, empty, monkeypatch):
    for at in range(60):
        (empty.root / empty.layout.inbox / f"{at}.xlsx").write_bytes(fill(EDUCATION, disclosure__fees__amount=at + 1))
    browser.post("/take-in/collect")
    assert "http-equiv" in browser.get("/take-in").text and browser.get("/").status_code == 200
    browser.post("/take-in/collect")  # twice at once is once more afterwards
    browser.post("/take-in/stop")
    tree = wait(browser)
    assert tree.xpath("string(//h1)").startswith("停下了") and "没看的留在收件里" in tree.xpath("string(//h1)")
    assert len(inbox(empty)) == 60
    assert browser.post("/take-in/collect").status_code == 303
    tree = wait(browser)
    assert tree.xpath("string(//h1)").startswith("看了60个文件")
    with stores.opened(empty) as store:
        assert store.count_versions() == {EDUCATION: 60}


def test_a_collection_that_fails_says_why_and_the_next_one_works(browser, empty):
    roster = empty.root / "roster.csv"
    kept = roster.read_bytes()
    (empty.root / empty.layout.inbox / "a.xlsx").write_bytes(fill(EDUCATION))
    roster.write_text("单位代码,单位名称,级别\n", "utf-8")
    browser.post("/take-in/collect")
    deadline = time.monotonic() + 30
    while browser.site.home.collection.is_running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert browser.site.home.collection.progress == "failed"
    roster.write_bytes(kept)
    tree = wait(browser)
    assert tree.xpath("string(//h1)").startswith("没有收完") and tree.xpath("string(//p[@class='fault'])")
    browser.post("/take-in/collect")
    assert "a.xlsx" in results(wait(browser))


def test_the_page_and_the_console_end_alike(tmp_path):
    """The same files by the page and by the command: the same standing, to the letter."""
    from click.testing import CliRunner

    from xltool.campaign.roster import Roster
    from xltool.cli import main

    told = []
    for face in ("page", "console"):
        made = stores.campaign(tmp_path / face, Roster(stores.entries()))
        sent = [("a.xlsx", fill(EDUCATION)), ("b.xlsx", fill(FINANCE, applications__received__other=99))]
        if face == "page":
            with open_browser(made.root, date.today()) as browser:
                send(browser, sent, "2025-01-09")
                wait(browser)
        else:
            for name, data in sent:
                (made.root / made.layout.inbox / name).write_bytes(data)
            CliRunner().invoke(main, ["collect", "-C", str(made.root), "--received", "2025-01-09"])
        status = CliRunner().invoke(main, ["status", "-C", str(made.root), "--json"])
        told.append(json.loads(status.stdout.splitlines()[0]))
    assert told[0] == told[1] and told[0]["counts"]["returned"] == 1
