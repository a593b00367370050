"""A workbook that is filled from a master has, byte for byte, the parts that drawing it whole gives.

They are deflated in other pieces.
"""

from __future__ import annotations

import copy
import io
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.packaged import PACKAGED
from xltool import api, preview
from xltool.model import LEVELS, NOT_APPLICABLE, Agency, FormSpec, ListColumn, ListRow, Reading, Submission, Value
from xltool.periods import Period, list_periods
from xltool.rules.judge import judge_readings
from xltool.workbook import mark, masters
from xltool.workbook.draw import draw_workbook
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.occasion import Occasion
from xltool.workbook.write import prepare_contents, write_workbook

TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(
        [
            "封面",
            "1",
            "/",
            "通过",
            "2024-05-06",
            "#N/A",
            "_x0041_",
            " 空 ",
            "<r>a</r>&",
            "行\n二\r三",
            "长" * 400,
            "长" * 9000,
        ]
    ),
)
"""What is typed: odd, equal to what the form says, too long for its row or for a page."""


def values(spec: FormSpec) -> SearchStrategy[tuple[Value, ...]]:
    return st.tuples(
        *(
            st.one_of(
                st.sampled_from((None, 0, 1, NOT_APPLICABLE)),
                st.integers(0, cell.measure.maximum * cell.measure.scale),
            )
            for cell in spec.cells
        )
    )


def contents(column: ListColumn) -> SearchStrategy[int | str | None]:
    if column.entry is None:
        return st.one_of(st.none(), st.integers(0, column.measure.maximum * column.measure.scale))
    return st.one_of(st.none(), st.sampled_from([*column.entry.choices, "2024-05-06"]), TEXTS)


@st.composite
def submissions(draw: DrawFn, spec: FormSpec, period: Period) -> Submission:
    """Any submission: half of them with nothing in them but here and there something."""
    scope = draw(st.sampled_from(("own", "own", "consolidated")))
    figures = draw(values(spec)) if draw(st.booleans()) else (None,) * len(spec.cells)
    texts = {text.key: draw(TEXTS) for text in spec.texts if draw(st.booleans())}
    explained = draw(st.lists(st.sampled_from([*make_plan(spec).explanations] or [""]), max_size=4))
    entries = {each.key: draw(TEXTS) for each in spec.entries if draw(st.booleans())}
    lines = {
        each.id: tuple(
            ListRow(tuple(draw(contents(column)) for column in each.columns), draw(TEXTS) if scope != "own" else "")
            for _ in range(draw(st.integers(0, 3)))
        )
        for each in spec.lists
    }
    if scope == "consolidated" and draw(st.booleans()):
        lines = {each.id: (lines[each.id] * each.limit)[: each.limit + 2] for each in spec.lists}
    agency = Agency(draw(TEXTS)[:200], draw(TEXTS)[:200], draw(st.sampled_from((*LEVELS, None))))
    return Submission(
        spec.id,
        period.year,
        agency,
        figures,
        texts,
        scope=scope,
        serial=draw(st.sampled_from(("", "0007-0123456789abcdef0123"))),
        part=period.part,
        explanations={name: draw(TEXTS) for name in explained},
        entries=entries,
        lists=lines,
        controls=draw(st.sampled_from((None, {}, {cell.key: 7 for cell in spec.cells if cell.total}))),
        level_basis=draw(st.sampled_from(("", "名称"))),
    )


@st.composite
def filled(draw: DrawFn, form: str) -> tuple[FormSpec, Submission, Submission | None]:
    """A submission, and the one before it, of this edition or of one that it follows, or none."""
    spec = api.form(form)
    period = draw(st.sampled_from(list_periods(spec, spec.years[0])))
    prior = None
    if draw(st.booleans()):
        before = draw(st.sampled_from([spec, *([api.form("ogi-2019")] if form == "ogi-2021" else [])]))
        prior = draw(submissions(before, Period(period.before.year, period.before.part)))
    return spec, draw(submissions(spec, period)), prior


@pytest.mark.parametrize("form", PACKAGED)
def test_the_same_parts_as_drawn_whole(form):
    @settings(max_examples=12, deadline=None)
    @given(filled(form), st.sampled_from(("", "2025 年 1 月 31 日前")))
    def check(made, deadline):
        spec, submission, prior = made
        occasion, within = prepare_contents(spec, submission, prior, deadline=deadline)
        data = write_workbook(spec, submission, prior, deadline=deadline)
        assert list_parts(data) == list_parts(draw_workbook(spec, occasion, within).data)

    check()


def write_seal(number, _):
    return f"seal-{number}"


@pytest.mark.parametrize("form", PACKAGED)
def test_what_goes_back_has_the_same_parts_as_drawn_whole(form, monkeypatch):
    """Plausible figures, each time with other rules broken, texts that no row holds, texts in place of figures."""
    written = []
    monkeypatch.setattr(mark, "write_workbook", lambda *given, **named: written.append((given, named)))
    made = preview.make_preview(api.form(form))
    spec = made.spec
    broken = [spoilt.submission for spoilt in made.spoilt[:: max(1, len(made.spoilt) // 3)]]
    explained = dict.fromkeys([*make_plan(spec).explanations][::3], "长" * 300)
    for number, each in enumerate((made.sample, *broken)):
        prior = made.prior if number % 2 else None
        texts = {text.key: f"{number}" * 2000 for text in spec.texts[:number]}
        submission = replace(each, explanations=explained, texts={**each.texts, **texts})
        (reading,) = judge_readings(spec, [Reading(submission)], [prior])
        seal = write_seal if number % 2 else None
        mark.mark_workbook(
            spec,
            submission,
            reading.findings,
            made.sample if number else None,
            2,
            prior=prior,
            outdated=[*explained][:number],
            seal=seal,
            deadline="5 月",
        )
        [((_, returned, beside, notice), named)] = written
        notice = replace(notice, typed=dict.fromkeys([*make_plan(spec).copies][number::40], "约 12"))
        occasion, within = prepare_contents(spec, returned, beside, notice, **named)
        whole = draw_workbook(spec, occasion, within, notice).data
        assert list_parts(write_workbook(spec, returned, beside, notice, **named)) == list_parts(whole)
        written.clear()


def test_the_master_is_drawn_once_and_the_last_few_are_kept(monkeypatch):
    drawn: list[Occasion] = []

    def draw(spec, occasion, within, notice):
        drawn.append(occasion)
        return draw_workbook(spec, occasion, within, notice)

    monkeypatch.setattr(masters, "draw_workbook", draw)
    spec = copy.copy(api.form("ogi-2021"))  # of which nobody has any master
    vars(spec).pop("_derived", None)
    blank = Submission(spec.id, 2024, Agency("1", "甲", "county"), (None,) * len(spec.cells))
    for name in ("甲", "乙", "丙"):
        write_workbook(spec, replace(blank, agency=Agency("1", name, "township"), texts={"overview": name}))
    assert len(drawn) == 1
    for year in (2024, *range(2025, 2025 + masters.MOST_MASTERS), 2024):
        masters.find_mould(spec, prepare_contents(spec, replace(blank, year=year))[0])
    assert [each.period.year for each in drawn] == [2024, *range(2025, 2025 + masters.MOST_MASTERS), 2024]


def test_a_text_of_the_forms_own_is_no_second_shared_string():
    spec = api.form("ogi-2021")
    blank = Submission(spec.id, 2024, Agency("1", "封面", "county"), (None,) * len(spec.cells))
    strings = read_strings(write_workbook(spec, blank))
    assert len(strings) == len({*strings})


def list_parts(data: bytes) -> list[tuple[object, ...]]:
    """All that a zip says of its parts but how long they are deflated, and what is in them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return [
            (
                *(each.filename, each.date_time, each.compress_type, each.comment, each.extra),
                *(each.create_system, each.create_version, each.extract_version, each.flag_bits),
                *(each.internal_attr, each.external_attr, each.CRC, each.file_size, archive.read(each)),
            )
            for each in archive.infolist()
        ]


def read_strings(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        part = archive.read("xl/sharedStrings.xml").decode()
    return [each.partition("</si>")[0] for each in part.split("<si>")[1:]]
