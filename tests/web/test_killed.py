"""The office page killed (-9) in the middle of a job, an upload, a change: told, nothing half, done again whole."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner
from lxml import html

from tests.campaign import stores
from tests.web.conftest import COMMAND, EDUCATION, TOKEN
from tests.web.test_county import make_whole
from tests.web.test_take_in import fill
from xltool import files
from xltool.campaign.lock import hold_campaign
from xltool.campaign.roster import Roster
from xltool.cli import main
from xltool.messages import XltoolError
from xltool.web.job_marks import locate_mark
from xltool.web.shelf import FOLDER_VARIABLE

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="kills as POSIX does")
FILES = 24


class Serving:
    """`xltool serve` as a process of its own, and a client that has come in."""

    def __init__(self, root):
        words = [*COMMAND, "serve", "-C", str(root), "--no-browser", "--port", "0"]
        known = {**os.environ, "PYTHONIOENCODING": "utf-8", FOLDER_VARIABLE: str(root.parent / "settings")}
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, encoding="utf-8", env=known, start_new_session=True
        )
        self.address = re.search(r"http\S+", self.process.stdout.readline())[0]
        where = urlsplit(self.address)
        self.root = f"http://{where.netloc}"
        self.client = httpx.Client(base_url=self.root, trust_env=False, timeout=60)
        self.client.get(self.address)
        self.base = self.client.get("/").headers["location"].rstrip("/")

    def get(self, path="/"):
        return self.client.get(self.base + path)

    def prepare(self, path, **fields):
        """A change, ready to be sent."""
        token = TOKEN.search(self.get().text)[1]
        headers = {"Origin": self.root}
        return self.client.build_request("POST", self.base + path, data={"token": token, **fields}, headers=headers)

    def post(self, path, **fields):
        return self.client.send(self.prepare(path, **fields))

    def wait_for(self, path):
        for _ in range(600):
            text = self.get(path).text
            if "http-equiv" not in text:
                return html.fromstring(text)
            time.sleep(0.1)
        raise AssertionError("it does not end")

    def kill(self, way):
        """Kills the office page alone, or with it whatever it runs, as when the power fails."""
        if way == "all":
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()

    def end(self):
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            assert self.process.wait(60) == 0
        self.process.stdout.close()


@contextmanager
def serve(root):
    serving = Serving(root)
    try:
        yield serving
    finally:
        serving.end()


def run(made, *words):
    return CliRunner().invoke(main, [*words, "-C", str(made.root)])


def list_leftovers(made):
    """Temporary files anywhere in a campaign, and marks of jobs."""
    return sorted(
        path.relative_to(made.root).as_posix()
        for path in made.root.rglob("*")
        if path.name.startswith((files.TEMPORARY, ".job-"))
    )


def wait_until_alone(made):
    """Waits until no command is at work there any more: one whose page is gone ends by itself."""
    for _ in range(60):
        try:
            with hold_campaign(made.root, "test", alone=True):
                return
        except XltoolError:
            continue
    raise AssertionError("somebody is still at work")


def tell(tree):
    return " ".join(tree.xpath("//main")[0].text_content().split())


def count_results(serving):
    return len(html.fromstring(serving.get("/take-in").text).xpath("//table[contains(@class, 'results')]/tbody/tr"))


@pytest.mark.parametrize(("way", "seen"), [("page", 0), ("page", FILES // 2), ("all", 1), ("all", FILES // 2)])
def test_a_collection_is_told_as_broken_off_and_done_again(tmp_path, way, seen):
    made = stores.campaign(tmp_path, Roster(stores.entries()))
    for at in range(FILES):
        data = fill(EDUCATION, disclosure__fees__amount=at + 1)
        (made.root / made.layout.inbox / f"{at:02}.xlsx").write_bytes(data)
    with serve(made.root) as serving:
        assert serving.post("/take-in/collect").status_code == 303
        deadline = time.monotonic() + 60
        while count_results(serving) < seen and time.monotonic() < deadline:
            time.sleep(0.02)
        assert locate_mark(made.root, "collect").exists()
        serving.kill(way)
    with serve(made.root) as serving:
        said = tell(serving.wait_for("/take-in"))
        assert "开始的一次没有做完：办公台当时没有正常关闭" in said and not locate_mark(made.root, "collect").exists()
        assert serving.post("/take-in/collect").status_code == 303
        said = tell(serving.wait_for("/take-in"))
        assert "没有做完" not in said and f"看了{FILES}个文件" in said
    wait_until_alone(made)
    with stores.opened(made) as store:
        assert store.count_versions() == {EDUCATION: FILES}
    assert run(made, "doctor").exit_code == 0 and run(made, "collect").exit_code in {0, 3}
    assert list_leftovers(made) == []


@pytest.fixture(scope="module")
def summed(tmp_path_factory):
    """What an undisturbed consolidation writes."""
    made = make_whole(tmp_path_factory.mktemp("undisturbed"))
    run(made, "consolidate")
    return {path.name: path.read_bytes() for path in (made.root / made.layout.county).iterdir()}


@pytest.mark.parametrize(("way", "seconds"), [("page", 0.05), ("page", 1.6), ("all", 0.8), ("all", 2.4)])
def test_a_sum_is_there_whole_or_not_at_all_and_done_again(tmp_path, summed, way, seconds):
    made = make_whole(tmp_path)
    with serve(made.root) as serving:
        assert serving.post("/sum/run").status_code == 303
        time.sleep(seconds)
        serving.kill(way)
    was_at_work = locate_mark(made.root, "consolidate").exists()
    with serve(made.root) as serving:
        said = tell(serving.wait_for("/sum"))
        assert ("上一次汇总没有做完" in said) == was_at_work
        assert was_at_work or "已汇总" in said
        assert serving.post("/sum/run").status_code == 303
        said = tell(serving.wait_for("/sum"))
        assert "已汇总，可以核对、签发" in said and "没有做完" not in said
    wait_until_alone(made)
    run(made, "status")
    assert {path.name: path.read_bytes() for path in (made.root / made.layout.county).iterdir()} == summed
    assert list_leftovers(made) == []


@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_an_upload_that_is_broken_off_leaves_nothing_and_is_sent_again(tmp_path, share):
    made = stores.campaign(tmp_path, Roster(stores.entries()))
    whole, data = fill(EDUCATION), os.urandom(3 * 2**20)
    inbox = made.root / made.layout.inbox
    with serve(made.root) as serving:
        request = serving.prepare("/take-in")
        token = dict(httpx.QueryParams(request.read().decode()))["token"]
        parts = [("files", ("第一.xlsx", whole)), ("files", ("第二.bin", data))]
        full = serving.client.build_request(
            "POST", f"{serving.base}/take-in", data={"token": token}, files=parts, headers={"Origin": serving.root}
        )
        body = full.read()
        where = urlsplit(serving.root)
        with socket.create_connection((where.hostname, where.port)) as sent:
            head = [
                f"POST {serving.base}/take-in HTTP/1.1",
                *(f"{name}: {said}" for name, said in full.headers.items()),
            ]
            sent.sendall("\r\n".join([*head, "", ""]).encode() + body[: int(len(body) * share)])
            deadline = time.monotonic() + 30
            while not (inbox / "第一.xlsx").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            serving.kill("page")
    assert not (inbox / "第二.bin").exists() and (inbox / "第一.xlsx").read_bytes() == whole
    with serve(made.root) as serving:
        again = serving.prepare("/take-in")
        token = dict(httpx.QueryParams(again.read().decode()))["token"]
        answer = serving.client.post(
            f"{serving.base}/take-in", data={"token": token}, files=parts, headers={"Origin": serving.root}
        )
        assert answer.status_code == 303
        assert "没有做完" not in tell(serving.wait_for("/take-in"))
    with stores.opened(made) as store:
        assert store.count_versions() == {EDUCATION: 1}
    assert list_leftovers(made) == [], "the next command clears away what a killed page left"


@pytest.mark.parametrize(("way", "seconds"), [("page", 0.02), ("page", 0.6), ("all", 0.3), ("all", 0.9), ("all", 1.2)])
def test_a_change_is_noted_whole_or_not_at_all(tmp_path, way, seconds):
    made = stores.campaign(tmp_path, Roster(stores.entries()))
    fields = {"reason": "并入财政局", "person": "王某"}
    with serve(made.root) as serving:
        request = serving.prepare(f"/agency/{EDUCATION}/absent", **fields)
        body = request.read()
        where = urlsplit(serving.root)
        with socket.create_connection((where.hostname, where.port)) as sent:
            head = [f"{request.method} {request.url.path} HTTP/1.1"]
            head += [f"{name}: {said}" for name, said in request.headers.items()]
            sent.sendall("\r\n".join([*head, "", ""]).encode() + body)
            time.sleep(seconds)
            serving.kill(way)
    wait_until_alone(made)
    with stores.opened(made) as store:
        noted, events = store.absences(), [event for event in store.read_events() if event[2] == "absent"]
    assert len(noted) == len(events) <= 1
    with serve(made.root) as serving:
        assert serving.post(f"/agency/{EDUCATION}/absent", **fields).status_code == 303
        assert "无需报送" in serving.get(f"/agency/{EDUCATION}").text
    with stores.opened(made) as store:
        assert [*store.absences()] == [EDUCATION]
    status = json.loads(run(made, "status", "--json").stdout.splitlines()[0])
    assert status["counts"]["absent"] == 1 and list_leftovers(made) == []
