"""The campaign's memory when things go wrong: a full disk, a lock, another file, a newer schema."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from xltool.campaign.acceptances import AcceptanceRecord
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.kept_decisions import Choice, Extension
from xltool.campaign.kept_files import Arrived, Unmatched
from xltool.campaign.kept_reports import Publication, Signature
from xltool.campaign.kept_versions import Version
from xltool.campaign.schema import HASHED, hash_row
from xltool.campaign.store import Store
from xltool.campaign.waivers import WaiverRecord
from xltool.messages import XltoolError


def test_a_full_database_is_told_and_nothing_is_half_written(tmp_path):
    store = Store(tmp_path / "campaign.db")
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite says of this just what it says of a full disk
    with pytest.raises(XltoolError, match="磁盘空间不足"):
        for number in range(1000):
            refused = Unmatched(f"{number}", "文件" * 200, "原因" * 200, "2025-01-01")
            store.take_unmatched(refused, Arrived(1, "2025-01-01"))
    kept = store.unmatched()
    store.close()
    again = Store(tmp_path / "campaign.db")
    assert again.unmatched() == kept
    again.take_unmatched(Unmatched("after", "a", "b", "2025-01-02"), Arrived(1, "2025-01-02"))
    assert again.unmatched()[-1].sha256 == "after"


def test_changes_together_are_kept_by_one_transaction_or_not_at_all(tmp_path):
    def refuse(number):
        store.take_unmatched(Unmatched(f"{number}", "文件", "原因", "2025-01-01"), Arrived(1, "2025-01-01"))

    store, commits = Store(tmp_path / "campaign.db"), []
    store._db.set_trace_callback(lambda statement: commits.append(statement) if statement == "COMMIT" else None)
    with store.together():
        refuse(1)
        with pytest.raises(ZeroDivisionError), store.together():
            refuse(2)
            raise ZeroDivisionError
        refuse(3)
        assert store.is_pending
    assert [each.sha256 for each in store.unmatched()] == ["1", "3"] and commits == ["COMMIT"]
    with pytest.raises(ZeroDivisionError), store.together():
        refuse(4)
        raise ZeroDivisionError
    assert len(store.unmatched()) == 2 and not store.is_pending


def test_a_batch_that_the_disk_has_no_room_for_is_no_longer_pending(tmp_path):
    store = Store(tmp_path / "campaign.db")
    store._db.execute(f"PRAGMA max_page_count = {store._db.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(XltoolError, match="磁盘空间不足"), store.together():
        for number in range(1000):
            store.take_unmatched(
                Unmatched(f"{number}", "文件" * 200, "因" * 200, "2025-01-01"), Arrived(1, "2025-01-01")
            )
    assert not store.is_pending and not store.unmatched()


def test_what_is_no_database_or_a_newer_one(tmp_path):
    (tmp_path / "a.db").write_bytes(b"not a database" * 100)
    with pytest.raises(XltoolError, match="不是数据库"):
        Store(tmp_path / "a.db")
    with sqlite3.connect(tmp_path / "b.db") as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(XltoolError, match="升级"):
        Store(tmp_path / "b.db")


def test_the_same_word_twice_and_the_same_blank_twice(tmp_path):
    store = Store(tmp_path / "campaign.db")
    store.issue([Issue("A", "0001-x", "a.xlsx", "s", "2025-01-01")])
    store.issue([Issue("A", "0001-x", "a.xlsx", "s", "2025-01-02")])
    assert store.issues()["A"].at == "2025-01-01"
    store.waive(WaiverRecord("A", "r", "一", "甲", "2025-01-01"))
    store.waive(WaiverRecord("A", "r", "二", "乙", "2025-01-02"))
    assert [waiver.reason for waiver in store.waivers()["A"]] == ["二"]


FIRST_SCHEMA = """
CREATE TABLE issue (agency TEXT PRIMARY KEY, serial TEXT NOT NULL UNIQUE, file TEXT NOT NULL, sha256 TEXT NOT NULL,
    at TEXT NOT NULL) STRICT;
CREATE TABLE file (sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL, at TEXT NOT NULL,
    outcome TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
CREATE TABLE version (agency TEXT NOT NULL, number INTEGER NOT NULL,
    sha256 TEXT NOT NULL UNIQUE REFERENCES file (sha256), at TEXT NOT NULL,
    file TEXT NOT NULL, submission BLOB NOT NULL, findings TEXT NOT NULL,
    PRIMARY KEY (agency, number)) STRICT;
CREATE TABLE waiver (agency TEXT NOT NULL, rule TEXT NOT NULL, reason TEXT NOT NULL, person TEXT NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (agency, rule)) STRICT;
CREATE TABLE event (id INTEGER PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL, what TEXT NOT NULL,
    detail TEXT NOT NULL) STRICT;
"""
"""The database as the first xltool with campaigns made it."""


OLD_FINDING = {
    "code": "rule.broken",
    "rule": "r",
    "name": "r@x",
    "severity": "error",
    "message": "不平。",
    "suspects": [],
    "cells": [{"key": "a.b.c", "sheet": "表", "address": "A1", "value": 3}],
}


@pytest.fixture
def first(tmp_path):
    path = tmp_path / "campaign.db"
    database = sqlite3.connect(path)
    database.executescript(FIRST_SCHEMA)
    database.execute("INSERT INTO issue VALUES ('A', '0001-x', 'a.xlsx', 's', '2025-01-01')")
    database.executemany(
        "INSERT INTO file VALUES (?, ?, 5, '2025-01-02', ?, ?)",
        [
            ("h1", "一.xlsx", "version", ""),
            ("h2", "二.xlsx", "version", ""),
            ("h3", "三.xlsx", "unmatched", "不在名录"),
        ],
    )
    database.executemany(
        "INSERT INTO version VALUES ('A', ?, ?, '2025-01-02', ?, ?, ?)",
        [(1, "h1", "一.xlsx", b"{}", "[]"), (2, "h2", "二.xlsx", b'{"a":1}', json.dumps([OLD_FINDING]))],
    )
    database.execute("INSERT INTO waiver VALUES ('A', 'r', '理由', '甲', '2025-01-03')")
    database.execute("PRAGMA user_version = 1")
    database.commit()
    database.close()
    return path


def test_a_database_of_the_first_schema_is_taken_along(first):
    before = first.read_bytes()
    store = Store(first)
    assert store.counting_of("A").submission == b'{"a":1}'
    assert [version.number for version in store.versions("A")] == [1, 2]
    [waiver] = store.waivers()["A"]
    assert waiver.reason == "理由"
    assert waiver.marks == {("r@x", "a.b.c", 3)}, "it is for the figures that stood when it was given"
    assert store.issues()["A"].serial == "0001-x"
    assert (store.sent_days(), store.extensions()) == ({"A": {1: "2025-01-02", 2: "2025-01-02"}}, {})
    assert [each.sha256 for each in store.judged_elsewhere("any")] == ["h3"], "what was refused then is judged again"
    assert (store.absences(), store.choices()) == ({}, {})
    store.close()
    (kept,) = (first.parent / "backup").iterdir()
    assert kept.name == "campaign.schema1.db"
    old = sqlite3.connect(kept)
    assert old.execute("PRAGMA user_version").fetchone()[0] == 1
    assert old.execute("SELECT count(*) FROM version").fetchone()[0] == 2
    old.close()
    assert before != first.read_bytes()
    Store(first).close()


@pytest.fixture
def second(tmp_path):
    """A database as the second schema made it: of what was written it did not keep what it rests on."""
    path = tmp_path / "second.db"
    Store(path).close()
    database = sqlite3.connect(path)
    _undo_fifth_schema(database)
    database.execute("DROP TABLE written")
    database.execute("CREATE TABLE written (file TEXT PRIMARY KEY, sha256 TEXT NOT NULL, hash TEXT NOT NULL) STRICT")
    database.execute("INSERT INTO written VALUES ('reports/甲.docx', 'ab', ?)", (hash_row("reports/甲.docx", "ab"),))
    database.execute("INSERT INTO written VALUES ('reports/乙.docx', 'cd', ?)", (hash_row("reports/乙.docx", "ce"),))
    database.execute("PRAGMA user_version = 2")
    database.commit()
    database.close()
    return path


def test_a_database_of_the_second_schema_is_taken_along(second):
    store = Store(second)
    assert store.find_written("reports/甲.docx") == ("ab", "")
    with pytest.raises(XltoolError, match=r"乙\.docx"):
        store.find_written("reports/乙.docx")
    store.note_written({"reports/甲.docx": ("ab", "b")})
    assert store.find_written("reports/甲.docx") == ("ab", "b")
    store.close()
    assert (second.parent / "backup" / "second.schema2.db").exists()


@pytest.fixture
def third(tmp_path):
    """A database as the third schema made it: a waiver was for whatever figures, nothing was published or signed."""
    path = tmp_path / "third.db"
    with closing(Store(path)) as store:
        for number, at in enumerate(("2025-01-02", "2025-01-04"), 1):
            found = {**OLD_FINDING, "cells": [{**OLD_FINDING["cells"][0], "value": number}]}
            store.take_version(Version("A", 0, f"h{number}", at, "一.xlsx", b"{}", (found,)), Arrived(5, at))
    database = sqlite3.connect(path)
    _undo_fifth_schema(database)
    for table in ("publication", "signature", "waiver"):
        database.execute(f"DROP TABLE {table}")
    database.execute(FIRST_SCHEMA[FIRST_SCHEMA.index("CREATE TABLE waiver") : FIRST_SCHEMA.index("CREATE TABLE event")])
    database.execute("ALTER TABLE waiver ADD COLUMN hash TEXT NOT NULL DEFAULT ''")
    for rule, kept in (("r", "理由"), ("r@x", "别的"), ("q", "理由")):
        row = ("A", rule, "理由", "甲", "2025-01-03")
        database.execute(
            "INSERT INTO waiver VALUES (?, ?, ?, ?, ?, ?)", (*row, hash_row("A", rule, kept, "甲", "2025-01-03"))
        )
    database.execute("PRAGMA user_version = 3")
    database.commit()
    database.close()
    return path


def test_a_waiver_of_the_third_schema_holds_for_the_version_that_stood_when_it_was_given(third):
    with closing(Store(third)) as store:
        with pytest.raises(XltoolError, match="放行"):
            store.waivers()  # one was damaged before, and stays so
        store.withdraw_waivers("A", ["r@x"], "2025-01-05", "甲", "记录已损坏")
        marks = {waiver.rule: waiver.marks for waiver in store.waivers()["A"]}
        assert marks == {"r": {("r@x", "a.b.c", 1)}, "q": frozenset()}
        assert (store.publications(), store.signature()) == ({}, None)


def _undo_fifth_schema(database):
    database.execute("DROP TABLE extension")
    columns = "sha256, name, size, at, outcome, reason, context"
    for rowid, *row in database.execute(f"SELECT rowid, {columns} FROM file").fetchall():
        database.execute("UPDATE file SET hash = ? WHERE rowid = ?", (hash_row(*row), rowid))
    database.execute("ALTER TABLE file DROP COLUMN sent")


@pytest.fixture
def fourth(tmp_path):
    """A database as the fourth schema made it: a file was taken for sent when it was taken in, nobody had longer."""
    path = tmp_path / "fourth.db"
    with closing(Store(path)) as store:
        for number, at in enumerate(("2025-01-02T09:00:00", "2025-01-04T09:00:00"), 1):
            version = Version("A", 0, f"h{number}", at, "一.xlsx", b"{}", ())
            store.take_version(version, Arrived(5, "2001-01-01"))
        store.take_unmatched(Unmatched("h3", "三.xlsx", "不在名录", "2025-01-05T09:00:00"), Arrived(5, "2001-01-01"))
    database = sqlite3.connect(path)
    _undo_fifth_schema(database)
    database.execute("UPDATE file SET name = '改了.xlsx' WHERE sha256 = 'h3'")
    database.execute("PRAGMA user_version = 4")
    database.commit()
    database.close()
    return path


def test_what_the_fourth_schema_took_in_was_sent_on_that_day(fourth):
    with closing(Store(fourth)) as store:
        assert store.sent_days() == {"A": {1: "2025-01-02", 2: "2025-01-04"}}
        assert store.extensions() == {}
        with pytest.raises(XltoolError, match="收到的文件"):
            store.sent_day("h3")  # one was damaged before, and stays so
        store.extend(Extension("A", "2025-02-10", "人员变动", "甲", "2025-01-30T09:00:00"))
        assert store.extensions()["A"].day == "2025-02-10"
    assert (fourth.parent / "backup" / "fourth.schema4.db").exists()


def test_the_sixth_schema_had_no_acceptances(tmp_path):
    path = tmp_path / "sixth.db"
    Store(path).close()
    database = sqlite3.connect(path)
    database.execute("DROP TABLE acceptance")
    database.execute("PRAGMA user_version = 6")
    database.commit()
    database.close()
    record = AcceptanceRecord("A", "disputes.review.upheld", None, 3, " → 3", "核对过", "甲", "2025-01-30T09:00:00")
    with closing(Store(path)) as store:
        assert store.acceptances() == {}
        store.accept([record], [])
        assert store.acceptances() == {"A": (record,)} and store.check_rows() == []
    assert (tmp_path / "backup" / "sixth.schema6.db").exists()


@pytest.fixture
def fifth(tmp_path):
    """A database as the fifth schema made it: no reason beside a signature and a publication."""
    path = tmp_path / "fifth.db"
    with closing(Store(path)) as store:
        store.sign(Signature("county/submission.json", "h1", b"{}", "{}", "甲", "2025-03-01T09:00:00"))
        for code in ("A", "B"):
            store.publish(Publication(code, "甲局", "2025-03-02", "", "甲", "2025-03-02T09:00:00"))
    database = sqlite3.connect(path)
    for table in ("signature", "publication"):
        database.execute(f"ALTER TABLE {table} DROP COLUMN reason")
        columns = HASHED[table][:-1]
        for rowid, *row in database.execute(f"SELECT rowid, {', '.join(columns)} FROM {table}").fetchall():
            database.execute(f"UPDATE {table} SET hash = ? WHERE rowid = ?", (hash_row(*row), rowid))
    database.execute("UPDATE publication SET day = '2025-02-01' WHERE agency = 'B'")
    database.execute("PRAGMA user_version = 5")
    database.commit()
    database.close()
    return path


def test_what_the_fifth_schema_kept_has_no_reason(fifth):
    with closing(Store(fifth)) as store:
        signed = store.signature()
        assert (signed.person, signed.document, signed.reason) == ("甲", b"{}", "")
        [damage] = store.check_rows()
        assert "B 的一条记录（发布）" in damage, "one was damaged before, and stays so"
        store.sign(replace(signed, reason="经局务会审定"))
        assert store.signature().reason == "经局务会审定"
    assert (fifth.parent / "backup" / "fifth.schema5.db").exists()


@pytest.mark.parametrize("older", ["first", "second", "third", "fourth", "fifth"])
def test_what_is_taken_along_is_what_a_new_one_is(older, request, tmp_path):
    path = request.getfixturevalue(older)
    Store(path).close()
    Store(tmp_path / "new.db").close()

    def columns(path):
        database = sqlite3.connect(path)
        tables = [
            row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ]
        found = {table: sorted(row[1] for row in database.execute(f"PRAGMA table_info({table})")) for table in tables}
        database.close()
        return found

    assert columns(path) == columns(tmp_path / "new.db")


CHANGES = {
    "a figure": "UPDATE version SET submission = CAST('{\"a\":2}' AS BLOB) WHERE number = 2",
    "a finding": "UPDATE version SET findings = '[]' WHERE number = 2",
    "whose it is": "UPDATE version SET agency = 'B' WHERE number = 2",
    "which counts": "UPDATE version SET aside = 'x' WHERE number = 1",
    "a waiver": "UPDATE waiver SET reason = '别的'",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_row_is_told_and_not_used(first, change):
    Store(first).close()
    database = sqlite3.connect(first)
    database.execute(change)
    database.commit()
    database.close()
    store = Store(first)
    with pytest.raises(XltoolError, match=r"与记下时不同.*backup"):
        [[*store.read_counting()], store.versions("A"), store.waivers()]
    store.close()


def test_the_newest_five_backups_stay_and_none_is_made_twice(tmp_path):
    store = Store(tmp_path / "campaign.db")
    for day in range(1, 9):
        store.back_up(f"2025-01-0{day}")
        store.back_up(f"2025-01-0{day}")
    names = sorted(path.name for path in (tmp_path / "backup").iterdir())
    assert names == [f"campaign.2025-01-0{day}.db" for day in range(4, 9)]


def test_a_choice_ends_with_a_later_return_and_one_put_aside_ends_nothing(tmp_path):
    store = Store(tmp_path / "campaign.db")

    def take(sha256, aside=""):
        version = Version("A", 0, sha256, "2025-01-01", f"{sha256}.xlsx", b"{}", (), aside)
        store.take_version(version, Arrived(1, "2025-01-01"))

    def counts():
        found = store.counting_of("A")
        assert store.counting_of("A") == found
        return found and found.number

    take("1")
    take("2", aside="没有编号")
    assert counts() == 1
    store.choose(Choice("A", "甲局", 2, 2, "r", "p", "t"))
    assert counts() == 2
    take("3", aside="没有编号")
    assert counts() == 2
    store.choose(Choice("A", "甲局", 0, 3, "r", "p", "t"))
    assert counts() is None
    take("4")
    assert counts() == 4
