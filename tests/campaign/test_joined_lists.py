"""Lists whose rows are units: lines about one unit become one in a sum, in whatever order and grouping."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import xltool
from tests.forms.joined import FORM, make_form, submit
from xltool.campaign.consolidate import consolidate_submissions
from xltool.campaign.contributions import build_sheets
from xltool.campaign.discrepancies import find_discrepancies
from xltool.cli import main
from xltool.forms.differences import compare_forms
from xltool.forms.fault_words import word_fault
from xltool.forms.list_joins import BESIDE, LONGEST_BESIDE, UNLIKE
from xltool.forms.list_rows import sum_column
from xltool.messages import DefinitionError, render
from xltool.model import LARGEST, Agency, Consolidation, ListContent, ListRow, Reading, Submission
from xltool.periods import Period
from xltool.rules.judge import judge_readings
from xltool.workbook.layout_plan import make_plan

SPEC = make_form()
PLACE = make_plan(SPEC).place
COUNTY = Agency("9910", "测试县", "county")
Line = tuple[ListContent, ...]


@pytest.fixture(autouse=True, scope="module")
def _forms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("forms")
    (folder / "town_works.toml").write_text(f'{FORM}\n[published]\nsubjects = ["乡镇工作"]\n', "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLTOOL_FORMS", str(folder))
        yield


LINES: tuple[Line, ...] = (
    ("城关镇", 3, 1250, 800, 12, 985, "在建", "2024-03-01", "道路"),
    ("河口乡", 1, 100, 300, None, None, "完工", None, None),
)
OTHERS: tuple[Line, ...] = (
    ("石门乡", 2, None, 90, 5, None, None, None, None),
    ("城关镇", 4, 50, 790, 7, 985, "完工", "2024-03-01", "学校"),
)


def consolidate(parts: Sequence[Submission], own: Agency = COUNTY) -> Consolidation:
    return consolidate_submissions(SPEC, parts, own, Period(2024))


def tell(made: Consolidation) -> list[str]:
    return [render(found, SPEC, PLACE) for found in made.findings if found.code != "county.missing"]


def test_lines_about_one_unit_become_one() -> None:
    made = consolidate([submit(SPEC, LINES, "甲"), submit(SPEC, OTHERS, "乙")])
    assert made.total.lists["towns"] == (
        ListRow(("城关镇", 7, 1300, 800, 7, 985, "在建｜完工", "2024-03-01", "学校｜道路"), "甲局、乙局"),
        ListRow(LINES[1], "甲局"),
        ListRow(OTHERS[0], "乙局"),
    )
    [joined] = made.joined
    assert (joined.serial, joined.unit, [line.agency for line in joined.lines]) == (1, "城关镇", ["甲局", "乙局"])
    assert made.total.values == (10, 14)
    assert made.values.tolist() == [[4, 6], [6, 8]]
    assert [each.code for each in made.findings] == ["county.joined", "county.differing", "county.differing"]
    assert "附表一有 1 行由几行合成，它们的“乡镇”相同：第 1 行“城关镇”（甲局、乙局）" in tell(made)[0]
    assert "附表一“状态”栏有 1 行，几个单位填得不同，汇总时没有取舍：" in tell(made)[1]
    assert "第 1 行“城关镇” 甲局 在建、乙局 完工" in tell(made)[1]


CONTENTS = {
    1: st.integers(0, 9),
    2: st.integers(0, 999),
    3: st.integers(0, 9) | st.just("约三百"),
    4: st.integers(0, 3),
    5: st.integers(0, 3) | st.just("不详"),
    6: st.sampled_from(["在建", "完工", "停工"]),
    7: st.sampled_from(["2024-03-01", "2024-05-01"]),
    8: st.sampled_from(["甲", "乙", "丙 ", "甲｜丁", "长" * 400, "更长" * 300]),
}
TOWNS = st.sampled_from(["A镇", "a镇", "B  乡", "B 乡", "C街道", None])
LINE = st.tuples(TOWNS, *(st.none() | each for each in CONTENTS.values()))
AGENCIES = st.lists(st.lists(LINE, max_size=4), min_size=1, max_size=6)


def by_unit(total: Submission) -> list[Line]:
    """The contents of its lines without an order, those of agencies left aside."""
    return sorted((line.contents for line in total.lists.get("towns", ())), key=repr)


def number(parts: Sequence[Sequence[Line]]) -> list[Submission]:
    return [submit(SPEC, lines, f"{at}") for at, lines in enumerate(parts)]


@settings(deadline=None)
@given(AGENCIES, st.randoms(use_true_random=False), st.data())
def test_order_and_grouping_change_nothing(parts: list[list[Line]], rng: Any, data: st.DataObject) -> None:
    agencies = number(parts)
    whole = consolidate(agencies).total
    shuffled = [*agencies]
    rng.shuffle(shuffled)
    assert by_unit(consolidate(shuffled).total) == by_unit(whole)
    cut = data.draw(st.integers(0, len(agencies)))
    for given_parts, same_order in ((agencies, True), (shuffled, False)):
        halves = [
            replace(consolidate(half).total, agency=Agency(name, f"{name}县", "county"))
            for name, half in (("甲", given_parts[:cut]), ("乙", given_parts[cut:]))
            if half
        ]
        twice = consolidate(halves).total
        assert by_unit(twice) == by_unit(whole)
        if same_order:
            lines = [[line.contents for line in each.lists.get("towns", ())] for each in (twice, whole)]
            assert lines[0] == lines[1]


@settings(deadline=None)
@given(AGENCIES)
def test_the_sum_of_joined_figures_is_that_of_all_lines(parts: list[list[Line]]) -> None:
    agencies = number(parts)
    made = consolidate(agencies)
    lines = list(chain.from_iterable(each.lists.get("towns", ()) for each in agencies))
    joined = made.total.lists.get("towns", ())
    assert [sum_column(joined, at) for at in (1, 2)] == [sum_column(lines, at) for at in (1, 2)]
    names = [line.contents[0] for line in joined if line.contents[0] is not None]
    assert len({str(name).casefold().replace("  ", " ") for name in names}) == len(names)
    words, kept = ({part for line in of for part in str(line.contents[8] or "").split(BESIDE)} - {""}
                   for of in (lines, joined))  # fmt: skip
    assert kept <= words | {UNLIKE} and (UNLIKE in kept or words == kept)
    assert made.total.values[0] == sum(int(each.values[0]) for each in agencies if isinstance(each.values[0], int))


@settings(deadline=None, max_examples=30)
@given(AGENCIES)
def test_a_sum_of_joined_lines_is_read_back_as_it_was_written(parts: list[list[Line]]) -> None:
    total = replace(consolidate(number(parts)).total, agency=COUNTY)
    for data in (xltool.dump(total), xltool.fill(total)):
        reading = xltool.read(data)
        assert reading.submission is not None
        assert reading.submission.lists == {
            name: tuple(_trim(line) for line in lines) for name, lines in total.lists.items()
        }


def _trim(line: ListRow) -> ListRow:
    return replace(line, contents=tuple(each.strip() if isinstance(each, str) else each for each in line.contents))


def test_rules_over_joined_lists_are_asked_of_a_sum_where_they_add_up() -> None:
    """Sums by unit are; how many lines there are is nothing that two agencies' figures tell of their sum."""
    agencies = [submit(SPEC, LINES, "甲"), submit(SPEC, OTHERS, "乙")]
    agencies[1] = replace(agencies[1], values=(6, 1))
    made = consolidate(agencies)
    total = replace(made.total, values=(10, 2))
    [judged] = judge_readings(SPEC, [Reading(total)])
    assert {found.rule for found in judged.findings if found.rule} == {"whole.reported"}
    found = {(each.agency.name, each.rule.name, each.residual) for each in find_discrepancies(SPEC, made)}
    assert found == {("乙局", "whole.reported", -1), ("乙局", "whole.towns", -1)}
    [own] = judge_readings(SPEC, [Reading(agencies[1])])
    assert {found.rule for found in own.findings if found.rule} == {"whole.reported", "whole.towns"}


def test_contributions_have_what_each_line_was_made_of() -> None:
    made = consolidate([submit(SPEC, LINES, "甲"), submit(SPEC, OTHERS, "乙")])
    rows = list(build_sheets(SPEC, made)["明细合并"])
    told = {(row[3], row[6]): (*row[4:6], str(row[7])) for row in rows[1:]}
    assert rows[1][:4] == ("附表一", 1, "城关镇", "项目数")
    assert told["资金", "甲局"] == ("相加", Decimal("13"), "12.5")
    assert told["人口", "乙局"] == ("取最大的数", 800, "790")
    assert told["状态", "乙局"] == ("相同的合成一个，不同的并列", "在建｜完工", "完工")
    assert len(told) == 2 * 8
    alone = consolidate([submit(SPEC, LINES, "甲")])
    assert list(build_sheets(SPEC, alone)["明细合并"])[1:] == [("没有由几行合成的行",)]


def test_what_is_too_large_or_too_much_is_told() -> None:
    many = [
        submit(SPEC, [("城关镇", LARGEST, None, None, None, None, None, None, f"{at}" * 60)], f"{at}")
        for at in range(10, 40)
    ]
    many = [replace(each, values=(None, 1)) for each in many]
    made = consolidate(many)
    [line] = made.total.lists["towns"]
    assert (line.contents[1], line.contents[8]) == (None, UNLIKE)
    assert line.agency.endswith("等 30 个单位")
    assert {"county.outgrown", "county.differing"} <= {each.code for each in made.findings}
    assert len(UNLIKE) < LONGEST_BESIDE


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('join = "town"', 'join = "twon"', "'join' names columns of words or of one choice that are 'required', and"),
        ('join = "town"', 'join = "state"', "and 'state' is none"),
        ('join = "town"', 'join = ["town", "projects"]', "and 'projects' is none"),
        ('join = "town"', "", "its columns have no 'consolidate'"),
        ('join = "town"', "join = 3", "'join' of a list of lines must be a string"),
        ('join = "town"', 'x = "y"', "a list of lines has no field 'x'"),
        ('consolidate = "max"', 'consolidate = ["max"]', "'consolidate' of a column of a list must be a string"),
        ('consolidate = "max"', 'consolidate = "careful"', "'consolidate' must be sum, never, max or min"),
        ('kind = "text", longest = 60', 'kind = "text", longest = 60, consolidate = "count"', "only figures have"),
        ("sum(towns.projects)", "count(towns)", "computed from a list whose lines are joined in a sum"),
        ("sum(towns.projects)", "sum(towns.people)", "computed from a list whose lines are joined in a sum"),
        (
            "sum(towns.projects)",
            "sum(towns.projects where state = '在建')",
            "computed from a list whose lines are joined in a sum",
        ),
    ],
)
def test_what_is_wrong_with_joining_is_told(old: str, new: str, fault: str) -> None:
    assert old in FORM
    with pytest.raises(DefinitionError) as told:
        make_form(FORM.replace(old, new, 1))
    assert fault in str(told.value)
    assert all(word_fault(each.message) != each.message for each in told.value.faults)


def test_several_columns_together_say_of_which_unit_a_line_is() -> None:
    spec = make_form(
        FORM.replace('join = "town"', 'join = ["town", "state"]').replace('"停工"] }', '"停工"], required = true }')
    )
    parts = [submit(spec, LINES, "甲"), submit(spec, OTHERS[1:], "乙"), submit(spec, OTHERS[1:], "丙")]
    made = consolidate_submissions(spec, parts, COUNTY, Period(2024))
    assert [(line.contents[0], line.contents[6], line.contents[1]) for line in made.total.lists["towns"]] == [
        ("城关镇", "在建", 3),
        ("河口乡", "完工", 1),
        ("城关镇", "完工", 8),
    ]
    assert [each.unit for each in made.joined] == ["城关镇 完工"]


def test_a_new_edition_that_joins_otherwise_is_told() -> None:
    other = make_form(FORM.replace('join = "town"', "").replace(', consolidate = "max"', "").replace(
        ', consolidate = "min"', ""))  # fmt: skip
    told = [each.detail for each in compare_forms(SPEC, other).differences if each.detail]
    assert "汇总 “乡镇”相同的行合成一行 → 各行依次排列" in told
    assert any("汇总取最大的数" in each for each in told)


ROSTER = """code,name,level,parent
9910,测试县人民政府,county,
9911,农业局,department,9910
9912,水利局,department,9910
"""


def call(*args: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(map(str, args)))
    assert done.exit_code == code, (args, done.output)
    return done.output


def hand_in(root: Path, code: str, lines: Sequence[Line]) -> None:
    [blank] = (root / "outbox").glob(f"{code}_*.xlsx")
    sent = xltool.read(blank.read_bytes()).submission
    assert sent is not None
    filled = replace(submit(SPEC, lines, code), agency=sent.agency, serial=sent.serial)
    (root / "inbox" / f"{code}.xlsx").write_bytes(xltool.fill(filled))


def test_a_campaign_joins_what_two_agencies_report_of_one_town(tmp_path: Path) -> None:
    root, roster = tmp_path / "county", tmp_path / "roster.csv"
    roster.write_text(ROSTER, "utf-8")
    call("new", root, "--plain", "--form", "town-works", "--year", "2024", "--name", "测试县", "--roster", roster)
    call("build", "-C", root)
    hand_in(root, "9910", LINES[:1])
    hand_in(root, "9911", OTHERS)
    hand_in(root, "9912", LINES[1:])
    call("collect", "-C", root)
    said = call("consolidate", "-C", root)
    assert "附表一“状态”栏有 1 行，几个单位填得不同" in said
    total = xltool.read((root / "county" / "submission.json").read_bytes()).submission
    assert total is not None
    assert [(line.contents[0], line.contents[1], line.agency) for line in total.lists["towns"]] == [
        ("城关镇", 7, "测试县人民政府、农业局"),
        ("石门乡", 2, "农业局"),
        ("河口乡", 1, "水利局"),
    ]
    [workbook] = (root / "county").glob("*_2024*.xlsx")
    [judged] = xltool.check([xltool.read(workbook.read_bytes())])
    assert judged.submission is not None
    assert (judged.submission.lists, judged.findings) == (total.lists, ())
    for kind in ("docx", "html", "pdf"):
        assert xltool.verify(xltool.report(total, kind), total).findings == ()
    call("export", "-C", root, "-o", tmp_path / "all.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text("utf-8-sig"))))
    assert {row["agency"]: row["value"] for row in rows if row["cell"] == "towns.1.projects"} == {
        "测试县人民政府": "3",
        "农业局": "2",
        "水利局": "1",
    }


def test_a_tree_joins_level_by_level(tmp_path: Path) -> None:
    units = {"甲县/甲一": LINES, "甲县/甲二": OTHERS, "乙县/乙一": OTHERS, "乙县/乙二": LINES[:1]}
    for at, (place, lines) in enumerate(units.items()):
        folder = tmp_path / "市" / place.split("/")[0]
        folder.mkdir(parents=True, exist_ok=True)
        made = submit(SPEC, lines, f"99{at}", place.split("/")[1])
        (folder / f"{at}.json").write_bytes(xltool.dump(made))
    call("consolidate", "--tree", tmp_path / "市", "-o", tmp_path / "out")
    [top] = [each for each in (tmp_path / "out").glob("*.json") if each.is_file()]
    total = xltool.read(top.read_bytes()).submission
    assert total is not None
    found = {line.contents[0]: (line.contents[1], line.contents[6], line.agency) for line in total.lists["towns"]}
    assert found["城关镇"] == (14, "在建｜完工", "乙县 / 乙一、乙二；甲县 / 甲一、甲二")
