"""The office page beyond this computer: nobody comes in without its password, and nobody stays for ever."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from contextlib import contextmanager
from threading import Thread

import httpx
import pytest

from tests.web.conftest import AFTER, COMMAND, TOKEN
from xltool.campaign.opening import open_store
from xltool.messages import XltoolError
from xltool.web.door_limits import Budget, Limiter
from xltool.web.password import is_password, set_password
from xltool.web.password_guard import Gate
from xltool.web.server import open_server
from xltool.web.sessions import IDLE_SECONDS, LONGEST_SECONDS, Sessions

PASSWORD = "一个很长的密码 8"


@pytest.fixture
def kept(tmp_path):
    path = tmp_path / "settings" / "office-password.json"
    set_password(path, PASSWORD)
    return path


@contextmanager
def opened(campaign, gate):
    server = open_server(campaign.root, 0, COMMAND, lambda: AFTER, gate=gate)
    running = Thread(target=server.run)
    running.start()
    try:
        with httpx.Client(base_url=server.root, trust_env=False, timeout=60) as client:
            yield server, client
    finally:
        server.site.close()
        running.join(20)


def log_in(client, password=PASSWORD, **changed):
    token = TOKEN.search(client.get("/").text)[1]
    return client.post("/login", data={"token": token, "password": password} | changed)


def events(campaign):
    store = open_store(campaign)
    try:
        return [row[0] for row in store._rows("SELECT detail FROM event WHERE what = 'login' ORDER BY id")]
    finally:
        store.close()


def test_the_password_lets_in_and_everything_else_does_not(campaign, kept):
    with opened(campaign, Gate("127.0.0.1", kept)) as (server, client):
        base = server.site.home.base
        for path in ("/", f"{base}/", f"{base}/take-in", "/campaigns", f"/?key={server.site.keys.key}", "/nothing"):
            answer = client.get(path)
            assert answer.status_code == 401 and "额敏县" not in answer.text and "密码" in answer.text
            assert "set-cookie" not in answer.headers and server.site.keys.token not in answer.text
        for path in (f"{base}/take-in", "/close", f"{base}/take-in/collect"):
            assert client.post(path, data={"token": server.site.keys.token}).status_code == 403
        assert log_in(client, "另一个密码 88").status_code == 403
        assert log_in(client, token="x").status_code == 403
        answer = log_in(client)
        assert answer.status_code == 303 and answer.headers["location"] == "/"
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie and PASSWORD not in cookie
        page = client.get(f"{base}/")
        assert page.status_code == 200 and "额敏县" in page.text and "退出登录" in page.text
        assert client.get("/login").status_code == 404
        last = client.post("/close", data={"token": TOKEN.search(page.text)[1]})
        assert last.status_code == 200 and "已退出登录" in last.text
        assert client.get(f"{base}/").status_code == 401, "and the page goes on for others"
        assert not server.server.should_exit
    assert events(campaign) == [
        "密码不对，没有登录，来自 127.0.0.1", "登录，来自 127.0.0.1", "退出登录，来自 127.0.0.1",
    ]  # fmt: skip


def test_other_hosts_and_sites_are_refused(campaign, kept):
    with opened(campaign, Gate("0.0.0.0", kept)) as (server, client):
        port = server.listening.getsockname()[1]
        for host, status in (("evil.example", 403), (f"evil.example:{port}", 403), (f"192.0.2.7:{port}", 401)):
            assert client.get("/", headers={"Host": host}).status_code == status
        token = TOKEN.search(client.get("/").text)[1]
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = client.post("/login", data={"token": token, "password": PASSWORD}, headers=headers)
            assert answer.status_code == 403 and "set-cookie" not in answer.headers
        assert server.address == f"http://127.0.0.1:{port}/"


def test_guessing_is_slow_and_a_cookie_of_another_run_is_worth_nothing(campaign, kept):
    gate = Gate("127.0.0.1", kept, of_tries=Limiter(Budget(3, 30)))
    with opened(campaign, gate) as (server, client):
        statuses = [log_in(client, f"猜的密码 {at:04}").status_code for at in range(5)]
        assert statuses == [403, 403, 403, 429, 429]
        assert log_in(client).status_code == 429, "nor is the right one told apart then"
        name = f"xltool-{server.listening.getsockname()[1]}"
        for secret in ("", "x", server.site.keys.session, server.site.keys.key, Sessions().open()):
            with httpx.Client(base_url=server.root, trust_env=False, timeout=60) as stranger:
                assert stranger.get("/", headers={"Cookie": f"{name}={secret}"}).status_code == 401
    assert len(events(campaign)) == 3


def test_a_session_ends_when_it_is_not_used_and_in_any_case():
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    idle, busy = sessions.open(), sessions.open()
    assert sessions.use(idle) and not sessions.use("x") and not sessions.use("")
    while now[0] + IDLE_SECONDS - 1 < LONGEST_SECONDS:
        now[0] += IDLE_SECONDS - 1
        assert sessions.use(busy)
    assert not sessions.use(idle)
    now[0] = LONGEST_SECONDS + 1
    assert not sessions.use(busy)
    first = sessions.open()
    for _ in range(1000):
        sessions.open()
    assert len(sessions._open) == 100 and not sessions.use(first)


def test_what_is_kept_of_a_password_is_not_it(kept):
    assert is_password(kept, PASSWORD)
    assert not is_password(kept, PASSWORD + "x") and not is_password(kept, "")
    first = kept.read_bytes()
    assert PASSWORD.encode() not in first and json.loads(first)["scrypt"][0] >= 2**15
    if os.name == "posix":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    set_password(kept, PASSWORD)
    assert kept.read_bytes() != first, "another salt"
    for bad in ("短", "x" * 201):
        with pytest.raises(XltoolError, match="8到200个字符"):
            set_password(kept, bad)
    assert is_password(kept, PASSWORD)
    for damaged in (b"", b"{}", b'{"scrypt": [3, 8, 1], "salt": "00", "hash": "00"}', b"[1]"):
        kept.write_bytes(damaged)
        with pytest.raises(XltoolError, match="--set-password"):
            is_password(kept, PASSWORD)


def serve(settings, *arguments, given=""):
    command = [*COMMAND, "serve", "--no-browser", *arguments]
    environment = {**os.environ, "PYTHONUTF8": "1", "XLTOOL_CONFIG": str(settings)}
    told = {"input": given, "capture_output": True, "encoding": "utf-8", "env": environment, "timeout": 60}
    return subprocess.run(command, check=False, **told)


def test_without_a_password_it_does_not_begin(campaign, tmp_path):
    done = serve(tmp_path / "none", "-C", str(campaign.root), "--host", "0.0.0.0")
    assert done.returncode == 1 and done.stdout == "" and "xltool serve --set-password" in done.stderr
    done = serve(tmp_path / "none", "--set-password", given="短\n")
    assert done.returncode == 1 and not (tmp_path / "none").exists()
    done = serve(tmp_path / "settings", "--set-password", given=f"{PASSWORD}\n")
    assert done.returncode == 0 and done.stdout == "" and PASSWORD not in done.stderr
    assert is_password(tmp_path / "settings" / "office-password.json", PASSWORD)
    done = serve(tmp_path / "settings", "-C", str(campaign.root), "--cert", "a.pem")
    assert done.returncode == 2 and "--key" in done.stderr


def test_it_prints_an_address_without_a_key_and_says_that_nothing_is_hidden(campaign, kept):
    command = [*COMMAND, "serve", "--no-browser", "-C", str(campaign.root), "--host", "0.0.0.0"]
    environment = {**os.environ, "PYTHONUTF8": "1", "XLTOOL_CONFIG": str(kept.parent)}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment
    )
    try:
        address = re.fullmatch(r"办公台：(http://127\.0\.0\.1:\d+/)\n", process.stdout.readline())[1]
        assert httpx.get(address, trust_env=False, timeout=60).status_code == 401
        assert "明文" in process.stderr.readline()
    finally:
        process.kill()
        process.communicate(timeout=30)
