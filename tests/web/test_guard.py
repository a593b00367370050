"""Attacks on the office page: each is refused, with a status that is true, and nothing changes."""

from __future__ import annotations

import os
import re
import socket
from urllib.parse import urlencode, urlsplit

import pytest
from starlette.routing import Mount, Route

from tests.web.conftest import EDUCATION, ask, open_browser
from xltool.web import app
from xltool.web.changes import LARGEST_FORM
from xltool.web.site import CAMPAIGNS

SCRIPT = re.compile('<script src="/static/office.js[?][0-9a-f]{12}" defer></script>')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def posts(site):
    """Every address that takes a change."""
    routes = app.build_app(site, 1)._app.routes
    inner = [(CAMPAIGNS + "{campaign}", each) for mount in routes if isinstance(mount, Mount) for each in mount.routes]
    return [
        (base + route.path).replace("{code}", EDUCATION).replace("{campaign}", site.home.name)
        for base, route in [*(("", route) for route in routes), *inner]
        if isinstance(route, Route) and "POST" in route.methods
    ]


def name_cookie(browser):
    return f"xltool-{browser.server.root.rpartition(':')[2]}"


def snapshot(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in sorted(root.rglob("*"))
    }


@pytest.fixture
def untouched(campaign, browser):
    before = snapshot(campaign.root)
    yield browser
    assert snapshot(campaign.root) == before
    assert not browser.server.server.should_exit


def test_the_key_becomes_a_cookie_and_leaves_the_address(browser):
    answer = ask(browser.server, f"/?key={browser.site.keys.key}&show=late")
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/" in cookie
    assert browser.site.keys.key not in cookie
    assert browser.get().status_code == 200
    assert browser.site.keys.key not in browser.get().text and browser.site.keys.session not in browser.get().text


@pytest.mark.parametrize("query", ["", "?key=", "?key=wrong", "?key=%E5%AF%86", "?key=%ff", "?" + "a=1&" * 200])
def test_without_the_key_nobody_is_let_in(untouched, query):
    answer = ask(untouched.server, f"/{query}")
    assert answer.status_code == 403 and "额敏县" not in answer.text and "set-cookie" not in answer.headers


def test_a_right_key_beside_a_wrong_one_is_no_key(untouched):
    answer = ask(untouched.server, f"/?key={untouched.site.keys.key}&key=x")
    assert answer.status_code == 403


def test_guessing_keys_and_sessions_leads_nowhere(untouched):
    key = untouched.site.keys.key
    for at in range(len(key)):
        assert ask(untouched.server, f"/?key={key[:at]}").status_code == 403
        assert ask(untouched.server, cookie=f"{name_cookie(untouched)}={key[:at]}").status_code == 403


def test_the_cookie_of_another_run_is_worth_nothing(untouched, campaign):
    with open_browser(campaign.root) as other:
        cookie = f"{name_cookie(untouched)}={other.site.keys.session}"
    assert ask(untouched.server, cookie=cookie).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:PORT", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:PORT", ""]
)
def test_another_host_is_refused_even_with_the_cookie(untouched, host):
    """A site whose name was made to lead here would otherwise be asked as ours."""
    host = host.replace("PORT", untouched.server.root.rpartition(":")[2])
    for path in ("/", "/static/office.css", f"/?key={untouched.site.keys.key}"):
        answer = untouched.get(path, headers={"Host": host})
        assert answer.status_code == 403 and "额敏县" not in answer.text, path


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "OURS1"},
                                     {"Origin": "OURS", "Sec-Fetch-Site": "cross-site"},
                                     {"Sec-Fetch-Site": "same-site"}])  # fmt: skip
def test_a_change_from_another_site_is_refused(untouched, headers):
    token = untouched.token()
    headers = {name: value.replace("OURS", untouched.server.root) for name, value in headers.items()}
    for path in posts(untouched.site):
        answer = untouched.client.post(path, data={"token": token}, headers=headers)
        assert answer.status_code == 403, path


@pytest.mark.parametrize("token", ["", "x", "密"])
def test_a_change_without_our_token_is_refused(untouched, token):
    base = untouched.base
    assert {"/close", f"{base}/take-in", f"{base}/agency/{EDUCATION}/use"} <= {*posts(untouched.site)}
    for path in posts(untouched.site):
        for fields in ({}, {"token": token}):
            body = urlencode(fields)
            answer = untouched.client.post(path, content=body, headers=FORM | {"Origin": untouched.server.root})
            assert answer.status_code in {403, 415}, path
            answer = untouched.client.post(path, data=fields, files={"files": ("a.xlsx", b"x")})
            assert answer.status_code in {403, 415}, path


def test_the_token_of_another_run_is_worth_nothing(untouched, campaign):
    with open_browser(campaign.root) as other:
        token = other.token()
    assert untouched.post("/close", token=token).status_code == 403


def test_a_form_that_is_too_long_or_of_another_kind_is_refused(untouched):
    token = untouched.token()
    long = f"token={token}&a=" + "x" * LARGEST_FORM
    assert untouched.client.post("/close", content=long, headers=FORM).status_code == 413
    many = f"token={token}&" + "a=1&" * 4000
    assert untouched.client.post("/close", content=many, headers=FORM).status_code == 422
    assert untouched.client.post("/close", json={"token": token}).status_code == 415
    assert untouched.client.post("/close", content=f"token={token}".encode("utf-16"), headers=FORM).status_code != 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(untouched, method):
    answer = untouched.client.request(method, untouched.locate("/"))
    assert answer.status_code == 405 and "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path",
    ["/static/..%2f__init__.py", "/static/%2e%2e/keys.py", "/static/office.css%00", "/static/", "/static/base.html.j2",
     "/campaign.key", "/../campaign.key", "/..%2fcampaign.db", "//etc/passwd", "/static//etc/passwd"],
)  # fmt: skip
def test_no_path_of_a_request_is_a_path_on_disk(untouched, path):
    answer = untouched.get(path)
    assert answer.status_code == 404 and "no such file" not in answer.text.lower()


def test_the_style_sheet_and_the_script_need_no_key_and_tell_nothing(untouched):
    for name, kind in (("office.css", "text/css"), ("office.js", "text/javascript"), ("office.svg", "image/svg+xml")):
        answer = ask(untouched.server, f"/static/{name}")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind)
        assert "额敏县" not in answer.text


def test_every_answer_bears_the_headers(untouched):
    answers = [untouched.get(), untouched.get("/nothing"), untouched.get("/static/office.js"), ask(untouched.server),
               ask(untouched.server, host="evil.example"), untouched.client.request("PUT", "/"),
               untouched.get("/?show=nothing"), untouched.client.post("/close")]  # fmt: skip
    assert {answer.status_code for answer in answers} == {200, 403, 404, 405, 415}
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        kept = "max-age=86400" if "/static/" in answer.url.path else "no-store"
        assert kept in answer.headers["cache-control"]
        assert "server" not in answer.headers


def test_no_page_has_a_script_or_a_style_within(browser):
    for path in ("/", "/?show=unread", "/nothing"):
        answer = browser.get(path)
        nonce = answer.headers["content-security-policy"].partition("'nonce-")[2].partition("'")[0]
        assert answer.text.count("<script") == len(SCRIPT.findall(answer.text)) == 1
        assert answer.text.count("<style") == answer.text.count(f'<style nonce="{nonce}">')
        assert " style=" not in answer.text and "onclick" not in answer.text
    assert browser.get().headers["content-security-policy"] != browser.get().headers["content-security-policy"]


def test_a_fault_of_the_program_shows_no_trace(browser, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("/secret/place of a fault")

    monkeypatch.setattr("xltool.web.board.word_headline", fail)
    answer = browser.get()
    assert answer.status_code == 500 and "程序出了错" in answer.text
    assert "secret" not in answer.text and "Traceback" not in answer.text and "RuntimeError" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_campaign_that_cannot_be_read_is_told_as_such(browser, campaign):
    (campaign.root / "campaign.toml").write_text("form = ", "utf-8")
    answer = browser.get()
    assert answer.status_code == 409 and "campaign.toml" in answer.text
    campaign.database.write_bytes(os.urandom(5000))
    (campaign.root / "campaign.toml").write_bytes(campaign.to_toml())
    answer = browser.get()
    assert answer.status_code == 409 and "campaign.db" in answer.text


def test_the_last_page_closes_the_office_page(browser):
    answer = browser.post("/close")
    assert answer.status_code == 200 and "可以关掉这个窗口了" in answer.text
    assert "办公台关了" in answer.text and "没有办成" not in answer.text
    assert browser.server.server.should_exit


def send_raw(server, *lines, cookie="", body=""):
    """What is answered to a request as it is written: no client of ours would send it so."""
    place = urlsplit(server.root)
    head = [line.replace("PLACE", place.netloc) for line in lines]
    head += [f"Cookie: {cookie}"] if cookie else []
    head += [f"Content-Length: {len(body)}"] if body else []
    with socket.create_connection((place.hostname, place.port), timeout=30) as line:
        line.sendall("\r\n".join([*head, "Connection: close", "", body]).encode("latin-1"))
        parts = []
        while part := line.recv(65536):
            parts.append(part)
    return b"".join(parts).decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["GET BASE/ HTTP/1.1", "Host: PLACE@evil.example"], 403),
        (["GET BASE/ HTTP/1.1", "Host: 2130706433:PORT"], 403),
        (["GET BASE/ HTTP/1.1", "Host: 127.0.0.1.:PORT"], 403),
        (["GET BASE/ HTTP/1.0"], 403),
        (["GET BASE/ HTTP/1.1", "Host: PLACE", "Host: evil.example"], 400),
        (["GET http://evil.example BASE/ HTTP/1.1", "Host: PLACE"], 400),
        (["GET http://evil.exampleBASE/ HTTP/1.1", "Host: PLACE"], 404),
        (["GET //evil.example/ HTTP/1.1", "Host: PLACE"], 404),
        (["GET BASE/%0d%0aSet-Cookie:%20a=b HTTP/1.1", "Host: PLACE"], 404),
        (["GET BASE/agency/CODE/absent HTTP/1.1", "Host: PLACE", "X-HTTP-Method-Override: POST"], 405),
        (["TRACE BASE/ HTTP/1.1", "Host: PLACE"], 405),
        (["OPTIONS BASE/ HTTP/1.1", "Host: PLACE", "Origin: http://evil.example"], 405),
        (["GET /static/..%5c..%5cguard.py HTTP/1.1", "Host: PLACE"], 404),
        (["GET /static/office.css%00.png HTTP/1.1", "Host: PLACE"], 404),
        (["GET BASE/agency/CODE/original/%D9%A1 HTTP/1.1", "Host: PLACE"], 404),
        (["POST BASE/agency/CODE/absent HTTP/1.1", "Host: PLACE", "Content-Length: 3", "Content-Length: 5"], 400),
    ],
)
def test_requests_that_no_browser_sends_are_refused(untouched, lines, status):
    cookie = f"{name_cookie(untouched)}={untouched.site.keys.session}"
    told = {"BASE": untouched.base, "CODE": EDUCATION, "PORT": untouched.server.root.rpartition(":")[2]}
    for word, meant in told.items():
        lines = [line.replace(word, meant) for line in lines]
    answer = send_raw(untouched.server, *lines, cookie=cookie)
    assert answer.startswith(f"HTTP/1.1 {status} "), answer[:200]
    assert "evil" not in answer and "Traceback" not in answer and "access-control" not in answer.lower()


@pytest.mark.parametrize("place", ["query", "header", "twice"])
def test_the_token_counts_where_a_form_of_ours_has_it(untouched, place):
    token, path = untouched.token(), f"{untouched.base}/agency/{EDUCATION}/absent"
    cookie = f"{name_cookie(untouched)}={untouched.site.keys.session}"
    origins = ["Origin: http://PLACE", *(["Origin: http://evil.example"] if place == "twice" else [])]
    lines = [f"POST {path}{f'?token={token}' if place == 'query' else ''} HTTP/1.1", "Host: PLACE", *origins]
    lines += ["Content-Type: application/x-www-form-urlencoded", *([f"X-Token: {token}"] if place == "header" else [])]
    body = "reason=x&person=y" + (f"&token={token}" if place == "twice" else "")
    assert send_raw(untouched.server, *lines, cookie=cookie, body=body).startswith("HTTP/1.1 403 ")


def test_control_signs_and_options_in_fields_stay_words(browser, campaign):
    for person, reason in (("a\0b\x1b[31m", "x\0y"), ("--withdraw", "--help"), ("x\r\ny", "a\n\nb")):
        assert browser.post(f"/agency/{EDUCATION}/absent", person=person, reason=reason).status_code == 303
        assert browser.get("/record").status_code == 200
        assert not {"\0", "\x1b"} & {*browser.get(f"/agency/{EDUCATION}").text}
    assert browser.post("/hand-out/sent", person="x", **{"sent.--all": "1"}).status_code in {409, 422}
