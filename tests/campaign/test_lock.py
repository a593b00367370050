"""A campaign is not mended under a run that is at work, nor written to while it is mended; who is at work is told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.campaign.test_decisions import HEAD
from xltool.campaign import lock
from xltool.messages import XltoolError

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path.cwd())}
HOLDER = """
import sys
from pathlib import Path
from xltool.campaign import lock
who = lock.name_holder(sys.argv[2], "王某", "2025-01-20 08:00")
with lock.hold_campaign(Path(sys.argv[1]), who, alone=sys.argv[2] == "doctor"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def at_work(office):
    """Another process that holds the campaign for a command, until it is told to end."""
    started = []

    def start(command):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, office.root, command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT,
        )  # fmt: skip
        started.append(process)
        assert process.stdout.readline() == b"held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_a_campaign_is_not_mended_under_a_run(office, at_work):
    (office.root / "campaign.db").write_bytes(b"x" * 5000)
    running = at_work("collect")
    done = office.run("doctor", "--mend")
    assert done.exit_code == 1
    assert "xltool collect（王某，在" in done.stderr and "2025-01-20 08:00 开始" in done.stderr
    assert "请等它结束以后再执行" in done.stderr
    assert (office.root / "campaign.db").read_bytes() == b"x" * 5000
    running.kill()  # however it ends
    running.wait()
    assert office.run("doctor", "--mend").exit_code == 0
    assert not (office.root / lock.LOCK).exists()


@pytest.mark.parametrize(
    "command",
    [
        ["collect"],
        ["build"],
        ["consolidate", "--allow-missing"],
        ["waive", HEAD, "x", "--reason", "y", "--by", "z"],
    ],
)
def test_nothing_is_written_while_a_campaign_is_mended(office, at_work, command):
    office.put("新.xlsx", office.fill(HEAD, 21))
    before = (office.root / "campaign.db").read_bytes()
    at_work("doctor")
    done = office.run(*command)
    assert done.exit_code == 1 and "xltool doctor（王某" in done.stderr
    assert (office.root / "campaign.db").read_bytes() == before
    assert office.run("status").exit_code == 0  # looks only


def test_runs_that_do_not_mend_go_on_side_by_side(office, at_work):
    office.put("新.xlsx", office.fill(HEAD, 22))
    first = at_work("reports")
    assert "通过　新.xlsx" in office.run("collect").output
    assert (office.root / lock.LOCK).exists()
    first.stdin.close()
    assert first.wait() == 0
    assert not (office.root / lock.LOCK).exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are no forks here")
def test_a_worker_that_outlives_its_run_holds_nothing(tmp_path):
    with lock.hold_campaign(tmp_path, "一"):
        child = os.fork()
        if not child:
            time.sleep(30)
            os._exit(0)
    try:
        command = [sys.executable, "-c", HOLDER, tmp_path, "doctor"]
        assert subprocess.run(command, stdin=subprocess.DEVNULL, env=ENVIRONMENT, check=False).returncode == 0
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def test_a_folder_in_which_nothing_can_be_written_is_no_lock(tmp_path):
    with lock.hold_campaign(tmp_path / "没有", "一", alone=True):
        assert not (tmp_path / "没有").exists()


def test_who_comes_while_a_process_holds_it_alone_is_told(office, at_work):
    at_work("doctor")
    with pytest.raises(XltoolError, match="王某"), lock.hold_campaign(office.root, "二"):
        raise AssertionError


COMER = """
import sys
from pathlib import Path
from xltool.campaign import lock
print("here", flush=True)
sys.stdin.readline()
for _ in range(400):
    with lock.hold_campaign(Path(sys.argv[1]), "collect"):
        pass
"""


def test_nobody_is_refused_while_the_last_one_leaves(tmp_path):
    comers = [
        subprocess.Popen(
            [sys.executable, "-c", COMER, tmp_path],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT,
        )
        for _ in range(4)
    ]  # fmt: skip
    for comer in comers:
        assert comer.stdout.readline() == b"here\n"
    for comer in comers:
        comer.stdin.write(b"\n")
        comer.stdin.flush()
    for comer in comers:
        _, said = comer.communicate(timeout=60)
        assert comer.returncode == 0, said.decode()
