"""What is lost or damaged in a campaign folder is told with a way back that works, and changes no figure silently."""

from __future__ import annotations

import errno
import getpass
import hashlib
import shutil
import sqlite3
from random import Random

import pytest
from click.testing import CliRunner

from tests.campaign.test_decisions import BY, FINANCE, HEAD, WATER, Office
from xltool import files
from xltool.campaign import opening
from xltool.campaign.store import Store
from xltool.cli import main
from xltool.messages import XltoolError


def returned_file(office):
    [path] = (office.root / "returned").iterdir()
    return path


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("command", ["status", "collect", "build", "consolidate", "reports"])
def test_a_lost_database_beside_what_was_taken_in_is_told_and_not_made_anew(office, command, empty):
    database = office.root / "campaign.db"
    database.unlink()
    if empty:
        database.touch()
    done = office.run(command)
    assert done.exit_code == 1
    assert all(word in done.output for word in ("campaign.db", "outbox", "archive", "backup", "doctor", "--mend"))
    assert opening.is_empty(database)


def test_the_newest_backup_put_back_is_the_campaign_again(office):
    before = office.states()
    Store(office.root / "campaign.db").back_up("2099-01-01")
    (office.root / "campaign.db").unlink()
    shutil.copy(office.root / "backup" / "campaign.2099-01-01.db", office.root / "campaign.db")
    assert office.states() == before


def test_a_folder_without_a_database_can_be_looked_at_and_gets_none(office):
    for name in ("campaign.db", "campaign.key", "outbox", "archive", "backup"):
        path = office.root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert set(office.states().values()) == {"missing"}
    assert office.run("consolidate").exit_code == 3
    assert office.run("waive", FINANCE, "x", *BY).exit_code == 1
    assert not (office.root / "campaign.db").exists() and not (office.root / "campaign.key").exists()
    assert office.run("build").exit_code == 0
    assert (office.root / "campaign.db").stat().st_size and len((office.root / "campaign.key").read_bytes()) == 32


def test_new_makes_database_and_key(tmp_path):
    office = Office.__new__(Office)
    office.root = tmp_path / "某县"
    assert office.new(tmp_path, "code,name,level\n1,甲局,department\n").exit_code == 0
    assert (office.root / "campaign.db").stat().st_size and (office.root / "campaign.key").stat().st_size == 32


@pytest.mark.parametrize("key", [None, b"", b"short"])
@pytest.mark.parametrize("command", ["collect", "build"])
def test_a_lost_key_is_told_and_not_made_anew(office, key, command):
    path = office.root / "campaign.key"
    path.unlink()
    if key is not None:
        path.write_bytes(key)
    done = office.run(command)
    assert done.exit_code == 1
    assert all(word in done.output for word in ("campaign.key", "备份", "doctor", "--mend"))
    assert not path.exists() if key is None else path.read_bytes() == key
    assert office.run("status").exit_code == 0


def test_an_edited_name_is_told_and_breaks_no_stamp(office):
    settings = office.root / "campaign.toml"
    settings.write_text(settings.read_text("utf-8").replace("某县", "新县"), "utf-8")
    office.put("a2-2.xlsx", office.fill(WATER, 6))
    done = office.run("collect")
    assert done.exit_code == 0, done.output
    assert done.stderr.count("名称改过") == 1 and "“某县”" in done.stderr and "“新县”" in done.stderr
    assert office.states()[WATER] == "accepted"
    issued = {path.name: path.read_bytes() for path in (office.root / "outbox").iterdir()}
    assert office.run("build").exit_code == 0
    serial = Store(office.root / "campaign.db").issues()
    key = (office.root / "campaign.key").read_bytes()
    assert len(key) == 32 and len(serial) == 3 and issued.keys() == {p.name for p in (office.root / "outbox").iterdir()}


def test_an_edited_year_is_told_and_stops_where_returns_are(office):
    settings = office.root / "campaign.toml"
    right = settings.read_text("utf-8")
    settings.write_text(right.replace("2024", "2023"), "utf-8")
    done = office.run("consolidate")
    assert done.exit_code == 1 and "year 改回 2024" in done.output
    settings.write_text(right, "utf-8")
    assert office.run("status").exit_code == 0


def test_a_missing_returned_workbook_is_made_anew_and_one_that_was_changed_is_kept(office):
    path = returned_file(office)
    whole = path.read_bytes()
    path.unlink()
    assert path.name in office.run("collect").output
    assert path.read_bytes() == whole
    assert path.name not in office.run("collect").output
    path.write_bytes(whole[: len(whole) // 2])
    beside = path.with_name(f"{path.stem}（新）.xlsx")
    done = office.run("collect")
    assert f"待退回：{beside}" in done.stdout and "没有覆盖" in done.stderr
    assert path.read_bytes() == whole[: len(whole) // 2] and beside.read_bytes() == whole
    assert "待退回" not in office.run("collect").output
    assert f"待退回：{path}" in office.run("collect", "--replace").stdout
    assert path.read_bytes() == whole and not beside.exists()


def test_a_returned_workbook_that_was_changed_stays_when_it_is_settled(office):
    path = returned_file(office)
    path.write_bytes(b"notes of a clerk")
    office.run("collect")
    office.put("a2-2.xlsx", office.fill(WATER, 5))
    done = office.run("collect")
    assert path.name in done.stderr and "没有删去" in done.stderr
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    office.run("collect", "--replace")
    assert list(path.parent.iterdir()) == []
    assert "没有删去" not in office.run("collect").output


def archived_of(office, agency):
    version = Store(office.root / "campaign.db").counting_of(agency)
    return office.root / "archive" / f"{version.sha256}.xlsx"


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_a_damaged_archive_keeps_no_workbook_from_going_back_and_the_file_put_back_mends_it(office, damage):
    returned_file(office).unlink()
    lost, kept = archived_of(office, WATER), office.root / "inbox" / "a2.xlsx"
    aside = kept.rename(office.root.parent / "a2.xlsx")
    lost.unlink() if damage == "missing" else lost.write_bytes(lost.read_bytes()[:-1] + b"x")
    office.put("a1-3.xlsx", office.fill(FINANCE, 9))
    done = office.run("collect")
    assert "通过　a1-3.xlsx" in done.output and "共 4 个文件" in done.output and "待退回" in done.output
    assert office.status()[1][FINANCE]["versions"] == 3
    assert "归档 archive：1 个文件" in office.run("doctor").output
    aside.rename(kept)  # what the doctor says
    office.run("collect")
    assert hashlib.sha256(lost.read_bytes()).hexdigest() == lost.stem
    assert returned_file(office).exists()


def test_what_was_taken_is_told_when_returned_cannot_be_written(office, monkeypatch):
    returned_file(office).unlink()
    office.put("a0-2.xlsx", office.fill(HEAD, 8))
    stage = files.stage_file

    def full(path, data):
        if path.parent.name == "returned":
            raise XltoolError(f"写不出 {path.name}：{files.name_reason(OSError(errno.ENOSPC, ''))}。")
        return stage(path, data)

    monkeypatch.setattr(files, "stage_file", full)
    done = office.run("collect")
    assert done.exit_code == 1
    assert "通过　a0-2.xlsx" in done.output and "磁盘空间不足" in done.stderr and "再执行一次" in done.stderr
    monkeypatch.undo()
    assert "待退回" in office.run("collect").output


def test_what_was_taken_before_the_disk_filled_up_is_told(office, monkeypatch):
    office.put("b0.xlsx", office.fill(HEAD, 11))
    office.put("b1.xlsx", office.fill(FINANCE, 12))
    take, told = Store.take_version, []

    def full(store, version, arrived, accepted=()):
        if told:
            raise XltoolError("数据库写不进去：磁盘空间不足。")
        told.append(version.file)
        return take(store, version, arrived, accepted)

    monkeypatch.setattr(Store, "take_version", full)
    done = office.run("collect")
    assert done.exit_code == 1 and "磁盘空间不足" in done.stderr
    assert f"通过　{told[0]}" in done.output and "通过 1" in done.output
    monkeypatch.undo()
    assert office.run("collect").exit_code == 0
    assert [office.status()[1][code]["versions"] for code in (HEAD, FINANCE)] == [2, 3]


def test_a_user_without_an_entry_can_collect(office, monkeypatch):
    def nobody():
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr(getpass, "getuser", nobody)
    office.put("b0.xlsx", office.fill(HEAD, 11))
    assert office.run("collect").exit_code == 0


def test_a_refused_file_that_the_archive_has_lost_is_told(office):
    office.read_roster("code,name,level\nA0,某县人民政府办公室,county\n")
    office.put("c.xlsx", office.fill(FINANCE, 13))
    assert office.run("collect").exit_code == 3
    [refused] = [each for each in Store(office.root / "campaign.db").unmatched() if each.file == "c.xlsx"]
    (office.root / "archive" / f"{refused.sha256}.xlsx").unlink()
    data = (office.root / "inbox" / "c.xlsx").read_bytes()
    (office.root / "inbox" / "c.xlsx").unlink()
    office.read_roster("code,name,level,parent\nA0,某县人民政府办公室,county,\nA1,某县财政局,department,A0\n"
                       "A2,某县水利局,department,A0\n")  # fmt: skip
    done = office.run("collect")
    assert done.exit_code == 5 and "c.xlsx" in done.output and "再放进 inbox 收一次" in done.output
    office.put("c.xlsx", data)
    assert office.run("collect").exit_code == 0
    assert office.status()[1][FINANCE]["versions"] == 3


def figures_of(root):
    """Exit code and bytes of the county's sum as it is made now; None when none is."""
    made = root / "county" / "submission.json"
    made.unlink(missing_ok=True)
    done = CliRunner().invoke(main, ["consolidate", "-C", str(root), "--allow-missing"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, made.read_bytes() if made.exists() else None


def damaged_copies(whole, count):
    """The database with one byte flipped, a stretch wiped, or its end cut off."""
    random = Random(20261128)
    for at in range(count):
        data = bytearray(whole)
        place = random.randrange(len(data))
        if at % 8 == 0:
            yield f"cut at {place}", bytes(data[:place])
        elif at % 8 == 1:
            data[place : place + 200] = bytes(len(data[place : place + 200]))
            yield f"wiped at {place}", bytes(data)
        else:
            bit = 1 << random.randrange(8)
            data[place] ^= bit
            yield f"bit {bit} at {place}", bytes(data)


def test_a_damaged_database_gives_a_sentence_or_the_right_figures(office):
    database = office.root / "campaign.db"
    shutil.rmtree(office.root / "backup", ignore_errors=True)
    shutil.rmtree(office.root / "inbox")  # what is known is not read again
    (office.root / "inbox").mkdir()
    right = figures_of(office.root)
    states, whole = office.states(), database.read_bytes()
    sentences = 0
    for name, data in damaged_copies(whole, 60):
        database.write_bytes(data)
        for command in ("status", "collect"):
            done = office.run(command)  # raises what is no exit
            assert "Traceback" not in done.output
            if done.exit_code == 1:
                sentences += 1
                assert any("\u4e00" <= sign <= "\u9fff" for sign in done.stderr), name
        database.write_bytes(data)
        code, figures = figures_of(office.root)
        assert (code, figures) in ((1, None), right), name
        if code != 1:
            assert office.states() == states, name
        shutil.rmtree(office.root / "backup", ignore_errors=True)
    assert sentences > 20


@pytest.mark.parametrize(("column", "value"), [("number", 0), ("number", 3), ("aside", "x"), ("agency", WATER)])
@pytest.mark.parametrize("command", ["status", "consolidate", "export"])
def test_a_changed_row_never_makes_an_older_version_count(office, tmp_path, command, column, value):
    office.put("办公室二.xlsx", office.fill(HEAD, 7))
    office.run("collect")
    with sqlite3.connect(office.root / "campaign.db") as database:
        database.execute(f"UPDATE version SET {column} = ? WHERE agency = ? AND number = 2", (value, HEAD))
    words = {"consolidate": ("--allow-missing",), "export": ("-o", tmp_path / "数据.csv")}
    done = office.run(command, *words.get(command, ()))
    assert done.exit_code == 1 and "损坏或被改动" in done.stderr and "--mend" in done.stderr
    assert office.run("doctor", "--mend").exit_code == 0
    assert "第 2 版" in office.run("use", HEAD, "2", "--reason", "核对过", "--by", "王某").output


def test_damage_is_not_backed_up(office):
    shutil.rmtree(office.root / "backup", ignore_errors=True)
    database = sqlite3.connect(office.root / "campaign.db")
    database.execute("UPDATE version SET findings = '[]' WHERE agency = 'A2'")
    database.commit()
    database.close()
    assert office.run("build").exit_code == 1
    assert not list((office.root / "backup").glob("*.db")) if (office.root / "backup").exists() else True
