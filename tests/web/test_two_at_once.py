"""The console at work while a page is, and two office pages on one folder: neither hurts the other."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.campaign import stores
from tests.web.conftest import COMMAND
from tests.web.test_county import make_whole
from tests.web.test_killed import Serving
from xltool.web.job_marks import locate_mark

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="kills as POSIX does")
FIRST, SECOND, THIRD = (entry.agency.code for entry in stores.entries(3))
REASON = ("--reason", "已核实", "--by", "李某")


@pytest.fixture
def whole(tmp_path):
    return make_whole(tmp_path)


@pytest.fixture
def page(whole):
    opened = Serving(whole.root)
    yield opened
    opened.end()


def call(made, *words):
    """A command at the console, in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *words, "-C", str(made.root)], capture_output=True, encoding="utf-8", check=False, timeout=300
    )
    assert done.returncode in {0, 3}, done.stderr
    return done


def is_sound(made):
    """Whether the doctor finds the database whole, and all that was written as it was written."""
    done = subprocess.run(
        [*COMMAND, "doctor", "-C", str(made.root)], capture_output=True, encoding="utf-8", check=False
    )
    said = done.stdout.splitlines()
    return sum(line.startswith("[好]") for line in said) > 5 and any("都与写出时一致" in line for line in said)


def is_summing(page):
    return "http-equiv" in page.get("/sum").text


def read_sum(made):
    return (made.root / "county" / "submission.json").read_bytes()


def read_county(made):
    """What the sum has written, but for the pictures of its moment."""
    return {path.name: path.read_bytes() for path in sorted((made.root / "county").iterdir())}


def test_commands_of_the_console_in_the_midst_of_a_sum_that_a_page_runs(whole, page):
    assert page.post("/sum/run").status_code == 303
    call(whole, "extend", SECOND, "2025-02-10", *REASON)  # takes less than the sum, and begins in its midst anyway
    while is_summing(page):
        call(whole, "status", "--json")
    page.wait_for("/sum")
    assert "3家都齐了" in page.get("/sum").text
    made = read_county(whole)
    call(whole, "consolidate")
    assert read_county(whole) == made, "a sum that nobody disturbed is the same"
    told = json.loads(call(whole, "status", "--json").stdout)
    assert next(each for each in told["agencies"] if each["code"] == SECOND)["deadline"] == "2025-02-10"
    assert is_sound(whole)
    assert not locate_mark(whole.root, "consolidate").exists()


def test_what_is_decided_in_the_midst_of_a_sum_stands_in_the_next_one(whole, page):
    assert page.post("/sum/run").status_code == 303
    call(whole, "absent", THIRD, *REASON)
    page.wait_for("/sum")
    call(whole, "consolidate")
    without = read_sum(whole)
    call(whole, "absent", THIRD, "--withdraw", *REASON)
    assert page.post("/sum/run").status_code == 303
    page.wait_for("/sum")
    assert json.loads(read_sum(whole))["values"] != json.loads(without)["values"]


def test_two_office_pages_sum_decide_and_see_each_others_work(whole, page):
    other = Serving(whole.root)
    try:
        assert page.post("/sum/run").status_code == 303
        assert "没有做完" not in other.get("/sum").text, "the work of another page is none that was broken off"
        with ThreadPoolExecutor(4) as pool:
            said = {"reason": "已核实", "person": "李某"}
            asked = [pool.submit(each.post, "/sum/run") for each in (page, other)]
            days = zip((page, other), (FIRST, SECOND), ("2025-02-11", "2025-02-12"), strict=True)
            asked += [pool.submit(each.post, f"/agency/{code}/extend", day=day, **said) for each, code, day in days]
            assert [each.result().status_code for each in asked] == [303] * 4
        for each in (page, other):
            each.wait_for("/sum")
            assert "3家都齐了" in each.get("/sum").text and "没有做完" not in each.get("/sum").text
            assert "2月11日" in each.get(f"/agency/{FIRST}").text
            assert "2月12日" in each.get(f"/agency/{SECOND}").text
        made = read_county(whole)
        call(whole, "consolidate")
        assert read_county(whole) == made
        other.end()
        assert page.get("/sum").status_code == 200, "one is closed and the other goes on"
        assert page.post("/sum/run").status_code == 303
        page.wait_for("/sum")
        assert read_county(whole) == made and is_sound(whole)
    finally:
        other.end()
