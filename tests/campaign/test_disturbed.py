"""Two runs at once, a clock that jumps, what a killed run left: each ends where an undisturbed run ends."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from xltool import api, files, readings
from xltool.campaign import inbox
from xltool.cli import collect as command
from xltool.cli import main
from xltool.forms import totals
from xltool.messages import finding
from xltool.model import Reading

SPEC = api.form("ogi-2021")
ROSTER = "code,name,level\n" + "".join(f"99-{at:03},样例{at}局,department\n" for at in range(1, 9))
PROGRAM = [sys.executable, "-c", "from xltool.cli import main; main()"]


def run(*words: object) -> int:
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False).exit_code


def returned(blank: Path, figure: int) -> bytes:
    """A blank filled in with zeros and one figure."""
    submission = api.read(blank.read_bytes()).submission
    values = [0] * len(SPEC.cells)
    values[SPEC.index["disclosure.penalties.decisions"]] = figure
    return api.fill(replace(submission, values=totals.compute_totals(SPEC, tuple(values))))


@pytest.fixture(scope="module")
def campaign(tmp_path_factory) -> Path:
    """A campaign with three versions of each agency's return in its inbox."""
    folder = tmp_path_factory.mktemp("disturbed")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    root = folder / "campaign"
    assert (
        run(
            "new",
            root,
            "--plain",
            "--form",
            "ogi-2021",
            "--year",
            "2024",
            "--name",
            "样例县",
            "--roster",
            folder / "roster.csv",
        )
        == 0
    )
    assert run("build", "-C", root) == 0
    for blank in sorted((root / "outbox").glob("99-*.xlsx")):
        for version in range(3):
            path = root / "inbox" / f"{blank.stem}-{version}.xlsx"
            path.write_bytes(returned(blank, version))
            os.utime(path, (1_700_000_000 + version, 1_700_000_000 + version))
    return root


@pytest.fixture
def copy(campaign, tmp_path) -> Path:
    return Path(shutil.copytree(campaign, tmp_path / "copy"))


def state(root: Path) -> tuple[dict[str, bytes], list[tuple[str, int, str]]]:
    """The files beside the database, and the versions in it."""
    held = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith("campaign.db")
    }
    with sqlite3.connect(root / "campaign.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        versions = sorted(database.execute("SELECT agency, number, sha256 FROM version").fetchall())
    database.close()
    return held, versions


def test_two_collections_at_once(copy, tmp_path):
    alone = Path(shutil.copytree(copy, tmp_path / "alone"))
    assert run("collect", "-C", alone) == 0
    both = [
        subprocess.Popen(
            [*PROGRAM, "collect", "-C", str(copy), "--jobs", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in "ab"
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert not any(b"Traceback" in out + err for out, err in said)
    held, versions = state(copy)
    assert held == state(alone)[0]
    assert len(versions) == 24  # whichever run was the first with a file, each is a version once
    assert {(agency, number) for agency, number, _ in versions} == {
        (agency, number) for agency, number, _ in state(alone)[1]
    }
    before = state(copy)
    assert run("collect", "-C", copy) == 0
    assert state(copy) == before


def test_two_builds_at_once(copy):
    goal = state(copy)[0]
    shutil.rmtree(copy / "outbox")
    both = [
        subprocess.Popen([*PROGRAM, "build", "-C", str(copy)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in "ab"
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert state(copy)[0] == goal


def test_a_clock_that_jumps_back(copy, monkeypatch):
    """The newest version is the last that came, whatever the clock says, and a file of tomorrow is taken in today."""
    late = sorted((copy / "inbox").glob("*-2.xlsx"))
    waiting = copy.parent / "later"
    waiting.mkdir()
    for path in late:
        path.rename(waiting / path.name)
    for hour, words in ((datetime(2025, 1, 20, 9), ()), (datetime(1999, 12, 31, 23), (waiting,))):
        clock = type("Clock", (datetime,), {"now": classmethod(lambda cls, tz=None, hour=hour: hour)})
        monkeypatch.setattr(command, "datetime", clock)
        for path in waiting.iterdir():
            os.utime(path, (4_000_000_000, 4_000_000_000))
        assert run("collect", "-C", copy, *words) == 0
    versions = state(copy)[1]
    assert len(versions) == 24
    newest = CliRunner().invoke(main, ["status", "-C", str(copy), "--json"]).stdout
    assert newest.count('"versions": 3') == 8
    assert all(name in newest for name in (path.name for path in late))


def test_a_file_that_could_not_be_opened_is_forgotten_once_it_can(copy, monkeypatch):
    """As when somebody has it open in Excel: it is told, and when it comes in later nothing is left to tell."""
    take, locked = files.read_file, sorted((copy / "inbox").iterdir())[0]
    shut = finding("file.missing", why="权限不够")
    monkeypatch.setattr(files, "read_file", lambda path: shut if path.name == locked.name else take(path))
    assert run("collect", "-C", copy) == 5
    told = CliRunner().invoke(main, ["status", "-C", str(copy), "--json"]).stdout
    assert '"unmatched": 1' in told
    monkeypatch.setattr(files, "read_file", take)
    assert run("collect", "-C", copy) == 0
    told = CliRunner().invoke(main, ["status", "-C", str(copy), "--json"]).stdout
    assert '"unmatched": 0' in told
    assert len(state(copy)[1]) == 24


def test_a_file_whose_reading_was_cut_short_is_read_again(copy, monkeypatch):
    """The fault may have been the machine's: a good return must not be refused for ever because of it."""
    lost = Reading(None, (finding("file.worker", why="读了 10 秒还没有读完"),))
    whole = readings.LocalEngine.map_files
    monkeypatch.setattr(readings.LocalEngine, "map_files", lambda _, items, *__: (lost for _ in items))
    assert run("collect", "-C", copy) == 5
    assert state(copy)[1] == []
    assert run("collect", "-C", copy) == 0  # told again, and known
    monkeypatch.setattr(readings.LocalEngine, "map_files", whole)
    assert run("collect", "-C", copy) == 0
    assert len(state(copy)[1]) == 24
    assert '"unmatched": 0' in CliRunner().invoke(main, ["status", "-C", str(copy), "--json"]).stdout


def test_a_folder_that_could_not_be_looked_into(copy, monkeypatch):
    below = inbox._walk_folder
    monkeypatch.setattr(inbox, "_walk_folder", lambda folder: iter([folder]))
    assert run("collect", "-C", copy) == 5
    monkeypatch.setattr(inbox, "_walk_folder", below)
    assert run("collect", "-C", copy) == 0
    assert '"unmatched": 0' in CliRunner().invoke(main, ["status", "-C", str(copy), "--json"]).stdout


def test_what_a_killed_run_left_is_cleared_and_what_a_running_one_writes_is_not(copy):
    killed = subprocess.Popen([sys.executable, "-c", "pass"])
    killed.wait()
    own = files._own_prefix()
    system = own.removesuffix(f"{os.getpid()}-{files._read_process_start(os.getpid())}-")
    names = {
        f"{system}{killed.pid}-77-a": False,
        f"{own}b": True,
        f"{system}{os.getpid()}-1-c": False,  # its number was given to another process since
        ".xltool-other-1-77-d": True,  # a second container of the same name, at work on the same share
        ".xltool-other-1-77-e": False,
        f".xltool-other-{os.getpid()}-f": True,
    }
    for name in names:
        (copy / "outbox" / name).write_bytes(b"half")
    long_ago = (copy / "outbox").stat().st_mtime - files.OLD - 60
    os.utime(copy / "outbox" / ".xltool-other-1-77-e", (long_ago, long_ago))
    assert run("build", "-C", copy) == 0
    assert {name: (copy / "outbox" / name).exists() for name in names} == names
