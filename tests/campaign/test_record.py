"""The record: every kind of event that is noted anywhere has a word, and says what was said in a clerk's words."""

from __future__ import annotations

import ast
import hashlib
import re
from importlib import import_module
from pathlib import Path

import pytest

import xltool
from tests.campaign import stores
from tests.campaign.stores import SPEC, stray, take, waive
from tests.trees import read_tree
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.kept_decisions import AbsenceRecord, Choice, Extension
from xltool.campaign.kept_reports import Publication, Signature
from xltool.campaign.record import RECORD_KINDS, read_record, word_event
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store

OFFICE, EDUCATION, FINANCE = (entry.agency.code for entry in stores.entries(3))
AT = "2025-02-01T10:00:00"
NAMES = {entry.agency.code: entry.agency.name for entry in stores.entries()}
ROOM = Path(xltool.__file__).parent


@pytest.fixture
def made(tmp_path):
    return stores.campaign(tmp_path, Roster(stores.entries()))


def read(made):
    with stores.opened(made) as store:
        return read_record(made, made.read_roster(), store)


def say(made, act):
    """What the record says of what the store is made to do: kind, words, agencies, person."""
    with stores.opened(made) as store:
        act(store)
    entry = read(made)[0]
    return entry.kind, entry.said, entry.codes, entry.person


KEEPERS = {each.__module__ for each in Store.__mro__}


def find_noted_kinds():
    """The kind of every event that any module notes, with constants looked up."""
    for path in ROOM.rglob("*.py"):
        module = ".".join(path.relative_to(ROOM.parent).with_suffix("").parts)
        takers = {"self._note"} if module in KEEPERS else {"store.note", "look.store.note"}
        for call in ast.walk(read_tree(path)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in takers:
                word = ast.unparse(call.args[2])
                known = vars(import_module(module)).get(word)
                yield known if known is not None else word.strip("'")


def test_every_kind_that_is_noted_anywhere_has_a_word():
    found = {*find_noted_kinds()} - {"what"}  # the store's own method, which is given one
    assert {"waive", "absent", "extend", "use", "publish", "sign", "link", "mend", "take", "collect", "door"} <= found
    assert found <= RECORD_KINDS.keys()


@pytest.mark.parametrize(
    "act, kind, said, codes",
    [
        (lambda s: waive(s, EDUCATION, "applications.balance@enterprise"), "waive",
         "放行“表三“商业企业”栏：第一项加第二项之和，应等于第三项加第四项之和”：已核实", (EDUCATION,)),
        (lambda s: waive(s, EDUCATION, "cell.blank"), "waive", "放行“未填”：已核实", (EDUCATION,)),
        (lambda s: s.withdraw_waivers(EDUCATION, ["cell.blank"], AT, "王某", "弄错了：没有核"), "waive",
         "撤销放行“未填”：弄错了：没有核", (EDUCATION,)),
        (lambda s: s.excuse(AbsenceRecord(FINANCE, NAMES[FINANCE], EDUCATION, "撤并：见文", "王某", AT)), "absent",
         "记为无需报送，数并入额敏县教育和科学技术局：撤并：见文", (FINANCE,)),
        (lambda s: s.excuse(AbsenceRecord(FINANCE, "财政局，并入 甲", "", "撤并", "王某", AT)), "absent",
         "记为无需报送：撤并", (FINANCE,)),
        (lambda s: s.withdraw_absence(FINANCE, AT, "王某", "没有撤并"), "absent", "撤销无需报送：没有撤并", (FINANCE,)),
        (lambda s: s.extend(Extension(FINANCE, "2025-02-10", "换人", "王某", AT)), "extend",
         "期限延至2025年2月10日：换人", (FINANCE,)),
        (lambda s: s.withdraw_extension(FINANCE, AT, "王某", "不换了"), "extend", "撤销延期：不换了", (FINANCE,)),
        (lambda s: s.choose(Choice(FINANCE, "x", 2, 3, "先报的对", "王某", AT)), "use",
         "采用第2版：先报的对", (FINANCE,)),
        (lambda s: s.choose(Choice(FINANCE, "x", 0, 3, "都不对", "王某", AT)), "use",
         "报来的各版都不采用：都不对", (FINANCE,)),
        (lambda s: s.publish(Publication(FINANCE, "x", "2025-02-01", "https://a.example.invalid/年报", "王某", AT)),
         "publish", "2025年2月1日发布，https://a.example.invalid/年报", (FINANCE,)),
        (lambda s: s.publish(Publication(FINANCE, "x", "2025-02-01", "", "王某", AT, "更正")), "publish",
         "2025年2月1日发布，更正", (FINANCE,)),
        (lambda s: s.withdraw_publication(FINANCE, AT, "王某", ""), "publish", "撤销发布", (FINANCE,)),
        (lambda s: s.sign(Signature("汇总/报告.docx", hashlib.sha256(b"").hexdigest(), b"", "", "王某", AT, "核对过")),
         "sign", "签发 汇总/报告.docx e3b0c44298fc…：核对过", ()),
        (lambda s: s.withdraw_signature(AT, "王某", "数改了"), "sign", "撤销签发：数改了", ()),
        (lambda s: s.withdraw_signature(AT, "王某", ""), "sign", "撤销签发", ()),
        (lambda s: s.revoke_link(FINANCE, AT, "王某"), "link", "换成第 2 个链接，以前的作废", (FINANCE,)),
        (lambda s: s.place_links("https://door.example.invalid", AT, "王某"), "link",
         "报送入口的网址：https://door.example.invalid", ()),
        (lambda s: s.note(AT, "王某", "collect", "通过 3，退回 1"), "collect", "收取了文件：通过 3，退回 1", ()),
        (lambda s: s.note(AT, "王某", "door", f"{FINANCE} 甲确认报送　来自 192.0.2.1"), "door",
         "甲确认报送　来自 192.0.2.1", (FINANCE,)),
        (lambda s: s.note(AT, "王某", "later", f"{FINANCE} 以后才有的"), "later", "以后才有的", (FINANCE,)),
        (lambda s: s.note(AT, "王某", "extend", f"{FINANCE} 从前别样写的"), "extend", "从前别样写的", (FINANCE,)),
    ],
)  # fmt: skip
def test_what_was_noted_in_words(made, act, kind, said, codes):
    assert say(made, act) == (kind, said, codes, "王某")
    assert not re.search(r"[a-z]+\.[a-z]+@|\d{6}-\d{3}", said), "no names of rules, no codes"


def test_what_went_out_and_came_is_there_too_and_the_newest_is_first(made):
    with stores.opened(made) as store:
        store.issue([Issue(code, f"S-{code}", f"{code}.xlsx", "0" * 64, "2025-01-02T09:00:00") for code in NAMES])
        take(store, EDUCATION, "2025-01-10T09:00:00", file="年报.xlsx")
        stray(store, "照片.jpg", "这不是工作簿。", "2025-01-11T08:00:00")
        store.extend(Extension(FINANCE, "2025-02-10", "换人", "王某", "2025-01-05T09:00:00"))
    entries = read(made)
    assert [entry.kind for entry in entries] == ["refused", "version", "extend", "issue"]
    assert entries[1].said == "报来第1版：年报.xlsx" and entries[1].codes == (EDUCATION,)
    assert entries[0].said == "照片.jpg：这不是工作簿。"
    assert entries[3].said.startswith("生成6家的工作簿：") and entries[3].codes == tuple(NAMES)


def test_of_what_was_done_at_one_moment_the_last_is_first(made):
    with stores.opened(made) as store:
        for number in range(5):
            store.note(AT, "王某", "collect", f"第{number}次")
    assert [entry.said[-3:] for entry in read(made)] == ["第4次", "第3次", "第2次", "第1次", "第0次"]


def test_a_code_that_nobody_knows_stays_as_it_was_said():
    entry = word_event(SPEC, (AT, "王某", "extend", "没有的 延至 2025-02-10：换人"), {}, frozenset())
    assert entry.codes == () and entry.said == "没有的 延至 2025-02-10：换人"
