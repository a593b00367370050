"""The campaign's memory when things go wrong: a full disk, a lock, another file, a newer schema."""

import sqlite3

import pytest

from xltool.campaign.store import Issue, Store, Unmatched, Waiver
from xltool.messages import XltoolError


def test_a_full_database_is_told_and_nothing_is_half_written(tmp_path):
    store = Store(tmp_path / "campaign.db")
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")  # SQLite says of this just what it says of a full disk
    with pytest.raises(XltoolError, match="磁盘空间不足"):
        for number in range(1000):
            store.take_unmatched(Unmatched(f"{number}", "文件" * 200, "原因" * 200, "2025-01-01"), 1)
    kept = store.unmatched()
    store.close()
    again = Store(tmp_path / "campaign.db")
    assert again.unmatched() == kept
    again.take_unmatched(Unmatched("after", "a", "b", "2025-01-02"), 1)
    assert again.unmatched()[-1].sha256 == "after"


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
    store.waive(Waiver("A", "r", "一", "甲", "2025-01-01"))
    store.waive(Waiver("A", "r", "二", "乙", "2025-01-02"))
    assert [waiver.reason for waiver in store.waivers()["A"]] == ["二"]
