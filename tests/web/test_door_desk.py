"""What a hand-in costs: taken in by a copy of a warm process, and 办公室.xlsx written once for many."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.campaign.test_desk import make_office
from tests.web.doors import fill_blank, find_blank, open_for, tell
from xltool import copies, itself
from xltool.campaign import folder
from xltool.campaign.desk import is_behind
from xltool.campaign.store import Store
from xltool.web.calling import Caller, list_warm_modules, start_warm_command

AGENCIES = ("A1", "A2", "A3")


@pytest.fixture
def office(tmp_path):
    made = make_office(tmp_path)
    made.run("build")
    return made


def hand_in(door, code, seed=1):
    agency = door.agency(code)
    agency.try_out(fill_blank(find_blank(door.campaign, code).read_bytes(), seed))
    said = tell(agency.confirm())
    assert "已报送，审核通过" in said, said


def wait_for(office, door, seconds=30):
    """Waits until the workbook says all that is known."""
    for _ in range(seconds * 10):
        with closing(Store(office.root / folder.DATABASE)) as store:
            if not is_behind(door.campaign.read_roster(), store):
                return
        time.sleep(0.1)
    raise AssertionError("it is never written")


def states(office):
    return [office.lines("名录")[number]["现状"] for number in (5, 6, 7)]


def test_the_workbook_is_written_once_for_all_that_come_close_together(office, monkeypatch):
    written = []
    write = start_warm_command

    def start(caller, name, *arguments):
        written.extend([name] if name == "status" else [])
        return write(caller, name, *arguments)

    monkeypatch.setattr("xltool.web.door_desk.start_warm_command", start)
    with open_for(folder.load_campaign(office.root)) as door:
        door.server.door.handing_in.desk.pause = 2.0
        before = office.path.read_bytes()
        for seed, code in enumerate(AGENCIES):
            hand_in(door, code, seed)
            if not written:
                assert office.path.read_bytes() == before, "no hand-in waits for it"
        wait_for(office, door)
        assert states(office) == ["通过（第 1 版）"] * 3
        assert 0 < len(written) <= 3
        hand_in(door, "A1", 9)
        door.server.door.handing_in.desk.pause = 60.0
    assert states(office)[0] == "通过（第 2 版）", "a door that is closed leaves nothing behind"


def test_what_a_lost_door_did_not_write_is_written_by_the_next_one(office):
    office.take("A1")
    office.run("collect", "--only")
    with open_for(folder.load_campaign(office.root)) as door:
        door.server.door.handing_in.desk.pause = 0.1
        door.server.door.handing_in.desk.fall_behind()
        wait_for(office, door)
    assert states(office)[0] == "通过（第 1 版）"


@pytest.mark.skipif(not copies.can_copy(), reason="this system makes no copies of a process")
def test_a_command_in_a_copy_says_and_ends_as_one_of_its_own(office, tmp_path):
    caller = Caller(itself.find_program(), office.root)
    assert list_warm_modules(caller, ["collect"]) == ["xltool.cli.collect"]
    (tmp_path / "不是.xlsx").write_bytes(b"x")
    office.run("collect", tmp_path / "不是.xlsx", code=5)
    for words in (["status", "--json"], ["collect", "--json", "--", str(tmp_path / "不是.xlsx")], ["use", "A9", "1"]):
        alone = subprocess.run(
            [*caller.command, words[0], "-C", str(office.root), *words[1:]],
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        copy = start_warm_command(caller, *words)
        with copy.stdout, copy.stderr:
            told = copy.stdout.read(), copy.stderr.read(), copy.wait()
        assert told == (alone.stdout, alone.stderr, alone.returncode)
    assert not [child for child in multiprocessing.active_children() if not child.daemon]


def test_a_copy_begins_with_all_of_the_commands_in_memory(office, tmp_path):
    """What taking in a workbook would have to import first, everybody who hands in would wait for again."""
    data = fill_blank(find_blank(folder.load_campaign(office.root), "A1").read_bytes(), wrong=True)
    (tmp_path / "a.xlsx").write_bytes(data)
    program = (
        "import sys; import xltool.campaign.trial_workers, xltool.cli.collect; known = {*sys.modules}\n"
        "from xltool.cli import main\n"
        "try: main(['collect', '--json', '--only', '--jobs', '1', '-C', sys.argv[1], '--', sys.argv[2]])\n"
        "except SystemExit: pass\n"
        "print(*({*sys.modules} - known))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, office.root, tmp_path / "a.xlsx"], capture_output=True, text=True, check=True
    )
    assert '"state": "returned"' in done.stdout
    assert {name for name in done.stdout.splitlines()[-1].split() if name.startswith("xltool")} == set()
