"""A server of the door killed in the midst of an upload, of a trial, of a hand-in, and started again.

Nothing is half taken, what was not confirmed never counts, what was is never lost, and nothing is left lying about.
"""

from __future__ import annotations

import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from tests.campaign import stores
from tests.web.conftest import COMMAND
from tests.web.doors import EDUCATION, Agency, fill_blank, find_blank
from tests.web.test_door import status
from xltool.campaign.links import read_links

LINE = "why cell.blank@disclosure"


@contextmanager
def serving(campaign):
    """The door in a process of its own, and the agency before it."""
    command = [*COMMAND, "serve", "--agencies", "-C", str(campaign.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8") as server:
        try:
            address = server.stdout.readline().partition("：")[2].strip()
            with stores.opened(campaign) as store:
                link = read_links(campaign, store).locate(EDUCATION)
            with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
                yield server, Agency(client, link)
        finally:
            server.kill()


def leftovers(campaign):
    """What lies in the folder that is neither of the campaign nor a trial."""
    trials = {path.name for path in (campaign.root / ".trials").glob("*")}
    notes = {name.removesuffix(".json") for name in trials if name.endswith(".json")}
    stray = {name for name in trials if not name.endswith(".json") and name.rpartition(".")[0] not in notes}
    doubled = ["two trials"] if len(trials) > 2 * len(notes) else []
    return [path.name for path in campaign.root.rglob(".xltool-*")] + sorted(stray) + doubled


def inbox(campaign):
    return sorted(path.name for path in (campaign.root / campaign.layout.inbox).iterdir())


def kill_after(server, seconds, call):
    """Does something of which the answer is lost, since the server is killed so much later."""
    with ThreadPoolExecutor(1) as one:
        coming = one.submit(call)
        time.sleep(seconds)
        server.kill()
        server.wait()
        try:
            return coming.result()
        except httpx.HTTPError:
            return None


@pytest.fixture
def campaign(sent_out):
    return sent_out


@pytest.fixture
def data(campaign):
    return fill_blank(find_blank(campaign, EDUCATION).read_bytes(), blank=("disclosure.licensing.decisions",))


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_in_the_midst_of_an_upload(campaign, data, share):
    with serving(campaign) as (server, agency):
        request = agency.client.build_request(
            "POST", f"{agency.link}/trial", data={"token": agency.token()}, files={"file": ("年报.xlsx", data)}
        )
        body = request.read()
        place = urlsplit(str(agency.client.base_url))
        with socket.create_connection((place.hostname, place.port)) as line:
            head = f"POST {agency.link}/trial HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {len(body)}\r\n"
            line.sendall(f"{head}Content-Type: {request.headers['content-type']}\r\n\r\n".encode())
            line.sendall(body[: int(len(body) * share)])
            time.sleep(0.5)
            server.kill()
            server.wait()
    with serving(campaign) as (_, agency):
        assert leftovers(campaign) == [] and inbox(campaign) == []
        assert "取工作簿" in agency.page().text_content() and status(campaign)[EDUCATION]["state"] == "missing"
        assert "还要补说明" in agency.try_out(data).text


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 0.1, 0.3])
def test_in_the_midst_of_a_trial(campaign, data, seconds):
    with serving(campaign) as (server, agency):
        agency.try_out(fill_blank(data, 2))
        token = agency.token()
        kill_after(server, seconds, lambda: agency.try_out(data, token=token))
    with serving(campaign) as (_, agency):
        assert leftovers(campaign) == [] and inbox(campaign) == []
        assert agency.page().xpath("//section[@id='result']"), "the trial before, or the new one"
        assert status(campaign)[EDUCATION]["state"] == "missing", "an unconfirmed one never counts"
        assert "还要补说明" in agency.try_out(data).text


@pytest.mark.parametrize("seconds", [0.0, 0.03, 0.1, 0.4, 1.0, 1.6])
def test_in_the_midst_of_a_hand_in(campaign, data, seconds):
    with serving(campaign) as (server, agency):
        agency.try_out(data)
        form = agency.find_form("确认报送")
        fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")} | {LINE: "没有发生。"}
        kill_after(server, seconds, lambda: agency.client.post(form.get("action"), data=fields))
    confirmed = inbox(campaign)
    with serving(campaign) as (_, agency):
        if not confirmed:
            assert status(campaign)[EDUCATION]["state"] == "missing"
            assert "已报送，审核通过" in agency.confirm(**{LINE: "没有发生。"}).text
        for _ in range(300):  # nobody does anything: it is taken in by itself
            if not [*(campaign.root / ".trials").iterdir()]:
                break
            time.sleep(0.1)
        page = agency.client.get(f"{agency.link}/").text
        assert "已报送，审核通过" in page and "没有发生。" in page
    stood = status(campaign)[EDUCATION]
    assert (stood["state"], stood["versions"], len(inbox(campaign))) == ("accepted", 1, 1)
    assert leftovers(campaign) == []
    assert [*(campaign.root / ".trials").iterdir()] == []
