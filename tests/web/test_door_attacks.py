"""Attacks on the agencies' door: each is refused, with a status that is true, and nothing changes."""

from __future__ import annotations

import http.client
import io
import re
import socket
import time
import zipfile

import httpx
import pytest

from tests.web.doors import EDUCATION, FINANCE, fill_blank, open_for, tell
from tests.web.test_guard import snapshot
from xltool.campaign.links import Links
from xltool.web import bodies, door_limits, origins, server
from xltool.web.door_guard import OF_WRONG, DoorLimits
from xltool.web.door_limits import Budget, Limiter
from xltool.web.door_trial import LARGEST_TRIAL

HOSTILE = '<script>alert(1)</script><img src=x onerror="x">"\'&{{ 7*7 }}{% raw %}'
POSTS = ("trial", "hand-in")


@pytest.fixture
def untouched(door, sent_out):
    before = snapshot(sent_out.root)
    yield door
    assert snapshot(sent_out.root) == before


def ask(door, path, method="GET", **headers):
    with httpx.Client(base_url=door.server.address, trust_env=False, timeout=60) as client:
        return client.request(method, path, headers={name.title(): value for name, value in headers.items()})


@pytest.mark.parametrize(
    "path",
    ["/", "/b", "/b/", "/b/CODE", "/b/CODE/", "/b/CODE/x/", "/b/CODE/" + "0" * 32 + "/", "/b/none/SECRET/",
     "/b/CODE/SECRET%00/", "/b/CODE/SECRETx/", "/b//SECRET/", "/b/../CODE/SECRET/", "/b/CODE/SECRE", "//b/CODE/SECRET/",
     "/B/CODE/SECRET/", "/b/CODE/SECRET", "/c/", "/take-in", "/campaign.key", "/b/CODE/SECRET/../../x"],
)  # fmt: skip
def test_what_is_no_link_tells_nothing_and_lists_nothing(untouched, path):
    secret = untouched.links().make_secret(EDUCATION)
    asked = path.replace("CODE", EDUCATION).replace("SECRET", secret)
    if path == "/b/CODE/SECRET":  # a link without its last slash is one
        assert ask(untouched, asked).status_code == 200
        return
    answer = ask(untouched, asked)
    assert answer.status_code == 404 and "额敏县" not in answer.text and EDUCATION not in answer.text


def test_an_unknown_code_a_wrong_and_a_revoked_link_are_answered_alike(door, sent_out):
    old = door.links().locate(EDUCATION)
    from tests.web.test_door import run

    run(sent_out, "links", "--base", "https://a.example.invalid", "--revoke", EDUCATION)
    wrong = f"/b/{EDUCATION}/{'0' * 32}"
    nobody = f"/b/654221-999/{'0' * 32}"
    said = {re.sub("nonce-[^']+", "", ask(door, f"{path}/").text) for path in (old, wrong, nobody)}
    assert len(said) == 1


def test_the_link_of_one_agency_opens_no_other(untouched):
    links = untouched.links()
    mine, theirs = links.make_secret(EDUCATION), links.make_secret(FINANCE)
    for code, secret in ((FINANCE, mine), (EDUCATION, theirs)):
        for part in ("", "workbook", "returned", "marked", "version/1"):
            assert ask(untouched, f"/b/{code}/{secret}/{part}").status_code == 404
        for part in POSTS:
            assert ask(untouched, f"/b/{code}/{secret}/{part}", "POST").status_code == 404
    other = Links(bytes(32), {}).locate(EDUCATION)
    assert ask(untouched, f"{other}/").status_code == 404


@pytest.mark.parametrize("token", ["", "x", "密", "OTHER", "LINK"])
def test_a_change_without_the_token_of_its_own_link_is_refused(untouched, token):
    links, agency = untouched.links(), untouched.agency(EDUCATION)
    token = {"OTHER": links.make_form_token(FINANCE), "LINK": links.make_secret(EDUCATION)}.get(token, token)
    data = fill_blank(untouched.blank(EDUCATION))
    assert agency.try_out(data, token=token).status_code == 403
    answer = agency.client.post(f"{agency.link}/hand-in", data={"token": token, "trial": "0" * 64})
    assert answer.status_code == 403
    answer = agency.client.post(f"{agency.link}/trial", files={"file": ("a.xlsx", data)})
    assert answer.status_code == 403, "a file before the token"
    for kind in ("text/plain", "application/json", "multipart/form-data", ""):
        for part in POSTS:
            answer = agency.client.post(f"{agency.link}/{part}", content=b"token=x", headers={"Content-Type": kind})
            assert answer.status_code == 415


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_a_change_from_another_site_is_refused(untouched, headers):
    agency = untouched.agency(EDUCATION)
    token = agency.token()
    for part in POSTS:
        answer = agency.client.post(f"{agency.link}/{part}", data={"token": token}, headers=headers)
        assert answer.status_code == 403, part


@pytest.mark.parametrize("host", ["evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1:1", "1.2.3.4:PORT", ""])
def test_another_host_is_refused_even_with_the_link(untouched, host):
    agency = untouched.agency(EDUCATION)
    host = host.replace("PORT", str(untouched.server.listening.getsockname()[1]))
    for path in (f"{agency.link}/", "/static/office.css", f"{agency.link}/workbook"):
        answer = agency.client.get(path, headers={"Host": host})
        assert answer.status_code == 403 and "额敏县" not in answer.text


def test_the_public_address_is_a_host_and_on_all_addresses_figures_are(sent_out):
    from tests.web.test_door import run

    run(sent_out, "links", "--base", "https://Baosong.example.invalid:8443")
    with open_for(sent_out, host="0.0.0.0") as door:
        link, port = door.links().locate(EDUCATION), door.server.listening.getsockname()[1]
        hosts = {
            "baosong.example.invalid:8443": 200,
            "baosong.example.invalid": 403,
            f"192.0.2.7:{port}": 200,
            f"[2001:db8::1]:{port}": 200,
            "192.0.2.7": 403,
            f"evil.example:{port}": 403,
        }
        for host, status in hosts.items():
            assert ask(door, f"{link}/", host=host).status_code == status, host
        origin = {"Origin": "https://baosong.example.invalid:8443", "Host": "baosong.example.invalid:8443"}
        fields = {"token": door.links().make_form_token(EDUCATION), "trial": "0" * 64}
        answer = door.client(**origin).post(f"{link}/hand-in", data=fields)
        assert answer.status_code == 409, "what stands in front speaks TLS"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(untouched, method):
    answer = untouched.agency(EDUCATION).client.request(method, f"{untouched.links().locate(EDUCATION)}/")
    assert answer.status_code == 405 and "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    "part",
    ["version/..%2f..%2fcampaign.key", "version/%2e%2e/x", "version/0", "version/1", "version/-1", "version/x",
     "../../campaign.db", "..%2f..%2fcampaign.db", "workbook/x", "static/office.css", "returned", "marked"],
)  # fmt: skip
def test_no_path_of_a_request_is_a_path_on_disk(untouched, part):
    answer = untouched.agency(EDUCATION).get(part)
    assert answer.status_code == 404 and "no such file" not in answer.text.lower()


@pytest.mark.parametrize(
    "name",
    ["../../campaign.toml", "..\\..\\campaign.toml", "/etc/passwd", "C:\\x.xlsx", "CON.xlsx", ".trials", "a\0b.xlsx",
     "x" * 500 + ".xlsx", "年报\u202exslx.exe", "\r\nX-Evil: 1.xlsx", "", ".", "..", "~$a.xlsx"],
)  # fmt: skip
def test_a_name_is_no_path_and_hands_in_all_the_same(door, sent_out, name):
    kept = {path for path in snapshot(sent_out.root) if "/" not in path and not path.startswith("campaign.")}
    agency, data = door.agency(EDUCATION), fill_blank(door.blank(EDUCATION))
    body = (f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{agency.token()}\r\n--b\r\n'
            f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n').encode()  # fmt: skip
    answer = agency.client.post(f"{agency.link}/trial", content=body + data + b"\r\n--b--\r\n",
                                headers={"Content-Type": "multipart/form-data; boundary=b"})  # fmt: skip
    if answer.status_code != 303:  # no name at all, or one that ends the line of its header
        assert answer.status_code in {400, 422} and (not name or "\r\n" in name)
        return
    assert "审核通过" in tell(agency.confirm())
    inbox = sent_out.root / sent_out.layout.inbox
    [path] = inbox.iterdir()
    assert path.name.startswith(f"{EDUCATION}_") and path.read_bytes() == data and len(path.name.encode()) <= 200
    now = {path for path in snapshot(sent_out.root) if "/" not in path and not path.startswith("campaign.")}
    assert now == kept | {".trials"}


def test_a_script_in_a_name_or_a_text_is_text(door):
    agency = door.agency(EDUCATION)
    agency.try_out(fill_blank(door.blank(EDUCATION)), f"{HOSTILE}.xlsx".replace("/", ""))
    answer = agency.confirm(person=HOSTILE)
    for page in (answer, agency.try_out(b"x", f"{HOSTILE}.txt".replace("/", ""))):
        assert (
            "<script" not in page.text
            and "<img" not in page.text
            and "49" not in re.findall("alert.{60}", page.text)[0]
        )
        assert "&lt;script&gt;" in page.text
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'" in policy and "unsafe" not in policy


@pytest.mark.parametrize("inner", ["a.xlsx", "a.eml", "../../a.xlsx"])
def test_a_zip_in_place_of_a_workbook_is_told_and_not_opened(door, sent_out, inner):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(inner, fill_blank(door.blank(EDUCATION)))
    agency = door.agency(EDUCATION)
    before = snapshot(sent_out.root / sent_out.layout.inbox)
    assert "这是压缩包：这里一次只收一个填好的工作簿" in tell(agency.try_out(buffer.getvalue(), "年报.xlsx"))
    assert not agency.page().xpath("//button[normalize-space()='确认报送']")
    assert snapshot(sent_out.root / sent_out.layout.inbox) == before


def raw(door, head, body=b"", wait=10):
    """What is answered to bytes as they are, and how long that took."""
    address = door.server.listening.getsockname()
    began = time.monotonic()
    with socket.create_connection(address, timeout=wait) as connection:
        connection.sendall(head.replace("HOST", f"127.0.0.1:{address[1]}").encode() + body)
        answer = connection.recv(65536)
    return answer.decode("utf-8", "replace"), time.monotonic() - began


@pytest.mark.parametrize("part", POSTS)
def test_an_upload_that_is_too_large_is_refused_before_it_is_read(untouched, part):
    link = untouched.links().locate(EDUCATION)
    kind = "multipart/form-data; boundary=b" if part == "trial" else "application/x-www-form-urlencoded"
    head = f"POST {link}/{part} HTTP/1.1\r\nHost: HOST\r\nContent-Type: {kind}\r\nContent-Length: {2 * 2**30}\r\n\r\n"
    answer, seconds = raw(untouched, head)
    assert answer.startswith("HTTP/1.1 413") and seconds < 5


def test_an_upload_that_says_nothing_of_its_size_ends_at_the_limit(untouched):
    agency = untouched.agency(EDUCATION)
    token = agency.token()

    def stream():
        yield (f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{token}\r\n--b\r\n'
               'Content-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n').encode()  # fmt: skip
        for _ in range(LARGEST_TRIAL // 2**16 + 32):
            yield bytes(2**16)

    try:
        answer = agency.client.post(
            f"{agency.link}/trial", content=stream(), headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
        assert answer.status_code == 413
    except httpx.WriteError:  # it hung up on us
        pass
    for _ in range(100):  # until what was written is taken away
        if not [*(untouched.campaign.root / ".trials").iterdir()]:
            break
        time.sleep(0.05)
    (untouched.campaign.root / ".trials").rmdir()


def test_a_second_file_and_an_upload_that_stops_are_refused(door, sent_out):
    agency, data = door.agency(EDUCATION), fill_blank(door.blank(EDUCATION))
    parts = [("file", ("a.xlsx", data)), ("file", ("b.xlsx", data))]
    answer = agency.client.post(f"{agency.link}/trial", data={"token": agency.token()}, files=parts)
    assert answer.status_code == 413 and "一次只收一个文件" in answer.text
    half = (f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{agency.token()}\r\n--b\r\n'
            'Content-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n').encode()  # fmt: skip
    answer = agency.client.post(f"{agency.link}/trial", content=half + data[:1000],
                                headers={"Content-Type": "multipart/form-data; boundary=b"})  # fmt: skip
    assert answer.status_code == 400
    assert [*(sent_out.root / sent_out.layout.inbox).iterdir()] == []


def test_an_upload_that_is_slow_is_let_go(untouched, monkeypatch):
    monkeypatch.setattr(bodies, "SLOWEST_SECONDS", 0.3)
    link = untouched.links().locate(EDUCATION)
    head = (f"POST {link}/trial HTTP/1.1\r\nHost: HOST\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            "Content-Length: 1000\r\n\r\n--b")  # fmt: skip
    answer, seconds = raw(untouched, head)
    assert answer.startswith("HTTP/1.1 408") and seconds < 5


def test_an_upload_that_trickles_is_let_go(untouched, monkeypatch):
    monkeypatch.setattr(server, "REST_SECONDS", 0.5)
    monkeypatch.setattr(bodies, "SLOWEST_SECONDS", 0.5)
    address = untouched.server.listening.getsockname()
    connection = http.client.HTTPConnection(*address, timeout=20)
    connection.putrequest("POST", f"{untouched.links().locate(EDUCATION)}/trial")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader("Content-Length", "100000")
    connection.endheaders()
    began = time.monotonic()
    try:
        for _ in range(100):
            connection.send(b"-")
            time.sleep(0.1)
    except OSError:
        pass
    assert time.monotonic() - began < 9
    connection.close()


@pytest.mark.parametrize("head", ["", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: HOST\r\n\r\nGET "])
def test_a_request_that_never_comes_is_let_go(untouched, monkeypatch, head):
    monkeypatch.setattr(server, "REST_SECONDS", 0.5)
    address = untouched.server.listening.getsockname()
    with socket.create_connection(address, timeout=20) as connection:
        began = time.monotonic()
        connection.sendall(head.replace("HOST", f"127.0.0.1:{address[1]}").encode())
        with pytest.raises(OSError):
            for _ in range(100):
                connection.sendall(b"X")
                time.sleep(0.1)
        assert time.monotonic() - began < 9


def test_guessing_links_is_answered_ever_more_slowly_and_holds_up_nobody_else(untouched):
    agency = untouched.agency(EDUCATION)
    secret = untouched.links().make_secret(EDUCATION)
    guesses = [ask(untouched, f"/b/{EDUCATION}/{at:032x}/") for at in range(OF_WRONG.most + 20)]
    statuses = [answer.status_code for answer in guesses]
    assert statuses[: OF_WRONG.most] == [404] * OF_WRONG.most and set(statuses[OF_WRONG.most + 1 :]) == {429}
    assert int(guesses[-1].headers["retry-after"]) > 0
    for at in range(len(secret)):  # nothing is told of how much of it was right
        assert ask(untouched, f"/b/{EDUCATION}/{secret[:at]}{'0' * (32 - at)}/").status_code in {429, 200}
    assert agency.client.get(f"{agency.link}/").status_code == 200, "others of the same address go on"


def test_who_comes_too_often_is_told_to_come_later(sent_out):
    clock = [0.0]
    limits = DoorLimits(Limiter(Budget(5, 10), lambda: clock[0]))
    with open_for(sent_out, limits=limits) as door:
        link = door.links().locate(EDUCATION)
        answers = [ask(door, f"{link}/") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert answers[-1].headers["retry-after"] == "10"
        assert ask(door, f"{link}/", **{"x-forwarded-for": "192.0.2.1"}).status_code == 200, "another address"
        clock[0] = 10.0
        assert [ask(door, f"{link}/").status_code for _ in range(2)] == [200, 429]


def test_a_link_has_its_own_budget(sent_out):
    limits = DoorLimits(of_trials=Limiter(Budget(2, 10)), of_link=Limiter(Budget(8, 10)))
    with open_for(sent_out, limits=limits) as door:
        agency, other = door.agency(EDUCATION), door.agency(FINANCE)
        token = door.links().make_form_token(EDUCATION)
        answers = [agency.try_out(b"x", token=token, follow=False).status_code for _ in range(3)]
        assert answers == [303, 303, 429]
        assert [agency.client.get(f"{agency.link}/").status_code for _ in range(6)][-1] == 429
        assert other.client.get(f"{other.link}/").status_code == 200


def test_the_memory_of_budgets_does_not_grow(monkeypatch):
    monkeypatch.setattr(door_limits, "MOST_KNOWN", 100)
    limiter = Limiter(Budget(1, 1000))
    assert [limiter.spend("a"), limiter.spend("a")] == [0, 1000]
    for at in range(1000):
        limiter.spend(str(at))
    assert len(limiter._spent) == 100
    assert limiter.spend("a") == 0, "who was forgotten begins anew"


@pytest.mark.parametrize(
    "told, taken",
    [
        ("192.0.2.1", "192.0.2.1"),
        ("10.0.0.1, 192.0.2.2", "192.0.2.2"),
        ("x", "127.0.0.1"),
        ("192.0.2.1, <script>", "127.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_address_is_what_stands_in_front_says_on_this_computer_alone(told, taken):
    headers = [(b"x-forwarded-for", told.encode())]
    assert origins.find_client({"client": ("127.0.0.1", 1), "headers": headers}) == taken
    assert origins.find_client({"client": ("198.51.100.9", 1), "headers": headers}) == "198.51.100.9"


def test_every_answer_bears_the_headers(untouched):
    agency = untouched.agency(EDUCATION)
    answers = [agency.get(""), agency.get("nothing"), ask(untouched, "/"),
               ask(untouched, "/static/office.css"), ask(untouched, "/", host="evil.example"),
               agency.client.put("/"), agency.client.post(f"{agency.link}/hand-in")]  # fmt: skip
    assert {answer.status_code for answer in answers} == {200, 403, 404, 405, 415}
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff" and "server" not in answer.headers
        kept = "max-age=86400" if "/static/" in answer.url.path else "no-store"
        assert kept in answer.headers["cache-control"]


def test_a_fault_of_the_program_shows_no_trace(door, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("/secret/place of a fault")

    monkeypatch.setattr("xltool.web.door.find_standing", fail)
    agency = door.agency(EDUCATION)
    answer = agency.get("")
    assert answer.status_code == 500 and "程序出了错" in answer.text
    assert "secret/place" not in answer.text and "Traceback" not in answer.text and "RuntimeError" not in answer.text


def test_what_is_refused_is_told_to_whoever_keeps_the_server_without_the_link(untouched, capfd):
    wrong = "0123456789abcdef" * 2
    ask(untouched, f"/b/{EDUCATION}/{wrong}/", **{"x-forwarded-for": "192.0.2.1"})
    said = capfd.readouterr().err
    assert re.search(r"^\d{4}-\d\d-\d\dT[\d:]{8} 192\.0\.2\.1 404 GET$", said, re.M) and wrong not in said
