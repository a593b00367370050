"""`xltool serve` as a process: what it prints, how it ends, what it says when it cannot begin."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from tests.campaign import stores
from xltool.campaign.roster import Roster

LINE = re.compile(r"办公台：(http://127\.0\.0\.1:([0-9]+)/\?key=[\w-]{43})\n")


@pytest.fixture
def campaign(tmp_path):
    return stores.campaign(tmp_path, Roster(stores.entries()))


@pytest.fixture(autouse=True)
def settings(tmp_path_factory, monkeypatch):
    """Where campaigns are remembered: never in the folder of whoever runs the tests."""
    folder = tmp_path_factory.mktemp("settings")
    monkeypatch.setenv("XLTOOL_CONFIG", str(folder))
    return folder


def start(*arguments):
    command = [sys.executable, "-c", "from xltool.cli import main; main()", "serve", "--no-browser", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"}
    )


@contextmanager
def served(*arguments):
    """The process and the address that it printed; ended here when the test has not."""
    process = start(*arguments)
    try:
        yield process, LINE.fullmatch(process.stdout.readline())[1]
    finally:
        process.kill()
        process.communicate(timeout=30)


def test_it_prints_its_address_alone_and_ends_with_ctrl_c(campaign):
    with served("-C", str(campaign.root / "inbox"), "--port", "0") as (process, address):
        answer = httpx.get(address, follow_redirects=False, trust_env=False, timeout=60)
        assert answer.status_code == 303
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=30)
        assert (process.returncode, rest, said) == (0, "", "")


def test_its_own_button_ends_it(campaign):
    with served("-C", str(campaign.root)) as (process, address):
        with httpx.Client(trust_env=False, timeout=60, follow_redirects=True) as client:
            page = client.get(address)
            assert page.status_code == 200 and "key" not in str(page.url)
            token = re.search('name="token" value="([^"]+)"', page.text)[1]
            last = client.post(page.url.join("/close"), data={"token": token})
            assert last.status_code == 200 and "可以关掉这个窗口了" in last.text
        rest, said = process.communicate(timeout=30)
        assert (process.returncode, rest, said) == (0, "", "")


def test_it_listens_on_this_computer_alone(campaign):
    with served("-C", str(campaign.root)) as (_, address):
        port = int(LINE.fullmatch(f"办公台：{address}\n")[2])
        with socket.socket() as other, pytest.raises(ConnectionRefusedError):
            other.connect(("127.0.0.2", port))


def test_two_office_pages_of_one_folder_stand_side_by_side(campaign):
    with (
        served("-C", str(campaign.root)) as (_, first),
        served("-C", str(campaign.root)) as (_, second),
        httpx.Client(trust_env=False, timeout=60, follow_redirects=True) as client,
    ):
        for address in (first, second, first.partition("?")[0], second.partition("?")[0]):
            assert client.get(address).status_code == 200


def test_a_port_that_is_taken_and_a_folder_that_is_none_are_told(campaign, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        process = start("-C", str(campaign.root), "--port", port)
        out, said = process.communicate(timeout=60)
    assert process.returncode == 1 and out == "" and said.startswith(f"端口 {port} 用不了") and said.count("\n") == 1
    process = start("-C", str(tmp_path / "none"))
    out, said = process.communicate(timeout=60)
    assert process.returncode == 1 and out == "" and "没有" in said and "这个文件夹" in said
    process = start("--port", "70000")
    out, said = process.communicate(timeout=60)
    assert process.returncode == 2 and out == "" and "70000" in said


def test_in_a_folder_of_no_campaign_it_lists_those_that_it_knows(campaign, settings, tmp_path_factory):
    with (
        served("-C", str(campaign.root)) as (_, address),
        httpx.Client(trust_env=False, timeout=60, follow_redirects=True) as client,
    ):
        client.get(address)
    assert [file.name for file in settings.iterdir()] == ["recent.json"]
    with (
        served("-C", str(tmp_path_factory.mktemp("empty"))) as (_, address),
        httpx.Client(trust_env=False, timeout=60, follow_redirects=True) as client,
    ):
        page = client.get(address)
        assert page.url.path == "/campaigns" and str(campaign.root) in page.text
