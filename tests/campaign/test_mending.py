"""A campaign is looked at as a whole; each damage is named and what can be rebuilt is: from archive, outbox, backup."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaign.test_damage import archived_of, damaged_copies, figures_of, returned_file
from tests.campaign.test_decisions import BY, FINANCE, HEAD, WATER
from xltool import files
from xltool.campaign.store import Store
from xltool.messages import finding

NOT_NOW = finding("file.missing", why="权限不够")


def look(office):
    """The campaign's checks by id, and the exit code."""
    done = office.run("doctor", "--json")
    found = json.loads(done.stdout)
    assert found["ok"] == (done.exit_code == 0)
    return {check["id"]: check for check in found["checks"]}, done.exit_code


def wrong(office):
    return {name: check["remedy"] for name, check in look(office)[0].items() if check["state"] != "ok"}


def mend(office):
    done = office.run("doctor", "--mend")
    assert done.exit_code == 0, done.output
    return done.output


def test_a_whole_campaign_has_nothing_wrong(office):
    found, code = look(office)
    assert code == 0 and {check["state"] for check in found.values()} == {"ok"}
    assert {"settings", "roster", "folders", "space", "database", "key", "archive", "outbox", "written"} <= found.keys()
    before = (office.root / "campaign.db").read_bytes()
    assert "没有发现损坏" in mend(office)
    assert (office.root / "campaign.db").read_bytes() == before


def spoil_row(office):
    database = sqlite3.connect(office.root / "campaign.db")
    database.execute("UPDATE version SET findings = '[]' WHERE agency = 'A2'")
    database.commit()
    database.close()


SPOILT = {
    "a lost database": ("database", lambda office: (office.root / "campaign.db").unlink()),
    "an empty database": ("database", lambda office: (office.root / "campaign.db").write_bytes(b"")),
    "no database": ("database", lambda office: (office.root / "campaign.db").write_bytes(b"x" * 5000)),
    "a changed row": ("database", spoil_row),
    "a lost key": ("key", lambda office: (office.root / "campaign.key").unlink()),
    "a short key": ("key", lambda office: (office.root / "campaign.key").write_bytes(b"x")),
    "a lost archived file": ("archive", lambda office: archived_of(office, WATER).unlink()),
    "a changed archived file": ("archive", lambda office: archived_of(office, WATER).write_bytes(b"x")),
    "a lost returned workbook": ("written.returned", lambda office: returned_file(office).unlink()),
    "a lost folder": ("folders", lambda office: shutil.rmtree(office.root / "reports")),
}


@pytest.mark.parametrize(("check", "spoil"), SPOILT.values(), ids=SPOILT)
def test_each_damage_is_named_and_mended(office, check, spoil):
    states, figures = office.states(), figures_of(office.root)
    spoil(office)
    assert "--mend" in wrong(office)[check]
    mend(office)
    assert look(office)[1] == 0
    assert office.states() == states
    assert figures_of(office.root) == figures
    assert office.run("collect").exit_code == 0


OTHERS = {
    "outbox": ("outbox", "build"),
    "county": ("county", "consolidate"),
    "returned": ("returned", "collect"),
}


@pytest.mark.parametrize(("place", "command"), OTHERS.values(), ids=OTHERS)
def test_what_a_command_makes_anew_is_named_with_it(office, place, command):
    path = next(path for path in sorted((office.root / place).iterdir()) if path.suffix in {".json", ".xlsx"})
    whole = path.read_bytes()
    more = ["--allow-missing"] if command == "consolidate" else []
    path.unlink()
    remedy = wrong(office)[f"written.{place}"]
    assert f"xltool {command}" in remedy or "--mend" in remedy
    office.run(command, *more)
    assert path.read_bytes() == whole and not wrong(office)
    path.write_bytes(b"x")  # as a person may have left it
    assert f"xltool {command} -C {office.root} --replace" in wrong(office)[f"edited.{place}"]
    assert look(office)[1] == 0
    office.run(command, *more)
    beside = path.with_name(f"{path.stem}（新）{path.suffix}")
    assert path.read_bytes() == b"x" and beside.read_bytes() == whole
    assert "旁边有新的一份" in look(office)[0][f"edited.{place}"]["text"]
    office.run(command, "--replace", *more)
    assert path.read_bytes() == whole and not beside.exists() and not wrong(office)


def test_a_key_that_is_another_is_named(office):
    (office.root / "campaign.key").write_bytes(bytes(32))
    assert "campaign.key" in wrong(office)["key"]


def test_settings_and_roster_that_cannot_be_read_are_named(office):
    office.read_roster("code,name\nA0\n")
    assert "roster" in wrong(office)
    (office.root / "campaign.toml").write_text("form = 1", "utf-8")
    assert "settings" in wrong(office)


def decide(office):
    assert office.run("use", FINANCE, 1, *BY).exit_code == 0
    name = Store(office.root / "campaign.db").counting_of(WATER).findings[0]["name"]
    assert office.run("waive", WATER, name, *BY).exit_code == 0


def test_decisions_come_back_from_the_newest_backup_and_what_is_not_there_is_told(office):
    decide(office)
    states, figures = office.states(), figures_of(office.root)
    store = Store(office.root / "campaign.db")
    store.back_up("2099-01-01")
    store.close()
    office.put("a0-2.xlsx", office.fill(HEAD, 21))
    assert office.run("collect").exit_code == 0
    newest = figures_of(office.root)
    assert newest != figures
    (office.root / "campaign.db").unlink()
    (office.root / "inbox" / "a0-2.xlsx").unlink()  # taken in after the backup: the archive alone has it
    told = mend(office)
    assert "campaign.2099-01-01.db" in told and "请核对" in told and "从归档重新审：通过" in told
    assert office.states() == states
    assert [office.status()[1][code]["versions"] for code in (HEAD, FINANCE, WATER)] == [2, 2, 1]
    assert figures_of(office.root) == newest


def test_without_database_and_backup_figures_come_back_and_decisions_are_named_as_lost(office):
    decide(office)
    (office.root / "campaign.db").unlink()
    shutil.rmtree(office.root / "backup")
    told = mend(office)
    assert "没有完好的备份" in told and "放行：完好的记录 0 条" in told
    assert [office.status()[1][code]["versions"] for code in (HEAD, FINANCE, WATER)] == [1, 2, 1]
    assert len(Store(office.root / "campaign.db").issues()) == 3
    assert look(office)[1] == 0


def test_a_changed_row_costs_no_decision(office):
    decide(office)
    states, figures = office.states(), figures_of(office.root)
    shutil.rmtree(office.root / "backup", ignore_errors=True)
    spoil_row(office)
    mend(office)
    assert (office.states(), figures_of(office.root)) == (states, figures)
    assert list((office.root / "backup").glob("campaign.db.damaged*"))


def test_what_is_out_stays_good_after_a_lost_key(office):
    outbox = {path.name: path.read_bytes() for path in (office.root / "outbox").iterdir()}
    (office.root / "campaign.key").unlink()
    assert "已另立一个" in mend(office)
    assert office.run("build").exit_code == 0
    assert {path.name: path.read_bytes() for path in (office.root / "outbox").iterdir()} == outbox
    office.put("a2-2.xlsx", office.fill(WATER, 31))
    assert office.run("collect").exit_code == 0
    assert office.states()[WATER] == "accepted"


def spoil_records(office, number, table):
    """A version whose record is damaged, and with `file` also the note of the file."""
    database = sqlite3.connect(office.root / "campaign.db")
    [(sha256,)] = database.execute(
        "SELECT sha256 FROM version WHERE agency = 'A1' AND number = ?", (number,)
    ).fetchall()
    database.execute("UPDATE version SET findings = 'x' WHERE sha256 = ?", (sha256,))
    if table == "file":
        database.execute("UPDATE file SET reason = 'x' WHERE sha256 = ?", (sha256,))
    database.commit()
    database.close()


@pytest.mark.parametrize("table", ["version", "file"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_versions_of_one_run_keep_their_order(office, number, table):
    for at in (3, 4):  # taken in by one run, at one time
        office.put(f"b{at}.xlsx", office.fill(FINANCE, 40 + at))
    assert office.run("collect").exit_code == 0
    shutil.rmtree(office.root / "backup", ignore_errors=True)
    figures = figures_of(office.root)
    spoil_records(office, number, table)
    assert "现在是第" not in mend(office)
    assert figures_of(office.root) == figures
    versions = Store(office.root / "campaign.db").versions(FINANCE)
    assert [version.number for version in versions] == [1, 2, 3, 4]


def test_a_lost_key_and_a_lost_database(office):
    (office.root / "campaign.key").unlink()
    (office.root / "campaign.db").unlink()
    shutil.rmtree(office.root / "backup", ignore_errors=True)
    states = {HEAD: "accepted", FINANCE: "accepted", WATER: "returned"}
    mend(office)
    assert office.states() == states


def test_a_database_damaged_anywhere_is_mended_to_the_same_figures(office):
    figures, states = figures_of(office.root), office.states()
    shutil.rmtree(office.root / "backup", ignore_errors=True)
    for name, data in damaged_copies((office.root / "campaign.db").read_bytes(), 16):
        (office.root / "campaign.db").write_bytes(data)
        shutil.rmtree(office.root / "backup", ignore_errors=True)
        done = office.run("doctor", "--mend")
        if "升级" not in done.output:  # the number of the schema itself: a newer xltool's database is left alone
            assert (figures_of(office.root), office.states()) == (figures, states), (name, done.output)


def put_back(office, backup):
    shutil.copy(backup, office.root / "campaign.db")


def copy_database(office):
    return shutil.copy(office.root / "campaign.db", office.root.parent / "copy.db")


def test_serials_sent_out_after_a_backup_that_is_put_back_are_known_again(office):
    """Also where the key was lost meanwhile, which the old database does not know."""
    figures = figures_of(office.root)
    database = sqlite3.connect(office.root / "campaign.db")
    for table in ("issue", "meta", "version", "file", "written"):  # as it was before anything was sent out
        database.execute(f"DELETE FROM {table}")
    database.commit()
    database.close()
    (office.root / "campaign.key").write_bytes(bytes(range(32)))
    for command in ("status", "consolidate", "collect"):
        assert "归档 archive 里有 4 个文件" in office.run(command).stderr
        assert "--mend" in office.run(command).stderr
        shutil.rmtree(office.root / "inbox")  # else they would be collected once more
        (office.root / "inbox").mkdir()
    assert {"outbox.unknown", "archive.unknown"} <= wrong(office).keys()
    assert "认回 3 个编号" in mend(office)
    assert figures_of(office.root) == figures
    office.put("a1-9.xlsx", office.fill(FINANCE, 77))
    assert office.run("collect").exit_code == 0
    assert look(office)[1] == 0


def test_a_key_replaced_after_a_backup_that_is_put_back(office):
    copy = copy_database(office)
    (office.root / "campaign.key").unlink()
    mend(office)
    put_back(office, copy)
    assert "--mend" in wrong(office)["key"]
    assert "campaign.key" in mend(office)
    office.put("a2-2.xlsx", office.fill(WATER, 31))
    assert office.run("collect").exit_code == 0
    assert office.states()[WATER] == "accepted"


def test_a_returned_workbook_that_is_settled_is_not_missed_after_a_backup_is_put_back(office):
    copy = copy_database(office)
    for name in {each["name"] for each in Store(office.root / "campaign.db").counting_of(WATER).findings}:
        office.run("waive", WATER, name, *BY)
    assert office.run("collect").exit_code == 0 and not list((office.root / "returned").iterdir())
    database = sqlite3.connect(office.root / "campaign.db")  # decided, and the workbook taken away, but not forgotten
    row = sqlite3.connect(copy).execute("SELECT * FROM written WHERE file LIKE 'returned/%'").fetchone()
    database.execute(f"INSERT INTO written VALUES ({', '.join('?' * len(row))})", row)
    database.commit()
    database.close()
    assert "written.returned" in wrong(office)
    mend(office)
    assert look(office)[1] == 0


@pytest.mark.parametrize(("what", "often"), [("key", 1), ("key", 1000), ("archived file", 1000)])
def test_what_cannot_be_read_now_is_not_taken_for_lost(office, monkeypatch, what, often):
    decide(office)
    states, figures, key = office.states(), figures_of(office.root), (office.root / "campaign.key").read_bytes()
    shut = office.root / "campaign.key" if what == "key" else archived_of(office, FINANCE)
    spoil_row(office)
    read, left = files.read_file, [NOT_NOW] * often
    with monkeypatch.context() as patched:
        patched.setattr(files, "read_file", lambda path: left.pop() if path == shut and left else read(path))
        done = office.run("doctor", "--mend")
    assert done.exit_code == 1 and shut.name in done.output and "权限不够" in done.output
    mend(office)
    assert (office.states(), figures_of(office.root)) == (states, figures)
    assert (office.root / "campaign.key").read_bytes() == key


@pytest.mark.parametrize("last", ["campaign.db.new", "campaign.db.damaged1"])
def test_mending_that_was_killed_is_begun_again_from_what_there_was(office, monkeypatch, last):
    decide(office)
    states, figures = office.states(), figures_of(office.root)
    shutil.rmtree(office.root / "backup")
    spoil_row(office)
    replace = Path.replace

    def killed(path, target):
        if last in {path.name, Path(target).name}:
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        office.run("doctor", "--mend")
    mend(office)
    assert (office.states(), figures_of(office.root)) == (states, figures)


def test_what_a_killed_run_left_half_written_is_cleared(office):
    """A process of this machine that is gone."""
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    system = files._own_prefix().removesuffix(f"{os.getpid()}-{files._read_process_start(os.getpid())}-")
    left = office.root / "archive" / f"{system}{gone.pid}-77-a"
    left.write_bytes(b"half")
    mend(office)
    assert not left.exists()


def test_mending_needs_a_campaign(office):
    from click.testing import CliRunner

    from xltool.cli import main

    assert CliRunner().invoke(main, ["doctor", "--mend"]).exit_code == 2
