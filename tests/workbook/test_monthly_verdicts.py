"""Two thousand verdicts of a monthly form with everything: LibreOffice says of each line of 校验 what Python says.

Submissions that nobody wrote: blanks, slashes, words for figures, wrong choices, days out of bounds, lines that are
there twice, 累计 that does not follow from the month before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

import pytest

from tests import rectify
from tests.workbook import calc
from xltool.forms.sheet_names import CHECKS
from xltool.model import NOT_APPLICABLE, Agency, CellKey, FormSpec, ListContent, ListRow, Submission, Value
from xltool.periods import Period
from xltool.reader.read import read_workbook
from xltool.rules.prior_year import align_earlier, supply_prior
from xltool.workbook import cached_values
from xltool.workbook.formula import ASK, FAIL, MEND, OPEN, PASS, TOLD
from xltool.workbook.layout_plan import LEFT_COLUMN, VERDICT_COLUMN, Plan, Spot, make_plan
from xltool.workbook.write import write_workbook

SPEC = rectify.make_form()
WORKBOOKS: Final = 60
ENTRIES: Final[dict[str, tuple[str, ...]]] = {
    "level": ("", "低", "高", "特大", "重大"),
    "plan": ("", "是", "有", "否"),
    "met": ("", "2024-02-29", "2023-02-29", "2022-12-31", "2026-01-01", "上旬"),
    "remark": ("", "长" * 30, "长" * 31, "𠮷" * 15, "=1+1"),
}
CONTENTS: Final[tuple[tuple[ListContent, ...], ...]] = (
    (None, "甲", "长" * 13, "1 2", "1  2", "a*", "A*", "~"),
    (None, "2024-02-29", "2023-02-29", "2022-12-31", "2025-12-31", "上旬"),
    (None, "一般", "重大", "特大", "一般 重大"),
    (None, 0, -1, 10_000_000, 10_000_001, "约三万", "1.005"),
    (None, 0, 365, 366, -1, "30天"),
    (None, "是", "否", "y"),
    (None, "字" * 40, "字" * 41, "=A1"),
)
"""What may be typed in each column of the list, right or wrong."""
TYPED: Final = ("三件", "2024-01", "x", "1,5", "约2")
"""Words in place of figures."""


@dataclass(frozen=True)
class Case:
    """A workbook as an agency would hand it in: its submission, the month before, words in place of figures."""

    plan: Plan
    submission: Submission
    prior: Submission | None
    typed: dict[CellKey, str]

    def write(self) -> bytes:
        """The workbook, with a wrong result in each formula."""
        contents = {self.plan.cells[key]: text for key, text in self.typed.items()}
        return calc.spoiled(write_workbook(SPEC, self.submission, self.prior), contents)

    def expect(self) -> dict[Spot, Any]:
        """What Python says that each formula shows."""
        period = Period(self.submission.year, self.submission.part)
        before = align_earlier(SPEC, period, self.prior) if self.prior else ()
        return {**cached_values.compute_cached_values(self.plan, self.submission, before, self.typed)}


def make_case(rng: Random) -> Case:
    """A month of an agency with a few things wrong, or with much."""
    agency = Agency("1", "某局", rng.choice(("county", "department", "township")))
    office = rectify.Office(rng)
    at = rng.randrange(1, len(rectify.MONTHS))
    before, now = (office.count(period).submit(SPEC, period, agency) for period in rectify.MONTHS[at - 1 : at + 1])
    wrong = rng.choice((0, 0.05, 0.2, 0.6))
    values = tuple(_spoil_figure(rng, value, wrong) for value in now.values)
    entries = {
        key: rng.choice(ENTRIES[key.split(".")[1]]) if rng.random() < 2 * wrong else content
        for key in SPEC.entries_by_key
        if (content := now.entries.get(key, "")) or wrong
    }
    lines = tuple(_spoil_line(rng, line, now.lists["hazards"], wrong) for line in now.lists["hazards"])
    typed = {cell.key: rng.choice(TYPED) for cell in SPEC.cells if not cell.total and rng.random() < wrong / 4}
    prior = (
        None
        if rng.random() < 0.2
        else replace(before, values=tuple(_spoil_figure(rng, v, wrong) for v in before.values))
    )
    prior = supply_prior(SPEC, now, prior)
    plan = make_plan(SPEC, prior is not None)
    why = {check.name: "属实。" for check in plan.checks if check.severity == "warning" and rng.random() < 0.3}
    spoilt = replace(
        now,
        values=tuple(None if cell.key in typed else value for cell, value in zip(SPEC.cells, values, strict=True)),
        entries={key: content for key, content in entries.items() if content.strip()},
        lists={"hazards": lines} if any(not line.is_empty for line in lines) else {},
        texts=now.texts if rng.random() < 0.7 else {},
        explanations=why,
        scope="consolidated" if rng.random() < 0.1 else "own",
    )
    return Case(plan, spoilt, prior, typed)


def _spoil_figure(rng: Random, value: Value, wrong: float) -> Value:
    if rng.random() >= wrong:
        return value
    near = (value - 1, value + 1, -value, 10 * value) if isinstance(value, int) else ()
    return rng.choice((None, NOT_APPLICABLE, 0, 99_999, 100_000, 10_000_001, *near))


def _spoil_line(rng: Random, line: ListRow, lines: tuple[ListRow, ...], wrong: float) -> ListRow:
    if rng.random() < wrong / 4:
        return rng.choice((ListRow((None,) * len(line.contents)), *lines))
    contents = zip(line.contents, CONTENTS, strict=True)
    return ListRow(tuple(rng.choice(others) if rng.random() < wrong / 2 else own for own, others in contents))


@pytest.fixture(scope="module")
def recalculated(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Case, bytes]]:
    """Workbooks as LibreOffice computes them anew and saves them, all in one run."""
    calc.require_office()
    cases = {f"{number}": make_case(Random(number)) for number in range(WORKBOOKS)}
    files = {name: case.write() for name, case in cases.items()}
    saved = calc.saved_again(files, tmp_path_factory.mktemp("verdicts"))
    return [(case, saved[name]) for name, case in cases.items()]


def test_no_verdict_of_two_thousand_is_another(recalculated: list[tuple[Case, bytes]]) -> None:
    compared, different = 0, list[str]()
    words: dict[str, Counter[str]] = {}
    for number, (case, data) in enumerate(recalculated):
        shown, expected = calc.shown(data), case.expect()
        for check in case.plan.checks:
            line = case.plan.lines[check.name]
            spots = [spot for spot in expected if spot.sheet == CHECKS and spot.row == line]
            compared += 1
            words.setdefault(check.name, Counter())[str(expected[Spot(CHECKS, line, VERDICT_COLUMN)])] += 1
            assert Spot(CHECKS, line, LEFT_COLUMN) in spots
            different += [
                f"{number} {check.name} {spot.address}: office {shown.get(spot)!r}, Python {expected[spot]!r}"
                for spot in spots
                if (shown.get(spot) if shown.get(spot) is not None else "") != expected[spot]
            ]
    assert not different, "\n".join(different[:20])
    assert compared >= 2000
    # of each line of figures, entries, lists and rules both right and wrong were among them
    always = ("text.", "form.", "table.", "cell.doubtful", "work.total@")  # what is no office's, or a locked formula
    asked = {name: {*found} - {OPEN} for name, found in words.items() if not name.startswith(always)}
    assert {name for name, found in asked.items() if not found & {FAIL, MEND, ASK, TOLD} or len(found) < 2} == set()
    assert {PASS, FAIL, OPEN} <= {*words["work.to_date@money"]}


def test_what_libreoffice_saves_is_read_as_it_was(recalculated: list[tuple[Case, bytes]]) -> None:
    def load(_: str) -> FormSpec:
        return SPEC

    for case, data in recalculated:
        mine, theirs = (read_workbook(each, load, lambda _: ()).submission for each in (case.write(), data))
        assert mine is not None
        assert theirs is not None
        assert (theirs.values, theirs.entries, theirs.lists) == (mine.values, mine.entries, mine.lists)
