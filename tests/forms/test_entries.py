"""Cells that are no figures: what a definition may say of them, and what may stand in them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from tests.forms.entries import FORM, WRITTEN, make_form, submit
from xltool.forms import document, entries
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError

SPEC = make_form()
MEANS = "rules.means.content"
STATE, DUE, LISTED = (f"hazards.fire.{column}" for column in ("state", "due", "listed"))


def test_entries_stand_beside_the_figures() -> None:
    assert not SPEC.entries_by_key.keys() & SPEC.index.keys()
    assert [cell.key for cell in SPEC.every_cell][:6] == [
        f"hazards.fire.{column}" for column in ("found", "state", "listed", "due", "remark")
    ] + ["hazards.traffic.found"]
    assert "hazards.total.state" not in SPEC.order
    assert [cell.key for cell in SPEC.inputs if cell.table.id == "rules"] == [
        f"rules.{row}.content" for row in ("meetings", "office", "since", "means")
    ]


def test_a_kind_that_is_none_is_one_fault() -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_spec(FORM.replace('kind = "date", earliest', 'kind = "dates", earliest', 1), "hazard_list.toml")
    assert "'kind' must be" in str(caught.value) and "is for kind" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind = "text", longest', 'kind = "texts", longest', "'kind' must be choice, several, yes_no, date or text"),
        ('"网站专栏", ', '"网站；专栏", ', "'网站；专栏' cannot be one of several"),
        ('["会议", "网站", "网站专栏", "其他 A"]', '["会议"]', "kind = \"several\" needs 'choices', two at least"),
        ('["会议", "网站"', str([f"第{at}" for at in range(20)])[:-1].replace("'", '"'), "has at most 20 choices"),
        ('kind = "several", choices', 'kind = "text", choices', "'choices' is for kind = \"choice\" or \"several\""),
        ('kind = "text", longest = 40', 'kind = "text", longest = 0', "'longest' must be 1 to 2000"),
        ('kind = "text", longest', 'kind = "date", longest', "'longest' is for kind = \"text\""),
        ('choices = ["已整改", "整改中", "未整改"]', 'choices = ["已整改"]', "needs 'choices', two at least"),
        ('"整改中", "未整改"', '"整改中", "整改中 "', "'整改中 ' cannot be a choice"),
        ('"整改中", "未整改"', '"整改中", "整改,中"', "'整改,中' cannot be a choice"),
        ('"整改中", "未整改"', '"整改中", "=1"', "'=1' cannot be a choice"),
        ('"整改中", "未整改"', '"整改中", "整改 3"', "'整改 3' cannot be a choice"),
        ('"整改中", "未整改"', '"整改中", "整改中"', "given twice as a choice"),
        ('"未整改"]', ", ".join(f'"{at:长>40}"' for at in range(9)) + "]", "have at most 255 signs together"),
        ('kind = "date", earliest = 2024-01-01', 'kind = "date", earliest = 2026-01-01', "'latest' must not be before"),
        ('latest = "2025-12-31"', 'latest = "2025-02-29"', "'latest' must be a day: 2024-01-01"),
        ('"是否挂牌督办", kind', '"是否挂牌督办", rate = "found / found", kind', "'rate' is of figures"),
        ('"是否挂牌督办", kind', '"是否挂牌督办", measure = "count", kind', "'measure' is of figures"),
        ('kind = "text", longest = 40', 'kind = "text", consolidate = "count"', "only what is chosen of a list"),
        ('kind = "text", longest = 40', 'kind = "text", consolidate = "sum"', "'consolidate' must be never or count"),
        ('absent = { state = "—", ', "absent = { ", "row 'total' and column 'state' say different things"),
        ('label = "消防" }', 'label = "消防", kind = "yes_no" }', "row 'fire' and column 'state' say different things"),
        ('label = "消防" }', 'label = "消防", levels = ["county"] }', "nothing in it is 'required' of all"),
        ('expr = "total = fire + traffic + mine"', 'expr = "fire.state <= fire.found"', "'fire.state' is no figure"),
    ],
)  # fmt: skip
def test_faults_of_entries_are_told(old: str, new: str, told: str) -> None:
    assert FORM.count(old) >= 1
    with pytest.raises(DefinitionError) as caught:
        parse_spec(FORM.replace(old, new, 1), "hazard_list.toml")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("key", "typed", "held", "fits"),
    [
        (STATE, "已整改", "已整改", True),
        (STATE, " 已整 改\n", "已整改", True),
        (STATE, "整改了", "整改了", False),
        (STATE, "已整改 3", "已整改 3", False),
        (LISTED, "√", "是", True),
        (LISTED, "×", "否", True),
        (LISTED, "Yes", "是", True),
        (LISTED, "不清楚", "不清楚", False),
        (DUE, "2024年7月5日", "2024-07-05", True),
        (DUE, "2024.7.5", "2024-07-05", True),
        (DUE, "二〇二四年七月五日", "2024-07-05", True),
        (DUE, "2024-02-29", "2024-02-29", True),
        (DUE, "2025-02-29", "2025-02-29", False),
        (DUE, "2023-12-31", "2023-12-31", False),
        (DUE, "2025-12-31", "2025-12-31", True),
        (DUE, "2026-01-01", "2026-01-01", False),
        (DUE, "7月5日", "7月5日", False),
        ("hazards.fire.remark", "长" * 40, "长" * 40, True),
        ("hazards.fire.remark", "长" * 41, "长" * 41, False),
        ("hazards.fire.remark", "𠮷" * 21, "𠮷" * 21, False),
        (MEANS, "网站、会议", "会议、网站", True),
        (MEANS, "会议、网站", "会议、网站", True),
        (MEANS, "会 议,网站专栏；其他A", "会议、网站专栏、其他 A", True),
        (MEANS, "网站\n会议\n网站", "会议、网站", True),
        (MEANS, "网站、报纸", "网站、报纸", False),
        (MEANS, "会议网站", "会议网站", False),
        (MEANS, "会议 3、网站 1", "会议 3、网站 1", False),
        (MEANS, "、", "、", False),
        ("rules.since.content", "1949-10-01", "1949-10-01", True),
        ("rules.since.content", "1949-09-30", "1949-09-30", False),
    ],
)
def test_what_is_typed_is_held_as_the_form_writes_it(key: str, typed: str, held: str, fits: bool) -> None:
    entry = SPEC.entries_by_key[key]
    content, noticed = entries.take_entry(entry, typed)
    assert (content, entries.is_fit(entry, content)) == (held, fits)
    said = typed.strip() == held or not fits or "年7月5日" in typed
    assert [found.code for found in noticed] == [] if said else ["entry.normalised"]
    if fits:
        assert entries.take_entry(entry, entries.print_entry(entry, held)) == (held, [])


def test_counts_are_read_as_they_are_written() -> None:
    kind = SPEC.entries_by_key[STATE].kind
    counts = Counter({"未整改": 2, "已整改": 30})
    written = entries.word_counts(kind, counts)
    assert written == "已整改 30、未整改 2"
    assert entries.read_counts(kind, written) == counts
    for other in ("已整改", "已整改 3、已整改 4", "别的 3", "已整改 3，整改中 1", ""):
        assert entries.read_counts(kind, other) is None
    assert entries.read_counts(SPEC.entries_by_key[LISTED].kind, "是 3") is None  # it is not counted
    assert entries.take_entry(SPEC.entries_by_key[STATE], written, "consolidated") == (written, [])
    assert not entries.is_fit(SPEC.entries_by_key[STATE], written)


def test_several_of_a_list_are_counted_each_by_itself() -> None:
    entry, counts = SPEC.entries_by_key[MEANS], {}
    for content in ("会议、网站", "网站", "网站、会议", "报纸、网站", ""):
        entries.count_entries(SPEC, counts, replace(submit(SPEC), entries={MEANS: content}))
    assert counts == {MEANS: Counter({"网站": 3, "会议": 2})}
    written = entries.word_counts(entry.kind, counts[MEANS])
    assert written == "会议 2、网站 3"
    above = replace(submit(SPEC), entries={MEANS: written}, scope="consolidated")
    entries.count_entries(SPEC, counts, above)
    assert counts[MEANS] == Counter({"网站": 6, "会议": 4})
    assert entries.is_fit(entry, written, "consolidated") and not entries.is_fit(entry, written)
    assert [entries.is_fit(entry, each) for each in ("网站、会议", "网站、网站", "网站、会议、网站", "网站、")] == [
        True,
        False,
        False,
        False,
    ]


def test_a_document_has_its_entries_and_refuses_others() -> None:
    submission = submit(SPEC)
    data = document.dump_document(SPEC, submission)
    told = json.loads(data)["entries"]
    assert list(told) == list(SPEC.entries_by_key)
    assert (told[STATE], told["hazards.mine.remark"]) == ("已整改", None)
    again = document.parse_document(data, lambda _: SPEC)
    assert again.submission is not None
    assert (again.submission.entries, again.submission.values, again.findings) == (WRITTEN, submission.values, ())
    for old, new, code in (
        (b'"hazards.fire.state": "', b'"hazards.fire.stat": "', "document.unknown_key"),
        ('"已整改"'.encode(), b"3", "document.schema"),
        (b'"hazards.fire.found": 3', b'"hazards.fire.listed": 3', "document.unknown_key"),
    ):
        assert old in data
        assert [
            found.code for found in document.parse_document(data.replace(old, new, 1), lambda _: SPEC).findings
        ] == [code]


def test_entries_that_are_drawn_may_all_stand_there() -> None:
    drawn = entries.draw_entries(SPEC, 2031)
    assert drawn.keys() == SPEC.entries_by_key.keys()
    assert all(entries.is_fit(SPEC.entries_by_key[key], content) for key, content in drawn.items())
    assert {drawn[f"hazards.{row}.state"] for row in ("fire", "traffic", "mine")} <= {"已整改", "整改中", "未整改"}
