"""Documents for people: what they have changed is kept, what nobody has changed is brought up to date."""

from __future__ import annotations

import hashlib

import pytest

from tests.campaign import stores
from xltool.campaign import documents
from xltool.campaign.documents import Deliverable, place_documents
from xltool.campaign.roster import Roster
from xltool.messages import XltoolError

FILE = "county/报告.docx"
BESIDE = "county/报告（新）.docx"


class Desk:
    """A campaign's folder, and what xltool writes into it."""

    def __init__(self, campaign, store):
        self.campaign, self.store = campaign, store

    def write(self, data, *, replace=False, file=FILE, known=(), basis=""):
        [placed] = place_documents(self.campaign, self.store, [Deliverable(file, data, basis, known)], replace=replace)
        return placed

    def edit(self, data, file=FILE):
        (self.campaign.root / file).write_bytes(data)

    @property
    def there(self):
        return {path.name: path.read_bytes() for path in sorted((self.campaign.root / "county").iterdir())}

    @property
    def noted(self):
        return set(self.store.written())


@pytest.fixture
def desk(tmp_path):
    campaign = stores.campaign(tmp_path, Roster(stores.entries(2)))
    with stores.opened(campaign) as store:
        yield Desk(campaign, store)


def test_what_nobody_changed_is_brought_up_to_date_and_written_once(desk):
    assert desk.write(b"1").fresh
    assert not desk.write(b"1").fresh
    assert desk.write(b"2").fresh and desk.there == {"报告.docx": b"2"} and desk.noted == {FILE}


def test_hand_work_is_kept_and_the_new_one_stands_beside_it_once(desk):
    desk.write(b"1")
    desk.edit(b"by hand")
    placed = desk.write(b"1")
    assert placed.is_beside and placed.fresh and placed.place == BESIDE
    assert desk.there == {"报告.docx": b"by hand", "报告（新）.docx": b"1"}
    [line] = documents.describe_kept([placed])
    assert FILE in line and "报告（新）.docx" in line and "--replace" in line
    again = desk.write(b"1")
    assert again.is_beside and not again.fresh
    desk.write(b"2")
    assert desk.there == {"报告.docx": b"by hand", "报告（新）.docx": b"2"}


def test_what_was_changed_beside_it_is_kept_too(desk):
    desk.write(b"1")
    desk.edit(b"by hand")
    desk.write(b"2")
    desk.edit(b"by another hand", BESIDE)
    for _ in range(2):
        desk.write(b"3")
    kept = {"报告.docx": b"by hand", "报告（新）.docx": b"by another hand"}
    assert desk.there == kept | {"报告-2（新）.docx": b"3"}
    desk.write(b"4")
    assert desk.there == kept | {"报告-2（新）.docx": b"4"}


def test_replace_writes_over_hand_work_and_clears_what_stood_beside(desk):
    desk.write(b"1")
    desk.edit(b"by hand")
    desk.write(b"2")
    desk.write(b"2", replace=True)
    assert desk.there == {"报告.docx": b"2"} and desk.noted == {FILE}


def test_the_new_one_put_in_the_place_of_the_old_is_ours_again(desk):
    desk.write(b"1")
    desk.edit(b"by hand")
    desk.write(b"2")
    (desk.campaign.root / BESIDE).replace(desk.campaign.root / FILE)
    assert desk.write(b"3").place == FILE and desk.there == {"报告.docx": b"3"}


def test_hand_work_undone_is_ours_again(desk):
    desk.write(b"1")
    desk.edit(b"by hand")
    desk.write(b"2")
    desk.edit(b"1")
    desk.write(b"3")
    assert desk.there == {"报告.docx": b"3"} and desk.noted == {FILE}


def test_what_no_record_tells_of_is_hand_work_unless_it_is_the_same(desk):
    desk.edit(b"of an older xltool")
    assert desk.write(b"1").place == BESIDE
    desk.edit(b"1")
    assert not desk.write(b"1").is_beside and desk.there == {"报告.docx": b"1"}
    desk.edit(b"sent out", "county/下发.xlsx")
    known = [hashlib.sha256(b"sent out").hexdigest()]
    assert not desk.write(b"5", file="county/下发.xlsx", known=known).is_beside


def test_long_ones_come_in_pieces_and_are_not_written_again(desk):
    desk.write(iter([b"a", b"b"]))
    assert not desk.write(iter([b"a", b"b"])).fresh
    assert desk.write(iter([b"a", b"c"])).fresh and desk.there == {"报告.docx": b"ac"}


def test_a_run_that_stops_in_between_leaves_nothing_that_looks_like_hand_work(desk, monkeypatch):
    desk.write(b"1")
    for data in (b"2", b"3"):
        with monkeypatch.context() as patch:

            def put(staged, path, mode=None, executable=False):
                staged.temporary.replace(path)
                raise XltoolError("没有电了。")

            patch.setattr("xltool.files.Staged.put", put)
            with pytest.raises(XltoolError):
                desk.write(data)
        assert desk.there == {"报告.docx": data}
    assert desk.write(b"4").place == FILE and desk.there == {"报告.docx": b"4"} and desk.noted == {FILE}


def test_one_that_cannot_be_made_leaves_all_as_it_was(desk):
    desk.write(b"1")

    def pieces():
        yield b"2"
        raise XltoolError("算不出来。")

    with pytest.raises(XltoolError, match="算不出来"):
        place_documents(desk.campaign, desk.store, [Deliverable(FILE, b"2"), Deliverable("county/数.csv", pieces())])
    assert desk.there == {"报告.docx": b"1"}


def test_the_newest_of_ours_is_found_by_what_it_rests_on(desk):
    desk.write(b"1", basis="a")
    assert documents.find_current(desk.campaign, desk.store, FILE, "a") == FILE
    assert documents.find_current(desk.campaign, desk.store, FILE, "b") is None
    desk.edit(b"by hand")
    assert documents.find_current(desk.campaign, desk.store, FILE, "a") is None
    desk.write(b"2", basis="b")
    assert documents.find_current(desk.campaign, desk.store, FILE, "b") == BESIDE


def test_clearing_leaves_hand_work(desk):
    desk.write(b"1")
    assert documents.clear_document(desk.campaign, desk.store, FILE)
    assert desk.there == {} and desk.noted == set()
    desk.write(b"1")
    desk.edit(b"by hand")
    desk.write(b"2")
    assert not documents.clear_document(desk.campaign, desk.store, FILE)
    assert desk.there == {"报告.docx": b"by hand"} and desk.noted == {FILE}


@pytest.mark.parametrize(
    ("file", "plain"),
    [
        ("退回/甲_退回1（新）.xlsx", "退回/甲_退回1.xlsx"),
        ("退回/甲_退回1-2（新）.xlsx", "退回/甲_退回1.xlsx"),
        ("退回/甲_退回1.xlsx", "退回/甲_退回1.xlsx"),
        ("退回/甲-2.xlsx", "退回/甲-2.xlsx"),
    ],
)
def test_a_name_beside_tells_beside_what_it_stands(file, plain):
    assert documents.strip_mark(file) == plain
